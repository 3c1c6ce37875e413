//! Drops the text of messages that is older than it may be; scores stay.

use super::{StoreError, milliseconds, next_change};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

/// Drops the text of conversations whose last message was sent before `before`, at most `limit` of them; gives
/// how many that were. One that is still to be read is left until it was.
///
/// # Errors
/// Where the store fails.
pub fn drop_texts(
    transaction: &Transaction<'_>,
    before: Timestamp,
    limit: usize,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let sql = "SELECT key FROM conversation WHERE dropped IS NULL AND last_sent < ?1 AND analysed >= revision
               ORDER BY last_sent LIMIT ?2";
    let mut select = transaction.prepare_cached(sql)?;
    let values = params![milliseconds(before), i64::try_from(limit).unwrap_or(i64::MAX)];
    let keys: Vec<i64> = select.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>()?;
    for key in &keys {
        let sql = "UPDATE message SET body = NULL WHERE conversation = ?1 AND body IS NOT NULL";
        transaction.prepare_cached(sql)?.execute([key])?;
        let sql = "UPDATE conversation SET dropped = ?2, change = ?3 WHERE key = ?1";
        transaction.prepare_cached(sql)?.execute(params![key, milliseconds(now), next_change(transaction)?])?;
    }
    Ok(keys.len())
}

/// Drops bodies of deliveries, and rejected rows, that came before `before`; gives how many.
///
/// # Errors
/// Where the store fails.
pub fn drop_deliveries(transaction: &Transaction<'_>, before: Timestamp) -> Result<usize, StoreError> {
    let before = milliseconds(before);
    let sql = "UPDATE delivery SET body = NULL WHERE received < ?1 AND body IS NOT NULL";
    let deliveries = transaction.prepare_cached(sql)?.execute([before])?;
    let sql = "DELETE FROM rejected WHERE job IN (SELECT key FROM job WHERE changed < ?1)";
    Ok(deliveries + transaction.prepare_cached(sql)?.execute([before])?)
}
