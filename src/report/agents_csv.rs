//! `agents.csv`: every agent with every figure.

use super::ReportError;
use crate::audit::Audit;
use crate::audit::cell;
use crate::audit::plan::Plan;
use crate::summary::{Dimension, Group, HEADLINES};
use crate::summary::{Figure, figures};
use crate::trend::Interval;
use crate::wire::two_decimals;

/// What is said of each headline and criterion.
const FIGURES: [&str; 6] = ["met", "applicable", "effective_n", "low95", "high95", "standing"];

/// One row for each agent, in the order of identifiers.
///
/// `<measure>:low95` and `:high95` are the Wilson interval with the effective n, from 0 to 1; `:standing` is
/// where the agent lies in the funnel of all (`too_few`, `below_998`, `below_95`, `inside`, `above_95`,
/// `above_998`). Met means found for the headlines, and met for the criteria.
///
/// # Errors
/// Where a row cannot be made.
pub fn agents_csv(plan: &Plan<'_>, audit: &Audit) -> Result<Vec<u8>, ReportError> {
    let measures: Vec<String> = HEADLINES
        .iter()
        .map(|headline| headline.name.to_owned())
        .chain(plan.card.criteria.iter().map(|criterion| format!("criterion:{}", criterion.id)))
        .collect();
    let agents: Vec<(&str, &Group)> = audit.summary.whole(Dimension::Agent).collect();
    let groups: Vec<&Group> = agents.iter().map(|(_, group)| *group).collect();
    let figures = figures(&groups, measures.len(), plan.minimum);
    let mut csv = csv::Writer::from_writer(Vec::new());
    for column in ["agent", "agent_name", "team", "conversations", "messages", "scored", "mean_score"] {
        csv.write_field(column)?;
    }
    for name in &measures {
        for figure in FIGURES {
            csv.write_field(format!("{name}:{figure}"))?;
        }
    }
    csv.write_record([
        "promises_dated",
        "promises_undated",
        "promises_kept",
        "promises_late",
        "promises_broken",
        "promises_open",
        "promises_undated_kept",
        "promises_undated_unkept",
    ])?;
    for ((id, group), figures) in agents.iter().zip(&figures) {
        csv.write_field(cell(id).as_ref())?;
        csv.write_field(cell(group.title.as_deref().unwrap_or_default()).as_ref())?;
        csv.write_field(cell(group.team.as_deref().unwrap_or_default()).as_ref())?;
        for sum in [group.conversations, group.messages, group.scored] {
            csv.write_field(sum.to_string())?;
        }
        csv.write_field(group.mean_score().map(|score| two_decimals(score).to_string()).unwrap_or_default())?;
        for Figure { count, interval, standing } in figures {
            let end = |end: fn(&Interval) -> f64| interval.as_ref().map(|one| decimals(end(one))).unwrap_or_default();
            csv.write_field(count.met().to_string())?;
            csv.write_field(count.applicable().to_string())?;
            csv.write_field(two_decimals(count.effective_n()).to_string())?;
            csv.write_field(end(|interval| interval.low))?;
            csv.write_field(end(|interval| interval.high))?;
            csv.write_field(standing.name())?;
        }
        let promises = &group.promises;
        csv.write_record(
            [
                promises.dated,
                promises.undated,
                promises.kept,
                promises.late,
                promises.broken,
                promises.open,
                promises.undated_kept,
                promises.undated_unkept,
            ]
            .map(|sum| sum.to_string()),
        )?;
    }
    csv.into_inner().map_err(|error| ReportError::Row(error.into_error().into()))
}

fn decimals(rate: f64) -> String {
    format!("{rate:.4}")
}
