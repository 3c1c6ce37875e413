//! Agents' messages in lists.

use super::StoreError;
use super::agents::{AGENT_COLUMNS, AgentRow, agent_of};
use super::conditions::Conditions;
use super::conversations::{MessageFilter, Place, in_phases};
use super::few;
use super::figures::Window;
use rusqlite::types::Value;
use rusqlite::{Transaction, params_from_iter};

/// What is asked of messages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListFilter {
    /// What was read in them, and who wrote them.
    pub message: MessageFilter,
    /// The ticketing tool.
    pub source: Option<String>,
    /// How they travelled.
    pub channel: Option<String>,
    /// When they were sent.
    pub window: Window,
}

/// A message of an agent, as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedMessage {
    /// Its key.
    pub key: i64,
    /// As the tool names it; one that begins with `~` is made of its content.
    pub id: String,
    /// Its conversation's key.
    pub conversation: i64,
    /// The ticketing tool.
    pub source: String,
    /// Identifier of the conversation within it.
    pub conversation_id: String,
    /// How it travelled.
    pub channel: Option<String>,
    /// Who wrote it.
    pub agent: AgentRow,
    /// When it was sent.
    pub sent_at: Option<i64>,
    /// Hundredths of a point.
    pub score: Option<i64>,
    /// Why it has no score.
    pub not_scored: Option<String>,
    /// A bit for each headline finding.
    pub findings: i64,
    /// A bit for each criterion that is not met.
    pub unmet: i64,
    /// What it was read with.
    pub version: i64,
    /// How many words its author wrote.
    pub words: u32,
}

/// A way to few messages.
struct ShortWay {
    index: &'static str,
    condition: &'static str,
    value: Value,
}

/// The way to the messages of a channel, a source or a team that has few.
fn short_way(transaction: &Transaction<'_>, filter: &ListFilter) -> Result<Option<ShortWay>, StoreError> {
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let ways = [
        (
            text(&filter.channel),
            "conversation WHERE channel = ?",
            "INDEXED BY analysis_conversation",
            "a.conversation IN (SELECT key FROM conversation WHERE channel = ?)",
        ),
        (
            text(&filter.source),
            "conversation WHERE source = ?",
            "INDEXED BY analysis_conversation",
            "a.conversation IN (SELECT key FROM conversation WHERE source = ?)",
        ),
        (
            filter.message.team.map(Value::from),
            "analysis WHERE agent IN (SELECT key FROM agent WHERE team = ?)",
            "INDEXED BY analysis_agent",
            "a.agent IN (SELECT key FROM agent WHERE team = ?)",
        ),
    ];
    for (value, rows, index, condition) in ways {
        if let Some(value) = value
            && few::are_found(transaction, few::MANY, rows, [&value])?
        {
            return Ok(Some(ShortWay { index, condition, value }));
        }
    }
    Ok(None)
}

/// Agents' messages by the time at which they were sent, at most `limit` after `after`.
///
/// # Errors
/// Where the store fails.
pub fn list(
    transaction: &Transaction<'_>,
    filter: &ListFilter,
    oldest_first: bool,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<ListedMessage>, StoreError> {
    let short_way = short_way(transaction, filter)?;
    let index = short_way.as_ref().map_or("", |way| way.index);
    in_phases(oldest_first, after, limit, |phase, limit| {
        let mut conditions = Conditions::default();
        phase.add_to(&mut conditions, "a.sent_at", "a.message");
        filter.message.add_to(&mut conditions);
        // Agents are of one source: so it is known from the index.
        conditions.add_some("+a.agent IN (SELECT key FROM agent WHERE source = ?)", filter.source.clone());
        conditions.add_some("c.channel = ?", filter.channel.clone());
        if let Some(way) = &short_way {
            conditions.add(way.condition, way.value.clone());
        }
        conditions.add_some("a.sent_at >= ?", filter.window.since);
        conditions.add_some("a.sent_at < ?", filter.window.until);
        let sql = format!(
            "SELECT a.message, m.id, a.conversation, c.source, c.id, c.channel, a.sent_at, a.score, a.not_scored,
                    a.findings, a.unmet, a.version, a.words, {AGENT_COLUMNS}
             FROM analysis a {index} CROSS JOIN message m ON m.key = a.message
             CROSS JOIN conversation c ON c.key = a.conversation CROSS JOIN agent ON agent.key = a.agent
             LEFT JOIN team ON team.key = agent.team{} ORDER BY {} LIMIT {limit}",
            conditions.filter(),
            phase.order("a.sent_at", "a.message")
        );
        let mut select = transaction.prepare_cached(&sql)?;
        let found = select.query_map(params_from_iter(conditions.values()), |row| {
            Ok(ListedMessage {
                key: row.get(0)?,
                id: row.get(1)?,
                conversation: row.get(2)?,
                source: row.get(3)?,
                conversation_id: row.get(4)?,
                channel: row.get(5)?,
                sent_at: row.get(6)?,
                score: row.get(7)?,
                not_scored: row.get(8)?,
                findings: row.get(9)?,
                unmet: row.get(10)?,
                version: row.get(11)?,
                words: row.get(12)?,
                agent: agent_of(row, 13)?,
            })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    })
}
