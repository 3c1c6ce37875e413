//! Agents and their teams.

use super::documents::shown_anew;
use super::{StoreError, next_change};
use crate::access::AgentKey;
use rusqlite::{OptionalExtension, Row, Transaction, params};

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRow {
    /// Their key.
    pub key: i64,
    /// The ticketing tool.
    pub source: String,
    /// Identifier within it.
    pub id: String,
    /// Name shown to people.
    pub name: Option<String>,
    /// Key and name of the team.
    pub team: Option<(i64, String)>,
}

impl AgentRow {
    /// The name, or the identifier where there is none.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRow {
    /// Its key.
    pub key: i64,
    /// Its name.
    pub name: String,
}

/// Columns of an agent, of `agent` and `team`, as [`agent_of`] reads them from column `first` on.
pub(super) const AGENT_COLUMNS: &str = "agent.key, agent.source, agent.id, agent.name, team.key, team.name";

/// The agent in the columns of `row` from `first` on.
pub(super) fn agent_of(row: &Row<'_>, first: usize) -> rusqlite::Result<AgentRow> {
    let team: (Option<i64>, Option<String>) = (row.get(first + 4)?, row.get(first + 5)?);
    Ok(AgentRow {
        key: row.get(first)?,
        source: row.get(first + 1)?,
        id: row.get(first + 2)?,
        name: row.get(first + 3)?,
        team: team.0.zip(team.1),
    })
}

/// The agent of that key.
///
/// # Errors
/// Where the store fails.
pub fn agent(transaction: &Transaction<'_>, key: i64) -> Result<Option<AgentRow>, StoreError> {
    let sql = format!("SELECT {AGENT_COLUMNS} FROM agent LEFT JOIN team ON team.key = team WHERE agent.key = ?1");
    Ok(transaction.prepare_cached(&sql)?.query_row([key], |row| agent_of(row, 0)).optional()?)
}

/// The key of an agent whom a ticketing tool knows so.
///
/// # Errors
/// Where the store fails.
pub fn key_of(transaction: &Transaction<'_>, agent: &AgentKey) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT key FROM agent WHERE source = ?1 AND id = ?2";
    Ok(transaction.prepare_cached(sql)?.query_row([&agent.source, agent.id.as_str()], |row| row.get(0)).optional()?)
}

/// All agents, in the order of their keys.
///
/// # Errors
/// Where the store fails.
pub fn agents(transaction: &Transaction<'_>) -> Result<Vec<AgentRow>, StoreError> {
    let sql = format!("SELECT {AGENT_COLUMNS} FROM agent LEFT JOIN team ON team.key = team ORDER BY agent.key");
    let mut select = transaction.prepare_cached(&sql)?;
    Ok(select.query_map([], |row| agent_of(row, 0))?.collect::<Result<_, _>>()?)
}

/// All teams, by name.
///
/// # Errors
/// Where the store fails.
pub fn teams(transaction: &Transaction<'_>) -> Result<Vec<TeamRow>, StoreError> {
    let mut select = transaction.prepare_cached("SELECT key, name FROM team ORDER BY name")?;
    let team = |row: &Row<'_>| Ok(TeamRow { key: row.get(0)?, name: row.get(1)? });
    Ok(select.query_map([], team)?.collect::<Result<_, _>>()?)
}

/// The team of that key.
///
/// # Errors
/// Where the store fails.
pub fn team(transaction: &Transaction<'_>, key: i64) -> Result<Option<TeamRow>, StoreError> {
    let mut select = transaction.prepare_cached("SELECT key, name FROM team WHERE key = ?1")?;
    Ok(select.query_row([key], |row| Ok(TeamRow { key: row.get(0)?, name: row.get(1)? })).optional()?)
}

/// Makes the agents `members` the team called `name`, and nobody else; gives its key and whether it is new.
/// Who was in another team leaves that. What is shown of conversations changes with it.
///
/// # Errors
/// Where the store fails.
pub fn set_team(transaction: &Transaction<'_>, name: &str, members: &[i64]) -> Result<(i64, bool), StoreError> {
    let new = transaction.execute("INSERT INTO team (name) VALUES (?1) ON CONFLICT DO NOTHING", [name])? == 1;
    let key: i64 = transaction.query_row("SELECT key FROM team WHERE name = ?1", [name], |row| row.get(0))?;
    let mut select = transaction.prepare_cached("SELECT key FROM agent WHERE team = ?1")?;
    let before: Vec<i64> = select.query_map([key], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for (agent, team) in before
        .iter()
        .filter(|agent| !members.contains(agent))
        .map(|agent| (agent, None))
        .chain(members.iter().filter(|agent| !before.contains(agent)).map(|agent| (agent, Some(key))))
    {
        transaction.prepare_cached("UPDATE agent SET team = ?1 WHERE key = ?2")?.execute(params![team, agent])?;
        shown_anew_of(transaction, *agent)?;
    }
    next_change(transaction)?;
    Ok((key, new))
}

/// Says that what is shown of the conversations in which an agent wrote changed.
fn shown_anew_of(transaction: &Transaction<'_>, agent: i64) -> Result<(), StoreError> {
    let mut select = transaction.prepare_cached("SELECT DISTINCT conversation FROM analysis WHERE agent = ?1")?;
    let conversations: Vec<i64> = select.query_map([agent], |row| row.get(0))?.collect::<Result<_, _>>()?;
    conversations.into_iter().try_for_each(|key| shown_anew(transaction, key))
}
