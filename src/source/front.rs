//! Front: conversations with their messages and comments, pages of either, events, and lists of teammates.
//!
//! Fields after the vendor's public API pages: `is_inbound` tells what was received from what was sent, the
//! `author` is a teammate, and the customer is the recipient in the role `from`. `draft_mode` (before: `is_draft`)
//! marks drafts, `error_type` those that could not be sent. Comments are talk among teammates. Each names its
//! conversation in its links. Bodies of tweets are replaced by `[REDACTED]`. An event has what it is about in
//! `target`, unless it is a preview; webhooks of an application wrap it in `payload`.

use super::fields::{self, Id, Time};
use super::rows::{self, Rows};
use super::{Author, Found, JsonTool, PieceMessage, Wrong, json, missing};
use crate::conversation::{Format, MessageId, Role, Visibility};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Front.
#[derive(Debug)]
pub struct Front;

/// A conversation, a message, a comment, a teammate, or a conversation with messages and comments beside it.
#[derive(Deserialize)]
struct Whole {
    id: Option<Id>,
    messages: Option<Rows>,
    comments: Option<Rows>,
    conversation: Option<Box<RawValue>>,
    /// Only messages have one.
    is_inbound: Option<IgnoredAny>,
    /// Only what an application's webhook sends has one.
    payload: Option<Box<RawValue>>,
}

/// Something that happened to a conversation.
#[derive(Deserialize)]
struct Event {
    conversation: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "json::lenient")]
    target: Option<Target>,
}

/// What an event is about. Events of assignees and tags have data of other kinds.
#[derive(Deserialize)]
struct Target {
    data: Option<Value>,
}

#[derive(Deserialize)]
struct Conversation {
    id: Id,
    status: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    recipient: Option<Recipient>,
}

#[derive(Deserialize)]
struct Message {
    id: Option<Id>,
    is_inbound: bool,
    is_draft: Option<bool>,
    draft_mode: Option<IgnoredAny>,
    error_type: Option<IgnoredAny>,
    created_at: Option<Time>,
    author: Option<Teammate>,
    recipients: Option<Vec<Recipient>>,
    text: Option<String>,
    body: Option<String>,
}

#[derive(Deserialize)]
struct Comment {
    id: Option<Id>,
    posted_at: Option<Time>,
    author: Option<Teammate>,
    body: Option<String>,
}

#[derive(Deserialize)]
struct Teammate {
    id: Option<Id>,
    first_name: Option<String>,
    last_name: Option<String>,
}

impl Teammate {
    fn author(self) -> Author {
        Author::new(Some(Role::Agent), self.id, rows::name([self.first_name, self.last_name]))
    }
}

#[derive(Deserialize)]
struct Recipient {
    role: Option<String>,
    handle: Option<Id>,
    name: Option<String>,
}

/// What places a message or comment that stands alone.
#[derive(Deserialize)]
struct Placed {
    conversation_id: Option<Id>,
    #[serde(default, rename = "type", deserialize_with = "json::lenient")]
    channel: Option<String>,
    #[serde(default, rename = "_links", deserialize_with = "json::lenient")]
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Links {
    related: Related,
}

#[derive(Deserialize)]
struct Related {
    conversation: String,
}

impl Placed {
    /// The id at the end of `https://…/conversations/cnv_1`.
    fn conversation(&self) -> Option<Id> {
        self.conversation_id.clone().or_else(|| {
            let (_, id) = self.links.as_ref()?.related.conversation.split_once("/conversations/")?;
            Some(Id(id.to_owned()))
        })
    }
}

fn message(message: Message) -> Result<Option<PieceMessage>, Wrong> {
    let draft = message.is_draft == Some(true) || message.draft_mode.is_some();
    if draft || message.error_type.is_some() {
        return Ok(None);
    }
    let Some((body, format)) = fields::body([(message.text, Some(Format::Plain)), (message.body, None)]) else {
        return Ok(None);
    };
    if body == "[REDACTED]" {
        return Ok(None);
    }
    let author = match (message.is_inbound, message.author) {
        (true, _) => {
            let from =
                message.recipients.unwrap_or_default().into_iter().find(|one| one.role.as_deref() == Some("from"));
            let (handle, name) = from.map_or((None, None), |from| (from.handle, from.name));
            Author::new(Some(Role::Customer), handle, name)
        }
        (false, Some(author)) => author.author(),
        (false, None) => Author::new(Some(Role::Agent), None, None),
    };
    Ok(Some(PieceMessage {
        id: message.id.map(|id| MessageId(id.0)),
        author,
        sent: message.created_at.map(|time| time.0),
        visibility: Visibility::Public,
        format,
        automatic: false,
        body,
    }))
}

fn comment(comment: Comment) -> Result<Option<PieceMessage>, Wrong> {
    let Some((body, format)) = fields::body([(comment.body, None)]) else { return Ok(None) };
    // Rules and integrations comment too.
    let author = match comment.author {
        Some(author) => author.author(),
        None => Author::new(Some(Role::Bot), None, None),
    };
    Ok(Some(PieceMessage {
        id: comment.id.map(|id| MessageId(id.0)),
        author,
        sent: comment.posted_at.map(|time| time.0),
        visibility: Visibility::Internal,
        format,
        automatic: false,
        body,
    }))
}

fn starts(id: &Value, prefix: &str) -> bool {
    id.as_str().is_some_and(|id| id.starts_with(prefix))
}

impl JsonTool for Front {
    fn name(&self) -> &'static str {
        "front"
    }

