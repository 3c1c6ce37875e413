//! Teams: who is in them, how often they did what, and whether anybody in them differs.

use super::figure_request::{FigureRequest, OfTime};
use super::figures::{Compared, FigureView, GroupView, MeasureView, MinimumView, four_decimals, measure_named};
use super::values::{AgentView, TeamView, key_in_path, not_there, wrong};
use crate::service::Service;
use crate::service::figures::Figures;
use crate::service::gate::{Manage, May, Read};
use crate::service::problem::Problem;
use crate::service::sight::Sight;
use crate::store::agents::{self, AgentRow, TeamRow};
use crate::store::figures::Whose;
use crate::trend::{Funnel, Interval, Minimum};
use crate::wire::two_decimals;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};

use super::agents::WindowQuery;

/// All teams.
#[derive(Debug, Serialize, ToSchema)]
pub struct Teams {
    /// By name.
    pub items: Vec<TeamItem>,
}

/// A team in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct TeamItem {
    /// The team.
    #[serde(flatten)]
    pub team: TeamView,
    /// How many agents are in it.
    pub agents: usize,
}

/// A team with figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct TeamFigures {
    /// The team.
    #[serde(flatten)]
    pub team: TeamView,
    /// Who is in it.
    pub agents: Vec<AgentView>,
    /// What their messages come to.
    #[serde(flatten)]
    pub group: GroupView,
}

/// Who is to be in a team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamMembers {
    /// Keys of the agents; nobody else is in the team afterwards. Who was in another team leaves that.
    #[schema(example = json!(["7", "12"]))]
    pub members: Vec<String>,
}

