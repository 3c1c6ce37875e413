//! Rules: what is found by which, why it matters, when it is fair.

use crate::index::SearchRequest;
use crate::lexicon::{Family, Label, Lexicon, Rule, Speaker, Written};
use crate::query::{self, Filter};
use crate::service::Service;
use crate::service::etag::unless_known;
use crate::service::gate::{May, Read};
use crate::service::paging::{Page, PageQuery};
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::store::reviews;
use actix_web::http::Method;
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/v1/rules", &[Method::GET]).route(web::get().to(list)))
        .service(at("/v1/rules/{id}", &[Method::GET]).route(web::get().to(one)));
}

/// A rule, in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleSummary {
    /// Stable name.
    #[schema(example = "excuse-swamped")]
    pub id: String,
    /// What it finds.
    #[schema(example = "excuse")]
    pub label: &'static str,
    /// Which kind of it.
    pub kind: Option<&'static str>,
    /// `breaks_trust`, `restores_trust`, or the cues that only tell about the situation: `agent_cue`, `customer_cue`.
    #[schema(example = "breaks_trust")]
    pub family: &'static str,
    /// Whose messages it reads: `agent`, `customer` or `any`.
    #[schema(example = "agent")]
    pub speaker: &'static str,
    /// One sentence: what it finds.
    pub what: String,
    /// How probable it is that people find it too, 0 to 1; null where that was never measured.
    pub confidence: Option<f64>,
    /// On how many labelled messages the rule itself was tried; 0 where the figure is its label's.
    pub confidence_n: Option<u32>,
}

/// A rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleAnswer {
    /// In short.
    #[serde(flatten)]
    pub summary: RuleSummary,
    /// The version that brought it.
    #[schema(example = "0.1.0")]
    pub since: String,
    /// One sentence: why that matters to the customer.
    pub why: String,
    /// One sentence: when it should not be held against the writer.
    pub fair_when: String,
    /// One sentence that an agent can act on.
    pub advice: String,
    /// What it must and must not find.
    pub examples: RuleExamples,
    /// In how many agents' messages it was found, as far as the search index has come; null for what only customers
    /// say, and while the index is made anew.
    pub fired: Option<u64>,
    /// What reviewers said of what it found.
    pub reviewed: RuleReviewed,
}

/// Examples of a rule. All are tests.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleExamples {
    /// Found, between « and ».
    pub hits: Vec<String>,
    /// Not found.
    pub silent: Vec<String>,
    /// Left to another rule of the label.
    pub left_to_others: Vec<String>,
    /// Known false alarms.
    pub wrong: Vec<String>,
    /// Known misses.
    pub missed: Vec<String>,
}

/// Verdicts of reviewers on what a rule found.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleReviewed {
    /// So often it was found right.
    pub right: i64,
    /// So often it was found wrong.
    pub wrong: i64,
}

/// Which rules.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RulesQuery {
    /// Only those that find this label.
    #[param(example = "excuse")]
    pub label: Option<String>,
    /// Items of the page, 1 to 200; 50 unless said.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl RuleSummary {
    fn of(lexicon: &Lexicon, index: usize) -> Self {
        let rule = &lexicon.rules()[index];
        let confidence = u32::try_from(index).ok().and_then(|index| lexicon.confidence(index));
        Self {
            id: rule.id.clone(),
            label: rule.label.name(),
            kind: rule.kind.map(|kind| kind.name()),
            family: match rule.label.family() {
                Family::BreaksTrust => "breaks_trust",
                Family::RestoresTrust => "restores_trust",
                Family::AgentCue => "agent_cue",
                Family::CustomerCue => "customer_cue",
            },
            speaker: match rule.speaker {
                Speaker::Agent => "agent",
                Speaker::Customer => "customer",
                Speaker::Any => "any",
            },
            what: rule.what.clone(),
            confidence: confidence.map(|confidence| confidence.value),
            confidence_n: confidence.map(|confidence| confidence.n),
        }
    }
}

