//! The short summary of an audit on the terminal.

use crate::audit::Audit;
use crate::audit::plan::Plan;
use crate::summary::HEADLINES;
use crate::trend::{Interval, Z_95};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What there is to tell.
pub(super) struct Outcome<'o> {
    pub(super) plan: &'o Plan<'o>,
    pub(super) audit: &'o Audit,
    pub(super) seconds: f64,
}

impl Outcome<'_> {
    /// The summary, a few lines.
    pub(super) fn told(&self) -> String {
        let mut told = String::new();
        for input in &self.audit.inputs {
            let encoding = input.encoding.map_or_else(String::new, |encoding| format!(", {encoding}"));
            let _ = writeln!(told, "{}: {}{encoding}", input.name, input.format);
            for line in &input.told {
                let _ = writeln!(told, "  {line}");
            }
        }
        let tally = &self.audit.summary.tally;
        let _ = writeln!(
            told,
            "{} conversations ({} with a service failure), {} messages of agents, {} scored, in {:.1} s ({:.0} a second)",
            tally.conversations,
            tally.failures,
            tally.agent_messages(),
            tally.scored,
            self.seconds,
            tally.agent_messages() as f64 / self.seconds.max(0.001),
        );
        let mut not = Vec::new();
        for (reason, count) in &tally.not_scored {
            not.push(format!("{count} {}", reason.replace('_', " ")));
        }
        for (count, what) in [
            (tally.nothing_to_score, "to which no criterion applies"),
            (tally.context_only, "read as context only"),
            (tally.rejected, "rows that could not be read (rejected.jsonl)"),
            (tally.empty, "conversations without a message in the export (export the messages as well)"),
            (tally.duplicates, "messages that came twice"),
            (tally.taken_as_agents, "messages whose author was taken for an agent"),
            (tally.timeless, "without a time"),
        ] {
            if count > 0 {
                not.push(format!("{count} {what}"));
            }
        }
        if !not.is_empty() {
            let _ = writeln!(told, "not scored, or to be known: {}", not.join("; "));
        }
        if let Some(all) = self.audit.summary.all() {
            if let Some(mean) = all.mean_score() {
                let _ = writeln!(told, "mean score {mean:.0} ({})", self.plan.card.name);
            }
            for (headline, count) in HEADLINES.iter().zip(&all.measures) {
                let range = Interval::of(count, Z_95).map_or_else(String::new, |interval| {
                    // Narrow ranges need a digit more to be ranges.
                    let digits = usize::from(interval.width() < 0.05);
                    format!(" ({:.digits$} to {:.digits$} %)", interval.low * 100.0, interval.high * 100.0)
                });
                let _ = writeln!(told, "{}: {} of {}{range}", headline.title, count.met(), count.applicable());
            }
        }
        told
    }
}

/// Where the results are.
pub(super) fn files(files: &[PathBuf], folder: &Path) -> String {
    let names: Vec<String> =
        files.iter().filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned())).collect();
    format!("written to {}: {}\n", folder.display(), names.join(", "))
}
