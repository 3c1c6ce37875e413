//! Tables of messages: which columns there are, what they may hold, and a row as a message.

use crate::error::Error;
use crate::texts::{Texts, flags, moments};
use amends::conversation::neutral::{LARGEST_BODY, is_rfc3339};
use amends::conversation::{Format, Message, MessageId, Participant, ParticipantId, Role, Visibility};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema};
use jiff::Timestamp;
use std::borrow::Cow;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    Time,
    Flag,
}

/// A column that is read: its name, whether a table must have it, what it holds.
const COLUMNS: [(&str, bool, Holds); 12] = [
    ("conversation", true, Holds::Text),
    ("message", false, Holds::Text),
    ("role", true, Holds::Text),
    ("author", false, Holds::Text),
    ("author_name", false, Holds::Text),
    ("time", false, Holds::Time),
    ("body", true, Holds::Text),
    ("visibility", false, Holds::Text),
    ("automatic", false, Holds::Flag),
    ("format", false, Holds::Text),
    ("channel", false, Holds::Text),
    ("source", false, Holds::Text),
];

/// Tells all that is wrong with the columns of a table.
pub fn check(schema: &Schema) -> Result<(), Error> {
    let mut wrong = Vec::new();
    for (name, required, holds) in COLUMNS {
        let found: Vec<&DataType> =
            schema.fields().iter().filter(|field| field.name() == name).map(|field| field.data_type()).collect();
        match &found[..] {
            [] if required => wrong.push(format!("there is no column `{name}`")),
            [] => {}
            [kind] => wrong.extend(
                holds.refuses(kind).map(|expected| format!("column `{name}` holds {kind}; expected {expected}")),
            ),
            _ => wrong.push(format!("there are {} columns `{name}`", found.len())),
        }
    }
    for field in schema.fields() {
        if !COLUMNS.iter().any(|(name, ..)| field.name() == name) {
            wrong.push(format!("column `{}` is not known", field.name()));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let named = |wanted: bool| {
        let names: Vec<&str> = COLUMNS.iter().filter(|(_, one, _)| *one == wanted).map(|(name, ..)| *name).collect();
        names.join(", ")
    };
    let wrong = wrong.join("; ");
    Err(Error::Columns(format!("{wrong}. Needed are {}; read as well are {}", named(true), named(false))))
}

impl Holds {
    /// What is expected, where `kind` is not it.
    fn refuses(self, kind: &DataType) -> Option<&'static str> {
        let (fits, expected) = match self {
            Self::Text => (Texts::can_be(kind), "text or whole numbers"),
            Self::Time => (
                matches!(kind, DataType::Timestamp(_, Some(_))) || Texts::can_be(kind) && !kind.is_integer(),
                "timestamps with a time zone, or RFC 3339 texts (without a zone nobody knows when it was)",
            ),
            Self::Flag => (matches!(kind, DataType::Boolean | DataType::Null), "true and false"),
        };
        (!fits).then_some(expected)
    }
}

/// When messages were sent.
#[derive(Debug)]
enum Times {
    Written(Texts),
    Moments(Vec<Option<Timestamp>>),
}

/// Some rows of a table, its columns as they came.
#[derive(Debug)]
pub struct Rows {
    /// The number of the first row in the table or stream.
    first: u64,
    count: usize,
    conversation: Texts,
    message: Option<Texts>,
    role: Texts,
    author: Option<Texts>,
    author_name: Option<Texts>,
    time: Option<Times>,
    body: Texts,
    visibility: Option<Texts>,
    automatic: Option<Vec<Option<bool>>>,
    format: Option<Texts>,
    channel: Option<Texts>,
    source: Option<Texts>,
}

impl Rows {
    /// The rows of `batch`, whose columns were checked; its first row has the number `first`.
    pub fn new(batch: &RecordBatch, first: u64) -> Result<Self, Error> {
        let column = |name: &str| batch.column_by_name(name);
        // Checked before; what a producer changes on its way is told all the same.
        let changed = |name: &str| Error::Columns(format!("column `{name}` does not hold what the schema says"));
        let texts = |name: &str| column(name).map(|array| Texts::of(array).ok_or_else(|| changed(name))).transpose();
        let needed = |name: &str| texts(name)?.ok_or_else(|| changed(name));
        let times = |array: &ArrayRef| match moments(array) {
            Some(moments) => Ok(Times::Moments(moments)),
            None => Texts::of(array).map(Times::Written).ok_or_else(|| changed("time")),
        };
        let automatic = column("automatic").map(|array| flags(array).ok_or_else(|| changed("automatic")));
        Ok(Self {
            first,
            count: batch.num_rows(),
            conversation: needed("conversation")?,
            message: texts("message")?,
            role: needed("role")?,
            author: texts("author")?,
            author_name: texts("author_name")?,
            time: column("time").map(times).transpose()?,
            body: needed("body")?,
            visibility: texts("visibility")?,
            automatic: automatic.transpose()?,
            format: texts("format")?,
            channel: texts("channel")?,
            source: texts("source")?,
        })
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// The number of a row in the table or stream.
    pub const fn number(&self, row: usize) -> u64 {
        self.first + row as u64
    }

    fn wrong(&self, column: &'static str, row: usize, problem: impl Into<String>) -> Error {
        Error::Value { column, row: self.number(row), problem: problem.into() }
    }

    /// The conversation that a row belongs to.
    pub fn conversation(&self, row: usize) -> Result<Cow<'_, str>, Error> {
        let missing = || self.wrong("conversation", row, "there is no value; every message belongs to a conversation");
        self.conversation.get(row).ok_or_else(missing)
    }

    /// The ticketing tool that a row comes from.
    pub fn source(&self, row: usize) -> Option<Cow<'_, str>> {
        self.source.as_ref()?.get(row)
    }

    /// How its conversation travelled.
    pub fn channel(&self, row: usize) -> Option<Cow<'_, str>> {
        self.channel.as_ref()?.get(row)
    }

    /// When its message was sent.
    pub fn sent(&self, row: usize) -> Option<Timestamp> {
        match self.time.as_ref()? {
            Times::Moments(moments) => moments[row],
            Times::Written(texts) => texts.get(row)?.parse().ok(),
        }
    }

    /// A row as a message.
    pub fn message(&self, row: usize) -> Result<Message, Error> {
        fn text(column: Option<&Texts>, row: usize) -> Option<String> {
            column.and_then(|column| column.get(row)).map(Cow::into_owned)
        }
        let body = text(Some(&self.body), row).unwrap_or_default();
        if body.len() > LARGEST_BODY {
            let problem = format!("the body has {} bytes; the most is {} MiB", body.len(), LARGEST_BODY >> 20);
            return Err(self.wrong("body", row, problem));
        }
        let role = self.role.get(row);
        let role = match role.as_deref() {
            Some("customer") => Role::Customer,
            Some("agent") => Role::Agent,
            Some("bot") => Role::Bot,
            Some("system") => Role::System,
            other => return Err(self.none_of("role", row, other, "customer, agent, bot, system")),
        };
        let visibility = self.visibility.as_ref().and_then(|column| column.get(row));
        let visibility = match visibility.as_deref() {
            None | Some("public") => Visibility::Public,
            Some("internal") => Visibility::Internal,
            other => return Err(self.none_of("visibility", row, other, "public, internal")),
        };
        let format = self.format.as_ref().and_then(|column| column.get(row));
        let format = match format.as_deref() {
            None => None,
            Some("plain") => Some(Format::Plain),
            Some("html") => Some(Format::Html),
            other => return Err(self.none_of("format", row, other, "plain, html")),
        };
        let author = Participant {
            role,
            id: text(self.author.as_ref(), row).map(ParticipantId),
            name: text(self.author_name.as_ref(), row),
        };
        Ok(Message {
            id: text(self.message.as_ref(), row).map(MessageId),
            author,
            sent: self.sent_as_written(row)?,
            visibility,
            format,
            automatic: self.automatic.as_ref().is_some_and(|column| column[row] == Some(true)),
            body,
        })
    }

    fn sent_as_written(&self, row: usize) -> Result<Option<String>, Error> {
        match &self.time {
            None => Ok(None),
            Some(Times::Moments(moments)) => Ok(moments[row].map(|moment| moment.to_string())),
            Some(Times::Written(texts)) => match texts.get(row) {
                Some(sent) if !is_rfc3339(&sent) => {
                    let problem = format!("`{}` is no RFC 3339 time such as 2026-03-05T09:30:00+01:00", shown(&sent));
                    Err(self.wrong("time", row, problem))
                }
                sent => Ok(sent.map(Cow::into_owned)),
            },
        }
    }

    fn none_of(&self, column: &'static str, row: usize, found: Option<&str>, allowed: &str) -> Error {
        let found = found.map_or_else(|| "there is no value".to_owned(), |found| format!("found `{}`", shown(found)));
        self.wrong(column, row, format!("{found}; there are {allowed}"))
    }
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
