//! Searching messages, and counting what a search finds.

use crate::access::Principal;
use crate::index::{Cursor, Facet, FacetBy, Facets, IndexError, Scope, SearchRequest, Sort, highlight};
use crate::marked;
use crate::query::{self, FieldHelp, QueryError, Vocabulary, help};
use crate::service::Service;
use crate::service::gate::{May, Read};
use crate::service::paging::PageQuery;
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::store::found::{FoundRow, agent_key, found};
use crate::text::Span;
use crate::wire::utf16_offsets;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/v1/search", &[Method::GET]).route(web::get().to(search)))
        .service(at("/v1/search/counts", &[Method::GET]).route(web::get().to(counts)))
        .service(at("/v1/search/fields", &[Method::GET]).route(web::get().to(fields)));
}

/// What is searched.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// The query (`GET /v1/search/fields` tells its language); without one every message is found.
    #[param(example = "refund finding:excuse score:<50 sent:2026-10..2026-11")]
    pub q: Option<String>,
    /// `relevance`, `newest_first`, `oldest_first`, `lowest_score` or `highest_score`.
    pub sort: Option<String>,
}

/// What is counted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CountsQuery {
    /// The query; without one every message is counted.
    pub q: Option<String>,
    /// By what, with commas between: `agent`, `team`, `channel`, `source`, `label`, `rule`, `finding`, `met`,
    /// `unmet`, `promise`, `week`, `month`.
    #[param(example = "agent,label,week")]
    pub by: Option<String>,
    /// Values of each, 1 to 500; 20 unless said.
    pub size: Option<usize>,
}

/// A page of what was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchResult {
    /// How many messages are found in all.
    pub total: u64,
    /// Whether the index holds everything: false while it is made anew, when counts are too low.
    pub complete: bool,
    /// The messages.
    pub items: Vec<Found>,
    /// The cursor of the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A message found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Found {
    /// Its key.
    #[schema(example = "171")]
    pub message: String,
    /// Its conversation's key.
    #[schema(example = "17")]
    pub conversation: String,
    /// The ticketing tool.
    pub source: String,
    /// The conversation's identifier there.
    pub conversation_id: String,
    /// The key of its author.
    pub agent: String,
    /// The author's name, else identifier.
    pub agent_name: String,
    /// The author's team.
    pub team: Option<String>,
    /// How it travelled.
    pub channel: Option<String>,
    /// When it was sent.
    pub sent: Option<String>,
    /// 0 to 100.
    pub score: Option<f64>,
    /// Why it has none.
    pub not_scored: Option<String>,
    /// The headline findings.
    pub findings: Vec<&'static str>,
    /// Whether a person reviewed it.
    pub reviewed: bool,
    /// Its text around the words that were looked for, or its beginning; null once the text was dropped.
    pub snippet: Option<Snippet>,
}

/// Some of a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Snippet {
    /// The text.
    pub text: String,
    /// Where in it the words stand: pairs of first and one past last, in UTF-16 code units.
    pub marks: Vec<[u32; 2]>,
}

/// Counts of what was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Counts {
    /// How many messages are found.
    pub messages: u64,
    /// How many of them have a score.
    pub with_score: u64,
    /// The mean of the scores, 0 to 100.
    pub mean_score: Option<f64>,
    /// Whether the index holds everything.
    pub complete: bool,
    /// The counts by each thing that was asked for.
    pub by: Vec<CountsBy>,
}

/// Counts by one thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountsBy {
    /// By what.
    pub by: &'static str,
    /// The values with most messages.
    pub values: Vec<CountOf>,
    /// The counts of all other values together.
    pub rest: u64,
}

/// The messages with one value.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountOf {
    /// The value; of agents the key.
    pub value: String,
    /// How many messages.
    pub messages: u64,
    /// How many of them have a score.
    pub with_score: u64,
    /// The mean of those scores, 0 to 100.
    pub mean_score: Option<f64>,
}

/// A field of the query language.
#[derive(Debug, Serialize, ToSchema)]
pub struct Field {
    /// Its name, before the colon.
    pub name: &'static str,
    /// What it finds.
    pub what: &'static str,
    /// An example.
    pub example: &'static str,
}

impl From<FieldHelp> for Field {
    fn from(FieldHelp { name, what, example }: FieldHelp) -> Self {
        Self { name, what, example }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let place = format!("q:{}-{}", error.characters.start, error.characters.end);
        Self::bad_request(format!("the query: {error}")).at(place, error.problem.clone())
    }
}

