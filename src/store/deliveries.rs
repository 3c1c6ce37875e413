//! Deliveries of webhooks: which were seen, which wait for somebody, and what they told of without bringing it.

use super::naming::names;
use super::{StoreError, milliseconds, pieces, timestamp};
use crate::source::Record;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its messages and people were taken.
    Taken,
    /// Some of it was taken, some could not be read: it waits for a version that can.
    Partly,
    /// It tells of no message.
    Nothing,
    /// It tells that there are messages, and does not hold them.
    Thin,
    /// It is genuine and could not be read: it waits for a version that can.
    Unread,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Taken, Self::Partly, Self::Nothing, Self::Thin, Self::Unread];

    /// Its name, as it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Partly => "partly",
            Self::Nothing => "nothing",
            Self::Thin => "thin",
            Self::Unread => "unread",
        }
    }

    /// The outcome of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// Whether its body is kept: not all that it says is known yet.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::Partly | Self::Thin | Self::Unread)
    }
}

/// What a delivery says.
#[derive(Debug, Clone)]
pub struct Said {
    /// What becomes of it.
    pub outcome: Outcome,
    /// What it brings.
    pub records: Vec<Record>,
    /// What it only tells of.
    pub hints: Vec<Hint>,
    /// The conversation that it is about, where it is thin and that is one.
    pub about: Option<Named>,
    /// Why it could not be read.
    pub detail: Option<String>,
}

/// A conversation, by the tool's identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The source under which it is kept.
    pub source: String,
    /// Its identifier there.
    pub conversation: String,
}

/// That there is something new in a conversation.
#[derive(Debug, Clone)]
pub struct Hint {
    /// Which.
    pub about: Named,
    /// What happened, in the tool's words.
    pub what: String,
}

/// A delivery that was seen.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// The tool.
    pub source: String,
    /// Its identifier among the tool's deliveries.
    pub id: String,
    /// When it came in, in milliseconds.
    pub received: i64,
    /// What became of it.
    pub outcome: String,
    /// The conversation that it is about, where it is thin and that is one.
    pub about: Option<Named>,
    /// Why it could not be read.
    pub detail: Option<String>,
    /// Whether its body is kept.
    pub kept: bool,
}

const COLUMNS: &str = "source, id, received, outcome, kept_as, conversation, detail, body IS NOT NULL";

fn row(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    let (kept_as, conversation): (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
    Ok(DeliveryRow {
        source: row.get(0)?,
        id: row.get(1)?,
        received: row.get(2)?,
        outcome: row.get(3)?,
        about: kept_as.zip(conversation).map(|(source, conversation)| Named { source, conversation }),
        detail: row.get(6)?,
        kept: row.get(7)?,
    })
}

/// Keeps what a delivery says, and that it was seen. `false` where it was seen before: then nothing is kept.
///
/// # Errors
/// Where the store fails.
pub fn take(
    transaction: &Transaction<'_>,
    (source, id): (&str, &str),
    received: Timestamp,
    body: &[u8],
    said: &Said,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO delivery (source, id, received, outcome, body) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO NOTHING";
    let body = Some(body).filter(|_| said.outcome.waits());
    let values = params![source, id, milliseconds(received), said.outcome.name(), body];
    if transaction.prepare_cached(sql)?.execute(values)? == 0 {
        return Ok(false);
    }
    keep(transaction, (source, id), received, said)?;
    Ok(true)
}

/// Keeps what is read now in a delivery that was kept with its body. `false` where there is no such one any more.
///
/// # Errors
/// Where the store fails.
pub fn take_again(
    transaction: &Transaction<'_>,
    (source, id): (&str, &str),
    received: Timestamp,
    said: &Said,
) -> Result<bool, StoreError> {
    let sql = "UPDATE delivery SET outcome = ?3, body = iif(?4, body, NULL), kept_as = NULL, conversation = NULL, detail = NULL
               WHERE source = ?1 AND id = ?2 AND body IS NOT NULL";
    let values = params![source, id, said.outcome.name(), said.outcome.waits()];
    if transaction.prepare_cached(sql)?.execute(values)? == 0 {
        return Ok(false);
    }
    keep(transaction, (source, id), received, said)?;
    Ok(true)
}

fn keep(
    transaction: &Transaction<'_>,
    (source, id): (&str, &str),
    received: Timestamp,
    said: &Said,
) -> Result<(), StoreError> {
    if said.outcome.waits() || said.detail.is_some() || said.about.is_some() {
        let about = said.about.as_ref();
        let (kept_as, conversation) = (about.map(|about| &about.source), about.map(|about| &about.conversation));
        let sql = "UPDATE delivery SET kept_as = ?3, conversation = ?4, detail = ?5 WHERE source = ?1 AND id = ?2";
        transaction.prepare_cached(sql)?.execute(params![source, id, kept_as, conversation, said.detail])?;
    }
    pieces::take_all(transaction, &said.records)?;
    said.hints.iter().try_for_each(|hint| keep_hint(transaction, hint, received))
}

/// Keeps that there is something new in a conversation.
fn keep_hint(transaction: &Transaction<'_>, hint: &Hint, told: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO awaited SELECT ?1, ?2, ?3, ?4, (SELECT coalesce(max(key), 0) FROM message),
               EXISTS (SELECT 1 FROM conversation WHERE source = ?1 AND id = ?2) WHERE true
               ON CONFLICT DO UPDATE SET told = excluded.told, known = excluded.known, existed = excluded.existed
               WHERE told < excluded.told";
    let Named { source, conversation } = &hint.about;
    transaction.prepare_cached(sql)?.execute(params![source, conversation, hint.what, milliseconds(told)])?;
    Ok(())
}

/// Where no more is awaited: a message came after the hint that was sent before it, or the conversation was erased.
const SETTLED: &str = "(EXISTS (SELECT 1 FROM conversation JOIN message ON message.conversation = conversation.key
                         WHERE conversation.source = awaited.source AND conversation.id = awaited.conversation
                         AND message.key > awaited.known AND message.sent_at <= awaited.told)
                        OR awaited.existed AND NOT EXISTS (SELECT 1 FROM conversation WHERE
                         conversation.source = awaited.source AND conversation.id = awaited.conversation))";

