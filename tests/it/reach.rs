//! How far the rules reach: whole conversations with all that is found in them, and messages to which nothing
//! went wrong, where little may be.
//!
//! What is found is not always right; the snapshots (`tests/reach/*.snap`) show what a change of a rule moves
//! besides what it was meant for.

use super::conversations::parse;
use super::support::{english, reader};
use amends::conversation::{Conversation, Role};
use amends::lexicon::Family;
use amends::reading::MessageReading;
use amends::situation::History;
use amends::text::Markup;
use serde::Deserialize;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// At most so many in a hundred messages to which nothing went wrong may show something that breaks trust.
const MOST_FALSE_ALARMS: f64 = 2.0;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reach")
}

/// Everything that was read in a message, cues included.
fn told(out: &mut String, index: usize, reading: &MessageReading, body: &str) {
    for one in &reading.detections {
        let kind = one.kind.map(|kind| format!(":{}", kind.name())).unwrap_or_default();
        let rule = &english().rules()[one.rule as usize].id;
        writeln!(out, "  {}{kind} «{}» ({rule})", one.label, one.span.of(body)).unwrap();
    }
    let situation = &reading.situation;
    let by = |name: &str, holds: bool, cue: Option<amends::situation::Cue>| {
        let by = cue.map(|cue| {
            let rule = cue.rule.map_or("a plain statement", |rule| english().rules()[rule as usize].id.as_str());
            if cue.turn as usize == index { format!(" ({rule})") } else { format!(" (turn {}: {rule})", cue.turn + 1) }
        });
        holds.then(|| format!("{name}{}", by.unwrap_or_default()))
    };
    let situation: Vec<String> = [
        by("service failure", situation.service_failure, situation.failure_cue),
        by("apology due", situation.apology_due, None),
        by("follow-up due", situation.follow_up_due, situation.follow_up_cue),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !situation.is_empty() {
        writeln!(out, "  situation: {}", situation.join(", ")).unwrap();
    }
    let findings: Vec<&str> =
        reading.findings.named().into_iter().filter(|(_, made)| *made).map(|(name, _)| name).collect();
    if !findings.is_empty() {
        writeln!(out, "  findings: {}", findings.join(", ")).unwrap();
    }
    match (reading.score.and_then(|score| score.score), reading.not_scored) {
        (Some(score), _) => writeln!(out, "  score: {score:.0}").unwrap(),
        (None, Some(reason)) => writeln!(out, "  not scored: {}", reason.code()).unwrap(),
        (None, None) => writeln!(out, "  not scored: no criterion applies").unwrap(),
    }
}

#[test]
fn what_is_found_in_whole_conversations() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    let mut conversations = 0;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut out = String::new();
        for case in parse(&name, &std::fs::read_to_string(&path).unwrap()) {
            let conversation = Conversation { id: None, source: None, channel: None, messages: case.messages };
            let turns = conversation.messages.len();
            assert!((2..=8).contains(&turns), "{name}: `{}` has {turns} turns", case.title);
            writeln!(out, "## {}", case.title).unwrap();
            for (index, reading) in reader().conversation(&conversation).iter().enumerate() {
                let message = &conversation.messages[index];
                let who = if message.author.role == Role::Customer { "customer" } else { "agent" };
                writeln!(out, "{}, {who}", index + 1).unwrap();
                told(&mut out, index, reading, &message.body);
            }
            out.push('\n');
            conversations += 1;
        }
        settings.bind(|| insta::assert_snapshot!(name, out));
    }
    assert!(conversations >= 25, "{conversations} conversations");
}

/// A customer's message to which an agent answers, and in which nothing of the company's went wrong.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    customer: String,
    agent: String,
}

#[test]
fn where_nothing_went_wrong_little_is_found_that_breaks_trust() {
    let text = std::fs::read_to_string(folder().join("no_failure.jsonl")).unwrap();
    let exchanges: Vec<Exchange> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(exchanges.len() >= 150);
    let (mut alarms, mut wrong, mut failures) = (String::new(), 0, 0);
    let mut reader = reader();
    for Exchange { customer, agent } in &exchanges {
        let mut history = History::default();
        reader.customer(customer, Markup::Plain, &mut history);
        let reading = reader.agent(agent, Markup::Plain, false, &mut history);
        let breaking = reading.detections.iter().filter(|one| one.label.family() == Family::BreaksTrust);
        let breaking: Vec<_> = breaking.collect();
        wrong += usize::from(!breaking.is_empty());
        for one in breaking {
            let rule = &english().rules()[one.rule as usize].id;
            writeln!(alarms, "  {} «{}» ({rule}) in: {agent}", one.label, one.span.of(agent)).unwrap();
        }
        failures += usize::from(reading.situation.service_failure);
    }
    let share = 100.0 * f64::from(u32::try_from(wrong).unwrap()) / f64::from(u32::try_from(exchanges.len()).unwrap());
    println!("{wrong} of {} messages carry a false alarm, {failures} are taken to answer a failure", exchanges.len());
    assert!(
        share <= MOST_FALSE_ALARMS,
        "{wrong} of {} messages to which nothing went wrong ({share:.1} %) show something that breaks trust:\n{alarms}",
        exchanges.len()
    );
}
