//! What the search index is made of, in the order in which it changed.

use super::{StoreError, change, timestamp};
use crate::conversation::Format;
use jiff::Timestamp;
use rusqlite::{Transaction, params};
use std::sync::Arc;

/// A conversation whose messages are to be indexed anew.
#[derive(Debug)]
pub struct Changed {
    /// Its key.
    pub conversation: i64,
    /// The ticketing tool.
    pub source: String,
    /// How its messages travelled.
    pub channel: Option<String>,
    /// The change by which it last changed.
    pub change: i64,
}

/// An agent's message with what was read in it, but for its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Its key.
    pub message: i64,
    /// When it was sent.
    pub sent: Option<Timestamp>,
    /// Its author.
    pub agent: Arc<ShownAgent>,
    /// The version it was read with.
    pub version: i64,
    /// Hundredths of a point.
    pub score: Option<i64>,
    /// Bits of [`super::analysis::situation`].
    pub situation: i64,
    /// Bits of the headline findings.
    pub findings: i64,
    /// Bits of the criteria that are met.
    pub met: i64,
    /// Bits of those that are not.
    pub unmet: i64,
    /// What became of its promises.
    pub fates: Vec<String>,
    /// Whether a person reviewed it.
    pub reviewed: bool,
}

/// The author of a message as people look for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownAgent {
    /// The key.
    pub key: i64,
    /// Identifier in the ticketing tool.
    pub id: String,
    /// Name shown to people.
    pub name: Option<String>,
    /// Name of the team.
    pub team: Option<String>,
}

/// The words of a message, and what was found in them.
#[derive(Debug)]
pub struct WordsRow {
    /// The text as sent; `None` once it was dropped.
    pub body: Option<String>,
    /// How that is written.
    pub format: Option<Format>,
    /// Detections and cues (JSON).
    pub evidence: String,
}

/// What changed after some number.
#[derive(Debug)]
pub struct Changes {
    /// Conversations that are no more; they come before those that are there.
    pub removed: Vec<i64>,
    /// Conversations that are to be indexed anew.
    pub changed: Vec<Changed>,
    /// The number up to which this goes.
    pub up_to: i64,
    /// The store's last change.
    pub head: i64,
}

/// What changed after `after`, at most `limit` conversations of it.
///
/// # Errors
/// Where the store fails.
pub fn changes(transaction: &Transaction<'_>, after: i64, limit: usize) -> Result<Changes, StoreError> {
    let head = change(transaction)?;
    let sql = "SELECT key, source, channel, change FROM conversation WHERE change > ?1 ORDER BY change LIMIT ?2";
    let mut select = transaction.prepare_cached(sql)?;
    let mut rows = select.query(params![after, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let (mut changed, mut last) = (Vec::new(), after);
    while let Some(row) = rows.next()? {
        let conversation = row.get(0)?;
        last = row.get(3)?;
        changed.push(Changed { conversation, source: row.get(1)?, channel: row.get(2)?, change: last });
    }
    let up_to = if changed.len() < limit { head } else { last };
    let sql = "SELECT conversation FROM removed WHERE change > ?1 AND change <= ?2 ORDER BY change";
    let mut select = transaction.prepare_cached(sql)?;
    let removed = select.query_map([after, up_to], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(Changes { removed, changed, up_to, head })
}

/// The agents' public messages of a conversation.
///
/// # Errors
/// Where the store fails.
pub fn messages(transaction: &Transaction<'_>, conversation: i64) -> Result<Vec<(MessageRow, WordsRow)>, StoreError> {
    let sql =
        "SELECT analysis.message, body, format, analysis.sent_at, agent.key, agent.id, agent.name, team.name, version,
                      score, situation, findings, met, unmet, evidence,
                      (SELECT group_concat(DISTINCT fate) FROM promise WHERE promise.message = analysis.message
                       AND promise.conversation = ?1),
                      EXISTS (SELECT 1 FROM review WHERE review.message = analysis.message AND kind = 'review')
               FROM analysis JOIN message ON message.key = analysis.message
               JOIN agent ON agent.key = agent LEFT JOIN team ON team.key = team
               WHERE analysis.conversation = ?1";
    let mut select = transaction.prepare_cached(sql)?;
    let rows = select.query_map([conversation], |row| {
        let format: Option<String> = row.get(2)?;
        let fates: Option<String> = row.get(15)?;
        let agent = ShownAgent { key: row.get(4)?, id: row.get(5)?, name: row.get(6)?, team: row.get(7)? };
        let message = MessageRow {
            message: row.get(0)?,
            sent: row.get::<_, Option<i64>>(3)?.and_then(timestamp),
            agent: Arc::new(agent),
            version: row.get(8)?,
            score: row.get(9)?,
            situation: row.get(10)?,
            findings: row.get(11)?,
            met: row.get(12)?,
            unmet: row.get(13)?,
            fates: fates.iter().flat_map(|fates| fates.split(',')).map(str::to_owned).collect(),
            reviewed: row.get(16)?,
        };
        let format = format.as_deref().and_then(super::pieces::format_named);
        Ok((message, WordsRow { body: row.get(1)?, format, evidence: row.get(14)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Says that what is shown of a conversation changed: it was reviewed, an author changed teams.
///
/// # Errors
/// Where the store fails.
pub fn shown_anew(transaction: &Transaction<'_>, conversation: i64) -> Result<(), StoreError> {
    let sql = "UPDATE conversation SET change = ?2 WHERE key = ?1 AND change > 0";
    transaction.prepare_cached(sql)?.execute([conversation, super::next_change(transaction)?])?;
    Ok(())
}

/// The criteria of a version, in the order of the bits (JSON).
///
/// # Errors
/// Where the store fails, or has no such version.
pub fn criteria(transaction: &Transaction<'_>, version: i64) -> Result<String, StoreError> {
    let sql = "SELECT criteria FROM version WHERE key = ?1";
    Ok(transaction.prepare_cached(sql)?.query_row([version], |row| row.get(0))?)
}

/// What tells this store from every other.
///
/// # Errors
/// Where the store fails.
pub fn identity(transaction: &Transaction<'_>) -> Result<i64, StoreError> {
    let sql = "SELECT value FROM counter WHERE name = 'identity'";
    Ok(transaction.query_row(sql, [], |row| row.get(0))?)
}

/// Whether anything was ever removed.
///
/// # Errors
/// Where the store fails.
pub fn has_removed(transaction: &Transaction<'_>) -> Result<bool, StoreError> {
    Ok(transaction.query_row("SELECT EXISTS (SELECT 1 FROM removed)", [], |row| row.get(0))?)
}

/// The keys of all messages that are to be in the index, in order.
///
/// # Errors
/// Where the store fails.
pub fn analysed(transaction: &Transaction<'_>) -> Result<Vec<i64>, StoreError> {
    let mut select = transaction.prepare_cached("SELECT message FROM analysis ORDER BY message")?;
    Ok(select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}
