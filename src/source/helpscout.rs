//! Help Scout: conversations of the Mailbox API with their threads embedded, and pages of one conversation's
//! threads, which name the conversation in their links only.
//!
//! Fields after the vendor's public API pages (v2, v3) and webhook objects: a thread of type `message` is a
//! reply, `customer` comes from the customer, `note` is internal, `lineitem` records an event. `createdBy.type`
//! is `user`, `customer` or, in v3, `system_user` for a machine. Only threads with the `state` `published` were
//! sent: `draft` and `underreview` were not, `hidden` was taken out of what customers get. Bodies are HTML.

use super::fields::{Id, Time};
use super::rows::{self, Rows};
use super::{Author, Found, JsonTool, PieceMessage, Wrong, json};
use crate::conversation::{Format, MessageId, Role, Visibility};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Help Scout.
#[derive(Debug)]
pub struct HelpScout;

/// A conversation, a page of threads, or a conversation and its threads side by side.
#[derive(Deserialize)]
struct Whole {
    #[serde(rename = "_embedded")]
    embedded: Option<Embedded>,
    threads: Option<Rows>,
    conversation: Option<Box<RawValue>>,
    /// Only threads have one.
    body: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Conversation {
    id: Option<Id>,
    #[serde(default, rename = "type", deserialize_with = "json::lenient")]
    channel: Option<String>,
    state: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    primary_customer: Option<Person>,
    #[serde(default, deserialize_with = "json::lenient")]
    customer: Option<Person>,
    #[serde(default, rename = "_links", deserialize_with = "json::lenient")]
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Embedded {
    threads: Option<Rows>,
}

#[derive(Deserialize)]
struct Links {
    #[serde(rename = "self")]
    this: Link,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

impl Links {
    /// The conversation of a page of threads: `…/conversations/123/threads?page=1`.
    fn conversation(self) -> Option<Id> {
        let (_, after) = self.this.href.split_once("/conversations/")?;
        let (id, _) = after.split_once("/threads")?;
        Some(Id(id.to_owned()))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Thread {
    id: Option<Id>,
    #[serde(rename = "type")]
    kind: String,
    state: Option<String>,
    body: Option<String>,
    created_at: Option<Time>,
    created_by: Option<Person>,
    #[serde(default, deserialize_with = "json::lenient")]
    customer: Option<Person>,
    #[serde(default, deserialize_with = "json::lenient")]
    action: Option<Kind>,
    action_type: Option<String>,
    #[serde(default, deserialize_with = "json::lenient")]
    source: Option<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    id: Option<Id>,
    #[serde(rename = "type")]
    kind: Option<String>,
    first: Option<String>,
    last: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

/// Types of threads.
const TYPES: [&str; 9] =
    ["message", "customer", "note", "chat", "beaconchat", "phone", "forwardparent", "forwardchild", "lineitem"];

impl Thread {
    fn role(&self) -> Result<Role, Wrong> {
        match self.created_by.as_ref().and_then(|person| person.kind.as_deref()) {
            _ if self.kind == "customer" => Ok(Role::Customer),
            Some("customer") => Ok(Role::Customer),
            Some("user") => Ok(Role::Agent),
            Some("system_user") => Ok(Role::Bot),
            kind => {
                let reason = rows::unexpected(kind.unwrap_or_default(), "`user`, `customer` or `system_user`");
                Err(("/createdBy/type".to_owned(), reason))
            }
        }
    }

    fn is_automatic(&self) -> bool {
        let of = |kind: &Option<Kind>| kind.as_ref().and_then(|kind| kind.kind.clone()).unwrap_or_default();
        let action = self.action_type.clone().unwrap_or_else(|| of(&self.action));
        action.ends_with("workflow") || of(&self.source) == "workflows"
    }
}

fn message(thread: Thread) -> Result<Option<PieceMessage>, Wrong> {
    let hidden = match thread.state.as_deref() {
        _ if thread.kind == "lineitem" => return Ok(None),
        Some("draft" | "underreview") => return Ok(None),
        Some("published") | None => false,
        Some("hidden") => true,
        Some(other) => {
            let reason = rows::unexpected(other, "`published`, `hidden`, `draft` or `underreview`");
            return Err(("/state".to_owned(), reason));
        }
    };
    if !TYPES.contains(&thread.kind.as_str()) {
        let reason = rows::unexpected(&thread.kind, &format!("one of {}", TYPES.join(", ")));
        return Err(("/type".to_owned(), reason));
    }
    let role = thread.role()?;
    let automatic = role != Role::Customer && thread.is_automatic();
    let seen = match thread.kind.as_str() {
        "note" => false,
        _ if role == Role::Customer => true,
        "message" | "chat" | "beaconchat" => !hidden,
        _ => false,
    };
    let Some(body) = thread.body.filter(|body| !body.trim().is_empty()) else { return Ok(None) };
    // An agent may write down what a customer said.
    let is_writer = |person: &Person| role != Role::Customer || person.kind.as_deref() == Some("customer");
    let writer = thread.created_by.filter(is_writer).or(thread.customer);
    let author = match writer {
        Some(person) => {
            let parts = [person.first.or(person.first_name), person.last.or(person.last_name)];
            Author::new(Some(role), person.id, rows::name(parts))
        }
        None => Author::new(Some(role), None, None),
    };
    Ok(Some(PieceMessage {
        id: thread.id.map(|id| MessageId(id.0)),
        author,
        sent: thread.created_at.map(|time| time.0),
        visibility: if seen { Visibility::Public } else { Visibility::Internal },
        format: Some(Format::Html),
        automatic,
        body,
    }))
}

impl JsonTool for HelpScout {
    fn name(&self) -> &'static str {
        "helpscout"
    }

    fn title(&self) -> &'static str {
        "Help Scout"
    }

    fn lists(&self) -> &'static [&'static str] {
        &["/_embedded/conversations"]
    }

    fn recognises(&self, _: &str, record: &Map<String, Value>) -> bool {
        let has = |row: &Map<String, Value>, keys: &[&str]| keys.iter().all(|key| row.contains_key(*key));
        has(record, &["mailboxId", "folderId"])
            || has(record, THREAD)
            || ["_embedded", "threads"]
                .iter()
                .any(|key| rows::first(record, key).is_some_and(|first| has(first, THREAD)))
    }

    fn whole(&self) -> bool {
        false
    }

    fn read(&self, _: &str, record: &str, found: &mut Found) -> Result<(), Wrong> {
        conversation(record, found)
    }
}

/// Keys that every thread has.
const THREAD: &[&str] = &["createdBy", "type", "state"];

fn conversation(record: &str, found: &mut Found) -> Result<(), Wrong> {
    let whole: Whole = json::parse(record)?;
    let about: Conversation = rows::about(record, "conversation", whole.conversation.as_deref())?;
    let id = match (about.id, about.links) {
        (Some(id), _) if whole.body.is_none() => Some(id),
        (None, Some(links)) => links.conversation(),
        _ => None,
    };
    let Some(id) = id else {
        // A page of nothing leaves its list out.
        let empty = whole.embedded.is_some_and(|embedded| embedded.threads.is_none());
        return if empty { Ok(()) } else { Err((String::new(), UNPLACED.to_owned())) };
    };
    if matches!(about.state.as_deref(), Some("deleted" | "draft")) {
        return Ok(());
    }
    let mut messages = Vec::new();
    for (at, threads) in [("/_embedded/threads", whole.embedded.and_then(|e| e.threads)), ("/threads", whole.threads)] {
        messages.extend(threads.unwrap_or_default().read(at, found, message));
    }
    let customer = about.primary_customer.or(about.customer).and_then(|customer| customer.id);
    found.piece(rows::piece(&HelpScout, id, about.channel, customer, messages));
    Ok(())
}

const UNPLACED: &str = "threads do not say which conversation they belong to; expected the page with its `_links`, \
                        or the conversation and its threads as {\"id\": …, \"threads\": […]}";
