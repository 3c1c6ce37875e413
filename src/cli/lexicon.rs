//! `amends lexicon`: look at, explain and check the rules.

use crate::check;
use crate::library::{Additions, Library};
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
    Check {
        /// The folder; the built-in rules where missing
        folder: Option<PathBuf>,
        /// Without the built-in rules beside
        #[arg(long, requires = "folder")]
        alone: bool,
    },
}

pub(super) fn run(args: &LexiconArgs) -> Result<u8, Box<dyn std::error::Error>> {
    let LexiconCommand::Check { folder, alone } = &args.command;
    let library = Library::open(&Additions { folder: folder.clone(), alone: *alone })?;
    let mut failures = 0;
    for lexicon in library.lexicons() {
        let failed = check::check(lexicon);
        for failure in &failed {
            anstream::println!("{failure}");
        }
        failures += failed.len();
        let examples: usize = lexicon.rules().iter().map(check::example_count).sum();
        anstream::println!(
            "{}: {} rules, {} patterns, {} examples, {} failed",
            lexicon.language(),
            lexicon.rules().len(),
            lexicon.pattern_count(),
            examples,
            failed.len()
        );
    }
    Ok(u8::from(failures > 0))
}
