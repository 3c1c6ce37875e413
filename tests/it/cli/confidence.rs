//! Measuring how sure rules are, showing it, and leaving out what is not.

use super::*;
use serde_json::{Value, json};

/// Labelled messages: of five excuses by the words, people see three.
fn gold(of: usize, right: usize) -> String {
    let line = |number: usize| {
        json!({
            "id": format!("m{number}"), "corpus": "invented",
            "context": [{"role": "customer", "text": NOT_ARRIVED}],
            "text": format!("Dear customer {of}, we are very busy with order {number}."),
            "labels": {"excuse": number < right, "service_failure": true, "apology_due": true, "apology": "none"},
        })
    };
    (0..of).map(|number| format!("{}\n", line(number))).collect()
}

/// A folder with the small lexicon, which may be changed, and labelled messages.
fn folder() -> TempDir {
    let folder = folder_with(&[
        ("new.jsonl", gold(5, 3).as_bytes()),
        ("old.jsonl", gold(9, 9).as_bytes()),
        ("tickets.jsonl", CONVERSATION.as_bytes()),
    ]);
    for part in ["en", "scorecards"] {
        std::fs::create_dir_all(folder.path().join("rules").join(part)).unwrap();
        for entry in std::fs::read_dir(Path::new(LEXICON).join(part)).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, folder.path().join("rules").join(part).join(path.file_name().unwrap())).unwrap();
        }
    }
    folder
}

const OWN: [&str; 3] = ["--lexicons", "rules", "--alone"];

fn measure(folder: &Path) -> Output {
    let file = "rules/en/confidence.toml";
    let args = ["eval", "--gold", "new.jsonl", "--written-from", "old.jsonl", "--write-confidence", file];
    amends(folder, &[&args[..], &["--readers", "two of us"], &OWN].concat())
}

#[test]
fn rules_are_measured_on_labelled_messages() {
    let folder = folder();
    let first = measure(folder.path());
    assert_eq!(code(&first), 0, "{}", err(&first));
    assert_eq!(
        out(&first),
        "rules/en/confidence.toml: 1 of 4 rules measured on 5 unseen messages and 9 that rules were written from\n"
    );
    let file = folder.path().join("rules/en/confidence.toml");
    let written = std::fs::read_to_string(&file).unwrap();
    for line in [
        "readers = \"two of us\"",
        "[unseen]\nmessages = 5\ncorpora = { invented = 5 }",
        "apology_due = { right = 5, of = 5 }",
        "[unseen.rules]\nexcuse-busy = { right = 3, of = 5 }",
        "[written-from.rules]\nexcuse-busy = { right = 9, of = 9 }",
    ] {
        assert!(written.contains(line), "{line} in {written}");
    }
    // Measured again, with the file among the rules, it says the same (but for the day, should it have changed).
    assert_eq!(code(&measure(folder.path())), 0);
    let again = std::fs::read_to_string(&file).unwrap();
    let without_day = |text: &str| text.lines().filter(|line| !line.starts_with("measured-on")).count();
    assert_eq!(without_day(&written), without_day(&again));
    let digest = |text: &str| text.lines().find(|line| line.starts_with("rules =")).map(str::to_owned);
    assert_eq!(digest(&written), digest(&again));

    let explained = out(&amends(folder.path(), &[&["lexicon", "explain", "excuse-busy"], &OWN[..]].concat()));
    assert!(
        explained.contains(
            "Confidence 0.61: right in 3 of 5 unseen messages and in 9 of 9 that rules were written from; \
             all of excuse in 3 of 5 unseen messages\n"
        ),
        "{explained}"
    );
    let unmeasured = out(&amends(folder.path(), &[&["lexicon", "explain", "blame-courier"], &OWN[..]].concat()));
    assert!(unmeasured.contains("that of its label, as it was not measured itself"), "{unmeasured}");
    let listed = out(&amends(folder.path(), &[&["lexicon", "list", "--label", "excuse"], &OWN[..]].concat()));
    assert!(listed.contains("0.61 of 14"), "{listed}");
}

#[test]
fn a_message_on_both_sides_is_not_unseen() {
    let folder = folder();
    std::fs::copy(folder.path().join("new.jsonl"), folder.path().join("old.jsonl")).unwrap();
    let measured = measure(folder.path());
    assert!(out(&measured).contains("0 unseen messages (5 left out, whose words stand in both)"), "{}", out(&measured));
}

#[test]
fn who_labelled_must_be_said() {
    let folder = folder();
    let args = ["eval", "--gold", "new.jsonl", "--write-confidence", "c.toml"];
    let refused = amends(folder.path(), &[&args[..], &OWN].concat());
    assert_eq!(code(&refused), 2);
    assert!(err(&refused).contains("--readers"), "{}", err(&refused));
}

