//! What a talk with somebody is about, beside their figures: messages as examples, and how soon amends were made.

use super::StoreError;
use super::figures::Window;
use rusqlite::{Transaction, params};

/// The keys of the newest messages of `agent` in `window` that meet a criterion, or do not; `bits` are the version and the
/// criterion's bit in it.
///
/// # Errors
/// Where the store fails.
pub fn examples(
    transaction: &Transaction<'_>,
    agent: i64,
    window: Window,
    (bits, met): (&[(i64, i64)], bool),
    most: usize,
) -> Result<Vec<i64>, StoreError> {
    let column = if met { "met" } else { "unmet" };
    let any = bits.iter().map(|(version, bit)| format!("(version = {version} AND {column} & {bit} <> 0)"));
    let any = any.collect::<Vec<_>>().join(" OR ");
    if any.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT message FROM analysis INDEXED BY analysis_agent
         WHERE agent = ?1 AND (?2 IS NULL OR sent_at >= ?2) AND (?3 IS NULL OR sent_at < ?3) AND ({any})
         ORDER BY sent_at DESC LIMIT {most}"
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let keys = select.query_map(params![agent, window.since, window.until], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// How soon customers who complained were told that somebody is sorry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Apologies {
    /// Conversations with a complaint.
    pub complaints: u64,
    /// Seconds from the complaint to the first apology after it, of those in which there is one; in order.
    pub seconds: Vec<i64>,
    /// Those with an apology whose time is not known.
    pub untimed: u64,
}

/// The apologies of the newest conversations, at most `most`, in which `agent` wrote in `window`.
///
/// # Errors
/// Where the store fails.
pub fn apologies(
    transaction: &Transaction<'_>,
    agent: i64,
    window: Window,
    most: usize,
) -> Result<Apologies, StoreError> {
    let sql = format!(
        "SELECT json_extract(recovery, '$.seconds_to_apology'), json_extract(recovery, '$.apology_in_answer')
         FROM (SELECT conversation, max(sent_at) AS last FROM analysis INDEXED BY analysis_agent
               WHERE agent = ?1 AND (?2 IS NULL OR sent_at >= ?2) AND (?3 IS NULL OR sent_at < ?3)
               GROUP BY conversation ORDER BY last DESC LIMIT {most}) newest
         CROSS JOIN conversation ON conversation.key = newest.conversation
         WHERE service_failure AND json_extract(recovery, '$.first_complaint') IS NOT NULL"
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let mut rows = select.query(params![agent, window.since, window.until])?;
    let mut apologies = Apologies::default();
    while let Some(row) = rows.next()? {
        let (seconds, answer): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
        apologies.complaints += 1;
        match (seconds, answer) {
            (Some(seconds), _) => apologies.seconds.push(seconds),
            (None, Some(_)) => apologies.untimed += 1,
            (None, None) => {}
        }
    }
    apologies.seconds.sort_unstable();
    Ok(apologies)
}
