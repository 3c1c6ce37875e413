//! Zendesk: HMAC-SHA256 in base64 over the time, as its header writes it, and the body.
//!
//! Read are the events that Zendesk itself makes up (`zen:event-type:…`). A trigger sends what its author typed:
//! of that, a ticket with its comments is read.

use super::signature::{Clock, Hash, Signature, Written};
use super::{Delivery, Event, Refused, Secret, Thin, Tool, Verified, parse, read_records};
use crate::conversation::ConversationId;
use crate::source::Problem;
use crate::source::fields::Id;
use jiff::Timestamp;
use serde::Deserialize;

/// Zendesk.
#[derive(Debug)]
pub struct Zendesk;

const SIGNATURE: Signature =
    Signature { header: "X-Zendesk-Webhook-Signature", hash: Hash::Sha256, written: Written::Base64 };
const TIME: &str = "X-Zendesk-Webhook-Signature-Timestamp";

/// Events that are about a message, even where they do not bring it.
const OF_MESSAGES: [&str; 3] = [
    "zen:event-type:ticket.created",
    "zen:event-type:ticket.comment_added",
    "zen:event-type:messaging_ticket.message_added",
];

/// As much of an event as says what it is about.
#[derive(Deserialize)]
struct About {
    r#type: Option<String>,
    zendesk_event_version: Option<String>,
    detail: Option<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    id: Option<Id>,
}

impl Tool for Zendesk {
    fn name(&self) -> &'static str {
        "zendesk"
    }

    fn title(&self) -> &'static str {
        "Zendesk"
    }

    fn guide(&self) -> &'static str {
        include_str!("guides/zendesk.md")
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
        let (sent, time) = Clock::Text.read(delivery, TIME)?;
        let secret = SIGNATURE.signer(delivery, secrets, &[time.as_bytes(), delivery.body])?;
        Ok(Verified { id: delivery.id(None, time), sent: Some(sent), secret })
    }

    fn read(&self, body: &str, _: Timestamp) -> Result<Event, Problem> {
        let about: About = parse(body)?;
        let kind = about.r#type.filter(|_| about.zendesk_event_version.is_some()).unwrap_or_default();
        // Events of users and organisations have details of other shapes.
        if kind.starts_with("zen:") && !OF_MESSAGES.contains(&kind.as_str()) {
            return Ok(Event::Nothing);
        }
        match (read_records(self.name(), body)?, about.detail.and_then(|detail| detail.id)) {
            (Event::Nothing, Some(id)) if OF_MESSAGES.contains(&kind.as_str()) => {
                Ok(Event::Thin(vec![Thin { conversation: ConversationId(id.0), what: kind }]))
            }
            (event, _) => Ok(event),
        }
    }
}
