//! HubSpot: messages of conversation threads, alone, in pages or put beside their thread, and lists of actors.
//!
//! Fields after the vendor's public guide: `MESSAGE` rows have a `direction`, `COMMENT` rows are internal,
//! `WELCOME_MESSAGE` rows are sent by a chat widget, other types record events. The letter before an actor's id
//! tells what it is: `A-` a user of the account, `V-` a visitor, `E-` an e-mail address, `I-` an integration,
//! `B-` a bot, `L-` the vendor's own machine, `S-` the system. A `truncationStatus` of `TRUNCATED` means that
//! words are missing; cut to the most recent reply, a message lacks only what it quotes.

use super::fields::{self, Id, Time};
use super::rows::{self, Rows};
use super::{Author, Found, JsonTool, PieceMessage, Wrong, json};
use crate::conversation::{Format, MessageId, Role, Visibility};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// HubSpot.
#[derive(Debug)]
pub struct HubSpot;

/// A thread, a message, an actor, or a thread and its messages side by side.
#[derive(Deserialize)]
struct Whole {
    id: Option<Id>,
    #[serde(rename = "type")]
    kind: Option<String>,
    senders: Option<Vec<Sender>>,
    name: Option<String>,
    messages: Option<Rows>,
    thread: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Thread {
    id: Id,
    original_channel_id: Option<Id>,
    associated_contact_id: Option<Id>,
    archived: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    id: Option<Id>,
    conversations_thread_id: Option<Id>,
    #[serde(rename = "type")]
    kind: String,
    direction: Option<String>,
    created_at: Option<Time>,
    created_by: Option<Id>,
    senders: Option<Vec<Sender>>,
    channel_id: Option<Id>,
    #[serde(default, deserialize_with = "json::lenient")]
    status: Option<Status>,
    archived: Option<bool>,
    truncation_status: Option<String>,
    text: Option<String>,
    rich_text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sender {
    actor_id: Option<Id>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    status_type: Option<String>,
}

/// What the letter of an actor's id says; an e-mail address may be on either side.
fn side(actor: &str) -> Option<Role> {
    match actor.split_once('-')?.0 {
        "A" => Some(Role::Agent),
        "V" => Some(Role::Customer),
        "B" | "I" | "L" => Some(Role::Bot),
        "S" => Some(Role::System),
        _ => None,
    }
}

/// Who wrote a message of the type `MESSAGE`: the side that `direction` tells, and on the company's whom the actor names.
fn role(direction: Option<&str>, actor: &str) -> Result<Role, Wrong> {
    match (direction, side(actor)) {
        (Some("INCOMING"), _) => Ok(Role::Customer),
        (Some("OUTGOING"), Some(Role::Customer)) => {
            let reason = format!("`OUTGOING`, but `{actor}` is a visitor: nobody says who wrote this");
            Err(("/direction".to_owned(), reason))
        }
        (Some("OUTGOING"), side) => Ok(side.unwrap_or(Role::Agent)),
        (None, Some(side)) => Ok(side),
        (direction, _) => {
            let reason = rows::unexpected(direction.unwrap_or_default(), "`INCOMING` or `OUTGOING`");
            Err(("/direction".to_owned(), reason))
        }
    }
}

fn message(message: Message) -> Result<Option<PieceMessage>, Wrong> {
    let failed = message.status.is_some_and(|status| status.status_type.as_deref() == Some("FAILED"));
    if failed || message.archived == Some(true) {
        return Ok(None);
    }
    let Some((body, format)) =
        fields::body([(message.text, Some(Format::Plain)), (message.rich_text, Some(Format::Html))])
    else {
        return Ok(None);
    };
    let sender = message.senders.and_then(|senders| senders.into_iter().next());
    let (actor, name) = sender.map_or((None, None), |sender| (sender.actor_id, sender.name));
    let actor = actor.or(message.created_by);
    let actor_id = actor.as_ref().map_or("", |actor| actor.0.as_str());
    let role = match message.kind.as_str() {
        "MESSAGE" => role(message.direction.as_deref(), actor_id)?,
        "WELCOME_MESSAGE" => Role::Bot,
        "COMMENT" => match side(actor_id) {
            Some(side) => side,
            None => {
                let reason = rows::unexpected(actor_id, "an actor such as `A-123`");
                return Err(("/senders/0/actorId".to_owned(), reason));
            }
        },
        other => {
            let reason = rows::unexpected(other, "`MESSAGE`, `COMMENT` or `WELCOME_MESSAGE`");
            return Err(("/type".to_owned(), reason));
        }
    };
    // An answer whose end is missing would be blamed for what stands there.
    if role == Role::Agent && message.truncation_status.as_deref() == Some("TRUNCATED") {
        let reason = "the text is cut off; put that of `…/messages/{id}/original-content` in its place";
        return Err(("/truncationStatus".to_owned(), reason.to_owned()));
    }
    Ok(Some(PieceMessage {
        id: message.id.map(|id| MessageId(id.0)),
        author: Author::new(Some(role), actor, name),
        sent: message.created_at.map(|time| time.0),
        visibility: if message.kind == "COMMENT" { Visibility::Internal } else { Visibility::Public },
        format,
        automatic: message.kind == "WELCOME_MESSAGE",
        body,
    }))
}

/// The channels that the vendor's guide names by number.
fn channel(id: &Id) -> Option<String> {
    let name = match id.0.as_str() {
        "1000" => "chat",
        "1001" => "facebook",
        "1002" => "email",
        _ => return None,
    };
    Some(name.to_owned())
}

/// Types of actors.
const ACTORS: [&str; 7] = ["AGENT", "BOT", "EMAIL", "INTEGRATION", "LLM", "SYSTEM", "VISITOR"];

impl JsonTool for HubSpot {
    fn name(&self) -> &'static str {
        "hubspot"
    }

    fn title(&self) -> &'static str {
        "HubSpot"
    }

