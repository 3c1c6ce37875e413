//! Exports of ticketing tools, read into the field's nouns: one file a tool.
//!
//! An export is a stream of [`Record`]s: pieces of conversations, and people. A piece may be a whole
//! conversation (a tool that writes each ticket with all its messages) or one message of it; a message
//! may name its author by an id that a [`Person`] elsewhere in the export explains. What belongs together
//! is put together by a later step, so that a tool's file says one thing only: what its fields mean.
//!
//! Nothing that is wrong in one row stops the others: each is a [`Problem`] with its place.

mod chatwoot;
pub mod export;
pub mod fields;
mod freshdesk;
mod front;
mod gorgias;
mod helpscout;
mod hubspot;
mod intercom;
pub mod json;
pub mod lines;
pub mod mail;
pub mod merge;
mod neutral;
pub mod open;
pub mod rejected;
mod rows;
pub mod stream;
pub mod table;
mod zammad;
mod zendesk;

use self::fields::Id;
use crate::conversation::{ConversationId, Format, MessageId, ParticipantId, Role, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// What one record of an export says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// Some messages of a conversation, or all of them.
    Piece(Piece),
    /// Who somebody is.
    Person(Person),
}

/// Some messages of one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The ticketing tool, for example `zendesk`.
    pub source: Cow<'static, str>,
    /// The conversation they belong to; `None` where they are one of their own.
    pub conversation: Option<ConversationId>,
    /// How the messages travelled, for example `email`, `chat`.
    pub channel: Option<String>,
    /// The participant who asked for help: a customer, whatever else is unknown of them.
    pub requester: Option<ParticipantId>,
    /// The messages, in the order in which the export has them.
    pub messages: Vec<PieceMessage>,
}

/// One message, as far as its record tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceMessage {
    /// Identifier within the source.
    pub id: Option<MessageId>,
    /// Who wrote it.
    pub author: Author,
    /// When it was sent: an RFC 3339 time, offset kept as written.
    pub sent: Option<String>,
    /// Whether the customer can see it.
    pub visibility: Visibility,
    /// How `body` is written; found out from the body when `None`.
    pub format: Option<Format>,
    /// Whether the tool marks it as sent by a machine.
    pub automatic: bool,
    /// The text as sent.
    pub body: String,
}

/// The author of a message: not the assignee of its ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Author {
    /// On which side; `None` where only a [`Person`] of the same id tells.
    pub role: Option<Role>,
    /// Identifier within the source.
    pub id: Option<ParticipantId>,
    /// Name shown to people.
    pub name: Option<String>,
}

impl Author {
    /// An author as a tool's fields give them: an empty name is none.
    #[must_use]
    pub fn new(role: Option<Role>, id: Option<Id>, name: Option<String>) -> Self {
        Self { role, id: id.map(|id| ParticipantId(id.0)), name: name.filter(|name| !name.trim().is_empty()) }
    }
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The ticketing tool that knows them.
    pub source: Cow<'static, str>,
    /// Identifier within the source.
    pub id: ParticipantId,
    /// On which side they are; `None` where the tool does not say.
    pub role: Option<Role>,
    /// Name shown to people.
    pub name: Option<String>,
}

/// Where in an input something stands; what is not known is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Line of the text, from 1.
    pub line: Option<u64>,
    /// Column in characters, from 1.
    pub column: Option<u64>,
    /// Record of a table or message of a mailbox, from 1; the header row of a table is not counted.
    pub row: Option<u64>,
    /// JSON pointer (RFC 6901) from the line's, or the document's, value.
    pub pointer: Option<String>,
}

impl fmt::Display for Place {
    /// `12:7 /comments/0/body`, `row 3 (line 9)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match (self.row, self.line, self.column) {
            (Some(row), Some(line), _) => parts.push(format!("row {row} (line {line})")),
            (Some(row), None, _) => parts.push(format!("row {row}")),
            (None, Some(line), Some(column)) => parts.push(format!("{line}:{column}")),
            (None, Some(line), None) => parts.push(line.to_string()),
            (None, None, _) => {}
        }
        parts.extend(self.pointer.clone().filter(|pointer| !pointer.is_empty()));
        f.write_str(&parts.join(" "))
    }
}

/// Something in an export that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong, and what is allowed.
    pub reason: String,
    /// The record as it stands in the export, where there is one; at most [`LARGEST_SHOWN`] bytes of it.
    pub raw: Option<String>,
    /// Whether the rest of the input is lost with it: it is cut off, or broken from here on.
    pub fatal: bool,
}

