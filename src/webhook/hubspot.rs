//! HubSpot, version 3 of its signatures: HMAC-SHA256 in base64 over method, address, body and time, keyed with
//! the app's client secret.
//!
//! The address is the one that HubSpot called, with some of its escapes read. Its deliveries are lists of what
//! happened, with ids only; older versions of the signature, which come along, prove less and are not looked at.

use super::signature::{Clock, Hash, Signature, Written};
use super::{Delivery, Event, Refused, Secret, Thin, Tool, Verified, parse};
use crate::conversation::ConversationId;
use crate::source::Problem;
use crate::source::fields::Id;
use jiff::Timestamp;
use serde::Deserialize;

/// HubSpot.
#[derive(Debug)]
pub struct HubSpot;

const SIGNATURE: Signature =
    Signature { header: "X-HubSpot-Signature-v3", hash: Hash::Sha256, written: Written::Base64 };
const TIME: &str = "X-HubSpot-Request-Timestamp";

/// The escapes that HubSpot reads before it signs an address.
const READ: [(&str, char); 12] = [
    ("3A", ':'),
    ("2F", '/'),
    ("3F", '?'),
    ("40", '@'),
    ("21", '!'),
    ("24", '$'),
    ("27", '\''),
    ("28", '('),
    ("29", ')'),
    ("2A", '*'),
    ("2C", ','),
    ("3B", ';'),
];

/// An address as HubSpot signs it.
fn signed(url: &str) -> String {
    let mut parts = url.split('%');
    let mut signed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let escape = part.get(..2).and_then(|code| READ.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)));
        match escape {
            Some((code, character)) => {
                signed.push(*character);
                signed.push_str(&part[code.len()..]);
            }
            None => {
                signed.push('%');
                signed.push_str(part);
            }
        }
    }
    signed
}

/// One thing that happened.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Happened {
    subscription_type: String,
    object_id: Option<Id>,
}

/// What people are to hear of: that there is a message, that a conversation is to be forgotten.
const TOLD: [&str; 2] = ["conversation.newMessage", "conversation.privacyDeletion"];

impl Tool for HubSpot {
    fn name(&self) -> &'static str {
        "hubspot"
    }

    fn title(&self) -> &'static str {
        "HubSpot"
    }

    fn guide(&self) -> &'static str {
        include_str!("guides/hubspot.md")
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
        let (sent, time) = Clock::Milliseconds.read(delivery, TIME)?;
        let url = signed(delivery.url);
        let parts = [delivery.method.as_bytes(), url.as_bytes(), delivery.body, time.as_bytes()];
        let secret = SIGNATURE.signer(delivery, secrets, &parts)?;
        Ok(Verified { id: delivery.id(None, time), sent: Some(sent), secret })
    }

    fn read(&self, body: &str, _: Timestamp) -> Result<Event, Problem> {
        let happened: Vec<Happened> = parse(body)?;
        let mut thin: Vec<Thin> = Vec::new();
        for one in happened.into_iter().filter(|one| TOLD.contains(&one.subscription_type.as_str())) {
            let Some(id) = one.object_id else { continue };
            let new = Thin { conversation: ConversationId(id.0), what: one.subscription_type };
            if !thin.contains(&new) {
                thin.push(new);
            }
        }
        Ok(if thin.is_empty() { Event::Nothing } else { Event::Thin(thin) })
    }
}
