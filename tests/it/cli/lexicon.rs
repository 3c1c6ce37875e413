//! `amends lexicon`.

use super::*;
use insta::assert_snapshot;

#[test]
fn rules_are_listed_explained_and_tested() {
    let folder = folder_with(&[]);
    let own = ["--lexicons", LEXICON, "--alone"];
    let list = amends(folder.path(), &[&["lexicon", "list", "--label", "excuse"], &own[..]].concat());
    assert_snapshot!(out(&list), @r"
    rule         label   kind  confidence  what
    excuse-busy  excuse                    Says how busy it is.
    1 rule
    ");
    let explain = amends(folder.path(), &[&["lexicon", "explain", "excuse-busy"], &own[..]].concat());
    assert_snapshot!(out(&explain).replace(LEXICON, "LEXICON"), @r"
    excuse-busy  excuse
    LEXICON/en/excuse.toml:9, since 0.1.0

    What       Says how busy it is.
    Why        The customer's wait is explained by other customers.
    Fair when  Everybody can see the queue.
    Advice     Leave the volume out and say when you will answer.

    Finds
      [very|unusually] busy
      high volume of [calls|emails]

    But not in a sentence with
      not an excuse

    Examples that it finds, at the marks
      We are «very busy» now.
      We see a «high volume of calls».

    Examples where it is silent
      Are you busy?
      The busy season is over.

    In context
      failure: only
    ");
    let test = amends(folder.path(), &["lexicon", "test", LEXICON, "--alone", "--rule", "excuse-busy"]);
    assert_eq!(code(&test), 0);
    assert_snapshot!(out(&test), @r"
    ok   excuse-busy  2 hits, 2 silent
    1 rule, 4 examples, 0 failed
    ");
    let check = amends(folder.path(), &["lexicon", "check", LEXICON, "--alone"]);
    assert_eq!(code(&check), 0);
    assert_snapshot!(out(&check), @"en: 6 rules, 7 patterns, 24 examples, 0 failed");
}

/// A copy of the small lexicon in which `from` is replaced by `to` in the file of excuses.
fn changed(from: &str, to: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for part in ["en", "scorecards"] {
        std::fs::create_dir_all(folder.path().join(part)).unwrap();
        for entry in std::fs::read_dir(Path::new(LEXICON).join(part)).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let text = if path.ends_with("excuse.toml") { text.replace(from, to) } else { text };
            std::fs::write(folder.path().join(part).join(path.file_name().unwrap()), text).unwrap();
        }
    }
    folder
}

#[test]
fn a_rule_that_fails_its_examples_is_found_wrong() {
    let folder = changed("\"Are you busy?\"", "\"Are you very busy?\"");
    let test = amends(folder.path(), &["lexicon", "test", ".", "--alone"]);
    assert_eq!(code(&test), 1);
    assert_snapshot!(out(&test), @r##"
    ok   apology-sorry  2 hits, 2 silent
    FAIL excuse-busy  2 hits, 2 silent
    ./en/excuse.toml:25:3: must be silent, but `excuse-busy` found «very busy»
       |
    25 |   "Are you very busy?",
       |   ^
    ok   blame-courier  2 hits, 2 silent
    ok   follow-up-will  2 hits, 2 silent
    ok   not-arrived  2 hits, 2 silent
    ok   settled-glad  2 hits, 2 silent
    6 rules, 24 examples, 1 failed
    "##);
    assert_eq!(code(&amends(folder.path(), &["lexicon", "check", ".", "--alone"])), 1);
}

#[test]
fn a_wrong_lexicon_file_is_told_with_its_place() {
    let folder = changed("[very|unusually]", "[very|unusually");
    let check = amends(folder.path(), &["lexicon", "check", ".", "--alone"]);
    assert_eq!(code(&check), 2);
    assert!(err(&check).contains("./en/excuse.toml:16:"), "{}", err(&check));
}

#[test]
fn label_files_are_formatted_in_place() {
    let folder = changed("id = \"excuse-busy\"\nsince = \"0.1.0\"", "since   = \"0.1.0\" # first\nid=\"excuse-busy\"");
    let run = |args: &[&str]| amends(folder.path(), &[&["lexicon", "format", "."], args].concat());
    let checked = run(&["--check"]);
    assert_eq!(code(&checked), 1);
    assert_snapshot!(out(&checked), @r"
    ./en/excuse.toml: not in canonical form
    6 label files, 1 not canonical
    ");
    assert_eq!(code(&run(&[])), 0);
    let text = std::fs::read_to_string(folder.path().join("en/excuse.toml")).unwrap();
    assert!(text.contains("id = \"excuse-busy\"\nsince = \"0.1.0\" # first\n"), "{text}");
    assert_eq!(code(&run(&["--check"])), 0);
    assert_eq!(code(&amends(folder.path(), &["lexicon", "check", ".", "--alone"])), 0);
}

#[test]
fn rules_are_switched_off_by_a_file() {
    let folder = changed("", "");
    let off = folder.path().join("en/off.toml");
    std::fs::write(&off, "off = [\"excuse-busy\"]\n").unwrap();
    let lexicons = folder.path().to_str().unwrap();
    let check = amends(folder.path(), &["lexicon", "check", lexicons, "--alone"]);
    assert_eq!(code(&check), 0, "{}{}", out(&check), err(&check));
    assert!(out(&check).starts_with("en: 5 rules,"), "{}", out(&check));
    std::fs::write(&off, "off = [\n  \"excuse-bussy\",\n]\n").unwrap();
    let check = amends(folder.path(), &["lexicon", "check", lexicons, "--alone"]);
    assert_eq!(code(&check), 2);
    assert!(err(&check).contains("off.toml:2:3: no rule is called `excuse-bussy`"), "{}", err(&check));
}
