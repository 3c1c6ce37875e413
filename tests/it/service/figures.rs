//! Figures are those of the messages, whatever happened to them in between.

use super::trends::invented;
use super::{Running, method};
use crate::support::Chance;
use amends::ingest::{Analyst, Method, take};
use amends::reading::LeastConfidence;
use amends::service::problem::Problem;
use amends::source::Record;
use amends::store::analysis::situation;
use amends::store::figures::{FigureRow, Whose, Window, messages, promises};
use amends::store::{agents, erasure, rereading, retention, timestamp};
use amends::summary::Group;
use amends::summary::part::{Asked, MessageFigures, Part};
use amends::trend::{Grain, Period};
use proptest::prelude::*;
use rusqlite::Transaction;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a message counts for, as it is stored. All versions here have the same criteria.
fn counted(row: &FigureRow) -> MessageFigures {
    let told = |bit: i64| row.situation & bit != 0;
    let asked = row.asked.then(|| Asked {
        service_failure: told(situation::SERVICE_FAILURE),
        apology_due: told(situation::APOLOGY_DUE),
        follow_up_due: told(situation::FOLLOW_UP_DUE),
        found: std::array::from_fn(|index| row.findings >> index & 1 == 1),
        met: row.met.cast_unsigned(),
        unmet: row.unmet.cast_unsigned(),
    });
    MessageFigures { asked, score_hundredths: row.score.map(i64::cast_unsigned) }
}

/// The messages that `holds` names, counted one by one: by what `key` says, and by conversation.
fn by<K: Ord + Copy>(
    transaction: &Transaction<'_>,
    holds: impl Fn(i64, Option<i64>) -> bool,
    key: impl Fn(&FigureRow) -> Option<K>,
) -> BTreeMap<K, Group> {
    let mut parts: BTreeMap<(K, i64), Part> = BTreeMap::new();
    let each = |row: FigureRow| {
        if holds(row.agent, row.sent_at)
            && let Some(key) = key(&row)
        {
            parts.entry((key, row.conversation)).or_default().add(&counted(&row), method().card.criteria.len());
        }
    };
    messages(transaction, None, each).unwrap();
    let mut groups: BTreeMap<K, Group> = BTreeMap::new();
    for ((key, _), part) in parts {
        groups.entry(key).or_default().merge(&part.group());
    }
    groups
}

/// What is to be compared of a group.
fn shown(group: &Group) -> Value {
    let measures = 4 + method().card.criteria.len();
    let sums: Vec<String> = (0..measures).map(|index| format!("{:?}", group.measure(index).sums())).collect();
    json!([
        group.conversations,
        group.messages,
        group.scored,
        group.score_hundredths,
        sums,
        format!("{:?}", group.promises)
    ])
}

fn all_shown<K: std::fmt::Debug>(groups: impl IntoIterator<Item = (K, Group)>) -> Vec<(String, Value)> {
    groups
        .into_iter()
        .filter(|(_, group)| group.messages > 0)
        .map(|(key, group)| (format!("{key:?}"), shown(&group)))
        .collect()
}

