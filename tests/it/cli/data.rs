//! `amends import`, `rescore`, `check`, `backup` and `erase`, on the data of a service that does not run.

use super::{CONVERSATION, amends, code, err, folder_with, out};
use crate::support::{PROGRAM, without_settings};
use amends::access::{Credential, Principal, Role};
use amends::store::{Store, edits};
use jiff::Timestamp;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[test]
fn an_export_goes_into_the_data_folder_and_out_again() {
    let bad = format!("{CONVERSATION}\n{{\"id\": \"p2\", \"messages\": 7}}\n");
    let folder = folder_with(&[("t.jsonl", CONVERSATION.as_bytes()), ("bad.jsonl", bad.as_bytes())]);
    let run = |args: &[&str]| amends(folder.path(), args);
    let nothing = run(&["check"]);
    assert_eq!((code(&nothing), err(&nothing).contains("holds no data of Amends")), (2, true));

    let imported = run(&["import", "t.jsonl"]);
    assert_eq!(code(&imported), 0, "{}", err(&imported));
    assert!(out(&imported).contains("4 messages read: 4 new in 1 new conversations, 0 changed"), "{}", out(&imported));
    let again = run(&["import", "bad.jsonl"]);
    assert_eq!(code(&again), 2);
    assert!(
        out(&again).contains("4 messages read: 0 new in 0 new conversations, 0 changed; 1 rows"),
        "{}",
        out(&again)
    );
    assert!(err(&again).contains("bad.jsonl: 2 /messages"), "{}", err(&again));
    let wrong = run(&["import", "t.jsonl", "--dates", "weekly"]);
    assert_eq!((code(&wrong), err(&wrong).starts_with("amends: --dates: there are")), (2, true), "{}", err(&wrong));

    let whole = run(&["check"]);
    assert_eq!(code(&whole), 0, "{}", err(&whole));
    assert_eq!(
        out(&whole),
        "1 conversations, 4 messages; 0 conversations are still to be read\nthe store is whole\n\
         there was no search index; it is made anew when the service runs next\n"
    );
    assert_eq!(out(&run(&["reindex"])), "2 messages indexed\n");
    let whole = run(&["check"]);
    assert!(out(&whole).ends_with("the search index agrees with the store\n"), "{}", out(&whole));
    assert_eq!(out(&run(&["rescore"])), "0 conversations read anew with the present rules\n");
    let other = run(&["rescore", "--config", "other.toml"]);
    assert_eq!(code(&other), 2);
    std::fs::write(folder.path().join("other.toml"), "[reading]\nleast_confidence = 0.5\n").unwrap();
    let other = run(&["rescore", "--config", "other.toml"]);
    assert_eq!(out(&other), "1 conversations read anew with the present rules\n", "{}", err(&other));

    let saved = run(&["backup", "saved.sqlite"]);
    assert_eq!(code(&saved), 0, "{}", err(&saved));
    assert!(folder.path().join("saved.sqlite").exists());
    assert_eq!(code(&run(&["backup", "saved.sqlite"])), 2, "a backup overwrites nothing");

    assert_eq!(code(&run(&["erase", "conversation", "neutral", "p9"])), 2);
    let erased = run(&["erase", "conversation", "neutral", "p1"]);
    assert!(out(&erased).starts_with("1 conversations erased;"), "{}{}", out(&erased), err(&erased));
    let bytes = std::fs::read(folder.path().join("amends-data/amends.sqlite")).unwrap();
    assert!(!bytes.windows(7).any(|window| window == b"courier"));
    assert_eq!(code(&run(&["check"])), 0);
}

#[test]
fn a_running_service_is_asked_instead() {
    let folder = folder_with(&[("t.jsonl", CONVERSATION.as_bytes())]);
    let store = Store::open(&folder.path().join("amends-data")).unwrap();
    let told = amends(folder.path(), &["import", "t.jsonl"]);
    assert_eq!(code(&told), 2);
    let told = err(&told);
    assert!(
        told.contains("is in use by a running service")
            && told.contains("--token-file FILE, or AMENDS_TOKEN")
            && told.contains("http://127.0.0.1:8460/v1/imports"),
        "{told}"
    );
    assert_eq!(code(&amends(folder.path(), &["check"])), 0, "looking and copying go on meanwhile");
    assert_eq!(code(&amends(folder.path(), &["backup", "copy.sqlite"])), 0);
    drop(store);
}

