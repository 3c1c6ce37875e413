//! Signatures over bytes: keyed hashes (RFC 2104), compared in constant time, and how headers write them.

use super::{Delivery, Refused, Secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The hash of a keyed hash.
#[derive(Debug, Clone, Copy)]
pub enum Hash {
    /// SHA-1: broken for signing documents, sound in a keyed hash.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// How a header writes bytes.
#[derive(Debug, Clone, Copy)]
pub enum Written {
    /// As small hexadecimal digits, after a prefix such as `sha1=`.
    Hex(&'static str),
    /// As base64 with padding.
    Base64,
}

/// A header with a keyed hash.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    /// Its name.
    pub header: &'static str,
    /// Its hash.
    pub hash: Hash,
    /// How it is written.
    pub written: Written,
}

impl Signature {
    /// Which of `secrets` made the header's value over `parts`, one after another.
    ///
    /// # Errors
    /// Where the header is missing, is not written as it should be, or none did.
    pub fn signer(&self, delivery: &Delivery<'_>, secrets: &[Secret], parts: &[&[u8]]) -> Result<usize, Refused> {
        let given = self.bytes(delivery.header(self.header)?)?;
        let made = |secret: &Secret| self.hash.made(secret.text().as_bytes(), parts, &given);
        let forged = Refused::Forged { header: self.header, secrets: secrets.len() };
        secrets.iter().position(made).ok_or(forged)
    }

    fn bytes(&self, value: &str) -> Result<Vec<u8>, Refused> {
        let (bytes, expected) = match self.written {
            Written::Base64 => (STANDARD.decode(value).ok(), "a signature in base64"),
            Written::Hex(prefix) => {
                let expected = if prefix == "sha1=" {
                    "`sha1=` and a signature in hexadecimal digits"
                } else {
                    "`sha256=` and a signature in hexadecimal digits"
                };
                (value.strip_prefix(prefix).and_then(unhex), expected)
            }
        };
        bytes.ok_or(Refused::Malformed { header: self.header, expected })
    }
}

impl Hash {
    /// Whether `given` is the keyed hash of `parts` under `key`. Takes as long for a wrong one as for the right one.
    pub fn made(self, key: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
        fn check<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]], given: &[u8]) -> bool {
            let Ok(mut mac) = <M as Mac>::new_from_slice(key) else { return false };
            parts.iter().for_each(|part| mac.update(part));
            mac.verify_slice(given).is_ok()
        }
        match self {
            Self::Sha1 => check::<Hmac<Sha1>>(key, parts, given),
            Self::Sha256 => check::<Hmac<Sha256>>(key, parts, given),
        }
    }
}

/// SHA-256 over `parts`, one after another, in hexadecimal digits.
pub fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads small hexadecimal digits; large ones no tool writes.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| if let [high, low] = *pair { Some(digit(high)? << 4 | digit(low)?) } else { None }).collect()
}

/// How a header writes a time.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// RFC 3339.
    Text,
    /// Whole seconds since 1970.
    Seconds,
    /// Whole milliseconds since 1970.
    Milliseconds,
}

impl Clock {
    /// Reads the header `header`: its time, and its text, which is what is signed.
    ///
    /// # Errors
    /// Where it is missing, or no such time.
    pub fn read<'a>(self, delivery: &Delivery<'a>, header: &'static str) -> Result<(Timestamp, &'a str), Refused> {
        let text = delivery.header(header)?;
        let number = || text.parse::<i64>().ok();
        let (time, expected) = match self {
            Self::Text => (text.parse().ok(), "a time such as 2026-03-02T08:14:00Z"),
            Self::Seconds => (number().and_then(|n| Timestamp::from_second(n).ok()), "seconds since 1970"),
            Self::Milliseconds => {
                (number().and_then(|n| Timestamp::from_millisecond(n).ok()), "milliseconds since 1970")
            }
        };
        time.map(|time| (time, text)).ok_or(Refused::Malformed { header, expected })
    }
}