/// Teams
///
/// All teams, by name. An agent sees their own.
#[utoipa::path(
    get, path = "/v1/teams", tag = "teams", operation_id = "listTeams",
    responses(
        (status = 200, description = "the teams", body = Teams),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(caller: May<Read>, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let found = service.read(move |transaction| {
        let sight = Sight::of(&caller, transaction)?;
        Ok((agents::teams(transaction)?, agents::agents(transaction)?, sight))
    });
    let (teams, agents, sight) = found.await?;
    let of = |team: i64| agents.iter().filter(move |agent| agent.team.as_ref().is_some_and(|(key, _)| *key == team));
    let items = teams
        .into_iter()
        .filter(|team| sight == Sight::Everybody || of(team.key).any(|agent| sight.holds(agent.key)))
        .map(|team| TeamItem {
            agents: of(team.key).count(),
            team: TeamView { key: team.key.to_string(), name: team.name },
        });
    Ok(HttpResponse::Ok().json(Teams { items: items.collect() }))
}

/// A team with its figures
///
/// The figures of a team and of its members. Agents do not see them.
#[utoipa::path(
    get, path = "/v1/teams/{key}", tag = "teams", operation_id = "getTeam",
    params(("key" = String, Path, description = "key of the team", example = "2"), WindowQuery),
    responses(
        (status = 200, description = "the team", body = TeamFigures),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is none, or not for who asks", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(asked: FigureRequest<WindowQuery>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let text = path.into_inner();
    let (key, window) = (key_in_path("team", &text)?, asked.window);
    let found = asked.read(move |figures, sight| {
        let Some(team) = team_seen(figures, sight, key)? else { return Ok(None) };
        let members = members(agents::agents(figures.transaction)?, key);
        Ok(Some((team, members, figures.total(Whose::Team(key), window)?)))
    });
    let (team, members, group) = found.await?.ok_or_else(|| not_there("team", &text))?;
    Ok(HttpResponse::Ok().json(TeamFigures {
        team: TeamView { key: team.key.to_string(), name: team.name },
        agents: members.into_iter().map(AgentView::from).collect(),
        group: GroupView::of(&group, &asked.measures, Minimum::default()),
    }))
}

/// The team of that key, for those who see everybody's messages.
pub(super) fn team_seen(figures: &Figures<'_>, sight: Sight, key: i64) -> Result<Option<TeamRow>, Problem> {
    if sight != Sight::Everybody {
        return Ok(None);
    }
    Ok(agents::team(figures.transaction, key)?)
}

fn members(agents: Vec<AgentRow>, team: i64) -> Vec<AgentRow> {
    let mut members: Vec<AgentRow> =
        agents.into_iter().filter(|agent| agent.team.as_ref().is_some_and(|(key, _)| *key == team)).collect();
    members.sort_by_cached_key(|agent| (agent.shown().to_lowercase(), agent.key));
    members
}

/// Says who is in a team
///
/// The team has these members from now on; a team of a new name is made.
#[utoipa::path(
    put, path = "/v1/teams/{key}", tag = "teams", operation_id = "putTeam", request_body = TeamMembers,
    params(("key" = String, Path, description = "the name of the team, which makes it", example = "Second level")),
    responses(
        (status = 200, description = "the team has these members", body = TeamView),
        (status = 201, description = "the team is new", body = TeamView),
        (status = 400, description = "the body is no JSON", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `manage` is missing", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "there is no such agent, or the name cannot be", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn put(
    _caller: May<Manage>,
    service: web::Data<Service>,
    path: web::Path<String>,
    body: web::Json<TeamMembers>,
) -> Result<HttpResponse, Problem> {
    let name = path.into_inner().trim().to_owned();
    if name.is_empty() || name.chars().count() > MOST_NAME || name.chars().any(char::is_control) {
        let why = format!("a team's name has 1 to {MOST_NAME} characters, all of which can be seen");
        return Err(Problem::invalid(why));
    }
    let mut keys = Vec::with_capacity(body.members.len());
    for (index, member) in body.members.iter().enumerate() {
        let pointer = format!("/members/{index}");
        let key = member.parse::<i64>().map_err(|_| unknown(member, pointer))?;
        keys.push(key);
    }
    let service = service.into_inner();
    let known: BTreeSet<i64> =
        service.read(|transaction| Ok(agents::agents(transaction)?.iter().map(|agent| agent.key).collect())).await?;
    if let Some(index) = keys.iter().position(|key| !known.contains(key)) {
        return Err(unknown(&body.members[index], format!("/members/{index}")));
    }
    let called = name.clone();
    let (key, new) = service.write(move |transaction| agents::set_team(transaction, &called, &keys)).await?;
    let mut answer = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(TeamView { key: key.to_string(), name }))
}

/// Characters of a team's name at most.
const MOST_NAME: usize = 100;

fn unknown(member: &str, pointer: String) -> Problem {
    let why = format!("there is no agent with the key `{member}`");
    Problem::invalid(why.clone()).at(pointer, why)
}

/// Of what a funnel is to be.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FunnelQuery {
    /// A measure: a finding, or `criterion:` and the name of a criterion.
    #[param(example = "missing_apology")]
    pub criterion: String,
    /// Messages sent at that time or later: a day in the office's time zone, or an RFC 3339 time.
    pub since: Option<String>,
    /// Messages sent before that.
    pub until: Option<String>,
}

impl OfTime for FunnelQuery {
    fn bounds(&self) -> (Option<&str>, Option<&str>) {
        (self.since.as_deref(), self.until.as_deref())
    }
}

/// A funnel plot: who differs from the team by more than chance.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunnelView {
    /// The team.
    pub team: TeamView,
    /// What is counted.
    pub measure: MeasureView,
    /// The least that a figure rests on to be judged by.
    pub minimum: MinimumView,
    /// The team's rate, around which the limits lie; null where nothing was counted.
    pub centre: Option<f64>,
    /// By how much the variance is widened, as agents differ beyond chance; 1 where they do not.
    pub overdispersion: Option<f64>,
    /// Who is compared, by name.
    pub points: Vec<FunnelPoint>,
    /// The limits along the axis, by rising n.
    pub limits: Vec<LimitsView>,
}

