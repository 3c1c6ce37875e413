//! Intercom: conversation objects, alone or in lists. The opening message is in `source`, what follows in
//! `conversation_parts`; only parts with words count, not assignments and events.
//!
//! Fields after the vendor's public OpenAPI description (2.14): `author.type` is `admin`, `user`, `lead`,
//! `contact` or `bot`; answers of its own machine are marked `from_ai_agent` or `is_ai_answer`.

use super::fields::{Id, Time};
use super::{Author, Found, JsonTool, Piece, PieceMessage, Wrong, json};
use crate::conversation::{ConversationId, MessageId, Role, Visibility};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Intercom.
#[derive(Debug)]
pub struct Intercom;

/// What a webhook sends: a conversation, wrapped.
#[derive(Deserialize)]
struct Notification {
    #[serde(default)]
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    item: Option<Conversation>,
}

#[derive(Deserialize)]
struct Conversation {
    id: Id,
    #[serde(default)]
    created_at: Option<Time>,
    /// Called `conversation_message` by older versions.
    #[serde(default, alias = "conversation_message")]
    source: Option<Opening>,
    #[serde(default)]
    conversation_parts: Option<Parts>,
}

#[derive(Deserialize)]
struct Opening {
    #[serde(default)]
    id: Option<Id>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    author: Option<Writer>,
    #[serde(default)]
    redacted: bool,
}

#[derive(Deserialize)]
struct Parts {
    #[serde(default)]
    conversation_parts: Vec<Value>,
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    id: Option<Id>,
    part_type: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    created_at: Option<Time>,
    #[serde(default)]
    author: Option<Writer>,
    #[serde(default)]
    redacted: bool,
}

#[derive(Deserialize)]
struct Writer {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: Option<Id>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    from_ai_agent: bool,
    #[serde(default)]
    is_ai_answer: bool,
}

impl Writer {
    fn role(&self) -> Role {
        match self.kind.as_str() {
            _ if self.from_ai_agent || self.is_ai_answer => Role::Bot,
            "admin" | "team" => Role::Agent,
            "bot" => Role::Bot,
            _ => Role::Customer,
        }
    }

    fn author(self) -> Author {
        Author::new(Some(self.role()), self.id, self.name)
    }
}

/// Parts that people read: replies and notes. All else is bookkeeping.
const WITH_WORDS: [&str; 4] = ["comment", "note", "quick_reply", "note_and_reopen"];

impl JsonTool for Intercom {
    fn name(&self) -> &'static str {
        "intercom"
    }

    fn title(&self) -> &'static str {
        "Intercom"
    }

    fn lists(&self) -> &'static [&'static str] {
        &["/conversations", "/data"]
    }

    fn recognises(&self, _: &str, record: &Map<String, Value>) -> bool {
        let conversation = record.get("data").and_then(|data| data.get("item")?.as_object()).unwrap_or(record);
        conversation.get("type").and_then(Value::as_str) == Some("conversation")
            && ["conversation_parts", "source", "conversation_message"]
                .iter()
                .any(|key| conversation.contains_key(*key))
    }

    fn whole(&self) -> bool {
        true
    }

    fn read(&self, _: &str, record: &str, found: &mut Found) -> Result<(), Wrong> {
        let conversation = match json::parse::<Notification>(record) {
            Ok(Notification { data: Some(Data { item: Some(conversation) }) }) => conversation,
            _ => json::parse::<Conversation>(record)?,
        };
        let mut messages = Vec::new();
        let mut channel = None;
        if let Some(opening) = conversation.source {
            // Older versions tell no channel.
            channel = opening.kind.filter(|kind| kind != "conversation_message");
            if let Some(body) = opening.body.filter(|body| !opening.redacted && !body.trim().is_empty()) {
                messages.push(PieceMessage {
                    id: opening.id.map(|id| MessageId(id.0)),
                    author: opening.author.map(Writer::author).unwrap_or_default(),
                    sent: conversation.created_at.map(|time| time.0),
                    visibility: Visibility::Public,
                    format: None,
                    automatic: false,
                    body,
                });
            }
        }
        let parts = conversation.conversation_parts.map(|parts| parts.conversation_parts).unwrap_or_default();
        for (index, part) in parts.into_iter().enumerate() {
            match json::parse::<Part>(&part.to_string()) {
                Err((pointer, reason)) => {
                    found.wrong(format!("/conversation_parts/conversation_parts/{index}{pointer}"), reason);
                }
                Ok(part) => messages.extend(message(part)),
            }
        }
        found.piece(Piece {
            source: self.name().into(),
            conversation: Some(ConversationId(conversation.id.0)),
            channel,
            requester: None,
            messages,
        });
        Ok(())
    }
}

fn message(part: Part) -> Option<PieceMessage> {
    // Closing, opening or snoozing a conversation may carry a reply as well.
    let said = part.body.filter(|body| !part.redacted && !body.trim().is_empty())?;
    let closes = matches!(part.part_type.as_str(), "close" | "open" | "snoozed" | "assignment");
    if !closes && !WITH_WORDS.contains(&part.part_type.as_str()) {
        return None;
    }
    let internal = part.part_type.starts_with("note") || part.part_type == "assignment";
    Some(PieceMessage {
        id: part.id.map(|id| MessageId(id.0)),
        author: part.author.map(Writer::author).unwrap_or_default(),
        sent: part.created_at.map(|time| time.0),
        visibility: if internal { Visibility::Internal } else { Visibility::Public },
        format: None,
        automatic: false,
        body: said,
    })
}
