//! Freshdesk: tickets with or without their conversations, lists of conversations, agents, contacts.
//!
//! Facts of the vendor that this follows: the opening message is the ticket's description and stands in no
//! conversation; the requester wrote it, unless the ticket began as an outgoing e-mail (`source` 10), where it
//! is not said which agent did. Of a conversation, `incoming` says on which side its author is and `private`
//! whether it is a note; `body_text` has the words without markup. What was forwarded (`source` 8) went to
//! somebody else than the customer.

use super::fields::{Id, Time, body};
use super::{Author, Found, JsonTool, Piece, PieceMessage, Wrong, json, missing, rows};
use crate::conversation::{Format, MessageId, Role, Visibility};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Freshdesk.
#[derive(Debug)]
pub struct Freshdesk;

const NAME: &str = "freshdesk";

/// What a record is, by its keys.
#[derive(Clone, Copy)]
enum Kind {
    /// `{"ticket": …, "conversations": […]}`.
    Wrap,
    Ticket,
    Conversation,
    Agent,
    Contact,
}

impl Kind {
    fn of(has: impl Fn(&str) -> bool) -> Option<Self> {
        let all = |keys: &[&str]| keys.iter().all(|key| has(key));
        Some(match () {
            () if all(&["ticket", "conversations"]) => Self::Wrap,
            () if all(&["requester_id", "responder_id"]) => Self::Ticket,
            () if all(&["incoming", "private"]) && (has("body") || has("body_text")) => Self::Conversation,
            () if all(&["occasional", "contact"]) => Self::Agent,
            () if all(&["company_id", "job_title", "twitter_id", "email"]) => Self::Contact,
            () => return None,
        })
    }
}

#[derive(Deserialize)]
struct Wrap {
    ticket: Box<RawValue>,
    conversations: Option<Vec<Box<RawValue>>>,
}

#[derive(Deserialize)]
struct Ticket {
    id: Id,
    #[serde(default, deserialize_with = "json::lenient")]
    source: Option<u64>,
    requester_id: Option<Id>,
    #[serde(default, deserialize_with = "json::lenient")]
    requester: Option<Named>,
    deleted: Option<bool>,
    spam: Option<bool>,
    conversations: Option<Vec<Box<RawValue>>>,
}

