//! Whether something changed: control charts of an agent, a team, everybody.

use super::figure_request::{FigureRequest, OfTime};
use super::figures::{GroupView, MeasureView, MinimumView, four_decimals, measure_named};
use super::teams::team_seen;
use super::values::{key_in_path, not_there, wrong};
use crate::ingest::Method;
use crate::service::figures::{Figures, Series};
use crate::service::problem::Problem;
use crate::service::sight::Sight;
use crate::service::versions::{VersionView, Versions};
use crate::store::agents;
use crate::store::figures::Whose;
use crate::trend::control::{self, Settings};
use crate::trend::{Direction, Grain, Interval, Minimum, Z_95};
use crate::wire::two_decimals;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};

/// Which periods.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TrendQuery {
    /// The length of periods: `day`, `week` (unless said; ISO 8601) or `month`, in the office's time zone.
    #[param(example = "week")]
    pub grain: Option<String>,
    /// Messages sent at that time or later: a day in the office's time zone, or an RFC 3339 time.
    #[param(example = "2026-01-01")]
    pub since: Option<String>,
    /// Messages sent before that.
    pub until: Option<String>,
    /// Charts of these measures only, with commas between them; of all unless said.
    #[param(example = "excuse,missing_apology")]
    pub measures: Option<String>,
}

impl OfTime for TrendQuery {
    fn bounds(&self) -> (Option<&str>, Option<&str>) {
        (self.since.as_deref(), self.until.as_deref())
    }
}

/// Somebody's figures over time.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrendView {
    /// The length of periods.
    #[schema(example = "week")]
    pub grain: &'static str,
    /// The time zone in which they begin.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    /// The least that a figure rests on to be judged by; below it points are grey.
    pub minimum: MinimumView,
    /// What messages were read with. A new one measures something else, so that each has a line of its own.
    pub versions: Vec<VersionView>,
    /// What all messages come to.
    pub total: GroupView,
    /// The periods, version by version; those without a message are there.
    pub periods: Vec<PeriodView>,
    /// A control chart of each measure.
    pub charts: Vec<ChartView>,
}

/// A period of one version.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodView {
    /// A day (2026-11-20), an ISO week (2026-W47) or a month (2026-11).
    #[schema(example = "2026-W47")]
    pub period: String,
    /// Its first day.
    #[schema(example = "2026-11-16")]
    pub first_day: String,
    /// The key of the version.
    pub version: String,
    /// Conversations with a message in it.
    pub conversations: u64,
    /// Messages of agents.
    pub messages: u64,
    /// Those with a score.
    pub scored: u64,
    /// Mean of the scores, 0 to 100.
    pub mean_score: Option<f64>,
}

/// A Laney p′ chart.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChartView {
    /// What is counted.
    pub measure: MeasureView,
    /// A point for each of the periods, in their order.
    pub points: Vec<PointView>,
    /// A line for each version.
    pub parts: Vec<PartView>,
}

/// A point of a chart.
#[derive(Debug, Serialize, ToSchema)]
pub struct PointView {
    /// k: messages in which it was found or met.
    pub met: u64,
    /// n: messages of which it is asked.
    pub applicable: u64,
    /// How many independent messages they are worth.
    pub effective_n: f64,
    /// k / n; null where n is 0.
    pub rate: Option<f64>,
    /// Lower end of the 95 % Wilson interval.
    pub low95: Option<f64>,
    /// Its upper end.
    pub high95: Option<f64>,
    /// Whether it is enough to be judged by; grey where not.
    pub enough: bool,
    /// Lower limit of the chart; null where there is none.
    pub low_limit: Option<f64>,
    /// Its upper limit.
    pub high_limit: Option<f64>,
    /// Whether it is part of something unusual.
    pub unusual: bool,
}

/// The part of a chart that one version measured.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartView {
    /// The key of the version.
    pub version: String,
    /// Index of its first point.
    pub first: usize,
    /// Index of its last point.
    pub last: usize,
    /// What is usual: the rate of all its messages; null where nothing can be said.
    pub centre: Option<f64>,
    /// Why there are no limits; null where there are.
    pub no_limits: Option<String>,
    /// What periods differ beyond chance (Laney's σ_Z); limits are widened by it where it is above 1.
    pub sigma_z: Option<f64>,
    /// What is unusual.
    pub signals: Vec<SignalView>,
}

/// Something unusual: a reason to read messages, no verdict.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignalView {
    /// `beyond_limits`, `two_of_three`, `eight_on_one_side` or `six_in_one_direction`.
    pub rule: &'static str,
    /// `up` or `down`.
    pub direction: &'static str,
    /// Indices of the points that make it.
    pub points: Vec<usize>,
    /// It in a sentence.
    pub sentence: String,
}

/// An agent's trend
///
/// An agent's figures over time, with the limits of chance.
#[utoipa::path(
    get, path = "/v1/agents/{key}/trend", tag = "agents", operation_id = "getAgentTrend",
    params(("key" = String, Path, description = "key of the agent", example = "7"), TrendQuery),
    responses(
        (status = 200, description = "the trend", body = TrendView),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such agent, or not for who asks", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn of_agent(asked: FigureRequest<TrendQuery>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let text = path.into_inner();
    let key = key_in_path("agent", &text)?;
    let found = trend(asked, move |figures, sight| {
        let seen = sight.holds(key) && agents::agent(figures.transaction, key)?.is_some();
        Ok(seen.then_some(Whose::Agent(key)))
    });
    found.await?.ok_or_else(|| not_there("agent", &text))
}

