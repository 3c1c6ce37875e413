//! Machine against people, and people among themselves.

mod figures;

use crate::lexicon::Lexicon;
use crate::service::Service;
use crate::service::gate::{May, Review};
use crate::service::paging::{Page, PageQuery};
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::service::time::Time;
use crate::store::agreement::{self, SaidFilter, SaidRow};
use actix_web::http::Method;
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
pub use figures::{AgreementAnswer, AgreementItem, MachineAgreement, PeopleAgreement, Share};
use figures::{Counted, Versions};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/v1/agreement", &[Method::GET]).route(web::get().to(all)))
        .service(at("/v1/agreement/disagreements", &[Method::GET]).route(web::get().to(disagreements)));
}

/// Which reviews are compared.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AgreementQuery {
    /// Of messages sent at that time or later (RFC 3339).
    pub since: Option<Time>,
    /// Of messages sent before that time (RFC 3339).
    pub until: Option<Time>,
    /// `true`: only reviews given before the machine's score was shown; `false`: only others.
    pub blind: Option<bool>,
}

/// How far machine and people agree
///
/// Per criterion, headline finding, label and rule: counts, precision and recall with Wilson intervals,
/// Krippendorff's alpha and Gwet's AC1, of the machine against most of the people, and of the people among
/// themselves. Nobody is asked what a rule left out, so labels and rules have no recall.
#[utoipa::path(
    get, path = "/v1/agreement", operation_id = "getAgreement", tag = "reviews", params(AgreementQuery),
    responses(
        (status = 200, description = "the figures", body = AgreementAnswer),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn all(
    caller: May<Review>,
    service: web::Data<Service>,
    query: Query<AgreementQuery>,
) -> Result<HttpResponse, Problem> {
    everybody(&caller)?;
    let AgreementQuery { since, until, blind } = query.into_inner();
    let filter = filter(since, until, blind);
    let service = service.into_inner();
    let lexicon = service.method().lexicon;
    let read = move |transaction: &Transaction<'_>| figures(transaction, lexicon, filter);
    Ok(HttpResponse::Ok().json(service.read(read).await?))
}

fn filter(since: Option<Time>, until: Option<Time>, blind: Option<bool>) -> SaidFilter {
    SaidFilter { since: since.map(|time| time.0), until: until.map(|time| time.0), blind, calibration: None }
}

/// How far machine and people agree in the reviews that `filter` names.
///
/// # Errors
/// Where the store fails.
pub fn figures(
    transaction: &Transaction<'_>,
    lexicon: &'static Lexicon,
    filter: SaidFilter,
) -> Result<AgreementAnswer, Problem> {
    let versions = Versions::read(transaction)?;
    let mut counted = Counted::new(lexicon);
    agreement::reviewed(transaction, filter, |judged, said| counted.add(&versions, judged, said))?;
    Ok(counted.answer())
}

fn everybody(caller: &May<Review>) -> Result<(), Problem> {
    if caller.may_see_everybody() { Ok(()) } else { Err(Problem::forbidden("this tells of everybody's messages")) }
}

/// Which disagreements.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DisagreementsQuery {
    /// `criterion`, `finding`, `label` or `rule`.
    #[param(example = "finding")]
    pub about: Option<String>,
    /// Which one.
    #[param(example = "excuse")]
    pub subject: Option<String>,
    /// Of messages sent at that time or later (RFC 3339).
    pub since: Option<Time>,
    /// Of messages sent before that time (RFC 3339).
    pub until: Option<Time>,
    /// `true`: only reviews given before the machine's score was shown; `false`: only others.
    pub blind: Option<bool>,
    /// Items of the page, 1 to 200; 50 unless said.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Something on which a reviewer and the machine differ.
#[derive(Debug, Serialize, ToSchema)]
pub struct Disagreement {
    /// Key of the message: `/v1/messages/{key}`.
    #[schema(example = "17")]
    pub message: String,
    /// Key of its conversation.
    #[schema(example = "5")]
    pub conversation: String,
    /// Key of the review.
    #[schema(example = "3")]
    pub review: String,
    /// Who differs.
    #[schema(example = "Ines")]
    pub reviewer: String,
    /// `criterion`, `finding` or `detection`.
    #[schema(example = "finding")]
    pub about: String,
    /// Which criterion or finding; of a detection `rule@start-end`.
    #[schema(example = "excuse")]
    pub subject: String,
    /// What the machine says.
    #[schema(example = "yes")]
    pub machine: &'static str,
    /// What the reviewer says.
    #[schema(example = "no")]
    pub people: String,
}

/// What is asked for, checked.
fn asked(about: Option<&str>, subject: Option<&str>, lexicon: &Lexicon, said: &SaidRow) -> bool {
    let rule = said.subject.rsplit_once('@').map_or("", |(rule, _)| rule);
    let own = match about {
        None => return subject.is_none_or(|subject| subject == said.subject || subject == rule),
        Some("label") if said.about == "detection" => lexicon.rule(rule).map_or("", |rule| rule.label.name()),
        Some("rule") if said.about == "detection" => rule,
        Some(about) if about == said.about => said.subject.as_str(),
        Some(_) => return false,
    };
    subject.is_none_or(|subject| subject == own)
}

/// The verdicts of reviewers that `filter` names, message by message, each with the machine's where it was asked.
///
/// # Errors
/// Where the store fails.
pub fn said(
    transaction: &Transaction<'_>,
    filter: SaidFilter,
) -> Result<Vec<(SaidRow, Option<&'static str>)>, Problem> {
    let versions = Versions::read(transaction)?;
    let mut all = Vec::new();
    agreement::by_message(transaction, filter, |said| {
        let machine = versions.machine(said.judged, &said.about, &said.subject);
        all.push((said, machine));
    })?;
    Ok(all)
}

/// Verdicts of reviewers that are not the machine's, with the machine's, those of the newest reviews first, from
/// after the place `after`, at most `limit`; only those about that kind of thing, and about that one.
///
/// # Errors
/// Where the store fails.
pub fn differing(
    transaction: &Transaction<'_>,
    lexicon: &Lexicon,
    filter: SaidFilter,
    (about, subject): (Option<&str>, Option<&str>),
    after: Option<(i64, String, String)>,
    limit: usize,
) -> Result<Vec<(SaidRow, &'static str)>, Problem> {
    let versions = Versions::read(transaction)?;
    let mut found = Vec::new();
    agreement::newest_first(transaction, filter, after, |said| {
        if asked(about, subject, lexicon, &said)
            && let Some(machine) = versions.machine(said.judged, &said.about, &said.subject)
            && machine != said.verdict
        {
            found.push((said, machine));
        }
        found.len() < limit
    })?;
    Ok(found)
}

/// On what machine and people differ
///
/// Every verdict of a reviewer that is not the machine's, those of the newest reviews first.
#[utoipa::path(
    get, path = "/v1/agreement/disagreements", operation_id = "listDisagreements", tag = "reviews",
    params(DisagreementsQuery),
    responses(
        (status = 200, description = "a page of disagreements", body = Page<Disagreement>),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn disagreements(
    caller: May<Review>,
    service: web::Data<Service>,
    query: Query<DisagreementsQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    everybody(&caller)?;
    let DisagreementsQuery { about, subject, since, until, blind, limit, cursor } = query.into_inner();
    if let Some(about) = about.as_deref().filter(|about| !["criterion", "finding", "label", "rule"].contains(about)) {
        let detail = format!("about is `{about}`; allowed are criterion, finding, label, rule");
        return Err(Problem::bad_request(detail.clone()).at("about", detail));
    }
    let page = PageQuery { limit, cursor };
    let (limit, after) = (page.limit()?, page.after::<(i64, String, String)>()?);
    let filter = filter(since, until, blind);
    let service = service.into_inner();
    let lexicon = service.method().lexicon;
    let read = move |transaction: &Transaction<'_>| {
        differing(transaction, lexicon, filter, (about.as_deref(), subject.as_deref()), after, limit + 1)
    };
    let found = service.read(read).await?;
    let place = |(said, _): &(SaidRow, &str)| (said.review, said.about.clone(), said.subject.clone());
    let page = Page::of(found, limit, place, |(said, machine)| Disagreement {
        message: said.message.to_string(),
        conversation: said.conversation.to_string(),
        review: said.review.to_string(),
        reviewer: said.reviewer,
        about: said.about,
        subject: said.subject,
        machine,
        people: said.verdict,
    })?;
    Ok(page.answer(&request))
}