impl RuleAnswer {
    fn of(lexicon: &Lexicon, index: usize, fired: Option<u64>, reviewed: RuleReviewed) -> Self {
        let Rule { since, why, fair_when, advice, examples, .. } = &lexicon.rules()[index];
        let texts = |written: &[Written<String>]| written.iter().map(|one| one.value.clone()).collect();
        Self {
            summary: RuleSummary::of(lexicon, index),
            since: since.clone(),
            why: why.clone(),
            fair_when: fair_when.clone(),
            advice: advice.clone(),
            examples: RuleExamples {
                hits: texts(&examples.hits),
                silent: texts(&examples.silent),
                left_to_others: texts(&examples.left_to_others),
                wrong: texts(&examples.wrong),
                missed: texts(&examples.missed),
            },
            fired,
            reviewed,
        }
    }
}

/// All rules
///
/// The rules that messages are read with, in the order of their files.
#[utoipa::path(
    get, path = "/v1/rules", operation_id = "listRules", tag = "rules", params(RulesQuery),
    responses(
        (status = 200, description = "a page of rules", body = Page<RuleSummary>),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    _caller: May<Read>,
    service: web::Data<Service>,
    query: Query<RulesQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let RulesQuery { label, limit, cursor } = query.into_inner();
    let page = PageQuery { limit, cursor };
    let (limit, after) = (page.limit()?, page.after::<usize>()?);
    let label = label.map(|name| Label::from_name(&name).ok_or_else(|| no_such_label(&name))).transpose()?;
    let lexicon = service.method().lexicon;
    let rules = lexicon.rules().iter().enumerate().skip(after.map_or(0, |after| after.saturating_add(1)));
    let found = rules.filter(|(_, rule)| label.is_none_or(|label| rule.label == label)).map(|(index, _)| index);
    let found = found.take(limit + 1).collect();
    let page = Page::of(found, limit, |index| *index, |index| RuleSummary::of(lexicon, index))?;
    Ok(page.answer(&request))
}

fn no_such_label(name: &str) -> Problem {
    let known: Vec<&str> = Label::ALL.iter().map(|label| label.name()).collect();
    let detail = format!("there is no label `{name}`; allowed are {}", known.join(", "));
    Problem::bad_request(detail.clone()).at("label", detail)
}

/// A rule
///
/// What it finds, why that matters, when it is fair, what to write instead, its examples, how far it is to be
/// trusted, and what reviewers said of what it found.
#[utoipa::path(
    get, path = "/v1/rules/{id}", operation_id = "getRule", tag = "rules",
    params(("id" = String, Path, description = "its name, as it stands beside evidence", example = "excuse-swamped")),
    responses(
        (status = 200, description = "the rule", body = RuleAnswer),
        (status = 304, description = "the client has it already: `If-None-Match`"),
        (status = 404, description = "there is none of that name", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn one(
    caller: May<Read>,
    service: web::Data<Service>,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (service, id) = (service.into_inner(), id.into_inner());
    let lexicon = service.method().lexicon;
    let index = lexicon.rules().iter().position(|rule| rule.id == id);
    let index = index.ok_or_else(|| Problem::not_found(format!("there is no rule `{id}`")))?;
    let (scope, search) = (caller.clone(), service.index.clone());
    let of_customers = lexicon.rules()[index].speaker == Speaker::Customer;
    let read = move |transaction: &rusqlite::Transaction<'_>| {
        let counted = !of_customers && search.is_complete();
        let wanted =
            SearchRequest { scope: super::search::scope(transaction, &scope)?, limit: 1, ..SearchRequest::default() };
        let found = counted.then(|| search.search(&query::Query::Is(Filter::Rule(id.clone())), &wanted)).transpose()?;
        Ok((reviews::of_rule(transaction, &id)?, found.map(|found| found.total)))
    };
    unless_known(&service, &caller, &request, read, |((right, wrong), fired)| {
        HttpResponse::Ok().json(RuleAnswer::of(lexicon, index, fired, RuleReviewed { right, wrong }))
    })
    .await
}
