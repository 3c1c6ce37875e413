//! Teams: who is in them, how often they did what, and whether anybody in them differs.

use super::charts::{ChartView, control_chart, funnel_chart};
use super::frame::{Frame, page};
use super::measured::Measured;
use super::people::{self, People, PeopleQuery, PersonRow, PromiseWords};
use super::span::Span;
use super::visitor::Visitor;
use super::{Problem, chart_csv};
use crate::report::words;
use crate::service::Service;
use crate::service::api::reading::figures::{measure_named, measures};
use crate::service::api::reading::values::{key_in_path, not_there};
use crate::service::routes::at;
use crate::store::agents;
use crate::store::figures::Whose;
use crate::summary::{Group, HEADLINES};
use crate::trend::Grain;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use jiff::Timestamp;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/teams", &[Method::GET]).route(web::get().to(teams_page)))
        .service(at("/teams/{key}", &[Method::GET]).route(web::get().to(team_page)));
}

#[derive(Template)]
#[template(path = "teams.html", config = "src/service/pages/askama.toml")]
struct TeamsPage {
    frame: Frame,
    span: Span,
    titles: Vec<&'static str>,
    rows: Vec<TeamRow>,
    csv: String,
}

struct TeamRow {
    key: i64,
    name: String,
    agents: usize,
    messages: String,
    findings: Vec<Measured>,
    promises: PromiseWords,
}

async fn teams_page(
    visitor: Visitor,
    service: web::Data<Service>,
    query: Query<PeopleQuery>,
) -> Result<HttpResponse, Problem> {
    visitor.must_see_everybody()?;
    let service = service.into_inner();
    let shared = Arc::clone(&service);
    let span = query.span()?;
    let window = span.window(Timestamp::now(), service.office.zone());
    let measures = measures(service.method().card);
    let found = service
        .read(move |transaction| {
            let agents = agents::agents(transaction)?;
            let figures = shared.figures(transaction)?;
            let members =
                |key| agents.iter().filter(|agent| agent.team.as_ref().is_some_and(|(of, _)| *of == key)).count();
            let teams = agents::teams(transaction)?.into_iter();
            teams.map(|team| Ok((members(team.key), figures.total(Whose::Team(team.key), window)?, team))).collect()
        })
        .await?;
    let found: Vec<(usize, Group, agents::TeamRow)> = found;
    if query.is_csv() {
        let columns = ["team"].into_iter().chain(super::measured::COLUMNS).collect::<Vec<_>>();
        let mut rows = Vec::new();
        for (_, group, team) in &found {
            for (index, one) in Measured::all(&measures, group, &[]).iter().enumerate() {
                let mut row = vec![team.name.clone()];
                row.extend(one.row(&group.measure(index)));
                rows.push(row);
            }
        }
        return super::table_csv::answer("teams", &columns, &rows);
    }
    let row = |(agents, group, team): (usize, Group, agents::TeamRow)| TeamRow {
        key: team.key,
        name: team.name,
        agents,
        messages: words::number(group.messages),
        findings: Measured::all(&measures[..HEADLINES.len()], &group, &[]),
        promises: (&group.promises).into(),
    };
    page(&TeamsPage {
        frame: visitor.frame("Teams"),
        span,
        titles: HEADLINES.map(|one| one.title).into(),
        rows: found.into_iter().map(row).collect(),
        csv: query.path("/teams", "format", "csv"),
    })
}

#[derive(Template)]
#[template(path = "team.html", config = "src/service/pages/askama.toml")]
struct TeamPage {
    frame: Frame,
    name: String,
    span: Span,
    grain: &'static str,
    messages: String,
    conversations: String,
    measured: Vec<Measured>,
    promises: PromiseWords,
    charts: Vec<ChartView>,
    /// Whether none of them shows anything.
    no_trend: bool,
    funnels: Vec<ChartView>,
    titles: Vec<&'static str>,
    rows: Vec<PersonRow>,
    with_teams: bool,
    least: String,
    query: PeopleQuery,
    path: String,
}

async fn team_page(
    visitor: Visitor,
    service: web::Data<Service>,
    path: web::Path<String>,
    query: Query<PeopleQuery>,
) -> Result<HttpResponse, Problem> {
    visitor.must_see_everybody()?;
    let (text, query) = (path.into_inner(), query.into_inner());
    let key = key_in_path("team", &text)?;
    let service = service.into_inner();
    let shared = Arc::clone(&service);
    let span = query.span()?;
    let grain = if query.grain.as_deref() == Some("month") { Grain::Month } else { Grain::Week };
    let window = span.window(Timestamp::now(), service.office.zone());
    let measures = measures(service.method().card);
    let chosen = query.measure.as_deref().filter(|name| !name.is_empty());
    let chosen = chosen.map(|name| measure_named(&measures, "measure", name)).transpose()?;
    let found = service.read(move |transaction| {
        let Some(team) = agents::team(transaction, key)? else { return Ok(None) };
        let figures = shared.figures(transaction)?;
        let series = figures.series(Whose::Team(key), window, grain)?;
        let mut groups = figures.by_agent(Whose::Team(key), window)?;
        let all = agents::agents(transaction)?.into_iter();
        let mut people: People = all.filter_map(|row| groups.remove(&row.key).map(|group| (row, group))).collect();
        people.sort_by_cached_key(|(row, _)| (row.shown().to_lowercase(), row.key));
        Ok(Some((team, series, people)))
    });
    let (team, series, people) = found.await?.ok_or_else(|| not_there("team", &text))?;
    if query.is_csv() && query.chart.is_none() {
        return people::csv(&format!("team-{key}"), &people, &measures);
    }
    let shown = chosen.into_iter().chain((0..HEADLINES.len()).filter(|index| Some(*index) != chosen));
    let named: Vec<(String, &Group)> = people.iter().map(|(row, group)| (row.shown().to_owned(), group)).collect();
    let (mut charts, mut funnels) = (Vec::new(), Vec::new());
    for index in shown {
        charts.push(control_chart(&measures[index], index, &series, grain)?);
        funnels.push(funnel_chart(&measures[index], index, &named, None)?);
    }
    let all: Vec<_> = charts.iter().chain(&funnels).collect();
    if let Some(answer) = chart_csv::wanted(&query, &format!("team-{key}"), &all) {
        return answer;
    }
    let path = format!("/teams/{key}");
    [&mut charts, &mut funnels].into_iter().for_each(|charts| chart_csv::link(&query, &path, charts));
    page(&TeamPage {
        frame: visitor.frame(team.name.clone()),
        name: team.name,
        span,
        grain: grain.name(),
        messages: words::counted(series.total.messages, "message", "messages"),
        conversations: words::counted(series.total.conversations, "conversation", "conversations"),
        measured: Measured::all(&measures, &series.total, &[]),
        promises: (&series.total.promises).into(),
        no_trend: charts.iter().all(|chart| chart.svg.is_none()),
        charts,
        funnels,
        titles: HEADLINES.map(|one| one.title).into(),
        rows: people::rows(&people, &measures),
        with_teams: false,
        least: people::least(),
        path,
        query,
    })
}
