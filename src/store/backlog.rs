//! How far behind the work is.

use super::StoreError;
use rusqlite::Transaction;

/// How many conversations are to be read.
///
/// # Errors
/// Where the store fails.
pub fn unread(transaction: &Transaction<'_>) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM conversation WHERE analysed < revision";
    Ok(transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}
