//! What goes on beside answering: conversations are read, the index follows, old text is dropped.

use super::Service;
use crate::ingest::Analyst;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

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
    pub fn start(service: &Arc<Service>) -> Self {
        let analyst = Arc::clone(service);
        let threads = vec![std::thread::spawn(move || read(&analyst))];
        Self { threads }
    }

    /// Waits until they have ended, which they do once [`Service::unread`] is stopped.
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
            .and_then(|analyst| analyst.read_all(&|| service.unread.is_stopped()));
        match read {
            Ok(_) => service.unread.wait(Duration::from_secs(5)),
            Err(error) => {
                tracing::error!(%error, "conversations cannot be read; trying again");
                service.unread.wait(Duration::from_secs(1));
            }
        }
    }
}
