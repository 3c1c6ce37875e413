//! What goes on beside answering: conversations are read, the index follows, old text is dropped.

use super::Service;
use crate::ingest::{Analyst, Follower};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Without news each looks by itself so often.
const IDLE: Duration = Duration::from_secs(5);

/// After a failure it is tried again so soon.
const AGAIN: Duration = Duration::from_secs(1);

/// Between two commits of the index there is at least so much time.
const BREATH: Duration = Duration::from_millis(200);

/// Wakes who waits, and tells when all is over.
#[derive(Debug, Default)]
pub struct Signal {
    woken: Mutex<bool>,
    changed: Condvar,
    stopped: AtomicBool,
}

impl Signal {
    /// There is something to do.
    pub fn wake(&self) {
        *self.woken.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// All is over.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Whether all is over.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Waits until there is something to do, at most that long.
    fn wait(&self, longest: Duration) {
        let woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut woken, _) =
            self.changed.wait_timeout_while(woken, longest, |woken| !*woken).unwrap_or_else(PoisonError::into_inner);
        *woken = false;
    }
}

/// The threads beside the service.
#[derive(Debug)]
pub struct Background {
    threads: Vec<JoinHandle<()>>,
}

impl Background {
    /// Starts them.
    #[must_use]
    pub fn start(service: &Arc<Service>, follower: Follower) -> Self {
        let (reads, follows) = (Arc::clone(service), Arc::clone(service));
        let threads =
            vec![std::thread::spawn(move || read(&reads)), std::thread::spawn(move || follow(&follows, follower))];
        Self { threads }
    }

    /// Waits until they have ended, which they do after [`Service::stop`].
    pub fn join(self) {
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

/// Reads what is to be read, as it comes.
fn read(service: &Service) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    while !service.unread.is_stopped() {
        let read = Analyst::new(&service.store, service.method.clone(), threads)
            // Asked between lots: the index need not wait for the last one.
            .and_then(|analyst| {
                analyst.read_all(&|| {
                    service.changed.wake();
                    service.unread.is_stopped()
                })
            });
        match read {
            Ok(_) => {
                service.changed.wake();
                service.unread.wait(IDLE);
            }
            Err(error) => {
                tracing::error!(%error, "conversations cannot be read; trying again");
                service.unread.wait(AGAIN);
            }
        }
    }
}

/// Keeps the index up to the store.
fn follow(service: &Service, mut follower: Follower) {
    while !service.changed.is_stopped() {
        match follower.follow(&service.store, &|| service.changed.is_stopped()) {
            Ok(_) => {
                // What comes in single messages is committed together: a commit costs more than a message.
                std::thread::sleep(BREATH);
                service.changed.wait(IDLE);
            }
            Err(error) => {
                tracing::error!(%error, "the search index cannot follow; trying again");
                service.changed.wait(AGAIN);
            }
        }
    }
    if let Err(error) = follower.close() {
        tracing::error!(%error, "the search index did not come to a good end; it is looked through at the next start");
    }
}
