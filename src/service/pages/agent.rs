//! An agent: habits with examples, figures, trend, promises; the page of a coaching talk.

use super::charts::{ChartView, control_chart, funnel_chart};
use super::frame::{Frame, page};
use super::habits::{self, Habit};
use super::measured::{self, Measured};
use super::moment::Moment;
use super::people::{self, PeopleQuery, PromiseWords};
use super::span::Span;
use super::visitor::Visitor;
use super::{Problem, chart_csv};
use crate::report::words;
use crate::service::Service;
use crate::service::api::reading::figures::{measure_named, measures};
use crate::service::api::reading::values::{key_in_path, not_there, wrong};
use crate::service::routes::at;
use crate::service::sight::Sight;
use crate::store::agents::{self, AgentRow};
use crate::store::figures::Whose;
use crate::store::people::{Apologies, apologies};
use crate::summary::recovered::quantile;
use crate::summary::{Group, HEADLINES};
use crate::trend::Grain;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/agents/{key}", &[Method::GET]).route(web::get().to(agent_page)));
}

/// Times to apology rest on so many conversations, the newest.
const MOST_CONVERSATIONS: usize = 3000;

#[derive(Template)]
#[template(path = "agent.html", config = "src/service/pages/askama.toml")]
struct AgentPage {
    frame: Frame,
    name: String,
    key: i64,
    source: String,
    team: Option<(i64, String)>,
    /// Whether it is the visitor's own.
    own: bool,
    span: Span,
    grain: &'static str,
    messages: String,
    conversations: String,
    mean_score: Option<String>,
    strongest: Vec<Habit>,
    weakest: Vec<Habit>,
    measured: Vec<Measured>,
    compared: bool,
    promises: PromiseWords,
    apology: Vec<String>,
    charts: Vec<ChartView>,
    /// Whether none of them shows anything.
    no_trend: bool,
    /// The figures are of that time.
    as_of: Moment,
    funnels: Vec<ChartView>,
    least: String,
    query: PeopleQuery,
    path: String,
}

/// What the store gives.
struct Found {
    row: AgentRow,
    series: crate::service::figures::Series,
    apologies: Apologies,
    members: Vec<(AgentRow, Group)>,
    strongest: Vec<Habit>,
    weakest: Vec<Habit>,
}

