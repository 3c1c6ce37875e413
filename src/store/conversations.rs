//! Stored conversations with what was read in them.

use super::StoreError;
use super::agents::{AGENT_COLUMNS, AgentRow, agent_of};
use super::analysis::{StoredMessage, VersionRow, messages};
use super::conditions::Conditions;
use super::few;
use super::figures::Window;
use crate::conversation::{ConversationId, ParticipantId};
use crate::source::Piece;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, Transaction, params, params_from_iter};
use std::collections::BTreeMap;

/// A conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationRow {
    /// Its key.
    pub key: i64,
    /// The ticketing tool.
    pub source: String,
    /// Identifier within it; one that begins with `~` is made of its content.
    pub id: String,
    /// How its messages travelled.
    pub channel: Option<String>,
    /// Whom it is with.
    pub requester: Option<String>,
    /// Whether all of it has been read.
    pub is_read: bool,
    /// When its first message was sent.
    pub first_sent: Option<i64>,
    /// When its last one was.
    pub last_sent: Option<i64>,
    /// How many it has.
    pub messages: i64,
    /// Messages of which nothing tells on which side their author is.
    pub sideless: i64,
    /// Whether there is a service failure.
    pub service_failure: bool,
    /// How it was made good (JSON).
    pub recovery: Option<String>,
}

const COLUMNS: &str = "c.key, c.source, c.id, c.channel, c.requester, c.analysed >= c.revision, c.first_sent,
    c.last_sent, c.messages, c.sideless, c.service_failure, c.recovery";

fn row(row: &Row<'_>) -> rusqlite::Result<ConversationRow> {
    Ok(ConversationRow {
        key: row.get(0)?,
        source: row.get(1)?,
        id: row.get(2)?,
        channel: row.get(3)?,
        requester: row.get(4)?,
        is_read: row.get(5)?,
        first_sent: row.get(6)?,
        last_sent: row.get(7)?,
        messages: row.get(8)?,
        sideless: row.get(9)?,
        service_failure: row.get(10)?,
        recovery: row.get(11)?,
    })
}

/// The conversation of that key.
///
/// # Errors
/// Where the store fails.
pub fn conversation(transaction: &Transaction<'_>, key: i64) -> Result<Option<ConversationRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM conversation c WHERE c.key = ?1");
    Ok(transaction.prepare_cached(&sql)?.query_row([key], row).optional()?)
}

/// The key of the conversation that a ticketing tool knows so.
///
/// # Errors
/// Where the store fails.
pub fn key_of(transaction: &Transaction<'_>, source: &str, id: &str) -> Result<Option<i64>, StoreError> {
    let mut select = transaction.prepare_cached("SELECT key FROM conversation WHERE source = ?1 AND id = ?2")?;
    Ok(select.query_row([source, id], |row| row.get(0)).optional()?)
}

/// The key of the conversation that a message belongs to.
///
/// # Errors
/// Where the store fails.
pub fn of_message(transaction: &Transaction<'_>, message: i64) -> Result<Option<i64>, StoreError> {
    let mut select = transaction.prepare_cached("SELECT conversation FROM message WHERE key = ?1")?;
    Ok(select.query_row([message], |row| row.get(0)).optional()?)
}

/// Whether an agent wrote in a conversation.
///
/// # Errors
/// Where the store fails.
pub fn wrote(transaction: &Transaction<'_>, conversation: i64, agent: i64) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM analysis WHERE conversation = ?1 AND agent = ?2)";
    Ok(transaction.prepare_cached(sql)?.query_row([conversation, agent], |row| row.get(0))?)
}

/// A conversation's messages as they were sent, and what the store knows of each.
///
/// # Errors
/// Where the store fails.
pub fn piece(
    transaction: &Transaction<'_>,
    conversation: &ConversationRow,
) -> Result<(Piece, Vec<StoredMessage>), StoreError> {
    let (messages, stored) = messages(transaction, conversation.key, &conversation.source)?;
    let piece = Piece {
        source: conversation.source.clone().into(),
        conversation: Some(ConversationId(conversation.id.clone())),
        channel: conversation.channel.clone(),
        requester: conversation.requester.clone().map(ParticipantId),
        messages,
    };
    Ok((piece, stored))
}

