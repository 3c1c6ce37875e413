//! Long work, one job after the other: uploaded exports, scoring everything anew. What was not finished when the
//! program ended is done again from its start when it runs again, which changes nothing that was done.

use super::Service;
use super::background::Signal;
use crate::ingest::Analyst;
use crate::ingest::import::{self, Progress, Reading};
use crate::source::{open, rejected};
use crate::store::jobs::{self, Counts, Job, Kind, State};
use crate::store::rereading::{count_outdated, outdated};
use crate::store::{StoreError, answered, backlog};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// An export that was uploaded, as its job keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uploaded {
    /// The name of the file among the uploads.
    pub file: String,
    /// Its bytes.
    pub size: u64,
    /// How it is to be read.
    pub reading: Reading,
}

/// So many conversations at a time are given to be read anew: new messages wait for no more.
const TOGETHER: usize = 500;

/// The jobs of a service.
#[derive(Debug, Default)]
pub struct Jobs {
    /// Wakes the thread that does them.
    pub signal: Signal,
    /// The one at work.
    current: Mutex<Option<(i64, Arc<Progress>)>>,
}

impl Jobs {
    /// How far the job with that key is, where it is the one at work.
    #[must_use]
    pub fn progress(&self, key: i64) -> Option<Arc<Progress>> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().filter(|(at_work, _)| *at_work == key).map(|(_, progress)| Arc::clone(progress))
    }

    /// Ends them; what is at work goes on at the next start.
    pub fn stop(&self) {
        self.signal.stop();
        if let Some((_, progress)) = &*self.current.lock().unwrap_or_else(PoisonError::into_inner) {
            progress.stop.store(true, Ordering::Relaxed);
        }
    }

    fn set(&self, current: Option<(i64, Arc<Progress>)>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = current;
    }
}

/// Does jobs as they come, until the service ends.
pub(super) fn work(service: &Service) {
    while !service.jobs.signal.is_stopped() {
        match run_next(service) {
            Ok(true) => {}
            Ok(false) => service.jobs.signal.wait(Duration::from_secs(5)),
            Err(error) => {
                tracing::error!(%error, "a job cannot be done; trying again");
                service.jobs.signal.wait(Duration::from_secs(5));
            }
        }
    }
}

/// What an end of the program left is put in order. To be done before the first request is answered: an upload
/// that comes in meanwhile would be taken for one that was cut off.
pub(super) fn resume(service: &Service) -> Result<(), StoreError> {
    let store = &service.store;
    let again = store.write(|transaction| {
        answered::forget_unfinished(transaction)?;
        jobs::resume(transaction)
    });
    let again = again.wait()?;
    if again > 0 {
        tracing::info!(jobs = again, "jobs are taken up again");
    }
    let waiting = store.read(jobs::waiting)?;
    let wanted = waiting.iter().filter_map(|job| serde_json::from_str::<Uploaded>(&job.request).ok());
    store.remove_other_uploads(&wanted.map(|uploaded| uploaded.file).collect::<Vec<_>>())
}

/// Does the job that has waited longest; says whether there was one.
///
/// # Errors
/// Where the store fails.
pub fn run_next(service: &Service) -> Result<bool, StoreError> {
    let store = &service.store;
    let Some(job) = store.write(|transaction| jobs::start_next(transaction, Timestamp::now())).wait()? else {
        return Ok(false);
    };
    let uploaded = serde_json::from_str::<Uploaded>(&job.request).ok();
    let progress = Arc::new(Progress::of(uploaded.as_ref().map_or(0, |uploaded| uploaded.size)));
    service.jobs.set(Some((job.key, Arc::clone(&progress))));
    // Cancelled between the two.
    if store.read(|transaction| jobs::get(transaction, job.kind, job.key))?.is_none_or(|job| job.state.is_over()) {
        progress.stop.store(true, Ordering::Relaxed);
    }
    let failed = match (job.kind, &uploaded) {
        (Kind::Import, Some(uploaded)) => import(service, &job, uploaded, &progress),
        (Kind::Import, None) => Some("what was asked for cannot be read".to_owned()),
        (Kind::Rescore, _) => rescore(service, &progress).err().map(|error| error.to_string()),
    };
    service.jobs.set(None);
    if service.jobs.signal.is_stopped() && progress.stop.load(Ordering::Relaxed) {
        // It stays at work, and is taken up again.
        return Ok(true);
    }
    let counts = Counts { problem: failed, ..progress.counts() };
    let state = if counts.problem.is_some() { State::Failed } else { State::Done };
    tracing::info!(
        job = job.key,
        state = state.name(),
        messages = counts.messages,
        rejected = counts.rejected,
        "a job is over"
    );
    let key = job.key;
    store.write(move |transaction| jobs::finish(transaction, key, state, &counts, Timestamp::now())).wait()?;
    if let Some(uploaded) = uploaded {
        store.remove_upload(&uploaded.file)?;
    }
    Ok(true)
}

/// Takes in an uploaded export; gives why that failed.
fn import(service: &Service, job: &Job, uploaded: &Uploaded, progress: &Progress) -> Option<String> {
    let settings = match uploaded.reading.settings() {
        Ok(settings) => settings,
        Err(wrong) => return Some(wrong.into_iter().map(|(name, why)| format!("{name}: {why}")).collect()),
    };
    let path = service.store.uploaded(&uploaded.file);
    let mut inputs = match open::inputs(&[path.display().to_string()]) {
        Ok(inputs) => inputs,
        Err(error) => return Some(format!("the upload cannot be opened: {error}")),
    };
    for input in &mut inputs {
        input.name = uploaded.reading.name.clone().unwrap_or_else(|| "upload".to_owned());
    }
    let (store, key) = (&service.store, job.key);
    let mut first = None;
    let mut reject = |name: &str, problem: &crate::source::Problem| {
        first.get_or_insert_with(|| problem.to_string());
        let mut line = Vec::new();
        rejected::line(&mut line, name, problem, true)?;
        let line = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        // Whether it is kept shows in the end; the order is that of the queue.
        drop(store.write(move |transaction| jobs::reject(transaction, key, &[line])));
        Ok(())
    };
    let hold = || {
        service.unread.wake();
        service.hold_back_here(&|| progress.stop.load(Ordering::Relaxed))
    };
    let imported = import::import(store, &inputs, &settings, progress, &hold, &mut reject);
    service.unread.wake();
    match imported {
        Err(error) => Some(error.to_string()),
        // No input was recognised.
        Ok(()) if progress.counts().told.is_empty() => first,
        Ok(()) => None,
    }
}

/// Gives all conversations that were read with other rules to be read anew, some at a time.
fn rescore(service: &Service, progress: &Progress) -> Result<(), StoreError> {
    let store = &service.store;
    let version = Analyst::new(store, service.method(), 1)?.version();
    let size = store.read(|transaction| count_outdated(transaction, version))?;
    progress.count(|counts| counts.size = size);
    let mut after = 0;
    while !progress.stop.load(Ordering::Relaxed) {
        let keys = store.write(move |transaction| outdated(transaction, version, after, TOGETHER)).wait()?;
        let Some(last) = keys.last() else { break };
        after = *last;
        service.unread.wake();
        while store.read(backlog::unread)? > TOGETHER as i64 / 2 && !progress.stop.load(Ordering::Relaxed) {
            service.jobs.signal.wait(Duration::from_millis(20));
        }
        progress.count(|counts| counts.conversations += keys.len() as u64);
    }
    Ok(())
}
