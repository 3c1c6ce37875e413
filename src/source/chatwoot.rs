//! Chatwoot: conversations with their messages, pages of messages, and the messages that its webhooks send.
//!
//! Fields after the public source (views and models of messages and conversations): `message_type` is 0
//! `incoming`, 1 `outgoing`, 2 `activity` or 3 `template`, as a number in the API and a word in webhooks.
//! What goes out was written by a person where its sender is a `user`; without a sender it comes from an
//! automation, or, marked `external_echo`, from an app beside Chatwoot. Templates are greetings and surveys.

use super::fields::{self, Id, Time};
use super::rows::{self, Rows};
use super::{Author, Found, JsonTool, PieceMessage, Wrong, json};
use crate::conversation::{MessageId, Role, Visibility};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Chatwoot.
#[derive(Debug)]
pub struct Chatwoot;

/// A conversation, a message, or a conversation and its messages side by side.
#[derive(Deserialize)]
struct Whole {
    messages: Option<Rows>,
    conversation: Option<Box<RawValue>>,
    /// Only messages have one.
    message_type: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Conversation {
    id: Option<Id>,
    #[serde(default, deserialize_with = "json::lenient")]
    channel: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct Meta {
    channel: Option<String>,
    sender: Option<Sender>,
}

impl Conversation {
    /// `Channel::Email` to `email`.
    fn channel(&self) -> Option<String> {
        let written = self.meta.as_ref().and_then(|meta| meta.channel.as_ref()).or(self.channel.as_ref())?;
        let name = written.strip_prefix("Channel::").unwrap_or(written);
        Some(match name {
            "WebWidget" => "chat".to_owned(),
            "TwilioSms" => "sms".to_owned(),
            _ => name.to_lowercase(),
        })
    }
}

#[derive(Deserialize)]
struct Message {
    id: Option<Id>,
    conversation_id: Option<Id>,
    #[serde(default, deserialize_with = "json::lenient")]
    conversation: Option<Conversation>,
    message_type: Id,
    private: Option<bool>,
    content: Option<String>,
    created_at: Option<Time>,
    #[serde(default, deserialize_with = "json::lenient")]
    status: Option<Id>,
    #[serde(default, deserialize_with = "json::lenient")]
    content_attributes: Option<Attributes>,
    #[serde(default, deserialize_with = "json::lenient")]
    additional_attributes: Option<Campaign>,
    sender: Option<Sender>,
    sender_id: Option<Id>,
    sender_type: Option<String>,
}

#[derive(Deserialize, Default)]
struct Attributes {
    deleted: Option<bool>,
    external_echo: Option<bool>,
    automation_rule_id: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Campaign {
    campaign_id: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Sender {
    id: Option<Id>,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Who wrote what goes out. Old versions name no type: their senders are users.
fn sender(kind: Option<&str>, named: bool, echo: bool) -> Result<Role, Wrong> {
    match kind {
        Some("user" | "User") => Ok(Role::Agent),
        Some("agent_bot" | "AgentBot" | "captain_assistant" | "Captain::Assistant") => Ok(Role::Bot),
        Some(other) => {
            let reason = rows::unexpected(other, "`user`, `agent_bot` or `captain_assistant` for what goes out");
            Err(("/sender/type".to_owned(), reason))
        }
        None if named || echo => Ok(Role::Agent),
        None => Ok(Role::Bot),
    }
}

fn message(message: Message) -> Result<Option<PieceMessage>, Wrong> {
    let attributes = message.content_attributes.unwrap_or_default();
    let failed = message.status.is_some_and(|status| matches!(status.0.as_str(), "failed" | "3"));
    if failed || attributes.deleted == Some(true) {
        return Ok(None);
    }
    let (kind, named) = (message.sender.as_ref().and_then(|sender| sender.kind.as_deref()), message.sender.is_some());
    let kind = kind.or(message.sender_type.as_deref());
    let role = match message.message_type.0.as_str() {
        "2" | "activity" => return Ok(None),
        "0" | "incoming" => Role::Customer,
        "1" | "outgoing" => sender(kind, named, attributes.external_echo == Some(true))?,
        "3" | "template" => Role::Bot,
        other => {
            let reason = rows::unexpected(other, "`incoming`, `outgoing`, `activity` or `template`");
            return Err(("/message_type".to_owned(), reason));
        }
    };
    let Some((body, format)) = fields::body([(message.content, None)]) else { return Ok(None) };
    let campaign = message.additional_attributes.is_some_and(|attributes| attributes.campaign_id.is_some());
    let by_rule = attributes.automation_rule_id.is_some() || campaign;
    let author = match message.sender {
        Some(sender) => Author::new(Some(role), sender.id, sender.name),
        None => Author::new(Some(role), message.sender_id, None),
    };
    Ok(Some(PieceMessage {
        id: message.id.map(|id| MessageId(id.0)),
        automatic: role != Role::Customer && (by_rule || matches!(message.message_type.0.as_str(), "3" | "template")),
        author,
        sent: message.created_at.map(|time| time.0),
        visibility: if message.private == Some(true) { Visibility::Internal } else { Visibility::Public },
        format,
        body,
    }))
}

impl JsonTool for Chatwoot {
    fn name(&self) -> &'static str {
        "chatwoot"
    }

    fn title(&self) -> &'static str {
        "Chatwoot"
    }

    fn lists(&self) -> &'static [&'static str] {
        &["/payload", "/data/payload"]
    }

    fn recognises(&self, _: &str, record: &Map<String, Value>) -> bool {
        let row = rows::first(record, "messages").unwrap_or(record);
        let is_message = row.contains_key("message_type") && row.contains_key("content");
        is_message || ["inbox_id", "contact_last_seen_at", "messages"].iter().all(|key| record.contains_key(*key))
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
    let (id, about, messages) = if whole.message_type.is_some() {
        let mut alone: Message = json::parse(record)?;
        let about = alone.conversation.take();
        let id = alone.conversation_id.take().or_else(|| about.as_ref()?.id.clone());
        (id, about, message(alone)?.into_iter().collect())
    } else {
        let about: Conversation = rows::about(record, "conversation", whole.conversation.as_deref())?;
        (about.id.clone(), Some(about), whole.messages.unwrap_or_default().read("/messages", found, message))
    };
    let Some(id) = id else { return Err((String::new(), UNPLACED.to_owned())) };
    let channel = about.as_ref().and_then(Conversation::channel);
    let customer = about.and_then(|about| about.meta?.sender?.id);
    found.piece(rows::piece(&Chatwoot, id, channel, customer, messages));
    Ok(())
}

const UNPLACED: &str = "a message without `conversation_id` cannot be placed; \
                        write the conversation and its messages as {\"id\": …, \"messages\": […]}";
