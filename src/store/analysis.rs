//! Conversations to be read, and what was read in them.

use super::pieces::{format_named, role_named};
use super::{StoreError, milliseconds, next_change, timestamp};
use crate::conversation::{ConversationId, MessageId, ParticipantId, Visibility};
use crate::source::{Author, Piece, PieceMessage};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use std::collections::BTreeMap;

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
    let role: Option<String> = row.get(2)?;
    let author: Option<String> = row.get(3)?;
    let format: Option<String> = row.get(7)?;
    let body: Option<String> = row.get(9)?;
    let stored = StoredMessage { key: row.get(0)?, dropped: body.is_none() };
    let message = PieceMessage {
        // Those that the tool did not name begin with `~`.
        id: (!id.starts_with('~')).then_some(MessageId(id)),
        author: Author { role: role.as_deref().and_then(role_named), id: author.map(ParticipantId), name: row.get(4)? },
        sent: row.get(5)?,
        visibility: if row.get(6)? { Visibility::Internal } else { Visibility::Public },
        format: format.as_deref().and_then(format_named),
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

/// What was read in a conversation.
#[derive(Debug)]
pub struct Analysed {
    /// Its key.
    pub key: i64,
    /// The revision that was read.
    pub revision: i64,
    /// What it was read with.
    pub version: i64,
    /// The ticketing tool.
    pub source: String,
    /// When its first and last messages were sent.
    pub sent: Option<(Timestamp, Timestamp)>,
    /// How many messages it has.
    pub messages: usize,
    /// Of how many nothing tells on which side their author is.
    pub sideless: usize,
    /// Whether there is a service failure.
    pub service_failure: bool,
    /// How it was made good (JSON).
    pub recovery: String,
    /// The time from which an open promise may be judged otherwise.
    pub judge_at: Option<Timestamp>,
    /// What was read in the agents' public messages.
    pub analyses: Vec<AnalysisRow>,
    /// What was promised.
    pub promises: Vec<PromiseRow>,
}

/// What was read in a message.
#[derive(Debug)]
pub struct AnalysisRow {
    /// Its key.
    pub message: i64,
    /// Who wrote it: identifier and name.
    pub agent: (String, Option<String>),
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// Hundredths of a point.
    pub score: Option<i64>,
    /// The same without critical criteria.
    pub uncritical_score: Option<i64>,
    /// Why it has no score.
    pub not_scored: Option<&'static str>,
    /// How many words its author wrote.
    pub words: u32,
    /// Bits of [`situation`].
    pub situation: i64,
    /// A bit for each of the four headline findings.
    pub findings: i64,
    /// A bit for each criterion that is met.
    pub met: i64,
    /// A bit for each criterion that is not.
    pub unmet: i64,
    /// Detections and cues (JSON).
    pub evidence: String,
}

/// Something promised.
#[derive(Debug)]
pub struct PromiseRow {
    /// The message that promises it.
    pub message: i64,
    /// Who wrote that.
    pub agent: (String, Option<String>),
    /// The words, in bytes of the raw body.
    pub words: (u32, u32),
    /// What kind of act.
    pub act: &'static str,
    /// Whether it hangs on a condition.
    pub conditional: bool,
    /// When it was made.
    pub made: Option<Timestamp>,
    /// When it is due, and how precisely that is said.
    pub due: Option<(Timestamp, &'static str)>,
    /// What became of it.
    pub fate: &'static str,
    /// The message that kept it, and when.
    pub kept: Option<(i64, Option<Timestamp>)>,
    /// What became of it, in a sentence.
    pub told: String,
}

/// Keeps what was read in conversations, in place of what was read before. Where there is no such conversation any
/// more nothing is kept.
///
/// # Errors
/// Where the store fails.
pub fn keep(transaction: &Transaction<'_>, analysed: &[Analysed]) -> Result<(), StoreError> {
    // By version the conversations that were read with another before.
    let mut versions: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for analysed in analysed {
        if keep_one(transaction, analysed)? {
            versions.entry(analysed.version).or_default().push(analysed.key);
        }
    }
    // All at once: what refers to another table is changed by a statement that may fail half-way, and so that it can be
    // undone SQLite keeps each page as it was until the statement has ended.
    for (version, keys) in versions {
        let sql = "UPDATE conversation SET version = ?1 WHERE key IN (SELECT value FROM json_each(?2))";
        transaction.prepare_cached(sql)?.execute(params![version, serde_json::to_string(&keys)?])?;
    }
    Ok(())
}

/// Keeps what was read in a conversation but for the version; says whether that is another one now.
fn keep_one(transaction: &Transaction<'_>, analysed: &Analysed) -> Result<bool, StoreError> {
    let key = analysed.key;
    let sql = "SELECT analysed, version FROM conversation WHERE key = ?1";
    let before = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?));
    let before = transaction.prepare_cached(sql)?.query_row([key], before).optional()?;
    // Erased, or read already in a later state.
    let Some((before, version)) = before.filter(|(before, _)| *before < analysed.revision) else { return Ok(false) };
    if before > 0 {
        for sql in [
            "DELETE FROM analysis WHERE conversation = ?1
             AND message IN (SELECT key FROM message WHERE conversation = ?1 AND body IS NOT NULL)",
            "DELETE FROM promise WHERE conversation = ?1
             AND message IN (SELECT key FROM message WHERE conversation = ?1 AND body IS NOT NULL)",
        ] {
            transaction.prepare_cached(sql)?.execute([key])?;
        }
    }
    for row in &analysed.analyses {
        let agent = agent(transaction, &analysed.source, &row.agent)?;
        // What is still there was read in a text that has been dropped, and stays.
        let sql = "INSERT INTO analysis VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                   ON CONFLICT (message) DO NOTHING";
        transaction.prepare_cached(sql)?.execute(params![
            row.message,
            key,
            agent,
            analysed.version,
            row.sent_at.map(milliseconds),
            row.score,
            row.uncritical_score,
            row.not_scored,
            row.words,
            row.situation,
            row.findings,
            row.met,
            row.unmet,
            row.evidence,
        ])?;
    }
    for row in &analysed.promises {
        let agent = agent(transaction, &analysed.source, &row.agent)?;
        let sql = "INSERT INTO promise (message, conversation, agent, start, end, act, conditional, made, due,
                   precision, fate, kept_by, kept_at, told)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        transaction.prepare_cached(sql)?.execute(params![
            row.message,
            key,
            agent,
            row.words.0,
            row.words.1,
            row.act,
            row.conditional,
            row.made.map(milliseconds),
            row.due.map(|(due, _)| milliseconds(due)),
            row.due.map(|(_, precision)| precision),
            row.fate,
            row.kept.map(|(by, _)| by),
            row.kept.and_then(|(_, at)| at).map(milliseconds),
            row.told,
        ])?;
    }
    let sql = "UPDATE conversation SET analysed = ?2, change = ?3, judge_at = ?4, first_sent = ?5, last_sent = ?6,
               messages = ?7, sideless = ?8, service_failure = ?9, recovery = ?10 WHERE key = ?1";
    transaction.prepare_cached(sql)?.execute(params![
        key,
        analysed.revision,
        next_change(transaction)?,
        analysed.judge_at.map(milliseconds),
        analysed.sent.map(|(first, _)| milliseconds(first)),
        analysed.sent.map(|(_, last)| milliseconds(last)),
        i64::try_from(analysed.messages).unwrap_or(i64::MAX),
        i64::try_from(analysed.sideless).unwrap_or(i64::MAX),
        analysed.service_failure,
        analysed.recovery,
    ])?;
    Ok(version != Some(analysed.version))
}

/// The key of an agent; a new one is kept, and a name that was not known.
fn agent(
    transaction: &Transaction<'_>,
    source: &str,
    (id, name): &(String, Option<String>),
) -> Result<i64, StoreError> {
    let sql = "SELECT key, name FROM agent WHERE source = ?1 AND id = ?2";
    let known = transaction
        .prepare_cached(sql)?
        .query_row([source, id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?)))
        .optional()?;
    match known {
        // Of two names the one that sorts first, so that the order of arrival changes nothing.
        Some((key, old)) if name.is_some() && old.as_ref().is_none_or(|old| Some(old) > name.as_ref()) => {
            transaction.prepare_cached("UPDATE agent SET name = ?2 WHERE key = ?1")?.execute(params![key, name])?;
            Ok(key)
        }
        Some((key, _)) => Ok(key),
        None => {
            let sql = "INSERT INTO agent (source, id, name) VALUES (?1, ?2, ?3)";
            transaction.prepare_cached(sql)?.execute(params![source, id, name])?;
            Ok(transaction.last_insert_rowid())
        }
    }
}
