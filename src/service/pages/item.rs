//! A message in a list: of the queue, of a search.

use super::moment::Moment;
use super::trail::{Trail, place};
use crate::marked;
use crate::query::Query;
use crate::reading::markup_of;
use crate::service::api::search::excerpt;
use crate::store::found::FoundRow;
use crate::summary::HEADLINES;
use jiff::tz::TimeZone;

/// A message as lists show it (`item.html`).
#[derive(Debug, Clone)]
pub struct Item {
    /// Its key.
    pub message: i64,
    /// Its conversation's key.
    pub conversation: i64,
    /// Where it is read.
    pub path: String,
    /// Its author's name.
    pub agent: String,
    /// Its author's key.
    pub agent_key: i64,
    /// Its author's team.
    pub team: Option<String>,
    /// How it travelled.
    pub channel: Option<String>,
    /// The ticketing tool and the conversation's identifier there.
    pub ticket: String,
    /// When it was sent.
    pub sent: Option<Moment>,
    /// Its score, a whole number of 0 to 100.
    pub score: Option<String>,
    /// Whether its score and findings are kept from a visitor who judges first.
    pub hidden: bool,
    /// Why it has none.
    pub not_scored: Option<String>,
    /// The headline findings in words.
    pub findings: Vec<&'static str>,
    /// Whether a person reviewed it.
    pub reviewed: bool,
    /// Its words, or those around what was looked for; none once they were dropped.
    pub excerpt: Vec<Words>,
}

/// Words that were looked for, or others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The words.
    pub text: String,
    /// Whether they were looked for.
    pub marked: bool,
}

impl Item {
    /// The message in `row`, found by `query`.
    #[must_use]
    pub fn of(row: FoundRow, query: &Query, zone: &TimeZone) -> Self {
        let findings = HEADLINES.iter().enumerate().filter(|(bit, _)| row.findings >> bit & 1 == 1);
        let text = row.body.map(|body| marked::authored(&body, markup_of(row.format)));
        Self {
            message: row.message,
            conversation: row.conversation,
            path: place(row.conversation, row.message),
            agent: row.agent_name.unwrap_or(row.agent_id),
            agent_key: row.agent,
            team: row.team,
            channel: row.channel,
            ticket: format!("{} {}", row.source, row.conversation_id),
            sent: Moment::of_stored(row.sent, zone),
            score: row.score.map(|hundredths| format!("{:.0}", hundredths as f64 / 100.0)),
            hidden: false,
            not_scored: row.not_scored.map(|reason| reason.replace('_', " ")),
            findings: findings.map(|(_, headline)| in_words(headline.name)).collect(),
            reviewed: row.reviewed,
            excerpt: text.map(|text| words(&text, query)).unwrap_or_default(),
        }
    }
}

/// Lays the way through `items`, which are shown at the address `list`.
pub fn lay_trail<'i>(list: &str, items: impl IntoIterator<Item = &'i mut Item>) {
    let items: Vec<&mut Item> = items.into_iter().collect();
    let trail = Trail::new(list, items.iter().map(|item| item.message));
    for item in items {
        item.path = trail.path(item.conversation, item.message);
    }
}

/// A headline finding as people call it.
#[must_use]
pub fn in_words(finding: &str) -> &'static str {
    match finding {
        "excuse" => "excuse",
        "finger_pointing" => "finger-pointing",
        "missing_apology" => "no apology",
        "missing_follow_up" => "nothing promised",
        _ => "finding",
    }
}

fn words(text: &str, query: &Query) -> Vec<Words> {
    let (text, marks) = excerpt(text, query);
    let mut words = Vec::with_capacity(2 * marks.len() + 1);
    let mut at = 0;
    for mark in marks {
        let (start, end) = (mark.start as usize, mark.end as usize);
        if start < at {
            continue;
        }
        words.push(Words { text: text[at..start].to_owned(), marked: false });
        words.push(Words { text: text[start..end].to_owned(), marked: true });
        at = end;
    }
    words.push(Words { text: text[at..].to_owned(), marked: false });
    words.retain(|words| !words.text.is_empty());
    words
}
