//! Intercom: HMAC-SHA1 over the body, `sha1=` and hexadecimal digits, keyed with the app's client secret.
//!
//! Nothing tells the time of sending, so that a copy is known by its body only. An address is tried out by
//! a `HEAD` before it is saved, and by a notification with the topic `ping` after that. A notification brings
//! the whole conversation object, of its parts only the newest.

use super::signature::{Hash, Signature, Written};
use super::{Answer, Delivery, Event, Refused, Secret, Tool, Verified, parse, read_records};
use crate::source::Problem;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Intercom.
#[derive(Debug)]
pub struct Intercom;

const SIGNATURE: Signature = Signature { header: "X-Hub-Signature", hash: Hash::Sha1, written: Written::Hex("sha1=") };

#[derive(Deserialize)]
struct Notification {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    item: Item,
}

#[derive(Deserialize)]
struct Item {
    r#type: Option<Value>,
}

impl Tool for Intercom {
    fn name(&self) -> &'static str {
        "intercom"
    }

    fn title(&self) -> &'static str {
        "Intercom"
    }

    fn guide(&self) -> &'static str {
        include_str!("guides/intercom.md")
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
        let secret = SIGNATURE.signer(delivery, secrets, &[delivery.body])?;
        Ok(Verified { id: delivery.id(None, ""), sent: None, secret })
    }

    fn answer_unsigned(&self, delivery: &Delivery<'_>) -> Option<Answer> {
        (delivery.method == "HEAD").then(|| Answer { content_type: "text/plain", body: String::new() })
    }

    fn read(&self, body: &str, _: Timestamp) -> Result<Event, Problem> {
        let notification: Notification = parse(body)?;
        // Pings, contacts, tags of a part: items of other types.
        let conversation = notification.data.item.r#type.is_some_and(|kind| kind == "conversation");
        if conversation { read_records(self.name(), body) } else { Ok(Event::Nothing) }
    }
}
