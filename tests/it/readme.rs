//! The README says what is so: its commands, its counts, its rule, its scorecard, its JSON.

use amends::conversation::neutral;
use amends::evaluation::parse_line;
use amends::lexicon::{Label, Lexicon, LexiconFile};
use amends::library::Library;
use amends::score::Scorecard;
use std::collections::BTreeMap;

const README: &str = include_str!("../../README.md");
const CI: &str = include_str!("../../.ci/run");

/// The contents of all blocks of `language`, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    README.split(opening.as_str()).skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect()
}

#[test]
fn the_two_commands_are_those_that_every_check_runs() {
    let section = README.split_once("## Two commands").unwrap().1.split_once("\n## ").unwrap().0;
    let commands: Vec<&str> =
        section.split("```sh\n").skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0)).collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    for command in commands {
        assert!(CI.lines().any(|line| line == command), ".ci/run has no line `{command}`");
    }
}

#[test]
fn the_counts_are_those_of_the_rules() {
    let mut counts: BTreeMap<Label, usize> = BTreeMap::new();
    let lexicon = Library::built_in().unwrap().lexicon("en").unwrap();
    for rule in lexicon.rules() {
        *counts.entry(rule.label).or_default() += 1;
    }
    let rules: Vec<String> = Label::ALL
        .iter()
        .filter(|label| label.is_behaviour())
        .map(|label| format!("`{label}` {}", counts.get(label).copied().unwrap_or(0)))
        .collect();
    let patterns = lexicon.pattern_count();
    let line = format!("{} rules with {patterns} patterns; of them {}.", lexicon.rules().len(), rules.join(", "));
    assert!(README.contains(&line), "the README's line of counts is now:\n{line}");
}

#[test]
fn the_rule_of_the_readme_is_a_rule() {
    let rule = blocks("toml").into_iter().find(|block| block.contains("[[rule]]")).unwrap();
    let built_in = Library::built_in().unwrap().lexicon("en").unwrap();
    let mut files: Vec<LexiconFile> =
        built_in.files().iter().filter(|file| !file.text.contains("[[rule]]")).cloned().collect();
    files.push(LexiconFile { path: "README.md".into(), text: rule.to_owned() });
    let lexicon = match Lexicon::compile("en", vec![files]) {
        Ok(lexicon) => lexicon,
        Err(errors) => panic!("{errors}"),
    };
    let failures: Vec<String> = amends::check::check(&lexicon).iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_scorecard_of_the_readme_is_a_scorecard() {
    let card = blocks("toml").into_iter().find(|block| block.contains("[[criterion]]")).unwrap();
    let card = Scorecard::parse("README.md", card).unwrap();
    assert!(card.criteria[0].critical);
    for card in Library::built_in().unwrap().scorecards() {
        assert!(README.contains(&format!("| `{}` |", card.id)), "the README does not name `{}`", card.id);
    }
}

#[test]
fn the_json_of_the_readme_is_read() {
    let json = blocks("json");
    let conversation = neutral::json(json[0].as_bytes()).unwrap();
    assert!(conversation.len() == 1 && conversation[0].is_ok());
    parse_line(json[1].trim()).unwrap();
}
