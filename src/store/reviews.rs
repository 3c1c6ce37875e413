//! What people say of the machine's scores. What the machine said stays as it is.

use super::{StoreError, milliseconds, next_change, timestamp};
use crate::access::AgentKey;
use crate::conversation::ParticipantId;
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, Transaction, params, params_from_iter};
use std::collections::BTreeMap;

/// What the machine said of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineRow {
    /// Who wrote it.
    pub agent: AgentKey,
    /// The criteria that it was scored by, in the order of the bits (JSON).
    pub criteria: String,
    /// What was found in it (JSON).
    pub evidence: String,
}

/// What the machine said of the message `key`; `None` where it is no agent's message that was read.
///
/// # Errors
/// Where the store fails.
pub fn machine(transaction: &Transaction<'_>, key: i64) -> Result<Option<MachineRow>, StoreError> {
    let sql = "SELECT source, id, criteria, evidence FROM analysis JOIN agent ON agent.key = agent
               JOIN version ON version.key = version WHERE message = ?1";
    let found = transaction.prepare_cached(sql)?.query_row([key], |row| {
        let agent = AgentKey { source: row.get(0)?, id: ParticipantId(row.get(1)?) };
        Ok(MachineRow { agent, criteria: row.get(2)?, evidence: row.get(3)? })
    });
    Ok(found.optional()?)
}

/// A person's verdict on one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictRow {
    /// `criterion`, `finding` or `detection`.
    pub about: String,
    /// The criterion's or finding's name, or `rule@start-end` of a detection.
    pub subject: String,
    /// Of a criterion `met`, `unmet` or `not_applicable`; else `yes` or `no`.
    pub verdict: String,
}

/// A person's verdicts on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReview {
    /// The message.
    pub message: i64,
    /// Whose it is: `user:3` or `token:7`.
    pub actor: String,
    /// Their name.
    pub reviewer: String,
    /// `review` or `dispute`.
    pub kind: &'static str,
    /// Whether it was given before the machine's score was shown.
    pub blind: bool,
    /// What they say beside.
    pub comment: Option<String>,
    /// The verdicts.
    pub verdicts: Vec<VerdictRow>,
    /// When.
    pub at: Timestamp,
}

/// Keeps a review in place of the same person's earlier one of that kind. Gives its key and whether it is the
/// first; `None` where there is no such message any more.
///
/// # Errors
/// Where the store fails.
pub fn put(transaction: &Transaction<'_>, review: &NewReview) -> Result<Option<(i64, bool)>, StoreError> {
    let NewReview { message, actor, reviewer, kind, blind, comment, verdicts, at } = review;
    let sql = "SELECT key FROM review WHERE message = ?1 AND actor = ?2 AND kind = ?3";
    let known = transaction.prepare_cached(sql)?.query_row(params![message, actor, kind], |row| row.get::<_, i64>(0));
    let known = known.optional()?;
    let sql = "INSERT INTO review (message, actor, reviewer, kind, blind, comment, created, changed)
               SELECT key, ?2, ?3, ?4, ?5, ?6, ?7, ?7 FROM message WHERE key = ?1
               ON CONFLICT (message, actor, kind) DO UPDATE
               SET reviewer = ?3, blind = ?5, comment = ?6, changed = ?7 RETURNING key";
    let values = params![message, actor, reviewer, kind, blind, comment, milliseconds(*at)];
    let key = transaction.prepare_cached(sql)?.query_row(values, |row| row.get::<_, i64>(0)).optional()?;
    let Some(key) = key else { return Ok(None) };
    transaction.prepare_cached("DELETE FROM verdict WHERE review = ?1")?.execute([key])?;
    let mut insert = transaction.prepare_cached("INSERT INTO verdict VALUES (?1, ?2, ?3, ?4)")?;
    for VerdictRow { about, subject, verdict } in verdicts {
        insert.execute(params![key, about, subject, verdict])?;
    }
    super::calibration::close_what_is_done(transaction, *message, *at)?;
    touch(transaction, *message)?;
    Ok(Some((key, known.is_none())))
}

