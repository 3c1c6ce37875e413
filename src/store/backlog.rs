//! How far behind the work is.

use super::{StoreError, change};
use rusqlite::Transaction;

/// How many conversations are to be read.
///
/// # Errors
/// Where the store fails.
pub fn unread(transaction: &Transaction<'_>) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM conversation WHERE analysed < revision";
    Ok(transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// How the store stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The last change.
    pub change: i64,
    /// The change since which some conversation waits to be read; none where all are read.
    pub unread: Option<i64>,
}

impl Standing {
    /// What changed before it was read.
    #[must_use]
    pub fn read_before(self) -> i64 {
        self.unread.unwrap_or(self.change + 1)
    }
}

/// How the store stands now.
///
/// # Errors
/// Where the store fails.
pub fn standing(transaction: &Transaction<'_>) -> Result<Standing, StoreError> {
    let sql = "SELECT min(revision) FROM conversation WHERE analysed < revision";
    let unread = transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(Standing { change: change(transaction)?, unread })
}