/// A conversation of which a tool told that there is something new, and which has not come.
#[derive(Debug, Clone)]
pub struct AwaitedRow {
    /// Which.
    pub about: Named,
    /// What happened, in the tool's words.
    pub what: String,
    /// When that was last told, in milliseconds.
    pub told: i64,
}

/// Conversations of which more is awaited, by name, after `after`; one more than `limit` where there are more.
///
/// # Errors
/// Where the store fails.
pub fn awaited(
    transaction: &Transaction<'_>,
    source: Option<&str>,
    after: &(String, String, String),
    limit: usize,
) -> Result<Vec<AwaitedRow>, StoreError> {
    let of = if source.is_some() { "source = ?1 AND" } else { "" };
    let sql = format!(
        "SELECT source, conversation, what, told FROM awaited
         WHERE {of} (source, conversation, what) > (?2, ?3, ?4) AND NOT {SETTLED}
         ORDER BY source, conversation, what LIMIT ?5"
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let rows = select.query_map(params![source, after.0, after.1, after.2, one_more(limit)], |row| {
        let about = Named { source: row.get(0)?, conversation: row.get(1)? };
        Ok(AwaitedRow { about, what: row.get(2)?, told: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Which deliveries are listed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of one tool.
    pub source: Option<String>,
    /// Those of which that became.
    pub outcome: Option<Outcome>,
}

/// Deliveries, the newest first, after the place `after` (time, tool, identifier) where one is given; one more than
/// `limit` where there are more.
///
/// # Errors
/// Where the store fails.
pub fn list(
    transaction: &Transaction<'_>,
    filter: &Filter,
    after: Option<(i64, String, String)>,
    limit: usize,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let source = filter.source.as_ref().map_or("", |_| "source = ?1 AND");
    let outcome = filter.outcome.map_or("", |_| "outcome = ?2 AND");
    let sql = format!(
        "SELECT {COLUMNS} FROM delivery WHERE {source} {outcome} (received, source, id) < (?3, ?4, ?5)
         ORDER BY received DESC, source DESC, id DESC LIMIT ?6"
    );
    let (received, after_source, id) = after.unwrap_or((i64::MAX, String::new(), String::new()));
    let outcome = filter.outcome.map(Outcome::name);
    let values = params![filter.source, outcome, received, after_source, id, one_more(limit)];
    let mut select = transaction.prepare_cached(&sql)?;
    Ok(select.query_map(values, row)?.collect::<Result<_, _>>()?)
}

fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).map_or(i64::MAX, |limit| limit.saturating_add(1))
}

/// A delivery with its body, where that is kept.
pub type WithBody = (DeliveryRow, Option<Vec<u8>>);

/// A delivery with its body, where that is kept.
///
/// # Errors
/// Where the store fails.
pub fn one(transaction: &Transaction<'_>, source: &str, id: &str) -> Result<Option<WithBody>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, body FROM delivery WHERE source = ?1 AND id = ?2");
    let mut select = transaction.prepare_cached(&sql)?;
    Ok(select.query_row([source, id], |found| Ok((row(found)?, found.get(8)?))).optional()?)
}

/// The newest delivery of a tool.
///
/// # Errors
/// Where the store fails.
pub fn last(transaction: &Transaction<'_>, source: &str) -> Result<Option<DeliveryRow>, StoreError> {
    let filter = Filter { source: Some(source.to_owned()), outcome: None };
    Ok(list(transaction, &filter, None, 0)?.pop())
}

/// How many of a tool's deliveries are kept because they could not be read, or not wholly.
///
/// # Errors
/// Where the store fails.
pub fn unread(transaction: &Transaction<'_>, source: &str) -> Result<u32, StoreError> {
    // SQLite would look at all of the tool's deliveries.
    let sql = "SELECT count(*) FROM delivery INDEXED BY delivery_source_outcome
               WHERE source = ?1 AND outcome IN ('unread', 'partly') AND body IS NOT NULL";
    Ok(transaction.prepare_cached(sql)?.query_row([source], |row| row.get(0))?)
}

/// Forgets deliveries seen before `before` that wait for nobody, at most `limit` of them, and what is not awaited
/// any more. Gives how many deliveries that were: as long as it is `limit` there may be more.
///
/// # Errors
/// Where the store fails.
pub fn forget(transaction: &Transaction<'_>, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
    let sql = format!("DELETE FROM awaited WHERE told < ?1 OR {SETTLED}");
    transaction.prepare_cached(&sql)?.execute([milliseconds(before)])?;
    let sql = "DELETE FROM delivery WHERE (source, id) IN
               (SELECT source, id FROM delivery WHERE received < ?1 AND body IS NULL LIMIT ?2)";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(transaction.prepare_cached(sql)?.execute([milliseconds(before), limit])?)
}

/// Erases what deliveries hold of a conversation; a body that may be about several goes where it names it. That
/// they were seen stays known.
///
/// # Errors
/// Where the store fails.
pub fn erase(transaction: &Transaction<'_>, about: &Named) -> Result<(), StoreError> {
    let Named { source, conversation } = about;
    let sql = "UPDATE delivery SET body = NULL, detail = NULL, kept_as = NULL, conversation = NULL
               WHERE kept_as = ?1 AND conversation = ?2 AND body IS NOT NULL";
    transaction.prepare_cached(sql)?.execute([source, conversation])?;
    let sql = "DELETE FROM awaited WHERE source = ?1 AND conversation = ?2";
    transaction.prepare_cached(sql)?.execute([source, conversation])?;
    erase_naming(transaction, conversation)
}

/// Erases the bodies that name `id`, of a customer for example, and are not known to be about one conversation.
///
/// # Errors
/// Where the store fails.
pub fn erase_naming(transaction: &Transaction<'_>, id: &str) -> Result<(), StoreError> {
    let sql = "SELECT source, id, body FROM delivery
               WHERE kept_as IS NULL AND body IS NOT NULL AND instr(body, CAST(?1 AS BLOB)) > 0";
    let mut select = transaction.prepare_cached(sql)?;
    let mut rows = select.query([id])?;
    let mut naming: Vec<(String, String)> = Vec::new();
    while let Some(row) = rows.next()? {
        if names(row.get_ref(2)?.as_bytes().unwrap_or_default(), id) {
            naming.push((row.get(0)?, row.get(1)?));
        }
    }
    let sql = "UPDATE delivery SET body = NULL, detail = NULL WHERE source = ?1 AND id = ?2";
    let mut update = transaction.prepare_cached(sql)?;
    naming.into_iter().try_for_each(|named| update.execute([named.0, named.1]).map(drop))?;
    Ok(())
}

impl DeliveryRow {
    /// When it came in; `None` where the store holds no time.
    #[must_use]
    pub fn received_at(&self) -> Option<Timestamp> {
        timestamp(self.received)
    }
}
