//! Zendesk: tickets with their comments, audits and events of tickets, the conversation log, webhook bodies.
//!
//! Facts of the vendor that this follows: a ticket object holds no comments unless somebody put them in
//! (the account export does); without them its `description` is the first comment, and its submitter wrote
//! that. A comment names its author by `author_id` only, so that the `role` of a user elsewhere tells whether
//! an agent (`agent`, `admin`) or a customer (`end-user`) wrote it; -1 is Zendesk itself. `public` says whether
//! the customer sees it. What a trigger, an automation or a merge wrote has `via.channel` `rule` or `system`;
//! `chat_transcript` and the voice comments are texts that Zendesk puts together.

mod events;

use super::fields::{Id, Time, body};
use super::{Author, Found, JsonTool, Piece, PieceMessage, Wrong, json, missing, rows};
use crate::conversation::{Format, MessageId, Role, Visibility};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Zendesk.
#[derive(Debug)]
pub struct Zendesk;

const NAME: &str = "zendesk";

/// What a record is, by its keys.
#[derive(Clone, Copy)]
enum Kind {
    /// `{"ticket": …}`, with the ticket's comments, audits or log and its users beside it, or nothing.
    Wrap,
    Ticket,
    Comment,
    /// One change of a ticket: an audit, or an event of the incremental export.
    Audit,
    /// An entry of a ticket's conversation log.
    Logged,
    Webhook,
    User,
}

impl Kind {
    fn of(has: impl Fn(&str) -> bool) -> Option<Self> {
        let all = |keys: &[&str]| keys.iter().all(|key| has(key));
        let any = |keys: &[&str]| keys.iter().any(|key| has(key));
        Some(match () {
            () if has("zendesk_event_version") => Self::Webhook,
            () if has("ticket") => Self::Wrap,
            () if all(&["ticket_id", "child_events"]) || all(&["ticket_id", "events", "author_id"]) => Self::Audit,
            () if any(&["submitter_id", "submitter"]) && any(&["requester_id", "requester"]) => Self::Ticket,
            () if all(&["author_id", "public"]) && any(&["body", "html_body", "plain_body"]) => Self::Comment,
            () if all(&["reference", "author", "content", "metadata"]) => Self::Logged,
            () if all(&["role", "url", "email"]) => Self::User,
            () => return None,
        })
    }
}

#[derive(Deserialize)]
struct Ticket {
    id: Id,
    status: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    via: Option<Via>,
    requester_id: Option<Id>,
    #[serde(default, deserialize_with = "json::lenient")]
    requester: Option<User>,
    #[serde(default, deserialize_with = "json::lenient")]
    submitter: Option<User>,
    #[serde(default, deserialize_with = "json::lenient")]
    assignee: Option<User>,
    comments: Option<Vec<Box<RawValue>>>,
}

/// The first comment, as a ticket without its comments shows it.
#[derive(Deserialize)]
struct Opening {
    description: Option<String>,
    submitter_id: Option<Id>,
    created_at: Option<Time>,
    is_public: Option<bool>,
}

#[derive(Deserialize)]
struct Wrap {
    ticket: Box<RawValue>,
    comments: Option<Vec<Box<RawValue>>>,
    audits: Option<Vec<Box<RawValue>>>,
    events: Option<Vec<Box<RawValue>>>,
    users: Option<Vec<Box<RawValue>>>,
}

#[derive(Deserialize)]
struct User {
    id: Id,
    name: Option<String>,
    role: Option<String>,
}

impl User {
    /// The side that the user is on, where it is said.
    fn side(&self) -> Result<Option<Role>, Wrong> {
        match self.role.as_deref() {
            None => Ok(None),
            Some("agent" | "admin") => Ok(Some(Role::Agent)),
            Some("end-user") => Ok(Some(Role::Customer)),
            Some(role) => Err((
                "/role".to_owned(),
                format!("`{role}` is no role of a user; expected `agent`, `admin` or `end-user`"),
            )),
        }
    }
}

#[derive(Deserialize)]
struct Via {
    channel: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    source: Option<ViaSource>,
}

#[derive(Deserialize)]
struct ViaSource {
    rel: Option<String>,
}

impl Via {
    /// Whether Zendesk wrote it. An answer that an agent gave to all tickets of one problem is the agent's.
    fn automatic(&self) -> bool {
        let rel = self.source.as_ref().and_then(|source| source.rel.as_deref());
        matches!(self.channel.as_deref(), Some("rule" | "system" | "chat_transcript")) && rel != Some("problem")
    }
}

