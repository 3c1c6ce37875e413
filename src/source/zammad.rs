//! Zammad: lists of articles, tickets with their articles, and the answer to `tickets/ID?all=true`, which
//! has everything in `assets`.
//!
//! Facts of the vendor that this follows: an article's `sender` is `Agent`, `Customer` or `System` (or only
//! `sender_id` 1, 2, 3) and says on which side its author is, whoever typed it in: where an agent writes down
//! what a customer said, `origin_by_id` is the customer. An agent's `note` and what is `internal` the
//! customer does not see. `preferences` tell of answers of machines (`is-auto-response`) and of mail that
//! could not be delivered. The body is as `content_type` says.

use super::fields::{Id, Time, body};
use super::{Author, Found, JsonTool, PieceMessage, Wrong, json, missing, rows};
use crate::conversation::{Format, MessageId, Role, Visibility};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Zammad.
#[derive(Debug)]
pub struct Zammad;

const NAME: &str = "zammad";

/// What a record is, by its keys.
#[derive(Clone, Copy)]
enum Kind {
    Article,
    /// `{"ticket": …, "articles": […]}`, or with one `article` as a webhook sends it.
    Wrap,
    /// A ticket, with its articles in it if there are any.
    Ticket,
    Assets,
    User,
}

impl Kind {
    fn of(has: impl Fn(&str) -> bool) -> Option<Self> {
        let all = |keys: &[&str]| keys.iter().all(|key| has(key));
        Some(match () {
            () if all(&["ticket_id", "internal", "body"]) && (has("sender") || has("sender_id")) => Self::Article,
            () if all(&["ticket_article_ids", "assets"]) => Self::Assets,
            () if has("ticket") && (has("articles") || has("article")) => Self::Wrap,
            () if all(&["number", "customer_id", "owner_id"]) => Self::Ticket,
            () if all(&["login", "firstname", "lastname"]) => Self::User,
            () => return None,
        })
    }
}

#[derive(Deserialize)]
struct Ticket {
    id: Id,
    customer_id: Option<Id>,
    articles: Option<Vec<Box<RawValue>>>,
}

#[derive(Deserialize)]
struct Wrap {
    ticket: Ticket,
    articles: Option<Vec<Box<RawValue>>>,
    article: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct All {
    ticket_id: Id,
    ticket_article_ids: Vec<Id>,
    assets: Assets,
}

/// Everything that an answer names, by id.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Assets {
    #[serde(default)]
    ticket: BTreeMap<String, Ticket>,
    #[serde(default)]
    ticket_article: BTreeMap<String, Box<RawValue>>,
    #[serde(default)]
    user: BTreeMap<String, Box<RawValue>>,
}

#[derive(Deserialize)]
struct User {
    id: Id,
    firstname: Option<String>,
    lastname: Option<String>,
}

impl User {
    fn tell(self, found: &mut Found) {
        found.person(NAME, self.id, None, rows::name([self.firstname, self.lastname]));
    }
}

#[derive(Deserialize)]
struct Article {
    id: Option<Id>,
    ticket_id: Option<Id>,
    sender: Option<String>,
    sender_id: Option<u64>,
    r#type: Option<String>,
    type_id: Option<u64>,
    internal: Option<bool>,
    from: Option<String>,
    content_type: Option<String>,
    body: Option<String>,
    created_by_id: Option<Id>,
    origin_by_id: Option<Id>,
    created_at: Option<Time>,
    #[serde(default, deserialize_with = "json::lenient")]
    preferences: Option<Preferences>,
}

#[derive(Deserialize, Default)]
struct Preferences {
    #[serde(default, rename = "is-auto-response", deserialize_with = "json::lenient")]
    automatic: Option<bool>,
    #[serde(default, deserialize_with = "json::lenient")]
    delivery_status: Option<String>,
}

/// The types of articles by their ids, which every installation starts with.
const TYPES: [&str; 11] = [
    "email",
    "sms",
    "chat",
    "fax",
    "phone",
    "twitter status",
    "twitter direct-message",
    "facebook feed post",
    "facebook feed comment",
    "note",
    "web",
];

impl Article {
    fn role(&self) -> Result<Role, Wrong> {
        match (self.sender.as_deref(), self.sender_id) {
            (Some("Agent"), _) | (None, Some(1)) => Ok(Role::Agent),
            (Some("Customer"), _) | (None, Some(2)) => Ok(Role::Customer),
            (Some("System"), _) | (None, Some(3)) => Ok(Role::System),
            (Some(other), _) => Err((
                "/sender".to_owned(),
                format!("`{other}` sends nothing; expected `Agent`, `Customer` or `System`"),
            )),
            (None, Some(id)) => Err(("/sender_id".to_owned(), format!("{id} is no sender; expected 1, 2 or 3"))),
            (None, None) => Err(missing("sender", "the side of its author")),
        }
    }

    /// Its type, such as `email`.
    fn kind(&self) -> Option<&str> {
        let of_id = || TYPES.get(usize::try_from(self.type_id?).ok()?.checked_sub(1)?).copied();
        self.r#type.as_deref().or_else(of_id)
    }

    /// How it travelled.
    fn channel(&self) -> Option<String> {
        self.kind().filter(|kind| *kind != "note").map(str::to_owned)
    }

