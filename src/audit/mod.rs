//! Audits: exports in, rows and sums out.
//!
//! Exports are read as streams, conversations side by side, and results written as they come, so that
//! memory does not grow with the export. A conversation that comes in pieces (one message a row, or the same
//! ticket in two files) is put together first: pieces are put aside into a temporary store and read last.
//! A first look at the whole export tells which conversations those are, and when the data ends, which
//! decides whether a promise is broken or still open. What is written and summed up depends on the export
//! and the plan only, not on the number of threads.

pub mod example;
mod findings;
mod output;
mod pipeline;
pub mod plan;
mod produce;
pub mod redact;
mod rows;
pub mod summary;
mod worker;

pub use rows::cell;

use crate::source::Problem;
use crate::source::export::Settings;
use crate::source::open::{Input, OpenError};
use crate::store::spool::{Spool, SpoolError};
use jiff::Timestamp;
use output::{Output, Stream};
use plan::Plan;
use produce::{Export, Pass};
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use summary::Summary;
use thiserror::Error;
use worker::{Looker, Product, Survey, Worker};

/// Why an audit cannot be done.
#[derive(Debug, Error)]
pub enum AuditError {
    /// An input cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Pieces cannot be put together.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// A file cannot be written.
    #[error("cannot write {file}: {source}")]
    Write {
        /// Which.
        file: String,
        /// Why; a full disk is among them.
        source: std::io::Error,
    },
    /// A row cannot be made.
    #[error("cannot write a row: {0}")]
    Row(String),
    /// A row cannot be read, in an audit that stops at the first.
    #[error("{file}:{problem} (--strict stops at the first row that cannot be read)")]
    Strict {
        /// Which input.
        file: String,
        /// What.
        problem: Problem,
    },
}

/// An input, as it was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The file, with the file inside it where it is an archive.
    pub name: String,
    /// Its format, for people.
    pub format: &'static str,
    /// Its encoding, where it is not UTF-8.
    pub encoding: Option<&'static str>,
    /// What is to be said of how it was read.
    pub told: Vec<String>,
}

/// What an audit gives.
#[derive(Debug)]
pub struct Audit {
    /// The sums.
    pub summary: Summary,
    /// The inputs that were read.
    pub inputs: Vec<Read>,
    /// Inputs that could not be read, or not to their end, with the reason.
    pub unread: Vec<(String, String)>,
    /// The end of the data, by which promises were judged.
    pub data_ends: Option<Timestamp>,
    /// Whether it was stopped before the end of the export.
    pub stopped: bool,
    output: Output,
}

/// How far an audit is.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes read, as they lie on the disk.
    pub bytes: Arc<AtomicU64>,
    /// Messages of agents read.
    pub agent_messages: AtomicU64,
    /// Whether the first look is over, and messages are read.
    pub reading: AtomicBool,
    /// Set by anyone to stop the audit early, with what has been read.
    pub stop: AtomicBool,
}

/// Does what `plan` asks with `inputs` and writes the rows to files that will lie in `folder`.
///
/// # Errors
/// Where an input cannot be opened, a file not be written, or, if the plan is strict, a row not be read.
pub fn audit(
    plan: &Plan<'_>,
    inputs: &[Input],
    settings: &Settings,
    folder: &Path,
    progress: &Progress,
) -> Result<Audit, AuditError> {
    let mut output = Output::create(folder)?;
    let columns = [
        (Stream::Messages, rows::message_columns(plan.card)),
        (Stream::Conversations, rows::CONVERSATION_COLUMNS.map(str::to_owned).to_vec()),
        (Stream::Promises, rows::PROMISE_COLUMNS.map(str::to_owned).to_vec()),
    ];
    for (stream, columns) in columns {
        let header = rows::header(&columns).map_err(|error| AuditError::Row(error.to_string()))?;
        output.write(stream, &header)?;
    }
    let spool = Mutex::new(Spool::create(output.aside())?);
    let export = Export { inputs, settings, progress, spool: &spool };
    let threads = plan.threads.max(1);

    // The first look: which conversations come in pieces, and when the data ends. Formats that give nothing
    // but pieces are put aside at once.
    let (mut survey, mut seen) = (Survey::default(), FxHashSet::default());
    let lookers = (0..threads).map(|_| Looker::new(plan)).collect();
    let (lookers, looked) = pipeline::run(
        lookers,
        &progress.stop,
        |jobs| export.produce(Pass::Look, jobs),
        |product| {
            let twice = product.seen.iter().filter(|number| !seen.insert(**number));
            survey.scattered.extend(twice);
            survey.newest = survey.newest.max(product.newest);
            take(&product, plan, &mut output, progress)
        },
    )?;
    let looked = looked?;
    survey.newest = survey.newest.max(looked.newest);
    drop(seen);

    // Conversations that come whole are read as they come.
    progress.bytes.store(0, Ordering::Relaxed);
    progress.reading.store(true, Ordering::Relaxed);
    let workers = (0..threads).map(|_| Worker::new(plan, &survey)).collect();
    let (workers, read) = pipeline::run(
        workers,
        &progress.stop,
        |jobs| export.produce(Pass::Read, jobs),
        |product| {
            for piece in &product.aside {
                locked(&spool).piece(piece)?;
            }
            take(&product, plan, &mut output, progress)
        },
    )?;
    let mut unread = looked.unread;
    unread.extend(read?.unread);

    // The others are put together. Stopped before, it still reads what it has: that is asked to be kept.
    let spool = spool.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (workers, given) = pipeline::run(
        workers,
        &AtomicBool::new(false),
        move |jobs| produce::merged(&spool, jobs),
        |product| take(&product, plan, &mut output, progress),
    )?;
    given?;

    let mut summary = Summary::default();
    summary.tally.rejected = lookers.iter().map(|looker| looker.rejected).sum();
    for worker in workers {
        summary.merge(worker.summary);
    }
    summary.recoveries.sort();
    let stopped = progress.stop.load(Ordering::Relaxed);
    Ok(Audit { summary, inputs: looked.read, unread, data_ends: plan.as_of.or(survey.newest), stopped, output })
}

/// Writes what a job came to.
fn take(product: &Product, plan: &Plan<'_>, output: &mut Output, progress: &Progress) -> Result<(), AuditError> {
    if let Some(error) = &product.unwritten {
        return Err(AuditError::Row(error.clone()));
    }
    output.write(Stream::Messages, &product.messages)?;
    output.write(Stream::Conversations, &product.conversations)?;
    output.write(Stream::Promises, &product.promises)?;
    output.write(Stream::Findings, &product.findings)?;
    output.write(Stream::Rejected, &product.rejected)?;
    progress.agent_messages.fetch_add(product.agent_messages, Ordering::Relaxed);
    match &product.problem {
        Some((file, problem)) if plan.strict => {
            Err(AuditError::Strict { file: file.to_string(), problem: problem.clone() })
        }
        _ => Ok(()),
    }
}

/// The store, for a moment: a panic elsewhere ends the audit anyway.
fn locked(spool: &Mutex<Spool>) -> MutexGuard<'_, Spool> {
    spool.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Audit {
    /// Adds a file to those of the audit.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn add_file(&mut self, name: &str, bytes: &[u8]) -> Result<(), AuditError> {
        self.output.file(name, bytes)
    }

    /// Gives all files their names, and their paths back. Until then an earlier audit's files stand.
    ///
    /// # Errors
    /// Where a file cannot be written or named.
    pub fn finish(self) -> Result<Vec<PathBuf>, AuditError> {
        self.output.finish()
    }
}
