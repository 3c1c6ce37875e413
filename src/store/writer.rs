//! The one thread that writes. It takes what waits, does all of it in one transaction and answers after the
//! commit: under load many writers share one wait for the disk.
//!
//! What fails is undone alone. For that SQLite keeps, of all that is done within a savepoint, each page as it was, in
//! a list that every statement walks along: of thousands of rows that would take as long as writing them. So the
//! first work of a transaction has none, as it can be undone with the whole transaction; and a lot, which is much at
//! once, is always the first.

use super::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// So many pieces of work may wait; then who brings more waits, too.
const WAITING: usize = 1024;

/// So many are committed together at most.
const TOGETHER: usize = 256;

/// Something to write.
struct Work {
    /// Whether it is much at once.
    is_lot: bool,
    does: Does,
}

/// Does the work, where a transaction could be begun, and gives what to call when it is committed, or is not; and why,
/// where the whole transaction is undone by it.
type Does = Box<dyn FnOnce(Result<Place<'_>, &Arc<StoreError>>) -> (Answer, Option<StoreError>) + Send>;

/// A transaction, and whether others have written in it before.
type Place<'t> = (&'t Transaction<'t>, bool);

/// Called with the reason where the commit failed.
type Answer = Box<dyn FnOnce(Option<&Arc<StoreError>>) + Send>;

#[derive(Debug)]
pub(super) struct Writer {
    /// Taken out at the end, so that the thread ends.
    sender: Option<SyncSender<Work>>,
    /// How much is in the queue, or about to be.
    waiting: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

/// What will have been written.
pub struct Pending<T> {
    answer: oneshot::Receiver<Result<T, StoreError>>,
}

impl<T> fmt::Debug for Pending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pending")
    }
}

impl<T> Pending<T> {
    /// Of a store that takes nothing more.
    #[must_use]
    pub fn closed() -> Self {
        Self { answer: oneshot::channel().1 }
    }

    /// Waits, holding up the thread; not within async code.
    ///
    /// # Errors
    /// What the work failed with, or why it could not be kept.
    pub fn wait(self) -> Result<T, StoreError> {
        self.answer.blocking_recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Waits in async code.
    ///
    /// # Errors
    /// What the work failed with, or why it could not be kept.
    pub async fn done(self) -> Result<T, StoreError> {
        self.answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        let waiting = Arc::new(AtomicUsize::new(0));
        let taken = Arc::clone(&waiting);
        let thread = std::thread::spawn(move || run(connection, &receiver, &taken));
        Self { sender: Some(sender), waiting, thread: Some(thread) }
    }

    /// How many pieces of work wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Puts work into the queue; waits where that is full.
    pub(super) fn write<T: Send + 'static>(&self, work: impl Task<T>, is_lot: bool) -> Pending<T> {
        self.write_then(work, |done| done, is_lot)
    }

    /// The same; `then` makes of it what is answered, once it is committed.
    pub(super) fn write_then<T: Send + 'static, U: Send + 'static>(
        &self,
        work: impl Task<T>,
        then: impl FnOnce(T) -> U + Send + 'static,
        is_lot: bool,
    ) -> Pending<U> {
        let (boxed, pending) = boxed(work, then, is_lot);
        if let Some(queue) = &self.sender {
            self.waiting.fetch_add(1, Ordering::Relaxed);
            // Where the thread has ended the answer is dropped, and `Pending` says so.
            let _ = queue.send(boxed);
        }
        pending
    }

    /// Puts work into the queue where there is room.
    pub(super) fn offer<T: Send + 'static>(&self, work: impl Task<T>, is_lot: bool) -> Result<Pending<T>, StoreError> {
        let (boxed, pending) = boxed(work, |done| done, is_lot);
        let Some(queue) = &self.sender else { return Err(StoreError::Closed) };
        // Before it is there to be taken.
        self.waiting.fetch_add(1, Ordering::Relaxed);
        queue.try_send(boxed).map(|()| pending).map_err(|refused| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            match refused {
                TrySendError::Full(_) => StoreError::Busy,
                TrySendError::Disconnected(_) => StoreError::Closed,
            }
        })
    }
}

/// What writes.
pub trait Task<T>: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static {}

impl<T, F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static> Task<T> for F {}

fn boxed<T: Send + 'static, U: Send + 'static>(
    work: impl Task<T>,
    then: impl FnOnce(T) -> U + Send + 'static,
    is_lot: bool,
) -> (Work, Pending<U>) {
    let (sender, answer) = oneshot::channel();
    let does: Does = Box::new(move |place| {
        let done = match place {
            Err(failure) => Err(again(failure)),
            Ok((transaction, false)) => work(transaction),
            Ok((transaction, true)) => within_savepoint(transaction, work),
        };
        // Where there is no room SQLite may undo all of it, and not only what was done since the savepoint.
        let whole = |(transaction, shared): Place<'_>| !shared || transaction.is_autocommit();
        let undone = done.as_ref().err().filter(|_| place.is_ok_and(whole)).map(again);
        let answer: Answer = Box::new(move |failure| {
            let result = match failure {
                Some(failure) => done.and_then(|_| Err(again(failure))),
                None => done,
            };
            // Who asked may have gone; what is written stays.
            let _ = sender.send(result.map(then));
        });
        (answer, undone)
    });
    (Work { is_lot, does }, Pending { answer })
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The same failure for everybody whose work was in the transaction.
fn again(failure: &StoreError) -> StoreError {
    match failure {
        StoreError::DiskFull => StoreError::DiskFull,
        StoreError::Unwritable(reason) => StoreError::Unwritable(reason.clone()),
        _ => StoreError::Sqlite(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR),
            Some(failure.to_string()),
        )),
    }
}

/// What fails leaves nothing behind, and its neighbours in the transaction alone.
fn within_savepoint<T>(transaction: &Transaction<'_>, work: impl Task<T>) -> Result<T, StoreError> {
    transaction.execute_batch("SAVEPOINT work")?;
    let done = work(transaction);
    if done.is_err() && transaction.is_autocommit() {
        return done;
    }
    let end = if done.is_ok() { "RELEASE work" } else { "ROLLBACK TO work; RELEASE work" };
    transaction.execute_batch(end)?;
    done
}

fn run(mut connection: Connection, queue: &Receiver<Work>, waiting: &AtomicUsize) {
    // A lot that is to begin the next transaction.
    let mut lot = None;
    while let Some(first) = lot.take().or_else(|| queue.recv().ok()) {
        let mut answers = Vec::new();
        let committed = commit(&mut connection, first, queue, &mut answers, &mut lot).err().map(Arc::new);
        waiting.fetch_sub(answers.len(), Ordering::Relaxed);
        for answer in answers {
            answer(committed.as_ref());
        }
    }
    // The next start finds one file. Where it fails the log stays, and is read then.
    let _ = connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)");
}

fn commit(
    connection: &mut Connection,
    first: Work,
    queue: &Receiver<Work>,
    answers: &mut Vec<Answer>,
    lot: &mut Option<Work>,
) -> Result<(), StoreError> {
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            answers.push((first.does)(Err(&Arc::new(error.into()))).0);
            return Ok(());
        }
    };
    let mut next = Some(first);
    while let Some(work) = next {
        let (answer, undone) = (work.does)(Ok((&transaction, !answers.is_empty())));
        answers.push(answer);
        if let Some(reason) = undone {
            return Err(reason);
        }
        next = if answers.len() < TOGETHER { queue.try_recv().ok() } else { None };
        if next.as_ref().is_some_and(|work| work.is_lot) {
            *lot = next.take();
        }
    }
    transaction.commit()?;
    Ok(())
}
