//! `amends lexicon`: look at, explain, check and format the rules.

mod check;
mod explain;
mod format;
mod list;

use super::{Failure, LibraryArgs};
use crate::lexicon::Lexicon;
use crate::library::{Additions, Library, LibraryError};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct LexiconArgs {
    #[command(subcommand)]
    command: LexiconCommand,
}

#[derive(Debug, Subcommand)]
enum LexiconCommand {
    /// Check a folder of rules: syntax, classes and every example
    #[command(after_help = "\
Example:
  amends lexicon check my-rules

Exit codes: 0 all examples hold; 1 some do not; 2 the files cannot be read or are wrong")]
    Check(FolderArgs),
    /// List the rules
    List(list::ListArgs),
    /// Explain a rule: what it finds, why that matters, when it is fair, what to do instead
    Explain(explain::ExplainArgs),
    /// Run the examples rule by rule and show what fails
    Test(check::TestArgs),
    /// Rewrite label files in canonical form
    Format(format::FormatArgs),
}

/// Which rules: the built-in ones, or a folder's beside or without them.
#[derive(Debug, Args)]
struct FolderArgs {
    /// The folder (en/*.toml, …); the built-in rules where missing
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Without the built-in rules beside
    #[arg(long, requires = "folder")]
    alone: bool,
}

impl FolderArgs {
    fn open(&self) -> Result<Library, LibraryError> {
        Library::open(&Additions { folder: self.folder.clone(), alone: self.alone })
    }
}

pub(super) fn run(args: &LexiconArgs) -> Result<u8, Failure> {
    match &args.command {
        LexiconCommand::Check(folder) => check::run(folder),
        LexiconCommand::List(args) => list::run(args),
        LexiconCommand::Explain(args) => explain::run(args),
        LexiconCommand::Test(args) => check::test(args),
        LexiconCommand::Format(args) => format::run(args),
    }
}

/// The error for a rule that is not there, with those whose names come near.
fn unknown_rule(id: &str, lexicons: &[&Lexicon]) -> Failure {
    let words: Vec<&str> = id.split(['-', '_']).filter(|word| word.len() > 2).collect();
    let rules = lexicons.iter().flat_map(|lexicon| lexicon.rules());
    let mut near: Vec<(usize, &str)> = rules
        .map(|rule| (words.iter().filter(|word| rule.id.contains(*word)).count(), rule.id.as_str()))
        .filter(|(shared, _)| *shared > 0)
        .collect();
    near.sort_by_key(|(shared, id)| (std::cmp::Reverse(*shared), *id));
    let near: Vec<&str> = near.iter().take(5).map(|(_, id)| *id).collect();
    let hint = if near.is_empty() { String::new() } else { format!("; there is {}", near.join(", ")) };
    format!("no rule is called `{id}`{hint}; `amends lexicon list` shows all").into()
}