#[test]
fn a_running_service_is_handed_the_export() {
    let bad = format!("{CONVERSATION}\n{{\"id\": \"p2\", \"messages\": 7}}\n");
    let folder = folder_with(&[("t.jsonl", CONVERSATION.as_bytes()), ("bad.jsonl", bad.as_bytes())]);
    let made = amends(folder.path(), &["token", "create", "sync", "--role", "integration"]);
    std::fs::write(folder.path().join("token"), out(&made).lines().last().unwrap()).unwrap();
    // A port that is free; it is in the settings, as it is for whoever sets up a service.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings = format!("[server]\naddress = '127.0.0.1:{port}'\n");
    std::fs::write(folder.path().join("amends-data/amends.toml"), settings).unwrap();
    let mut serve = without_settings(PROGRAM);
    serve.args(["serve"]).current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut serve = serve.spawn().unwrap();
    let mut said = BufReader::new(serve.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains(&format!("http://127.0.0.1:{port}"))));

    let run = |args: &[&str]| amends(folder.path(), args);
    let imported = run(&["import", "t.jsonl", "bad.jsonl", "--token-file", "token"]);
    let (told, complaints) = (out(&imported), err(&imported));
    let again = run(&["import", "t.jsonl", "--token-file", "token"]);
    std::fs::write(folder.path().join("token"), "amends_wrong").unwrap();
    let refused = run(&["import", "t.jsonl", "--token-file", "token"]);
    serve.kill().unwrap();
    serve.wait().unwrap();

    assert_eq!(code(&imported), 2, "{told}{complaints}");
    assert!(told.contains("8 messages read: 4 new in 1 new conversations, 0 changed; 1 rows"), "{told}{complaints}");
    assert!(told.ends_with(&format!("Service: http://127.0.0.1:{port}, which reads them by and by\n")), "{told}");
    assert!(complaints.contains("bad.jsonl: 2 /messages"), "as without a service: {complaints}");
    assert_eq!(code(&again), 0, "{}", err(&again));
    assert!(out(&again).contains("4 messages read: 0 new in 0 new conversations"), "{}", out(&again));
    assert_eq!(code(&refused), 2);
    assert!(err(&refused).contains("answers 401"), "{}", err(&refused));
    assert!(out(&run(&["check"])).starts_with("1 conversations, 4 messages"));
}

#[test]
fn a_store_that_is_not_whole_is_told() {
    let folder = folder_with(&[("t.jsonl", CONVERSATION.as_bytes())]);
    amends(folder.path(), &["import", "t.jsonl"]);
    let database = rusqlite::Connection::open(folder.path().join("amends-data/amends.sqlite")).unwrap();
    database
        .execute_batch("UPDATE analysis SET score = 20000; UPDATE conversation SET analysed = revision + 1")
        .unwrap();
    drop(database);
    let told = amends(folder.path(), &["check"]);
    assert_eq!(code(&told), 1);
    insta::assert_snapshot!(err(&told), @"
    amends: not so: scores are 0 to 100 (2 rows)
    amends: not so: nothing is read that has not come (1 rows)
    ");
}

#[test]
fn what_was_written_in_the_pages_counts_for_commands() {
    let folder = folder_with(&[("t.jsonl", CONVERSATION.as_bytes())]);
    let run = |args: &[&str]| amends(folder.path(), args);
    assert_eq!(code(&run(&["import", "t.jsonl"])), 0);
    let write = |subject: &'static str, text: &'static str| {
        let store = Store::open(&folder.path().join("amends-data")).unwrap();
        let by = Principal::new(Credential::User(1), "ines".into(), Role::Admin, Role::Admin.scopes(), None);
        store.write(move |transaction| edits::keep(transaction, subject, Some(text), &by, Timestamp::now())).wait()
    };
    write("reading.scorecard", "promises").unwrap();
    assert_eq!(out(&run(&["rescore"])), "1 conversations read anew with the present rules\n");
    assert_eq!(out(&run(&["rescore"])), "0 conversations read anew with the present rules\n");
    write("en/ours.toml", "label = 'excuse'\nspeeker = 'agent'\n").unwrap();
    let wrong = run(&["rescore"]);
    assert_eq!(code(&wrong), 2);
    assert!(err(&wrong).contains("en/ours.toml:2:1: unknown field `speeker`"), "{}", err(&wrong));
}