impl From<IndexError> for Problem {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Limit(_) | IndexError::Size(_) | IndexError::CursorOfOtherSort { .. } => {
                Self::bad_request(error.to_string())
            }
            error => {
                tracing::error!(%error, "the search index fails");
                Self::internal("the search index fails; the log tells why")
            }
        }
    }
}

/// Finds messages
///
/// Agents' messages that a query in the reviewers' language finds, with the words of the query marked.
#[utoipa::path(
    get, path = "/v1/search", operation_id = "search", tag = "search", params(SearchQuery, PageQuery),
    responses(
        (status = 200, description = "a page of messages", body = SearchResult),
        (status = 400, description = "the query is not understood", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn search(
    caller: May<Read>,
    service: web::Data<Service>,
    query: Query<SearchQuery>,
    page: Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let asked = service.query(query.q.as_deref())?;
    let mut wanted = SearchRequest {
        scope: Scope::All,
        sort: query.sort.as_deref().map_or(Ok(Sort::default()), sort)?,
        limit: page.limit()?,
        after: page
            .cursor
            .as_deref()
            .map(str::parse::<Cursor>)
            .transpose()
            .map_err(|error| Problem::bad_request(error.to_string()).at("cursor", error.to_string()))?,
    };
    let service = service.into_inner();
    let index = service.index.clone();
    let result = service
        .read(move |transaction| {
            wanted.scope = scope(transaction, &caller)?;
            let hits = index.search(&asked, &wanted)?;
            let keys: Vec<i64> = hits.hits.iter().map(|hit| hit.message).collect();
            let items = found(transaction, &keys)?.into_iter().map(|row| shown(row, &asked)).collect();
            let next_cursor = hits.next.map(|next| next.to_string());
            Ok(SearchResult { total: hits.total, complete: index.is_complete(), items, next_cursor })
        })
        .await?;
    let mut answer = HttpResponse::Ok();
    crate::service::paging::link(&mut answer, &request, result.next_cursor.as_deref());
    Ok(answer.json(result))
}

/// Counts what a search finds
///
/// How many messages a query finds, by agent, label, period and more, with their mean scores.
#[utoipa::path(
    get, path = "/v1/search/counts", operation_id = "countSearch", tag = "search", params(CountsQuery),
    responses(
        (status = 200, description = "the counts", body = Counts),
        (status = 400, description = "the query is not understood", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn counts(
    caller: May<Read>,
    service: web::Data<Service>,
    query: Query<CountsQuery>,
) -> Result<HttpResponse, Problem> {
    let asked = service.query(query.q.as_deref())?;
    let by = query.by.as_deref().unwrap_or("agent").split(',').map(|name| by(name.trim()));
    let by = by.collect::<Result<Vec<FacetBy>, Problem>>()?;
    let (size, service) = (query.size.unwrap_or(20), service.into_inner());
    let index = service.index.clone();
    let facets = service.read(move |transaction| Ok(index.facets(&asked, &scope(transaction, &caller)?, &by, size)?));
    let Facets { messages, with_score, mean_score, facets } = facets.await?;
    let by = facets.into_iter().map(counts_by).collect();
    Ok(HttpResponse::Ok().json(Counts { messages, with_score, mean_score, complete: service.index.is_complete(), by }))
}

/// The fields of the query language
///
/// What stands before a colon in a query, what it finds, and an example of each.
#[utoipa::path(
    get, path = "/v1/search/fields", operation_id = "listSearchFields", tag = "search",
    responses((status = 200, description = "the fields", body = Vec<Field>))
)]
pub async fn fields(_caller: May<Read>) -> HttpResponse {
    HttpResponse::Ok().json(help().map(Field::from).collect::<Vec<_>>())
}

fn counts_by(facet: Facet) -> CountsBy {
    let value = |bucket: crate::index::Bucket| CountOf {
        value: bucket.value,
        messages: bucket.messages,
        with_score: bucket.with_score,
        mean_score: bucket.mean_score.map(crate::wire::two_decimals),
    };
    CountsBy { by: facet.by.name(), values: facet.buckets.into_iter().map(value).collect(), rest: facet.rest }
}

pub(in crate::service) fn sort(name: &str) -> Result<Sort, Problem> {
    let known = || Sort::ALL.map(Sort::name).join(", ");
    let wrong = || Problem::bad_request(format!("`{name}` is no order; there are {}", known())).at("sort", known());
    Sort::from_name(name).ok_or_else(wrong)
}

fn by(name: &str) -> Result<FacetBy, Problem> {
    let known = || FacetBy::ALL.map(FacetBy::name).join(", ");
    let wrong = || Problem::bad_request(format!("nothing is counted by `{name}`; there are {}", known()));
    FacetBy::from_name(name).ok_or_else(|| wrong().at("by", known()))
}

/// Whose messages `caller` may find.
pub(in crate::service) fn scope(transaction: &Transaction<'_>, caller: &Principal) -> Result<Scope, Problem> {
    if caller.may_see_everybody() {
        return Ok(Scope::All);
    }
    let agent = caller.agent.as_ref();
    let key = agent.map(|agent| agent_key(transaction, &agent.source, agent.id.as_str())).transpose()?.flatten();
    // No message has an author without a key.
    Ok(Scope::Agent(key.map(|key| key.to_string()).unwrap_or_default()))
}

fn shown(row: FoundRow, query: &query::Query) -> Found {
    let findings = crate::reading::Findings::default().named();
    let findings = findings.iter().enumerate().filter(|(bit, _)| row.findings >> bit & 1 == 1);
    #[expect(clippy::cast_precision_loss, reason = "a score is 0 to 10,000 hundredths")]
    let score = row.score.map(|score| score as f64 / 100.0);
    Found {
        message: row.message.to_string(),
        conversation: row.conversation.to_string(),
        conversation_id: row.conversation_id,
        agent: row.agent.to_string(),
        agent_name: row.agent_name.unwrap_or(row.agent_id),
        team: row.team,
        channel: row.channel,
        sent: row.sent.and_then(crate::store::timestamp).map(|sent| sent.to_string()),
        score,
        not_scored: row.not_scored,
        findings: findings.map(|(_, (name, _))| *name).collect(),
        reviewed: row.reviewed,
        snippet: row.body.map(|body| snippet(&marked::authored(&body, crate::reading::markup_of(row.format)), query)),
        source: row.source,
    }
}

/// So many characters are shown before and after the first word.
const AROUND: usize = 120;

/// The text around the first words that `query` looks for, with all of them marked.
fn snippet(text: &str, query: &query::Query) -> Snippet {
    let (text, marks) = excerpt(text, query);
    let ends: Vec<u32> = marks.iter().flat_map(|mark| [mark.start, mark.end]).collect();
    let marks = utf16_offsets(&text, &ends).chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
    Snippet { text, marks }
}

/// The same with the places of the words in bytes.
pub(in crate::service) fn excerpt(text: &str, query: &query::Query) -> (String, Vec<Span>) {
    let marks = highlight(query, text);
    let first = marks.first().map_or(0, |mark| mark.start as usize);
    let start = text[..first].char_indices().rev().nth(AROUND).map_or(0, |(at, _)| at);
    let end = text[first..].char_indices().nth(2 * AROUND).map_or(text.len(), |(at, _)| first + at);
    // Whole words, where there are any.
    let start = if start == 0 { 0 } else { text[start..first].find(' ').map_or(start, |at| start + at + 1) };
    let end = if end == text.len() { end } else { text[first..end].rfind(' ').map_or(end, |at| first + at) };
    let within = marks.iter().filter(|mark| mark.start as usize >= start && mark.end as usize <= end);
    let (before, after) = (if start > 0 { "… " } else { "" }, if end < text.len() { " …" } else { "" });
    let shown = format!("{before}{}{after}", &text[start..end]);
    let shift = |at: u32| at - u32::try_from(start).unwrap_or(u32::MAX) + u32::try_from(before.len()).unwrap_or(0);
    (shown, within.map(|mark| Span::new(shift(mark.start), shift(mark.end))).collect())
}

impl Service {
    /// The query that `text` is.
    ///
    /// # Errors
    /// Where it is not understood.
    pub fn query(&self, text: Option<&str>) -> Result<query::Query, Problem> {
        Ok(query::Query::parse(text.unwrap_or_default(), &self.vocabulary())?)
    }
}

/// The names that queries may use with this method.
#[must_use]
pub fn vocabulary(method: &crate::ingest::Method) -> Vocabulary {
    let mut labels: Vec<String> = Vec::new();
    for rule in method.lexicon.rules() {
        labels.push(rule.label.name().to_owned());
        labels.extend(rule.kind.map(|kind| format!("{}:{}", rule.label.name(), kind.name())));
    }
    labels.sort_unstable();
    labels.dedup();
    Vocabulary {
        labels,
        rules: method.lexicon.rules().iter().map(|rule| rule.id.clone()).collect(),
        criteria: method.card.criteria.iter().map(|criterion| criterion.id.clone()).collect(),
    }
}
