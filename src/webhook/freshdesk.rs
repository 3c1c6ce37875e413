//! Freshdesk: automation rules, which send a header and the JSON that their administrator typed.
//!
//! The guide gives the JSON. A rule knows whether it ran for an agent or for the customer, so that each says
//! `side`; the comment's placeholder writes `Name : ` before the words. No placeholder tells a comment's id or time:
//! the id is made of the words, the time is that of the delivery.

use super::{Delivery, Event, Refused, Secret, Tool, Verified, parse, problem, shared_secret, signature};
use crate::conversation::{ConversationId, MessageId, ParticipantId, Role, Visibility};
use crate::source::fields::Id;
use crate::source::{Author, Piece, PieceMessage, Problem, Record};
use jiff::Timestamp;
use serde::Deserialize;

/// Freshdesk.
#[derive(Debug)]
pub struct Freshdesk;

/// The JSON of the guide.
#[derive(Deserialize)]
struct Body {
    ticket_id: Id,
    side: Side,
    #[serde(default)]
    visibility: Visibility,
    /// The e-mail address of who asked for help.
    #[serde(default)]
    requester: Option<String>,
    #[serde(default)]
    comment: String,
    /// The opening message, of a rule for new tickets.
    #[serde(default)]
    description: String,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Side {
    Agent,
    Customer,
}

/// A name is no longer than this.
const LONGEST_NAME: usize = 100;

/// What Freshdesk puts between the words and the list of what was attached.
const ATTACHMENTS: &str = "\n\nAttachments :\n";

/// The name before the words, and the words.
fn named(comment: &str) -> (Option<&str>, &str) {
    let comment = comment.split(ATTACHMENTS).next().unwrap_or_default();
    let is_name = |name: &str| {
        !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(['<', '>', '\n', '.', '?', '!', ','])
    };
    match comment.split_once(" : ") {
        Some((name, words)) if is_name(name.trim()) => (Some(name.trim()), words),
        _ => (None, comment),
    }
}

impl Tool for Freshdesk {
    fn name(&self) -> &'static str {
        "freshdesk"
    }

    fn title(&self) -> &'static str {
        "Freshdesk"
    }

    fn guide(&self) -> &'static str {
        include_str!("guides/freshdesk.md")
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
        shared_secret::verify(delivery, secrets)
    }

    fn read(&self, body: &str, received: Timestamp) -> Result<Event, Problem> {
        let read: Body = parse(body)?;
        if read.ticket_id.0.contains("{{") {
            let wrong = ("/ticket_id".to_owned(), "the placeholder was not filled in".to_owned());
            return Err(problem(wrong, body));
        }
        let (name, words) = match read.comment.trim() {
            "" => (None, read.description.trim()),
            comment => named(comment),
        };
        if words.trim().is_empty() {
            return Ok(Event::Nothing);
        }
        let role = match (name, read.side) {
            (Some("System"), _) => Role::System,
            (_, Side::Agent) => Role::Agent,
            (_, Side::Customer) => Role::Customer,
        };
        // The only thing told of who wrote it is the name. Customers may share theirs, colleagues seldom do.
        let id = name.filter(|_| role == Role::Agent).map(|name| Id(name.to_owned()));
        let author = Author::new(Some(role), id, name.map(str::to_owned));
        let made_of = signature::digest(&[read.ticket_id.0.as_bytes(), b"\n", words.as_bytes()]);
        let message = PieceMessage {
            id: Some(MessageId(format!("words-{}", &made_of[..24]))),
            author,
            sent: Some(received.to_string()),
            visibility: read.visibility,
            format: None,
            automatic: role == Role::System,
            body: words.to_owned(),
        };
        let piece = Piece {
            source: self.name().into(),
            conversation: Some(ConversationId(read.ticket_id.0)),
            channel: None,
            requester: read.requester.filter(|address| !address.trim().is_empty()).map(ParticipantId),
            messages: vec![message],
        };
        Ok(Event::Records { records: vec![Record::Piece(piece)], wrong: Vec::new() })
    }
}
