//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a request that is sent again, as its answer got
//! lost, is not done again.

use super::Service;
use super::problem::Problem;
use crate::access::Principal;
use crate::store::answered::{self, Asked, Begun};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::future::Future;
use std::sync::Arc;

/// The header.
const HEADER: &str = "Idempotency-Key";

/// A key has so many characters at most.
const LONGEST: usize = 255;

/// An answer that can be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    status: StatusCode,
    body: Vec<u8>,
}

impl Kept {
    /// An answer of that status with a JSON body.
    ///
    /// # Errors
    /// None is expected: answers are plain structures.
    pub fn of(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body).map_err(|error| Problem::internal(error.to_string()))?;
        Ok(Self { status, body })
    }

    fn answer(self, again: bool) -> HttpResponse {
        let bad = self.status.is_client_error();
        let mut answer = HttpResponse::build(self.status);
        answer.content_type(if bad { "application/problem+json" } else { "application/json" });
        if again {
            answer.insert_header(("Idempotency-Replayed", "true"));
        }
        answer.body(self.body)
    }
}

/// The digest of a body.
#[must_use]
pub fn digest(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// Does `work`, unless `request` came before with the same key: then the answer of then is given again. `body` is
/// the digest of its body.
///
/// # Errors
/// What `work` fails with; 409 where the first request is still at work, 422 where the key came with another one.
pub async fn once(
    service: &Arc<Service>,
    caller: &Principal,
    request: &HttpRequest,
    body: &[u8; 32],
    work: impl Future<Output = Result<Kept, Problem>>,
) -> Result<HttpResponse, Problem> {
    let Some(key) = key(request)? else { return Ok(work.await?.answer(false)) };
    let asked = Asked { token: caller.credential.to_string(), key };
    let mut hash = Sha256::new();
    for part in [request.method().as_str(), request.path(), request.query_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(body);
    let fingerprint: [u8; 32] = hash.finalize().into();
    let begun = {
        let (asked, now) = (asked.clone(), Timestamp::now());
        service.write(move |transaction| answered::begin(transaction, &asked, &fingerprint, now)).await?
    };
    match begun {
        Begun::New => {}
        Begun::Running => {
            return Err(Problem::conflict("the request with this Idempotency-Key is still at work; ask again later"));
        }
        Begun::Other => {
            let detail = "this Idempotency-Key came with another request; a new request needs a new key";
            return Err(Problem::invalid(detail).at(HEADER, detail));
        }
        Begun::Answered { status, body } => {
            let status = StatusCode::from_u16(status).map_err(|error| Problem::internal(error.to_string()))?;
            return Ok(Kept { status, body }.answer(true));
        }
    }
    let mut unanswered = Unanswered { service, asked: Some(asked) };
    let done = work.await;
    let kept = match &done {
        Ok(kept) => kept.clone(),
        // What is wrong with the request itself is wrong the next time, too.
        Err(problem) if (400..500).contains(&problem.status) && ![409, 429].contains(&problem.status) => {
            Kept::of(StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST), problem)?
        }
        Err(_) => return done.map(|kept| kept.answer(false)),
    };
    if let Some(asked) = unanswered.asked.take() {
        let (status, body) = (kept.status.as_u16(), kept.body.clone());
        service.write(move |transaction| answered::answer(transaction, &asked, status, &body)).await?;
    }
    done.map(|kept| kept.answer(false))
}

/// A request at work. Where it comes to no answer, as its client has gone or something failed, it may come again.
struct Unanswered<'s> {
    service: &'s Arc<Service>,
    asked: Option<Asked>,
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if let Some(asked) = self.asked.take() {
            // Where the store is too busy the key stays taken until the next start, at most a day.
            let _ = self.service.store.offer(move |transaction| answered::forget(transaction, &asked));
        }
    }
}

/// The key: a string in quotation marks, as the draft has it, or bare, as many clients send it.
fn key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get(HEADER) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let bare = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').unwrap_or_default(),
        None => text,
    };
    let fine = |c: char| (c.is_ascii_graphic() || c == ' ') && c != '"' && c != '\\';
    if bare.is_empty() || bare.len() > LONGEST || !bare.chars().all(fine) {
        let detail = format!("it must be 1 to {LONGEST} printable ASCII characters, in quotation marks or bare");
        return Err(Problem::bad_request(format!("Idempotency-Key: {detail}")).at(HEADER, detail));
    }
    Ok(Some(bare.to_owned()))
}
