//! Searching messages: query, counts that narrow it, what was found, searches that people keep.

use super::Problem;
use super::conversation::{Blind, user};
use super::frame::{Frame, page_with};
use super::item::{Item, in_words, lay_trail};
use super::judging_first::JudgingFirst;
use super::problem::encoded;
use super::visitor::Visitor;
use crate::access::Scope as AccessScope;
use crate::index::{Bucket, Cursor, FacetBy, Facets, SearchRequest, Sort};
use crate::query::{Days, Filter, Finding, Query, QueryError, help};
use crate::report::words;
use crate::service::Service;
use crate::service::api::search::{scope, sort};
use crate::service::routes::at;
use crate::store::saved_searches::SavedSearch;
use crate::store::{agents, found, saved_searches};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Query as QueryString, ServiceConfig};
use askama::Template;
use jiff::civil::Date;
use rusqlite::Transaction;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/search", &[Method::GET]).route(web::get().to(search_page)));
}

/// Messages of a page.
const PAGE: usize = 25;

/// Values of a count that are shown.
const VALUES: usize = 8;

/// By what is counted beside a search, as people call it.
const COUNTED: [(FacetBy, &str); 8] = [
    (FacetBy::Finding, "Finding"),
    (FacetBy::Unmet, "Unmet criterion"),
    (FacetBy::Label, "Label"),
    (FacetBy::Promise, "Promise"),
    (FacetBy::Team, "Team"),
    (FacetBy::Agent, "Agent"),
    (FacetBy::Channel, "Channel"),
    (FacetBy::Month, "Month"),
];

/// Those of them that tell of the machine's verdicts.
const OF_VERDICTS: [&str; 4] = ["Finding", "Unmet criterion", "Label", "Promise"];

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct SearchPageQuery {
    pub(super) q: Option<String>,
    pub(super) sort: Option<String>,
    pub(super) cursor: Option<String>,
}

/// The order in which people look for something, with its name.
const SORTS: [(Sort, &str); 5] = [
    (Sort::Relevance, "best match first"),
    (Sort::NewestFirst, "newest first"),
    (Sort::OldestFirst, "oldest first"),
    (Sort::LowestScore, "lowest score first"),
    (Sort::HighestScore, "highest score first"),
];

struct SortChoice {
    value: &'static str,
    name: &'static str,
    chosen: bool,
}

/// Counts by one thing.
struct Count {
    name: &'static str,
    values: Vec<CountedValue>,
    rest: Option<String>,
}

/// The messages with one value, and the search that finds them.
struct CountedValue {
    name: String,
    messages: String,
    path: Option<String>,
}

/// A query that is not understood, in three parts: before the place, the place, after it.
struct Wrong {
    before: String,
    there: String,
    after: String,
    problem: String,
    allowed: String,
    /// The query as it may have been meant.
    meant: Option<(String, String)>,
}

impl Wrong {
    fn of(query: &str, error: QueryError) -> Self {
        let span = error.span.start as usize..error.span.end as usize;
        let (before, after) = (&query[..span.start], &query[span.end..]);
        let meant = error.did_you_mean.map(|meant| {
            // A field is meant with its colon, which stands behind the place already.
            let meant = if after.starts_with(':') { meant.trim_end_matches(':') } else { &meant };
            let mended = format!("{before}{meant}{after}");
            (format!("/search?q={}", encoded(&mended)), mended)
        });
        Self {
            before: before.to_owned(),
            there: query[span].to_owned(),
            after: after.to_owned(),
            problem: error.problem,
            allowed: error.allowed,
            meant,
        }
    }
}

#[derive(Template)]
#[template(path = "search.html", config = "src/service/pages/askama.toml")]
struct SearchPage {
    frame: Frame,
    query: String,
    complete: bool,
    wrong: Option<Wrong>,
    /// Whether the machine's verdicts are kept from the visitor until their own.
    blind: bool,
    sorts: Vec<SortChoice>,
    total: String,
    mean_score: Option<String>,
    items: Vec<Item>,
    next: Option<String>,
    counts: Vec<Count>,
    saved: Vec<SavedSearch>,
    may_keep: bool,
    here: String,
    export: Option<String>,
    help: Vec<crate::query::FieldHelp>,
}

impl SearchPage {
    fn encoded(&self, text: &str) -> String {
        encoded(text)
    }
}

