//! Takes in exports of ticketing tools: the reading loop that the service and the command line share.

use super::take;
use crate::source::export::{self, Format, Receiver, Recognised, Settings};
use crate::source::lines::Chunk;
use crate::source::mail::Ours;
use crate::source::open::{Input, OpenError};
use crate::source::table::{self, DateOrder, Given};
use crate::source::{JsonTool, Place, Problem, Record};
use crate::store::jobs::Counts;
use crate::store::pieces::Taken;
use crate::store::{Pending, Store, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;
use utoipa::{IntoParams, ToSchema};

/// So many messages are kept together.
const TOGETHER: usize = 500;

/// So many lots may wait to be kept while the next one is read.
const AHEAD: usize = 4;

/// How an export is to be read, where its looks do not tell; as the options of `amends audit`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct Reading {
    /// The name of the file, which may tell the format: `tickets.csv`.
    pub name: Option<String>,
    /// The tool that it is of: `zendesk`, `csv` ….
    pub format: Option<String>,
    /// Its encoding, such as `windows-1252`.
    pub encoding: Option<String>,
    /// The columns of a table: `conversation=Ticket,body=Text`.
    pub map: Option<String>,
    /// Whether 03/02/2026 is in February (`day-first`) or March (`month-first`).
    pub dates: Option<String>,
    /// The company's mail addresses and domains: `support@example.com,@example.com`.
    pub our_addresses: Option<String>,
}

impl Reading {
    /// The settings of it.
    ///
    /// # Errors
    /// What cannot be, each with the name of the option.
    pub fn settings(&self) -> Result<Settings, Vec<(&'static str, String)>> {
        let mut wrong = Vec::new();
        let format = part("format", &self.format, &mut wrong, |name| {
            let names = || Format::all().map(Format::name).collect::<Vec<_>>().join(", ");
            Format::named(name).ok_or_else(|| format!("there is no format `{name}`; there are {}", names()))
        });
        let encoding = part("encoding", &self.encoding, &mut wrong, |name| {
            let known = "known are the names of the WHATWG Encoding Standard, such as utf-16le or windows-1252";
            encoding_rs::Encoding::for_label(name.as_bytes()).ok_or_else(|| known.to_owned())
        });
        let columns = part("map", &self.map, &mut wrong, Given::parse);
        let dates = part("dates", &self.dates, &mut wrong, |name| {
            let names = || DateOrder::ALL.map(DateOrder::name).join(" and ");
            DateOrder::named(name).ok_or_else(|| format!("there are {}", names()))
        });
        let ours = part("our_addresses", &self.our_addresses, &mut wrong, Ours::parse);
        let tables = table::Settings { columns: columns.unwrap_or_default(), dates };
        let settings = Settings { format, encoding, tables, ours: ours.unwrap_or_default() };
        if wrong.is_empty() { Ok(settings) } else { Err(wrong) }
    }
}

fn part<T>(
    name: &'static str,
    given: &Option<String>,
    wrong: &mut Vec<(&'static str, String)>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    match read(given.as_deref()?) {
        Ok(value) => Some(value),
        Err(problem) => {
            wrong.push((name, problem));
            None
        }
    }
}

/// How far an import is, and whether it is to go on.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes that were read, as they lie on the disk.
    pub bytes: Arc<AtomicU64>,
    /// Ends it early; what was taken in stays.
    pub stop: AtomicBool,
    counts: Mutex<Counts>,
}

impl Progress {
    /// Of an import of `size` bytes.
    #[must_use]
    pub fn of(size: u64) -> Self {
        Self { counts: Mutex::new(Counts { size, ..Counts::default() }), ..Self::default() }
    }

    /// The counts so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let bytes = self.bytes.load(Ordering::Relaxed);
        Counts { bytes: if counts.size == 0 { bytes } else { bytes.min(counts.size) }, ..counts }
    }

    /// Changes the counts.
    pub fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Why an import ends before its time.
