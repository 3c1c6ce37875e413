//! Reads that change seldom: an answer carries a weak `ETag`, and who sends it back as `If-None-Match` is told
//! 304 where nothing has changed (RFC 9110 §8.8.3, §13.1.2).
//!
//! A tag of the store changes with every change that the store numbers, so whatever such an answer shows must
//! change with [`store::next_change`]. It says too who asks and what messages are read with.

use super::Service;
use super::problem::Problem;
use crate::access::Principal;
use crate::store;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use rusqlite::Transaction;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::Arc;

/// A weak entity tag: `W/"…"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// The tag of something that is made of `parts` alone.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            // A part may end in what another begins with.
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let mut tag = String::from("W/\"");
        for byte in &digest.finalize()[..12] {
            // Writing to a string does not fail.
            let _ = write!(tag, "{byte:02x}");
        }
        tag.push('"');
        Self(tag)
    }

    /// The tag of what `caller` is shown of the store as `transaction` sees it.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn of_store(transaction: &Transaction<'_>, service: &Service, caller: &Principal) -> Result<Self, Problem> {
        let method = service.method();
        Ok(Self::of(&[
            &store::change(transaction)?.to_string(),
            &format!("{} {} {:?}", caller.credential, caller.scopes(), caller.agent),
            env!("CARGO_PKG_VERSION"),
            method.lexicon.digest(),
            &method.card.digest,
            &method.least_confidence.value().to_string(),
        ]))
    }

    /// Whether it is among those that the client has.
    fn is_among(&self, sent: &[String]) -> bool {
        sent.iter().any(|tag| tag == "*" || tag == opaque(&self.0))
    }

    /// Puts it on an answer. The client may keep that, and asks again before it uses it.
    #[must_use]
    pub fn on(self, mut answer: HttpResponse) -> HttpResponse {
        let headers = answer.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.append(header::VARY, HeaderValue::from_static("Authorization, Cookie"));
        if let Ok(tag) = HeaderValue::from_str(&self.0) {
            headers.insert(header::ETAG, tag);
        }
        answer
    }

    /// 304, or what `answer` gives.
    #[must_use]
    pub fn answer(self, request: &HttpRequest, answer: impl FnOnce() -> HttpResponse) -> HttpResponse {
        let known = self.is_among(&sent(request));
        self.on(if known { HttpResponse::NotModified().finish() } else { answer() })
    }
}

/// Answers with what `work` reads from the store, or with 304 without reading it.
///
/// # Errors
/// What `work` fails with.
pub async fn unless_known<T: Send + 'static>(
    service: &Arc<Service>,
    caller: &Principal,
    request: &HttpRequest,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, Problem> + Send + 'static,
    answer: impl FnOnce(T) -> HttpResponse,
) -> Result<HttpResponse, Problem> {
    let (own, caller) = (Arc::clone(service), caller.clone());
    let sent = sent(request);
    let read = move |transaction: &Transaction<'_>| {
        let tag = Tag::of_store(transaction, &own, &caller)?;
        let found = if tag.is_among(&sent) { None } else { Some(work(transaction)?) };
        Ok((tag, found))
    };
    let (tag, found) = service.read(read).await?;
    Ok(tag.on(found.map_or_else(|| HttpResponse::NotModified().finish(), answer)))
}

/// The tags that the client has.
fn sent(request: &HttpRequest) -> Vec<String> {
    let values = request.headers().get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    values.flat_map(|tags| tags.split(',')).map(|tag| opaque(tag).to_owned()).collect()
}

/// A tag without what says that it is weak: weak comparison.
fn opaque(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/")
}
