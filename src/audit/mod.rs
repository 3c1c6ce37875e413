//! Audits: exports in, rows and sums out.
//!
//! Exports are read as streams, conversations side by side, and results written as they come, so that
//! memory does not grow with the export. A conversation that comes in pieces (one message a row, or the same
//! ticket in two files) is put together first: pieces are put aside into a temporary store and read last.
//! Where an export of whole conversations turns out to hold one of them twice, it is read a second time
//! with that known. What is written and summed up depends on the export and the plan only, not on the
//! number of threads.

mod output;
mod pipeline;
pub mod plan;
pub mod redact;
mod rows;
pub mod summary;
mod worker;

use crate::source::export::{self, Receiver, Recognised, Settings};
use crate::source::lines::Chunk;
use crate::source::merge::merge;
use crate::source::open::{Input, OpenError};
use crate::source::{JsonTool, Piece, Place, Problem, Record};
use crate::store::spool::{Spool, SpoolError};
use output::{Output, Stream};
use pipeline::{Job, Jobs};
use plan::Plan;
use rustc_hash::FxHashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use summary::Summary;
use thiserror::Error;
use worker::{Product, Worker};

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
}

/// What an audit gives.
#[derive(Debug)]
pub struct Audit {
    /// The sums.
    pub summary: Summary,
    /// The inputs that were read.
    pub inputs: Vec<Read>,
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
    /// How often the export has been read from its start.
    pub passes: AtomicU64,
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
    let mut scattered = FxHashSet::default();
    loop {
        progress.bytes.store(0, Ordering::Relaxed);
        progress.agent_messages.store(0, Ordering::Relaxed);
        progress.passes.fetch_add(1, Ordering::Relaxed);
        let mut pass = Pass { plan, inputs, settings, progress, scattered: &scattered, output: &mut output };
        let (summary, read, twice) = pass.run()?;
        let stopped = progress.stop.load(Ordering::Relaxed);
        // Reading again knows of these; others cannot turn up, for it reads the same bytes.
        if twice.is_empty() || stopped {
            return Ok(Audit { summary, inputs: read, stopped, output });
        }
        scattered.extend(twice);
        output.restart()?;
    }
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

/// One reading of the whole export.
struct Pass<'p> {
    plan: &'p Plan<'p>,
    inputs: &'p [Input],
    settings: &'p Settings,
    progress: &'p Progress,
    scattered: &'p FxHashSet<u64>,
    output: &'p mut Output,
}

impl Pass<'_> {
    /// Gives the sums, the inputs, and the conversations that came more than once.
    fn run(&mut self) -> Result<(Summary, Vec<Read>, Vec<u64>), AuditError> {
        self.headers()?;
        let (plan, progress, inputs, settings) = (self.plan, self.progress, self.inputs, self.settings);
        let workers = (0..plan.threads.max(1)).map(|_| Worker::new(plan, self.scattered)).collect();
        let spool = Mutex::new(Spool::create(self.output.aside())?);
        let (mut seen, mut twice) = (FxHashSet::default(), Vec::new());
        let produce = |jobs: &mut Jobs<'_>| produce(inputs, settings, progress, &spool, jobs);
        let output = &mut *self.output;
        let (workers, read) = pipeline::run(workers, &progress.stop, produce, |product| {
            for &number in &product.read {
                if !seen.insert(number) {
                    twice.push(number);
                }
            }
            for piece in &product.aside {
                locked(&spool).piece(piece)?;
            }
            take(product, plan, output, progress)
        })?;
        let read = read?;
        drop(seen);
        let spool = spool.into_inner().unwrap_or_else(PoisonError::into_inner);
        let workers = if spool.is_empty() { workers } else { self.scattered(workers, spool)? };
        let mut summary = Summary::default();
        for worker in workers {
            summary.merge(worker.summary);
        }
        Ok((summary, read, twice))
    }

    /// Reads the conversations that were put together.
    fn scattered<'w>(&mut self, workers: Vec<Worker<'w>>, spool: Spool) -> Result<Vec<Worker<'w>>, AuditError> {
        let (plan, progress) = (self.plan, self.progress);
        let output = &mut *self.output;
        // A pass that was stopped still reads what it has put aside: that is what was asked to be kept.
        let stop = AtomicBool::new(false);
        let produce = move |jobs: &mut Jobs<'_>| {
            let mut batch = Vec::new();
            let given = spool.conversations(|pieces| {
                batch.push(merge(pieces, &spool));
                if batch.len() == BATCH {
                    jobs.push(Job::Merged(std::mem::take(&mut batch)));
                }
                Ok::<bool, SpoolError>(jobs.wants_more())
            });
            jobs.push(Job::Merged(batch));
            given
        };
        let (workers, given) = pipeline::run(workers, &stop, produce, |product| take(product, plan, output, progress))?;
        given?;
        Ok(workers)
    }

    fn headers(&mut self) -> Result<(), AuditError> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let row = csv.write_record(rows::message_columns(self.plan.card));
        row.map_err(|error| AuditError::Row(error.to_string()))?;
        let bytes = csv.into_inner().map_err(|error| AuditError::Row(error.to_string()))?;
        self.output.write(Stream::Messages, &bytes)
    }
}

