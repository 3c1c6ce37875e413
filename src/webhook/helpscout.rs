//! Help Scout: HMAC-SHA1 in base64 over the body. The body is a conversation with its threads.

use super::signature::{Hash, Signature, Written};
use super::{Delivery, Event, Refused, Secret, Thin, Tool, Verified, parse, read_records};
use crate::conversation::ConversationId;
use crate::source::Problem;
use crate::source::fields::Id;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// Help Scout.
#[derive(Debug)]
pub struct HelpScout;

const SIGNATURE: Signature = Signature { header: "X-HelpScout-Signature", hash: Hash::Sha1, written: Written::Base64 };

/// As much of a body as says what it is: the event's name stands in a header only, and that is not signed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    id: Option<Id>,
    /// Only conversations have one.
    mailbox_id: Option<IgnoredAny>,
    threads: Option<Value>,
    #[serde(rename = "_embedded")]
    embedded: Option<Embedded>,
}

#[derive(Deserialize)]
struct Embedded {
    threads: Option<IgnoredAny>,
}

impl Tool for HelpScout {
    fn name(&self) -> &'static str {
        "helpscout"
    }

    fn title(&self) -> &'static str {
        "Help Scout"
    }

    fn guide(&self) -> &'static str {
        include_str!("guides/helpscout.md")
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
        let secret = SIGNATURE.signer(delivery, secrets, &[delivery.body])?;
        Ok(Verified { id: delivery.id(None, ""), sent: None, secret })
    }

    fn read(&self, body: &str, _: Timestamp) -> Result<Event, Problem> {
        let about: About = parse(body)?;
        let embedded = about.embedded.is_some_and(|embedded| embedded.threads.is_some());
        // Where the threads are left out, `threads` says how many there are.
        if embedded || about.threads.is_some_and(|threads| threads.is_array()) {
            return read_records(self.name(), body);
        }
        match (about.id, about.mailbox_id) {
            (Some(id), Some(_)) => {
                let what = "a conversation without its threads".to_owned();
                Ok(Event::Thin(vec![Thin { conversation: ConversationId(id.0), what }]))
            }
            // Ratings, customers, tags.
            _ => Ok(Event::Nothing),
        }
    }
}
