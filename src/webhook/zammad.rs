//! Zammad: HMAC-SHA1 over the body, `sha1=` and hexadecimal digits, keyed with the webhook's token; without a
//! token Zammad leaves the header out, and nothing is let in.
//!
//! The body is a ticket with the article that the trigger was about. Nothing tells the time of sending.

use super::signature::{Hash, Signature, Written};
use super::{Delivery, Event, Refused, Secret, Tool, Verified, read_records};
use crate::source::Problem;
use jiff::Timestamp;

/// Zammad.
#[derive(Debug)]
pub struct Zammad;

const SIGNATURE: Signature = Signature { header: "X-Hub-Signature", hash: Hash::Sha1, written: Written::Hex("sha1=") };

impl Tool for Zammad {
    fn name(&self) -> &'static str {
        "zammad"
    }

    fn title(&self) -> &'static str {
        "Zammad"
    }

    fn guide(&self) -> &'static str {
        include_str!("guides/zammad.md")
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
        let secret = SIGNATURE.signer(delivery, secrets, &[delivery.body])?;
        Ok(Verified { id: delivery.id(Some("X-Zammad-Delivery"), ""), sent: None, secret })
    }

    fn read(&self, body: &str, _: Timestamp) -> Result<Event, Problem> {
        read_records(self.name(), body)
    }
}
