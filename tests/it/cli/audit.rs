//! `amends audit`: whatever comes in, what is written is the same, complete, and under its name only then.

use super::{LEXICON, code, err, out};
use crate::support::{PROGRAM, without_settings};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Conversation `number`, one line; every third one has a lost parcel in it.
fn conversation(number: usize) -> String {
    let answer = match number % 3 {
        0 => "I am sorry that your parcel was lost. We will send a new one tomorrow.",
        1 => "We are very busy at the moment, so please wait for your parcel.",
        _ => "The courier lost your parcel, which is not our fault at all.",
    };
    let agent = ["dana", "kim", "lee"][number % 3];
    format!(
        concat!(
            r#"{{"id": "c{number}", "source": "shop", "channel": "email", "messages": ["#,
            r#"{{"id": "c{number}-1", "author": {{"role": "customer", "id": "ines"}}, "sent": "2026-03-{day:02}T08:00:00Z", "body": "My parcel never arrived."}}, "#,
            r#"{{"id": "c{number}-2", "author": {{"role": "agent", "id": "{agent}", "name": "=SUM(A1)"}}, "sent": "2026-03-{day:02}T09:00:00Z", "body": "{answer}"}}]}}"#
        ),
        number = number,
        agent = agent,
        answer = answer,
        day = number % 28 + 1,
    )
}

fn export(conversations: usize) -> String {
    (0..conversations).map(|number| conversation(number) + "\n").collect()
}

fn audit(folder: &Path, args: &[&str]) -> Output {
    let mut command = super::command(folder);
    command.args(["audit", "--lexicons", LEXICON, "--alone"]).args(args).stdin(Stdio::null()).output().unwrap()
}

/// The files of a folder and what is in them.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect()
}

fn text(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap()
}

fn folder_with(file: &str, bytes: &[u8]) -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join(file), bytes).unwrap();
    folder
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = folder_with("t.jsonl", export(3000).as_bytes());
    for (threads, to) in [("1", "one"), ("7", "seven")] {
        assert_eq!(code(&audit(folder.path(), &["t.jsonl", "--threads", threads, "-o", to])), 0);
    }
    let (one, seven) = (files(&folder.path().join("one")), files(&folder.path().join("seven")));
    assert_eq!(one.keys().collect::<Vec<_>>(), seven.keys().collect::<Vec<_>>());
    // The report says when and by which command it was made; all the rest is the same.
    let lasting = |name: &str, bytes: &[u8]| -> Vec<u8> {
        let made = |line: &&str| !["<dt>Command", "<dt>Made", ">Made on"].iter().any(|mark| line.contains(mark));
        match name {
            "report.html" => String::from_utf8(bytes.to_vec()).unwrap().lines().filter(made).collect::<String>().into(),
            _ => bytes.to_vec(),
        }
    };
    for (name, bytes) in &one {
        assert!(lasting(name, bytes) == lasting(name, &seven[name]), "{name} differs");
    }
    assert_eq!(text(&folder.path().join("one"), "messages.csv").lines().count(), 3001);
}

