//! People who sign in, and their sessions.

use super::access::{agent_key, agent_row, digest, end_setup, parsed, time, time_or_null};
use super::{StoreError, milliseconds};
use crate::access::{AccountName, AgentKey, Credential, Digest, PasswordHash, Principal, Role, Session, SessionLimits};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, Transaction, named_params, params};

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// By which they sign in.
    pub name: AccountName,
    /// Name shown to people.
    pub shown_name: String,
    /// What they are there for.
    pub role: Role,
    /// Without one nobody can sign in.
    pub password: Option<PasswordHash>,
    /// Who they are in the ticketing tool.
    pub agent: Option<AgentKey>,
    /// Since when they may not sign in.
    pub disabled: Option<Timestamp>,
}

/// A user as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptUser {
    /// Their row.
    pub key: i64,
    /// Who they are.
    pub user: User,
    /// When they were added.
    pub created: Timestamp,
}

impl KeptUser {
    /// On whose behalf they act.
    #[must_use]
    pub fn principal(&self) -> Principal {
        let User { shown_name, role, agent, .. } = self.user.clone();
        Principal::new(Credential::User(self.key), shown_name, role, role.scopes(), agent)
    }
}

const USER: &str = "SELECT user.key, user.name, shown_name, role, password, source, id, disabled, user.created
                    FROM user LEFT JOIN agent ON agent.key = agent";

fn kept_user(row: &Row<'_>) -> rusqlite::Result<KeptUser> {
    let password = row.get_ref(4)?.as_str_or_null()?.map(PasswordHash::from_stored).transpose();
    let user = User {
        name: parsed(row, 1)?,
        shown_name: row.get(2)?,
        role: parsed(row, 3)?,
        password: password
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(4, Type::Text, Box::new(error)))?,
        agent: agent_key(row, 5)?,
        disabled: time_or_null(row, 7)?,
    };
    Ok(KeptUser { key: row.get(0)?, user, created: time(row, 8)? })
}

/// The user of row `key`.
///
/// # Errors
/// Where the store fails.
pub fn user(transaction: &Transaction<'_>, key: i64) -> Result<Option<KeptUser>, StoreError> {
    let sql = format!("{USER} WHERE user.key = ?1");
    Ok(transaction.prepare_cached(&sql)?.query_row([key], kept_user).optional()?)
}

/// The user who signs in by `name`.
///
/// # Errors
/// Where the store fails.
pub fn user_named(transaction: &Transaction<'_>, name: &AccountName) -> Result<Option<KeptUser>, StoreError> {
    let sql = format!("{USER} WHERE user.name = ?1");
    Ok(transaction.prepare_cached(&sql)?.query_row([name.as_str()], kept_user).optional()?)
}

/// All users by their rows: those after row `after`, at most `limit`.
///
/// # Errors
/// Where the store fails.
pub fn users(transaction: &Transaction<'_>, after: Option<i64>, limit: usize) -> Result<Vec<KeptUser>, StoreError> {
    let sql = format!("{USER} WHERE user.key > ?1 ORDER BY user.key LIMIT ?2");
    let (after, limit) = (after.unwrap_or(i64::MIN), i64::try_from(limit).unwrap_or(i64::MAX));
    let mut statement = transaction.prepare_cached(&sql)?;
    let users = statement.query_map([after, limit], kept_user)?;
    Ok(users.collect::<Result<_, _>>()?)
}