/// Compares the figures with what is counted from the messages one by one.
fn compare(running: &Running, whose: Whose, window: Window) {
    let service = &running.service;
    let read = |transaction: &Transaction<'_>| {
        let team: Vec<i64> = agents::agents(transaction)?
            .into_iter()
            .filter(|agent| match whose {
                Whose::All => true,
                Whose::Agent(key) => agent.key == key,
                Whose::Team(key) => agent.team.as_ref().is_some_and(|(team, _)| *team == key),
            })
            .map(|agent| agent.key)
            .collect();
        let holds = |agent: i64, sent: Option<i64>| {
            let bounded = window != Window::default();
            team.contains(&agent)
                && sent.map_or(!bounded, |sent| {
                    window.since <= Some(sent) && window.until.is_none_or(|until| sent < until)
                })
        };
        let mut total = by(transaction, holds, |_| Some(())).remove(&()).unwrap_or_default();
        let mut of_agents = by(transaction, holds, |row| Some(row.agent));
        promises(transaction, None, |row| {
            if holds(row.agent, row.made) {
                total.promises.add(row.dated, &row.fate);
                if let Some(group) = of_agents.get_mut(&row.agent) {
                    group.promises.add(row.dated, &row.fate);
                }
            }
        })?;
        let days = by(transaction, holds, |row| {
            let day = Period::of(timestamp(row.sent_at?)?, Grain::Day, service.office.zone());
            Some((row.version, day))
        });
        let figures = service.figures(transaction)?;
        assert_eq!(shown(&figures.total(whose, window)?), shown(&total));
        assert_eq!(all_shown(figures.by_agent(whose, window)?), all_shown(of_agents));
        let series = figures.series(whose, window, Grain::Day)?;
        assert_eq!(shown(&series.total), shown(&total));
        assert_eq!(all_shown(series.steps), all_shown(days));
        Ok::<_, Problem>(())
    };
    service.store.read(read).unwrap();
}

/// Reads all that was read otherwise with other settings: a new version.
fn rescore(running: &Running, least_confidence: f64) {
    let store = &running.service.store;
    let method =
        Method { least_confidence: LeastConfidence::new(least_confidence, method().lexicon).unwrap(), ..method() };
    let analyst = Analyst::new(store, method, 1).unwrap();
    let version = analyst.version();
    store.write(move |transaction| rereading::outdated(transaction, version, 0, 1000)).wait().unwrap();
    analyst.read_all(&|| false).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_in_whatever_order_figures_are_those_of_the_messages(seed in any::<u64>()) {
        let mut chance = Chance::new(seed);
        let running = Running::new();
        let store = &running.service.store;
        let all = invented(60, 5);
        for step in 0..40 {
            let number = chance.below(all.len());
            match chance.below(10) {
                // Some of its messages, in any order; one may be other than it was, or have no time.
                0..=4 => {
                    let mut some = all[number].clone();
                    let list = some["messages"].as_array_mut().unwrap();
                    chance.shuffle(list);
                    list.truncate(1 + chance.below(list.len()));
                    if chance.below(3) == 0 {
                        list[0]["body"] = json!("We are sorry that it is late. I will call you tomorrow before noon.");
                    }
                    if chance.below(8) == 0 {
                        list[0].as_object_mut().unwrap().remove("sent");
                    }
                    let piece = serde_json::from_value::<amends::conversation::Conversation>(some).unwrap();
                    take(store, vec![Record::Piece(piece.into())]).wait().unwrap();
                    // Others may follow before they are read.
                    if chance.below(2) == 0 {
                        running.read_all();
                    }
                }
                5 => running.bring(&Value::Array(all[number..].iter().take(20).cloned().collect())),
                6 => drop(store.write(move |transaction| erasure::conversation(transaction, 1 + number as i64)).wait().unwrap()),
                7 => rescore(&running, [0.1, 0.9][chance.below(2)]),
                8 => {
                    let known = store.read(agents::agents).unwrap();
                    let members: Vec<i64> = known.iter().map(|agent| agent.key).filter(|_| chance.below(2) == 0).collect();
                    store.write(move |transaction| agents::set_team(transaction, "team", &members)).wait().unwrap();
                }
                _ => {
                    let (before, now) = ("2026-03-01T00:00:00Z".parse().unwrap(), "2026-09-01T00:00:00Z".parse().unwrap());
                    store.write(move |transaction| retention::drop_texts(transaction, before, 5, now)).wait().unwrap();
                }
            }
            if chance.below(3) == 0 || step == 39 {
                let since = "2026-02-10T13:30:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
                let window = Window { since: Some(since), until: Some(since + 40 * 24 * 3_600_000) };
                for whose in [Whose::All, Whose::Agent(1), Whose::Team(1)] {
                    compare(&running, whose, Window::default());
                    compare(&running, whose, window);
                }
            }
        }
    }
}
