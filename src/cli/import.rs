//! `amends import` and `amends rescore`: conversations into a service's data, and read.

use super::data::{DataArgs, open_stopped};
use super::{CANNOT, Failure, OK, bar, output, running, serve};
use crate::ingest::import::{self, Progress, Reading};
use crate::ingest::{Analyst, Method};
use crate::source::open;
use crate::store::jobs::Counts;
use crate::store::rereading::{count_outdated, outdated};
use crate::store::{Store, StoreError, audit_log, backlog};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// So many rows that cannot be read are shown.
pub(super) const SHOWN: u64 = 10;

/// So many conversations are given to be read anew together.
const TOGETHER: usize = 2000;

const AFTER_HELP: &str = "\
Exports are those that `amends audit` reads. The same export twice changes nothing. Where a service runs in the
data folder it is handed the exports, for which it wants a token with the scope `ingest`: in a file, or in the
variable AMENDS_TOKEN.

Exit codes:
  0  all was read
  2  the command was not understood, or some rows could not be read (the rest was)";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ImportArgs {
    /// Files, folders, patterns such as 'export/*.jsonl', or `-` for standard input
    #[arg(value_name = "EXPORT", required = true)]
    exports: Vec<String>,
    #[command(flatten)]
    data: DataArgs,
    /// The tool that the exports are of, where their looks do not tell
    #[arg(long, value_name = "TOOL")]
    format: Option<String>,
    /// The encoding of the exports, where it is not found out, for example windows-1252
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// The columns of tables, where their names do not tell: conversation=Ticket,body=Text,direction=Way …
    #[arg(long, value_name = "FIELD=COLUMN,…")]
    map: Option<String>,
    /// Whether 03/02/2026 is in February (day-first) or March (month-first), where no date in a table tells
    #[arg(long, value_name = "ORDER")]
    dates: Option<String>,
    /// The company's mail addresses and domains: support@example.com,@example.com
    #[arg(long, value_name = "ADDRESS,…")]
    our_addresses: Option<String>,
    /// File with a token of the running service
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl ImportArgs {
    /// The token of the running service, where there is one.
    pub(super) fn token(&self) -> Result<Option<String>, Failure> {
        let token = match &self.token_file {
            Some(file) => Some(
                std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?,
            ),
            None => super::data::variable("AMENDS_TOKEN"),
        };
        Ok(token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()))
    }
}

pub(super) fn run(args: &ImportArgs) -> Result<u8, Failure> {
    let asked = Reading {
        name: None,
        format: args.format.clone(),
        encoding: args.encoding.clone(),
        map: args.map.clone(),
        dates: args.dates.clone(),
        our_addresses: args.our_addresses.clone(),
    };
    let reading = asked.settings().map_err(|wrong| {
        let told = wrong.into_iter().map(|(name, why)| format!("--{}: {why}", name.replace('_', "-")));
        told.collect::<Vec<_>>().join("\n")
    })?;
    let settings = args.data.settings()?;
    let inputs = open::inputs(&args.exports)?;
    let size = inputs.iter().map(|input| input.size).sum();
    let progress = Arc::new(Progress::of(size));
    let stopping = Arc::clone(&progress);
    stop_on_signal(move || stopping.stop.swap(true, Ordering::Relaxed))?;
    let store = match Store::open(&settings.data) {
        Err(StoreError::InUse(_)) => return running::import(args, &settings, &asked, &inputs, &progress),
        store => store?,
    };
    let method = serve::in_force(&settings, &store)?;
    let mut shown = 0;
    let mut reject = |file: &str, problem: &crate::source::Problem| {
        shown += 1;
        if shown <= SHOWN {
            output::complain(&format!("{file}: {problem}"));
        }
        Ok(())
    };
    let at = || {
        let counts = progress.counts();
        (counts.bytes, format!("{} messages", counts.messages))
    };
    bar::during(size, &at, || import::import(&store, &inputs, &reading, &progress, &|| Ok(()), &mut reject))?;
    let names: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
    let names = names.join(", ");
    store.write(move |transaction| audit_log::add(transaction, None, "import", None, Some(&names))).wait()?;
    read_all(&store, &method, &progress.stop)?;
    let counts = progress.counts();
    summary(&counts, &format!("Data: {}", settings.data.display()))?;
    let stopped = progress.stop.load(Ordering::Relaxed);
    if stopped {
        output::complain("stopped before the end: what was taken in stays, and the same command goes on");
    }
    Ok(if counts.rejected > 0 || stopped { CANNOT } else { OK })
}

