//! Everything as rows, to be taken out.

use super::{DATABASE, Store, StoreError, connect_reader, timestamp};
use rusqlite::TransactionBehavior;
use rusqlite::types::ValueRef;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// All messages; those of agents with score and findings.
    Messages,
    /// Conversations, with how failures were made good.
    Conversations,
    /// What was promised, and what became of it.
    Promises,
    /// What was found in messages, with the words.
    Findings,
    /// What people said of messages.
    Reviews,
}

/// How a column is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As it is.
    Plain,
    /// A number that names something: a text in JSON.
    Key,
    /// Milliseconds since 1970.
    Time,
    /// 0 or 1.
    Flag,
    /// Hundredths.
    Hundredths,
    /// JSON.
    Json,
}

/// A column.
pub type Column = (&'static str, Kind);

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'r> {
    /// None.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// Yes or no.
    Flag(bool),
    /// A text.
    Text(std::borrow::Cow<'r, str>),
    /// JSON.
    Json(&'r str),
}

use Kind::{Flag, Hundredths, Json, Key, Plain, Time};

impl What {
    /// The name by which it is asked for.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Conversations => "conversations",
            Self::Promises => "promises",
            Self::Findings => "findings",
            Self::Reviews => "reviews",
        }
    }

    /// Its columns.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Messages => &[
                ("message", Key),
                ("conversation", Key),
                ("source", Plain),
                ("conversation_id", Plain),
                ("channel", Plain),
                ("message_id", Plain),
                ("role", Plain),
                ("author", Plain),
                ("author_name", Plain),
                ("internal", Flag),
                ("automatic", Flag),
                ("sent", Plain),
                ("body", Plain),
                ("agent", Key),
                ("agent_id", Plain),
                ("agent_name", Plain),
                ("team", Plain),
                ("score", Hundredths),
                ("uncritical_score", Hundredths),
                ("not_scored", Plain),
                ("words", Plain),
                ("service_failure", Flag),
                ("apology_due", Flag),
                ("follow_up_due", Flag),
                ("excuse", Flag),
                ("finger_pointing", Flag),
                ("missing_apology", Flag),
                ("missing_follow_up", Flag),
                ("met", Plain),
                ("unmet", Plain),
                ("lexicon", Plain),
                ("scorecard", Plain),
            ],
            Self::Conversations => &[
                ("conversation", Key),
                ("source", Plain),
                ("conversation_id", Plain),
                ("channel", Plain),
                ("messages", Plain),
                ("first_sent", Time),
                ("last_sent", Time),
                ("service_failure", Flag),
                ("text_dropped", Time),
                ("recovery", Json),
            ],
            Self::Promises => &[
                ("promise", Key),
                ("message", Key),
                ("conversation", Key),
                ("source", Plain),
                ("conversation_id", Plain),
                ("message_id", Plain),
                ("agent_id", Plain),
                ("agent_name", Plain),
                ("words", Plain),
                ("act", Plain),
                ("conditional", Flag),
                ("made", Time),
                ("due", Time),
                ("precision", Plain),
                ("fate", Plain),
                ("kept_by", Key),
                ("kept_at", Time),
                ("told", Plain),
            ],
            Self::Findings => &[
                ("message", Key),
                ("conversation", Key),
                ("source", Plain),
                ("conversation_id", Plain),
                ("message_id", Plain),
                ("agent_id", Plain),
                ("agent_name", Plain),
                ("label", Plain),
                ("kind", Plain),
                ("rule", Plain),
                ("words", Plain),
                ("start", Plain),
                ("end", Plain),
                ("in_doubt", Flag),
            ],
            Self::Reviews => &[
                ("review", Key),
                ("message", Key),
                ("conversation", Key),
                ("source", Plain),
                ("conversation_id", Plain),
                ("message_id", Plain),
                ("reviewer", Plain),
                ("kind", Plain),
                ("blind", Flag),
                ("comment", Plain),
                ("created", Time),
                ("changed", Time),
                ("machine_score", Hundredths),
                ("verdicts", Json),
            ],
        }
    }

    /// Rows come in the order of their keys, which needs no sorting.
    const fn sql(self) -> &'static str {
        match self {
            Self::Messages => {
                "SELECT m.key, c.key, c.source, c.id, c.channel, m.id, coalesce(m.role, p.role), m.author,
                 coalesce(m.author_name, p.name), m.internal, m.automatic, m.sent, m.body, g.key, g.id, g.name, t.name,
                 a.score, a.uncritical_score, a.not_scored, a.words,
                 a.situation & 1, a.situation & 2, a.situation & 4,
                 a.findings & 1, a.findings & 2, a.findings & 4, a.findings & 8,
                 (SELECT group_concat(value ->> 'id', ' ') FROM json_each(v.criteria) WHERE a.met >> key & 1),
                 (SELECT group_concat(value ->> 'id', ' ') FROM json_each(v.criteria) WHERE a.unmet >> key & 1),
                 v.lexicon, v.scorecard || ' ' || v.scorecard_version
                 FROM message m JOIN conversation c ON c.key = m.conversation
                 LEFT JOIN person p ON p.source = c.source AND p.id = m.author
                 LEFT JOIN analysis a ON a.message = m.key LEFT JOIN agent g ON g.key = a.agent
                 LEFT JOIN team t ON t.key = g.team LEFT JOIN version v ON v.key = a.version ORDER BY m.key"
            }
            Self::Conversations => {
                "SELECT key, source, id, channel, messages, first_sent, last_sent, service_failure, dropped, recovery
                 FROM conversation ORDER BY key"
            }
            Self::Promises => {
                "SELECT p.key, m.key, c.key, c.source, c.id, m.id, g.id, g.name,
                 CAST(substr(CAST(m.body AS BLOB), p.start + 1, p.end - p.start) AS TEXT),
                 p.act, p.conditional, p.made, p.due, p.precision, p.fate, p.kept_by, p.kept_at, p.told
                 FROM promise p JOIN message m ON m.key = p.message JOIN conversation c ON c.key = p.conversation
                 JOIN agent g ON g.key = p.agent ORDER BY p.key"
            }
            Self::Findings => {
                "SELECT m.key, c.key, c.source, c.id, m.id, g.id, g.name, d.value ->> 'label', d.value ->> 'kind',
                 d.value ->> 'rule',
                 CAST(substr(CAST(m.body AS BLOB), (d.value ->> 'start') + 1,
                      (d.value ->> 'end') - (d.value ->> 'start')) AS TEXT),
                 d.value ->> 'start', d.value ->> 'end', coalesce(d.value ->> 'in_doubt', 0)
                 FROM analysis a JOIN message m ON m.key = a.message JOIN conversation c ON c.key = m.conversation
                 JOIN agent g ON g.key = a.agent, json_each(a.evidence, '$.detections') d ORDER BY a.message"
            }
            Self::Reviews => {
                "SELECT r.key, m.key, c.key, c.source, c.id, m.id, r.reviewer, r.kind, r.blind, r.comment, r.created,
                 r.changed, a.score, (SELECT json_group_array(json_object('about', about, 'subject', subject,
                 'verdict', verdict)) FROM verdict WHERE review = r.key)
                 FROM review r JOIN message m ON m.key = r.message JOIN conversation c ON c.key = m.conversation
                 LEFT JOIN analysis a ON a.message = m.key ORDER BY r.key"
            }
        }
    }
}