#[derive(Deserialize)]
struct Comment {
    id: Option<Id>,
    ticket_id: Option<Id>,
    #[serde(rename = "type")]
    kind: Option<String>,
    author_id: Option<Id>,
    #[serde(default, deserialize_with = "json::lenient")]
    author: Option<User>,
    public: Option<bool>,
    comment_present: Option<bool>,
    created_at: Option<Time>,
    plain_body: Option<String>,
    html_body: Option<String>,
    body: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    via: Option<Via>,
}

/// What a comment takes from the record that it stands in.
#[derive(Default)]
struct Around {
    author: Option<Id>,
    sent: Option<Time>,
    via: Option<Via>,
}

impl Comment {
    /// As a message; `None` without words.
    fn message(self, around: &Around) -> Result<Option<PieceMessage>, Wrong> {
        let bodies = [(self.plain_body, Some(Format::Plain)), (self.html_body, Some(Format::Html)), (self.body, None)];
        let Some((body, format)) = body(bodies).filter(|(body, _)| !redacted(body)) else {
            // The incremental export of events leaves comments out unless asked.
            let left_out =
                || (String::new(), "the comment is left out; export with `include=comment_events`".to_owned());
            return if self.comment_present == Some(true) { Err(left_out()) } else { Ok(None) };
        };
        let id = self.author_id.or_else(|| Some(self.author.as_ref()?.id.clone())).or_else(|| around.author.clone());
        let Some(id) = id else { return Err(missing("author_id", "who wrote it")) };
        let Some(public) = self.public else { return Err(missing("public", "whether the customer sees it")) };
        let spoken = self.kind.as_deref().is_some_and(|kind| kind.contains("Voice"));
        let by_zendesk = self.via.as_ref().or(around.via.as_ref()).is_some_and(Via::automatic);
        let role = match &self.author {
            Some(user) => user.side().map_err(within("/author"))?,
            None => None,
        };
        let name = self.author.and_then(|user| user.name);
        Ok(Some(PieceMessage {
            id: self.id.map(|id| MessageId(id.0)),
            author: author(Some(id), role, name),
            sent: self.created_at.or_else(|| around.sent.clone()).map(|time| time.0),
            visibility: visibility(public),
            format,
            automatic: by_zendesk || spoken,
            body,
        }))
    }
}

/// Whether nothing is left of `body`: a redacted letter is a ▇.
fn redacted(body: &str) -> bool {
    let mut in_tag = false;
    let mut left = |c: char| {
        in_tag = c == '<' || in_tag && c != '>';
        !in_tag && c.is_alphanumeric()
    };
    body.contains('▇') && !body.contains(&mut left)
}

fn author(id: Option<Id>, role: Option<Role>, name: Option<String>) -> Author {
    // Zendesk itself writes as user -1.
    let role = if id.as_ref().is_some_and(|id| id.0 == "-1") { Some(Role::System) } else { role };
    Author::new(role, id, name)
}

fn visibility(public: bool) -> Visibility {
    if public { Visibility::Public } else { Visibility::Internal }
}

/// What is wrong at `at`, seen from the record.
fn within(at: &str) -> impl Fn(Wrong) -> Wrong {
    move |(pointer, reason)| (format!("{at}{pointer}"), reason)
}

/// Tells of a user, who stands at `at`.
fn person(user: User, at: &str, found: &mut Found) -> Result<(), Wrong> {
    let role = user.side().map_err(within(at))?;
    found.person(NAME, user.id, role, user.name);
    Ok(())
}

/// Reads a ticket that stands at `at`, with the messages that stand beside it.
fn ticket(text: &str, at: &str, beside: Vec<PieceMessage>, found: &mut Found) -> Result<(), Wrong> {
    let ticket: Ticket = json::parse(text).map_err(within(at))?;
    if ticket.status.as_deref() == Some("deleted") {
        return Ok(());
    }
    let requester = ticket.requester_id.or_else(|| Some(ticket.requester.as_ref()?.id.clone()));
    let submitter = ticket.submitter.as_ref().map(|user| user.id.clone());
    let people = [("requester", ticket.requester), ("submitter", ticket.submitter), ("assignee", ticket.assignee)];
    for (field, user) in people {
        if let Some(user) = user {
            person(user, &format!("{at}/{field}"), found).unwrap_or_else(|wrong| found.wrong.push(wrong));
        }
    }
    let messages = match ticket.comments.filter(|comments| !comments.is_empty()) {
        _ if !beside.is_empty() => beside,
        Some(comments) => found.messages(&format!("{at}/comments"), &comments, embedded),
        None => opening(text, submitter).map_err(within(at))?.into_iter().collect(),
    };
    found.piece(rows::piece(&Zendesk, ticket.id, ticket.via.and_then(|via| via.channel), requester, messages));
    Ok(())
}