/// Tells what was taken in, and where.
pub(super) fn summary(counts: &Counts, place: &str) -> Result<(), Failure> {
    for told in &counts.told {
        output::tell(&format!("{told}\n"))?;
    }
    let Counts { messages, added, conversations, changed, rejected, .. } = counts;
    output::tell(&format!(
        "{messages} messages read: {added} new in {conversations} new conversations, {changed} changed; \
         {rejected} rows could not be read\n{place}\n"
    ))?;
    Ok(())
}

/// Reads what is to be read.
fn read_all(store: &Store, method: &Method, stop: &AtomicBool) -> Result<(), Failure> {
    let size = store.read(backlog::unread)?.unsigned_abs();
    let analyst = Analyst::new(store, method.clone(), std::thread::available_parallelism()?.get())?;
    let at = || {
        // Where the store fails here it fails below, too, and that is told.
        let left = store.read(backlog::unread).unwrap_or_default().unsigned_abs();
        (size.saturating_sub(left), format!("{left} conversations to be read"))
    };
    bar::during(size, &at, || analyst.read_all(&|| stop.load(Ordering::Relaxed)))?;
    Ok(())
}

/// The first Ctrl-C or SIGTERM calls `stop`, which says whether it was called before: then the program ends.
fn stop_on_signal(stop: impl Fn() -> bool + Send + 'static) -> Result<(), Failure> {
    ctrlc::set_handler(move || {
        if stop() {
            #[expect(clippy::disallowed_methods, reason = "the user asks a second time")]
            std::process::exit(i32::from(CANNOT));
        }
    })?;
    Ok(())
}

#[derive(Debug, Args)]
pub(super) struct RescoreArgs {
    #[command(flatten)]
    data: DataArgs,
}

pub(super) fn rescore(args: &RescoreArgs) -> Result<u8, Failure> {
    let settings = args.data.existing()?;
    let store = open_stopped(&settings, "curl -X POST -H 'Authorization: Bearer TOKEN' URL/v1/rescore")?;
    let method = serve::in_force(&settings, &store)?;
    let stop = Arc::new(AtomicBool::new(false));
    let stopping = Arc::clone(&stop);
    stop_on_signal(move || stopping.swap(true, Ordering::Relaxed))?;
    read_all(&store, &method, &stop)?;
    let analyst = Analyst::new(&store, method, std::thread::available_parallelism()?.get())?;
    let version = analyst.version();
    let size = store.read(|transaction| count_outdated(transaction, version))?;
    let done = AtomicU64::new(0);
    let at = || {
        let done = done.load(Ordering::Relaxed);
        (done, format!("{done} of {size} conversations"))
    };
    bar::during(size, &at, || {
        let mut after = 0;
        while !stop.load(Ordering::Relaxed) {
            let keys = store.write(move |transaction| outdated(transaction, version, after, TOGETHER)).wait()?;
            let Some(last) = keys.last() else { break };
            after = *last;
            analyst.read_all(&|| stop.load(Ordering::Relaxed))?;
            done.fetch_add(keys.len() as u64, Ordering::Relaxed);
        }
        Ok::<(), Failure>(())
    })?;
    let done = done.load(Ordering::Relaxed);
    if stop.load(Ordering::Relaxed) {
        output::complain("stopped before the end: the same command goes on");
        return Ok(CANNOT);
    }
    output::tell(&format!("{done} conversations read anew with the present rules\n"))?;
    Ok(OK)
}
