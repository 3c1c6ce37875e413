//! What happened on a Zendesk ticket: audits, events of the incremental export, the conversation log, webhooks.
//!
//! An audit lists the changes of one save; those of type `Comment` and the like are messages, and a chat's
//! lines stand in `value.history` of its event. E-mails of triggers (`Notification`) are templates, not texts.
//! Of the log's entries, comments say whether they are public, messages of a messaging conversation are.

use super::{Around, Comment, Via, Zendesk, author, opening, visibility, within};
use crate::conversation::{Format, MessageId, Role};
use crate::source::fields::{Id, Time, body};
use crate::source::{Found, Piece, PieceMessage, Wrong, json, missing, rows};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Audit {
    ticket_id: Id,
    created_at: Option<Time>,
    #[serde(alias = "updater_id")]
    author_id: Option<Id>,
    #[serde(default, deserialize_with = "json::lenient")]
    via: Option<Via>,
    events: Option<Vec<Box<RawValue>>>,
    child_events: Option<Vec<Box<RawValue>>>,
}

/// What a change is. The incremental export says it in `event_type`, where `type` may be a ticket's.
#[derive(Deserialize)]
struct Change {
    #[serde(default, deserialize_with = "json::lenient")]
    event_type: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    r#type: Option<String>,
}

#[derive(Deserialize)]
struct Chat {
    #[serde(default, deserialize_with = "json::lenient")]
    value: Option<Talk>,
}

#[derive(Deserialize)]
struct Talk {
    history: Option<Vec<Box<RawValue>>>,
}

#[derive(Deserialize)]
struct Line {
    r#type: Option<String>,
    message_id: Option<Id>,
    message: Option<String>,
    actor_id: Option<Id>,
    actor_type: Option<String>,
    actor_name: Option<String>,
    timestamp: Option<Time>,
}

#[derive(Deserialize)]
struct Logged {
    id: Option<Id>,
    r#type: String,
    created_at: Option<Time>,
    author: Option<Writer>,
    content: Option<Content>,
    #[serde(default, deserialize_with = "json::lenient")]
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Writer {
    r#type: Option<String>,
    #[serde(rename = "zen:support:user_id")]
    support: Option<Id>,
    #[serde(rename = "zen:sunco:user_id")]
    messaging: Option<Id>,
    display_name: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    r#type: Option<String>,
    body: Option<String>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(alias = "is_public")]
    public: Option<bool>,
}

