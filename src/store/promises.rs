//! Promises and what became of them.

use super::StoreError;
use super::agents::{AGENT_COLUMNS, AgentRow, agent_of};
use super::conditions::Conditions;
use super::conversations::{Place, in_phases};
use super::figures::Window;
use rusqlite::{Row, Transaction, params, params_from_iter};

/// A promise as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPromise {
    /// Its key.
    pub key: i64,
    /// The message that makes it.
    pub message: i64,
    /// Its conversation.
    pub conversation: i64,
    /// Who made it.
    pub agent: AgentRow,
    /// First byte of its words in the raw body.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// What kind of act.
    pub act: String,
    /// Whether it hangs on a condition.
    pub conditional: bool,
    /// When it was made.
    pub made: Option<i64>,
    /// When it is due.
    pub due: Option<i64>,
    /// How precisely that is said.
    pub precision: Option<String>,
    /// What became of it.
    pub fate: String,
    /// The message that kept it.
    pub kept_by: Option<i64>,
    /// When it was kept.
    pub kept_at: Option<i64>,
    /// What became of it, in a sentence.
    pub told: String,
}

const COLUMNS: &str = "p.key, p.message, p.conversation, p.start, p.end, p.act, p.conditional, p.made, p.due,
    p.precision, p.fate, p.kept_by, p.kept_at, p.told";

/// Columns of [`COLUMNS`].
const NUMBER: usize = 14;

fn promise(row: &Row<'_>) -> rusqlite::Result<StoredPromise> {
    Ok(StoredPromise {
        key: row.get(0)?,
        message: row.get(1)?,
        conversation: row.get(2)?,
        start: row.get(3)?,
        end: row.get(4)?,
        act: row.get(5)?,
        conditional: row.get(6)?,
        made: row.get(7)?,
        due: row.get(8)?,
        precision: row.get(9)?,
        fate: row.get(10)?,
        kept_by: row.get(11)?,
        kept_at: row.get(12)?,
        told: row.get(13)?,
        agent: agent_of(row, NUMBER)?,
    })
}

/// The promises of a conversation, in the order in which they were made; only those of agent `only`, where it is
/// given.
///
/// # Errors
/// Where the store fails.
pub fn of_conversation(
    transaction: &Transaction<'_>,
    conversation: i64,
    only: Option<i64>,
) -> Result<Vec<StoredPromise>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, {AGENT_COLUMNS} FROM promise p CROSS JOIN agent ON agent.key = p.agent
         LEFT JOIN team ON team.key = agent.team
         WHERE conversation = ?1 AND (?2 IS NULL OR p.agent = ?2) ORDER BY p.made, p.message, p.start"
    );
    let mut select = transaction.prepare_cached(&sql)?;
    Ok(select.query_map(params![conversation, only], promise)?.collect::<Result<_, _>>()?)
}

/// What is asked of promises.
#[derive(Debug, Clone, PartialEq)]
pub struct PromiseFilter {
    /// What became of them.
    pub fate: String,
    /// Whose alone may be seen.
    pub only: Option<i64>,
    /// Made by that agent.
    pub agent: Option<i64>,
    /// Made by somebody of that team.
    pub team: Option<i64>,
    /// When they are due.
    pub due: Window,
}

/// A promise as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedPromise {
    /// The promise.
    pub promise: StoredPromise,
    /// Its words; none where they were dropped.
    pub words: Option<String>,
    /// The ticketing tool.
    pub source: String,
    /// Identifier of the conversation within it.
    pub conversation_id: String,
}

/// Promises, those due soonest first and those that say no time last, at most `limit` after `after`.
///
/// # Errors
/// Where the store fails.
pub fn list(
    transaction: &Transaction<'_>,
    filter: &PromiseFilter,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<ListedPromise>, StoreError> {
    in_phases(true, after, limit, |phase, limit| {
        let mut conditions = Conditions::default();
        conditions.add("p.fate = ?", filter.fate.clone());
        phase.add_to(&mut conditions, "p.due", "p.key");
        conditions.add_some("+p.agent = ?", filter.only);
        conditions.add_some("+p.agent = ?", filter.agent);
        conditions.add_some("+p.agent IN (SELECT key FROM agent WHERE team = ?)", filter.team);
        conditions.add_some("p.due >= ?", filter.due.since);
        conditions.add_some("p.due < ?", filter.due.until);
        let last = NUMBER + 6;
        let sql = format!(
            "SELECT {COLUMNS}, {AGENT_COLUMNS},
                    CAST(substr(CAST(m.body AS BLOB), p.start + 1, p.end - p.start) AS TEXT), c.source, c.id
             FROM promise p CROSS JOIN message m ON m.key = p.message
             CROSS JOIN conversation c ON c.key = p.conversation CROSS JOIN agent ON agent.key = p.agent
             LEFT JOIN team ON team.key = agent.team{} ORDER BY {} LIMIT {limit}",
            conditions.filter(),
            phase.order("p.due", "p.key")
        );
        let mut select = transaction.prepare_cached(&sql)?;
        let found = select.query_map(params_from_iter(conditions.values()), |row| {
            Ok(ListedPromise {
                promise: promise(row)?,
                words: row.get(last)?,
                source: row.get(last + 1)?,
                conversation_id: row.get(last + 2)?,
            })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    })
}
