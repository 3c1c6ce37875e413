//! The demonstration's conversations: that they can be relied on, and that its agents differ as intended.

use crate::support::{english, reader};
use amends::conversation::{Conversation, Format, ParticipantId, Role, Visibility, neutral};
use amends::demo;
use amends::promise::{self, Fate, Office, Terms};
use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

const UNTIL: Date = date(2026, 11, 22);

fn all() -> Vec<Conversation> {
    demo::conversations(UNTIL, 1).collect()
}

/// What an agent's messages come to.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    messages: u32,
    after_failure: u32,
    apology_due: u32,
    missing_apology: u32,
    missing_follow_up: u32,
    excuse: u32,
    finger_pointing: u32,
    promises: u32,
    dated: u32,
    kept: u32,
    late: u32,
    broken: u32,
    unkept: u32,
    open: u32,
}

impl std::ops::Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            messages: self.messages + other.messages,
            after_failure: self.after_failure + other.after_failure,
            apology_due: self.apology_due + other.apology_due,
            missing_apology: self.missing_apology + other.missing_apology,
            missing_follow_up: self.missing_follow_up + other.missing_follow_up,
            excuse: self.excuse + other.excuse,
            finger_pointing: self.finger_pointing + other.finger_pointing,
            promises: self.promises + other.promises,
            dated: self.dated + other.dated,
            kept: self.kept + other.kept,
            late: self.late + other.late,
            broken: self.broken + other.broken,
            unkept: self.unkept + other.unkept,
            open: self.open + other.open,
        }
    }
}

/// Of each agent, before week 12 and from then on.
fn tallies(conversations: &[Conversation]) -> BTreeMap<String, [Tally; 2]> {
    let mut reader = reader();
    let office = Office::in_zone("UTC").unwrap();
    let now: Timestamp = format!("{UNTIL}T00:00:00Z").parse().unwrap();
    let turning: Timestamp = format!("{}T00:00:00Z", UNTIL.saturating_sub(Span::new().weeks(14))).parse().unwrap();
    let mut tallies: BTreeMap<String, [Tally; 2]> = BTreeMap::new();
    for conversation in conversations {
        let readings = reader.conversation(conversation);
        let turns = promise::turns(conversation, &readings);
        let promises = promise::promises(english(), &office, &turns);
        for (index, (message, reading)) in conversation.messages.iter().zip(&readings).enumerate() {
            if reading.score.is_none() {
                continue;
            }
            let sent: Timestamp = message.sent.as_deref().unwrap().parse().unwrap();
            let agent = message.author.id.as_ref().unwrap().to_string();
            let tally = &mut tallies.entry(agent).or_default()[usize::from(sent >= turning)];
            let (findings, situation) = (&reading.findings, &reading.situation);
            tally.messages += 1;
            tally.after_failure += u32::from(situation.service_failure);
            tally.apology_due += u32::from(situation.apology_due);
            tally.missing_apology += u32::from(findings.missing_apology);
            tally.missing_follow_up += u32::from(findings.missing_follow_up);
            tally.excuse += u32::from(findings.excuse);
            tally.finger_pointing += u32::from(findings.finger_pointing);
            for one in promises.iter().filter(|one| one.turn as usize == index) {
                tally.promises += 1;
                tally.dated += u32::from(one.due.is_ok());
                match promise::judge(one, &turns, now, &Terms::default()).fate {
                    Fate::Open { .. } => tally.open += 1,
                    Fate::Kept { .. } => tally.kept += 1,
                    Fate::Late { .. } => tally.late += 1,
                    Fate::Broken { .. } => tally.broken += 1,
                    Fate::Unkept { .. } => tally.unkept += 1,
                }
            }
        }
    }
    tallies
}

fn both(tallies: &BTreeMap<String, [Tally; 2]>, agent: &str) -> Tally {
    let [before, since] = tallies.get(agent).copied().unwrap_or_default();
    before + since
}

fn share(part: u32, of: u32) -> f64 {
    f64::from(part) / f64::from(of.max(1))
}

