//! Users, tokens, sessions and the first set-up.

use super::{StoreError, milliseconds, timestamp};
use crate::access::{AgentKey, Digest, Grant, Role, Scopes, Setup, Token};
use crate::conversation::ParticipantId;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

/// The token of `digest` with its row, where there is one that is not revoked.
///
/// # Errors
/// Where the store fails.
pub fn token(transaction: &Transaction<'_>, digest: &Digest) -> Result<Option<(i64, Token)>, StoreError> {
    let sql = "SELECT token.key, token.name, role, scopes, source, id, created, expires, shown
               FROM token LEFT JOIN agent ON agent.key = agent WHERE digest = ?1 AND revoked IS NULL";
    let found = transaction.prepare_cached(sql)?.query_row([digest.as_bytes()], |row| {
        let role: String = row.get(2)?;
        let scopes: Option<String> = row.get(3)?;
        let agent: (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
        let (created, expires): (i64, Option<i64>) = (row.get(6)?, row.get(7)?);
        // A role that is not known may do nothing.
        let role: Option<Role> = role.parse().ok();
        Ok(role.map(|role| {
            let grant = Grant {
                name: row.get(1)?,
                role,
                scopes: scopes.map_or(Some(role.scopes()), |scopes| scopes.parse().ok()).unwrap_or(Scopes::NONE),
                agent: agent.0.zip(agent.1).map(|(source, id)| AgentKey { source, id: ParticipantId(id) }),
                expires: expires.and_then(timestamp),
            };
            let created = timestamp(created).unwrap_or(Timestamp::MIN);
            Ok::<_, rusqlite::Error>((row.get(0)?, Token { grant, digest: *digest, start: row.get(8)?, created }))
        }))
    });
    match found.optional()?.flatten() {
        Some(found) => Ok(Some(found?)),
        None => Ok(None),
    }
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

/// The row of an agent; made where no message of theirs came yet.
fn agent_row(transaction: &Transaction<'_>, agent: &AgentKey) -> Result<i64, StoreError> {
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
    transaction.execute("DELETE FROM token WHERE role = 'setup'", [])?;
    let sql = "INSERT INTO token (digest, name, shown, role, created) VALUES (?1, 'set-up', '', 'setup', ?2)";
    transaction.execute(sql, params![setup.digest.as_bytes(), milliseconds(setup.created)])?;
    Ok(())
}
