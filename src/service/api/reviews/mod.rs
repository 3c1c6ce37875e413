//! Reviews: what people say of a message, beside what the machine says of it.

mod verdicts;

use crate::access::{Principal, Role, Scope};
use crate::service::Service;
use crate::service::gate::{May, Read};
use crate::service::paging::{Page, PageQuery};
use crate::service::problem::{Problem, of_json};
use crate::service::routes::at;
use crate::service::time::Time;
use crate::store::audit_log;
use crate::store::reviews::{self, MachineRow, NewReview, ReviewFilter, ReviewRow, VerdictRow};
use actix_web::http::Method;
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

pub use verdicts::{CriterionVerdict, DetectionVerdict, ReviewRequest, detection_verdict};

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    let review = at("/v1/messages/{key}/review", &[Method::PUT, Method::DELETE]);
    config
        .service(review.route(web::put().to(put)).route(web::delete().to(delete)))
        .service(at("/v1/reviews", &[Method::GET]).route(web::get().to(list)));
}

/// Whose word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewKind {
    /// A reviewer's.
    Review,
    /// That of the agent who wrote the message.
    Dispute,
}

impl ReviewKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Dispute => "dispute",
        }
    }

    /// What `caller` writes where they do not say.
    fn of(caller: &Principal) -> Self {
        if caller.role == Role::Agent { Self::Dispute } else { Self::Review }
    }
}

/// A review.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewAnswer {
    /// Its key.
    #[schema(example = "3")]
    pub key: String,
    /// Key of the message.
    #[schema(example = "17")]
    pub message: String,
    /// Key of the message's conversation.
    #[schema(example = "5")]
    pub conversation: String,
    /// Key of the agent who wrote the message; null where it is not read any more.
    #[schema(example = "2")]
    pub agent: Option<String>,
    /// Who says it.
    #[schema(example = "Ines")]
    pub reviewer: String,
    /// Whether it is the caller's own.
    pub own: bool,
    /// `review` or `dispute`.
    #[schema(example = "review")]
    pub kind: String,
    /// Whether the machine's score was not seen yet.
    pub blind: bool,
    /// What else there is to say.
    pub comment: Option<String>,
    /// By criterion: `met`, `unmet` or `not_applicable`.
    pub criteria: BTreeMap<String, String>,
    /// By headline finding: whether it is there.
    pub findings: BTreeMap<String, bool>,
    /// On what rules found.
    pub detections: Vec<DetectionVerdict>,
    /// When it was first given.
    pub created: Option<Time>,
    /// When it was last changed.
    pub changed: Option<Time>,
}

impl ReviewAnswer {
    /// As `caller` is shown it.
    #[must_use]
    pub fn of(row: ReviewRow, caller: &Principal) -> Self {
        let mut answer = Self {
            key: row.key.to_string(),
            message: row.message.to_string(),
            conversation: row.conversation.to_string(),
            agent: row.agent.map(|agent| agent.to_string()),
            own: row.actor == caller.credential.to_string(),
            reviewer: row.reviewer,
            kind: row.kind,
            blind: row.blind,
            comment: row.comment,
            criteria: BTreeMap::new(),
            findings: BTreeMap::new(),
            detections: Vec::new(),
            created: row.created.map(Time),
            changed: row.changed.map(Time),
        };
        for VerdictRow { about, subject, verdict } in row.verdicts {
            let yes = verdict == "yes";
            match about.as_str() {
                "criterion" => drop(answer.criteria.insert(subject, verdict)),
                "finding" => drop(answer.findings.insert(subject, yes)),
                _ => answer.detections.extend(detection_verdict(&subject, yes)),
            }
        }
        answer.detections.sort_by(|a, b| (a.start, a.end, &a.rule).cmp(&(b.start, b.end, &b.rule)));
        answer
    }
}

