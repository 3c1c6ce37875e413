//! The report of an audit: one HTML file for people, and `agents.csv`.
//!
//! The file needs nothing else: no network, no script, no font. It says what was read before it says what
//! was found, how sure every figure is, and who must read on before anybody is spoken to. Templates lie
//! beside this file; they escape every text, and charts are the only markup that they take as it is.
//!
//! Nothing here reads a clock or a file: same sums, same report.

mod agents;
mod agents_csv;
mod contents;
mod examples;
mod findings;
pub(crate) mod funnel_plot;
mod periods;
pub(crate) mod plot;
mod recovery;
mod rules;
pub(crate) mod words;

pub use agents_csv::agents_csv;

use crate::audit::Audit;
use crate::audit::plan::Plan;
use crate::summary::Group;
use agents::Agents;
use askama::Template;
use contents::Contents;
use examples::ExampleView;
use findings::{Criterion, Headline};
use jiff::Timestamp;
use periods::Periods;
use recovery::Recovery;
use rules::Rules;
use thiserror::Error;

/// So many of the best and of the worst messages are shown.
const EXAMPLES: usize = 5;

/// Why a report cannot be made.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A template cannot be filled in.
    #[error("cannot write the report: {0}")]
    Template(#[from] askama::Error),
    /// A chart cannot be drawn.
    #[error("cannot draw a chart of the report: {0}")]
    Chart(String),
    /// A row of `agents.csv` cannot be made.
    #[error("cannot write a row of agents.csv: {0}")]
    Row(#[from] csv::Error),
}

/// How a report was made.
#[derive(Debug, Clone, Copy)]
pub struct Made<'m> {
    /// When.
    pub at: Timestamp,
    /// The command, without secrets.
    pub command: &'m str,
}

#[derive(Template)]
#[template(path = "report/report.html", config = "src/report/askama.toml")]
struct Page<'p> {
    title: String,
    made: String,
    contents: Contents,
    headlines: Vec<Headline>,
    criteria: Vec<Criterion<'p>>,
    recovery: Recovery,
    agents: Agents,
    periods: Periods,
    best: Vec<ExampleView<'p>>,
    worst: Vec<ExampleView<'p>>,
    rules: Vec<Rules<'p>>,
    method: Method<'p>,
}

/// How the figures were made.
#[derive(Debug)]
struct Method<'p> {
    version: &'static str,
    command: &'p str,
    language: &'p str,
    lexicon: &'p str,
    rules: usize,
    card: &'p str,
    card_id: &'p str,
    card_version: &'p str,
    card_digest: &'p str,
    card_what: &'p str,
    zone: String,
    data_ends: String,
    minimum_messages: u64,
    minimum_conversations: u64,
    grain: &'static str,
}

/// The report as one HTML document.
///
/// # Errors
/// Where it cannot be made, which no data should bring about.
pub fn html(plan: &Plan<'_>, audit: &Audit, made: &Made<'_>) -> Result<String, ReportError> {
    let summary = &audit.summary;
    let nothing = Group::default();
    let all = summary.all().unwrap_or(&nothing);
    let periods = Periods::new(plan, summary)?;
    let page = Page {
        title: match &periods.span {
            Some(span) => format!("How support made amends: {span}"),
            None => "How support made amends".to_owned(),
        },
        made: words::time(made.at, &plan.zone),
        contents: Contents::new(plan, audit),
        headlines: findings::headlines(plan, all),
        criteria: findings::criteria(plan, all),
        recovery: Recovery::new(summary),
        agents: Agents::new(plan, summary)?,
        periods,
        best: summary.examples.best(EXAMPLES).into_iter().map(|one| ExampleView::new(plan, one)).collect(),
        worst: summary.examples.worst(EXAMPLES).into_iter().map(|one| ExampleView::new(plan, one)).collect(),
        rules: rules::most_fired(plan, summary),
        method: Method {
            version: env!("CARGO_PKG_VERSION"),
            command: made.command,
            language: plan.lexicon.language(),
            lexicon: plan.lexicon.digest(),
            rules: plan.lexicon.rules().len(),
            card: &plan.card.name,
            card_id: &plan.card.id,
            card_version: &plan.card.version,
            card_digest: &plan.card.digest,
            card_what: &plan.card.what,
            zone: plan.zone.iana_name().unwrap_or("UTC").to_owned(),
            data_ends: audit.data_ends.map_or_else(String::new, |at| words::time(at, &plan.zone)),
            minimum_messages: plan.minimum.applicable,
            minimum_conversations: plan.minimum.conversations,
            grain: plan.grain.name(),
        },
    };
    Ok(page.render()?)
}
