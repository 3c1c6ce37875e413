//! Tokens and the first set-up; people are in [`super::users`].

use super::{StoreError, milliseconds, timestamp};
use crate::access::{AgentKey, Digest, Grant, Role, Setup, Token};
use crate::conversation::ParticipantId;
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use std::error::Error;
use std::str::FromStr;

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptToken {
    /// Its row.
    pub key: i64,
    /// What it is.
    pub token: Token,
    /// When it was last shown, to the minute.
    pub used: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

const TOKEN: &str = "SELECT token.key, digest, token.name, shown, role, scopes, source, id, created, expires, used,
                     revoked FROM token LEFT JOIN agent ON agent.key = agent WHERE role <> 'setup'";

fn kept_token(row: &Row<'_>) -> rusqlite::Result<KeptToken> {
    let role: Role = parsed(row, 4)?;
    let scopes = match row.get_ref(5)?.as_str_or_null()? {
        Some(scopes) => scopes.parse().map_err(|error| unreadable(5, error))?,
        None => role.scopes(),
    };
    let grant = Grant { name: row.get(2)?, role, scopes, agent: agent_key(row, 6)?, expires: time_or_null(row, 9)? };
    let token = Token { grant, digest: digest(row, 1)?, start: row.get(3)?, created: time(row, 8)? };
    Ok(KeptToken { key: row.get(0)?, token, used: time_or_null(row, 10)?, revoked: time_or_null(row, 11)? })
}

/// The token of `digest`, where there is one that is not revoked.
///
/// # Errors
/// Where the store fails.
pub fn token(transaction: &Transaction<'_>, digest: &Digest) -> Result<Option<KeptToken>, StoreError> {
    let sql = format!("{TOKEN} AND digest = ?1 AND revoked IS NULL");
    Ok(transaction.prepare_cached(&sql)?.query_row([digest.as_bytes()], kept_token).optional()?)
}

/// Tokens, revoked ones among them, the latest first: those before row `before`, at most `limit`.
///
/// # Errors
/// Where the store fails.
pub fn tokens(transaction: &Transaction<'_>, before: Option<i64>, limit: usize) -> Result<Vec<KeptToken>, StoreError> {
    let sql = format!("{TOKEN} AND token.key < ?1 ORDER BY token.key DESC LIMIT ?2");
    let (before, limit) = (before.unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
    let mut statement = transaction.prepare_cached(&sql)?;
    let tokens = statement.query_map([before, limit], kept_token)?;
    Ok(tokens.collect::<Result<_, _>>()?)
}

/// Keeps a token; gives its row.
///
/// # Errors
/// Where the store fails.
pub fn add_token(transaction: &Transaction<'_>, token: &Token) -> Result<i64, StoreError> {
    let Token { grant, digest, start, created } = token;
    let agent = grant.agent.as_ref().map(|agent| agent_row(transaction, agent)).transpose()?;
    let sql = "INSERT INTO token (digest, name, shown, role, scopes, agent, created, expires)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    transaction.execute(
        sql,
        params![
            digest.as_bytes(),
            grant.name,
            start,
            grant.role.name(),
            grant.scopes.to_string(),
            agent,
            milliseconds(*created),
            grant.expires.map(milliseconds),
        ],
    )?;
    Ok(transaction.last_insert_rowid())
}

/// Revokes a token; gives its name, or nothing where there is none that is not revoked.
///
/// # Errors
/// Where the store fails.
pub fn revoke_token(transaction: &Transaction<'_>, key: i64, now: Timestamp) -> Result<Option<String>, StoreError> {
    let sql = "UPDATE token SET revoked = ?2 WHERE key = ?1 AND revoked IS NULL AND role <> 'setup' RETURNING name";
    Ok(transaction.query_row(sql, [key, milliseconds(now)], |row| row.get(0)).optional()?)
}

/// Notes that a token was shown.
///
/// # Errors
/// Where the store fails.
pub fn use_token(transaction: &Transaction<'_>, key: i64, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE token SET used = ?2 WHERE key = ?1";
    transaction.prepare_cached(sql)?.execute([key, milliseconds(now)])?;
    Ok(())
}

/// The row of an agent; made where no message of theirs came yet.
pub(super) fn agent_row(transaction: &Transaction<'_>, agent: &AgentKey) -> Result<i64, StoreError> {
    let sql = "INSERT INTO agent (source, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    transaction.execute(sql, [&agent.source, agent.id.as_str()])?;
    let sql = "SELECT key FROM agent WHERE source = ?1 AND id = ?2";
    Ok(transaction.query_row(sql, [&agent.source, agent.id.as_str()], |row| row.get(0))?)
}

/// Whether nobody can sign in yet.
///
/// # Errors
/// Where the store fails.
pub fn needs_setup(transaction: &Transaction<'_>) -> Result<bool, StoreError> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM user WHERE role = 'admin' AND disabled IS NULL)";
    Ok(transaction.query_row(sql, [], |row| row.get(0))?)
}

/// Keeps the set-up that waits for its administrator, in place of an earlier one.
///
/// # Errors
/// Where the store fails.
pub fn replace_setup(transaction: &Transaction<'_>, setup: &Setup) -> Result<(), StoreError> {
    end_setup(transaction)?;
    let sql = "INSERT INTO token (digest, name, shown, role, created) VALUES (?1, 'set-up', '', 'setup', ?2)";
    transaction.execute(sql, params![setup.digest.as_bytes(), milliseconds(setup.created)])?;
    Ok(())
}

/// The set-up that waits for its administrator.
///
/// # Errors
/// Where the store fails.
pub fn setup(transaction: &Transaction<'_>) -> Result<Option<Setup>, StoreError> {
    let sql = "SELECT digest, created FROM token WHERE role = 'setup'";
    let read = |row: &Row<'_>| Ok(Setup { digest: digest(row, 0)?, created: time(row, 1)? });
    Ok(transaction.query_row(sql, [], read).optional()?)
}

/// No set-up waits any more.
///
/// # Errors
/// Where the store fails.
pub fn end_setup(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM token WHERE role = 'setup'", [])?;
    Ok(())
}

pub(super) fn digest(row: &Row<'_>, column: usize) -> rusqlite::Result<Digest> {
    row.get(column).map(Digest::from_bytes)
}

/// The agent of whom `column` holds the source and the next one the identifier.
pub(super) fn agent_key(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<AgentKey>> {
    let (source, id): (Option<String>, Option<String>) = (row.get(column)?, row.get(column + 1)?);
    Ok(source.zip(id).map(|(source, id)| AgentKey { source, id: ParticipantId(id) }))
}

/// A text that says something of the kind `T`.
pub(super) fn parsed<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T::Err: Error + Send + Sync + 'static,
{
    row.get_ref(column)?.as_str()?.parse().map_err(|error| unreadable(column, error))
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let milliseconds = row.get(column)?;
    timestamp(milliseconds).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, milliseconds))
}

pub(super) fn time_or_null(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    match row.get_ref(column)?.as_i64_or_null()? {
        Some(_) => time(row, column).map(Some),
        None => Ok(None),
    }
}

fn unreadable(column: usize, error: impl Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