impl Problem {
    /// One that concerns an input as a whole.
    #[must_use]
    pub fn of(reason: impl Into<String>) -> Self {
        Self { place: Place::default(), reason: reason.into(), raw: None, fatal: false }
    }

    /// An input that ends at `line`, before its time.
    #[must_use]
    pub fn cut_off(line: u64, error: &std::io::Error) -> Self {
        let place = Place { line: Some(line), ..Place::default() };
        Self { place, fatal: true, ..Self::of(format!("cannot be read further: {error}")) }
    }
}

/// So many bytes of a bad record are kept to be shown.
pub const LARGEST_SHOWN: usize = 16 << 10;

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if place.is_empty() { f.write_str(&self.reason) } else { write!(f, "{place}: {}", self.reason) }
    }
}

/// What is wrong within a record: a JSON pointer (empty for the whole of it) and the reason.
pub type Wrong = (String, String);

/// That `field` is missing, so that `what` is not known.
#[must_use]
pub fn missing(field: &str, what: &str) -> Wrong {
    (String::new(), format!("no `{field}`: {what} is not known"))
}

/// What was found in one record: what can be used, and what cannot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// What can be used.
    pub records: Vec<Record>,
    /// What cannot, each with a JSON pointer from the record (empty for the record itself) and the reason.
    pub wrong: Vec<Wrong>,
}

impl Found {
    /// Adds a piece of a conversation; one without a message still tells who asked, and that it is there.
    pub fn piece(&mut self, piece: Piece) {
        self.records.push(Record::Piece(piece));
    }

    /// Adds a person of `source`, once; an empty name is none.
    pub fn person(&mut self, source: &'static str, id: Id, role: Option<Role>, name: Option<String>) {
        let name = name.filter(|name| !name.trim().is_empty());
        let person = Record::Person(Person { source: source.into(), id: ParticipantId(id.0), role, name });
        if !self.records.contains(&person) {
            self.records.push(person);
        }
    }

    /// The messages that `read` finds in `items`, which stand in the record at `pointer`. What is wrong with
    /// one, with its own pointer and the reason, leaves its neighbours.
    pub fn messages<M: IntoIterator<Item = PieceMessage>>(
        &mut self,
        pointer: &str,
        items: &[Box<RawValue>],
        read: impl Fn(&str) -> Result<M, Wrong>,
    ) -> Vec<PieceMessage> {
        let mut messages = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match read(item.get()) {
                Ok(read) => messages.extend(read),
                Err((within, reason)) => self.wrong(format!("{pointer}/{index}{within}"), reason),
            }
        }
        messages
    }

    /// Adds what is wrong at `pointer`.
    pub fn wrong(&mut self, pointer: impl Into<String>, reason: impl Into<String>) {
        self.wrong.push((pointer.into(), reason.into()));
    }
}

/// A ticketing tool whose exports are JSON.
pub trait JsonTool: Sync + fmt::Debug {
    /// Name as in `--format` and in results, for example `helpscout`.
    fn name(&self) -> &'static str;

    /// Name for people, for example `Help Scout`.
    fn title(&self) -> &'static str;

    /// The lists in which an export document or page holds its records, as JSON pointers such as
    /// `/tickets` or `/_embedded/conversations`. A record that stands alone, as a line of JSON Lines, as
    /// an element of a top-level array or as a whole document, is in the list ``.
    fn lists(&self) -> &'static [&'static str];

    /// The keys of which one makes an object a record, even where it holds such a list too: a ticket with
    /// its comments, not a page of them.
    fn record_keys(&self) -> &'static [&'static str] {
        &["id"]
    }

    /// Whether `record`, which stands in `list`, looks like one of this tool: by its keys, strictly enough
    /// that no other tool's record does.
    fn recognises(&self, list: &str, record: &serde_json::Map<String, serde_json::Value>) -> bool;

    /// Whether each record holds a whole conversation and says itself on which side each author is.
    fn whole(&self) -> bool;

    /// Reads one record of `list`, given as JSON text, into `found`.
    ///
    /// # Errors
    /// What is wrong with the record as a whole; a bad message in it goes to [`Found::wrong`].
    fn read(&self, list: &str, record: &str, found: &mut Found) -> Result<(), Wrong>;
}

/// The tools whose exports are JSON.
pub const JSON_TOOLS: [&dyn JsonTool; 10] = [
    &neutral::Neutral,
    &chatwoot::Chatwoot,
    &freshdesk::Freshdesk,
    &front::Front,
    &gorgias::Gorgias,
    &helpscout::HelpScout,
    &hubspot::HubSpot,
    &intercom::Intercom,
    &zammad::Zammad,
    &zendesk::Zendesk,
];
