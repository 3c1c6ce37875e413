//! Numbers that are given once and rise: of changes, and keys of conversations.

use super::StoreError;
use rusqlite::Transaction;

const CHANGE: &str = "change";
const CONVERSATION: &str = "conversation";

/// Gives numbers of a counter, and keeps the last one when all are given: many cost no more than one. Meanwhile nobody
/// else in the transaction may ask for one.
#[derive(Debug)]
pub(super) struct Counter<'t> {
    transaction: &'t Transaction<'t>,
    name: &'static str,
    kept: i64,
    last: i64,
}

impl<'t> Counter<'t> {
    /// Numbers of changes.
    pub(super) fn of_changes(transaction: &'t Transaction<'t>) -> Result<Self, StoreError> {
        Self::of(transaction, CHANGE)
    }

    /// Keys for new conversations, which none had before: not even one that was erased.
    pub(super) fn of_conversations(transaction: &'t Transaction<'t>) -> Result<Self, StoreError> {
        Self::of(transaction, CONVERSATION)
    }

    fn of(transaction: &'t Transaction<'t>, name: &'static str) -> Result<Self, StoreError> {
        let kept = value(transaction, name)?;
        Ok(Self { transaction, name, kept, last: kept })
    }

    /// The next number.
    pub(super) fn next(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    /// Keeps how far it has come.
    pub(super) fn end(self) -> Result<(), StoreError> {
        if self.last > self.kept {
            let sql = "UPDATE counter SET value = ?2 WHERE name = ?1";
            self.transaction.prepare_cached(sql)?.execute((self.name, self.last))?;
        }
        Ok(())
    }
}

fn value(transaction: &Transaction<'_>, name: &str) -> Result<i64, StoreError> {
    let sql = "SELECT value FROM counter WHERE name = ?1";
    Ok(transaction.prepare_cached(sql)?.query_row([name], |row| row.get(0))?)
}

/// The number of the last change.
///
/// # Errors
/// Where the store fails.
pub fn change(transaction: &Transaction<'_>) -> Result<i64, StoreError> {
    value(transaction, CHANGE)
}

/// The next number of a change.
///
/// # Errors
/// Where the store fails.
pub fn next_change(transaction: &Transaction<'_>) -> Result<i64, StoreError> {
    let mut changes = Counter::of_changes(transaction)?;
    let next = changes.next();
    changes.end()?;
    Ok(next)
}
