//! Messages that a search found, as they are listed.

use super::StoreError;
use crate::conversation::Format;
use rusqlite::{OptionalExtension, Transaction};

/// An agent's message as it is listed.
#[derive(Debug)]
pub struct FoundRow {
    /// Its key.
    pub message: i64,
    /// Its conversation's key.
    pub conversation: i64,
    /// The ticketing tool.
    pub source: String,
    /// The conversation's identifier there.
    pub conversation_id: String,
    /// How it travelled.
    pub channel: Option<String>,
    /// The key of its author.
    pub agent: i64,
    /// The author's identifier.
    pub agent_id: String,
    /// The author's name.
    pub agent_name: Option<String>,
    /// The author's team.
    pub team: Option<String>,
    /// When it was sent.
    pub sent: Option<i64>,
    /// Hundredths of a point.
    pub score: Option<i64>,
    /// Why it has no score.
    pub not_scored: Option<String>,
    /// Bits of the headline findings.
    pub findings: i64,
    /// Whether a person reviewed it.
    pub reviewed: bool,
    /// The text as sent; `None` once it was dropped.
    pub body: Option<String>,
    /// How that is written.
    pub format: Option<Format>,
}

/// The messages of `keys`, in that order; those that are no more are left out.
///
/// # Errors
/// Where the store fails.
pub fn found(transaction: &Transaction<'_>, keys: &[i64]) -> Result<Vec<FoundRow>, StoreError> {
    let sql = "SELECT analysis.message, conversation.key, conversation.source, conversation.id, channel, agent.key,
                      agent.id, agent.name, team.name, analysis.sent_at, score, not_scored, findings,
                      EXISTS (SELECT 1 FROM review WHERE review.message = analysis.message AND kind = 'review'),
                      body, format
               FROM analysis JOIN message ON message.key = analysis.message
               JOIN conversation ON conversation.key = analysis.conversation
               JOIN agent ON agent.key = agent LEFT JOIN team ON team.key = team
               WHERE analysis.message = ?1";
    let mut select = transaction.prepare_cached(sql)?;
    let mut rows = Vec::with_capacity(keys.len());
    for key in keys {
        let row = select.query_row([key], |row| {
            let format: Option<String> = row.get(15)?;
            Ok(FoundRow {
                message: row.get(0)?,
                conversation: row.get(1)?,
                source: row.get(2)?,
                conversation_id: row.get(3)?,
                channel: row.get(4)?,
                agent: row.get(5)?,
                agent_id: row.get(6)?,
                agent_name: row.get(7)?,
                team: row.get(8)?,
                sent: row.get(9)?,
                score: row.get(10)?,
                not_scored: row.get(11)?,
                findings: row.get(12)?,
                reviewed: row.get(13)?,
                body: row.get(14)?,
                format: format.as_deref().and_then(super::pieces::format_named),
            })
        });
        rows.extend(row.optional()?);
    }
    Ok(rows)
}

/// The key of the agent whom `source` knows as `id`.
///
/// # Errors
/// Where the store fails.
pub fn agent_key(transaction: &Transaction<'_>, source: &str, id: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT key FROM agent WHERE source = ?1 AND id = ?2";
    Ok(transaction.prepare_cached(sql)?.query_row([source, id], |row| row.get(0)).optional()?)
}
