//! A message of a conversation with what was read in it and when it was sent.

use crate::conversation::{Conversation, Message, Role, Visibility};
use crate::lexicon::{Label, LabelSet};
use crate::reading::{MessageReading, NotScored};
use jiff::{SignedDuration, Timestamp};

/// A message, what was read in it, and when it was sent.
///
/// The order of the messages is believed. Where the times of two messages contradict it, the time
/// between them is not known: [`Turn::since`] gives `None`.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// The message.
    pub message: &'a Message,
    /// What was read in it.
    pub reading: &'a MessageReading,
    /// When it was sent; `None` where the message does not tell.
    pub sent: Option<Timestamp>,
}

/// The turns of `conversation`, whose messages were read as `readings`.
#[must_use]
pub fn turns<'a>(conversation: &'a Conversation, readings: &'a [MessageReading]) -> Vec<Turn<'a>> {
    let sent = |message: &Message| message.sent.as_ref().and_then(|sent| sent.parse().ok());
    let messages = conversation.messages.iter().zip(readings);
    messages.map(|(message, reading)| Turn { message, reading, sent: sent(message) }).collect()
}

impl Turn<'_> {
    /// Whether a person writes to the customer for the company: no note, no bot, no automatic answer.
    #[must_use]
    pub fn is_of_company(&self) -> bool {
        self.message.author.role == Role::Agent
            && self.message.visibility == Visibility::Public
            && !matches!(self.reading.not_scored, Some(NotScored::Automatic | NotScored::Empty))
    }

    /// Whether the customer writes.
    #[must_use]
    pub fn is_of_customer(&self) -> bool {
        self.message.author.role == Role::Customer && self.message.visibility == Visibility::Public
    }

    /// Whether something of `label` is found in it.
    #[must_use]
    pub fn says(&self, label: Label) -> bool {
        self.reading.detections.iter().any(|one| one.label == label)
    }

    /// What is found in it.
    #[must_use]
    pub fn labels(&self) -> LabelSet {
        self.reading.detections.iter().map(|one| one.label).collect()
    }

    /// The time since `earlier`, where both times are known and in the order of the conversation.
    #[must_use]
    pub fn since(&self, earlier: Option<Timestamp>) -> Option<SignedDuration> {
        let since = self.sent?.duration_since(earlier?);
        (!since.is_negative()).then_some(since)
    }
}
