//! The command line.

mod eval;
mod lexicon;
mod score;

use crate::library::Additions;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Amends: how well do outgoing support messages make amends?
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Score messages and show the evidence
    Score(score::ScoreArgs),
    /// Look at, explain and check the rules
    Lexicon(lexicon::LexiconArgs),
    /// Compare the machine with people's labels
    Eval(eval::EvalArgs),
}

#[derive(Debug, Args)]
struct LibraryArgs {
    /// Folder of your own rules (en/*.toml) and scorecards (scorecards/*.toml), added to the built-in ones
    #[arg(long, value_name = "DIR")]
    lexicons: Option<PathBuf>,
    /// Use the rules of --lexicons alone, without the built-in ones
    #[arg(long, requires = "lexicons")]
    alone: bool,
}

impl LibraryArgs {
    fn additions(&self) -> Additions {
        Additions { folder: self.lexicons.clone(), alone: self.alone }
    }
}

/// Runs the program; gives its exit code.
#[must_use]
pub fn run() -> u8 {
    let result = match Cli::parse().command {
        Command::Score(args) => score::run(&args),
        Command::Lexicon(args) => lexicon::run(&args),
        Command::Eval(args) => eval::run(&args),
    };
    result.unwrap_or_else(|error| {
        anstream::eprintln!("amends: {error}");
        2
    })
}