/// Writes what a job came to.
fn take(product: Product, plan: &Plan<'_>, output: &mut Output, progress: &Progress) -> Result<(), AuditError> {
    if let Some(error) = product.unwritten {
        return Err(AuditError::Row(error));
    }
    output.write(Stream::Messages, &product.messages)?;
    output.write(Stream::Conversations, &product.conversations)?;
    output.write(Stream::Promises, &product.promises)?;
    output.write(Stream::Findings, &product.findings)?;
    output.write(Stream::Rejected, &product.rejected)?;
    progress.agent_messages.fetch_add(product.agent_messages, Ordering::Relaxed);
    match product.problem {
        Some((file, problem)) if plan.strict => Err(AuditError::Strict { file: file.to_string(), problem }),
        _ => Ok(()),
    }
}

/// The store, for a moment: a panic elsewhere ends the audit anyway.
fn locked(spool: &Mutex<Spool>) -> MutexGuard<'_, Spool> {
    spool.lock().unwrap_or_else(PoisonError::into_inner)
}

/// So many conversations make a job.
const BATCH: usize = 64;

/// Reads the inputs into jobs and, what is scattered, into the spool.
fn produce(
    inputs: &[Input],
    settings: &Settings,
    progress: &Progress,
    spool: &Mutex<Spool>,
    jobs: &mut Jobs<'_>,
) -> Result<Vec<Read>, AuditError> {
    let mut producer = Producer { jobs, spool, whole: true, read: Vec::new(), batch: Vec::new(), failed: None };
    for input in inputs {
        let problems = input.each(&progress.bytes, &mut |name, reader| {
            let result = export::read(name, reader, settings, &mut producer);
            producer.flush(name);
            result.or_else(|problem| {
                producer.jobs.push(Job::Rejected(name.into(), vec![problem]));
                Ok(())
            })
        })?;
        if !problems.is_empty() {
            producer.jobs.push(Job::Rejected(input.name.as_str().into(), problems));
        }
        if let Some(error) = producer.failed.take() {
            return Err(error.into());
        }
        if !producer.jobs.wants_more() {
            break;
        }
    }
    Ok(producer.read)
}

/// Turns what is read into jobs.
struct Producer<'r, 'j> {
    jobs: &'r mut Jobs<'j>,
    spool: &'r Mutex<Spool>,
    /// Whether the records of the present input are whole conversations.
    whole: bool,
    read: Vec<Read>,
    batch: Vec<(String, Piece)>,
    failed: Option<SpoolError>,
}

impl Producer<'_, '_> {
    fn flush(&mut self, name: &str) {
        if !self.batch.is_empty() {
            self.jobs.push(Job::Pieces(name.into(), std::mem::take(&mut self.batch)));
        }
    }
}

impl Receiver for Producer<'_, '_> {
    fn opened(&mut self, name: &str, recognised: &Recognised) {
        self.whole = recognised.format.whole();
        let format = recognised.format.title();
        self.read.push(Read { name: name.to_owned(), format, encoding: recognised.encoding });
    }

    fn lines(&mut self, name: &str, tool: &'static dyn JsonTool, chunk: Chunk) {
        self.jobs.push(Job::Lines(name.into(), tool, chunk));
    }

    fn record(&mut self, name: &str, place: Place, record: Result<Record, Problem>) {
        let kept = match record {
            Err(problem) => {
                self.flush(name);
                self.jobs.push(Job::Rejected(name.into(), vec![problem]));
                Ok(())
            }
            Ok(Record::Person(person)) => locked(self.spool).person(&person),
            Ok(Record::Piece(piece)) if self.whole => {
                self.batch.push((place.to_string(), piece));
                if self.batch.len() == BATCH {
                    self.flush(name);
                }
                Ok(())
            }
            Ok(Record::Piece(piece)) => locked(self.spool).piece(&piece),
        };
        if let Err(error) = kept {
            self.failed.get_or_insert(error);
        }
    }

    fn wants_more(&self) -> bool {
        self.failed.is_none() && self.jobs.wants_more()
    }
}
