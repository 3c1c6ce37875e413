//! Searches that people keep.

use super::StoreError;
use rusqlite::{Transaction, params};

/// So many may one person keep.
pub const MOST: u32 = 100;

/// A search that somebody kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// Its key.
    pub key: i64,
    /// What they call it.
    pub name: String,
    /// The query.
    pub query: String,
}

/// The searches that `user` kept, by name.
///
/// # Errors
/// Where the store fails.
pub fn of(transaction: &Transaction<'_>, user: i64) -> Result<Vec<SavedSearch>, StoreError> {
    let sql = "SELECT key, name, query FROM saved_search WHERE user = ?1 ORDER BY name COLLATE NOCASE, name";
    let mut select = transaction.prepare_cached(sql)?;
    let search = |row: &rusqlite::Row<'_>| Ok(SavedSearch { key: row.get(0)?, name: row.get(1)?, query: row.get(2)? });
    Ok(select.query_map([user], search)?.collect::<Result<_, _>>()?)
}

/// Keeps a search for `user`, in place of an earlier one of that name; false where they keep [`MOST`] others.
///
/// # Errors
/// Where the store fails.
pub fn keep(transaction: &Transaction<'_>, user: i64, name: &str, query: &str) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM saved_search WHERE user = ?1 AND name <> ?2";
    let others: i64 = transaction.prepare_cached(sql)?.query_row(params![user, name], |row| row.get(0))?;
    if others >= i64::from(MOST) {
        return Ok(false);
    }
    let sql = "INSERT INTO saved_search (user, name, query) VALUES (?1, ?2, ?3)
               ON CONFLICT (user, name) DO UPDATE SET query = ?3";
    transaction.prepare_cached(sql)?.execute(params![user, name, query])?;
    Ok(true)
}

/// Drops a search of `user`; gives whether there was one.
///
/// # Errors
/// Where the store fails.
pub fn drop(transaction: &Transaction<'_>, user: i64, key: i64) -> Result<bool, StoreError> {
    let sql = "DELETE FROM saved_search WHERE user = ?1 AND key = ?2";
    Ok(transaction.prepare_cached(sql)?.execute([user, key])? > 0)
}
