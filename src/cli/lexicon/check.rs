//! `amends lexicon check` and `amends lexicon test`: do the rules do what their examples say?

use super::{FolderArgs, unknown_rule};
use crate::check;
use crate::cli::output::{self, counted};
use crate::cli::{FOUND_WRONG, Failure, OK};
use crate::lexicon::{Lexicon, LexiconError, Place, Rule};
use crate::promise;
use clap::Args;
use clap::builder::styling::{AnsiColor, Style};
use std::io::Write;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amends lexicon test my-rules --rule weather-excuse
  amends lexicon test

Exit codes: 0 all examples hold; 1 some do not; 2 the files cannot be read or are wrong")]
pub(super) struct TestArgs {
    #[command(flatten)]
    folder: FolderArgs,
    /// This rule only
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
}

pub(super) fn run(args: &FolderArgs) -> Result<u8, Failure> {
    let library = args.open()?;
    let mut out = output::stdout();
    let mut failures = 0;
    for lexicon in library.lexicons() {
        let failed = check::check(lexicon);
        for failure in &failed {
            writeln!(out, "{failure}")?;
        }
        failures += failed.len();
        let checked = checked(lexicon);
        writeln!(
            out,
            "{}: {} rules, {} patterns, {} examples, {} failed",
            lexicon.language(),
            checked.len(),
            lexicon.pattern_count(),
            checked.iter().map(|one| one.examples).sum::<usize>(),
            failed.len()
        )?;
        if let Some(warning) = out_of_date(lexicon) {
            writeln!(out, "{}: {warning}", lexicon.language())?;
        }
    }
    out.flush()?;
    Ok(if failures > 0 { FOUND_WRONG } else { OK })
}

/// What of `confidence.toml` is out of date. No failure: who writes rules measures them when they are done.
fn out_of_date(lexicon: &Lexicon) -> Option<String> {
    let measured = lexicon.measurements()?;
    if !lexicon.changed_since_measured() {
        return None;
    }
    let gone: Vec<&str> = measured.rule_ids().filter(|id| lexicon.rule(id).is_none()).collect();
    let gone = if gone.is_empty() { String::new() } else { format!("; these are no rules: {}", gone.join(", ")) };
    Some(format!(
        "warning: confidence.toml was measured on {} with other rules{gone} (`amends eval --write-confidence`)",
        measured.measured_on
    ))
}

pub(super) fn test(args: &TestArgs) -> Result<u8, Failure> {
    let library = args.folder.open()?;
    let mut out = output::stdout();
    let (mut tested, mut examples, mut failed) = (0, 0, 0);
    for lexicon in library.lexicons() {
        let checked = checked(lexicon);
        let failures = by_rule(lexicon, &checked);
        for (rule, failures) in checked.iter().zip(&failures) {
            if args.rule.as_ref().is_some_and(|wanted| wanted != rule.id) {
                continue;
            }
            let (style, word) = if failures.is_empty() { (GOOD, "ok  ") } else { (BAD, "FAIL") };
            writeln!(out, "{style}{word}{style:#} {}  {}", rule.id, rule.counts)?;
            for failure in failures {
                writeln!(out, "{failure}")?;
            }
            tested += 1;
            examples += rule.examples;
            failed += failures.len();
        }
    }
    if let Some(id) = args.rule.as_ref().filter(|_| tested == 0) {
        return Err(unknown_rule(id, &library.lexicons().iter().collect::<Vec<_>>()));
    }
    writeln!(out, "{}, {}, {failed} failed", counted(tested, "rule"), counted(examples, "example"))?;
    out.flush()?;
    Ok(if failed > 0 { FOUND_WRONG } else { OK })
}

/// A rule with examples: of a label, or of `deadlines.toml`.
struct Checked<'l> {
    id: &'l str,
    place: Place,
    examples: usize,
    counts: String,
}

/// All rules of `lexicon` with examples, those of labels first.
fn checked(lexicon: &Lexicon) -> Vec<Checked<'_>> {
    let of_labels = lexicon.rules().iter().map(|rule| Checked {
        id: &rule.id,
        place: rule.place,
        examples: check::example_count(rule),
        counts: counts(rule),
    });
    let of_deadlines = lexicon.deadlines().rules().iter().map(|rule| Checked {
        id: &rule.id,
        place: rule.place,
        examples: promise::example_count(rule),
        counts: listed(&[(rule.examples.len(), "due times"), (rule.silent.len(), "silent")]),
    });
    of_labels.chain(of_deadlines).collect()
}

/// The failures of each rule of `checked`.
fn by_rule(lexicon: &Lexicon, checked: &[Checked<'_>]) -> Vec<Vec<LexiconError>> {
    let places: Vec<LexiconError> = checked.iter().map(|rule| lexicon.error_at(rule.place, String::new())).collect();
    let mut failures: Vec<Vec<LexiconError>> = vec![Vec::new(); places.len()];
    for failure in check::check(lexicon) {
        // An example belongs to the last rule that begins above it in its file.
        let owner = places
            .iter()
            .enumerate()
            .filter(|(_, place)| place.file == failure.file && place.line <= failure.line)
            .max_by_key(|(_, place)| place.line);
        if let Some((index, _)) = owner {
            failures[index].push(failure);
        }
    }
    failures
}

/// `2 hits, 3 silent, 1 known miss`.
fn counts(rule: &Rule) -> String {
    let examples = &rule.examples;
    listed(&[
        (examples.hits.len(), "hits"),
        (examples.silent.len(), "silent"),
        (examples.left_to_others.len(), "left to others"),
        (examples.wrong.len(), "known to be wrong"),
        (examples.missed.len(), "known to be missed"),
    ])
}

/// Those of `parts` of which there are any.
fn listed(parts: &[(usize, &str)]) -> String {
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    parts.join(", ")
}
