//! Values of requests and answers that several reads share.

use crate::service::problem::Problem;
use crate::store::agents::AgentRow;
use crate::store::figures::Window;
use crate::store::timestamp;
use crate::summary::HEADLINES;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgentView {
    /// Key, by which the agent is read.
    #[schema(example = "7")]
    pub key: String,
    /// The ticketing tool.
    #[schema(example = "zendesk")]
    pub source: String,
    /// Identifier within it.
    #[schema(example = "dana")]
    pub id: String,
    /// Name shown to people.
    pub name: Option<String>,
    /// The team; null where the agent is in none.
    pub team: Option<TeamView>,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TeamView {
    /// Key, by which the team is read.
    #[schema(example = "2")]
    pub key: String,
    /// Its name.
    #[schema(example = "Second level")]
    pub name: String,
}

impl From<AgentRow> for AgentView {
    fn from(row: AgentRow) -> Self {
        let team = row.team.map(|(key, name)| TeamView { key: key.to_string(), name });
        Self { key: row.key.to_string(), source: row.source, id: row.id, name: row.name, team }
    }
}

/// A time as answers give it: RFC 3339, UTC.
#[must_use]
pub fn time(milliseconds: Option<i64>) -> Option<String> {
    milliseconds.and_then(timestamp).map(|time| time.to_string())
}

/// A score in points.
#[must_use]
pub fn points(hundredths: Option<i64>) -> Option<f64> {
    hundredths.map(|hundredths| hundredths as f64 / 100.0)
}

/// The names of the headline findings whose bits are set.
#[must_use]
pub fn finding_names(bits: i64) -> Vec<&'static str> {
    HEADLINES.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1).map(|(_, one)| one.name).collect()
}

/// The bit of a headline finding.
///
/// # Errors
/// Where there is none of that name.
pub fn finding_bit(name: &str) -> Result<i64, Problem> {
    HEADLINES.iter().position(|one| one.name == name).map(|index| 1 << index).ok_or_else(|| {
        let names = HEADLINES.map(|one| one.name).join(", ");
        wrong("finding", format!("there is no finding `{name}`; allowed are {names}"))
    })
}

/// A key in a path: whoever asks for what is no number asks for what is not there.
///
/// # Errors
/// 404 where it is none.
pub fn key_in_path(what: &str, text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| not_there(what, text))
}

/// 404: there is no such thing, or not for who asks.
#[must_use]
pub fn not_there(what: &str, key: &str) -> Problem {
    Problem::not_found(format!("there is no {what} {key}"))
}

/// A key in a query parameter.
///
/// # Errors
/// Where it is none.
pub fn key_in_query(name: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let key = |text: &str| text.parse().map_err(|_| wrong(name, format!("`{text}` is no key; keys are numbers")));
    text.map(key).transpose()
}

/// 400: a query parameter is wrong.
#[must_use]
pub fn wrong(name: &str, why: impl Into<String>) -> Problem {
    let why = why.into();
    Problem::bad_request(format!("{name}: {why}")).at(name, why)
}

/// The window from `since` up to `until`, each an RFC 3339 time or a day in the office's time zone.
///
/// # Errors
/// Where one is neither, or the window is empty.
pub fn window(since: Option<&str>, until: Option<&str>, zone: &TimeZone) -> Result<Window, Problem> {
    named_window(("since", since), ("until", until), zone)
}

/// The same for parameters of other names.
///
/// # Errors
/// Where one is no time, or the window is empty.
pub fn named_window(
    (from, since): (&str, Option<&str>),
    (to, until): (&str, Option<&str>),
    zone: &TimeZone,
) -> Result<Window, Problem> {
    let since = since.map(|text| moment(from, text, zone)).transpose()?;
    let until = until.map(|text| moment(to, text, zone)).transpose()?;
    if let (Some(since), Some(until)) = (since, until)
        && since >= until
    {
        return Err(wrong(to, format!("`{to}` must be after `{from}`")));
    }
    Ok(Window { since, until })
}

fn moment(name: &str, text: &str, zone: &TimeZone) -> Result<i64, Problem> {
    let time = text.parse::<Timestamp>().ok();
    let day = || text.parse::<Date>().ok()?.to_zoned(zone.clone()).ok().map(|day| day.timestamp());
    let time = time.or_else(day).map(crate::store::milliseconds);
    time.ok_or_else(|| wrong(name, format!("`{text}` is neither a day (2026-11-20) nor a time (2026-11-20T09:30:00Z)")))
}
