//! Turns inputs into jobs; what comes in pieces goes to the spool.

use super::pipeline::{Job, Jobs};
use super::worker::newest;
use super::{AuditError, Progress, Read, locked};
use crate::source::export::{self, Receiver, Recognised, Settings};
use crate::source::lines::Chunk;
use crate::source::merge::merge;
use crate::source::open::Input;
use crate::source::{JsonTool, Piece, Place, Problem, Record};
use crate::store::spool::{Spool, SpoolError};
use jiff::Timestamp;
use std::sync::Mutex;

/// So many conversations make a job.
const BATCH: usize = 64;

/// The inputs of an audit are read twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// To see what comes whole and what in pieces, and to put the pieces aside.
    Look,
    /// To read what comes whole.
    Read,
}

/// An export, and where its pieces go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Export<'e> {
    pub(super) inputs: &'e [Input],
    pub(super) settings: &'e Settings,
    pub(super) progress: &'e Progress,
    pub(super) spool: &'e Mutex<Spool>,
}

/// What is known of an export once it has been gone through.
#[derive(Debug, Default)]
pub(super) struct Produced {
    /// Its inputs.
    pub(super) read: Vec<Read>,
    /// Inputs that could not be read, or not to their end, with the reason.
    pub(super) unread: Vec<(String, String)>,
    /// The time of the newest message among the pieces that were put aside.
    pub(super) newest: Option<Timestamp>,
}

impl Export<'_> {
    /// Goes through the inputs.
    pub(super) fn produce(&self, pass: Pass, jobs: &mut Jobs<'_>) -> Result<Produced, AuditError> {
        let mut producer = Producer {
            jobs,
            spool: self.spool,
            pass,
            whole: false,
            produced: Produced::default(),
            batch: Vec::new(),
            failed: None,
        };
        for input in self.inputs {
            let problems = input.each(&self.progress.bytes, &mut |name, reader| {
                producer.whole = false;
                let unknown = export::read(name, reader, self.settings, &mut producer).err();
                producer.flush(name);
                producer.reject(name, unknown.into_iter().collect());
                Ok(())
            })?;
            producer.whole = false;
            producer.reject(&input.name, problems);
            if let Some(error) = producer.failed.take() {
                return Err(error.into());
            }
            if !producer.jobs.wants_more() {
                break;
            }
        }
        Ok(producer.produced)
    }
}

/// Gives the conversations of `spool`, put together.
pub(super) fn merged(spool: &Spool, jobs: &mut Jobs<'_>) -> Result<(), SpoolError> {
    let mut batch = Vec::new();
    spool.conversations(|pieces| {
        batch.push(merge(pieces, spool));
        if batch.len() == BATCH {
            jobs.push(Job::Merged(std::mem::take(&mut batch)));
        }
        Ok::<bool, SpoolError>(jobs.wants_more())
    })?;
    jobs.push(Job::Merged(batch));
    Ok(())
}

/// Turns what is read into jobs.
struct Producer<'r, 'j> {
    jobs: &'r mut Jobs<'j>,
    spool: &'r Mutex<Spool>,
    pass: Pass,
    /// Whether the records of the present input are whole conversations.
    whole: bool,
    produced: Produced,
    batch: Vec<(String, Piece)>,
    failed: Option<SpoolError>,
}

impl Producer<'_, '_> {
    /// Whether the present input is read in this pass: pieces when looking, whole conversations when reading.
    fn is_read_now(&self) -> bool {
        self.whole == (self.pass == Pass::Read)
    }

    fn flush(&mut self, name: &str) {
        if !self.batch.is_empty() {
            self.jobs.push(Job::Pieces(name.into(), std::mem::take(&mut self.batch)));
        }
    }

    fn reject(&mut self, name: &str, problems: Vec<Problem>) {
        if self.is_read_now() {
            let lost = problems.iter().filter(|problem| problem.fatal);
            self.produced.unread.extend(lost.map(|problem| (name.to_owned(), problem.to_string())));
        }
        if !problems.is_empty() && self.is_read_now() {
            self.jobs.push(Job::Rejected(name.into(), problems));
        }
    }

    fn keep(&mut self, kept: Result<(), SpoolError>) {
        if let Err(error) = kept {
            self.failed.get_or_insert(error);
        }
    }
}

impl Receiver for Producer<'_, '_> {
    fn opened(&mut self, name: &str, recognised: &Recognised) -> bool {
        self.whole = recognised.format.whole();
        let format = recognised.format.title();
        let (encoding, told) = (recognised.encoding, recognised.told.clone());
        self.produced.read.push(Read { name: name.to_owned(), format, encoding, told });
        self.whole || self.pass == Pass::Look
    }

    fn lines(&mut self, name: &str, tool: &'static dyn JsonTool, chunk: Chunk) {
        self.jobs.push(Job::Lines(name.into(), tool, chunk));
    }

    fn record(&mut self, name: &str, place: Place, record: Result<Record, Problem>) {
        match record {
            Err(problem) => {
                self.flush(name);
                self.reject(name, vec![problem]);
            }
            Ok(Record::Person(person)) => {
                if self.pass == Pass::Look {
                    let kept = locked(self.spool).person(&person);
                    self.keep(kept);
                }
            }
            Ok(Record::Piece(piece)) if self.whole => {
                self.batch.push((place.to_string(), piece));
                if self.batch.len() == BATCH {
                    self.flush(name);
                }
            }
            Ok(Record::Piece(piece)) => {
                self.produced.newest = self.produced.newest.max(newest(&piece));
                let kept = locked(self.spool).piece(&piece);
                self.keep(kept);
            }
        }
    }

    fn wants_more(&self) -> bool {
        self.failed.is_none() && self.jobs.wants_more()
    }
}
