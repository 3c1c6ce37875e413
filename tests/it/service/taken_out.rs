//! What is taken out: exports, erasure, text that is too old.

use super::Running;
use actix_web::test::TestRequest;
use amends::service::background::forget_now;
use amends::service::jobs::run_next;
use serde_json::{Value, json};
use std::path::Path;

fn conversations() -> Value {
    json!([
        {"id": "7", "source": "shop", "channel": "email", "messages": [
            {"id": "a", "sent": "2026-03-02T08:00:00Z", "author": {"role": "customer", "id": "ines", "name": "Ines"},
             "body": "My Zauberlampe came broken!"},
            {"id": "b", "sent": "2026-03-02T09:00:00Z", "author": {"role": "agent", "id": "dana", "name": "=Dana"},
             "body": "That is the courier's fault, not ours. I will send a new Zauberlampe tomorrow."}]},
        {"id": "8", "source": "shop", "messages": [
            {"id": "a", "sent": "2026-04-02T08:00:00Z", "author": {"role": "customer", "id": "otto"}, "body": "Where is my parcel?"},
            {"id": "b", "sent": "2026-04-02T09:00:00Z", "author": {"role": "agent", "id": "dana"}, "body": "I'm sorry for the wait. It leaves today."}]}
    ])
}

/// The files of the store that hold `word`.
fn files_with(folder: &Path, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        let bytes = std::fs::read(entry.path()).unwrap();
        if bytes.windows(word.len()).any(|window| window == word.as_bytes()) {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

#[test]
fn a_conversation_that_is_erased_is_in_no_file() {
    let running = Running::new();
    running.bring(&conversations());
    let folder = running.service.store.folder().to_owned();
    assert!(!files_with(&folder, "Zauberlampe").is_empty());
    let erased = running.send("DELETE", "/v1/conversations/1", &json!({})).expect(200);
    assert_eq!(erased, json!({"conversations": 1, "cleared": true}));
    assert_eq!(files_with(&folder, "Zauberlampe"), Vec::<String>::new());
    assert!(!files_with(&folder, "Where is my parcel?").is_empty(), "the other one stays");
    assert_eq!(running.send("DELETE", "/v1/conversations/1", &json!({})).status, 404);
    assert_eq!(running.send("DELETE", "/v1/conversations/x", &json!({})).status, 404);
}

#[test]
fn a_customer_is_erased_and_an_agent_is_not() {
    let running = Running::new();
    running.bring(&conversations());
    let folder = running.service.store.folder().to_owned();
    assert_eq!(running.send("DELETE", "/v1/customers/shop/dana", &json!({})).status, 404, "an agent is no customer");
    assert_eq!(running.send("DELETE", "/v1/customers/other/ines", &json!({})).status, 404);
    let erased = running.send("DELETE", "/v1/customers/shop/ines", &json!({})).expect(200);
    assert_eq!(erased, json!({"conversations": 1, "cleared": true}));
    assert_eq!(files_with(&folder, "ines"), Vec::<String>::new());
    assert_eq!(files_with(&folder, "Zauberlampe"), Vec::<String>::new());
    let log = running.service.store.read(|transaction| {
        let sql = "SELECT action || ' ' || subject || ': ' || detail FROM audit_log";
        Ok::<_, amends::store::StoreError>(transaction.query_row(sql, [], |row| row.get::<_, String>(0))?)
    });
    assert_eq!(log.unwrap(), "erase customer of shop: 1 conversations");
}

#[test]
fn text_that_is_too_old_goes_and_its_scores_stay() {
    let mut running = Running::new();
    running.bring(&conversations());
    let scores = |running: &Running| -> Vec<Value> {
        let text = running.get("/v1/export?what=messages&format=jsonl").text();
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect()
    };
    let before = scores(&running);
    let service = std::sync::Arc::get_mut(&mut running.service).unwrap();
    service.settings.text_days = Some(10);
    forget_now(&running.service, "2026-03-20T00:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(files_with(running.service.store.folder(), "Zauberlampe"), Vec::<String>::new());
    let after = scores(&running);
    for (before, after) in before.iter().zip(&after) {
        let old = before["conversation_id"] == "7";
        assert_eq!(after["body"].is_null(), old);
        assert_eq!((&before["score"], &before["excuse"]), (&after["score"], &after["excuse"]));
    }
    // Something new comes: it is read, what was read before stays.
    running.send("POST", "/v1/messages", &json!({"source": "shop", "conversation": "7", "message":
        {"id": "c", "sent": "2026-03-21T09:00:00Z", "author": {"role": "agent", "id": "dana"}, "body": "I'm sorry, it leaves today."}})).expect(200);
    running.read_all();
    let scored = scores(&running).iter().filter(|row| row["conversation_id"] == "7" && !row["score"].is_null()).count();
    assert_eq!(scored, 2);
}

#[test]
fn everything_can_be_taken_out() {
    let running = Running::new();
    running.bring(&conversations());
    let table = running.get("/v1/export?what=findings&format=csv");
    assert_eq!(table.header("content-disposition"), Some("attachment; filename=\"findings.csv\""));
    let start: Vec<String> = table.text().lines().take(2).map(str::to_owned).collect();
    insta::assert_snapshot!(start.join("\n"), @r#"
    message,conversation,source,conversation_id,message_id,agent_id,agent_name,label,kind,rule,words,start,end,in_doubt
    2,1,shop,7,b,dana,'=Dana,finger_pointing,third_party,finger-pointing-third-party-at-fault,"That is the courier's fault, not ours",0,37,false
    "#);
    let rows = |what: &str| -> Vec<Value> {
        let text = running.get(&format!("/v1/export?what={what}&format=jsonl")).text();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let messages = rows("messages");
    assert_eq!(messages.len(), 4);
    let said = |name: &str| messages[1][name].clone();
    assert_eq!(said("body"), conversations()[0]["messages"][1]["body"]);
    assert_eq!(
        (said("agent_name"), said("finger_pointing"), said("message")),
        (json!("=Dana"), json!(true), json!("2"))
    );
    assert!(said("unmet").as_str().unwrap().starts_with("no-finger-pointing apology"));
    assert!(messages[0]["score"].is_null() && messages[0]["agent"].is_null(), "a customer has no score");
    let promises = rows("promises");
    assert_eq!(promises[0]["words"], "I will send a new Zauberlampe tomorrow");
    assert_eq!(promises[0]["due"], "2026-03-03T17:00:00Z");
    let found = rows("conversations");
    assert_eq!(
        (&found[0]["last_sent"], &found[0]["recovery"]["ending"]),
        (&json!("2026-03-02T09:00:00Z"), &json!("company_last"))
    );
    assert_eq!(running.get("/v1/export?what=reviews&format=jsonl").text(), "");
    assert_eq!(running.get("/v1/export?what=secrets&format=csv").status, 400);
    let mut running = running;
    let agent = running.agent_token("shop", "dana");
    assert_eq!(running.as_(&agent).get("/v1/export?what=messages&format=csv").status, 403);
}

#[test]
fn a_short_identifier_takes_nothing_of_others_with_it() {
    let running = Running::new();
    running.bring(&conversations());
    let table = "Ticket ID,Direction,Body,Agent ID,Sent\n\
                 7,sideways,Lost,dana,2026-03-02 09:00\n\
                 17,sideways,Lost too,dana,2026-07-07 07:07\n\
                 27,sideways,A 7th time,dana7,2026-03-02 09:00\n";
    let upload = TestRequest::post().uri("/v1/imports?name=tickets.csv").set_payload(table);
    assert_eq!(running.request(upload).status, 202);
    assert!(run_next(&running.service).unwrap());
    assert_eq!(running.get("/v1/imports/1/rejected").text().lines().count(), 3);
    running.send("DELETE", "/v1/conversations/1", &json!({})).expect(200);
    let kept = running.get("/v1/imports/1/rejected").text();
    let kept: Vec<Value> = kept.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kept: Vec<&str> = kept.iter().map(|row| row["raw"].as_str().unwrap().split(',').next().unwrap()).collect();
    assert_eq!(kept, ["17", "27"]);
}

#[test]
fn the_key_of_a_conversation_that_was_erased_is_given_to_no_other() {
    let running = Running::new();
    running.bring(&conversations());
    running.send("DELETE", "/v1/conversations/2", &json!({})).expect(200);
    running.bring(&json!([conversations()[1]]));
    assert_eq!(running.get("/v1/conversations/2").status, 404, "whoever kept the link reads nothing else");
    assert_eq!(running.get("/v1/conversations/3").expect(200)["id"], "8");
}
