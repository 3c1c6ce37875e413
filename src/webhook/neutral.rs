//! Any other tool or program: a secret in a header, and our own neutral JSON in the body.
//!
//! The body is a conversation, or those of its messages that are new, or `{"conversation": …, "message": …}` with
//! one. Deliveries come late, twice and in any order: here a conversation and each of its messages must have an id,
//! and each message its time.

use super::{Delivery, Event, Refused, Secret, Tool, Verified, problem, shared_secret};
use crate::conversation::neutral::wrong_value;
use crate::conversation::{Conversation, ConversationId, Message};
use crate::source::{Author, Piece, PieceMessage, Problem, Record, Wrong, json};
use jiff::Timestamp;
use serde::Deserialize;

/// Any other tool.
#[derive(Debug)]
pub struct Neutral;

/// One message with the conversation that it belongs to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    conversation: ConversationId,
    source: Option<String>,
    channel: Option<String>,
    message: Message,
}

/// Reads a conversation, or one message with the conversation it belongs to.
pub fn read(text: &str) -> Result<Event, Wrong> {
    let one = json::keys(text)?.contains_key("message");
    let (conversation, at) = if one {
        let One { conversation, source, channel, message } = json::parse(text)?;
        (Conversation { id: Some(conversation), source, channel, messages: vec![message] }, "/message")
    } else {
        (json::parse(text)?, "/messages")
    };
    let Some(id) = conversation.id else {
        return Err((String::new(), "no `id`: later messages of this conversation could not join it".to_owned()));
    };
    let mut messages = Vec::new();
    for (index, message) in conversation.messages.into_iter().enumerate() {
        let at = if one { at.to_owned() } else { format!("{at}/{index}") };
        if let Some((field, reason)) = wrong_value(&message) {
            return Err((format!("{at}/{field}"), reason));
        }
        messages.push(piece_message(message).map_err(|reason| (at, reason))?);
    }
    if messages.is_empty() {
        return Ok(Event::Nothing);
    }
    let piece = Piece {
        source: conversation.source.map_or("neutral".into(), Into::into),
        conversation: Some(id),
        channel: conversation.channel,
        requester: None,
        messages,
    };
    Ok(Event::Records { records: vec![Record::Piece(piece)], wrong: Vec::new() })
}

fn piece_message(message: Message) -> Result<PieceMessage, String> {
    if message.id.is_none() {
        return Err("no `id`: were it sent again, it would count twice".to_owned());
    }
    if message.sent.is_none() {
        return Err("no `sent`: its place in the conversation is not known".to_owned());
    }
    let author = message.author;
    Ok(PieceMessage {
        id: message.id,
        author: Author { role: Some(author.role), id: author.id, name: author.name },
        sent: message.sent,
        visibility: message.visibility,
        format: message.format,
        automatic: message.automatic,
        body: message.body,
    })
}

impl Tool for Neutral {
    fn name(&self) -> &'static str {
        "neutral"
    }

    fn title(&self) -> &'static str {
        "Any other tool"
    }

    fn guide(&self) -> &'static str {
        include_str!("guides/neutral.md")
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
        shared_secret::verify(delivery, secrets)
    }

    fn read(&self, body: &str, _: Timestamp) -> Result<Event, Problem> {
        read(body).map_err(|wrong| problem(wrong, body))
    }
}