#[test]
fn packed_and_in_other_encodings_it_is_the_same_export() {
    let plain = export(40).replace("Ines", "Inès");
    let folder = folder_with("t.jsonl", plain.as_bytes());
    let path = folder.path();
    assert_eq!(code(&audit(path, &["t.jsonl", "-o", "plain"])), 0);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(plain.as_bytes()).unwrap();
    std::fs::write(path.join("a.bin"), gz.finish().unwrap()).unwrap();
    let mut frames = Vec::new();
    for part in plain.as_bytes().chunks(plain.len() / 2 + 1) {
        frames.extend(ruzstd::encoding::compress_to_vec(part, ruzstd::encoding::CompressionLevel::Fastest));
    }
    std::fs::write(path.join("b.bin"), frames).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (index, part) in
        [&plain[..plain.find("\n{\"id\": \"c20\"").unwrap() + 1], &plain[plain.find("{\"id\": \"c20\"").unwrap()..]]
            .iter()
            .enumerate()
    {
        zip.start_file(format!("part{index}.jsonl"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(part.as_bytes()).unwrap();
    }
    std::fs::write(path.join("c.bin"), zip.finish().unwrap().into_inner()).unwrap();
    let utf16: Vec<u8> = format!("\u{FEFF}{plain}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(path.join("d.jsonl"), utf16).unwrap();
    std::fs::write(path.join("e.jsonl"), format!("\u{FEFF}{plain}")).unwrap();
    std::fs::write(path.join("f.json"), format!("{{\"conversations\": [{}]}}", plain.trim_end().replace('\n', ",")))
        .unwrap();
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(&plain);
    std::fs::write(path.join("g.jsonl"), &latin).unwrap();
    for file in ["a.bin", "b.bin", "c.bin", "d.jsonl", "e.jsonl", "f.json", "g.jsonl"] {
        let run = audit(path, &[file, "-o", file.trim_end_matches(char::is_alphabetic)]);
        assert_eq!(code(&run), 0, "{file}: {}", err(&run));
        let to = path.join(file.trim_end_matches(char::is_alphabetic));
        for name in ["messages.csv", "findings.jsonl"] {
            assert!(text(&to, name) == text(&path.join("plain"), name), "{name} of {file}");
        }
    }
}

#[test]
fn what_comes_twice_is_read_once() {
    let folder = folder_with("a.jsonl", export(30).as_bytes());
    let path = folder.path();
    assert_eq!(code(&audit(path, &["a.jsonl", "-o", "once"])), 0);
    std::fs::write(path.join("b.jsonl"), export(10)).unwrap();
    let run = audit(path, &["a.jsonl", "b.jsonl", "-o", "twice"]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert!(out(&run).contains("20 messages that came twice"), "{}", out(&run));
    let sorted = |to: &str| {
        let mut rows: Vec<String> = text(&path.join(to), "messages.csv").lines().map(str::to_owned).collect();
        rows.sort();
        rows
    };
    assert_eq!(sorted("once"), sorted("twice"));
}

#[test]
fn a_conversation_in_pieces_is_put_together() {
    let piece = |id: &str, hour: u32, role: &str, body: &str| {
        format!(
            r#"{{"id": "p1", "source": "shop", "messages": [{{"id": "{id}", "author": {{"role": "{role}", "id": "{role}"}}, "sent": "2026-03-02T{hour:02}:00:00Z", "body": "{body}"}}]}}"#
        ) + "\n"
    };
    let late = piece("b", 9, "agent", "I am sorry that your parcel was lost.");
    let folder = folder_with("a.jsonl", late.as_bytes());
    std::fs::write(folder.path().join("b.jsonl"), piece("a", 8, "customer", "My parcel never arrived.") + &export(3))
        .unwrap();
    let run = audit(folder.path(), &["a.jsonl", "b.jsonl"]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let messages = text(&folder.path().join("amends-audit"), "messages.csv");
    let row = messages.lines().find(|row| row.starts_with("p1,") && row.contains(",b,")).unwrap();
    assert!(row.starts_with("p1,shop,,1,b,agent,"), "{row}");
}

#[test]
fn bad_rows_are_told_with_their_places_and_the_rest_is_read() {
    let lines = export(5)
        + "{\"id\": \"x\", \"messages\": [{\"author\": {\"role\": \"boss\"}, \"body\": \"No\"}]}\nnot json\n"
        + &conversation(9)
        + "\n{\"cut";
    let folder = folder_with("t.jsonl", lines.as_bytes());
    let run = audit(folder.path(), &["t.jsonl"]);
    assert_eq!(code(&run), 2, "{}", err(&run));
    let to = folder.path().join("amends-audit");
    insta::assert_snapshot!(text(&to, "rejected.jsonl"), @r#"
    {"file":"t.jsonl","line":6,"pointer":"/messages/0/author/role","reason":"unknown variant `boss`, expected one of `customer`, `agent`, `bot`, `system`","raw":"{\"id\": \"x\", \"messages\": [{\"author\": {\"role\": \"boss\"}, \"body\": \"No\"}]}"}
    {"file":"t.jsonl","line":7,"reason":"no JSON value","raw":"not json"}
    {"file":"t.jsonl","line":9,"column":5,"reason":"cut off here: EOF while parsing a string","raw":"{\"cut"}
    "#);
    assert_eq!(text(&to, "messages.csv").lines().count(), 7);
    let strict = audit(folder.path(), &["t.jsonl", "--strict", "-o", "strict"]);
    assert_eq!(code(&strict), 2);
    insta::assert_snapshot!(err(&strict), @"amends: t.jsonl:6 /messages/0/author/role: unknown variant `boss`, expected one of `customer`, `agent`, `bot`, `system` (--strict stops at the first row that cannot be read)");
    assert!(files(&folder.path().join("strict")).is_empty());
}

#[test]
fn an_export_that_cannot_be_read_leaves_nothing_behind() {
    let folder = folder_with("t.jsonl", export(5).as_bytes());
    for (args, problem) in [
        (&["missing.jsonl"][..], "missing.jsonl"),
        (&["*.nothing"][..], "no file matches `*.nothing`"),
        (&["t.jsonl", "--timezone", "Moon/Base"][..], "Moon/Base"),
        (&["t.jsonl", "--since", "soon"][..], "soon"),
        (&["t.jsonl", "--format", "phone"][..], "intercom"),
    ] {
        let run = audit(folder.path(), args);
        assert_eq!(code(&run), 2, "{args:?}");
        assert!(err(&run).contains(problem), "{args:?}: {}", err(&run));
        assert!(!folder.path().join("amends-audit/messages.csv").exists());
    }
    std::fs::write(folder.path().join("u.txt"), "Hello there, this is no export.\n").unwrap();
    let run = audit(folder.path(), &["u.txt"]);
    assert_eq!(code(&run), 2);
    assert!(text(&folder.path().join("amends-audit"), "rejected.jsonl").contains("--format"));
}

#[test]
fn an_earlier_audit_stands_until_the_new_one_is_complete() {
    let folder = folder_with("t.jsonl", export(5).as_bytes());
    assert_eq!(code(&audit(folder.path(), &["t.jsonl"])), 0);
    let before = files(&folder.path().join("amends-audit"));
    std::fs::write(folder.path().join("t.jsonl"), export(6) + "broken\n").unwrap();
    assert_eq!(code(&audit(folder.path(), &["t.jsonl", "--strict"])), 2);
    assert!(files(&folder.path().join("amends-audit")) == before);
}

#[test]
fn only_what_is_asked_for_counts() {
    let folder = folder_with("t.jsonl", export(28).as_bytes());
    let counted = |args: &[&str]| {
        let run = audit(folder.path(), &[&["t.jsonl"], args].concat());
        assert_eq!(code(&run), 0, "{}", err(&run));
        let messages = text(&folder.path().join("amends-audit"), "messages.csv");
        messages
            .lines()
            .skip(1)
            .filter(|row| row.contains(",true,"))
            .filter(|row| row.split(',').nth(9) == Some("true"))
            .count()
    };
    assert_eq!(counted(&[]), 28);
    assert_eq!(counted(&["--agent", "dana"]), 10);
    assert_eq!(counted(&["--since", "2026-03-10"]), 19);
    assert_eq!(counted(&["--since", "2026-03-10", "--until", "2026-03-12"]), 2);
    assert_eq!(counted(&["--since", "2026-W11", "--until", "2026-03-10T08:30:00Z"]), 1);
}

#[test]
fn names_are_hidden_where_that_is_asked_for() {
    let folder = folder_with("t.jsonl", export(3).as_bytes());
    let run = audit(folder.path(), &["t.jsonl", "--anonymise-agents=s3cret", "-o", "a"]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    assert_eq!(code(&audit(folder.path(), &["t.jsonl", "--anonymise-agents=s3cret", "-o", "b"])), 0);
    assert_eq!(code(&audit(folder.path(), &["t.jsonl", "--anonymise-agents", "-o", "c"])), 0);
    let [a, b, c] = ["a", "b", "c"].map(|to| text(&folder.path().join(to), "messages.csv"));
    assert!(a == b && a != c);
    for hidden in ["dana", "kim", "SUM"] {
        assert!(!a.contains(hidden), "{hidden}");
    }
}

#[test]
fn names_that_look_like_formulas_are_none_in_a_spreadsheet() {
    let folder = folder_with("t.jsonl", export(1).as_bytes());
    assert_eq!(code(&audit(folder.path(), &["t.jsonl"])), 0);
    assert!(text(&folder.path().join("amends-audit"), "messages.csv").contains(",'=SUM(A1),"));
}

/// A process that is stopped in mid-run keeps what it has read, one that is killed leaves no file under its name.
#[cfg(unix)]
#[test]
fn stopped_it_keeps_what_it_has_read_and_killed_it_leaves_nothing() {
    for (signal, exit) in [("INT", Some(2)), ("KILL", None)] {
        let folder = folder_with("t.jsonl", export(40_000).as_bytes());
        let mut child = super::command(folder.path())
            .args(["audit", "--lexicons", LEXICON, "--alone", "t.jsonl", "--threads", "1"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = folder.path().join("amends-audit");
        while !has_begun(&to) {
            assert_eq!(child.try_wait().unwrap(), None, "it should be at work");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap().success());
        let status = child.wait().unwrap();
        assert_eq!(status.code(), exit, "{signal}");
        let messages = to.join("messages.csv");
        assert_eq!(messages.exists(), exit.is_some(), "{signal}");
        if exit.is_some() {
            let text = std::fs::read_to_string(messages).unwrap();
            assert!((100..40_000).contains(&text.lines().count()) && text.ends_with('\n'));
        }
    }
}

/// Whether rows have been written to the files that have no names yet.
fn has_begun(folder: &Path) -> bool {
    let Ok(mut entries) = std::fs::read_dir(folder) else { return false };
    entries.any(|entry| {
        let messages = entry.unwrap().path().join("messages.csv");
        messages.metadata().is_ok_and(|messages| messages.len() > 10_000)
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_nothing_stands_under_a_final_name() {
    let folder = folder_with("t.jsonl", export(4000).as_bytes());
    // A file may grow to 100 blocks of 512 or 1024 bytes; writing more fails as on a full disk.
    let run = without_settings("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$0\" audit --lexicons \"$1\" --alone t.jsonl"])
        .args([PROGRAM, LEXICON])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(code(&run), 2, "{}", out(&run));
    assert!(err(&run).contains("cannot write"), "{}", err(&run));
    assert!(files_or_none(&folder.path().join("amends-audit")).is_empty());
}

fn files_or_none(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    if folder.exists() { files(folder) } else { BTreeMap::new() }
}

#[test]
fn tables_and_mails_are_audited_and_what_was_decided_is_said() {
    let table = "Fall;Von;Wann;Text\n1;client;03/02/2026;My parcel never arrived.\n1;staff;03/02/2026;Not our fault.\n";
    let mail = |id: &str, from: &str, to: &str, body: &str| {
        format!(
            "From x Mon Mar  2 08:14:00 2026\nMessage-ID: <{id}@x.example>\nReferences: <1@x.example>\nFrom: {from}\n\
             To: {to}\nDate: Mon, 2 Mar 2026 0{id}:14:00 +0100\n\n{body}\n\n"
        )
    };
    let (bea, dana) = ("bea@mail.example", "dana@shop.example");
    let mails =
        mail("1", bea, dana, "My parcel never arrived.") + &mail("2", dana, bea, "That is not our fault at all.");
    let folder = folder_with("t.csv", table.as_bytes());
    let path = folder.path();
    std::fs::write(path.join("m.mbox"), mails).unwrap();

    let without = audit(path, &["t.csv", "m.mbox", "-o", "none"]);
    let said = err(&without) + &text(&path.join("none"), "rejected.jsonl");
    assert!(said.contains("--map role=COLUMN"), "{said}");
    assert!(said.contains("--our-addresses support@example.com"), "{said}");

    let map = "conversation=Fall,role=Von,time=Wann";
    let args = ["--map", map, "--dates", "month-first", "--our-addresses", "@shop.example", "-o", "some"];
    let with = audit(path, &[&["t.csv", "m.mbox"][..], &args].concat());
    assert_eq!(code(&with), 0, "{}", err(&with));
    let said = out(&with) + &err(&with);
    assert!(said.contains("conversation ← Fall, role ← Von, time ← Wann, body ← Text"), "{said}");
    let messages = text(&path.join("some"), "messages.csv");
    assert_eq!(messages.lines().count(), 3, "{messages}");
    assert!(messages.contains("dana@shop.example") && messages.contains("2026-03-02"), "{messages}");
}
