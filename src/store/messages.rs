//! Agents' messages in lists.

use super::StoreError;
use super::agents::{AGENT_COLUMNS, AgentRow, agent_of};
use super::conditions::Conditions;
use super::conversations::{MessageFilter, Place, in_phases};
use super::figures::Window;
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

/// So many conversations are few.
const FEW: i64 = 2000;

/// Whether a channel has few conversations.
fn has_few(transaction: &Transaction<'_>, channel: &str) -> Result<bool, StoreError> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM conversation WHERE channel = ?1 LIMIT {FEW})");
    Ok(transaction.prepare_cached(&sql)?.query_row([channel], |row| row.get::<_, i64>(0))? < FEW)
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
    // Of a channel with few conversations these are looked into; of others the newest messages, until enough are found.
    let few = match &filter.channel {
        Some(channel) => has_few(transaction, channel)?,
        None => false,
    };
    let (index, of_channel) = if few {
        ("INDEXED BY analysis_conversation", "a.conversation IN (SELECT key FROM conversation WHERE channel = ?)")
    } else {
        ("", "c.channel = ?")
    };
    in_phases(oldest_first, after, limit, |phase, limit| {
        let mut conditions = Conditions::default();
        phase.add_to(&mut conditions, "a.sent_at", "a.message");
        filter.message.add_to(&mut conditions);
        // Agents are of one source: so it is known from the index.
        conditions.add_some("+a.agent IN (SELECT key FROM agent WHERE source = ?)", filter.source.clone());
        conditions.add_some(of_channel, filter.channel.clone());
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
