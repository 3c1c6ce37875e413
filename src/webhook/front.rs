//! Front, which has two kinds of webhooks under one header.
//!
//! Those of an application: HMAC-SHA256 in base64 over time, colon and body, keyed with the app's signing key;
//! when the address is saved, a signed challenge is to be sent back. Those of a rule, which have no time: HMAC-SHA1
//! in base64 over the body, keyed with the API secret. A rule may be set to send previews, which lack the words.

use super::signature::{Clock, Hash, Signature, Written};
use super::{Answer, Delivery, Event, Refused, Secret, Thin, Tool, Verified, parse, read_records};
use crate::conversation::ConversationId;
use crate::source::Problem;
use crate::source::fields::Id;
use jiff::Timestamp;
use serde::Deserialize;

/// Front.
#[derive(Debug)]
pub struct Front;

const OF_APPLICATION: Signature =
    Signature { header: "X-Front-Signature", hash: Hash::Sha256, written: Written::Base64 };
const OF_RULE: Signature = Signature { hash: Hash::Sha1, ..OF_APPLICATION };
const TIME: &str = "X-Front-Request-Timestamp";
const CHALLENGE: &str = "X-Front-Challenge";

/// Events that are about a message or a comment, as applications and as rules call them.
const OF_MESSAGES: [&str; 9] = [
    "inbound_received",
    "outbound_sent",
    "new_comment_added",
    "inbound",
    "outbound",
    "out_reply",
    "comment",
    "message_sent",
    "message_received",
];

/// As much of an event as says what it is about; an application wraps it.
#[derive(Deserialize)]
struct About {
    r#type: Option<String>,
    payload: Option<Inner>,
    conversation: Option<Named>,
}

#[derive(Deserialize)]
struct Inner {
    conversation: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: Option<Id>,
}

impl Tool for Front {
    fn name(&self) -> &'static str {
        "front"
    }

    fn title(&self) -> &'static str {
        "Front"
    }

    fn guide(&self) -> &'static str {
        include_str!("guides/front.md")
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
        if (delivery.headers)(TIME).is_none() {
            let secret = OF_RULE.signer(delivery, secrets, &[delivery.body])?;
            return Ok(Verified { id: delivery.id(None, ""), sent: None, secret });
        }
        let (sent, time) = Clock::Milliseconds.read(delivery, TIME)?;
        let secret = OF_APPLICATION.signer(delivery, secrets, &[time.as_bytes(), b":", delivery.body])?;
        Ok(Verified { id: delivery.id(None, time), sent: Some(sent), secret })
    }

    fn answer_verified(&self, delivery: &Delivery<'_>) -> Option<Answer> {
        let challenge = (delivery.headers)(CHALLENGE)?;
        let body = serde_json::json!({ "challenge": challenge }).to_string();
        Some(Answer { content_type: "application/json", body })
    }

    fn read(&self, body: &str, _: Timestamp) -> Result<Event, Problem> {
        let about: About = parse(body)?;
        let kind = about.r#type.unwrap_or_default();
        if !OF_MESSAGES.contains(&kind.as_str()) {
            return Ok(Event::Nothing);
        }
        let conversation = about.conversation.or_else(|| about.payload?.conversation).and_then(|named| named.id);
        match (read_records(self.name(), body)?, conversation) {
            (Event::Nothing, Some(id)) => {
                Ok(Event::Thin(vec![Thin { conversation: ConversationId(id.0), what: kind }]))
            }
            (event, _) => Ok(event),
        }
    }
}
