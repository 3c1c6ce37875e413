//! Looks whether everything in the store is as it should be.

use super::{DATABASE, StoreError, connect_reader};
use rusqlite::Transaction;
use std::path::Path;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// What is wrong, for people; empty where all is well.
    pub faults: Vec<String>,
    /// How many conversations there are.
    pub conversations: u64,
    /// How many messages.
    pub messages: u64,
    /// How many conversations are still to be read, which is no fault.
    pub unread: u64,
}

/// What must hold, and the number of rows in which it does not.
const INVARIANTS: [(&str, &str); 17] = [
    (
        "analyses are of public messages of agents, in the conversation that they name",
        "SELECT count(*) FROM analysis a LEFT JOIN message m ON m.key = a.message
         LEFT JOIN conversation c ON c.key = m.conversation
         LEFT JOIN person p ON p.source = c.source AND p.id = m.author
         WHERE m.key IS NULL OR m.internal OR m.conversation <> a.conversation
         OR coalesce(m.role, p.role, 'agent') <> 'agent'",
    ),
    (
        "every public message of an agent has its analysis, once its conversation was read",
        "SELECT count(*) FROM message m JOIN conversation c ON c.key = m.conversation
         LEFT JOIN analysis a ON a.message = m.key
         WHERE m.role = 'agent' AND NOT m.internal AND m.body IS NOT NULL AND c.analysed = c.revision
         AND a.message IS NULL",
    ),
    ("scores are 0 to 100", "SELECT count(*) FROM analysis WHERE score NOT BETWEEN 0 AND 10000"),
    (
        "a message has a score or a reason why not",
        "SELECT count(*) FROM analysis WHERE (score IS NULL) <> (not_scored IS NOT NULL)",
    ),
    ("no criterion is both met and unmet", "SELECT count(*) FROM analysis WHERE met & unmet <> 0"),
    ("evidence is JSON", "SELECT count(*) FROM analysis WHERE NOT json_valid(evidence)"),
    (
        "evidence stands within its message",
        "SELECT count(*) FROM analysis a JOIN message m ON m.key = a.message,
         json_each(a.evidence, '$.detections') d
         WHERE m.body IS NOT NULL AND (d.value ->> 'start' >= d.value ->> 'end'
         OR d.value ->> 'end' > octet_length(m.body))",
    ),
    (
        "promises are of messages of the conversation that they name, within their text",
        "SELECT count(*) FROM promise p LEFT JOIN message m ON m.key = p.message
         WHERE m.key IS NULL OR m.conversation <> p.conversation OR p.start >= p.end OR p.end > octet_length(m.body)",
    ),
    (
        "the fates of promises are known ones",
        "SELECT count(*) FROM promise WHERE fate NOT IN ('kept', 'late', 'broken', 'unkept', 'open')",
    ),
    ("nothing is read that has not come", "SELECT count(*) FROM conversation WHERE analysed > revision"),
    (
        "no change is later than the last one",
        "SELECT count(*) FROM conversation, counter
         WHERE counter.name = 'change' AND (revision > value OR change > value)",
    ),
    (
        "no conversation has a key that is still to be given",
        "SELECT count(*) FROM conversation, counter WHERE counter.name = 'conversation' AND key > value",
    ),
    (
        "what was read tells with which rules, and how it went",
        "SELECT count(*) FROM conversation WHERE analysed > 0 AND (version IS NULL OR recovery IS NULL)",
    ),
    (
        "a conversation has as many messages as were counted, at least",
        "SELECT count(*) FROM conversation c WHERE analysed = revision
         AND messages > (SELECT count(*) FROM message WHERE conversation = c.key)",
    ),
    ("no conversation ends before it begins", "SELECT count(*) FROM conversation WHERE first_sent > last_sent"),
    (
        "text that was dropped is gone",
        "SELECT count(*) FROM conversation c JOIN message m ON m.conversation = c.key
         WHERE c.dropped IS NOT NULL AND m.body IS NOT NULL",
    ),
    (
        "the end of a source's data is not before its newest message",
        "SELECT count(*) FROM (SELECT source, max(sent_at) AS newest FROM message
         JOIN conversation ON conversation.key = conversation GROUP BY source) found
         LEFT JOIN source ON source.name = found.source
         WHERE found.newest IS NOT NULL AND (source.newest IS NULL OR source.newest < found.newest)",
    ),
];

/// Looks at the store of `folder`, whether a service works in it or not; nothing is changed.
///
/// # Errors
/// Where it cannot be opened or read at all.
pub fn check(folder: &Path) -> Result<Checked, StoreError> {
    let mut connection = connect_reader(&folder.join(DATABASE))?;
    let transaction = connection.transaction()?;
    let mut checked = Checked::default();
    for pragma in ["PRAGMA integrity_check(20)", "PRAGMA foreign_key_check"] {
        let mut check = transaction.prepare(pragma)?;
        let mut rows = check.query([])?;
        while let Some(row) = rows.next()? {
            let told: String = row.get(0)?;
            if told != "ok" {
                let what = if pragma.contains("foreign") { "refers to a row that is not there" } else { "" };
                checked.faults.push(format!("{told} {what}").trim_end().to_owned());
            }
        }
    }
    for (what, sql) in INVARIANTS {
        let wrong = count(&transaction, sql)?;
        if wrong > 0 {
            checked.faults.push(format!("not so: {what} ({wrong} rows)"));
        }
    }
    checked.conversations = count(&transaction, "SELECT count(*) FROM conversation")?;
    checked.messages = count(&transaction, "SELECT count(*) FROM message")?;
    checked.unread = count(&transaction, "SELECT count(*) FROM conversation WHERE analysed < revision")?;
    Ok(checked)
}

fn count(transaction: &Transaction<'_>, sql: &str) -> Result<u64, StoreError> {
    Ok(transaction.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}