    fn title(&self) -> &'static str {
        "Front"
    }

    fn lists(&self) -> &'static [&'static str] {
        &["/_results"]
    }

    fn recognises(&self, _: &str, record: &Map<String, Value>) -> bool {
        let is_ours = |record: &Map<String, Value>| {
            let id = record.get("id").unwrap_or(&Value::Null);
            record.contains_key("is_inbound")
                || (record.contains_key("emitted_at") && starts(id, "evt_"))
                || (starts(id, "com_") && record.contains_key("posted_at"))
                || (record.contains_key("_links") && (starts(id, "cnv_") || starts(id, "tea_")))
        };
        let event = record.get("payload").and_then(Value::as_object).unwrap_or(record);
        is_ours(event) || ["messages", "comments"].iter().any(|key| rows::first(record, key).is_some_and(is_ours))
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
    let id = whole.id.map(|id| id.0).unwrap_or_default();
    if id.starts_with("evt_") {
        return event(record, found);
    }
    if let Some(payload) = whole.payload {
        return event(payload.get(), found).map_err(|(pointer, reason)| (format!("/payload{pointer}"), reason));
    }
    if id.starts_with("tea_") {
        let teammate: Teammate = json::parse(record)?;
        found.person(Front.name(), Id(id), Some(Role::Agent), rows::name([teammate.first_name, teammate.last_name]));
        return Ok(());
    }
    let is_message = whole.is_inbound.is_some() || id.starts_with("msg_");
    if is_message || id.starts_with("com_") {
        let one = if is_message { message(json::parse(record)?)? } else { comment(json::parse(record)?)? };
        let placed: Placed = json::parse(record)?;
        let Some(id) = placed.conversation() else { return Err((String::new(), UNPLACED.to_owned())) };
        found.piece(rows::piece(&Front, id, placed.channel, None, one.into_iter().collect()));
        return Ok(());
    }
    let about: Conversation = rows::about(record, "conversation", whole.conversation.as_deref())?;
    if about.status.as_deref() == Some("deleted") {
        return Ok(());
    }
    let rows = whole.messages.unwrap_or_default();
    let channel = rows.first::<Placed>().and_then(|first| first.channel);
    let mut messages = rows.read("/messages", found, message);
    messages.extend(whole.comments.unwrap_or_default().read("/comments", found, comment));
    let customer = about.recipient.and_then(|recipient| recipient.handle);
    found.piece(rows::piece(&Front, about.id, channel, customer, messages));
    Ok(())
}

/// Reads the message or the comment that an event is about, where the event has it with its words.
fn event(record: &str, found: &mut Found) -> Result<(), Wrong> {
    let event: Event = json::parse(record)?;
    let Some(data) = event.target.and_then(|target| target.data) else { return Ok(()) };
    let has = |key: &str| data.get(key).is_some_and(|value| !value.is_null());
    let is_comment = data.get("id").is_some_and(|id| starts(id, "com_"));
    if !(has("text") || has("body")) || !(is_comment || has("is_inbound")) {
        return Ok(());
    }
    let Some(about) = event.conversation else { return Err(missing("conversation", "where it belongs")) };
    let about: Conversation =
        json::parse(about.get()).map_err(|(pointer, reason)| (format!("/conversation{pointer}"), reason))?;
    let text = data.to_string();
    let one = if is_comment { json::parse(&text).and_then(comment) } else { json::parse(&text).and_then(message) };
    let one = one.map_err(|(pointer, reason)| (format!("/target/data{pointer}"), reason))?;
    let placed: Placed = json::parse(&text)?;
    let customer = about.recipient.and_then(|recipient| recipient.handle);
    found.piece(rows::piece(&Front, about.id, placed.channel, customer, one.into_iter().collect()));
    Ok(())
}

const UNPLACED: &str = "a message without `_links.related.conversation` cannot be placed; \
                        write the conversation and its messages as {\"id\": …, \"messages\": […]}";
