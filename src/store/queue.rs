//! What waits for a person because of what people said, and the machine's word on a message as verdicts.

use super::StoreError;
use super::conditions::Conditions;
use rusqlite::{OptionalExtension, Transaction, params, params_from_iter};
use std::ops::Range;

/// So many of the newest reviews are looked through for those that differ from the machine.
const LOOKED_THROUGH: i64 = 2_000;

/// Which messages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueueFilter {
    /// By agents of the team of that name.
    pub team: Option<String>,
    /// By the agent of that key.
    pub agent: Option<i64>,
    /// Sent through that channel.
    pub channel: Option<String>,
    /// In which that label was found, or that kind of it: `apology`, `apology:formulaic`.
    pub label: Option<String>,
    /// Sent at that time or later.
    pub since: Option<i64>,
}

impl QueueFilter {
    fn add_to(&self, conditions: &mut Conditions) {
        conditions.add_some("analysis.agent = ?", self.agent);
        conditions.add_some(
            "analysis.agent IN (SELECT agent.key FROM agent JOIN team ON team.key = agent.team WHERE team.name = ?)",
            self.team.clone(),
        );
        conditions.add_some("conversation.channel = ?", self.channel.clone());
        conditions.add_some("analysis.sent_at >= ?", self.since);
        let label = "EXISTS (SELECT 1 FROM json_each(analysis.evidence, '$.detections') AS found
                     WHERE ? IN (found.value ->> 'label', (found.value ->> 'label') || ':' || (found.value ->> 'kind')))";
        conditions.add_some(label, self.label.clone());
    }
}

/// A message and its conversation.
pub type Place = (i64, i64);

/// A part of a list: how many it has in all, and the messages of the part.
pub type Part = (u64, Vec<Place>);

/// The `rows` of those that the conditions leave of `from`, the newest review first.
fn places(
    transaction: &Transaction<'_>,
    from: &str,
    conditions: &Conditions,
    rows: Range<usize>,
) -> Result<Part, StoreError> {
    let from = format!(
        "FROM {from} JOIN analysis ON analysis.message = review.message
         JOIN conversation ON conversation.key = analysis.conversation
         JOIN version ON version.key = analysis.version{}",
        conditions.filter()
    );
    let mut count = transaction.prepare_cached(&format!("SELECT count(*) {from}"))?;
    let total: i64 = count.query_row(params_from_iter(conditions.values()), |row| row.get(0))?;
    let sql = format!(
        "SELECT review.message, analysis.conversation {from} ORDER BY review.changed DESC, review.key DESC
         LIMIT {} OFFSET {}",
        rows.len(),
        rows.start
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let found = select.query_map(params_from_iter(conditions.values()), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((total.unsigned_abs(), found.collect::<Result<_, _>>()?))
}

/// The `rows` of the messages whose author disputes what is said of them, where nobody reviewed them since; the
/// newest dispute first.
///
/// # Errors
/// Where the store fails.
pub fn disputed(transaction: &Transaction<'_>, filter: &QueueFilter, rows: Range<usize>) -> Result<Part, StoreError> {
    let mut conditions = Conditions::default();
    conditions.that("review.kind = 'dispute'");
    conditions.that(
        "NOT EXISTS (SELECT 1 FROM review AS later WHERE later.message = review.message AND later.kind = 'review'
                     AND later.changed >= review.changed)",
    );
    filter.add_to(&mut conditions);
    places(transaction, "review", &conditions, rows)
}

/// The `rows` of the messages that one person alone reviewed, other than `actor`, and otherwise than the machine:
/// among the 2,000 newest reviews, the newest first. `findings` are the names of the headline findings in the order
/// of their bits.
///
/// # Errors
/// Where the store fails.
pub fn differing(
    transaction: &Transaction<'_>,
    actor: &str,
    findings: &[&str],
    filter: &QueueFilter,
    rows: Range<usize>,
) -> Result<Part, StoreError> {
    let mut conditions = Conditions::default();
    conditions.that(
        "NOT EXISTS (SELECT 1 FROM review AS other WHERE other.message = review.message AND other.kind = 'review'
                     AND other.actor <> review.actor)",
    );
    // A rule's find is the machine's yes; of criteria and findings it tells by bits.
    conditions.add(
        "EXISTS (SELECT 1 FROM verdict WHERE verdict.review = review.key AND CASE about
           WHEN 'detection' THEN verdict = 'no'
           WHEN 'finding' THEN (verdict = 'yes')
             <> (findings >> (SELECT key FROM json_each(?) WHERE value = subject) & 1)
           ELSE verdict <> (
             SELECT CASE WHEN met >> key & 1 THEN 'met' WHEN unmet >> key & 1 THEN 'unmet' ELSE 'not_applicable' END
             FROM json_each(version.criteria) WHERE value ->> 'id' = subject) END)",
        serde_json::to_string(findings)?,
    );
    filter.add_to(&mut conditions);
    conditions.add("review.actor <> ?", actor.to_owned());
    let newest =
        format!("(SELECT * FROM review WHERE kind = 'review' ORDER BY changed DESC LIMIT {LOOKED_THROUGH}) AS review");
    places(transaction, &newest, &conditions, rows)
}

/// What became of the first broken promise of a message, in a sentence.
///
/// # Errors
/// Where the store fails.
pub fn broken_promise(
    transaction: &Transaction<'_>,
    (message, conversation): Place,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT told FROM promise WHERE conversation = ?1 AND message = ?2 AND fate = 'broken' ORDER BY start";
    Ok(transaction.prepare_cached(sql)?.query_row([conversation, message], |row| row.get(0)).optional()?)
}

/// When `actor` last changed their review of a message, in milliseconds; `None` where they wrote none.
///
/// # Errors
/// Where the store fails.
pub fn reviewed_at(transaction: &Transaction<'_>, message: i64, actor: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT max(changed) FROM review WHERE message = ?1 AND actor = ?2 AND kind = 'review'";
    Ok(transaction.prepare_cached(sql)?.query_row(params![message, actor], |row| row.get(0))?)
}

/// Whether `actor` reviewed a message.
///
/// # Errors
/// Where the store fails.
pub fn has_reviewed(transaction: &Transaction<'_>, message: i64, actor: &str) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM review WHERE message = ?1 AND actor = ?2 AND kind = 'review')";

    Ok(transaction.prepare_cached(sql)?.query_row(params![message, actor], |row| row.get(0))?)
}