/// Removes somebody's review of a message; gives whether there was one.
///
/// # Errors
/// Where the store fails.
pub fn remove(transaction: &Transaction<'_>, message: i64, actor: &str, kind: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM review WHERE message = ?1 AND actor = ?2 AND kind = ?3";
    let removed = transaction.prepare_cached(sql)?.execute(params![message, actor, kind])? > 0;
    if removed {
        touch(transaction, message)?;
    }
    Ok(removed)
}

/// What is shown of the message's conversation has changed.
fn touch(transaction: &Transaction<'_>, message: i64) -> Result<(), StoreError> {
    let sql = "UPDATE conversation SET change = ?2 WHERE key = (SELECT conversation FROM message WHERE key = ?1)";
    transaction.prepare_cached(sql)?.execute(params![message, next_change(transaction)?])?;
    Ok(())
}

/// A review as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// Its key.
    pub key: i64,
    /// The message.
    pub message: i64,
    /// The message's conversation.
    pub conversation: i64,
    /// The key of the agent who wrote it; `None` where it is not read any more.
    pub agent: Option<i64>,
    /// Whose the review is: `user:3` or `token:7`.
    pub actor: String,
    /// Their name.
    pub reviewer: String,
    /// `review` or `dispute`.
    pub kind: String,
    /// Whether it was given before the machine's score was shown.
    pub blind: bool,
    /// What they say beside.
    pub comment: Option<String>,
    /// When it was first given.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub changed: Option<Timestamp>,
    /// The verdicts.
    pub verdicts: Vec<VerdictRow>,
}

/// Which reviews.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReviewFilter {
    /// Of that message.
    pub message: Option<i64>,
    /// Of messages in that conversation.
    pub conversation: Option<i64>,
    /// Of messages by the agent of that key.
    pub agent: Option<i64>,
    /// Of messages by that agent.
    pub written_by: Option<AgentKey>,
    /// By whom: `user:3` or `token:7`.
    pub actor: Option<String>,
    /// By whom: a name.
    pub reviewer: Option<String>,
    /// `review` or `dispute`.
    pub kind: Option<&'static str>,
    /// Changed at that time or later.
    pub since: Option<Timestamp>,
    /// Changed before that time.
    pub until: Option<Timestamp>,
    /// Whose key is less.
    pub before: Option<i64>,
    /// Not what others than they (`user:3`) said in a calibration session that they are to judge without that.
    pub not_told: Option<String>,
}

/// In an open session somebody other than who reviewed is to judge on their own.
const NOT_TOLD: &str = "NOT EXISTS (SELECT 1 FROM calibration_item i JOIN calibration c ON c.key = i.calibration
    JOIN calibration_reviewer r ON r.calibration = c.key WHERE i.conversation = message.conversation
    AND c.closed IS NULL AND 'user:' || r.user <> review.actor AND 'user:' || r.user = ?)";

impl ReviewFilter {
    /// Only conditions that are asked for, so that each can use its index.
    fn conditions(&self) -> (String, Vec<Value>) {
        let text = |text: &String| Value::Text(text.clone());
        let time = |time: Timestamp| Value::Integer(milliseconds(time));
        let written_by = self.written_by.as_ref();
        let asked = [
            ("review.message = ?", self.message.map(Value::Integer)),
            ("message.conversation = ?", self.conversation.map(Value::Integer)),
            ("analysis.agent = ?", self.agent.map(Value::Integer)),
            ("agent.source = ?", written_by.map(|agent| Value::Text(agent.source.clone()))),
            ("agent.id = ?", written_by.map(|agent| Value::Text(agent.id.as_str().to_owned()))),
            ("review.actor = ?", self.actor.as_ref().map(text)),
            ("review.reviewer = ?", self.reviewer.as_ref().map(text)),
            ("review.kind = ?", self.kind.map(|kind| Value::Text(kind.to_owned()))),
            ("review.changed >= ?", self.since.map(time)),
            ("review.changed < ?", self.until.map(time)),
            ("review.key < ?", self.before.map(Value::Integer)),
            (NOT_TOLD, self.not_told.as_ref().map(text)),
        ];
        let mut sql = String::from("TRUE");
        let mut values = Vec::new();
        for (condition, value) in asked {
            if let Some(value) = value {
                sql.push_str(" AND ");
                sql.push_str(condition);
                values.push(value);
            }
        }
        (sql, values)
    }
}

