//! Chatwoot: HMAC-SHA256 over time, dot and body, `sha256=` and hexadecimal digits, keyed with the webhook's
//! secret.
//!
//! Versions before February 2026 sign nothing: for those the secret comes as the password in the webhook's address.
//! The body is the message itself, for other events the conversation; a contact says nothing about messages.

use super::signature::{Clock, Hash, Signature, Written};
use super::{Delivery, Event, Refused, Secret, Tool, Verified, parse, read_records, shared_secret};
use crate::source::Problem;
use jiff::Timestamp;
use serde::Deserialize;

/// Chatwoot.
#[derive(Debug)]
pub struct Chatwoot;

const SIGNATURE: Signature =
    Signature { header: "X-Chatwoot-Signature", hash: Hash::Sha256, written: Written::Hex("sha256=") };
const TIME: &str = "X-Chatwoot-Timestamp";

#[derive(Deserialize)]
struct About {
    event: String,
}

/// Events whose bodies have messages.
const OF_MESSAGES: [&str; 5] = [
    "message_created",
    "message_updated",
    "conversation_created",
    "conversation_updated",
    "conversation_status_changed",
];

impl Tool for Chatwoot {
    fn name(&self) -> &'static str {
        "chatwoot"
    }

    fn title(&self) -> &'static str {
        "Chatwoot"
    }

    fn guide(&self) -> &'static str {
        include_str!("guides/chatwoot.md")
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
        let has = |header| (delivery.headers)(header).is_some();
        if !has(SIGNATURE.header) && !has(TIME) && has("Authorization") {
            return shared_secret::verify(delivery, secrets);
        }
        let (sent, time) = Clock::Seconds.read(delivery, TIME)?;
        let secret = SIGNATURE.signer(delivery, secrets, &[time.as_bytes(), b".", delivery.body])?;
        Ok(Verified { id: delivery.id(Some("X-Chatwoot-Delivery"), time), sent: Some(sent), secret })
    }

    fn read(&self, body: &str, _: Timestamp) -> Result<Event, Problem> {
        let about: About = parse(body)?;
        let of_messages = OF_MESSAGES.contains(&about.event.as_str());
        if of_messages { read_records(self.name(), body) } else { Ok(Event::Nothing) }
    }
}
