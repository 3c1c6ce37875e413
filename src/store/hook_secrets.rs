//! Secrets of webhooks that were given in the pages.

use super::{StoreError, milliseconds, timestamp};
use jiff::Timestamp;
use rusqlite::{Transaction, params};
use std::collections::BTreeMap;
use std::fmt;

/// A secret that was given in the pages.
#[derive(Clone, PartialEq, Eq)]
pub struct GivenSecret {
    /// Its key.
    pub key: i64,
    /// The secret itself: signatures are made with it.
    pub secret: String,
    /// When it was given.
    pub created: Option<Timestamp>,
    /// By whom.
    pub name: String,
}

impl fmt::Debug for GivenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GivenSecret({})", self.key)
    }
}

/// The secrets of all tools, the oldest first.
///
/// # Errors
/// Where the store fails.
pub fn all(transaction: &Transaction<'_>) -> Result<BTreeMap<String, Vec<GivenSecret>>, StoreError> {
    let mut select =
        transaction.prepare_cached("SELECT tool, key, secret, created, name FROM hook_secret ORDER BY key")?;
    let mut rows = select.query([])?;
    let mut all: BTreeMap<String, Vec<GivenSecret>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        all.entry(row.get(0)?).or_default().push(GivenSecret {
            key: row.get(1)?,
            secret: row.get(2)?,
            created: timestamp(row.get(3)?),
            name: row.get(4)?,
        });
    }
    Ok(all)
}

/// Lets `tool` in by `secret`, too; false where it was let in by that before.
///
/// # Errors
/// Where the store fails.
pub fn add(
    transaction: &Transaction<'_>,
    tool: &str,
    secret: &str,
    name: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO hook_secret (tool, secret, created, name) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    let added = transaction.prepare_cached(sql)?.execute(params![tool, secret, milliseconds(now), name])?;
    Ok(added > 0)
}

/// Lets `tool` in no more by the secret of that key; false where there was none.
///
/// # Errors
/// Where the store fails.
pub fn remove(transaction: &Transaction<'_>, tool: &str, key: i64) -> Result<bool, StoreError> {
    let sql = "DELETE FROM hook_secret WHERE tool = ?1 AND key = ?2";
    Ok(transaction.prepare_cached(sql)?.execute(params![tool, key])? > 0)
}
