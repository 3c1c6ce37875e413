//! `amends lexicon explain`.

use super::{LibraryArgs, unknown_rule};
use crate::cli::output::{self, Out};
use crate::cli::{Failure, OK};
use crate::lexicon::confidence::Share;
use crate::lexicon::{Lexicon, Rule};
use clap::Args;
use clap::builder::styling::Style;
use std::io::Write;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// What is shown of a rule as its file says it: name in the file, title for people.
const AS_WRITTEN: [(&str, &str); 13] = [
    ("patterns", "Finds"),
    ("unless", "But not where this stands at the same place"),
    ("unless-sentence", "But not in a sentence with"),
    ("unless-message", "But not in a message with"),
    ("needs-sentence", "Only in a sentence with"),
    ("needs-message", "Only in a message with"),
    ("unless-label", "But not in a message that also shows"),
    ("needs-label", "Only in a message that also shows"),
    ("hits", "Examples that it finds, at the marks"),
    ("silent", "Examples where it is silent"),
    ("left-to-others", "Examples that other rules of the label find"),
    ("wrong", "Known false alarms"),
    ("missed", "Known misses"),
];

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  amends lexicon explain excuse-policy-is")]
pub(super) struct ExplainArgs {
    /// The rule's name, as it stands beside evidence
    #[arg(value_name = "RULE")]
    rule: String,
    #[command(flatten)]
    library: LibraryArgs,
}

pub(super) fn run(args: &ExplainArgs) -> Result<u8, Failure> {
    let library = args.library.open()?;
    let mut out = output::stdout();
    let mut found = false;
    for lexicon in library.lexicons() {
        if let Some(index) = lexicon.rules().iter().position(|rule| rule.id == args.rule) {
            explain(&mut out, lexicon, index)?;
            found = true;
        }
    }
    if !found {
        return Err(unknown_rule(&args.rule, &library.lexicons().iter().collect::<Vec<_>>()));
    }
    out.flush()?;
    Ok(OK)
}

fn explain(out: &mut Out, lexicon: &Lexicon, index: usize) -> Result<(), Failure> {
    let rule = &lexicon.rules()[index];
    let kind = rule.kind.map(|kind| format!(":{}", kind.name())).unwrap_or_default();
    let place = lexicon.error_at(rule.place, String::new());
    writeln!(out, "{BOLD}{}{BOLD:#}  {}{kind}", rule.id, rule.label)?;
    writeln!(out, "{DIM}{}:{}, since {}{DIM:#}\n", place.file, place.line, rule.since)?;
    for (title, text) in
        [("What", &rule.what), ("Why", &rule.why), ("Fair when", &rule.fair_when), ("Advice", &rule.advice)]
    {
        writeln!(out, "{BOLD}{title:<10}{BOLD:#} {text}")?;
    }
    if let Some(text) = confidence(lexicon, index, rule) {
        writeln!(out, "{BOLD}{:<10}{BOLD:#} {text}", "Confidence")?;
    }
    let text = &lexicon.files()[rule.place.file as usize].text;
    let file: toml::Table = toml::from_str(text)?;
    let Some(written) = written(&file, &rule.id) else { return Ok(()) };
    for (name, title) in AS_WRITTEN {
        let Some(items) = written.get(name).and_then(toml::Value::as_array).filter(|items| !items.is_empty()) else {
            continue;
        };
        writeln!(out, "\n{BOLD}{title}{BOLD:#}")?;
        for item in items {
            writeln!(out, "  {}", item.as_str().unwrap_or_default())?;
        }
    }
    let conditions = [file.get("when"), written.get("when")];
    let conditions = conditions.iter().flatten().filter_map(|when| when.as_table()).flatten();
    // The rule's own conditions come second and win.
    let conditions: toml::Table = conditions.map(|(name, value)| (name.clone(), value.clone())).collect();
    if !conditions.is_empty() {
        let parts: Vec<String> =
            conditions.iter().map(|(name, value)| format!("{name}: {}", value.as_str().unwrap_or_default())).collect();
        writeln!(out, "\n{BOLD}In context{BOLD:#}\n  {}", parts.join(", "))?;
    }
    Ok(())
}

/// How far what the rule finds is to be trusted, and what that rests on.
fn confidence(lexicon: &Lexicon, index: usize, rule: &Rule) -> Option<String> {
    let confidence = lexicon.confidence(u32::try_from(index).ok()?)?;
    let measured = lexicon.measurements()?;
    let value = confidence.value;
    let all = measured.unseen.labels.get(rule.label.name()).copied().unwrap_or_default();
    let of_label = format!("all of {} in {} of {} unseen messages", rule.label, all.right, all.of);
    if confidence.n == 0 {
        return Some(format!("{value:.2}: that of its label, as it was not measured itself; right were {of_label}"));
    }
    let stated = |share: Option<&Share>| {
        let Share { right, of } = share.copied().unwrap_or_default();
        format!("{right} of {of}")
    };
    Some(format!(
        "{value:.2}: right in {} unseen messages and in {} that rules were written from; {of_label}",
        stated(measured.unseen.rules.get(&rule.id)),
        stated(measured.written_from.rules.get(&rule.id))
    ))
}

/// The rule `id` as `file` writes it.
fn written<'f>(file: &'f toml::Table, id: &str) -> Option<&'f toml::Table> {
    let rules = file.get("rule")?.as_array()?;
    rules.iter().filter_map(toml::Value::as_table).find(|rule| rule.get("id").and_then(toml::Value::as_str) == Some(id))
}