async fn agent_page(
    visitor: Visitor,
    service: web::Data<Service>,
    path: web::Path<String>,
    query: Query<PeopleQuery>,
) -> Result<HttpResponse, Problem> {
    let (text, query) = (path.into_inner(), query.into_inner());
    let key = key_in_path("agent", &text)?;
    let service = service.into_inner();
    let shared = Arc::clone(&service);
    let span = query.span()?;
    let grain = match query.grain.as_deref() {
        None | Some("" | "week") => Grain::Week,
        Some("month") => Grain::Month,
        Some(other) => return Err(wrong("grain", format!("`{other}` is no length; allowed are week, month"))),
    };
    let now = Timestamp::now();
    let window = span.window(now, service.office.zone());
    let measures = measures(service.method().card);
    let chosen = query.measure.as_deref().filter(|name| !name.is_empty());
    let chosen = chosen.map(|name| measure_named(&measures, "measure", name)).transpose()?;
    let principal = visitor.principal();
    let known = measures.clone();
    let found = service.read(move |transaction| {
        let sight = Sight::of(&principal, transaction)?;
        let Some(row) = agents::agent(transaction, key)?.filter(|row| sight.holds(row.key)) else { return Ok(None) };
        let figures = shared.figures(transaction)?;
        let series = figures.series(Whose::Agent(key), window, grain)?;
        let mut groups = match &row.team {
            Some((team, _)) => figures.by_agent(Whose::Team(*team), window)?,
            None => BTreeMap::new(),
        };
        let all = agents::agents(transaction)?.into_iter();
        let members = all.filter_map(|row| groups.remove(&row.key).map(|group| (row, group))).collect();
        let mut shown = BTreeSet::new();
        let (strongest, weakest) = habits::of(&known, &series.total, |measure, met| {
            habits::example(
                transaction,
                key,
                window,
                (&figures.versions, measure, met),
                &mut shown,
                shared.office.zone(),
            )
        })?;
        let apologies = apologies(transaction, key, window, MOST_CONVERSATIONS)?;
        Ok(Some(Found { row, series, apologies, members, strongest, weakest }))
    });
    let Found { row, series, apologies, members, strongest, weakest } =
        found.await?.ok_or_else(|| not_there("agent", &text))?;
    let funnels = measured::funnels(members.iter().map(|(_, group)| group), measures.len());
    let measured = Measured::all(&measures, &series.total, &funnels);
    if query.is_csv() && query.chart.is_none() {
        let rows = measured.iter().enumerate().map(|(index, one)| one.row(&series.total.measure(index)));
        return super::table_csv::answer(&format!("agent-{key}"), &measured::COLUMNS, &rows.collect::<Vec<_>>());
    }
    let shown = chosen.into_iter().chain((0..HEADLINES.len()).filter(|index| Some(*index) != chosen));
    let shown: Vec<usize> = shown.collect();
    let charts = shown.iter().map(|index| control_chart(&measures[*index], *index, &series, grain));
    let mut charts = charts.collect::<Result<Vec<_>, _>>()?;
    let name = row.shown().to_owned();
    // An agent is not shown how each of the others does.
    let mut plots = Vec::new();
    if visitor.may_see_everybody() && members.len() > 1 {
        let named: Vec<(String, &Group)> = members.iter().map(|(row, group)| (row.shown().to_owned(), group)).collect();
        for index in &shown {
            plots.push(funnel_chart(&measures[*index], *index, &named, Some(&name))?);
        }
    }
    if let Some(answer) =
        chart_csv::wanted(&query, &format!("agent-{key}"), &charts.iter().chain(&plots).collect::<Vec<_>>())
    {
        return answer;
    }
    let path = format!("/agents/{key}");
    [&mut charts, &mut plots].into_iter().for_each(|charts| chart_csv::link(&query, &path, charts));
    page(&AgentPage {
        frame: visitor.frame(name.clone()),
        key,
        own: !visitor.may_see_everybody(),
        source: row.source,
        team: row.team,
        span,
        grain: grain.name(),
        messages: words::counted(series.total.messages, "message", "messages"),
        conversations: words::counted(series.total.conversations, "conversation", "conversations"),
        mean_score: (series.total.scored >= 20).then(|| series.total.mean_score()).flatten().map(|score| {
            format!("{score:.0} of 100 in {}", words::counted(series.total.scored, "message", "messages"))
        }),
        strongest,
        weakest,
        compared: measured.iter().any(|one| one.standing.is_some()),
        measured,
        promises: (&series.total.promises).into(),
        apology: apology_words(&apologies),
        as_of: Moment::of(now, service.office.zone()),
        no_trend: charts.iter().all(|chart| chart.svg.is_none()),
        charts,
        funnels: plots,
        least: people::least(),
        path,
        query,
        name,
    })
}

/// How soon customers were told that somebody is sorry, in sentences.
fn apology_words(apologies: &Apologies) -> Vec<String> {
    let with = apologies.seconds.len() as u64 + apologies.untimed;
    if apologies.complaints == 0 {
        return vec!["No customer complained in these conversations.".to_owned()];
    }
    let mut said = vec![format!(
        "{} conversations with a complaint had an apology after it.",
        words::of(with, apologies.complaints)
    )];
    match (apologies.seconds.len(), quantile(&apologies.seconds, 0.5), quantile(&apologies.seconds, 0.9)) {
        (few, _, _) if few < 10 => said.push(format!("Too few to judge how soon (n = {few}).")),
        (_, Some(half), Some(most)) => said.push(format!(
            "Half of them came within {}, nine in ten within {}.",
            words::duration(half),
            words::duration(most)
        )),
        _ => {}
    }
    said
}
