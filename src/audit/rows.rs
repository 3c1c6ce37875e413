//! The rows of an audit's files. Text cells cannot become formulas in a spreadsheet.

use super::plan::{Agent, Plan};
use crate::conversation::{Conversation, Message, Role};
use crate::promise::{Fate, Outcome, Promise};
use crate::reading::MessageReading;
use crate::recovery::Recovery;
use crate::score::{Scorecard, Verdict};
use crate::summary::HEADLINES;
use crate::wire::two_decimals;
use jiff::{SignedDuration, Timestamp};
use std::borrow::Cow;

/// A cell of text that no spreadsheet takes for a formula: one that begins like one gets a quote in front
/// (OWASP, "CSV Injection").
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// `true`, `false`, or nothing where the question is not asked.
fn flag(asked: bool, value: bool) -> &'static str {
    match (asked, value) {
        (false, _) => "",
        (true, true) => "true",
        (true, false) => "false",
    }
}

/// The columns of `messages.csv`.
pub(super) fn message_columns(card: &Scorecard) -> Vec<String> {
    let mut columns: Vec<String> = [
        "conversation",
        "source",
        "channel",
        "index",
        "message",
        "agent",
        "agent_name",
        "team",
        "sent",
        "counted",
        "score",
        "uncritical_score",
        "not_scored",
        "words",
        "service_failure",
        "apology_due",
        "follow_up_due",
    ]
    .map(str::to_owned)
    .into();
    columns.extend(HEADLINES.iter().map(|headline| headline.name.to_owned()));
    columns.extend(HEADLINES.iter().map(|headline| format!("{}_confidence", headline.name)));
    columns.extend(card.criteria.iter().map(|criterion| format!("criterion:{}", criterion.id)));
    columns
}

/// The first row of a file.
pub(super) fn header(columns: &[String]) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(columns)?;
    csv.into_inner().map_err(|error| error.into_error().into())
}

/// What a row tells besides the reading.
pub(super) struct Placed<'r> {
    pub(super) conversation: &'r Conversation,
    /// The conversation's identifier, or its place in the export.
    pub(super) name: &'r str,
    pub(super) index: usize,
    pub(super) agent: &'r Agent,
    pub(super) counted: bool,
}

impl Placed<'_> {
    pub(super) fn message(&self) -> &Message {
        &self.conversation.messages[self.index]
    }
}

/// The row of an agent's message in `messages.csv`.
pub(super) fn message(
    csv: &mut csv::Writer<Vec<u8>>,
    placed: &Placed<'_>,
    reading: &MessageReading,
    Plan { lexicon, card, .. }: &Plan<'_>,
) -> Result<(), csv::Error> {
    let (message, agent, score) = (placed.message(), placed.agent, reading.score);
    let number = |score: Option<f64>| score.map(|score| two_decimals(score).to_string()).unwrap_or_default();
    let read = score.is_some();
    for field in [
        cell(placed.name),
        cell(placed.conversation.source.as_deref().unwrap_or_default()),
        cell(placed.conversation.channel.as_deref().unwrap_or_default()),
        placed.index.to_string().into(),
        cell(message.id.as_ref().map_or("", |id| id.as_str())),
        cell(&agent.id),
        cell(agent.name.as_deref().unwrap_or_default()),
        cell(agent.team.as_deref().unwrap_or_default()),
        cell(message.sent.as_deref().unwrap_or_default()),
        flag(true, placed.counted).into(),
        number(score.and_then(|score| score.score)).into(),
        number(score.and_then(|score| score.uncritical_score)).into(),
        match (reading.not_scored, score) {
            (Some(reason), _) => reason.code().into(),
            (None, Some(score)) if score.score.is_none() => "no_criterion_applies".into(),
            _ => "".into(),
        },
        reading.words.to_string().into(),
        flag(read, reading.situation.service_failure).into(),
        flag(read, reading.situation.apology_due).into(),
        flag(read, reading.situation.follow_up_due).into(),
    ] {
        csv.write_field(field.as_ref())?;
    }
    for (_, found) in reading.findings.named() {
        csv.write_field(flag(read, found))?;
    }
    for confidence in reading.finding_confidences(lexicon) {
        csv.write_field(confidence.map(|one| one.value.to_string()).unwrap_or_default())?;
    }
    for index in 0..card.criteria.len() {
        let verdict = score.map(|score| score.verdict(index)).filter(|verdict| *verdict != Verdict::NotApplicable);
        csv.write_field(verdict.map_or("", Verdict::name))?;
    }
    csv.write_record(None::<&[u8]>)
}

/// The columns of `promises.csv`.
pub(super) const PROMISE_COLUMNS: [&str; 15] = [
    "conversation",
    "index",
    "message",
    "agent",
    "agent_name",
    "team",
    "made",
    "words",
    "act",
    "conditional",
    "due",
    "precision",
    "fate",
    "kept_or_late_by_index",
    "told",
];

