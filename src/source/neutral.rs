//! Our own neutral JSON form: conversations with everything said in them.

use super::{Author, Found, JsonTool, Piece, PieceMessage, Wrong, json};
use crate::conversation::neutral::wrong_value;
use crate::conversation::{Conversation, Message};
use serde_json::{Map, Value};

/// The neutral form; `amends schema` prints its JSON Schema.
#[derive(Debug)]
pub struct Neutral;

impl JsonTool for Neutral {
    fn name(&self) -> &'static str {
        "neutral"
    }

    fn title(&self) -> &'static str {
        "Amends' own JSON"
    }

    fn lists(&self) -> &'static [&'static str] {
        &["/conversations"]
    }

    fn recognises(&self, _: &str, record: &Map<String, Value>) -> bool {
        let Some(messages) = record.get("messages").and_then(Value::as_array) else { return false };
        let known = ["id", "source", "channel", "messages"];
        record.keys().all(|key| known.contains(&key.as_str()))
            && messages.first().is_none_or(|first| first.get("author").and_then(|author| author.get("role")).is_some())
    }

    fn whole(&self) -> bool {
        true
    }

    fn read(&self, _: &str, record: &str, found: &mut Found) -> Result<(), Wrong> {
        let mut conversation: Conversation = json::parse(record)?;
        let mut messages = Vec::with_capacity(conversation.messages.len());
        for (index, message) in std::mem::take(&mut conversation.messages).into_iter().enumerate() {
            if let Some((field, reason)) = wrong_value(&message) {
                found.wrong(format!("/messages/{index}/{field}"), reason);
                continue;
            }
            messages.push(message);
        }
        found.piece(Conversation { messages, ..conversation }.into());
        Ok(())
    }
}

/// A conversation that names no source is of `neutral`.
impl From<Conversation> for Piece {
    fn from(conversation: Conversation) -> Self {
        Self {
            source: conversation.source.map_or(Neutral.name().into(), Into::into),
            conversation: conversation.id,
            channel: conversation.channel,
            requester: None,
            messages: conversation.messages.into_iter().map(PieceMessage::from).collect(),
        }
    }
}

impl From<Message> for PieceMessage {
    fn from(message: Message) -> Self {
        Self {
            id: message.id,
            author: Author { role: Some(message.author.role), id: message.author.id, name: message.author.name },
            sent: message.sent,
            visibility: message.visibility,
            format: message.format,
            automatic: message.automatic,
            body: message.body,
        }
    }
}
