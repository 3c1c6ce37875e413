//! Scorecards: the questions by which messages are scored.

use crate::score::{Applies, Criterion, LabelKind, Scorecard};
use crate::service::Service;
use crate::service::etag::Tag;
use crate::service::gate::{May, Read};
use crate::service::problem::Problem;
use crate::service::routes::at;
use actix_web::http::Method;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/v1/scorecards", &[Method::GET]).route(web::get().to(list)))
        .service(at("/v1/scorecards/{id}", &[Method::GET]).route(web::get().to(one)));
}

/// A scorecard.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScorecardAnswer {
    /// Stable name.
    #[schema(example = "standard")]
    pub id: String,
    /// Name shown to people.
    #[schema(example = "Standard")]
    pub name: String,
    /// Raised with every change.
    #[schema(example = "1.0.0")]
    pub version: String,
    /// SHA-256 of its file, in hexadecimal.
    pub digest: String,
    /// What it looks at, and where that comes from.
    pub what: String,
    /// Whether stored messages are scored by it.
    pub in_use: bool,
    /// Its questions.
    pub criteria: Vec<CriterionAnswer>,
}

/// A question of a scorecard.
#[derive(Debug, Serialize, ToSchema)]
pub struct CriterionAnswer {
    /// Stable name.
    #[schema(example = "apology")]
    pub id: String,
    /// A plain question that "yes" answers well.
    #[schema(example = "Does the message apologise?")]
    pub question: String,
    /// Its share in the score, above 0.
    pub weight: f64,
    /// Why it weighs so much.
    pub reason: String,
    /// Whether failing it makes the score 0.
    pub critical: bool,
    /// When it asks something of a message: all must hold; empty for always.
    pub applies: Vec<&'static str>,
    /// Labels of which one must be found, some with their kind (`follow_up:dated`); empty where none is asked for.
    pub met_by: Vec<String>,
    /// Labels that break it.
    pub broken_by: Vec<String>,
    /// What an agent can do where it is not met.
    pub advice: String,
}

/// All scorecards.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scorecards {
    /// The scorecards.
    pub items: Vec<ScorecardAnswer>,
}

impl ScorecardAnswer {
    fn of(card: &Scorecard, in_use: &Scorecard) -> Self {
        Self {
            id: card.id.clone(),
            name: card.name.clone(),
            version: card.version.clone(),
            digest: card.digest.clone(),
            what: card.what.clone(),
            in_use: card.id == in_use.id && card.digest == in_use.digest,
            criteria: card.criteria.iter().map(CriterionAnswer::of).collect(),
        }
    }
}

impl CriterionAnswer {
    fn of(criterion: &Criterion) -> Self {
        let labels = |labels: &[LabelKind]| labels.iter().map(|label| label.text()).collect();
        Self {
            id: criterion.id.clone(),
            question: criterion.question.clone(),
            weight: criterion.weight,
            reason: criterion.reason.clone(),
            critical: criterion.critical,
            applies: criterion.applies.iter().map(|applies| condition(*applies)).collect(),
            met_by: labels(&criterion.met_by),
            broken_by: labels(&criterion.broken_by),
            advice: criterion.advice.clone(),
        }
    }
}

const fn condition(applies: Applies) -> &'static str {
    match applies {
        Applies::ServiceFailure => "service_failure",
        Applies::ApologyDue => "apology_due",
        Applies::FollowUpDue => "follow_up_due",
        Applies::Commitment => "commitment",
        Applies::Fix => "fix",
    }
}

/// All scorecards
///
/// The scorecards that this service knows, with their questions; `in_use` marks the one that stored messages
/// are scored by.
#[utoipa::path(
    get, path = "/v1/scorecards", operation_id = "listScorecards", tag = "rules",
    responses(
        (status = 200, description = "the scorecards", body = Scorecards, example = json!({"items": []})),
        (status = 304, description = "the client has them already: `If-None-Match`"),
    ),
)]
pub async fn list(_caller: May<Read>, service: web::Data<Service>, request: HttpRequest) -> HttpResponse {
    let in_force = service.in_force();
    let (cards, in_use) = (&in_force.cards, in_force.method.card);
    let mut parts: Vec<&str> = cards.iter().map(|one| one.card.digest.as_str()).collect();
    parts.push(&in_use.digest);
    Tag::of(&parts).answer(&request, || {
        let items = cards.iter().map(|one| ScorecardAnswer::of(one.card, in_use)).collect();
        HttpResponse::Ok().json(Scorecards { items })
    })
}

/// A scorecard
///
/// One scorecard with its questions, and what meets and breaks each.
#[utoipa::path(
    get, path = "/v1/scorecards/{id}", operation_id = "getScorecard", tag = "rules",
    params(("id" = String, Path, description = "its name", example = "standard")),
    responses(
        (status = 200, description = "the scorecard", body = ScorecardAnswer),
        (status = 304, description = "the client has it already: `If-None-Match`"),
        (status = 404, description = "there is none of that name", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn one(
    _caller: May<Read>,
    service: web::Data<Service>,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let in_force = service.in_force();
    let card = in_force.card(&id).ok_or_else(|| Problem::not_found(format!("no scorecard is called `{id}`")))?.card;
    let in_use = in_force.method.card;
    let tag = Tag::of(&[&card.digest, &in_use.digest]);
    Ok(tag.answer(&request, || HttpResponse::Ok().json(ScorecardAnswer::of(card, in_use))))
}