/// The row of a promise in `promises.csv`.
pub(super) fn promise(
    csv: &mut csv::Writer<Vec<u8>>,
    placed: &Placed<'_>,
    plan: &Plan<'_>,
    promise: &Promise,
    outcome: &Outcome,
) -> Result<(), csv::Error> {
    let (message, agent) = (placed.message(), placed.agent);
    let words = promise.words.of(&message.body);
    let words = plan.masked(words, placed.conversation).map_or(Cow::Borrowed(words), Cow::Owned);
    let shown = |time: Timestamp| time.to_zoned(plan.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    let by = match outcome.fate {
        Fate::Kept { by_turn, .. } | Fate::Late { by_turn, .. } => by_turn.to_string(),
        _ => String::new(),
    };
    for field in [
        cell(placed.name),
        placed.index.to_string().into(),
        cell(message.id.as_ref().map_or("", |id| id.as_str())),
        cell(&agent.id),
        cell(agent.name.as_deref().unwrap_or_default()),
        cell(agent.team.as_deref().unwrap_or_default()),
        cell(message.sent.as_deref().unwrap_or_default()),
        cell(&words),
        promise.act.name().into(),
        flag(true, promise.condition.is_some()).into(),
        promise.due.map(|due| shown(due.at)).unwrap_or_default().into(),
        promise.due.map(|due| due.precision.name()).unwrap_or_default().into(),
        outcome.fate.name().into(),
        by.into(),
        outcome.sentence(promise, &plan.office).into(),
    ] {
        csv.write_field(field.as_ref())?;
    }
    csv.write_record(None::<&[u8]>)
}

/// The columns of `conversations.csv`.
pub(super) const CONVERSATION_COLUMNS: [&str; 26] = [
    "conversation",
    "source",
    "channel",
    "messages",
    "agent_messages",
    "first_sent",
    "last_sent",
    "service_failure",
    "first_complaint",
    "seconds_to_first_response",
    "seconds_to_apology",
    "apology_in_answer",
    "proactive_apology",
    "over_apologising",
    "same_failure_again",
    "checked_back",
    "ending",
    "resolved",
    "promises",
    "promises_kept",
    "promises_late",
    "promises_broken",
    "promises_open",
    "mean_score",
    "worst_score",
    "worst_index",
];

/// The row of a conversation in `conversations.csv`.
pub(super) fn conversation(
    csv: &mut csv::Writer<Vec<u8>>,
    name: &str,
    conversation: &Conversation,
    failure: bool,
    recovery: &Recovery,
) -> Result<(), csv::Error> {
    let agents = conversation.messages.iter().filter(|message| message.author.role == Role::Agent).count();
    let sent = |message: Option<&Message>| message.and_then(|message| message.sent.clone()).unwrap_or_default();
    let seconds = |time: Option<SignedDuration>| time.map(|time| time.as_secs().to_string()).unwrap_or_default();
    let complaint = recovery.first_complaint.and_then(|complaint| complaint.at);
    let apology = recovery.apology;
    let fates = |wanted: &[&str]| {
        let of = recovery.promises.iter().filter(|(_, outcome)| wanted.contains(&outcome.fate.name()));
        of.count().to_string()
    };
    let score = recovery.score;
    let number = |score: Option<f64>| score.map(|score| two_decimals(score).to_string()).unwrap_or_default();
    for field in [
        cell(name),
        cell(conversation.source.as_deref().unwrap_or_default()),
        cell(conversation.channel.as_deref().unwrap_or_default()),
        conversation.messages.len().to_string().into(),
        agents.to_string().into(),
        sent(conversation.messages.first()).into(),
        sent(conversation.messages.last()).into(),
        flag(true, failure).into(),
        complaint.map(|at| at.to_string()).unwrap_or_default().into(),
        seconds(recovery.time_to_first_response).into(),
        seconds(apology.and_then(|apology| apology.after)).into(),
        apology.map(|apology| apology.answers.to_string()).unwrap_or_default().into(),
        flag(failure, recovery.proactive_apology.is_some()).into(),
        flag(failure, recovery.over_apologising.is_some()).into(),
        flag(failure, recovery.failure_again.is_some()).into(),
        flag(failure, recovery.checked_back.is_some()).into(),
        recovery.ending.name().into(),
        flag(true, recovery.ending.is_resolved()).into(),
        recovery.promises.len().to_string().into(),
        fates(&["kept"]).into(),
        fates(&["late"]).into(),
        fates(&["broken", "unkept"]).into(),
        fates(&["open"]).into(),
        number(score.map(|score| score.mean)).into(),
        number(score.map(|score| score.worst)).into(),
        score.map(|score| score.worst_turn.to_string()).unwrap_or_default().into(),
    ] {
        csv.write_field(field.as_ref())?;
    }
    csv.write_record(None::<&[u8]>)
}