#[test]
fn agents_differ_as_intended() {
    let all = all();
    let tallies = tallies(&all);
    let of = |agent: &str| both(&tallies, agent);
    let everybody = tallies.keys().fold(Tally::default(), |sum, agent| sum + of(agent));

    // An inbox like others: many failures, and much that is none; something of every finding and every fate.
    let failures = share(everybody.after_failure, everybody.messages);
    assert!((0.4..0.75).contains(&failures), "{failures}");
    let Tally { excuse, finger_pointing, missing_apology, missing_follow_up, .. } = everybody;
    for finding in [excuse, finger_pointing, missing_apology, missing_follow_up] {
        let found = share(finding, everybody.messages);
        assert!((0.02..0.3).contains(&found), "{everybody:?}");
    }
    let Tally { kept, late, broken, unkept, open, .. } = everybody;
    assert!(kept > 150 && late > 20 && broken > 20 && unkept > 3 && open > 10, "{everybody:?}");

    // Nadia writes as one would wish; Tom points at couriers.
    let (nadia, tom) = (of("nadia"), of("tom"));
    assert!(share(nadia.missing_apology, nadia.apology_due) < 0.15, "{nadia:?}");
    assert!(nadia.excuse + nadia.finger_pointing <= 3 && nadia.broken == 0, "{nadia:?}");
    assert!(share(tom.finger_pointing, tom.after_failure) > 0.3, "{tom:?}");
    for agent in tallies.keys().filter(|agent| *agent != "tom") {
        let other = of(agent);
        assert!(other.finger_pointing * 2 < tom.finger_pointing, "{agent} {other:?}");
    }

    // Silke apologises and never says when; Joe says when and forgets it.
    let (silke, joe) = (of("silke"), of("joe"));
    assert!(share(silke.missing_apology, silke.apology_due) < 0.25, "{silke:?}");
    assert!(silke.promises > 15 && share(silke.dated, silke.promises) < 0.3, "{silke:?}");
    assert!(share(joe.dated, joe.promises) > 0.8 && share(joe.kept, joe.promises) < 0.4, "{joe:?}");
    assert!(joe.broken >= 10 && joe.late >= 10, "{joe:?}");

    // The Accounts team is slow to apologise.
    for (agent, team) in demo::teams() {
        // Kit wrote too little to be told by figures, Marco had not learned yet.
        let [_, tally] = tallies[agent.as_str()];
        if agent.as_str() == "kit" {
            continue;
        }
        let missing = share(tally.missing_apology, tally.apology_due);
        assert_eq!(team == "Accounts", missing > 0.45, "{agent} {tally:?}");
    }

    // Marco learned in week 12; of Kit there is too little to judge by.
    let [before, since] = tallies["marco"];
    assert!(share(before.missing_apology, before.apology_due) > 0.4, "{before:?}");
    assert!(share(since.missing_apology, since.apology_due) < 0.2, "{since:?}");
    assert!(before.excuse > 3 * since.excuse, "{before:?} {since:?}");
    assert!((1..20).contains(&of("kit").messages), "{:?}", of("kit"));
}

#[test]
fn the_same_day_and_seed_give_the_same_conversations() {
    assert_eq!(all(), all());
    assert_ne!(all(), demo::conversations(UNTIL, 2).collect::<Vec<_>>());
}

