//! Long work that goes on beside answering: uploaded exports, scoring everything anew.

use super::{StoreError, milliseconds, timestamp};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An export is taken in.
    Import,
    /// Conversations are read anew with the present rules.
    Rescore,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Another one is at work.
    Waiting,
    /// It is at work.
    Running,
    /// It is done.
    Done,
    /// It could not be done.
    Failed,
    /// Somebody ended it; what was done stays.
    Cancelled,
}

impl State {
    /// Whether nothing more comes of it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

macro_rules! named {
    ($type:ty, $($variant:ident $name:literal)*) => {
        impl $type {
            /// The name by which it is kept.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            fn named(name: &str) -> rusqlite::Result<Self> {
                match name {
                    $($name => Ok(Self::$variant),)*
                    _ => Err(rusqlite::Error::InvalidColumnName(name.to_owned())),
                }
            }
        }
    };
}

named!(Kind, Import "import" Rescore "rescore");
named!(State, Waiting "waiting" Running "running" Done "done" Failed "failed" Cancelled "cancelled");

/// Counts so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Counts {
    /// Bytes of the export that were read, as it was uploaded.
    pub bytes: u64,
    /// Bytes that it has; for other work the number of conversations to be done.
    pub size: u64,
    /// Conversations that were not known before; for other work those that are done.
    pub conversations: u64,
    /// Messages that were read.
    pub messages: u64,
    /// Those of them that were not known before.
    pub added: u64,
    /// Known ones that differed.
    pub changed: u64,
    /// People that the export tells of.
    pub people: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// How it was read, for people.
    pub told: Vec<String>,
    /// Why it failed.
    pub problem: Option<String>,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its key.
    pub key: i64,
    /// What is to be done.
    pub kind: Kind,
    /// What was asked for (JSON).
    pub request: String,
    /// How far it is.
    pub state: State,
    /// When it was asked for.
    pub created: Option<Timestamp>,
    /// When its state last changed.
    pub changed: Option<Timestamp>,
    /// Counts so far.
    pub counts: Counts,
    /// Who asked.
    pub actor: Option<String>,
}

const COLUMNS: &str = "SELECT key, kind, request, state, created, changed, progress, actor FROM job";

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    Ok(Job {
        key: row.get(0)?,
        kind: Kind::named(&row.get::<_, String>(1)?)?,
        request: row.get(2)?,
        state: State::named(&row.get::<_, String>(3)?)?,
        created: timestamp(row.get(4)?),
        changed: timestamp(row.get(5)?),
        // A later version may have kept more.
        counts: serde_json::from_str(&row.get::<_, String>(6)?).unwrap_or_default(),
        actor: row.get(7)?,
    })
}

/// Keeps a job that waits; gives its key.
///
/// # Errors
/// Where the store fails.
pub fn add(
    transaction: &Transaction<'_>,
    kind: Kind,
    request: &str,
    actor: Option<&str>,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let sql = "INSERT INTO job (kind, request, state, created, changed, progress, actor)
               VALUES (?1, ?2, 'waiting', ?3, ?3, '{}', ?4)";
    transaction.prepare_cached(sql)?.execute(params![kind.name(), request, milliseconds(now), actor])?;
    Ok(transaction.last_insert_rowid())
}

/// The job with that key.
///
/// # Errors
/// Where the store fails.
pub fn get(transaction: &Transaction<'_>, kind: Kind, key: i64) -> Result<Option<Job>, StoreError> {
    let sql = format!("{COLUMNS} WHERE key = ?1 AND kind = ?2");
    Ok(transaction.prepare_cached(&sql)?.query_row(params![key, kind.name()], job).optional()?)
}

/// The key of a job of that kind that waits or is at work.
///
/// # Errors
/// Where the store fails.
pub fn unfinished(transaction: &Transaction<'_>, kind: Kind) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT key FROM job WHERE kind = ?1 AND state IN ('waiting', 'running') LIMIT 1";
    Ok(transaction.prepare_cached(sql)?.query_row([kind.name()], |row| row.get(0)).optional()?)
}

