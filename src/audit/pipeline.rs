//! Many conversations through many readers, the results in the order in which they came in.
//!
//! One thread produces jobs, workers read them side by side, and the caller's thread takes the results in
//! the order of the jobs. Channels are bounded, so that memory does not grow with the export.

use super::worker::Product;
use crate::source::lines::Chunk;
use crate::source::merge::Merged;
use crate::source::{JsonTool, Piece, Problem};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// So many jobs may wait for each worker.
const WAITING: usize = 4;

/// Something for a worker to do.
#[derive(Debug)]
pub(super) enum Job {
    /// Lines of an input, each with a whole conversation of the tool.
    Lines(Arc<str>, &'static dyn JsonTool, Chunk),
    /// Whole conversations, each with its place in the input.
    Pieces(Arc<str>, Vec<(String, Piece)>),
    /// Conversations put together of pieces.
    Merged(Vec<Merged>),
    /// Rows of an input that cannot be read.
    Rejected(Arc<str>, Vec<Problem>),
}

/// Does jobs; one for each thread.
pub(super) trait Work: Send {
    /// Does a job.
    fn work(&mut self, job: Job) -> Product;
}

/// Where the producer of jobs puts them.
pub(super) struct Jobs<'f> {
    sender: SyncSender<(u64, Job)>,
    next: u64,
    stop: &'f AtomicBool,
}

impl Jobs<'_> {
    /// Hands a job over; waits while the workers have enough to do.
    pub(super) fn push(&mut self, job: Job) {
        // A closed channel means that the result is no longer wanted, which `wants_more` tells.
        if self.sender.send((self.next, job)).is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.next += 1;
    }

    /// Whether more jobs are wanted.
    pub(super) fn wants_more(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }
}

/// Runs the jobs of `produce` through `workers`, one thread each, and gives their products to `take` in the
/// order of the jobs. `stop`, set by anyone, ends it early with what has been produced.
///
/// Gives the workers back with what they have summed up, and the producer's result.
///
/// # Errors
/// The first error of `take`; the products after it are not taken.
pub(super) fn run<W: Work, P: Send, E: Send>(
    workers: Vec<W>,
    stop: &AtomicBool,
    produce: impl FnOnce(&mut Jobs<'_>) -> P + Send,
    mut take: impl FnMut(Product) -> Result<(), E>,
) -> Result<(Vec<W>, P), E> {
    let (job_sender, job_receiver) = sync_channel(workers.len() * WAITING);
    let (product_sender, product_receiver) = channel();
    let job_receiver = Mutex::new(job_receiver);
    std::thread::scope(|scope| {
        let producer = scope.spawn(move || produce(&mut Jobs { sender: job_sender, next: 0, stop }));
        let mut threads = Vec::with_capacity(workers.len());
        for mut worker in workers {
            let sender = product_sender.clone();
            let jobs = &job_receiver;
            threads.push(scope.spawn(move || {
                while let Some((index, job)) = next(jobs) {
                    if sender.send((index, worker.work(job))).is_err() {
                        break;
                    }
                }
                worker
            }));
        }
        drop(product_sender);
        let taken = in_order(&product_receiver, &mut take);
        if taken.is_err() {
            stop.store(true, Ordering::Relaxed);
            // Let the producer run into the stop, and the workers out of jobs.
            while product_receiver.recv().is_ok() {}
        }
        let produced = joined(producer);
        let workers = threads.into_iter().map(joined).collect();
        taken.map(|()| (workers, produced))
    })
}

fn next(jobs: &Mutex<Receiver<(u64, Job)>>) -> Option<(u64, Job)> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// The result of a thread; a panic in it goes on here.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn in_order<E>(products: &Receiver<(u64, Product)>, take: &mut impl FnMut(Product) -> Result<(), E>) -> Result<(), E> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for (index, product) in products {
        early.insert(index, product);
        while let Some(product) = early.remove(&next) {
            take(product)?;
            next += 1;
        }
    }
    Ok(())
}