/// Whether `caller` may write `kind` about a message that `machine` speaks of, which is not there for them where
/// they may not see it.
fn check(caller: &Principal, kind: ReviewKind, machine: Option<MachineRow>) -> Result<MachineRow, Problem> {
    let machine = machine.filter(|machine| caller.may_see(&machine.agent));
    let machine = machine.ok_or_else(|| Problem::not_found("there is no such agent's message that was read"))?;
    match kind {
        ReviewKind::Review if !caller.may(Scope::Review) => {
            let detail = format!("a review needs the scope `{}`; an agent disputes", Scope::Review);
            Err(Problem::forbidden(detail))
        }
        ReviewKind::Dispute if caller.agent.as_ref() != Some(&machine.agent) => {
            Err(Problem::forbidden("only who wrote a message can dispute what is said of it"))
        }
        _ => Ok(machine),
    }
}

/// Says what one thinks of a message
///
/// A reviewer's verdicts on criteria, findings and what rules found, or an agent's dispute of what is said of
/// their own message. It replaces the caller's earlier one. The machine's score stays as it is.
#[utoipa::path(
    put, path = "/v1/messages/{key}/review", operation_id = "putReview", tag = "reviews",
    params(("key" = String, Path, description = "key of the message", example = "17")),
    request_body = ReviewRequest,
    responses(
        (status = 200, description = "the review, in place of an earlier one", body = ReviewAnswer),
        (status = 201, description = "the review, the first of the caller", body = ReviewAnswer),
        (status = 400, description = "the body is no JSON", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the caller may not", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such agent's message that was read", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "a verdict is about something that is not there", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn put(
    caller: May<Read>,
    service: web::Data<Service>,
    key: web::Path<i64>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let request: ReviewRequest = serde_json::from_slice(&body).map_err(|error| of_json(&error))?;
    let (kept, first) = keep(service.into_inner(), &caller, key.into_inner(), request).await?;
    let mut answer = if first { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(kept))
}

/// Keeps what `caller` says of a message in place of what they said before; gives it, and whether it is the first.
///
/// # Errors
/// Where they may not, or say something of what is not there, or say nothing.
pub async fn keep(
    service: Arc<Service>,
    caller: &Principal,
    message: i64,
    mut request: ReviewRequest,
) -> Result<(ReviewAnswer, bool), Problem> {
    let kind = request.kind.unwrap_or(ReviewKind::of(caller));
    let machine = service.read(move |transaction| Ok(reviews::machine(transaction, message)?)).await?;
    let machine = check(caller, kind, machine)?;
    let verdicts = request.verdicts(&machine)?;
    let comment = request.comment.take().filter(|comment| !comment.trim().is_empty());
    if verdicts.is_empty() && comment.is_none() {
        return Err(Problem::invalid("a review says something: a verdict, or a comment"));
    }
    let actor = caller.credential.to_string();
    let review = NewReview {
        message,
        actor: actor.clone(),
        reviewer: caller.name.clone(),
        kind: kind.name(),
        blind: request.blind,
        comment,
        verdicts,
        at: Timestamp::now(),
    };
    let principal = caller.clone();
    let write = move |transaction: &rusqlite::Transaction<'_>| {
        let kept = reviews::put(transaction, &review)?;
        if kept.is_some() {
            let subject = format!("message:{message}");
            audit_log::add(transaction, Some(&principal), review.kind, Some(&subject), None)?;
        }
        Ok(kept)
    };
    let kept = service.write(write).await?;
    let (_, first) = kept.ok_or_else(|| Problem::not_found("the message was erased meanwhile"))?;
    let filter =
        ReviewFilter { message: Some(message), actor: Some(actor), kind: Some(kind.name()), ..Default::default() };
    let kept = service.read(move |transaction| Ok(reviews::list(transaction, &filter, 1)?)).await?.pop();
    let kept = kept.ok_or_else(|| Problem::not_found("the message was erased meanwhile"))?;
    Ok((ReviewAnswer::of(kept, caller), first))
}

/// Which of one's own reviews.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OwnReviewQuery {
    /// `review` unless the caller is an agent.
    #[param(inline)]
    pub kind: Option<ReviewKind>,
}

