//! Who did what that others may ask about: sign-ins, changes of people and tokens, imports, exports, erasures.

use super::access::time;
use super::{StoreError, milliseconds};
use crate::access::Principal;
use jiff::Timestamp;
use rusqlite::{Transaction, named_params, params};

/// Notes that `actor` (nobody where they are not known) did `action` to `subject`, such as `user:3`, in the
/// transaction in which it is done: what is done is noted, and what is noted was done. No text of messages and no
/// secret belongs in `detail`.
///
/// # Errors
/// Where the store fails.
pub fn add(
    transaction: &Transaction<'_>,
    actor: Option<&Principal>,
    action: &str,
    subject: Option<&str>,
    detail: Option<&str>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO audit_log (at, actor, name, action, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let credential = actor.map(|actor| actor.credential.to_string());
    let name = actor.map(|actor| &actor.name);
    let at = milliseconds(Timestamp::now());
    transaction.prepare_cached(sql)?.execute(params![at, credential, name, action, subject, detail])?;
    Ok(())
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its row.
    pub key: i64,
    /// When.
    pub at: Timestamp,
    /// By what who did it was recognised, such as `user:3`; nobody's where they were not known.
    pub actor: Option<String>,
    /// Their name as it was then.
    pub name: Option<String>,
    /// What was done.
    pub action: String,
    /// To whom or what.
    pub subject: Option<String>,
    /// What more there is to say.
    pub detail: Option<String>,
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of that actor.
    pub actor: Option<String>,
    /// Of that action.
    pub action: Option<String>,
    /// From that time on, in milliseconds.
    pub since: Option<i64>,
    /// Before that time, in milliseconds.
    pub until: Option<i64>,
    /// Time and row of the line after which to go on.
    pub after: Option<(i64, i64)>,
}

/// The lines that are `wanted`, newest first, at most `limit`.
///
/// # Errors
/// Where the store fails.
pub fn entries(transaction: &Transaction<'_>, wanted: &Wanted, limit: usize) -> Result<Vec<Entry>, StoreError> {
    // Only conditions that there are, so that an index serves each.
    let mut sql = "SELECT key, at, actor, name, action, subject, detail FROM audit_log
                   WHERE at >= :since AND at < :until AND (at, key) < (:at, :key)"
        .to_owned();
    sql += if wanted.actor.is_some() { " AND actor = :actor" } else { " AND :actor IS NULL" };
    sql += if wanted.action.is_some() { " AND action = :action" } else { " AND :action IS NULL" };
    sql += " ORDER BY at DESC, key DESC LIMIT :limit";
    let (at, key) = wanted.after.unwrap_or((i64::MAX, i64::MAX));
    let mut statement = transaction.prepare_cached(&sql)?;
    let parameters = named_params! {
        ":since": wanted.since.unwrap_or(i64::MIN),
        ":until": wanted.until.unwrap_or(i64::MAX),
        ":at": at,
        ":key": key,
        ":actor": wanted.actor,
        ":action": wanted.action,
        ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
    };
    let entries = statement.query_map(parameters, |row| {
        Ok(Entry {
            key: row.get(0)?,
            at: time(row, 1)?,
            actor: row.get(2)?,
            name: row.get(3)?,
            action: row.get(4)?,
            subject: row.get(5)?,
            detail: row.get(6)?,
        })
    })?;
    Ok(entries.collect::<Result<_, _>>()?)
}