/// An agent in a funnel.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunnelPoint {
    /// Who.
    pub agent: AgentView,
    /// Their place on the axis of n: how many independent messages theirs are worth in this team.
    pub n: f64,
    /// How often.
    pub figure: FigureView,
}

/// The limits at some n.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitsView {
    /// Independent messages.
    pub n: f64,
    /// Lower 95 % limit.
    pub low95: f64,
    /// Upper 95 % limit.
    pub high95: f64,
    /// Lower 99.8 % limit.
    pub low998: f64,
    /// Upper 99.8 % limit.
    pub high998: f64,
}

/// A team's funnel plot
///
/// The members' rates of one finding or criterion, with the limits of chance. Agents do not see it.
#[utoipa::path(
    get, path = "/v1/teams/{key}/funnel", tag = "teams", operation_id = "getTeamFunnel",
    params(("key" = String, Path, description = "key of the team", example = "2"), FunnelQuery),
    responses(
        (status = 200, description = "the funnel", body = FunnelView),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is none, or not for who asks", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn funnel(mut asked: FigureRequest<FunnelQuery>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let text = path.into_inner();
    let (key, window) = (key_in_path("team", &text)?, asked.window);
    if asked.query.criterion.is_empty() {
        return Err(wrong("criterion", "say which measure"));
    }
    let index = measure_named(&asked.measures, "criterion", &asked.query.criterion)?;
    let found = asked.read(move |figures, sight| {
        let Some(team) = team_seen(figures, sight, key)? else { return Ok(None) };
        let members = members(agents::agents(figures.transaction)?, key);
        Ok(Some((team, members, figures.by_agent(Whose::Team(key), window)?)))
    });
    let (team, members, groups) = found.await?.ok_or_else(|| not_there("team", &text))?;
    let minimum = Minimum::default();
    let compared = Compared::new(groups.values(), asked.measures.len(), minimum);
    let measure = asked.measures.swap_remove(index);
    let funnel = compared.funnel(index);
    let point = |row: AgentRow| {
        let count = groups.get(&row.key)?.measure(index);
        let mut figure = FigureView::of(&measure, &count, minimum);
        let standing = funnel.map(|funnel| funnel.standing(&count).name());
        (figure.standing, figure.shrunk) = (standing, compared.shrunk(index, &count).map(four_decimals));
        let n = funnel.map_or(0.0, |funnel| two_decimals(funnel.effective_n(&count)));
        Some(FunnelPoint { agent: row.into(), n, figure })
    };
    let points: Vec<FunnelPoint> = members.into_iter().filter_map(point).collect();
    let most = points.iter().map(|point| point.n).fold(0.0, f64::max);
    Ok(HttpResponse::Ok().json(FunnelView {
        team: TeamView { key: team.key.to_string(), name: team.name },
        minimum: minimum.into(),
        centre: funnel.map(|one| four_decimals(one.centre)),
        overdispersion: funnel.map(|one| two_decimals(one.dispersion.phi)),
        limits: funnel.map(|funnel| limits(funnel, most)).unwrap_or_default(),
        points,
        measure,
    }))
}

/// Steps of the line of limits.
const STEPS: u32 = 40;

/// The limits from n = 1 to `most` and a little beyond, in steps that grow with n.
fn limits(funnel: &Funnel, most: f64) -> Vec<LimitsView> {
    let last = (most * 1.1).max(10.0);
    let at = |step: u32| two_decimals(last.powf(f64::from(step) / f64::from(STEPS)));
    let limits = |step: u32| {
        let n = at(step);
        let limits = funnel.limits(n);
        let ends = |interval: &Interval| (four_decimals(interval.low), four_decimals(interval.high));
        let ((low95, high95), (low998, high998)) = (ends(&limits.within_95), ends(&limits.within_998));
        LimitsView { n, low95, high95, low998, high998 }
    };
    (0..=STEPS).map(limits).collect()
}
