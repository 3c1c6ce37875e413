//! `amends audit`.

mod command;
mod office;
mod options;
mod print;
mod progress;

use super::{CANNOT, DoubtArgs, Failure, LibraryArgs, OK, lexicon_of, output};
use crate::audit::{self, Progress};
use crate::cli::score::card_of;
use crate::library::DEFAULT_SCORECARD;
use crate::report::{self, Made};
use crate::source::open;
use clap::Args;
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

const AFTER_HELP: &str = "\
What is read:
  Exports of ticketing tools (see --format), plain or packed (.gz, .zst, .zip), in UTF-8, UTF-16 or
  Windows-1252. Which tool an export is of shows in its first records. Several files are read as one
  export: a conversation may be spread over them.

What is written, to --out:
  report.html          for people: open it in a browser, print it, send it round
  messages.csv         every message of an agent, with its score, findings and criteria
  conversations.csv, agents.csv, promises.csv
  findings.jsonl       every finding with the words that it rests on
  rejected.jsonl       every row that could not be read, and why
  Files get their names when all are complete.

Examples:
  amends audit tickets.json
  amends audit export/*.jsonl.gz --out audit --since 2026-07-01 --until 2026-10-01 --timezone Europe/Berlin
  zcat big.jsonl.gz | amends audit - --team teams.csv --anonymise-agents

Exit codes:
  0  all was read
  2  the command was not understood, or some rows could not be read (the rest was)";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct AuditArgs {
    /// Files, folders, patterns such as 'export/*.jsonl', or `-` for standard input
    #[arg(value_name = "EXPORT", required = true)]
    exports: Vec<String>,
    /// Folder for the results; it is made where it is missing
    #[arg(long, short, value_name = "DIR", default_value = "amends-audit")]
    out: PathBuf,
    #[command(flatten)]
    reading: options::ReadingArgs,
    #[command(flatten)]
    choice: options::ChoiceArgs,
    /// Name of a scorecard, or a file of one
    #[arg(long, value_name = "NAME|FILE.toml", default_value = DEFAULT_SCORECARD)]
    scorecard: String,
    #[command(flatten)]
    doubt: DoubtArgs,
    /// Language of the rules to read with (ISO 639-1)
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    #[command(flatten)]
    library: LibraryArgs,
}

pub(super) fn run(args: &AuditArgs) -> Result<u8, Failure> {
    let library = args.library.open()?;
    let lexicon = lexicon_of(&library, args.language.as_deref())?;
    let card = card_of(&library, &args.scorecard)?;
    let plan = args.choice.plan(lexicon, &card, args.doubt.threshold(lexicon)?, &args.reading)?;
    let settings = args.reading.settings()?;
    let inputs = open::inputs(&args.exports)?;
    let size: u64 = inputs.iter().map(|input| input.size).sum();
    let progress = Arc::new(Progress::default());
    let shown = progress::show(&progress, size);
    stop_on_signal(&progress)?;
    let audited = audit::audit(&plan, &inputs, &settings, &args.out, &progress);
    let seconds = shown.end();
    let mut audited = audited?;
    let outcome = print::Outcome { plan: &plan, audit: &audited, seconds };
    let told = outcome.told();
    let rejected = audited.summary.tally.rejected;
    let stopped = audited.stopped;
    for (name, reason) in &audited.unread {
        output::complain(&format!("{name}: {reason}"));
    }
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let command = command::shown(words, plan.anonymise.is_some());
    let made = Made { at: Timestamp::now(), command: &command };
    let page = report::html(&plan, &audited, &made)?;
    let agents = report::agents_csv(&plan, &audited)?;
    audited.add_file("report.html", page.as_bytes())?;
    audited.add_file("agents.csv", &agents)?;
    let files = audited.finish()?;
    output::tell(&told)?;
    output::tell(&print::files(&files, &args.out))?;
    if stopped {
        output::complain("stopped before the end of the export: the results are of what was read until then");
    }
    Ok(if rejected > 0 || stopped { CANNOT } else { OK })
}

/// The first Ctrl-C or SIGTERM ends reading and keeps what was read; the second one ends the program.
fn stop_on_signal(progress: &Arc<Progress>) -> Result<(), Failure> {
    let progress = Arc::clone(progress);
    ctrlc::set_handler(move || {
        if progress.stop.swap(true, Ordering::Relaxed) {
            #[expect(clippy::disallowed_methods, reason = "the user asks a second time")]
            std::process::exit(i32::from(CANNOT));
        }
    })?;
    Ok(())
}
