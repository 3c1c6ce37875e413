//! What trends and comparisons are made of: a few numbers of each message, read from indexes alone.

use super::StoreError;
use super::conditions::Conditions;
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
    /// When.
    pub made: Option<i64>,
    /// Whether it says when it is due.
    pub dated: bool,
    /// What became of it.
    pub fate: String,
}

fn conditions(whose: Whose, window: Window, time: &str) -> Conditions {
    let mut conditions = Conditions::default();
    match whose {
        Whose::All => {}
        Whose::Agent(key) => conditions.add("agent.key = ?", key),
        Whose::Team(key) => conditions.add("agent.team = ?", key),
    }
    conditions.add_some(&format!("{time} >= ?"), window.since);
    conditions.add_some(&format!("{time} < ?"), window.until);
    conditions
}

/// Gives the numbers of all messages of `whose` in `window` to `each`.
///
/// # Errors
/// Where the store fails.
pub fn messages(
    transaction: &Transaction<'_>,
    whose: Whose,
    window: Window,
    mut each: impl FnMut(FigureRow),
) -> Result<(), StoreError> {
    let conditions = conditions(whose, window, "sent_at");
    let sql = format!(
        "SELECT agent.key, sent_at, conversation, version, not_scored IS NULL OR not_scored = 'no_criterion_applies',
                situation, findings, met, unmet, score
         FROM agent CROSS JOIN analysis INDEXED BY analysis_agent ON analysis.agent = agent.key{}",
        conditions.filter()
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let mut rows = select.query(params_from_iter(conditions.values()))?;
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

/// Gives the numbers of all promises of `whose` made in `window` to `each`.
///
/// # Errors
/// Where the store fails.
pub fn promises(
    transaction: &Transaction<'_>,
    whose: Whose,
    window: Window,
    mut each: impl FnMut(PromiseFigureRow),
) -> Result<(), StoreError> {
    let conditions = conditions(whose, window, "made");
    let sql = format!(
        "SELECT agent.key, made, due IS NOT NULL, fate
         FROM agent CROSS JOIN promise INDEXED BY promise_agent ON promise.agent = agent.key{}",
        conditions.filter()
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let mut rows = select.query(params_from_iter(conditions.values()))?;
    while let Some(row) = rows.next()? {
        each(PromiseFigureRow { agent: row.get(0)?, made: row.get(1)?, dated: row.get(2)?, fate: row.get(3)? });
    }
    Ok(())
}
