//! Answers that were given, for requests that come again with the same Idempotency-Key.

use super::{StoreError, milliseconds};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction, params};

/// So long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What is known of a request that comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nothing: it is at work now.
    New,
    /// It is at work.
    Running,
    /// It was answered so.
    Answered {
        /// The status.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// Another request came with this key.
    Other,
}

/// Which request it is: of whom, and by which key.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who asks.
    pub token: String,
    /// The key.
    pub key: String,
}

/// A request with the digest `request` begins at `now`.
///
/// # Errors
/// Where the store fails.
pub fn begin(
    transaction: &Transaction<'_>,
    asked: &Asked,
    request: &[u8],
    now: Timestamp,
) -> Result<Begun, StoreError> {
    forget_old(transaction, now)?;
    let sql = "SELECT request, status, body FROM answered WHERE token = ?1 AND key = ?2";
    let found = transaction.prepare_cached(sql)?.query_row([&asked.token, &asked.key], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Option<u16>>(1)?, row.get::<_, Option<Vec<u8>>>(2)?))
    });
    match found.optional()? {
        None => {
            let sql = "INSERT INTO answered (token, key, request, created) VALUES (?1, ?2, ?3, ?4)";
            transaction.prepare_cached(sql)?.execute(params![asked.token, asked.key, request, milliseconds(now)])?;
            Ok(Begun::New)
        }
        Some((known, ..)) if known != request => Ok(Begun::Other),
        Some((_, Some(status), body)) => Ok(Begun::Answered { status, body: body.unwrap_or_default() }),
        Some((_, None, _)) => Ok(Begun::Running),
    }
}

/// Keeps the answer.
///
/// # Errors
/// Where the store fails.
pub fn answer(transaction: &Transaction<'_>, asked: &Asked, status: u16, body: &[u8]) -> Result<(), StoreError> {
    let sql = "UPDATE answered SET status = ?3, body = ?4 WHERE token = ?1 AND key = ?2";
    transaction.prepare_cached(sql)?.execute(params![asked.token, asked.key, status, body])?;
    Ok(())
}

/// Forgets a request that came to no answer.
///
/// # Errors
/// Where the store fails.
pub fn forget(transaction: &Transaction<'_>, asked: &Asked) -> Result<(), StoreError> {
    let sql = "DELETE FROM answered WHERE token = ?1 AND key = ?2 AND status IS NULL";
    transaction.prepare_cached(sql)?.execute([&asked.token, &asked.key])?;
    Ok(())
}

/// Forgets the requests that were at work when the program ended.
///
/// # Errors
/// Where the store fails.
pub fn forget_unfinished(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM answered WHERE status IS NULL", [])?;
    Ok(())
}

fn forget_old(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), StoreError> {
    let sql = "DELETE FROM answered WHERE created < ?1";
    transaction.prepare_cached(sql)?.execute([milliseconds(now) - milliseconds(Timestamp::UNIX_EPOCH + KEPT)])?;
    Ok(())
}
