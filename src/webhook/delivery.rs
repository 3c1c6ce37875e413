//! What comes in over HTTP, in terms of no web framework, and what is answered.

use super::{Refused, signature};
use jiff::Timestamp;

/// One request of a tool.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// Its method, in capitals: `POST`.
    pub method: &'a str,
    /// Its address as the sender wrote it: our public address (not that behind a proxy), path and query.
    pub url: &'a str,
    /// Gives the value of a header, whatever the case of its name; `None` where there is none or it is no text.
    pub headers: &'a dyn Fn(&str) -> Option<&'a str>,
    /// Its body, byte by byte as it came.
    pub body: &'a [u8],
}

impl<'a> Delivery<'a> {
    /// The value of a header that must be there.
    pub(super) fn header(&self, name: &'static str) -> Result<&'a str, Refused> {
        (self.headers)(name).ok_or(Refused::Missing { header: name })
    }

    /// The delivery's own name, from a header of the tool; else made of its time and body.
    ///
    /// Tools send such a header unsigned, so that a forger of it could make a delivery count twice, but not
    /// make a message: those have ids of their own.
    pub(super) fn id(&self, header: Option<&str>, time: &str) -> String {
        let given = header.and_then(|header| (self.headers)(header)).filter(|id| !id.is_empty() && id.len() <= 256);
        given.map_or_else(|| signature::digest(&[time.as_bytes(), b"\n", self.body]), str::to_owned)
    }
}

impl std::fmt::Debug for Delivery<'_> {
    /// Method and size: an address may have a secret in it, and a body is its customers'.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Delivery({} with {} bytes)", self.method, self.body.len())
    }
}

/// A delivery that one of our secrets signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Names it among all deliveries of its tool: the tool's own id, or SHA-256 over its time and body. A
    /// tool that sends again sends the same id, save those that sign a new time.
    pub id: String,
    /// When it was sent, where the tool signs that.
    pub sent: Option<Timestamp>,
    /// Which of the secrets signed it, from 0: says when an old one is out of use.
    pub secret: usize,
}

/// An answer with status 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its media type.
    pub content_type: &'static str,
    /// Its body.
    pub body: String,
}
