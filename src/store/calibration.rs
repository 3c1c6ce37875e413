//! Calibration sessions: the same conversations given to several reviewers, hidden from one another until done.
//!
//! What they say are reviews like all others; those given since the session was made belong to it. A message with a
//! score is what there is to judge. Once everybody has judged everything, a session is closed.

use super::figures::Window;
use super::{StoreError, milliseconds, timestamp};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

/// A session to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCalibration {
    /// Its name.
    pub name: String,
    /// Who makes it, by name.
    pub maker: String,
    /// When.
    pub created: Timestamp,
    /// The conversations' keys, in their order.
    pub conversations: Vec<i64>,
    /// The reviewers' users.
    pub reviewers: Vec<i64>,
}

/// Makes a session; gives its key.
///
/// # Errors
/// Where the store fails.
pub fn add(transaction: &Transaction<'_>, new: &NewCalibration) -> Result<i64, StoreError> {
    let sql = "INSERT INTO calibration (name, maker, created) VALUES (?1, ?2, ?3) RETURNING key";
    let values = params![new.name, new.maker, milliseconds(new.created)];
    let key: i64 = transaction.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
    // What was erased meanwhile is left out.
    let sql = "INSERT OR IGNORE INTO calibration_item (calibration, position, conversation)
               SELECT ?1, ?2, key FROM conversation WHERE key = ?3";
    let mut item = transaction.prepare_cached(sql)?;
    for (position, conversation) in new.conversations.iter().enumerate() {
        item.execute(params![key, position as i64, conversation])?;
    }
    let sql = "INSERT OR IGNORE INTO calibration_reviewer SELECT ?1, key FROM user WHERE key = ?2";
    let mut reviewer = transaction.prepare_cached(sql)?;
    for user in &new.reviewers {
        reviewer.execute(params![key, user])?;
    }
    Ok(key)
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalibrationRow {
    /// Its key.
    pub key: i64,
    /// Its name.
    pub name: String,
    /// Who made it, by name.
    pub maker: String,
    /// When.
    pub created: Option<Timestamp>,
    /// Since when everybody sees what the others said.
    pub closed: Option<Timestamp>,
    /// How many conversations it has.
    pub conversations: i64,
    /// How many messages there are to judge for each reviewer.
    pub messages: i64,
}

const COLUMNS: &str = "SELECT key, name, maker, created, closed,
    (SELECT count(*) FROM calibration_item WHERE calibration = c.key),
    (SELECT count(*) FROM calibration_item i CROSS JOIN analysis a ON a.conversation = i.conversation
     WHERE i.calibration = c.key AND a.score IS NOT NULL) FROM calibration c";

fn row(row: &Row<'_>) -> rusqlite::Result<CalibrationRow> {
    Ok(CalibrationRow {
        key: row.get(0)?,
        name: row.get(1)?,
        maker: row.get(2)?,
        created: timestamp(row.get(3)?),
        closed: row.get::<_, Option<i64>>(4)?.and_then(timestamp),
        conversations: row.get(5)?,
        messages: row.get(6)?,
    })
}

/// The session of that key.
///
/// # Errors
/// Where the store fails.
pub fn calibration(transaction: &Transaction<'_>, key: i64) -> Result<Option<CalibrationRow>, StoreError> {
    Ok(transaction.prepare_cached(&format!("{COLUMNS} WHERE key = ?1"))?.query_row([key], row).optional()?)
}

/// Sessions, the newest first, at most `limit`.
///
/// # Errors
/// Where the store fails.
pub fn list(transaction: &Transaction<'_>, limit: usize) -> Result<Vec<CalibrationRow>, StoreError> {
    let mut select = transaction.prepare_cached(&format!("{COLUMNS} ORDER BY key DESC LIMIT {limit}"))?;
    Ok(select.query_map([], row)?.collect::<Result<_, _>>()?)
}

/// How far a reviewer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressRow {
    /// The reviewer's user.
    pub user: i64,
    /// Their name.
    pub name: String,
    /// Messages that they have judged.
    pub done: i64,
}

/// Whether the user `r.user` has judged the message `a.message` for the session `c`.
const JUDGED: &str = "EXISTS (SELECT 1 FROM review v WHERE v.message = a.message AND v.actor = 'user:' || r.user
    AND v.kind = 'review' AND v.changed >= c.created)";

