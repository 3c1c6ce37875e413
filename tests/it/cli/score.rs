//! `amends score`: what is shown and answered.

use super::*;
use insta::assert_snapshot;
use serde_json::Value;

#[test]
fn a_plain_text_message_is_shown_with_its_evidence() {
    let folder = folder_with(&[("draft.txt", b"Hi Ines,\n\nwe are very busy and the courier lost it.\n\nTom\n")]);
    let output = score(folder.path(), &["--customer", NOT_ARRIVED, "draft.txt"]);
    assert_eq!(code(&output), 0);
    assert_snapshot!(out(&output), @"
    draft.txt
    turn 1, customer: My parcel never arrived.

    score 0: turn 2, agent
     |
     | Hi Ines,
     |
     | we are very busy and the courier lost it.
     |        ^^^^^^^^^         ^^^^^^^^^^^^ finger_pointing:third_party (blame-courier)
     |        |
     |        excuse (excuse-busy)
     |
     | Tom
     |
     = findings: excuse, finger-pointing, missing apology, missing follow-up
     = situation: service failure shown in turn 1: «never arrived» (not-arrived); apology due; follow-up due after «very busy»
     = unmet: Does the message do without excuses and blame? «very busy», «courier lost»
     = advice: Leave the reason out or own it.
     = unmet: Does it apologise?
     = advice: Say sorry for what went wrong.
     = unmet: Does it say what happens next?
     = advice: Say what you will do, and by when.

    2 messages in 1 conversation read: 1 scored, mean score 0; not scored: 1 written by the customer
    ");
}

#[test]
fn a_conversation_is_shown_with_the_situation_and_what_is_not_scored() {
    let folder = folder_with(&[("tickets.jsonl", CONVERSATION.as_bytes())]);
    let output = score(folder.path(), &["tickets.jsonl"]);
    assert_eq!(code(&output), 0);
    assert_snapshot!(out(&output), @"
    p1 (tickets.jsonl:1)
    turn 1, customer: My parcel never arrived.

    score 0: turn 2 (m2), Tom
     |
     | Hello Ines, we are very busy and the courier lost it.
     |                    ^^^^^^^^^         ^^^^^^^^^^^^ finger_pointing:third_party (blame-courier)
     |                    |
     |                    excuse (excuse-busy)
     |
     = findings: excuse, finger-pointing, missing apology, missing follow-up
     = situation: service failure shown in turn 1: «never arrived» (not-arrived); apology due; follow-up due after «very busy»
     = unmet: Does the message do without excuses and blame? «very busy», «courier lost»
     = advice: Leave the reason out or own it.
     = unmet: Does it apologise?
     = advice: Say sorry for what went wrong.
     = unmet: Does it say what happens next?
     = advice: Say what you will do, and by when.

    turn 3, internal note: Not our fault.

    score 100: turn 4, agent
     |
     | Hello Ines, I am sorry 😀 that it is late. We will send a new one.
     |                  -----                     ------------ follow_up:vague (follow-up-will)
     |                  |
     |                  apology:formulaic (apology-sorry)
     |
     = findings: no excuse, no finger-pointing, no missing apology, no missing follow-up
     = situation: service failure shown in turn 1: «never arrived» (not-arrived); apology due; follow-up due after «We will send»
     = met: Does the message do without excuses and blame?
     = met: Does it apologise? «sorry»
     = met: Does it say what happens next? «We will send»

    4 messages in 1 conversation read: 2 scored, mean score 50; not scored: 1 an internal note, 1 written by the customer
    ");
}

#[test]
fn json_gives_offsets_in_bytes_and_in_utf16() {
    let folder = folder_with(&[("tickets.json", CONVERSATION.as_bytes())]);
    let output = score(folder.path(), &["--format", "json", "tickets.json"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let answer: Value = serde_json::from_str(&out(&output)).unwrap();
    let conversation = &answer["conversations"][0];
    assert_eq!(conversation["id"], "p1");
    let message = &conversation["messages"][3];
    assert_eq!(message["score"], 100.0);
    let promise = &message["detections"][1];
    assert_eq!(promise["text"], "We will send");
    assert_eq!(promise["span"]["start"].as_u64().unwrap() - 2, promise["utf16"]["start"].as_u64().unwrap());
    assert_eq!(message["situation"]["evidence"]["service_failure"]["text"], "never arrived");
    let wrong = &conversation["messages"][1];
    assert_eq!(wrong["findings"]["finger_pointing"], true);
    let evidence: Vec<u64> = serde_json::from_value(wrong["criteria"][0]["evidence"].clone()).unwrap();
    assert_eq!(evidence, [0, 1]);
    assert_eq!(conversation["messages"][2]["not_scored"]["code"], "internal_note");
    assert_eq!(conversation["version"]["scorecard"]["id"], "amends");
    assert_eq!(answer["summary"]["mean_score"], 50.0);
    assert_eq!(answer["summary"]["not_scored"]["internal_note"], 1);
}

#[test]
fn a_message_in_json_has_a_fixed_form() {
    let folder = folder_with(&[]);
    let line = r#"{"messages": [{"author": {"role": "customer"}, "body": "It never came"}, {"author": {"role": "agent"}, "body": "We are very busy today."}]}"#;
    let output = with_stdin(folder.path(), &["--format", "jsonl"], line.as_bytes());
    let answer = out(&output);
    let (readings, version) = answer.split_once(",\"version\"").unwrap();
    assert_snapshot!(readings.replace(",\"", ",\n\""), @r#"
    {"id":"stdin:1",
    "source":null,
    "channel":null,
    "messages":[{"index":0,
    "id":null,
    "role":"customer",
    "scored":false,
    "score":null,
    "uncritical_score":null,
    "not_scored":{"code":"not_an_agent",
    "reason":"written by the customer"},
    "situation":null,
    "findings":null,
    "criteria":[],
    "detections":[{"label":"not_received",
    "kind":"strong",
    "rule":"not-arrived",
    "text":"never came",
    "span":{"start":3,
    "end":13},
    "utf16":{"start":3,
    "end":13},
    "confidence":null,
    "confidence_n":null,
    "in_doubt":false,
    "what":"Something did not arrive.",
    "why":"It shows the failure."}],
    "words":3,
    "zoning_uncertain":false},{"index":1,
    "id":null,
    "role":"agent",
    "scored":true,
    "score":0.0,
    "uncritical_score":0.0,
    "not_scored":null,
    "situation":{"service_failure":true,
    "apology_due":true,
    "follow_up_due":true,
    "confidence":{"service_failure":null,
    "apology_due":null,
    "follow_up_due":null},
    "evidence":{"service_failure":{"message":0,
    "label":"not_received",
    "rule":"not-arrived",
    "text":"never came",
    "span":{"start":3,
    "end":13},
    "utf16":{"start":3,
    "end":13}},
    "earlier_apology":null,
    "follow_up":{"message":1,
    "label":"excuse",
    "rule":"excuse-busy",
    "text":"very busy",
    "span":{"start":7,
    "end":16},
    "utf16":{"start":7,
    "end":16}}}},
    "findings":{"excuse":true,
    "finger_pointing":false,
    "missing_apology":true,
    "missing_follow_up":true,
    "confidence":{"excuse":null,
    "finger_pointing":null,
    "missing_apology":null,
    "missing_follow_up":null},
    "confidence_n":{"excuse":null,
    "finger_pointing":null,
    "missing_apology":null,
    "missing_follow_up":null}},
    "criteria":[{"id":"no-excuse",
    "question":"Does the message do without excuses and blame?",
    "verdict":"unmet",
    "weight":3.0,
    "critical":false,
    "advice":"Leave the reason out or own it.",
    "evidence":[0]},{"id":"apology",
    "question":"Does it apologise?",
    "verdict":"unmet",
    "weight":1.0,
    "critical":false,
    "advice":"Say sorry for what went wrong.",
    "evidence":[]},{"id":"follow-up",
    "question":"Does it say what happens next?",
    "verdict":"unmet",
    "weight":1.0,
    "critical":false,
    "advice":"Say what you will do, and by when.",
    "evidence":[]}],
    "detections":[{"label":"excuse",
    "kind":null,
    "rule":"excuse-busy",
    "text":"very busy",
    "span":{"start":7,
    "end":16},
    "utf16":{"start":7,
    "end":16},
    "confidence":null,
    "confidence_n":null,
    "in_doubt":false,
    "what":"Says how busy it is.",
    "why":"The customer's wait is explained by other customers.",
    "advice":"Leave the volume out and say when you will answer."}],
    "words":5,
    "zoning_uncertain":false}]
    "#);
    assert!(version.contains(concat!("\"amends\":\"", env!("CARGO_PKG_VERSION"))), "{version}");
}

#[test]
fn standard_input_is_read_where_no_file_is_named() {
    let folder = folder_with(&[]);
    for args in [&[][..], &["-"]] {
        let output = with_stdin(folder.path(), args, b"Hello, we are sorry for that.");
        assert_eq!(code(&output), 0);
        assert!(out(&output).contains("stdin"), "{}", out(&output));
        assert!(out(&output).contains("1 message in 1 conversation read: 1 scored"), "{}", out(&output));
    }
}

#[test]
fn a_low_score_fails_the_command_where_asked() {
    let folder = folder_with(&[("t.jsonl", CONVERSATION.as_bytes()), ("bad.txt", b"\xFF")]);
    assert_eq!(code(&score(folder.path(), &["t.jsonl", "--fail-under", "60"])), 1);
    assert_eq!(code(&score(folder.path(), &["t.jsonl", "--fail-under", "0"])), 0);
    assert_eq!(code(&score(folder.path(), &["t.jsonl", "bad.txt", "--fail-under", "60"])), 2);
    let output = score(folder.path(), &["t.jsonl", "--fail-under", "101"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("expected a number from 0 to 100"), "{}", err(&output));
}

#[test]
fn only_the_labels_asked_for_are_shown() {
    let folder = folder_with(&[("t.jsonl", CONVERSATION.as_bytes())]);
    let output = score(folder.path(), &["t.jsonl", "--only", "finger_pointing,apology"]);
    let text = out(&output);
    assert!(
        text.contains("blame-courier") && text.contains("apology-sorry") && !text.contains("excuse-busy"),
        "{text}"
    );
}
