//! Conversations to be read, and what they are read with.

use super::pieces::{format_named, role_named};
use super::{StoreError, timestamp};
use crate::conversation::{ConversationId, MessageId, ParticipantId, Visibility};
use crate::source::{Author, Piece, PieceMessage};
use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};

/// Bits of `situation`.
pub mod situation {
    /// There is a service failure.
    pub const SERVICE_FAILURE: i64 = 1;
    /// An apology is due.
    pub const APOLOGY_DUE: i64 = 2;
    /// A follow-up is due.
    pub const FOLLOW_UP_DUE: i64 = 4;
}

/// A conversation that is to be read.
#[derive(Debug)]
pub struct Unread {
    /// Its key.
    pub key: i64,
    /// What its analysis will rest on.
    pub revision: i64,
    /// All its messages as they were sent, in their order; those whose text was dropped are empty.
    pub piece: Piece,
    /// For each of them its key.
    pub messages: Vec<StoredMessage>,
    /// The time of the source's newest message: the end of the data.
    pub newest: Option<Timestamp>,
}

/// What the store knows of a message beside its content.
#[derive(Debug, Clone, Copy)]
pub struct StoredMessage {
    /// Its key.
    pub key: i64,
    /// Whether its text was dropped, so that what was read in it before stands.
    pub dropped: bool,
}

/// The conversations that are to be read, at most `limit` of those whose revision is above `after`, the
/// longest waiting first.
///
/// # Errors
/// Where the store fails.
pub fn unread(transaction: &Transaction<'_>, after: i64, limit: usize) -> Result<Vec<Unread>, StoreError> {
    let sql = "SELECT key, revision, conversation.source, id, channel, requester, newest
               FROM conversation LEFT JOIN source ON source.name = conversation.source
               WHERE analysed < revision AND revision > ?1 ORDER BY revision LIMIT ?2";
    let mut select = transaction.prepare_cached(sql)?;
    let mut rows = select.query(params![after, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let key = row.get(0)?;
        let source: String = row.get(2)?;
        let id: String = row.get(3)?;
        let (messages, stored) = messages(transaction, key, &source)?;
        let requester: Option<String> = row.get(5)?;
        found.push(Unread {
            key,
            revision: row.get(1)?,
            piece: Piece {
                source: source.into(),
                conversation: Some(ConversationId(id)),
                channel: row.get(4)?,
                requester: requester.map(ParticipantId),
                messages,
            },
            messages: stored,
            newest: row.get::<_, Option<i64>>(6)?.and_then(timestamp),
        });
    }
    Ok(found)
}

/// The messages of a conversation, in their order: by time where all have one, else as they stood in what
/// brought them. It is the same in whatever order they came.
///
/// # Errors
/// Where the store fails.
pub fn messages(
    transaction: &Transaction<'_>,
    conversation: i64,
    source: &str,
) -> Result<(Vec<PieceMessage>, Vec<StoredMessage>), StoreError> {
    let sql = "SELECT message.key, message.id, coalesce(message.role, person.role), author,
                      coalesce(author_name, person.name), sent, internal, format, automatic, body, sent_at, position
               FROM message LEFT JOIN person ON person.source = ?2 AND person.id = author
               WHERE conversation = ?1";
    let mut select = transaction.prepare_cached(sql)?;
    let mut found = select
        .query_map(params![conversation, source], |row| {
            let place: (Option<i64>, i64, String) = (row.get(10)?, row.get(11)?, row.get(1)?);
            Ok((place, message(row)?))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    if found.iter().all(|((time, _, _), _)| time.is_some()) {
        found.sort_by(|a, b| a.0.cmp(&b.0));
    } else {
        found
            .sort_by(|((time, position, id), _), (other, _)| (position, time, id).cmp(&(&other.1, &other.0, &other.2)));
    }
    Ok(found.into_iter().map(|(_, message)| message).unzip())
}

fn message(row: &Row<'_>) -> rusqlite::Result<(PieceMessage, StoredMessage)> {
    let id: String = row.get(1)?;
    let role = row.get_ref(2)?.as_str_or_null()?;
    let author: Option<String> = row.get(3)?;
    let format = row.get_ref(7)?.as_str_or_null()?;
    let body: Option<String> = row.get(9)?;
    let stored = StoredMessage { key: row.get(0)?, dropped: body.is_none() };
    let message = PieceMessage {
        // Those that the tool did not name begin with `~`.
        id: (!id.starts_with('~')).then_some(MessageId(id)),
        author: Author { role: role.and_then(role_named), id: author.map(ParticipantId), name: row.get(4)? },
        sent: row.get(5)?,
        visibility: if row.get(6)? { Visibility::Internal } else { Visibility::Public },
        format: format.and_then(format_named),
        automatic: row.get(8)?,
        body: body.unwrap_or_default(),
    };
    Ok((message, stored))
}

/// What analyses are made with.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionRow {
    /// Version of Amends.
    pub amends: String,
    /// Language of the rules.
    pub language: String,
    /// Digest of the rules.
    pub lexicon: String,
    /// Name of the scorecard.
    pub scorecard: String,
    /// Its version.
    pub scorecard_version: String,
    /// Digest of its file.
    pub scorecard_digest: String,
    /// Below it what is found is in doubt.
    pub least_confidence: f64,
    /// Its criteria in the order of the bits (JSON).
    pub criteria: String,
}

/// The key of a version; a new one is kept.
///
/// # Errors
/// Where the store fails.
pub fn version(transaction: &Transaction<'_>, version: &VersionRow) -> Result<i64, StoreError> {
    let values = params![
        version.amends,
        version.language,
        version.lexicon,
        version.scorecard,
        version.scorecard_digest,
        version.least_confidence,
        version.scorecard_version,
        version.criteria,
    ];
    let sql = "INSERT INTO version (amends, language, lexicon, scorecard, scorecard_digest, least_confidence,
               scorecard_version, criteria) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
    transaction.execute(sql, values)?;
    let sql = "SELECT key FROM version WHERE amends = ?1 AND language = ?2 AND lexicon = ?3 AND scorecard = ?4
               AND scorecard_digest = ?5 AND least_confidence = ?6";
    Ok(transaction.query_row(sql, &values[..6], |row| row.get(0))?)
}
