//! `amends lexicon check` and `amends lexicon test`: do the rules do what their examples say?

use super::{FolderArgs, unknown_rule};
use crate::check;
use crate::cli::output::{self, counted};
use crate::cli::{FOUND_WRONG, Failure, OK};
use crate::lexicon::{Lexicon, LexiconError, Rule};
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
        let examples: usize = lexicon.rules().iter().map(check::example_count).sum();
        writeln!(
            out,
            "{}: {} rules, {} patterns, {} examples, {} failed",
            lexicon.language(),
            lexicon.rules().len(),
            lexicon.pattern_count(),
            examples,
            failed.len()
        )?;
    }
    out.flush()?;
    Ok(if failures > 0 { FOUND_WRONG } else { OK })
}

pub(super) fn test(args: &TestArgs) -> Result<u8, Failure> {
    let library = args.folder.open()?;
    let mut out = output::stdout();
    let (mut tested, mut examples, mut failed) = (0, 0, 0);
    for lexicon in library.lexicons() {
        let failures = by_rule(lexicon);
        for (rule, failures) in lexicon.rules().iter().zip(&failures) {
            if args.rule.as_ref().is_some_and(|wanted| *wanted != rule.id) {
                continue;
            }
            let (style, word) = if failures.is_empty() { (GOOD, "ok  ") } else { (BAD, "FAIL") };
            writeln!(out, "{style}{word}{style:#} {}  {}", rule.id, counts(rule))?;
            for failure in failures {
                writeln!(out, "{failure}")?;
            }
            tested += 1;
            examples += check::example_count(rule);
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

/// The failures of each rule of `lexicon`, in the order of its rules.
fn by_rule(lexicon: &Lexicon) -> Vec<Vec<LexiconError>> {
    let places: Vec<LexiconError> =
        lexicon.rules().iter().map(|rule| lexicon.error_at(rule.place, String::new())).collect();
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
    let parts = [
        (examples.hits.len(), "hits"),
        (examples.silent.len(), "silent"),
        (examples.left_to_others.len(), "left to others"),
        (examples.wrong.len(), "known to be wrong"),
        (examples.missed.len(), "known to be missed"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    parts.join(", ")
}