/// Adds a user; nothing where the name is taken. Whoever adds an administrator ends the set-up.
///
/// # Errors
/// Where the store fails.
pub fn add_user(transaction: &Transaction<'_>, user: &User, now: Timestamp) -> Result<Option<KeptUser>, StoreError> {
    if user_named(transaction, &user.name)?.is_some() {
        return Ok(None);
    }
    transaction.execute(
        "INSERT INTO user (name, shown_name, role, created) VALUES (?1, ?2, ?3, ?4)",
        params![user.name.as_str(), user.shown_name, user.role.name(), milliseconds(now)],
    )?;
    let added = KeptUser { key: transaction.last_insert_rowid(), user: user.clone(), created: now };
    put_user(transaction, &added)?;
    Ok(Some(added))
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed<R> {
    /// It is done; the user as they are now, or were before they were deleted.
    Done(KeptUser),
    /// There is no such user.
    Unknown,
    /// It would leave nobody who can manage the service.
    LastAdmin,
    /// Whoever asked may not.
    Refused(R),
}

/// Changes a user as `change` does, where it does not refuse. Their sessions end where the password, the role or
/// whether they may sign in is another then.
///
/// # Errors
/// Where the store fails.
pub fn change_user<R>(
    transaction: &Transaction<'_>,
    key: i64,
    change: impl FnOnce(&mut User) -> Result<(), R>,
) -> Result<Changed<R>, StoreError> {
    let Some(mut kept) = user(transaction, key)? else { return Ok(Changed::Unknown) };
    let before = kept.user.clone();
    if let Err(refused) = change(&mut kept.user) {
        return Ok(Changed::Refused(refused));
    }
    if !is_active_admin(&kept.user) && is_last_admin(transaction, key, &before)? {
        return Ok(Changed::LastAdmin);
    }
    put_user(transaction, &kept)?;
    let of = |user: &User| (user.password.clone(), user.role, user.disabled.is_some());
    if of(&before) != of(&kept.user) {
        end_sessions_of(transaction, key)?;
    }
    Ok(Changed::Done(kept))
}

/// Deletes a user where `refuse` does not; their sessions with them. Their reviews stay, under the name that they
/// had.
///
/// # Errors
/// Where the store fails.
pub fn delete_user<R>(
    transaction: &Transaction<'_>,
    key: i64,
    refuse: impl FnOnce(&User) -> Result<(), R>,
) -> Result<Changed<R>, StoreError> {
    let Some(kept) = user(transaction, key)? else { return Ok(Changed::Unknown) };
    if let Err(refused) = refuse(&kept.user) {
        return Ok(Changed::Refused(refused));
    }
    if is_last_admin(transaction, key, &kept.user)? {
        return Ok(Changed::LastAdmin);
    }
    transaction.execute("DELETE FROM user WHERE key = ?1", [key])?;
    Ok(Changed::Done(kept))
}

fn put_user(transaction: &Transaction<'_>, kept: &KeptUser) -> Result<(), StoreError> {
    let KeptUser { key, user, .. } = kept;
    let agent = user.agent.as_ref().map(|agent| agent_row(transaction, agent)).transpose()?;
    let sql = "UPDATE user SET shown_name = :shown_name, role = :role, password = :password, agent = :agent,
               disabled = :disabled WHERE key = :key";
    transaction.execute(
        sql,
        named_params! {
            ":key": key,
            ":shown_name": user.shown_name,
            ":role": user.role.name(),
            ":password": user.password.as_ref().map(PasswordHash::as_str),
            ":agent": agent,
            ":disabled": user.disabled.map(milliseconds),
        },
    )?;
    if is_active_admin(user) { end_setup(transaction) } else { Ok(()) }
}

fn is_active_admin(user: &User) -> bool {
    user.role == Role::Admin && user.disabled.is_none()
}

fn is_last_admin(transaction: &Transaction<'_>, key: i64, user: &User) -> Result<bool, StoreError> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM user WHERE role = 'admin' AND disabled IS NULL AND key <> ?1)";
    Ok(is_active_admin(user) && transaction.query_row(sql, [key], |row| row.get(0))?)
}

/// Keeps a session.
///
/// # Errors
/// Where the store fails.
pub fn add_session(transaction: &Transaction<'_>, session: &Session) -> Result<(), StoreError> {
    let sql = "INSERT INTO session (digest, user, created, used) VALUES (?1, ?2, ?3, ?4)";
    let Session { digest, user, created, seen } = session;
    transaction.execute(sql, params![digest.as_bytes(), user, milliseconds(*created), milliseconds(*seen)])?;
    Ok(())
}

/// The session of `digest` and whose it is, where they may sign in.
///
/// # Errors
/// Where the store fails.
pub fn session(transaction: &Transaction<'_>, digest: &Digest) -> Result<Option<(Session, KeptUser)>, StoreError> {
    let sql = "SELECT digest, user, created, used FROM session WHERE digest = ?1";
    let found = transaction.prepare_cached(sql)?.query_row([digest.as_bytes()], |row| {
        Ok(Session { digest: self::digest(row, 0)?, user: row.get(1)?, created: time(row, 2)?, seen: time(row, 3)? })
    });
    let Some(session) = found.optional()? else { return Ok(None) };
    let user = user(transaction, session.user)?.filter(|kept| kept.user.disabled.is_none());
    Ok(user.map(|user| (session, user)))
}

/// Notes when a session was last seen.
///
/// # Errors
/// Where the store fails.
pub fn see_session(transaction: &Transaction<'_>, digest: &Digest, seen: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE session SET used = ?2 WHERE digest = ?1";
    transaction.prepare_cached(sql)?.execute(params![digest.as_bytes(), milliseconds(seen)])?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// Where the store fails.
pub fn end_session(transaction: &Transaction<'_>, digest: &Digest) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM session WHERE digest = ?1", [digest.as_bytes()])?;
    Ok(())
}

/// Ends all sessions of a user.
///
/// # Errors
/// Where the store fails.
pub fn end_sessions_of(transaction: &Transaction<'_>, user: i64) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM session WHERE user = ?1", [user])?;
    Ok(())
}

/// Drops the sessions that have ended by `now`.
///
/// # Errors
/// Where the store fails.
pub fn drop_ended_sessions(
    transaction: &Transaction<'_>,
    limits: SessionLimits,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let before = |lasts: jiff::SignedDuration| now.as_millisecond().saturating_sub(clamped(lasts));
    let sql = "DELETE FROM session WHERE used <= ?1 OR created <= ?2";
    Ok(transaction.execute(sql, [before(limits.idle), before(limits.absolute)])?)
}

fn clamped(duration: jiff::SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
