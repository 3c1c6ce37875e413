//! All agents with their figures.

use super::Problem;
use super::frame::{Frame, page};
use super::people::{self, People, PeopleQuery, PersonRow};
use super::span::Span;
use super::visitor::Visitor;
use crate::service::Service;
use crate::service::api::reading::figures::measures;
use crate::service::api::reading::values::key_in_query;
use crate::service::routes::at;
use crate::store::agents;
use crate::store::figures::Whose;
use crate::summary::HEADLINES;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use jiff::Timestamp;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/agents", &[Method::GET]).route(web::get().to(agents_page)));
}

#[derive(Template)]
#[template(path = "agents.html", config = "src/service/pages/askama.toml")]
struct AgentsPage {
    frame: Frame,
    span: Span,
    /// Key, name, and whether it is chosen.
    teams: Vec<(i64, String, bool)>,
    titles: Vec<&'static str>,
    rows: Vec<PersonRow>,
    with_teams: bool,
    least: String,
    csv: String,
}

async fn agents_page(
    visitor: Visitor,
    service: web::Data<Service>,
    query: Query<PeopleQuery>,
) -> Result<HttpResponse, Problem> {
    visitor.must_see_everybody()?;
    let service = service.into_inner();
    let shared = Arc::clone(&service);
    let span = query.span()?;
    let team = key_in_query("team", query.team.as_deref().filter(|team| !team.is_empty()))?;
    let window = span.window(Timestamp::now(), service.office.zone());
    let measures = measures(service.method().card);
    let (people, teams) = service
        .read(move |transaction| {
            let mut groups = shared.figures(transaction)?.by_agent(team.map_or(Whose::All, Whose::Team), window)?;
            let rows = agents::agents(transaction)?.into_iter();
            let mut people: People = rows.filter_map(|row| groups.remove(&row.key).map(|group| (row, group))).collect();
            people.sort_by_cached_key(|(row, _)| (row.shown().to_lowercase(), row.key));
            Ok((people, agents::teams(transaction)?))
        })
        .await?;
    if query.is_csv() {
        return people::csv("agents", &people, &measures);
    }
    page(&AgentsPage {
        frame: visitor.frame("Agents"),
        span,
        titles: HEADLINES.map(|one| one.title).into(),
        rows: people::rows(&people, &measures),
        with_teams: !teams.is_empty(),
        least: people::least(),
        csv: query.path("/agents", "format", "csv"),
        teams: teams.into_iter().map(|one| (one.key, one.name, team == Some(one.key))).collect(),
    })
}
