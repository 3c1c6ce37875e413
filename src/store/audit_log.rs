//! Who did what: sign-ins, reviews, exports, erasures. Nothing in it is the text of a message.

use super::{StoreError, milliseconds};
use crate::access::Principal;
use jiff::Timestamp;
use rusqlite::{Transaction, params};

/// Adds what was done at this moment, by `actor` or by nobody who is known: `action` is a stable name such as
/// `export`, `subject` what it was done to, `detail` more of it for people.
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