/// A comment that stands with its ticket.
fn embedded(comment: &str) -> Result<Option<PieceMessage>, Wrong> {
    json::parse::<Comment>(comment)?.message(&Around::default())
}

/// The first comment of a ticket, from its description.
fn opening(ticket: &str, submitter: Option<Id>) -> Result<Option<PieceMessage>, Wrong> {
    let opening: Opening = json::parse(ticket)?;
    let Some((body, format)) = body([(opening.description, None)]) else { return Ok(None) };
    let Some(id) = opening.submitter_id.or(submitter) else { return Err(missing("submitter_id", "who wrote it")) };
    Ok(Some(PieceMessage {
        id: None,
        author: author(Some(id), None, None),
        sent: opening.created_at.map(|time| time.0),
        visibility: visibility(opening.is_public != Some(false)),
        format,
        automatic: false,
        body,
    }))
}

fn wrap(record: &str, found: &mut Found) -> Result<(), Wrong> {
    let wrap: Wrap = json::parse(record)?;
    for (index, user) in wrap.users.unwrap_or_default().iter().enumerate() {
        let at = format!("/users/{index}");
        let read = json::parse(user.get()).map_err(within(&at)).and_then(|user| person(user, &at, found));
        read.unwrap_or_else(|wrong| found.wrong.push(wrong));
    }
    // The log has the most and the audits the least that people read; all have the comments.
    let mut messages = found.messages("/events", &wrap.events.unwrap_or_default(), events::logged);
    if messages.is_empty() {
        messages = found.messages("/comments", &wrap.comments.unwrap_or_default(), embedded);
    }
    if messages.is_empty() {
        for (index, audit) in wrap.audits.unwrap_or_default().iter().enumerate() {
            match events::audit(audit.get(), &format!("/audits/{index}"), found) {
                Ok(piece) => messages.extend(piece.messages),
                Err(wrong) => found.wrong.push(wrong),
            }
        }
    }
    ticket(wrap.ticket.get(), "/ticket", messages, found)
}

impl JsonTool for Zendesk {
    fn name(&self) -> &'static str {
        NAME
    }

    fn title(&self) -> &'static str {
        "Zendesk"
    }

    fn lists(&self) -> &'static [&'static str] {
        &["/tickets", "/ticket_events", "/audits", "/comments", "/events", "/users", "/results"]
    }

    fn record_keys(&self) -> &'static [&'static str] {
        &["id", "ticket"]
    }

    fn recognises(&self, _: &str, record: &Map<String, Value>) -> bool {
        match Kind::of(|key| record.contains_key(key)) {
            // Other tools have tickets too.
            Some(Kind::Wrap) => {
                ["comments", "audits", "events"].iter().any(|key| record.contains_key(*key))
                    || record["ticket"].get("submitter_id").is_some()
            }
            kind => kind.is_some(),
        }
    }

    fn whole(&self) -> bool {
        false
    }

    fn read(&self, list: &str, record: &str, found: &mut Found) -> Result<(), Wrong> {
        let keys = json::keys(record)?;
        let kind = if list == "/users" { Some(Kind::User) } else { Kind::of(|key| keys.contains_key(key)) };
        let piece = match kind {
            Some(Kind::Wrap) => return wrap(record, found),
            Some(Kind::Ticket) => return ticket(record, "", Vec::new(), found),
            Some(Kind::User) => return person(json::parse(record)?, "", found),
            Some(Kind::Comment) => comment(record)?,
            Some(Kind::Audit) => Some(events::audit(record, "", found)?),
            Some(Kind::Webhook) => events::webhook(record)?,
            Some(Kind::Logged) => return Err((String::new(), ALONE.replace("comments", "events"))),
            None => {
                let reason = "neither a ticket nor a comment, an audit, an event or a user of Zendesk";
                return Err((String::new(), reason.to_owned()));
            }
        };
        if let Some(piece) = piece {
            found.piece(piece);
        }
        Ok(())
    }
}

const ALONE: &str = "does not say which ticket it belongs to; give the comments of a ticket together as \
    {\"ticket\": {\"id\": …}, \"comments\": […], \"users\": […]}";

/// A comment on its own, as tools that copy Zendesk's data write them.
fn comment(record: &str) -> Result<Option<Piece>, Wrong> {
    let mut comment: Comment = json::parse(record)?;
    let Some(ticket) = comment.ticket_id.take() else { return Err((String::new(), ALONE.to_owned())) };
    let message = comment.message(&Around::default())?;
    Ok(message.map(|message| rows::piece(&Zendesk, ticket, None, None, vec![message])))
}