/// The newest jobs of a kind, at most `limit` of those before the key `before`.
///
/// # Errors
/// Where the store fails.
pub fn list(
    transaction: &Transaction<'_>,
    kind: Kind,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Job>, StoreError> {
    let sql = format!("{COLUMNS} WHERE kind = ?1 AND key < ?2 ORDER BY key DESC LIMIT ?3");
    let values = params![kind.name(), before.unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX)];
    Ok(transaction.prepare_cached(&sql)?.query_map(values, job)?.collect::<Result<_, _>>()?)
}

/// The job that has waited longest; it is at work from now on.
///
/// # Errors
/// Where the store fails.
pub fn start_next(transaction: &Transaction<'_>, now: Timestamp) -> Result<Option<Job>, StoreError> {
    let sql = format!("{COLUMNS} WHERE state = 'waiting' ORDER BY key LIMIT 1");
    let found = transaction.prepare_cached(&sql)?.query_row([], job).optional()?;
    if let Some(job) = &found {
        transaction.execute("DELETE FROM rejected WHERE job = ?1", [job.key])?;
        set_state(transaction, job.key, State::Running, now)?;
    }
    Ok(found)
}

/// Lets jobs wait that were at work when the program ended.
///
/// # Errors
/// Where the store fails.
pub fn resume(transaction: &Transaction<'_>) -> Result<usize, StoreError> {
    Ok(transaction.execute("UPDATE job SET state = 'waiting' WHERE state = 'running'", [])?)
}

/// Says how far a job is.
///
/// # Errors
/// Where the store fails.
pub fn set_state(transaction: &Transaction<'_>, key: i64, state: State, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE job SET state = ?2, changed = ?3 WHERE key = ?1";
    transaction.prepare_cached(sql)?.execute(params![key, state.name(), milliseconds(now)])?;
    Ok(())
}

/// A job is over; one that was cancelled stays so.
///
/// # Errors
/// Where the store fails.
pub fn finish(
    transaction: &Transaction<'_>,
    key: i64,
    state: State,
    counts: &Counts,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE job SET state = CASE state WHEN 'cancelled' THEN state ELSE ?2 END, progress = ?3, changed = ?4
               WHERE key = ?1";
    let counts = serde_json::to_string(counts)?;
    transaction.prepare_cached(sql)?.execute(params![key, state.name(), counts, milliseconds(now)])?;
    Ok(())
}

/// Removes a job with its rejected rows.
///
/// # Errors
/// Where the store fails.
pub fn remove(transaction: &Transaction<'_>, key: i64) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM job WHERE key = ?1", [key])?;
    Ok(())
}

/// Keeps rows that could not be read.
///
/// # Errors
/// Where the store fails.
pub fn reject(transaction: &Transaction<'_>, job: i64, lines: &[String]) -> Result<(), StoreError> {
    let mut insert = transaction.prepare_cached("INSERT INTO rejected (job, line) VALUES (?1, ?2)")?;
    lines.iter().try_for_each(|line| {
        insert.execute(params![job, line])?;
        Ok(())
    })
}

/// Rejected rows of a job with their keys, at most `limit` of those after `after`.
///
/// # Errors
/// Where the store fails.
pub fn rejected(
    transaction: &Transaction<'_>,
    job: i64,
    after: i64,
    limit: usize,
) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = "SELECT key, line FROM rejected WHERE job = ?1 AND key > ?2 ORDER BY key LIMIT ?3";
    let values = params![job, after, i64::try_from(limit).unwrap_or(i64::MAX)];
    let mut select = transaction.prepare_cached(sql)?;
    Ok(select.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// All jobs that wait.
///
/// # Errors
/// Where the store fails.
pub fn waiting(transaction: &Transaction<'_>) -> Result<Vec<Job>, StoreError> {
    let sql = format!("{COLUMNS} WHERE state = 'waiting' ORDER BY key");
    Ok(transaction.prepare_cached(&sql)?.query_map([], job)?.collect::<Result<_, _>>()?)
}