#[test]
fn rules_that_changed_since_are_told_by_the_check() {
    let folder = folder();
    measure(folder.path());
    let check = || amends(folder.path(), &["lexicon", "check", "rules", "--alone"]);
    assert!(!out(&check()).contains("warning"), "{}", out(&check()));
    let file = folder.path().join("rules/en/excuse.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("excuse-busy", "excuse-crowded");
    std::fs::write(&file, text).unwrap();
    let warned = check();
    assert_eq!(code(&warned), 0);
    assert!(out(&warned).contains("with other rules; these are no rules: excuse-busy"), "{}", out(&warned));
}

#[test]
fn confidence_is_shown_and_what_is_below_the_least_does_not_count() {
    let folder = folder();
    measure(folder.path());
    let score = |args: &[&str]| amends(folder.path(), &[&["score", "tickets.jsonl"], &OWN[..], args].concat());
    let shown = out(&score(&[]));
    assert!(shown.contains("excuse 0.61 (excuse-busy)"), "{shown}");
    assert!(shown.contains("findings: excuse 0.61, finger-pointing 0."), "{shown}");
    let doubted = out(&score(&["--least-confidence", "0.62"]));
    assert!(doubted.contains("excuse 0.61 (excuse-busy, in doubt)"), "{doubted}");
    assert!(!doubted.contains("findings: excuse"), "{doubted}");

    let answer: Value = serde_json::from_str(&out(&score(&["--format", "json"]))).unwrap();
    let message = &answer["conversations"][0]["messages"][1];
    assert_eq!(message["detections"][0]["confidence"], 0.61);
    assert_eq!(message["detections"][0]["confidence_n"], 14);
    assert_eq!(message["detections"][0]["in_doubt"], false);
    assert_eq!(message["findings"]["confidence"]["excuse"], 0.61);
    assert_eq!(message["findings"]["confidence_n"]["excuse"], 14);
    assert_eq!(message["findings"]["confidence_n"]["missing_apology"], 5);
    assert!(message["situation"]["confidence"]["service_failure"].is_number());
    let doubted: Value =
        serde_json::from_str(&out(&score(&["--format", "json", "--least-confidence", "0.62"]))).unwrap();
    let message = &doubted["conversations"][0]["messages"][1];
    assert_eq!(message["detections"][0]["in_doubt"], true);
    assert_eq!(message["findings"]["excuse"], false);
    assert_eq!(message["findings"]["confidence"]["excuse"], Value::Null);

    let schema = schemars::schema_for!(amends::wire::ConversationResult<'static>);
    let validator = jsonschema::validator_for(schema.as_value()).unwrap();
    for answer in [answer, doubted] {
        validator.validate(&answer["conversations"][0]).unwrap();
    }
}

#[test]
fn a_threshold_without_measured_rules_is_refused() {
    let folder = folder();
    for (threshold, told) in [("0.5", "--write-confidence"), ("1.5", "expected a number from 0 to 1")] {
        let args = ["score", "--least-confidence", threshold, "tickets.jsonl"];
        let refused = amends(folder.path(), &[&args[..], &OWN].concat());
        assert_eq!(code(&refused), 2);
        assert!(err(&refused).contains(told), "{}", err(&refused));
    }
}

#[test]
fn an_audit_writes_how_sure_its_findings_are() {
    let folder = folder();
    measure(folder.path());
    let audit = |args: &[&str]| {
        let run = amends(folder.path(), &[&["audit", "tickets.jsonl"], &OWN[..], args].concat());
        assert_eq!(code(&run), 0, "{}", err(&run));
        let read = |name: &str| std::fs::read_to_string(folder.path().join("amends-audit").join(name)).unwrap();
        (read("messages.csv"), read("findings.jsonl"))
    };
    let (messages, findings) = audit(&[]);
    let lines: Vec<Vec<&str>> = messages.lines().map(|line| line.split(',').collect()).collect();
    let column = |name: &str| lines[0].iter().position(|cell| *cell == name).unwrap();
    assert_eq!(lines[1][column("excuse")], "true");
    assert_eq!(lines[1][column("excuse_confidence")], "0.61");
    assert!(findings.lines().next().unwrap().ends_with(r#""confidence":0.61,"confidence_n":14}"#), "{findings}");
    let (messages, findings) = audit(&["--least-confidence", "0.62"]);
    assert!(messages.lines().nth(1).unwrap().contains(",false,true,"), "{messages}");
    assert!(findings.lines().next().unwrap().ends_with(r#""in_doubt":true}"#), "{findings}");
}
