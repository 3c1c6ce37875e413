//! Standard Webhooks (standardwebhooks.com), for programs of one's own: over id, dot, time, dot and body, a list of
//! signatures in one header, `v1` by HMAC-SHA256 and `v1a` by ed25519.
//!
//! Of its own accord a sender signs with its old and its new key while it changes them; any that fits is enough.
//! The body is `{"type": …, "timestamp": …, "data": …}`, where `data` is as [`super::neutral`] reads it.

use super::signature::{Clock, Hash};
use super::{BadSecret, Delivery, Event, Refused, Secret, Tool, Verified, neutral, parse, problem};
use crate::source::Problem;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Standard Webhooks.
#[derive(Debug)]
pub struct Standard;

const ID: &str = "webhook-id";
const TIME: &str = "webhook-timestamp";
const SIGNATURES: &str = "webhook-signature";

/// A secret, or a public key, that the sender wrote as the standard says.
enum Key {
    Shared(Vec<u8>),
    Public(VerifyingKey),
}

impl Key {
    fn of(secret: &Secret) -> Option<Self> {
        if let Some(public) = secret.text().strip_prefix("whpk_") {
            let bytes: [u8; 32] = STANDARD.decode(public).ok()?.try_into().ok()?;
            return VerifyingKey::from_bytes(&bytes).ok().map(Self::Public);
        }
        let bytes = STANDARD.decode(secret.text().strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&bytes.len()).then_some(Self::Shared(bytes))
    }

    /// Whether this key made one of `signatures` over `parts`.
    fn made(&self, signatures: &[(&str, Vec<u8>)], parts: &[&[u8]]) -> bool {
        signatures.iter().any(|(version, given)| match self {
            Self::Shared(key) => *version == "v1" && Hash::Sha256.made(key, parts, given),
            Self::Public(key) => {
                let signature = Signature::from_slice(given).ok().filter(|_| *version == "v1a");
                signature.is_some_and(|signature| key.verify_strict(&parts.concat(), &signature).is_ok())
            }
        })
    }
}

#[derive(Deserialize)]
struct Envelope {
    data: Box<RawValue>,
}

impl Tool for Standard {
    fn name(&self) -> &'static str {
        "standard"
    }

    fn title(&self) -> &'static str {
        "Standard Webhooks"
    }

    fn guide(&self) -> &'static str {
        include_str!("guides/standard.md")
    }

    fn check_secret(&self, secret: &Secret) -> Result<(), BadSecret> {
        Key::of(secret).map(|_| ()).ok_or(BadSecret::NotStandard)
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
        let id = delivery.header(ID)?;
        let (sent, time) = Clock::Seconds.read(delivery, TIME)?;
        let list = delivery.header(SIGNATURES)?.split(' ').filter_map(|one| one.split_once(','));
        let signatures: Vec<(&str, Vec<u8>)> =
            list.filter_map(|(version, coded)| Some((version, STANDARD.decode(coded).ok()?))).collect();
        if signatures.is_empty() {
            let expected = "a list of `v1,` or `v1a,` with a signature in base64";
            return Err(Refused::Malformed { header: SIGNATURES, expected });
        }
        let parts = [id.as_bytes(), b".", time.as_bytes(), b".", delivery.body];
        let made = |secret: &Secret| Key::of(secret).is_some_and(|key| key.made(&signatures, &parts));
        let forged = Refused::Forged { header: SIGNATURES, secrets: secrets.len() };
        let secret = secrets.iter().position(made).ok_or(forged)?;
        Ok(Verified { id: delivery.id(Some(ID), time), sent: Some(sent), secret })
    }

    fn read(&self, body: &str, _: Timestamp) -> Result<Event, Problem> {
        let envelope: Envelope = parse(body)?;
        neutral::read(envelope.data.get())
            .map_err(|(pointer, reason)| problem((format!("/data{pointer}"), reason), body))
    }
}