    fn lists(&self) -> &'static [&'static str] {
        &["/results"]
    }

    fn recognises(&self, _: &str, record: &Map<String, Value>) -> bool {
        let has = |row: &Map<String, Value>, keys: &[&str]| keys.iter().all(|key| row.contains_key(*key));
        let kind = record.get("type").and_then(Value::as_str).unwrap_or_default();
        has(rows::first(record, "messages").unwrap_or(record), &["senders", "createdAt", "type"])
            || has(record, &["originalChannelId", "inboxId"])
            || (ACTORS.contains(&kind)
                && record.get("id").and_then(Value::as_str).is_some_and(|id| id.get(1..2) == Some("-")))
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
    if whole.kind.is_some_and(|kind| ACTORS.contains(&kind.as_str())) {
        let Some(id) = whole.id else { return Err(("/id".to_owned(), "an actor without `id`".to_owned())) };
        found.person(HubSpot.name(), id.clone(), side(&id.0), whole.name);
        return Ok(());
    }
    if whole.senders.is_some() {
        let mut alone: Message = json::parse(record)?;
        let Some(id) = alone.conversations_thread_id.take() else {
            return Err((String::new(), UNPLACED.to_owned()));
        };
        let channel = alone.channel_id.as_ref().and_then(channel);
        found.piece(rows::piece(&HubSpot, id, channel, None, message(alone)?.into_iter().collect()));
        return Ok(());
    }
    let thread: Thread = rows::about(record, "thread", whole.thread.as_deref())?;
    if thread.archived == Some(true) {
        return Ok(());
    }
    let messages = whole.messages.unwrap_or_default().read("/messages", found, message);
    let visitor = thread.associated_contact_id.map(|id| Id(format!("V-{}", id.0)));
    let channel = thread.original_channel_id.as_ref().and_then(channel);
    found.piece(rows::piece(&HubSpot, thread.id, channel, visitor, messages));
    Ok(())
}

const UNPLACED: &str = "a message without `conversationsThreadId` cannot be placed; \
                        write the thread and its messages as {\"id\": …, \"messages\": […]}";