#[derive(Debug, Error)]
pub enum ImportError {
    /// An input cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Nothing can be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Called with the file and what is wrong in it.
pub type Reject<'r> = dyn FnMut(&str, &Problem) -> Result<(), StoreError> + 'r;

/// Called before more is given to the store; may wait.
pub type Hold<'h> = dyn Fn() -> Result<(), StoreError> + 'h;

/// Takes in `inputs`, as fast as `hold` lets it; what was read is safely on disk at the end. What cannot be read goes to
/// `reject`.
///
/// # Errors
/// Where an input cannot be opened, or the store fails: what was taken in before stays.
pub fn import(
    store: &Store,
    inputs: &[Input],
    settings: &Settings,
    progress: &Progress,
    hold: &Hold<'_>,
    reject: &mut Reject<'_>,
) -> Result<(), ImportError> {
    let (lot, waiting) = (Vec::new(), VecDeque::new());
    let mut importer = Importer { store, progress, hold, reject, lot, messages: 0, waiting, failed: None };
    for input in inputs {
        let problems = input.each(&progress.bytes, &mut |name, reader| {
            if let Err(problem) = export::read(name, reader, settings, &mut importer) {
                importer.reject(name, &problem);
            }
            Ok(())
        })?;
        problems.iter().for_each(|problem| importer.reject(&input.name, problem));
        if !importer.wants_more() {
            break;
        }
    }
    importer.end()
}

struct Importer<'i, 'r> {
    store: &'i Store,
    progress: &'i Progress,
    hold: &'i Hold<'i>,
    reject: &'i mut Reject<'r>,
    lot: Vec<Record>,
    /// Messages of the lot.
    messages: usize,
    waiting: VecDeque<Pending<Vec<Option<Taken>>>>,
    failed: Option<StoreError>,
}

impl Importer<'_, '_> {
    fn reject(&mut self, name: &str, problem: &Problem) {
        self.progress.count(|counts| counts.rejected += 1);
        let rejected = (self.reject)(name, problem);
        self.note(rejected);
    }

    fn note(&mut self, result: Result<(), StoreError>) {
        if let Err(error) = result {
            self.failed.get_or_insert(error);
        }
    }

    fn give(&mut self) {
        if self.lot.is_empty() {
            return;
        }
        let people = self.lot.iter().filter(|record| matches!(record, Record::Person(_))).count();
        self.progress.count(|counts| counts.people += people as u64);
        self.messages = 0;
        let held = (self.hold)();
        self.note(held);
        self.waiting.push_back(take(self.store, std::mem::take(&mut self.lot)));
        if self.waiting.len() > AHEAD {
            self.wait();
        }
    }

    fn wait(&mut self) {
        let Some(pending) = self.waiting.pop_front() else { return };
        match pending.wait() {
            Err(error) => self.note(Err(error)),
            Ok(taken) => self.progress.count(|counts| {
                for taken in taken.into_iter().flatten() {
                    counts.conversations += u64::from(taken.new);
                    counts.added += u64::from(taken.added);
                    counts.changed += u64::from(taken.changed);
                    counts.messages += u64::from(taken.added + taken.changed + taken.known);
                }
            }),
        }
    }

    fn end(mut self) -> Result<(), ImportError> {
        self.give();
        while !self.waiting.is_empty() {
            self.wait();
        }
        self.failed.map_or(Ok(()), |error| Err(error.into()))
    }
}

impl Receiver for Importer<'_, '_> {
    fn opened(&mut self, name: &str, recognised: &Recognised) -> bool {
        let mut told = format!("{name}: {}", recognised.format.title());
        for more in recognised.encoding.into_iter().chain(recognised.told.iter().map(String::as_str)) {
            told.push_str(", ");
            told.push_str(more);
        }
        self.progress.count(|counts| counts.told.push(told));
        true
    }

    fn lines(&mut self, name: &str, tool: &'static dyn JsonTool, chunk: Chunk) {
        for (number, bytes) in chunk.lines() {
            export::line(tool, number, bytes, &mut |place, record| self.record(name, place, record));
        }
    }

    fn record(&mut self, name: &str, _: Place, record: Result<Record, Problem>) {
        match record {
            Err(problem) => self.reject(name, &problem),
            Ok(record) => {
                if let Record::Piece(piece) = &record {
                    self.messages += piece.messages.len();
                }
                self.lot.push(record);
                if self.messages >= TOGETHER || self.lot.len() >= TOGETHER {
                    self.give();
                }
            }
        }
    }

    fn wants_more(&self) -> bool {
        self.failed.is_none() && !self.progress.stop.load(Ordering::Relaxed)
    }
}
