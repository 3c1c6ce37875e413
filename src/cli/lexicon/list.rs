//! `amends lexicon list`.

use super::LibraryArgs;
use crate::cli::output::{self, counted};
use crate::cli::score::label;
use crate::cli::{Failure, OK, lexicon_of};
use crate::lexicon::{Lexicon, Rule};
use clap::Args;
use clap::builder::styling::Style;
use std::io::Write;

const BOLD: Style = Style::new().bold();

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amends lexicon list --label excuse
  amends lexicon list --lexicons my-rules --alone")]
pub(super) struct ListArgs {
    /// Rules of this label only
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
    /// Rules of this language (ISO 639-1) only
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    #[command(flatten)]
    library: LibraryArgs,
}

pub(super) fn run(args: &ListArgs) -> Result<u8, Failure> {
    let wanted = args.label.as_deref().map(label).transpose()?;
    let library = args.library.open()?;
    let lexicons = match &args.language {
        Some(language) => vec![lexicon_of(&library, Some(language))?],
        None => library.lexicons().iter().collect(),
    };
    let rules: Vec<(&Lexicon, u32, &Rule)> = lexicons
        .iter()
        .flat_map(|lexicon| (0..).zip(lexicon.rules()).map(|(index, rule)| (*lexicon, index, rule)))
        .filter(|(_, _, rule)| wanted.is_none_or(|wanted| wanted == rule.label))
        .collect();
    let rows: Vec<[String; 4]> = rules
        .iter()
        .map(|(lexicon, index, rule)| {
            let id = if lexicons.len() > 1 { format!("{}/{}", lexicon.language(), rule.id) } else { rule.id.clone() };
            let confidence = lexicon.confidence(*index);
            [
                id,
                rule.label.name().to_owned(),
                rule.kind.map(|kind| kind.name()).unwrap_or_default().to_owned(),
                confidence.map(|one| format!("{:.2} of {}", one.value, one.n)).unwrap_or_default(),
            ]
        })
        .collect();
    let mut widths = ["rule", "label", "kind", "confidence"].map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.len().max(*width);
        }
    }
    let [id, label, kind, sure] = widths;
    let mut out = output::stdout();
    writeln!(out, "{BOLD}{:id$}  {:label$}  {:kind$}  {:sure$}  what{BOLD:#}", "rule", "label", "kind", "confidence")?;
    for (row, (_, _, rule)) in rows.iter().zip(&rules) {
        writeln!(out, "{:id$}  {:label$}  {:kind$}  {:sure$}  {}", row[0], row[1], row[2], row[3], rule.what)?;
    }
    writeln!(out, "{}", counted(rules.len(), "rule"))?;
    out.flush()?;
    Ok(OK)
}
