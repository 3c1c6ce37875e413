//! The field's nouns: a conversation of messages between participants, and its neutral JSON form.
//!
//! The neutral form is the one input of the command line that belongs to no ticketing tool; its
//! JSON Schema is [`schema`]. Field names are checked: an unknown one is an error, so that a
//! misspelt `visibility` cannot publish an internal note.

mod id;
pub mod neutral;
pub mod order;

pub use id::{ConversationId, MessageId, ParticipantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Messages between a customer and a company about one matter, in the order in which they were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conversation {
    /// Identifier within the source; taken from the position in the input when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ConversationId>,
    /// The ticketing tool it came from, for example `zendesk`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How the messages travelled, for example `email`, `chat`, `tweet`, `review_response`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The turns, oldest first.
    pub messages: Vec<Message>,
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Identifier within the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// Who wrote it.
    pub author: Participant,
    /// When it was sent: an RFC 3339 time, offset kept as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    /// Whether the customer can see it. Internal notes are never scored.
    #[serde(default)]
    pub visibility: Visibility,
    /// How `body` is written. Found out from the body when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Whether the tool marks it as sent by a machine (auto-reply, trigger). Never scored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub automatic: bool,
    /// The text as sent. All evidence is given as offsets into it.
    pub body: String,
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// On which side of the conversation.
    pub role: Role,
    /// Identifier within the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ParticipantId>,
    /// Name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The side of the conversation a participant is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person who is served.
    Customer,
    /// A person who writes for the company: the only role whose messages are scored.
    Agent,
    /// A program that writes for the company.
    Bot,
    /// The ticketing tool itself.
    System,
}

/// Whether the customer can see a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Sent to the customer.
    #[default]
    Public,
    /// A note among agents.
    Internal,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Text as is.
    Plain,
    /// HTML: tags are taken out, entities read, offsets kept.
    Html,
}

/// The JSON Schema (draft 2020-12) of the neutral form: one [`Conversation`].
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Conversation).to_value()
}
