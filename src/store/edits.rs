//! What people write in the pages: rules and scorecards as files of a folder of their own, and settings. Every change
//! is kept; the latest counts.

use super::{StoreError, milliseconds, timestamp};
use crate::access::Principal;
use jiff::Timestamp;
use rusqlite::{Transaction, params};
use std::collections::BTreeMap;

/// What counts now: texts by their subjects, which are paths of files (`en/ours.toml`, `scorecards/shop.toml`) or keys
/// of settings (`retention.text_days`).
pub type Edits = BTreeMap<String, String>;

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Its key.
    pub key: i64,
    /// What was changed.
    pub subject: String,
    /// What it was changed to; `None` where it was taken away.
    pub text: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
    /// By whom.
    pub name: String,
}

/// What counts now.
///
/// # Errors
/// Where the store fails.
pub fn current(transaction: &Transaction<'_>) -> Result<Edits, StoreError> {
    let sql = "SELECT subject, text FROM edit WHERE key IN (SELECT max(key) FROM edit GROUP BY subject)
               AND text IS NOT NULL";
    let mut select = transaction.prepare_cached(sql)?;
    Ok(select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// The value of a setting that was given in the pages.
///
/// # Errors
/// Where the store fails.
pub fn setting(transaction: &Transaction<'_>, key: &str) -> Result<Option<String>, StoreError> {
    Ok(newest(transaction, key)?.and_then(|edit| edit.text))
}

/// The newest change of `subject`.
///
/// # Errors
/// Where the store fails.
pub fn newest(transaction: &Transaction<'_>, subject: &str) -> Result<Option<Edit>, StoreError> {
    Ok(of(transaction, subject, 1)?.pop())
}

/// Puts `text` in place of what `subject` was, or takes it away.
///
/// # Errors
/// Where the store fails.
pub fn keep(
    transaction: &Transaction<'_>,
    subject: &str,
    text: Option<&str>,
    by: &Principal,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO edit (subject, text, at, actor, name) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![subject, text, milliseconds(now), by.credential.to_string(), by.name];
    transaction.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// The changes of `subject`, the newest first, at most `limit`.
///
/// # Errors
/// Where the store fails.
pub fn of(transaction: &Transaction<'_>, subject: &str, limit: usize) -> Result<Vec<Edit>, StoreError> {
    let sql = "SELECT key, subject, text, at, name FROM edit WHERE subject = ?1 ORDER BY key DESC LIMIT ?2";
    let mut select = transaction.prepare_cached(sql)?;
    let edit = |row: &rusqlite::Row<'_>| {
        Ok(Edit {
            key: row.get(0)?,
            subject: row.get(1)?,
            text: row.get(2)?,
            at: timestamp(row.get(3)?),
            name: row.get(4)?,
        })
    };
    let values = params![subject, i64::try_from(limit).unwrap_or(i64::MAX)];
    Ok(select.query_map(values, edit)?.collect::<Result<_, _>>()?)
}
