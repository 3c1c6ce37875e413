//! Rows within a record: the messages of a conversation, as an array or as the page that the tool's API gives.

use super::fields::Id;
use super::{Found, JsonTool, Piece, PieceMessage, Wrong, json};
use crate::conversation::{ConversationId, ParticipantId};
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;

/// Keys under which pages hold their rows; some put a page within a page.
const PAGES: [&str; 6] = ["data", "payload", "results", "_results", "_embedded", "threads"];

/// Rows that stand in a record, each still JSON text, so that a bad one leaves the others.
#[derive(Debug, Default)]
pub struct Rows {
    /// Where in a page they stand, as a JSON pointer.
    within: String,
    rows: Vec<Box<RawValue>>,
}

impl Rows {
    /// Reads each row as a `T` and makes a message of it; `Ok(None)` leaves it out. `at` points at their list.
    pub fn read<T: DeserializeOwned>(
        &self,
        at: &str,
        found: &mut Found,
        message: impl Fn(T) -> Result<Option<PieceMessage>, Wrong>,
    ) -> Vec<PieceMessage> {
        found.messages(&format!("{at}{}", self.within), &self.rows, |row| message(json::parse(row)?))
    }

    /// The first row, where it is a `T`.
    pub fn first<T: DeserializeOwned>(&self) -> Option<T> {
        self.rows.first().and_then(|row| serde_json::from_str(row.get()).ok())
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(List)
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Rows;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of messages, or a page with one")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<Rows, A::Error> {
        Ok(Rows { within: String::new(), rows: Vec::deserialize(SeqAccessDeserializer::new(rows))? })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Rows, A::Error> {
        let mut found = None;
        while let Some(key) = entries.next_key::<Cow<'de, str>>()? {
            if PAGES.contains(&&*key) {
                let Rows { within, rows } = entries.next_value()?;
                found = Some(Rows { within: format!("/{key}{within}"), rows });
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        found.ok_or_else(|| A::Error::custom("no list of messages in this page"))
    }

    // How many there are, where Help Scout does not give them.
    fn visit_u64<E: Error>(self, _: u64) -> Result<Rows, E> {
        Ok(Rows::default())
    }
}

/// Reads what `record` says of its conversation: in an object of its own, `inner` under `key`, where rows
/// were put beside it, and else in the record itself.
///
/// # Errors
/// As [`json::parse`].
pub fn about<T: DeserializeOwned>(record: &str, key: &str, inner: Option<&RawValue>) -> Result<T, Wrong> {
    match inner {
        Some(inner) => json::parse(inner.get()).map_err(|(pointer, reason)| (format!("/{key}{pointer}"), reason)),
        None => json::parse(record),
    }
}

/// The first row of the list under `key` of `record`, be it an array or a page.
pub fn first<'v>(record: &'v Map<String, Value>, key: &str) -> Option<&'v Map<String, Value>> {
    fn row(list: &Value) -> Option<&Value> {
        match list {
            Value::Array(rows) => rows.first(),
            Value::Object(page) => PAGES.iter().find_map(|key| row(page.get(*key)?)),
            _ => None,
        }
    }
    row(record.get(key)?)?.as_object()
}

/// A piece of `tool`'s conversation `id`.
pub fn piece(
    tool: &dyn JsonTool,
    id: Id,
    channel: Option<String>,
    requester: Option<Id>,
    messages: Vec<PieceMessage>,
) -> Piece {
    Piece {
        source: tool.name().into(),
        conversation: Some(ConversationId(id.0)),
        channel,
        requester: requester.map(|id| ParticipantId(id.0)),
        messages,
    }
}

/// The reason where `value` is none of those expected; an empty one is missing.
pub fn unexpected(value: &str, expected: &str) -> String {
    if value.is_empty() {
        format!("missing; expected {expected}")
    } else {
        format!("`{value}` is not known; expected {expected}")
    }
}

/// The parts of a name, put together.
pub fn name(parts: [Option<String>; 2]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