/// What was read in a message, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnalysis {
    /// The message's key.
    pub message: i64,
    /// Who wrote it.
    pub agent: AgentRow,
    /// What it was read with.
    pub version: i64,
    /// Hundredths of a point.
    pub score: Option<i64>,
    /// The same without critical criteria.
    pub uncritical_score: Option<i64>,
    /// Why it has no score.
    pub not_scored: Option<String>,
    /// How many words its author wrote.
    pub words: u32,
    /// Bits of [`super::analysis::situation`].
    pub situation: i64,
    /// A bit for each headline finding.
    pub findings: i64,
    /// A bit for each criterion that is met.
    pub met: i64,
    /// A bit for each criterion that is not.
    pub unmet: i64,
    /// Detections and cues (JSON).
    pub evidence: String,
}

/// What was read in the messages of a conversation; only in those of agent `only`, where it is given.
///
/// # Errors
/// Where the store fails.
pub fn analyses(
    transaction: &Transaction<'_>,
    conversation: i64,
    only: Option<i64>,
) -> Result<Vec<StoredAnalysis>, StoreError> {
    let sql = format!(
        "SELECT message, version, score, uncritical_score, not_scored, words, situation, findings, met, unmet,
                evidence, {AGENT_COLUMNS}
         FROM analysis CROSS JOIN agent ON agent.key = analysis.agent LEFT JOIN team ON team.key = agent.team
         WHERE conversation = ?1 AND (?2 IS NULL OR analysis.agent = ?2)"
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let found = select.query_map(params![conversation, only], |row| {
        Ok(StoredAnalysis {
            message: row.get(0)?,
            version: row.get(1)?,
            score: row.get(2)?,
            uncritical_score: row.get(3)?,
            not_scored: row.get(4)?,
            words: row.get(5)?,
            situation: row.get(6)?,
            findings: row.get(7)?,
            met: row.get(8)?,
            unmet: row.get(9)?,
            evidence: row.get(10)?,
            agent: agent_of(row, 11)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// All that analyses were ever made with, by key.
///
/// # Errors
/// Where the store fails.
pub fn versions(transaction: &Transaction<'_>) -> Result<BTreeMap<i64, VersionRow>, StoreError> {
    let sql = "SELECT key, amends, language, lexicon, scorecard, scorecard_version, scorecard_digest,
                      least_confidence, criteria FROM version";
    let mut select = transaction.prepare_cached(sql)?;
    let found = select.query_map([], |row| {
        let version = VersionRow {
            amends: row.get(1)?,
            language: row.get(2)?,
            lexicon: row.get(3)?,
            scorecard: row.get(4)?,
            scorecard_version: row.get(5)?,
            scorecard_digest: row.get(6)?,
            least_confidence: row.get(7)?,
            criteria: row.get(8)?,
        };
        Ok((row.get(0)?, version))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// What is asked of agents' messages, in a list of them or of conversations that hold one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MessageFilter {
    /// Whose messages alone may be seen.
    pub only: Option<i64>,
    /// Written by that agent.
    pub agent: Option<i64>,
    /// Written by somebody of that team.
    pub team: Option<i64>,
    /// Score in hundredths at least.
    pub score_from: Option<i64>,
    /// Score in hundredths below.
    pub score_below: Option<i64>,
    /// One of the headline findings: its bit.
    pub finding: Option<i64>,
    /// A criterion that is not met: its bit in each version that has it.
    pub unmet: Option<Vec<(i64, i64)>>,
    /// Whether it has a score.
    pub scored: Option<bool>,
}

impl MessageFilter {
    /// Adds what is asked of the `analysis` that is called `a`. Conditions that begin with `+` are no reason to go
    /// by another index than that of time.
    pub(super) fn add_to(&self, conditions: &mut Conditions) {
        conditions.add_some("a.agent = ?", self.only);
        conditions.add_some("a.agent = ?", self.agent);
        conditions.add_some("+a.agent IN (SELECT key FROM agent WHERE team = ?)", self.team);
        conditions.add_some("a.score >= ?", self.score_from);
        conditions.add_some("a.score < ?", self.score_below);
        conditions.add_some("a.findings & ?", self.finding);
        if let Some(bits) = &self.unmet {
            let cases: String = bits.iter().map(|_| " WHEN ? THEN ?").collect();
            let sql =
                if bits.is_empty() { "0".to_owned() } else { format!("a.unmet & CASE a.version{cases} ELSE 0 END") };
            conditions.all(&sql, bits.iter().flat_map(|(version, bit)| [Value::from(*version), Value::from(*bit)]));
        }
        match self.scored {
            Some(true) => conditions.that("a.score IS NOT NULL"),
            Some(false) => conditions.that("a.score IS NULL"),
            None => {}
        }
    }

    /// Whether it asks for nothing.
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The place of a row in a list by time: when, and its key. Rows without a time are at the end of lists of either
/// order.
pub type Place = (Option<i64>, i64);

/// What is asked of conversations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConversationFilter {
    /// The ticketing tool.
    pub source: Option<String>,
    /// How its messages travelled.
    pub channel: Option<String>,
    /// When its last message was sent.
    pub window: Window,
    /// Whether there is a service failure.
    pub service_failure: Option<bool>,
    /// It holds a message like that.
    pub message: MessageFilter,
}

/// Conversations, those with the newest message first, at most `limit` after `after`.
///
/// # Errors
/// Where the store fails.
pub fn list(
    transaction: &Transaction<'_>,
    filter: &ConversationFilter,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<ConversationRow>, StoreError> {
    let few_of_source = match filter.source.clone().map(Value::from) {
        Some(source) => few::are_found(transaction, few::MANY, "conversation WHERE source = ?", [&source])?,
        None => false,
    };
    let mut of_message = Conditions::default();
    filter.message.add_to(&mut of_message);
    // Of an agent's conversations there are few.
    let few_of_message = filter.message.only.is_some() || filter.message.agent.is_some() || {
        let rows = format!("analysis a INDEXED BY analysis_sent{}", of_message.filter());
        !filter.message.is_empty() && few::are_found(transaction, few::MANY_READ, &rows, of_message.values())?
    };
    in_phases(false, after, limit, |phase, limit| {
        let mut conditions = Conditions::default();
        phase.add_to(&mut conditions, "c.last_sent", "c.key");
        let of_source =
            if few_of_source { "c.key IN (SELECT key FROM conversation WHERE source = ?)" } else { "+c.source = ?" };
        conditions.add_some(of_source, filter.source.clone());
        conditions.add_some("c.channel = ?", filter.channel.clone());
        conditions.add_some("c.last_sent >= ?", filter.window.since);
        conditions.add_some("c.last_sent < ?", filter.window.until);
        conditions.add_some("c.service_failure = ?", filter.service_failure);
        if !filter.message.is_empty() {
            let asked = of_message.filter();
            let sql = if few_of_message {
                format!("c.key IN (SELECT a.conversation FROM analysis a{asked})")
            } else {
                format!("EXISTS (SELECT 1 FROM analysis a{asked} AND a.conversation = c.key)")
            };
            conditions.all(&sql, of_message.values().cloned());
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM conversation c{} ORDER BY {} LIMIT {limit}",
            conditions.filter(),
            phase.order("c.last_sent", "c.key")
        );
        let mut select = transaction.prepare_cached(&sql)?;
        let found = select.query_map(params_from_iter(conditions.values()), row)?;
        Ok(found.collect::<Result<_, _>>()?)
    })
}

/// Rows with a time, or those without, after a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phase {
    timed: bool,
    oldest_first: bool,
    after: Option<Place>,
}

impl Phase {
    pub(super) fn add_to(self, conditions: &mut Conditions, time: &str, key: &str) {
        let beyond = if self.oldest_first { '>' } else { '<' };
        match (self.timed, self.after) {
            (true, Some((Some(at), row))) => {
                conditions.all(&format!("({time}, {key}) {beyond} (?, ?)"), [at.into(), row.into()]);
            }
            (true, _) => conditions.that(&format!("{time} IS NOT NULL")),
            (false, Some((None, row))) => {
                conditions.add(&format!("{time} IS NULL AND {key} {beyond} ?"), row);
            }
            (false, _) => conditions.that(&format!("{time} IS NULL")),
        }
    }

    pub(super) fn order(self, time: &str, key: &str) -> String {
        let direction = if self.oldest_first { "" } else { " DESC" };
        format!("{time}{direction}, {key}{direction}")
    }
}

/// Rows with a time, then those without: no condition on places holds for both.
pub(super) fn in_phases<T>(
    oldest_first: bool,
    after: Option<Place>,
    limit: usize,
    mut select: impl FnMut(Phase, usize) -> Result<Vec<T>, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    if !matches!(after, Some((None, _))) {
        found = select(Phase { timed: true, oldest_first, after }, limit)?;
    }
    if found.len() < limit {
        let rest = limit - found.len();
        found.extend(select(Phase { timed: false, oldest_first, after }, rest)?);
    }
    Ok(found)
}
