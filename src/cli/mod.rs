//! The command line.

mod access;
mod audit;
mod bar;
mod completions;
mod data;
mod demo;
mod eval;
mod import;
mod keep;
mod lexicon;
mod output;
mod running;
mod schema;
mod score;
mod serve;
mod settings;

use crate::lexicon::Lexicon;
use crate::library::{Additions, Library, LibraryError};
use crate::reading::LeastConfidence;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// How a command fails: told to the user as is.
type Failure = Box<dyn std::error::Error>;

/// All went well.
const OK: u8 = 0;
/// The command did its work and found something to be wrong.
const FOUND_WRONG: u8 = 1;
/// The command was not understood, or something could not be read.
const CANNOT: u8 = 2;

const AFTER_HELP: &str = "\
Examples:
  amends score draft.txt                         one message, with the evidence underlined
  amends score --customer 'Still no parcel!' draft.txt
  amends score tickets.jsonl --fail-under 60     exit 1 when a message scores below 60
  amends score --format jsonl < tickets.jsonl > results.jsonl
  amends audit export/*.jsonl.gz --out audit     reads a ticketing tool's export, writes a report
  amends lexicon explain excuse-policy-is        what a rule finds, why, and what to do instead
  amends lexicon check my-rules                  rules of your own, held to their examples

Exit codes:
  0  all went well
  1  the command found something wrong: a score below --fail-under, a rule that fails its examples,
     a file that is not in canonical form
  2  the command was not understood, or something could not be read (the rest was)";

/// How well do a support team's messages make amends? Scores each, with the words as evidence
#[derive(Debug, Parser)]
#[command(version, about, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Colours in the output; `auto` leaves them out of pipes and files
    #[arg(long, value_enum, default_value = "auto", global = true, value_name = "WHEN")]
    color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Score messages and show the evidence
    Score(score::ScoreArgs),
    /// Read exports of ticketing tools and write a report
    Audit(Box<audit::AuditArgs>),
    /// Run the service: HTTP API, webhooks and pages for reviewers
    Serve(serve::ServeArgs),
    /// Take exports into the data of a service, whether it runs or not
    Import(import::ImportArgs),
    /// Read everything anew that was read with other rules
    Rescore(import::RescoreArgs),
    /// Copy the store of a service, whether it runs or not
    Backup(keep::BackupArgs),
    /// Look whether the store of a service is whole
    Check(keep::CheckArgs),
    /// Make the search index anew from the store
    Reindex(keep::ReindexArgs),
    /// Erase a conversation or a customer
    Erase(keep::EraseArgs),
    /// Make tokens for programs, while the service is stopped
    Token(access::TokenArgs),
    /// Add people who sign in, while the service is stopped
    User(access::UserArgs),
    /// Look at, explain, check and format the rules
    Lexicon(lexicon::LexiconArgs),
    /// Compare the machine with people's labels
    Eval(eval::EvalArgs),
    /// Print the JSON Schema of the conversations that `score` reads
    Schema,
    /// Print the built-in settings of the service, each with its meaning
    Settings,
    /// Print a script that completes commands in your shell
    Completions(completions::CompletionsArgs),
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
    fn open(&self) -> Result<Library, LibraryError> {
        Library::open(&Additions { folder: self.lexicons.clone(), alone: self.alone })
    }
}

/// What is too doubtful to count.
#[derive(Debug, Args)]
struct DoubtArgs {
    /// What is found with less confidence (0 to 1) is shown as in doubt and counts for no finding and no criterion
    #[arg(long, value_name = "X", default_value_t = 0.0)]
    least_confidence: f64,
}

impl DoubtArgs {
    fn threshold(&self, lexicon: &Lexicon) -> Result<LeastConfidence, String> {
        LeastConfidence::new(self.least_confidence, lexicon).map_err(|error| format!("--least-confidence: {error}"))
    }
}

/// The lexicon of `language`; where none is asked for English, or the only one there is.
fn lexicon_of<'l>(library: &'l Library, language: Option<&str>) -> Result<&'l Lexicon, Failure> {
    let found = match language {
        Some(language) => library.lexicon(language),
        None => library.lexicon("en").or_else(|| library.lexicons().first()),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = library.lexicons().iter().map(Lexicon::language).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        format!("no rules for the language `{}`; there are {known}", language.unwrap_or("en")).into()
    })
}

/// Runs the program; gives its exit code.
#[must_use]
pub fn run() -> u8 {
    let cli = Cli::parse();
    let choice = match cli.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    let result = match cli.command {
        Command::Score(args) => score::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Rescore(args) => import::rescore(&args),
        Command::Backup(args) => keep::backup(&args),
        Command::Check(args) => keep::check(&args),
        Command::Reindex(args) => keep::reindex(&args),
        Command::Erase(args) => keep::erase(&args),
        Command::Token(args) => access::token(&args),
        Command::User(args) => access::user(&args),
        Command::Lexicon(args) => lexicon::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Schema => schema::run(),
        Command::Settings => settings::run(),
        Command::Completions(args) => completions::run(&args),
    };
    result.unwrap_or_else(|error| {
        // Whoever read the output has enough of it: no error.
        if output::is_closed_pipe(&*error) {
            return OK;
        }
        output::complain(&error.to_string());
        CANNOT
    })
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
