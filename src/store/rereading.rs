//! Conversations that are to be read again, though nothing new came: promises fall due, rules change.

use super::StoreError;
use super::pieces::unread;
use rusqlite::{Transaction, params};

/// Gives to be read again the conversations with an open promise that the data now reach beyond.
///
/// # Errors
/// Where the store fails.
pub fn judge_due_promises(transaction: &Transaction<'_>) -> Result<usize, StoreError> {
    let sql = "SELECT conversation.key FROM source JOIN conversation ON conversation.source = source.name
               WHERE judge_at < newest AND analysed = revision LIMIT 1000";
    let mut select = transaction.prepare_cached(sql)?;
    let keys: Vec<i64> = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for key in &keys {
        unread(transaction, *key)?;
    }
    Ok(keys.len())
}

/// The number of conversations that were read with another version than `version`.
///
/// # Errors
/// Where the store fails.
pub fn count_outdated(transaction: &Transaction<'_>, version: i64) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM conversation WHERE version <> ?1";
    Ok(transaction.prepare_cached(sql)?.query_row([version], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// Gives to be read again the conversations that were read with another version than `version`: at most `limit`
/// of those with a key above `after`. Gives their keys, which rise.
///
/// # Errors
/// Where the store fails.
pub fn outdated(transaction: &Transaction<'_>, version: i64, after: i64, limit: usize) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT key FROM conversation WHERE key > ?2 AND version <> ?1 ORDER BY key LIMIT ?3";
    let mut select = transaction.prepare_cached(sql)?;
    let keys: Vec<i64> = select
        .query_map(params![version, after, i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    keys.iter().try_for_each(|key| unread(transaction, *key))?;
    Ok(keys)
}