/// Reviews, the newest first, at most `limit`.
///
/// # Errors
/// Where the store fails.
pub fn list(transaction: &Transaction<'_>, filter: &ReviewFilter, limit: usize) -> Result<Vec<ReviewRow>, StoreError> {
    let (conditions, mut values) = filter.conditions();
    values.push(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
    let sql = format!(
        "SELECT review.key, review.message, message.conversation, analysis.agent, actor, reviewer, kind, blind,
                comment, created, changed
         FROM review JOIN message ON message.key = review.message
         LEFT JOIN analysis ON analysis.message = review.message LEFT JOIN agent ON agent.key = analysis.agent
         WHERE {conditions} ORDER BY review.key DESC LIMIT ?"
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let mut found = select.query_map(params_from_iter(values), review)?.collect::<Result<Vec<_>, _>>()?;
    let mut verdicts =
        transaction.prepare_cached("SELECT about, subject, verdict FROM verdict WHERE review = ?1 ORDER BY 1, 2")?;
    for review in &mut found {
        let rows = verdicts.query_map([review.key], |row| {
            Ok(VerdictRow { about: row.get(0)?, subject: row.get(1)?, verdict: row.get(2)? })
        })?;
        review.verdicts = rows.collect::<Result<_, _>>()?;
    }
    Ok(found)
}

fn review(row: &Row<'_>) -> rusqlite::Result<ReviewRow> {
    Ok(ReviewRow {
        key: row.get(0)?,
        message: row.get(1)?,
        conversation: row.get(2)?,
        agent: row.get(3)?,
        actor: row.get(4)?,
        reviewer: row.get(5)?,
        kind: row.get(6)?,
        blind: row.get(7)?,
        comment: row.get(8)?,
        created: timestamp(row.get(9)?),
        changed: timestamp(row.get(10)?),
        verdicts: Vec::new(),
    })
}

/// How often reviewers found right, and wrong, what a rule found.
///
/// # Errors
/// Where the store fails.
pub fn of_rule(transaction: &Transaction<'_>, rule: &str) -> Result<(i64, i64), StoreError> {
    // Between `rule@` and `ruleA` lies all that begins with `rule@`.
    let sql = "SELECT count(*) FILTER (WHERE verdict = 'yes'), count(*) FILTER (WHERE verdict = 'no')
               FROM verdict JOIN review ON review.key = verdict.review
               WHERE about = 'detection' AND subject >= ?1 || '@' AND subject < ?1 || 'A' AND kind = 'review'";
    Ok(transaction.prepare_cached(sql)?.query_row(params![rule], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The same of every rule on which there is a verdict.
///
/// # Errors
/// Where the store fails.
pub fn of_rules(transaction: &Transaction<'_>) -> Result<BTreeMap<String, (i64, i64)>, StoreError> {
    let sql = "SELECT substr(subject, 1, instr(subject, '@') - 1) AS rule,
                      count(*) FILTER (WHERE verdict = 'yes'), count(*) FILTER (WHERE verdict = 'no')
               FROM verdict JOIN review ON review.key = verdict.review
               WHERE about = 'detection' AND kind = 'review' GROUP BY rule";
    let mut select = transaction.prepare_cached(sql)?;
    let found = select.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(found.collect::<Result<_, _>>()?)
}
