//! Agents and how often each did what.

use super::figure_request::{FigureRequest, OfTime};
use super::figures::{Compared, ComparisonView, GroupView, MeasureView, MinimumView, measure_named};
use super::values::{AgentView, key_in_path, key_in_query, not_there};
use crate::service::paging::PageQuery;
use crate::service::problem::Problem;
use crate::service::sight::Sight;
use crate::store::agents::{self, AgentRow};
use crate::store::figures::Whose;
use crate::summary::Group;
use crate::trend::Minimum;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which agents, and which of their messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AgentsQuery {
    /// Only those of that team (key), compared with each other.
    pub team: Option<String>,
    /// Messages sent at that time or later: a day in the office's time zone, or an RFC 3339 time.
    #[param(example = "2026-08-01")]
    pub since: Option<String>,
    /// Messages sent before that.
    pub until: Option<String>,
    /// `name` (unless said), or a measure: those with the highest shrunk rate first, whose messages are to be read
    /// first where it is a finding. Where agents differ by no more than chance, there is no such order.
    #[param(example = "missing_apology")]
    pub order: Option<String>,
    /// Items of the page, 1 to 200; 50 unless said.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Which messages of an agent or a team.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WindowQuery {
    /// Messages sent at that time or later: a day in the office's time zone, or an RFC 3339 time.
    #[param(example = "2026-08-01")]
    pub since: Option<String>,
    /// Messages sent before that.
    pub until: Option<String>,
}

impl OfTime for AgentsQuery {
    fn bounds(&self) -> (Option<&str>, Option<&str>) {
        (self.since.as_deref(), self.until.as_deref())
    }
}

impl OfTime for WindowQuery {
    fn bounds(&self) -> (Option<&str>, Option<&str>) {
        (self.since.as_deref(), self.until.as_deref())
    }
}

/// An agent with figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentFigures {
    /// Who it is.
    #[serde(flatten)]
    pub agent: AgentView,
    /// What their messages come to.
    #[serde(flatten)]
    pub group: GroupView,
}

/// A page of agents.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentsPage {
    /// What is counted.
    pub measures: Vec<MeasureView>,
    /// The least that a figure rests on to be judged by.
    pub minimum: MinimumView,
    /// Whether agents differ; empty for who sees their own figures only.
    pub comparisons: Vec<ComparisonView>,
    /// The agents who wrote in the window.
    pub items: Vec<AgentFigures>,
    /// The cursor of the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// Agents with their figures
///
/// How often each finding was made and each criterion met, with what is to be known not to judge anybody by
/// chance. This is no ranking. An agent sees their own.
#[utoipa::path(
    get, path = "/v1/agents", tag = "agents", operation_id = "listAgents", params(AgentsQuery),
    responses(
        (status = 200, description = "a page of agents; `Link` leads to the next", body = AgentsPage),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(asked: FigureRequest<AgentsQuery>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (query, window) = (&asked.query, asked.window);
    let team = key_in_query("team", query.team.as_deref())?;
    let order = match query.order.as_deref() {
        None | Some("name") => None,
        Some(name) => Some(measure_named(&asked.measures, "order", name)?),
    };
    let paging = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let (limit, after) = (paging.limit()?, paging.after::<(i64,)>()?);
    let found = asked.read(move |figures, sight| {
        let mut groups = figures.by_agent(team.map_or(Whose::All, Whose::Team), window)?;
        let rows = agents::agents(figures.transaction)?;
        let found: Vec<(AgentRow, Group)> =
            rows.into_iter().filter_map(|row| groups.remove(&row.key).map(|group| (row, group))).collect();
        Ok((found, sight))
    });
    let (mut found, sight) = found.await?;
    let measures = asked.measures;
    let minimum = Minimum::default();
    let compared = Compared::new(found.iter().map(|(_, group)| group), measures.len(), minimum);
    found.retain(|(row, _)| sight.holds(row.key));
    found.sort_by_cached_key(|(row, _)| (row.shown().to_lowercase(), row.key));
    if let Some(index) = order {
        let rate = |group: &Group| compared.shrunk(index, &group.measure(index)).unwrap_or_default();
        found.sort_by(|(_, a), (_, b)| rate(b).total_cmp(&rate(a)));
    }
    let start = match after {
        None => 0,
        Some((key,)) => found.iter().position(|(row, _)| row.key == key).map_or(found.len(), |at| at + 1),
    };
    let rest: Vec<(AgentRow, Group)> = found.into_iter().skip(start).take(limit + 1).collect();
    let item =
        |(row, group): (AgentRow, Group)| AgentFigures { agent: row.into(), group: compared.view(&group, &measures) };
    let page = crate::service::paging::Page::of(rest, limit, |(row, _)| (row.key,), item)?;
    let comparisons = if sight == Sight::Everybody { compared.views(&measures) } else { Vec::new() };
    let mut answer = page.response(&request);
    let (items, next_cursor) = (page.items, page.next_cursor);
    Ok(answer.json(AgentsPage { comparisons, minimum: minimum.into(), items, next_cursor, measures }))
}

/// An agent with their figures
///
/// The figures of one agent, compared with nobody.
#[utoipa::path(
    get, path = "/v1/agents/{key}", tag = "agents", operation_id = "getAgent",
    params(("key" = String, Path, description = "key of the agent", example = "7"), WindowQuery),
    responses(
        (status = 200, description = "the agent", body = AgentFigures),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is none, or not for who asks", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(asked: FigureRequest<WindowQuery>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let text = path.into_inner();
    let (key, window) = (key_in_path("agent", &text)?, asked.window);
    let found = asked.read(move |figures, sight| {
        let row = agents::agent(figures.transaction, key)?.filter(|row| sight.holds(row.key));
        row.map(|row| Ok((row, figures.total(Whose::Agent(key), window)?))).transpose()
    });
    let (row, group) = found.await?.ok_or_else(|| not_there("agent", &text))?;
    let group = GroupView::of(&group, &asked.measures, Minimum::default());
    Ok(HttpResponse::Ok().json(AgentFigures { agent: row.into(), group }))
}