/// The reviewers of a session, by name.
///
/// # Errors
/// Where the store fails.
pub fn progress(transaction: &Transaction<'_>, key: i64) -> Result<Vec<ProgressRow>, StoreError> {
    let sql = format!(
        "SELECT r.user, user.shown_name, (SELECT count(*) FROM calibration_item i
                CROSS JOIN analysis a ON a.conversation = i.conversation
                WHERE i.calibration = c.key AND a.score IS NOT NULL AND {JUDGED})
         FROM calibration c JOIN calibration_reviewer r ON r.calibration = c.key JOIN user ON user.key = r.user
         WHERE c.key = ?1 ORDER BY user.shown_name"
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let found =
        select.query_map([key], |row| Ok(ProgressRow { user: row.get(0)?, name: row.get(1)?, done: row.get(2)? }))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// A conversation of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// Its key.
    pub conversation: i64,
    /// The ticketing tool.
    pub source: String,
    /// Identifier within it.
    pub id: String,
    /// Messages to judge.
    pub messages: i64,
    /// How many of them the user who asks has judged.
    pub done: i64,
}

/// The conversations of a session in their order, with how far `user` is in each.
///
/// # Errors
/// Where the store fails.
pub fn items(transaction: &Transaction<'_>, key: i64, user: Option<i64>) -> Result<Vec<ItemRow>, StoreError> {
    let sql = format!(
        "SELECT conversation.key, source, id, count(a.message), count(a.message) FILTER (WHERE {JUDGED})
         FROM calibration c CROSS JOIN calibration_item i ON i.calibration = c.key
         JOIN conversation ON conversation.key = i.conversation CROSS JOIN (SELECT ?2 AS user) r
         LEFT JOIN analysis a ON a.conversation = i.conversation AND a.score IS NOT NULL
         WHERE c.key = ?1 GROUP BY i.position ORDER BY i.position"
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let found = select.query_map(params![key, user], |row| {
        Ok(ItemRow {
            conversation: row.get(0)?,
            source: row.get(1)?,
            id: row.get(2)?,
            messages: row.get(3)?,
            done: row.get(4)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The newest open session in which `user` has to judge `conversation`.
///
/// # Errors
/// Where the store fails.
pub fn open_for(
    transaction: &Transaction<'_>,
    conversation: i64,
    user: i64,
) -> Result<Option<CalibrationRow>, StoreError> {
    let sql = format!(
        "{COLUMNS} JOIN calibration_item i ON i.calibration = c.key AND i.conversation = ?1
         JOIN calibration_reviewer r ON r.calibration = c.key AND r.user = ?2
         WHERE closed IS NULL ORDER BY key DESC LIMIT 1"
    );
    Ok(transaction.prepare_cached(&sql)?.query_row([conversation, user], row).optional()?)
}

/// Closes a session; gives whether it was open.
///
/// # Errors
/// Where the store fails.
pub fn close(transaction: &Transaction<'_>, key: i64, at: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE calibration SET closed = ?2 WHERE key = ?1 AND closed IS NULL";
    Ok(transaction.prepare_cached(sql)?.execute(params![key, milliseconds(at)])? > 0)
}

/// Closes the sessions with the conversation of `message` in which nothing is left to judge.
///
/// # Errors
/// Where the store fails.
pub(super) fn close_what_is_done(transaction: &Transaction<'_>, message: i64, at: Timestamp) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE calibration AS c SET closed = ?2 WHERE closed IS NULL AND key IN (
             SELECT calibration FROM calibration_item
             WHERE conversation = (SELECT conversation FROM message WHERE key = ?1))
         AND NOT EXISTS (
             SELECT 1 FROM calibration_item i JOIN calibration_reviewer r ON r.calibration = i.calibration
             CROSS JOIN analysis a ON a.conversation = i.conversation AND a.score IS NOT NULL
             WHERE i.calibration = c.key AND NOT {JUDGED})"
    );
    transaction.prepare_cached(&sql)?.execute(params![message, milliseconds(at)])?;
    Ok(())
}

/// The keys of all conversations whose last message was sent in `window`, also those without a time where it is open
/// at both ends.
///
/// # Errors
/// Where the store fails.
pub fn within(transaction: &Transaction<'_>, window: Window) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT key FROM conversation WHERE (?1 IS NULL OR last_sent >= ?1) AND (?2 IS NULL OR last_sent < ?2)";
    let mut select = transaction.prepare_cached(sql)?;
    let found = select.query_map(params![window.since, window.until], |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Whether a conversation has a message to judge that nobody has judged.
///
/// # Errors
/// Where the store fails.
pub fn is_fresh(transaction: &Transaction<'_>, conversation: i64) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM analysis WHERE conversation = ?1 AND score IS NOT NULL)
               AND NOT EXISTS (SELECT 1 FROM analysis a JOIN review ON review.message = a.message WHERE conversation = ?1)";
    Ok(transaction.prepare_cached(sql)?.query_row([conversation], |row| row.get(0))?)
}

/// Those who may be given a session, by name: the users' keys and names.
///
/// # Errors
/// Where the store fails.
pub fn reviewers(transaction: &Transaction<'_>) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = "SELECT key, shown_name FROM user WHERE role IN ('admin', 'reviewer') AND disabled IS NULL
               ORDER BY shown_name";
    let mut select = transaction.prepare_cached(sql)?;
    Ok(select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}
