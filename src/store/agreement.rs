//! What reviewers and the machine say of the same messages.

use super::reviews::VerdictRow;
use super::{StoreError, milliseconds};
use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};
use std::collections::HashMap;

/// A reviewer's verdict beside the machine's analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidRow {
    /// The review's key.
    pub review: i64,
    /// Whose it is: `user:3` or `token:7`.
    pub actor: String,
    /// The reviewer's name.
    pub reviewer: String,
    /// The message.
    pub message: i64,
    /// Its conversation.
    pub conversation: i64,
    /// `criterion`, `finding` or `detection`.
    pub about: String,
    /// Of what.
    pub subject: String,
    /// The verdict.
    pub verdict: String,
    /// What the machine says of the message.
    pub judged: JudgedRow,
}

/// What the machine says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JudgedRow {
    /// What the machine scored with.
    pub version: i64,
    /// A bit for each headline finding of the machine.
    pub findings: i64,
    /// A bit for each criterion that the machine finds met.
    pub met: i64,
    /// A bit for each criterion that it finds unmet.
    pub unmet: i64,
}

/// Which verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SaidFilter {
    /// On messages sent at that time or later.
    pub since: Option<Timestamp>,
    /// On messages sent before that time.
    pub until: Option<Timestamp>,
    /// Given before the machine's score was shown, or after.
    pub blind: Option<bool>,
    /// Of that calibration session; else of what is in none that is still open.
    pub calibration: Option<i64>,
}

const COLUMNS: &str = "SELECT review.key, review.message, analysis.version, findings, met, unmet, reviewer,
     analysis.conversation, about, subject, verdict, actor
     FROM review JOIN verdict ON verdict.review = review.key JOIN analysis ON analysis.message = review.message";

/// Reviews in the order of their messages, as they are kept in it.
const REVIEWED: &str = "SELECT review.key, review.message, analysis.version, findings, met, unmet
     FROM review INDEXED BY sqlite_autoindex_review_1 CROSS JOIN analysis ON analysis.message = review.message";

const ASKED: &str = "WHERE kind = 'review' AND (?1 IS NULL OR sent_at >= ?1) AND (?2 IS NULL OR sent_at < ?2)
     AND (?3 IS NULL OR blind = ?3)
     AND CASE WHEN ?4 IS NULL THEN NOT EXISTS (
         SELECT 1 FROM calibration_item i JOIN calibration c ON c.key = i.calibration
         WHERE i.conversation = analysis.conversation AND c.closed IS NULL)
     ELSE EXISTS (
         SELECT 1 FROM calibration c JOIN calibration_item i ON i.calibration = c.key
         JOIN calibration_reviewer r ON r.calibration = c.key
         WHERE c.key = ?4 AND i.conversation = analysis.conversation AND actor = 'user:' || r.user
         AND review.changed >= c.created) END";

/// Calls `each` with every message on which reviewers gave verdicts, in the order of their keys, and with all of
/// these, those on one thing beside each other.
///
/// # Errors
/// Where the store fails.
pub fn reviewed(
    transaction: &Transaction<'_>,
    filter: SaidFilter,
    mut each: impl FnMut(JudgedRow, &[VerdictRow]),
) -> Result<(), StoreError> {
    let mut reviews = transaction.prepare_cached(&format!("{REVIEWED} {ASKED} ORDER BY review.message"))?;
    let mut verdicts = transaction.prepare_cached("SELECT about, subject, verdict FROM verdict WHERE review = ?1")?;
    let SaidFilter { since, until, blind, calibration } = filter;
    let mut rows = reviews.query(params![since.map(milliseconds), until.map(milliseconds), blind, calibration])?;
    let (mut last, mut said) = (None::<(i64, JudgedRow)>, Vec::new());
    let mut complete = |last: Option<(i64, JudgedRow)>, said: &mut Vec<VerdictRow>| {
        if let Some((_, judged)) = last.filter(|_| !said.is_empty()) {
            said.sort_by(|a, b| (&a.about, &a.subject).cmp(&(&b.about, &b.subject)));
            each(judged, said);
            said.clear();
        }
    };
    while let Some(row) = rows.next()? {
        let (review, message): (i64, i64) = (row.get(0)?, row.get(1)?);
        if last.is_some_and(|(last, _)| last != message) {
            complete(last, &mut said);
        }
        last = Some((message, judged(row)?));
        let of_review = verdicts.query_map([review], |row| {
            Ok(VerdictRow { about: row.get(0)?, subject: row.get(1)?, verdict: row.get(2)? })
        })?;
        for one in of_review {
            said.push(one?);
        }
    }
    complete(last, &mut said);
    Ok(())
}

/// Calls `each` with every verdict of reviewers, message by message.
///
/// # Errors
/// Where the store fails.
pub fn by_message(
    transaction: &Transaction<'_>,
    filter: SaidFilter,
    mut each: impl FnMut(SaidRow),
) -> Result<(), StoreError> {
    let mut select =
        transaction.prepare_cached(&format!("{COLUMNS} {ASKED} ORDER BY review.message, about, subject"))?;
    let SaidFilter { since, until, blind, calibration } = filter;
    let mut rows = select.query(params![since.map(milliseconds), until.map(milliseconds), blind, calibration])?;
    while let Some(row) = rows.next()? {
        each(said(row)?);
    }
    Ok(())
}

/// The verdicts of reviewers, those of the newest reviews first, from after the place `after` (review, about,
/// subject), as long as `each` says so.
///
/// # Errors
/// Where the store fails.
pub fn newest_first(
    transaction: &Transaction<'_>,
    filter: SaidFilter,
    after: Option<(i64, String, String)>,
    mut each: impl FnMut(SaidRow) -> bool,
) -> Result<(), StoreError> {
    let sql = format!(
        "{COLUMNS} {ASKED} AND (?5 IS NULL OR review.key < ?5 OR (review.key = ?5 AND (about, subject) > (?6, ?7)))
         ORDER BY review.key DESC, about, subject"
    );
    let (review, about, subject) = match after {
        Some((review, about, subject)) => (Some(review), Some(about), Some(subject)),
        None => (None, None, None),
    };
    let mut select = transaction.prepare_cached(&sql)?;
    let SaidFilter { since, until, blind, calibration } = filter;
    let values = params![since.map(milliseconds), until.map(milliseconds), blind, calibration, review, about, subject];
    let mut rows = select.query(values)?;
    while let Some(row) = rows.next()? {
        if !each(said(row)?) {
            break;
        }
    }
    Ok(())
}

fn said(row: &Row<'_>) -> rusqlite::Result<SaidRow> {
    Ok(SaidRow {
        review: row.get(0)?,
        message: row.get(1)?,
        judged: judged(row)?,
        reviewer: row.get(6)?,
        conversation: row.get(7)?,
        about: row.get(8)?,
        subject: row.get(9)?,
        verdict: row.get(10)?,
        actor: row.get(11)?,
    })
}

fn judged(row: &Row<'_>) -> rusqlite::Result<JudgedRow> {
    Ok(JudgedRow { version: row.get(2)?, findings: row.get(3)?, met: row.get(4)?, unmet: row.get(5)? })
}

/// The criteria of each version (JSON), in the order of the bits.
///
/// # Errors
/// Where the store fails.
pub fn criteria(transaction: &Transaction<'_>) -> Result<HashMap<i64, String>, StoreError> {
    let mut select = transaction.prepare_cached("SELECT key, criteria FROM version")?;
    let found = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(found)
}