    fn message(mut self) -> Result<Option<PieceMessage>, Wrong> {
        let preferences = self.preferences.as_ref();
        let failed = preferences.is_some_and(|preferences| preferences.delivery_status.as_deref() == Some("fail"));
        let format = match self.content_type.as_deref() {
            Some(kind) if kind.starts_with("text/html") => Some(Format::Html),
            Some(kind) if kind.starts_with("text/plain") => Some(Format::Plain),
            _ => None,
        };
        let Some((body, format)) = body([(self.body.take(), format)]).filter(|_| !failed) else { return Ok(None) };
        let role = self.role()?;
        let Some(internal) = self.internal else {
            return Err(missing("internal", "whether the customer sees it"));
        };
        let internal = internal || role == Role::Agent && self.kind() == Some("note");
        let automatic = preferences.and_then(|preferences| preferences.automatic) == Some(true);
        let name = self.from.as_deref().and_then(name);
        Ok(Some(PieceMessage {
            id: self.id.map(|id| MessageId(id.0)),
            author: Author::new(Some(role), self.origin_by_id.or(self.created_by_id), name),
            sent: self.created_at.map(|time| time.0),
            visibility: if internal { Visibility::Internal } else { Visibility::Public },
            format,
            automatic,
            body,
        }))
    }
}

/// The name in the address that an article is from: `Emma Taylor via Shop <shop@example.com>`.
fn name(from: &str) -> Option<String> {
    let shown = match from.split_once('<') {
        Some((shown, _)) => shown,
        None if from.contains('@') => return None,
        None => from,
    };
    let shown = shown.trim().trim_matches('"');
    let shown = shown.strip_suffix(" via").unwrap_or(shown);
    let name = shown.split_once(" via ").map_or(shown, |(name, _)| name).trim();
    Some(name.to_owned()).filter(|name| !name.is_empty())
}

/// How a conversation came, by its first article.
fn channel(first: Option<&RawValue>) -> Option<String> {
    json::parse::<Article>(first?.get()).ok()?.channel()
}

/// A ticket with its articles, which stand at `at`.
fn ticket(ticket: Ticket, at: &str, articles: &[Box<RawValue>], found: &mut Found) {
    let messages = found.messages(at, articles, |article| json::parse::<Article>(article)?.message());
    let channel = channel(articles.first().map(AsRef::as_ref));
    found.piece(rows::piece(&Zammad, ticket.id, channel, ticket.customer_id, messages));
}

/// The answer to `tickets/ID?all=true`.
fn all(record: &str, found: &mut Found) -> Result<(), Wrong> {
    let mut all: All = json::parse(record)?;
    for (id, user) in &all.assets.user {
        match json::parse::<User>(user.get()) {
            Ok(user) => user.tell(found),
            Err((within, reason)) => found.wrong(format!("/assets/User/{id}{within}"), reason),
        }
    }
    let mut messages = Vec::new();
    let mut first = None;
    for id in &all.ticket_article_ids {
        let at = format!("/assets/TicketArticle/{}", id.0);
        let Some(article) = all.assets.ticket_article.get(&id.0) else {
            found.wrong(at, "the article that `ticket_article_ids` names is missing");
            continue;
        };
        first = first.or(Some(article.as_ref()));
        match json::parse::<Article>(article.get()).and_then(Article::message) {
            Ok(message) => messages.extend(message),
            Err((within, reason)) => found.wrong(at + &within, reason),
        }
    }
    let channel = channel(first);
    let customer = all.assets.ticket.remove(&all.ticket_id.0).and_then(|ticket| ticket.customer_id);
    found.piece(rows::piece(&Zammad, all.ticket_id, channel, customer, messages));
    Ok(())
}

impl JsonTool for Zammad {
    fn name(&self) -> &'static str {
        NAME
    }

    fn title(&self) -> &'static str {
        "Zammad"
    }

    fn lists(&self) -> &'static [&'static str] {
        &["/tickets", "/articles", "/users"]
    }

    fn record_keys(&self) -> &'static [&'static str] {
        &["id", "ticket", "ticket_article_ids"]
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
            Some(Kind::Article) => {
                let mut article: Article = json::parse(record)?;
                let id = article.ticket_id.take();
                let Some(id) = id else {
                    return Err(missing("ticket_id", "which ticket it belongs to"));
                };
                let channel = article.channel();
                let message = article.message()?;
                found.piece(rows::piece(&Zammad, id, channel, None, message.into_iter().collect()));
            }
            Some(Kind::Wrap) => {
                let wrap: Wrap = json::parse(record)?;
                match (wrap.articles, wrap.article) {
                    (None, Some(article)) => ticket(wrap.ticket, "/article", &[article], found),
                    (articles, _) => ticket(wrap.ticket, "/articles", &articles.unwrap_or_default(), found),
                }
            }
            Some(Kind::Ticket) => {
                let mut read: Ticket = json::parse(record)?;
                let articles = read.articles.take().unwrap_or_default();
                ticket(read, "/articles", &articles, found);
            }
            Some(Kind::Assets) => all(record, found)?,
            Some(Kind::User) => json::parse::<User>(record)?.tell(found),
            None => {
                let reason = "neither a ticket nor an article or a user of Zammad";
                return Err((String::new(), reason.to_owned()));
            }
        }
        Ok(())
    }
}