/// Takes one's own review back
///
/// Removes what the caller said of the message. Nobody can remove what others said.
#[utoipa::path(
    delete, path = "/v1/messages/{key}/review", operation_id = "deleteReview", tag = "reviews",
    params(("key" = String, Path, description = "key of the message", example = "17"), OwnReviewQuery),
    responses(
        (status = 204, description = "it is gone"),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "the caller said nothing of such a message", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn delete(
    caller: May<Read>,
    service: web::Data<Service>,
    key: web::Path<i64>,
    query: Query<OwnReviewQuery>,
) -> Result<HttpResponse, Problem> {
    take_back(service.into_inner(), &caller, key.into_inner(), query.kind).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Removes what `caller` said of a message.
///
/// # Errors
/// Where they said nothing of it.
pub async fn take_back(
    service: Arc<Service>,
    caller: &Principal,
    message: i64,
    kind: Option<ReviewKind>,
) -> Result<(), Problem> {
    let kind = kind.unwrap_or(ReviewKind::of(caller)).name();
    let (actor, principal) = (caller.credential.to_string(), caller.clone());
    let write = move |transaction: &rusqlite::Transaction<'_>| {
        let gone = reviews::remove(transaction, message, &actor, kind)?;
        if gone {
            let subject = format!("message:{message}");
            audit_log::add(transaction, Some(&principal), "review_removed", Some(&subject), Some(kind))?;
        }
        Ok(gone)
    };
    let gone = service.write(write).await?;
    if gone { Ok(()) } else { Err(Problem::not_found(format!("you have written no {kind} of such a message"))) }
}

/// Which reviews.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReviewsQuery {
    /// Of the message of this key.
    pub message: Option<i64>,
    /// Of messages in the conversation of this key.
    pub conversation: Option<i64>,
    /// Of messages by the agent of this key.
    pub agent: Option<i64>,
    /// By whom: their name.
    #[param(example = "Ines")]
    pub reviewer: Option<String>,
    /// `review` or `dispute`.
    #[param(inline)]
    pub kind: Option<ReviewKind>,
    /// Changed at that time or later (RFC 3339).
    pub since: Option<Time>,
    /// Changed before that time (RFC 3339).
    pub until: Option<Time>,
    /// Items of the page, 1 to 200; 50 unless said.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Reviews and disputes
///
/// What people said of messages, the newest first. An agent is shown what is said of their own messages.
#[utoipa::path(
    get, path = "/v1/reviews", operation_id = "listReviews", tag = "reviews", params(ReviewsQuery),
    responses(
        (status = 200, description = "a page of reviews", body = Page<ReviewAnswer>),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    caller: May<Read>,
    service: web::Data<Service>,
    query: Query<ReviewsQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let ReviewsQuery { message, conversation, agent, reviewer, kind, since, until, limit, cursor } = query.into_inner();
    let page = PageQuery { limit, cursor };
    let (limit, before) = (page.limit()?, page.after::<i64>()?);
    let kind = kind.map(ReviewKind::name);
    let written_by = if caller.may_see_everybody() { None } else { caller.agent.clone() };
    let found = if written_by.is_none() && !caller.may_see_everybody() {
        // An agent of whom nobody knows who they are.
        Vec::new()
    } else {
        let filter = ReviewFilter {
            message,
            conversation,
            agent,
            written_by,
            actor: None,
            reviewer,
            kind,
            since: since.map(|time| time.0),
            until: until.map(|time| time.0),
            before,
            not_told: Some(caller.credential.to_string()),
        };
        let read = move |transaction: &rusqlite::Transaction<'_>| Ok(reviews::list(transaction, &filter, limit + 1)?);
        service.into_inner().read(read).await?
    };
    let page = Page::of(found, limit, |review| review.key, |review| ReviewAnswer::of(review, &caller))?;
    Ok(page.answer(&request))
}
