//! The figures of a chart as a file: numbers where the page has words.

use super::Problem;
use super::charts::ChartView;
use super::people::PeopleQuery;
use super::table_csv;
use crate::trend::{Count, Interval, Z_95};
use actix_web::HttpResponse;

/// Columns of a chart over time.
pub const TREND: [&str; 9] =
    ["period", "k", "n", "conversations", "low95", "high95", "limit_low", "limit_high", "remark"];

/// Columns of a chart that compares agents.
pub const FUNNEL: [&str; 7] = ["agent", "k", "n", "conversations", "low95", "high95", "standing"];

/// A row: its name, what was counted with its interval, and `more`.
pub fn row(name: String, count: &Count, more: impl IntoIterator<Item = String>) -> Vec<String> {
    let interval = Interval::of(count, Z_95);
    let end = |end: fn(&Interval) -> f64| interval.as_ref().map_or_else(String::new, |one| share(end(one)));
    let counts = [count.met(), count.applicable(), count.conversations()].map(|number| number.to_string());
    let ends = [end(|one| one.low), end(|one| one.high)];
    std::iter::once(name).chain(counts).chain(ends).chain(more).collect()
}

/// A share of 0 to 1.
pub fn share(share: f64) -> String {
    format!("{share:.4}")
}

/// The figures of the chart that `query` asks for, where it asks for one.
pub fn wanted(query: &PeopleQuery, name: &str, charts: &[&ChartView]) -> Option<Result<HttpResponse, Problem>> {
    let id = query.chart.as_deref().filter(|_| query.is_csv())?;
    let chart = charts.iter().find(|chart| chart.id == id);
    let answer = |chart: &&ChartView| table_csv::answer(&format!("{name}-{id}"), &chart.columns, &chart.figures);
    Some(chart.map_or_else(|| Err(Problem::not_found(format!("there is no chart `{id}` on this page"))), answer))
}

/// Tells each chart where its figures are had as a file.
pub fn link(query: &PeopleQuery, path: &str, charts: &mut [ChartView]) {
    for chart in charts {
        chart.csv = format!("{}&format=csv", query.path(path, "chart", &chart.id));
    }
}