/// The opening message in its ticket.
#[derive(Deserialize)]
struct Opening {
    created_at: Option<Time>,
    description_text: Option<String>,
    description_html: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Conversation {
    id: Option<Id>,
    ticket_id: Option<Id>,
    user_id: Option<Id>,
    incoming: Option<bool>,
    private: Option<bool>,
    source: Option<u64>,
    created_at: Option<Time>,
    body_text: Option<String>,
    body: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    id: Option<Id>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Agent {
    id: Id,
    contact: Named,
}

#[derive(Deserialize)]
struct Contact {
    id: Id,
    name: Option<String>,
    helpdesk_agent: Option<bool>,
}

/// How a ticket came, where its number is documented.
fn channel(source: u64) -> Option<&'static str> {
    Some(match source {
        1 | 10 => "email",
        2 => "portal",
        3 => "phone",
        7 => "chat",
        9 => "feedback_widget",
        _ => return None,
    })
}

const OUTGOING_EMAIL: u64 = 10;
const FORWARDED: u64 = 8;

fn side(customer: bool) -> Role {
    if customer { Role::Customer } else { Role::Agent }
}

fn message(conversation: Conversation) -> Result<Option<PieceMessage>, Wrong> {
    let bodies = [(conversation.body_text, Some(Format::Plain)), (conversation.body, Some(Format::Html))];
    let Some((body, format)) = body(bodies) else { return Ok(None) };
    let Some(incoming) = conversation.incoming else { return Err(missing("incoming", "the side of its author")) };
    let Some(private) = conversation.private else { return Err(missing("private", "whether the customer sees it")) };
    let internal = private || conversation.source == Some(FORWARDED) && !incoming;
    Ok(Some(PieceMessage {
        id: conversation.id.map(|id| MessageId(id.0)),
        author: Author::new(Some(side(incoming)), conversation.user_id, None),
        sent: conversation.created_at.map(|time| time.0),
        visibility: if internal { Visibility::Internal } else { Visibility::Public },
        format,
        automatic: false,
        body,
    }))
}

fn opening(text: &str, ticket: &Ticket) -> Result<Option<PieceMessage>, Wrong> {
    let opening: Opening = json::parse(text)?;
    // Where only `description` is given it may be either.
    let bodies = [
        (opening.description_text, Some(Format::Plain)),
        (opening.description_html, Some(Format::Html)),
        (opening.description, None),
    ];
    let Some((body, format)) = body(bodies) else { return Ok(None) };
    let author = if ticket.source == Some(OUTGOING_EMAIL) {
        Author::new(Some(Role::Agent), None, None)
    } else {
        let shown = ticket.requester.as_ref().and_then(|requester| requester.name.clone());
        Author::new(Some(Role::Customer), ticket.requester_id.clone(), shown)
    };
    Ok(Some(PieceMessage {
        id: None,
        author,
        sent: opening.created_at.map(|time| time.0),
        visibility: Visibility::Public,
        format,
        automatic: false,
        body,
    }))
}

/// Reads a ticket that stands at `at`, with the conversations beside it, if any.
fn ticket(text: &str, at: &str, beside: Option<&[Box<RawValue>]>, found: &mut Found) {
    let ticket: Ticket = match json::parse(text) {
        Ok(ticket) => ticket,
        Err((within, reason)) => return found.wrong(format!("{at}{within}"), reason),
    };
    if ticket.deleted == Some(true) || ticket.spam == Some(true) {
        return;
    }
    let mut messages = Vec::new();
    match opening(text, &ticket) {
        Ok(message) => messages.extend(message),
        Err((within, reason)) => found.wrong(format!("{at}{within}"), reason),
    }
    let read = |item: &str| message(json::parse(item)?);
    let within = ticket.conversations.as_deref().unwrap_or_default();
    messages.extend(match beside {
        Some(conversations) => found.messages("/conversations", conversations, read),
        None => found.messages("/conversations", within, read),
    });
    let requester = ticket.requester_id.or_else(|| ticket.requester?.id);
    let channel = ticket.source.and_then(channel).map(str::to_owned);
    found.piece(rows::piece(&Freshdesk, ticket.id, channel, requester, messages));
}

/// Reads a conversation on its own.
fn conversation(record: &str) -> Result<Option<Piece>, Wrong> {
    let mut conversation: Conversation = json::parse(record)?;
    let Some(ticket) = conversation.ticket_id.take() else {
        let (pointer, reason) = missing("ticket_id", "which ticket it belongs to");
        let recipe = r#"give the conversations of a ticket together as {"ticket": {"id": …}, "conversations": […]}"#;
        return Err((pointer, format!("{reason}; {recipe}")));
    };
    Ok(message(conversation)?.map(|message| rows::piece(&Freshdesk, ticket, None, None, vec![message])))
}

impl JsonTool for Freshdesk {
    fn name(&self) -> &'static str {
        NAME
    }

    fn title(&self) -> &'static str {
        "Freshdesk"
    }

    fn lists(&self) -> &'static [&'static str] {
        &["/tickets", "/conversations", "/agents", "/contacts", "/results"]
    }

    fn record_keys(&self) -> &'static [&'static str] {
        &["id", "ticket"]
    }

    fn recognises(&self, _: &str, record: &Map<String, Value>) -> bool {
        Kind::of(|key| record.contains_key(key)).is_some()
    }

    fn whole(&self) -> bool {
        false
    }

    fn read(&self, _: &str, record: &str, found: &mut Found) -> Result<(), Wrong> {
        let keys = json::keys(record)?;
        match Kind::of(|key| keys.contains_key(key)) {
            Some(Kind::Wrap) => {
                let wrap: Wrap = json::parse(record)?;
                ticket(wrap.ticket.get(), "/ticket", wrap.conversations.as_deref(), found);
            }
            Some(Kind::Ticket) => ticket(record, "", None, found),
            Some(Kind::Conversation) => {
                if let Some(piece) = conversation(record)? {
                    found.piece(piece);
                }
            }
            Some(Kind::Agent) => {
                let agent: Agent = json::parse(record)?;
                found.person(NAME, agent.id, Some(Role::Agent), agent.contact.name);
            }
            Some(Kind::Contact) => {
                let contact: Contact = json::parse(record)?;
                let side = side(contact.helpdesk_agent != Some(true));
                found.person(NAME, contact.id, Some(side), contact.name);
            }
            None => {
                let reason = "neither a ticket nor a conversation, an agent or a contact of Freshdesk";
                return Err((String::new(), reason.to_owned()));
            }
        }
        Ok(())
    }
}