async fn search_page(
    visitor: Visitor,
    service: web::Data<Service>,
    query: QueryString<SearchPageQuery>,
    blind: Blind,
) -> Result<HttpResponse, Problem> {
    visitor.must(AccessScope::Read)?;
    let judging = JudgingFirst::of(&visitor, blind);
    let asked = query.into_inner();
    let text = asked.q.clone().unwrap_or_default();
    let order = asked.sort.as_deref().map_or(Ok(Sort::default()), sort)?;
    let after = asked.cursor.as_deref().map(str::parse::<Cursor>).transpose();
    let after = after.map_err(|error| Problem::bad_request(error.to_string()))?;
    let service = service.into_inner();
    let parsed = Query::parse(&text, &service.vocabulary());
    let status = if parsed.is_ok() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let user = user(&visitor);
    let sorts = SORTS.map(|(one, name)| SortChoice { value: one.name(), name, chosen: one == order });
    let here = path_of(&text, order);
    let export = (visitor.may(AccessScope::Export) && !judging.chose_so())
        .then(|| format!("/search/export?{}", query_string(&text, order)));
    let mut filled = SearchPage {
        frame: visitor.frame("Search"),
        complete: service.index.is_complete(),
        query: text.clone(),
        wrong: None,
        blind: judging.chose_so(),
        sorts: sorts.into(),
        total: String::new(),
        mean_score: None,
        items: Vec::new(),
        next: None,
        counts: Vec::new(),
        saved: Vec::new(),
        may_keep: user.is_some(),
        here,
        export,
        help: help().collect(),
    };
    let parsed = match parsed {
        Ok(query) => Some(query),
        Err(error) => {
            filled.wrong = Some(Wrong::of(&text, error));
            filled.export = None;
            None
        }
    };
    let all = Arc::clone(&service);
    let filled = service.read(move |transaction| {
        if let Some(user) = user {
            filled.saved = saved_searches::of(transaction, user)?;
        }
        if let Some(query) = &parsed {
            find(transaction, &all, &visitor, query, order, after, &mut filled)?;
            for item in &mut filled.items {
                judging.hide_in(transaction, item)?;
            }
            if judging.chose_so() {
                // Counts by what the machine found, and their mean, would tell.
                filled.mean_score = None;
                filled.counts.retain(|count| !OF_VERDICTS.contains(&count.name));
            }
        }
        Ok(filled)
    });
    page_with(status, &filled.await?)
}

fn query_string(query: &str, order: Sort) -> String {
    let mut text = format!("q={}", encoded(query));
    if order != Sort::default() {
        text.push_str(&format!("&sort={}", order.name()));
    }
    text
}

fn path_of(query: &str, order: Sort) -> String {
    format!("/search?{}", query_string(query, order))
}

fn find(
    transaction: &Transaction<'_>,
    service: &Service,
    visitor: &Visitor,
    query: &Query,
    order: Sort,
    after: Option<Cursor>,
    filled: &mut SearchPage,
) -> Result<(), Problem> {
    let scope = scope(transaction, visitor)?;
    let request = SearchRequest { scope: scope.clone(), sort: order, limit: PAGE, after };
    let hits = service.index.search(query, &request)?;
    let keys: Vec<i64> = hits.hits.iter().map(|hit| hit.message).collect();
    let zone = service.office.zone();
    filled.items = found::found(transaction, &keys)?.into_iter().map(|row| Item::of(row, query, zone)).collect();
    lay_trail(&filled.here, &mut filled.items);
    filled.next = hits.next.map(|next| format!("{}&cursor={next}", filled.here));
    let by = COUNTED.map(|(by, _)| by);
    let Facets { mean_score, with_score, facets, .. } = service.index.facets(query, &scope, &by, VALUES)?;
    filled.total = words::counted(hits.total, "message", "messages");
    filled.mean_score =
        mean_score.map(|mean| format!("mean score {mean:.0}, over the {} that have one", words::number(with_score)));
    let agents: HashMap<String, agents::AgentRow> =
        agents::agents(transaction)?.into_iter().map(|row| (row.key.to_string(), row)).collect();
    for ((by, name), facet) in COUNTED.into_iter().zip(facets) {
        let value = |bucket: Bucket| value(bucket, by, query, order, &agents);
        let values: Vec<CountedValue> = facet.buckets.into_iter().map(value).collect();
        if !values.is_empty() {
            let rest = (facet.rest > 0).then(|| words::number(facet.rest));
            filled.counts.push(Count { name, values, rest });
        }
    }
    Ok(())
}

/// A value that messages have, with the search that is narrowed to it.
fn value(
    bucket: Bucket,
    by: FacetBy,
    query: &Query,
    order: Sort,
    agents: &HashMap<String, agents::AgentRow>,
) -> CountedValue {
    let Bucket { value, messages, .. } = bucket;
    let (name, filter) = match by {
        FacetBy::Agent => {
            let agent = agents.get(&value);
            (
                agent.map_or_else(|| value.clone(), |row| row.shown().to_owned()),
                agent.map(|row| Filter::Agent(row.id.clone())),
            )
        }
        FacetBy::Finding => {
            let finding = Finding::ALL.into_iter().find(|finding| finding.name() == value);
            (in_words(&value).to_owned(), finding.map(Filter::Finding))
        }
        FacetBy::Promise => {
            let fate = crate::query::Fate::ALL.into_iter().find(|fate| fate.name() == value);
            (value, fate.map(Filter::Promise))
        }
        FacetBy::Month => (value.clone(), month(&value).map(Filter::Sent)),
        FacetBy::Team => (value.clone(), Some(Filter::Team(value))),
        FacetBy::Channel => (value.clone(), Some(Filter::Channel(value))),
        FacetBy::Unmet => (value.replace('-', " "), Some(Filter::Unmet(value))),
        FacetBy::Label => (value.replace('_', " "), Some(Filter::Label(value))),
        _ => (value, None),
    };
    let path = filter.map(|filter| path_of(&Query::and(vec![query.clone(), Query::Is(filter)]).to_string(), order));
    CountedValue { name, messages: words::number(messages), path }
}

/// The days of a month such as `2026-11`.
fn month(text: &str) -> Option<Days> {
    let first: Date = format!("{text}-01").parse().ok()?;
    Days::new(Some(first), Some(first.last_of_month()))
}