/// A team's trend
///
/// A team's figures over time, with the limits of chance. Agents do not see them.
#[utoipa::path(
    get, path = "/v1/teams/{key}/trend", tag = "teams", operation_id = "getTeamTrend",
    params(("key" = String, Path, description = "key of the team", example = "2"), TrendQuery),
    responses(
        (status = 200, description = "the trend", body = TrendView),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such team, or not for who asks", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn of_team(asked: FigureRequest<TrendQuery>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let text = path.into_inner();
    let key = key_in_path("team", &text)?;
    let found = trend(asked, move |figures, sight| Ok(team_seen(figures, sight, key)?.map(|_| Whose::Team(key))));
    found.await?.ok_or_else(|| not_there("team", &text))
}

/// The trend of all
///
/// Everybody's figures over time, with the limits of chance; for an agent their own.
#[utoipa::path(
    get, path = "/v1/trend", tag = "trends", operation_id = "getTrend", params(TrendQuery),
    responses(
        (status = 200, description = "the trend", body = TrendView),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn of_all(asked: FigureRequest<TrendQuery>) -> Result<HttpResponse, Problem> {
    let found = trend(asked, |_, sight| Ok(Some(sight.only().map_or(Whose::All, Whose::Agent))));
    found.await?.ok_or_else(|| Problem::internal("everybody is not there"))
}

async fn trend(
    asked: FigureRequest<TrendQuery>,
    whose: impl FnOnce(&Figures<'_>, Sight) -> Result<Option<Whose>, Problem> + Send + 'static,
) -> Result<Option<HttpResponse>, Problem> {
    let (window, measures, method) = (asked.window, asked.measures.clone(), asked.service.method());
    let grain: Grain = asked
        .query
        .grain
        .as_deref()
        .unwrap_or("week")
        .parse()
        .map_err(|error: crate::trend::PeriodError| wrong("grain", error.to_string()))?;
    let chosen = match asked.query.measures.as_deref() {
        None => (0..measures.len()).collect(),
        Some(names) => names
            .split(',')
            .map(|name| measure_named(&measures, "measures", name.trim()))
            .collect::<Result<BTreeSet<usize>, _>>()?,
    };
    let view = asked.read(move |figures, sight| {
        let Some(whose) = whose(figures, sight)? else { return Ok(None) };
        let series = figures.series(whose, window, grain)?;
        Ok(Some(view(&method, grain, &figures.versions, &measures, &chosen, &series)))
    });
    Ok(view.await?.map(|view| HttpResponse::Ok().json(view)))
}

fn view(
    method: &Method,
    grain: Grain,
    versions: &Versions,
    measures: &[MeasureView],
    chosen: &BTreeSet<usize>,
    series: &Series,
) -> TrendView {
    let minimum = Minimum::default();
    let used: BTreeSet<i64> = series.steps.iter().map(|((version, _), _)| *version).collect();
    let period = |((version, period), group): &(crate::service::figures::Step, crate::summary::Group)| PeriodView {
        period: period.to_string(),
        first_day: period.first_day().to_string(),
        version: version.to_string(),
        conversations: group.conversations,
        messages: group.messages,
        scored: group.scored,
        mean_score: group.mean_score().map(two_decimals),
    };
    TrendView {
        grain: grain.name(),
        time_zone: method.office.zone().iana_name().unwrap_or("UTC").to_owned(),
        minimum: minimum.into(),
        versions: used.into_iter().filter_map(|key| versions.view(key)).collect(),
        total: GroupView::of(&series.total, measures, minimum),
        periods: series.steps.iter().map(period).collect(),
        charts: chosen.iter().map(|index| chart(&measures[*index], *index, minimum, series)).collect(),
    }
}

fn chart(measure: &MeasureView, index: usize, minimum: Minimum, series: &Series) -> ChartView {
    let steps = series.steps.iter();
    let points: Vec<control::Point> = steps
        .map(|((version, _), group)| control::Point { count: group.measure(index), version: version.to_string() })
        .collect();
    let parts = control::parts(&points, &Settings { minimum, ..Settings::default() });
    let point = |point: &control::Point| {
        let interval = Interval::of(&point.count, Z_95);
        PointView {
            met: point.count.met(),
            applicable: point.count.applicable(),
            effective_n: two_decimals(point.count.effective_n()),
            rate: point.count.rate().map(four_decimals),
            low95: interval.map(|one| four_decimals(one.low)),
            high95: interval.map(|one| four_decimals(one.high)),
            enough: minimum.is_reached_by(&point.count),
            low_limit: None,
            high_limit: None,
            unusual: false,
        }
    };
    let mut shown: Vec<PointView> = points.iter().map(point).collect();
    for lines in parts.iter().filter_map(|part| part.lines.as_ref().ok()) {
        for limits in &lines.limits {
            let point = &mut shown[limits.point];
            (point.low_limit, point.high_limit) = (Some(four_decimals(limits.low)), Some(four_decimals(limits.high)));
        }
        for point in lines.signals.iter().flat_map(|signal| &signal.points) {
            shown[*point].unusual = true;
        }
    }
    ChartView { measure: measure.clone(), points: shown, parts: parts.iter().map(part).collect() }
}

fn part(part: &control::Part) -> PartView {
    let lines = part.lines.as_ref();
    let signal = |signal: &crate::trend::Signal| SignalView {
        rule: signal.rule.name(),
        direction: match signal.direction {
            Direction::Up => "up",
            Direction::Down => "down",
        },
        points: signal.points.clone(),
        sentence: signal.sentence(),
    };
    PartView {
        version: part.version.clone(),
        first: part.points.start,
        last: part.points.end.saturating_sub(1),
        centre: lines.ok().map(|one| four_decimals(one.centre)),
        no_limits: lines.err().map(ToString::to_string),
        sigma_z: lines.ok().map(|one| two_decimals(one.sigma_z)),
        signals: lines.map(|one| one.signals.iter().map(signal).collect()).unwrap_or_default(),
    }
}
