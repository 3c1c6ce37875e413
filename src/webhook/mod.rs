//! Webhooks of ticketing tools: is a delivery genuine, what does it say. One file a tool.
//!
//! ```text
//! Delivery   what came in over HTTP: method, address, headers, raw bytes
//!   ▼ receive    signed by a secret that we share, neither old nor from the future
//! Verified   and its id, so that what comes twice counts once
//!   ▼ read       by the tool's reader of exports (module `source`), where it has the same shapes
//! Event      messages; or a hint that there are some; or nothing about messages
//! ```
//!
//! Nothing here reads a clock, a file or the network: the time is a parameter, and what a delivery does
//! not say is not fetched. Which tool sent a delivery is told by the address that it was sent to, never by
//! its headers: two tools share a header's name.

mod chatwoot;
mod delivery;
mod freshdesk;
mod front;
mod gorgias;
mod helpscout;
mod hubspot;
mod intercom;
mod neutral;
mod refused;
mod secret;
mod shared_secret;
mod signature;
mod standard;
mod zammad;
mod zendesk;

pub use delivery::{Answer, Delivery, Verified};
pub use refused::Refused;
pub use secret::{BadSecret, Secret};

use crate::conversation::ConversationId;
use crate::source::{JSON_TOOLS, LARGEST_SHOWN, Place, Problem, Record, Wrong, json};
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// How far a delivery's time may lie from ours, before it or after it, where nothing else is configured.
pub const DEFAULT_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// What a delivery says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Messages and people.
    Records {
        /// What can be used; each piece has a message at least.
        records: Vec<Record>,
        /// What cannot, beside it.
        wrong: Vec<Problem>,
    },
    /// That there is something new in some conversations, but not what: the tool sends ids only.
    Thin(Vec<Thin>),
    /// Nothing about messages: a ticket was closed or tagged, or the tool tries out the address.
    Nothing,
}

/// A hint at something new in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thin {
    /// The conversation.
    pub conversation: ConversationId,
    /// What happened in it, in the tool's words, for example `conversation.newMessage`.
    pub what: String,
}

/// A ticketing tool, or another program, that sends webhooks.
pub trait Tool: Sync + fmt::Debug {
    /// Name as in `/hooks/{source}`; where an export of the tool is read, the name of its source.
    fn name(&self) -> &'static str;

    /// Name for people.
    fn title(&self) -> &'static str;

    /// How the tool is set up to send, in Markdown, for its administrator.
    fn guide(&self) -> &'static str;

    /// Whether `secret` can be one of this tool's.
    ///
    /// # Errors
    /// What is wrong with it; never the secret itself.
    fn check_secret(&self, _secret: &Secret) -> Result<(), BadSecret> {
        Ok(())
    }

    /// Whether one of `secrets` signed `delivery`. The window is not looked at here.
    ///
    /// # Errors
    /// Why not.
    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused>;

    /// What the tool wants to hear, unsigned, before it sends anything.
    fn answer_unsigned(&self, _delivery: &Delivery<'_>) -> Option<Answer> {
        None
    }

    /// What the tool wants to hear when an address is set up; asked only for what is verified.
    fn answer_verified(&self, _delivery: &Delivery<'_>) -> Option<Answer> {
        None
    }

    /// What `body` says. A message of which the tool tells no time is given `received`.
    ///
    /// # Errors
    /// Where nothing of it can be read.
    fn read(&self, body: &str, received: Timestamp) -> Result<Event, Problem>;
}

/// All tools, in the order of their names.
pub const TOOLS: [&dyn Tool; 11] = [
    &chatwoot::Chatwoot,
    &freshdesk::Freshdesk,
    &front::Front,
    &gorgias::Gorgias,
    &helpscout::HelpScout,
    &hubspot::HubSpot,
    &intercom::Intercom,
    &neutral::Neutral,
    &standard::Standard,
    &zammad::Zammad,
    &zendesk::Zendesk,
];