#[test]
fn ids_are_unique_and_times_in_order() {
    // A leap day, the end of a year, a Monday.
    for (until, seed) in [(UNTIL, 1), (date(2028, 3, 1), 2), (date(2027, 1, 4), 3)] {
        let end: Timestamp = format!("{until}T00:00:00Z").parse().unwrap();
        let first: Timestamp = format!("{}T00:00:00Z", until.saturating_sub(Span::new().weeks(26))).parse().unwrap();
        let (mut ids, mut names) = (BTreeSet::new(), BTreeMap::new());
        let mut began = first;
        let mut count = 0;
        for conversation in demo::conversations(until, seed) {
            count += 1;
            assert_eq!(conversation.source.as_deref(), Some(demo::SOURCE));
            assert!(ids.insert(conversation.id.clone().unwrap().to_string()), "{:?}", conversation.id);
            let mut last = began;
            for (index, message) in conversation.messages.iter().enumerate() {
                assert!(neutral::wrong_value(message).is_none(), "{message:?}");
                let sent: Timestamp = message.sent.as_deref().unwrap().parse().unwrap();
                assert!(sent >= last && sent < end, "{message:?}");
                if index == 0 {
                    assert_eq!(message.author.role, Role::Customer);
                    began = sent;
                }
                last = sent;
                assert!(ids.insert(message.id.clone().unwrap().to_string()), "{message:?}");
                let (id, name) = (message.author.id.clone().unwrap(), message.author.name.clone().unwrap());
                assert_eq!(*names.entry(id).or_insert_with(|| name.clone()), name, "one id, one name");
            }
            assert!(!conversation.messages.is_empty());
        }
        assert!((1_350..1_650).contains(&count), "{count}");
        assert!(
            demo::agents()
                .iter()
                .all(|agent| names.get(&ParticipantId::from(agent.id)).is_some_and(|name| name == agent.name))
        );
    }
}

#[test]
fn there_is_something_of_everything() {
    let all = all();
    let channel = |name: &str| all.iter().filter(|one| one.channel.as_deref() == Some(name)).count();
    assert!(channel("email") > 800 && channel("chat") > 150, "mostly mail and chat");
    assert!(channel("tweet") > 30 && channel("review_response") > 30);
    let messages = || all.iter().flat_map(|one| &one.messages);
    let says = |words: &str| messages().any(|message| message.body.contains(words));
    assert!(says("\n> ") && says("<blockquote") && says("\n-- \n") && says("😊") && says("תודה") && says("مع"));
    let script = |format| messages().any(|one| one.format == Some(format) && one.body.contains("<script>"));
    assert!(script(Format::Plain) && script(Format::Html));
    assert!(messages().any(|message| message.body.len() > 20_000));
    assert!(messages().any(|message| message.visibility == Visibility::Internal));
    assert!(messages().any(|message| message.automatic && message.author.role == Role::Bot));
    // Blanks are filled in, choices made.
    for message in messages() {
        assert!(!message.body.contains(['{', '}', '[', ']', '|']), "{}", message.body);
        assert!(!message.body.trim().is_empty() && !message.body.contains("  "), "{}", message.body);
    }
    // One week is busier than any other.
    let mut weeks: BTreeMap<i64, usize> = BTreeMap::new();
    for one in &all {
        let day: Date = one.messages[0].sent.as_deref().unwrap()[..10].parse().unwrap();
        *weeks.entry(i64::from((UNTIL - day).get_days() - 1) / 7).or_default() += 1;
    }
    let busiest = weeks.values().max().copied().unwrap();
    assert_eq!(weeks.len(), 26);
    assert_eq!(weeks.values().filter(|count| **count * 3 > busiest * 2).count(), 1, "{weeks:?}");
}

#[test]
fn every_blank_has_a_list() {
    let phrases: toml::Table = include_str!("../../src/demo/phrases.toml").parse().unwrap();
    let lists = phrases["common"].as_table().unwrap();
    let filled = ["customer", "agent", "order", "when"];
    let texts = phrases.values().flat_map(|value| strings(value));
    for text in texts {
        for blank in text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
            assert!(filled.contains(&blank) || lists.contains_key(blank), "{{{blank}}} in {text}");
        }
        assert_eq!(text.matches('[').count(), text.matches(']').count(), "{text}");
    }
}

/// All texts in `value`; no list may be empty.
fn strings(value: &toml::Value) -> Vec<&str> {
    match value {
        toml::Value::String(text) => vec![text],
        toml::Value::Array(items) => {
            assert!(!items.is_empty());
            items.iter().flat_map(strings).collect()
        }
        toml::Value::Table(table) => table.values().flat_map(strings).collect(),
        other => panic!("only texts stand here: {other}"),
    }
}
