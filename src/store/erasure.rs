//! Erases conversations with all that was made of them.

use super::deliveries::{self, Named};
use super::naming::names;
use super::{DATABASE, Store, StoreError, connect, next_change, sync_log};
use rusqlite::{OptionalExtension, Transaction};

/// Erases a conversation: its messages, what was read in them, promises, reviews, and deliveries and rejected
/// rows that tell of it. Says whether there was one.
///
/// # Errors
/// Where the store fails.
pub fn conversation(transaction: &Transaction<'_>, key: i64) -> Result<bool, StoreError> {
    let sql = "DELETE FROM conversation WHERE key = ?1 RETURNING source, id";
    let mut delete = transaction.prepare_cached(sql)?;
    let mut rows = delete.query([key])?;
    let Some(row) = rows.next()? else { return Ok(false) };
    let (source, id): (String, String) = (row.get(0)?, row.get(1)?);
    while rows.next()?.is_some() {}
    let sql = "INSERT INTO removed (change, conversation) VALUES (?1, ?2)";
    transaction.prepare_cached(sql)?.execute([next_change(transaction)?, key])?;
    rejected(transaction, &id)?;
    deliveries::erase(transaction, &Named { source, conversation: id })?;
    Ok(true)
}

/// Erases a customer of a source: all conversations in which they wrote or for which they asked, and who they are.
/// Gives the number of conversations; `None` where nothing is known of them.
///
/// # Errors
/// Where the store fails.
pub fn customer(transaction: &Transaction<'_>, source: &str, id: &str) -> Result<Option<usize>, StoreError> {
    let sql = "SELECT conversation.key FROM message JOIN conversation ON conversation.key = conversation
               WHERE author = ?2 AND message.role = 'customer' AND source = ?1
               UNION
               SELECT conversation.key FROM message JOIN conversation ON conversation.key = conversation
               LEFT JOIN person ON person.source = ?1 AND person.id = ?2
               WHERE author = ?2 AND message.role IS NULL AND conversation.source = ?1
               AND coalesce(person.role, 'customer') = 'customer'
               UNION SELECT key FROM conversation WHERE source = ?1 AND requester = ?2";
    let mut select = transaction.prepare_cached(sql)?;
    let keys: Vec<i64> = select.query_map([source, id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for key in &keys {
        conversation(transaction, *key)?;
    }
    let sql = "DELETE FROM person WHERE source = ?1 AND id = ?2 AND coalesce(role, 'customer') = 'customer'";
    let people = transaction.prepare_cached(sql)?.execute([source, id])?;
    if keys.is_empty() && people == 0 {
        return Ok(None);
    }
    rejected(transaction, id)?;
    deliveries::erase_naming(transaction, id)?;
    Ok(Some(keys.len()))
}

/// Rejected rows may hold anything: those that name what is erased go with it.
fn rejected(transaction: &Transaction<'_>, id: &str) -> Result<(), StoreError> {
    let mut select = transaction.prepare_cached("SELECT key, line FROM rejected WHERE instr(line, ?1) > 0")?;
    let mut delete = transaction.prepare_cached("DELETE FROM rejected WHERE key = ?1")?;
    let mut rows = select.query([id])?;
    let mut naming: Vec<i64> = Vec::new();
    while let Some(row) = rows.next()? {
        if tells_of(row.get_ref(1)?.as_str().unwrap_or_default(), id) {
            naming.push(row.get(0)?);
        }
    }
    naming.into_iter().try_for_each(|key| delete.execute([key]).map(drop))?;
    Ok(())
}

/// Whether the line of a rejected row names `id`: in the row or in what is wrong with it, and not by its place.
fn tells_of(line: &str, id: &str) -> bool {
    match serde_json::from_str::<serde_json::Value>(line) {
        Ok(told) => {
            ["raw", "reason"].iter().any(|part| told[part].as_str().is_some_and(|text| names(text.as_bytes(), id)))
        }
        Err(_) => names(line.as_bytes(), id),
    }
}

/// The key of a conversation.
///
/// # Errors
/// Where the store fails.
pub fn key(transaction: &Transaction<'_>, source: &str, id: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT key FROM conversation WHERE source = ?1 AND id = ?2";
    Ok(transaction.prepare_cached(sql)?.query_row([source, id], |row| row.get(0)).optional()?)
}

impl Store {
    /// Brings what was erased out of the write-ahead log, too, so that no file holds it. Says whether that could
    /// be done now: while somebody reads an earlier state it cannot.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn clear_log(&self) -> Result<bool, StoreError> {
        let connection = connect(&self.folder().join(DATABASE))?;
        let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 {
            // SQLite does not sync the emptied log: after a loss of power what was erased would be there again.
            sync_log(self.folder())?;
        }
        Ok(busy == 0)
    }
}