/// The tool called `name`.
#[must_use]
pub fn tool(name: &str) -> Option<&'static dyn Tool> {
    TOOLS.into_iter().find(|tool| tool.name() == name)
}

/// What is to be done with a delivery that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// Only this answer is wanted; there is nothing to keep.
    Answer(Answer),
    /// It is genuine: keep it, then say so with 2xx, then [`read`] it.
    Delivered(Verified),
}

/// Holds `delivery` against `secrets`: the one door for what comes in.
///
/// Several secrets are for rotation: each counts. `window` is how far the delivery's own time, where the tool
/// sends one, may lie from `now`, before it or after it.
///
/// # Errors
/// Where it is not genuine, or too old, or from the future; with no secrets all is refused.
pub fn receive(
    tool: &dyn Tool,
    delivery: &Delivery<'_>,
    secrets: &[Secret],
    now: Timestamp,
    window: SignedDuration,
) -> Result<Received, Refused> {
    if let Some(answer) = tool.answer_unsigned(delivery) {
        return Ok(Received::Answer(answer));
    }
    let verified = verify(tool, delivery, secrets, now, window)?;
    Ok(tool.answer_verified(delivery).map_or(Received::Delivered(verified), Received::Answer))
}

/// As [`receive`], without the answers that a tool wants while it is set up.
///
/// # Errors
/// As [`receive`].
pub fn verify(
    tool: &dyn Tool,
    delivery: &Delivery<'_>,
    secrets: &[Secret],
    now: Timestamp,
    window: SignedDuration,
) -> Result<Verified, Refused> {
    if secrets.is_empty() {
        return Err(Refused::NoSecret);
    }
    let verified = tool.verify(delivery, secrets)?;
    // Only what is signed can be told how old it is.
    if let Some(sent) = verified.sent {
        let age = now.duration_since(sent);
        if age > window {
            return Err(Refused::TooOld { age, window });
        }
        if -age > window {
            return Err(Refused::TooNew { ahead: -age, window });
        }
    }
    Ok(verified)
}

/// What the body of a genuine delivery says. `received` is when it came in: the time of those messages of which
/// the tool tells none (Freshdesk).
///
/// # Errors
/// Where nothing of it can be read; it should be kept all the same, and shown to people.
pub fn read(tool: &dyn Tool, body: &[u8], received: Timestamp) -> Result<Event, Problem> {
    let text = std::str::from_utf8(body)
        .map_err(|error| Problem::of(format!("byte {} of the body is not UTF-8", error.valid_up_to())))?;
    tool.read(text.trim_start_matches('\u{feff}'), received)
}

/// What the reader of exports called `tool` finds in `body`. Pieces without a message say nothing new.
fn read_records(tool: &str, body: &str) -> Result<Event, Problem> {
    let Some(reader) = JSON_TOOLS.into_iter().find(|reader| reader.name() == tool) else {
        return Err(Problem::of(format!("no reader of exports is called `{tool}`")));
    };
    let (mut records, mut wrong) = (Vec::new(), Vec::new());
    json::records(reader, body, &Place::default(), &mut |_, read| match read {
        Ok(Record::Piece(piece)) if piece.messages.is_empty() => {}
        Ok(record) => records.push(record),
        Err(problem) => wrong.push(problem),
    });
    match wrong.pop() {
        Some(only) if records.is_empty() && wrong.is_empty() => Err(only),
        None if records.is_empty() => Ok(Event::Nothing),
        last => {
            wrong.extend(last);
            Ok(Event::Records { records, wrong })
        }
    }
}

/// Reads `body` as a `T`; the error says where it is none.
fn parse<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Problem> {
    json::parse(body).map_err(|wrong| problem(wrong, body))
}

/// A wrong thing in `body`, as people are shown it.
fn problem((pointer, reason): Wrong, body: &str) -> Problem {
    let place = Place { pointer: Some(pointer), ..Place::default() };
    let raw = body[..body.floor_char_boundary(LARGEST_SHOWN)].to_owned();
    Problem { place, reason, raw: Some(raw), fatal: false }
}
