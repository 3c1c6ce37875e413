//! What was promised, and what became of it.

use super::values::{key_in_query, named_window, wrong};
use super::view::PromiseView;
use crate::service::Service;
use crate::service::gate::{May, Read};
use crate::service::paging::{Page, PageQuery};
use crate::service::problem::Problem;
use crate::service::sight::Sight;
use crate::store::promises::{self, ListedPromise, PromiseFilter};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What becomes of promises.
const FATES: [&str; 5] = ["open", "late", "broken", "unkept", "kept"];

/// Which promises.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PromiseQuery {
    /// What became of them: `open` (unless said), `late`, `broken`, `unkept` (it said no time, and nothing came) or
    /// `kept`.
    #[param(example = "open")]
    pub state: Option<String>,
    /// Key of the agent who made them.
    pub agent: Option<String>,
    /// Key of the team of who made them.
    pub team: Option<String>,
    /// Due at that time or later: a day in the office's time zone, or an RFC 3339 time.
    #[param(example = "2026-11-20")]
    pub due_since: Option<String>,
    /// Due before that.
    pub due_until: Option<String>,
    /// Items of the page, 1 to 200; 50 unless said.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A promise in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromiseItem {
    /// The promise.
    #[serde(flatten)]
    pub promise: PromiseView,
    /// The ticketing tool.
    pub source: String,
    /// Identifier of the conversation within it; null where it has none.
    pub conversation_id: Option<String>,
}

impl From<ListedPromise> for PromiseItem {
    fn from(row: ListedPromise) -> Self {
        let ListedPromise { promise, words, source, conversation_id } = row;
        let conversation_id = Some(conversation_id).filter(|id| !id.starts_with('~'));
        Self { promise: PromiseView::of(promise, words), source, conversation_id }
    }
}

/// Promises
///
/// What agents promised and what became of it, those due soonest first; those that say no time come last.
#[utoipa::path(
    get, path = "/v1/promises", tag = "promises", operation_id = "listPromises", params(PromiseQuery),
    responses(
        (status = 200, description = "a page of promises; `Link` leads to the next", body = Page<PromiseItem>),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    caller: May<Read>,
    service: web::Data<Service>,
    query: web::Query<PromiseQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let fate = query.state.as_deref().unwrap_or("open").to_owned();
    if !FATES.contains(&fate.as_str()) {
        return Err(wrong("state", format!("`{fate}` is no state; allowed are {}", FATES.join(", "))));
    }
    let zone = service.office.zone();
    let (since, until) = (query.due_since.as_deref(), query.due_until.as_deref());
    let mut filter = PromiseFilter {
        fate,
        only: None,
        agent: key_in_query("agent", query.agent.as_deref())?,
        team: key_in_query("team", query.team.as_deref())?,
        due: named_window(("due_since", since), ("due_until", until), zone)?,
    };
    let paging = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let service = service.into_inner();
    let found = service.read(move |transaction| {
        filter.only = Sight::of(&caller, transaction)?.only();
        Ok(promises::list(transaction, &filter, after, limit + 1)?)
    });
    let place = |row: &ListedPromise| (row.promise.due, row.promise.key);
    Ok(Page::of(found.await?, limit, place, PromiseItem::from)?.answer(&request))
}
