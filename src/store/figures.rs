//! What trends and comparisons are made of: a few numbers of each message.

use super::StoreError;
use rusqlite::{Transaction, params_from_iter};

/// Whose messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    All,
    /// An agent's.
    Agent(i64),
    /// Those of the agents of a team.
    Team(i64),
}

/// From when until when; messages without a time are in no window but the one without bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// Not before.
    pub since: Option<i64>,
    /// Before.
    pub until: Option<i64>,
}

impl Window {
    /// Whether what was sent at that time is in it.
    #[must_use]
    pub fn holds(self, sent_at: Option<i64>) -> bool {
        let Some(sent_at) = sent_at else { return self == Self::default() };
        self.since.is_none_or(|since| sent_at >= since) && self.until.is_none_or(|until| sent_at < until)
    }
}

/// The numbers of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FigureRow {
    /// Who wrote it.
    pub agent: i64,
    /// When it was sent.
    pub sent_at: Option<i64>,
    /// Its conversation.
    pub conversation: i64,
    /// What it was read with.
    pub version: i64,
    /// Whether criteria and findings were asked of it.
    pub asked: bool,
    /// Bits of [`super::analysis::situation`].
    pub situation: i64,
    /// A bit for each headline finding.
    pub findings: i64,
    /// A bit for each criterion that is met.
    pub met: i64,
    /// A bit for each criterion that is not.
    pub unmet: i64,
    /// Hundredths of a point.
    pub score: Option<i64>,
}

/// The numbers of a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseFigureRow {
    /// Who made it.
    pub agent: i64,
    /// Its conversation.
    pub conversation: i64,
    /// When.
    pub made: Option<i64>,
    /// Whether it says when it is due.
    pub dated: bool,
    /// What became of it.
    pub fate: String,
}

/// Gives the numbers of the messages of one conversation, or of all, to `each`.
///
/// # Errors
/// Where the store fails.
pub fn messages(
    transaction: &Transaction<'_>,
    conversation: Option<i64>,
    mut each: impl FnMut(FigureRow),
) -> Result<(), StoreError> {
    // Of all from the index alone: beside it the table holds the evidence.
    let of = match conversation {
        None => "INDEXED BY analysis_agent",
        Some(_) => "INDEXED BY analysis_conversation WHERE conversation = ?1",
    };
    let sql = format!(
        "SELECT agent, sent_at, conversation, version, not_scored IS NULL OR not_scored = 'no_criterion_applies',
                situation, findings, met, unmet, score FROM analysis {of}"
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let mut rows = select.query(params_from_iter(conversation))?;
    while let Some(row) = rows.next()? {
        each(FigureRow {
            agent: row.get(0)?,
            sent_at: row.get(1)?,
            conversation: row.get(2)?,
            version: row.get(3)?,
            asked: row.get(4)?,
            situation: row.get(5)?,
            findings: row.get(6)?,
            met: row.get(7)?,
            unmet: row.get(8)?,
            score: row.get(9)?,
        });
    }
    Ok(())
}

/// Gives the numbers of the promises of one conversation, or of all, to `each`.
///
/// # Errors
/// Where the store fails.
pub fn promises(
    transaction: &Transaction<'_>,
    conversation: Option<i64>,
    mut each: impl FnMut(PromiseFigureRow),
) -> Result<(), StoreError> {
    let of = if conversation.is_some() { " WHERE conversation = ?1" } else { "" };
    let sql = format!("SELECT agent, conversation, made, due IS NOT NULL, fate FROM promise{of}");
    let mut select = transaction.prepare_cached(&sql)?;
    let mut rows = select.query(params_from_iter(conversation))?;
    while let Some(row) = rows.next()? {
        each(PromiseFigureRow {
            agent: row.get(0)?,
            conversation: row.get(1)?,
            made: row.get(2)?,
            dated: row.get(3)?,
            fate: row.get(4)?,
        });
    }
    Ok(())
}

/// The conversations that changed or were removed after the change `after`.
///
/// # Errors
/// Where the store fails.
pub fn changed(transaction: &Transaction<'_>, after: i64) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT conversation FROM removed WHERE change > ?1
               UNION SELECT key FROM conversation WHERE change > ?1";
    let mut select = transaction.prepare_cached(sql)?;
    Ok(select.query_map([after], |row| row.get(0))?.collect::<Result<_, _>>()?)
}