impl Store {
    /// Gives every row of `what` to `each`, as they are at this moment whatever is written meanwhile, until it says
    /// that it wants no more. The connection is its own: others that read do not wait.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn export(
        &self,
        what: What,
        each: &mut dyn FnMut(&[Cell<'_>]) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let mut connection = connect_reader(&self.folder().join(DATABASE))?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
        let mut select = transaction.prepare(what.sql())?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let mut cells = Vec::with_capacity(what.columns().len());
            for (index, (_, kind)) in what.columns().iter().enumerate() {
                cells.push(cell(row.get_ref(index)?, *kind)?);
            }
            if !each(&cells)? {
                break;
            }
        }
        Ok(())
    }
}

fn cell(value: ValueRef<'_>, kind: Kind) -> Result<Cell<'_>, StoreError> {
    let text = |bytes| std::str::from_utf8(bytes).map_err(|error| rusqlite::Error::Utf8Error(0, error));
    Ok(match (value, kind) {
        (ValueRef::Null, _) => Cell::Null,
        (ValueRef::Integer(number), Key) => Cell::Text(number.to_string().into()),
        (ValueRef::Integer(number), Time) => match timestamp(number) {
            Some(time) => Cell::Text(time.to_string().into()),
            None => Cell::Null,
        },
        (ValueRef::Integer(number), Flag) => Cell::Flag(number != 0),
        #[expect(clippy::cast_precision_loss, reason = "a score has five figures at most")]
        (ValueRef::Integer(number), Hundredths) => Cell::Real(number as f64 / 100.0),
        (ValueRef::Integer(number), _) => Cell::Integer(number),
        (ValueRef::Real(number), _) => Cell::Real(number),
        (ValueRef::Text(bytes), Json) => Cell::Json(text(bytes)?),
        (ValueRef::Text(bytes) | ValueRef::Blob(bytes), _) => Cell::Text(text(bytes)?.into()),
    })
}
