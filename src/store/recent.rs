//! The latest of what is stored, by which a change of rules or of a scorecard is tried out before it holds.

use super::analysis::{self, Unread};
use super::{StoreError, timestamp};
use crate::conversation::{ConversationId, ParticipantId};
use crate::source::Piece;
use rusqlite::{Transaction, params};

/// Why a message has no score though it was read: nothing was asked of it. Another scorecard may ask something.
const NOTHING_ASKED: &str = "no_criterion_applies";

/// A message that was read for a score.
#[derive(Debug, Clone)]
pub struct Scored {
    /// Its key.
    pub message: i64,
    /// Its conversation's key.
    pub conversation: i64,
    /// Its author's key.
    pub agent: i64,
    /// The author's name, else the identifier.
    pub agent_name: String,
    /// Hundredths of a point; `None` where nothing was asked of it.
    pub score: Option<i64>,
    /// Bits of [`analysis::situation`].
    pub situation: i64,
    /// Detections and cues (JSON).
    pub evidence: String,
    /// When it was sent, in milliseconds.
    pub sent: Option<i64>,
}

/// The last `limit` messages that a scorecard was asked about, the newest first.
///
/// # Errors
/// Where the store fails.
pub fn scored(transaction: &Transaction<'_>, limit: usize) -> Result<Vec<Scored>, StoreError> {
    let sql = "SELECT message, conversation, agent.key, coalesce(agent.name, agent.id), score, situation, evidence,
               sent_at FROM analysis JOIN agent ON agent.key = analysis.agent
               WHERE not_scored IS NULL OR not_scored = ?2 ORDER BY sent_at DESC, message DESC LIMIT ?1";
    let mut select = transaction.prepare_cached(sql)?;
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Scored {
            message: row.get(0)?,
            conversation: row.get(1)?,
            agent: row.get(2)?,
            agent_name: row.get(3)?,
            score: row.get(4)?,
            situation: row.get(5)?,
            evidence: row.get(6)?,
            sent: row.get(7)?,
        })
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(select.query_map(params![limit, NOTHING_ASKED], row)?.collect::<Result<_, _>>()?)
}

/// The last conversations whose text is kept, the newest first: so many that they have `messages` messages together,
/// or a few more.
///
/// # Errors
/// Where the store fails.
pub fn conversations(transaction: &Transaction<'_>, messages: usize) -> Result<Vec<Unread>, StoreError> {
    let sql = "SELECT conversation.key, revision, conversation.source, id, channel, requester, newest
               FROM conversation LEFT JOIN source ON source.name = conversation.source
               WHERE dropped IS NULL AND last_sent IS NOT NULL ORDER BY last_sent DESC";
    let mut select = transaction.prepare_cached(sql)?;
    let mut rows = select.query([])?;
    let (mut found, mut counted) = (Vec::new(), 0);
    while counted < messages
        && let Some(row) = rows.next()?
    {
        let (key, source): (i64, String) = (row.get(0)?, row.get(2)?);
        let (pieces, stored) = analysis::messages(transaction, key, &source)?;
        counted += pieces.len();
        found.push(Unread {
            key,
            revision: row.get(1)?,
            piece: Piece {
                source: source.into(),
                conversation: Some(ConversationId(row.get(3)?)),
                channel: row.get(4)?,
                requester: row.get::<_, Option<String>>(5)?.map(ParticipantId),
                messages: pieces,
            },
            messages: stored,
            newest: row.get::<_, Option<i64>>(6)?.and_then(timestamp),
        });
    }
    Ok(found)
}

/// What a version made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MadeBy {
    /// The version's key.
    pub version: i64,
    /// Messages that were read with it.
    pub messages: u64,
    /// When the first of them was sent, in milliseconds.
    pub first: Option<i64>,
    /// When the last of them was sent.
    pub last: Option<i64>,
}

/// What each version made of what is stored, the latest version first.
///
/// # Errors
/// Where the store fails.
pub fn by_version(transaction: &Transaction<'_>) -> Result<Vec<MadeBy>, StoreError> {
    let sql =
        "SELECT version, count(*), min(sent_at), max(sent_at) FROM analysis GROUP BY version ORDER BY version DESC";
    let mut select = transaction.prepare_cached(sql)?;
    let row = |row: &rusqlite::Row<'_>| {
        let messages = row.get::<_, i64>(1)?.unsigned_abs();
        Ok(MadeBy { version: row.get(0)?, messages, first: row.get(2)?, last: row.get(3)? })
    };
    Ok(select.query_map(params![], row)?.collect::<Result<_, _>>()?)
}

/// By the version with which they were last read: how many conversations wait to be read anew.
///
/// # Errors
/// Where the store fails.
pub fn waiting_by_version(transaction: &Transaction<'_>) -> Result<Vec<(i64, u64)>, StoreError> {
    let sql = "SELECT version, count(*) FROM conversation WHERE analysed < revision AND version IS NOT NULL
               GROUP BY version";
    let mut select = transaction.prepare_cached(sql)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()));
    Ok(select.query_map(params![], row)?.collect::<Result<_, _>>()?)
}

/// How many conversations would lose their text if all of those before `before` (milliseconds) did.
///
/// # Errors
/// Where the store fails.
pub fn texts_before(transaction: &Transaction<'_>, before: i64) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM conversation WHERE dropped IS NULL AND last_sent < ?1";
    Ok(transaction.prepare_cached(sql)?.query_row([before], |row| row.get::<_, i64>(0))?.unsigned_abs())
}
