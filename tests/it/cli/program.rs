//! The program as a whole: help, names, colours, completions, the examples.

use super::*;
use insta::assert_snapshot;
use serde_json::Value;

#[test]
fn colours_come_when_asked_for_and_never_by_themselves() {
    let folder = folder_with(&[("t.jsonl", CONVERSATION.as_bytes())]);
    let escapes = |args: &[&str]| score(folder.path(), args).stdout.contains(&0x1B);
    assert!(!escapes(&["t.jsonl"]));
    assert!(!escapes(&["t.jsonl", "--color", "never"]));
    assert!(escapes(&["t.jsonl", "--color", "always"]));
}

#[test]
fn unknown_names_are_answered_with_those_there_are() {
    let folder = folder_with(&[("t.txt", b"Hello to you all.")]);
    let complaint = |output: Output| {
        assert_eq!(code(&output), 2);
        err(&output)
    };
    assert_snapshot!(complaint(score(folder.path(), &["t.txt", "--scorecard", "amens"])), @"amends: no scorecard is called `amens`; there are amends; or name a file that ends in .toml");
    assert_snapshot!(complaint(score(folder.path(), &["t.txt", "--language", "de"])), @"amends: no rules for the language `de`; there are en");
    let label = complaint(score(folder.path(), &["t.txt", "--only", "excuses"]));
    assert!(label.starts_with("amends: no label is called `excuses`; there are excuse, finger_pointing,"), "{label}");
    let rule = ["lexicon", "explain", "excuse-bussy", "--lexicons", LEXICON, "--alone"];
    assert_snapshot!(complaint(amends(folder.path(), &rule)), @"amends: no rule is called `excuse-bussy`; there is excuse-busy; `amends lexicon list` shows all");
    assert_snapshot!(complaint(score(folder.path(), &["t.txt", "--scorecard", "no.toml"])), @"amends: cannot read no.toml: No such file or directory (os error 2)");
    let customer = with_stdin(folder.path(), &["--customer", "Hello"], CONVERSATION.as_bytes());
    assert_snapshot!(complaint(customer), @"amends: stdin: --customer goes with plain text; a JSON conversation holds the customer's turns itself");
}

#[test]
fn the_schema_and_completions_are_printed() {
    let folder = folder_with(&[]);
    let schema = amends(folder.path(), &["schema"]);
    assert_eq!(serde_json::from_str::<Value>(&out(&schema)).unwrap(), amends::conversation::schema());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = amends(folder.path(), &["completions", shell]);
        assert_eq!(code(&script), 0);
        assert!(out(&script).contains("amends"));
    }
}

#[test]
fn help_names_the_exit_codes() {
    let folder = folder_with(&[]);
    for args in [&["--help"][..], &["score", "--help"], &["lexicon", "format", "--help"]] {
        let help = amends(folder.path(), args);
        assert_eq!(code(&help), 0);
        assert!(out(&help).contains("Exit codes"), "{}", out(&help));
    }
    assert_eq!(code(&amends(folder.path(), &["no-such-command"])), 2);
}

#[test]
fn the_examples_are_read_with_the_built_in_rules() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let output = amends(&folder, &["score", "--format", "jsonl", "tickets.jsonl", "late-parcel.json", "draft.txt"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let codes: Vec<String> = out(&output)
        .lines()
        .flat_map(|line| serde_json::from_str::<Value>(line).unwrap()["messages"].as_array().unwrap().clone())
        .filter_map(|message| Some(message["not_scored"]["code"].as_str()?.to_owned()))
        .collect();
    for reason in ["not_an_agent", "internal_note", "automatic", "no_lexicon_for_language"] {
        assert!(codes.iter().any(|code| code == reason), "{reason}: {codes:?}");
    }
}
