//! Settings: who may come in, what tools send, what was done, how messages are read.

mod audit_log;
mod deliveries;
mod hook_secrets;
mod overview;
mod own_rules;
mod rescoring;
mod retention;
mod scorecards;
mod tokens;
mod users;
mod webhooks;

use super::Problem;
use super::moment::Moment;
use actix_web::HttpResponse;
use actix_web::body::to_bytes;
use actix_web::web::ServiceConfig;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

/// Their routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(overview::routes)
        .configure(scorecards::routes)
        .configure(own_rules::routes)
        .configure(retention::routes)
        .configure(tokens::routes)
        .configure(users::routes)
        .configure(webhooks::routes)
        .configure(hook_secrets::routes)
        .configure(deliveries::routes)
        .configure(audit_log::routes);
}

/// The pages of the settings: path and name of each.
type Parts = [(&'static str, &'static str); 9];

/// All of them.
const PARTS: Parts = [
    ("/settings", "Overview"),
    ("/settings/scorecards", "Scorecards"),
    ("/settings/rules", "Own rules"),
    ("/settings/retention", "Retention"),
    ("/settings/users", "Users"),
    ("/settings/tokens", "Tokens"),
    ("/settings/webhooks", "Webhooks"),
    ("/settings/deliveries", "Deliveries"),
    ("/settings/audit-log", "Audit log"),
];

/// What the handler of the API answered.
async fn answered(answer: HttpResponse) -> Result<Value, Problem> {
    let body = to_bytes(answer.into_body()).await.map_err(|error| Problem::internal(error.to_string()))?;
    serde_json::from_slice(&body).map_err(|error| Problem::internal(error.to_string()))
}

/// A time that the API gave.
fn moment(text: &str, zone: &TimeZone) -> Option<Moment> {
    text.parse::<Timestamp>().ok().map(|at| Moment::of(at, zone))
}

/// What is wrong in a form, for people; problems that no other filling in would mend are given back.
fn faults(problem: Problem) -> Result<Vec<String>, Problem> {
    match problem.status {
        403 | 409 | 422 if problem.errors.is_empty() => Ok(vec![problem.detail]),
        422 => Ok(problem.errors.into_iter().map(|fault| fault.detail).collect()),
        _ => Err(problem),
    }
}

/// A field of a form that may be left empty.
fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