#[derive(Deserialize)]
struct Webhook {
    r#type: String,
    time: Option<Time>,
    detail: Box<RawValue>,
    event: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Detail {
    id: Id,
    requester_id: Option<Id>,
    #[serde(default, deserialize_with = "json::lenient")]
    via: Option<Via>,
}

#[derive(Deserialize)]
struct MessageAdded {
    actor: Actor,
    message: Said,
}

#[derive(Deserialize)]
struct Actor {
    id: Option<Id>,
    name: Option<String>,
    r#type: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    id: Option<Id>,
    body: Option<String>,
}

#[derive(Deserialize)]
struct CommentAdded {
    comment: Added,
}

#[derive(Deserialize)]
struct Added {
    id: Option<Id>,
    body: Option<String>,
    is_public: Option<bool>,
    author: Staff,
}

#[derive(Deserialize)]
struct Staff {
    id: Id,
    is_staff: Option<bool>,
    name: Option<String>,
}

/// The side that `kind` of author is on; `at` is where it stands.
fn role(kind: Option<&str>, at: &str) -> Result<Role, Wrong> {
    match kind {
        Some("agent" | "admin") => Ok(Role::Agent),
        Some("user" | "end_user" | "end-user") => Ok(Role::Customer),
        Some("bot") => Ok(Role::Bot),
        Some("system" | "trigger") => Ok(Role::System),
        None => Err(missing(at.trim_start_matches('/'), "the side of its author")),
        Some(kind) => Err((
            at.to_owned(),
            format!("`{kind}` is no known author; expected `agent`, `user`, `end_user`, `bot`, `trigger` or `system`"),
        )),
    }
}

/// The messages in one change of a ticket, which stands at `at`.
pub(super) fn audit(record: &str, at: &str, found: &mut Found) -> Result<Piece, Wrong> {
    let audit: Audit = json::parse(record).map_err(within(at))?;
    let (key, events) = match (audit.events, audit.child_events) {
        (None, Some(events)) => ("child_events", events),
        (events, _) => ("events", events.unwrap_or_default()),
    };
    let around = Around { author: audit.author_id, sent: audit.created_at, via: audit.via };
    let kind = |event: &str| -> Option<String> {
        let change: Change = json::parse(event).ok()?;
        change.event_type.or(change.r#type)
    };
    let mut messages = found.messages(&format!("{at}/{key}"), &events, |event| {
        let comments = kind(event).is_some_and(|kind| kind.ends_with("Comment"));
        if comments { json::parse::<Comment>(event)?.message(&around) } else { Ok(None) }
    });
    for (index, event) in events.iter().enumerate() {
        if kind(event.get()).is_some_and(|kind| kind.starts_with("Chat")) {
            let chat = json::parse::<Chat>(event.get()).ok().and_then(|chat| chat.value?.history);
            let at = format!("{at}/{key}/{index}/value/history");
            messages.extend(found.messages(&at, &chat.unwrap_or_default(), line));
        }
    }
    // The audit that made the ticket knows how it came.
    let first = events.iter().any(|event| kind(event.get()).as_deref() == Some("Create"));
    let channel = around.via.filter(|_| first).and_then(|via| via.channel);
    Ok(rows::piece(&Zendesk, audit.ticket_id, channel, None, messages))
}

fn line(line: &str) -> Result<Option<PieceMessage>, Wrong> {
    let line: Line = json::parse(line)?;
    let Some((body, format)) = body([(line.message, None)]).filter(|_| line.r#type.as_deref() == Some("ChatMessage"))
    else {
        return Ok(None);
    };
    let role = role(line.actor_type.as_deref(), "/actor_type")?;
    Ok(Some(PieceMessage {
        id: line.message_id.map(|id| MessageId(id.0)),
        author: author(line.actor_id, Some(role), line.actor_name),
        sent: line.timestamp.map(|time| time.0),
        visibility: visibility(true),
        format,
        automatic: false,
        body,
    }))
}

/// An entry of a ticket's conversation log.
pub(super) fn logged(entry: &str) -> Result<Option<PieceMessage>, Wrong> {
    let entry: Logged = json::parse(entry)?;
    let said = entry.r#type.ends_with("ConversationMessage");
    let Some(content) = entry.content.filter(|_| said || entry.r#type.ends_with("Comment")) else { return Ok(None) };
    let written = (content.r#type.as_deref() == Some("html")).then_some(Format::Html);
    let bodies = [(content.text, Some(Format::Plain)), (content.body, written)];
    let Some((body, format)) = body(bodies) else { return Ok(None) };
    let public = entry.metadata.and_then(|metadata| metadata.public).or(said.then_some(true));
    let Some(public) = public else { return Err(missing("metadata/public", "whether the customer sees it")) };
    let Some(writer) = entry.author else { return Err(missing("author", "who wrote it")) };
    let role = role(writer.r#type.as_deref(), "/author/type")?;
    Ok(Some(PieceMessage {
        id: entry.id.map(|id| MessageId(id.0)),
        author: author(writer.support.or(writer.messaging), Some(role), writer.display_name),
        sent: entry.created_at.map(|time| time.0),
        visibility: visibility(public),
        format,
        automatic: false,
        body,
    }))
}

/// The body of an event webhook; `None` where it tells of nothing that was said.
pub(super) fn webhook(record: &str) -> Result<Option<Piece>, Wrong> {
    let webhook: Webhook = json::parse(record)?;
    let event = webhook.event.as_deref().map_or("{}", RawValue::get);
    let sent = webhook.time.map(|time| time.0);
    let message = match webhook.r#type.as_str() {
        "zen:event-type:ticket.created" => opening(webhook.detail.get(), None).map_err(within("/detail"))?,
        "zen:event-type:ticket.comment_added" => {
            let comment = json::parse::<CommentAdded>(event).map_err(within("/event"))?.comment;
            let Some((body, format)) = body([(comment.body, None)]) else { return Ok(None) };
            let Some(public) = comment.is_public else {
                return Err(missing("event/comment/is_public", "whether the customer sees it"));
            };
            let role = comment.author.is_staff.map(|staff| if staff { Role::Agent } else { Role::Customer });
            Some(PieceMessage {
                id: comment.id.map(|id| MessageId(id.0)),
                author: author(Some(comment.author.id), role, comment.author.name),
                sent,
                visibility: visibility(public),
                format,
                automatic: false,
                body,
            })
        }
        "zen:event-type:messaging_ticket.message_added" => {
            let MessageAdded { actor, message } = json::parse(event).map_err(within("/event"))?;
            let Some((body, format)) = body([(message.body, None)]) else { return Ok(None) };
            // Its bot appears as a system.
            let bot = actor.id.as_ref().is_some_and(|id| id.0 == "zd:answerBot");
            let role = if bot { Role::Bot } else { role(actor.r#type.as_deref(), "/event/actor/type")? };
            Some(PieceMessage {
                id: message.id.map(|id| MessageId(id.0)),
                author: author(actor.id, Some(role), actor.name),
                sent,
                visibility: visibility(true),
                format,
                automatic: false,
                body,
            })
        }
        _ => None,
    };
    let Some(message) = message else { return Ok(None) };
    let detail: Detail = json::parse(webhook.detail.get()).map_err(within("/detail"))?;
    let channel = detail.via.and_then(|via| via.channel);
    Ok(Some(rows::piece(&Zendesk, detail.id, channel, detail.requester_id, vec![message])))
}
