//! Gorgias: tickets with their messages, and pages of messages.
//!
//! Fields after the vendor's public API pages: `from_agent` tells messages of the company from those of
//! customers, internal notes are not `public`, and a message sent by a rule says so in `via` or `rule_id`.
//! `stripped_text` is the body without quotes and signature. Deleted messages have a `deleted_datetime`, those
//! that could not be sent a `failed_datetime` and no `sent_datetime`, tickets in the bin a `trashed_datetime`.

use super::fields::{self, Id, Time};
use super::rows::{self, Rows};
use super::{Author, Found, JsonTool, PieceMessage, Wrong, json};
use crate::conversation::{Format, MessageId, Role, Visibility};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Gorgias.
#[derive(Debug)]
pub struct Gorgias;

/// A ticket, a message, or a ticket and its messages side by side.
#[derive(Deserialize)]
struct Whole {
    messages: Option<Rows>,
    ticket: Option<Box<RawValue>>,
    /// Only messages have one or more of these.
    ticket_id: Option<IgnoredAny>,
    body_text: Option<IgnoredAny>,
    body_html: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Ticket {
    id: Id,
    channel: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    customer: Option<Person>,
    trashed_datetime: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Message {
    id: Option<Id>,
    ticket_id: Option<Id>,
    from_agent: bool,
    public: Option<bool>,
    channel: Option<String>,
    via: Option<String>,
    rule_id: Option<Id>,
    sender: Option<Person>,
    created_datetime: Option<Time>,
    sent_datetime: Option<Time>,
    failed_datetime: Option<IgnoredAny>,
    deleted_datetime: Option<IgnoredAny>,
    stripped_text: Option<String>,
    body_text: Option<String>,
    body_html: Option<String>,
}

#[derive(Deserialize)]
struct Person {
    id: Option<Id>,
    name: Option<String>,
}

const INTERNAL_NOTE: &str = "internal-note";

fn message(message: Message) -> Result<Option<PieceMessage>, Wrong> {
    let failed = message.failed_datetime.is_some() && message.sent_datetime.is_none();
    if failed || message.deleted_datetime.is_some() {
        return Ok(None);
    }
    let Some((body, format)) = fields::body([
        (message.stripped_text, Some(Format::Plain)),
        (message.body_text, Some(Format::Plain)),
        (message.body_html, Some(Format::Html)),
    ]) else {
        return Ok(None);
    };
    let role = if message.from_agent { Role::Agent } else { Role::Customer };
    let internal = message.public == Some(false) || message.channel.as_deref() == Some(INTERNAL_NOTE);
    let (id, name) = message.sender.map_or((None, None), |sender| (sender.id, sender.name));
    Ok(Some(PieceMessage {
        id: message.id.map(|id| MessageId(id.0)),
        author: Author::new(Some(role), id, name),
        sent: message.sent_datetime.or(message.created_datetime).map(|time| time.0),
        visibility: if internal { Visibility::Internal } else { Visibility::Public },
        format,
        automatic: message.from_agent && (message.rule_id.is_some() || message.via.as_deref() == Some("rule")),
        body,
    }))
}

/// Keys that every message has.
const MESSAGE: [&str; 3] = ["from_agent", "channel", "via"];

impl JsonTool for Gorgias {
    fn name(&self) -> &'static str {
        "gorgias"
    }

    fn title(&self) -> &'static str {
        "Gorgias"
    }

    fn lists(&self) -> &'static [&'static str] {
        &["/data"]
    }

    // Tickets have these keys too.
    fn recognises(&self, _: &str, record: &Map<String, Value>) -> bool {
        let row = rows::first(record, "messages").unwrap_or(record);
        MESSAGE.iter().all(|key| row.contains_key(*key))
    }

    fn whole(&self) -> bool {
        false
    }

    fn read(&self, _: &str, record: &str, found: &mut Found) -> Result<(), Wrong> {
        read(record, found)
    }
}

fn read(record: &str, found: &mut Found) -> Result<(), Wrong> {
    let whole: Whole = json::parse(record)?;
    let piece = if whole.ticket_id.is_some() || whole.body_text.is_some() || whole.body_html.is_some() {
        let mut alone: Message = json::parse(record)?;
        let Some(ticket) = alone.ticket_id.take() else { return Err((String::new(), UNPLACED.to_owned())) };
        let channel = alone.channel.clone().filter(|channel| channel != INTERNAL_NOTE);
        let messages = message(alone)?.into_iter().collect();
        rows::piece(&Gorgias, ticket, channel, None, messages)
    } else {
        let ticket: Ticket = rows::about(record, "ticket", whole.ticket.as_deref())?;
        if ticket.trashed_datetime.is_some() {
            return Ok(());
        }
        let messages = whole.messages.unwrap_or_default().read("/messages", found, message);
        let customer = ticket.customer.and_then(|customer| customer.id);
        rows::piece(&Gorgias, ticket.id, ticket.channel, customer, messages)
    };
    found.piece(piece);
    Ok(())
}

const UNPLACED: &str = "a message without `ticket_id` cannot be placed; \
                        write the ticket and its messages as {\"id\": …, \"messages\": […]}";
