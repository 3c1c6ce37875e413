//! What goes on beside answering: conversations are read, the index follows, old text is dropped.

use super::{Service, jobs};
use crate::ingest::{Analyst, FollowError, Follower};
use crate::store::{StoreError, deliveries, retention};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Transaction;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Without news each looks by itself so often.
const IDLE: Duration = Duration::from_secs(5);

/// After a failure it is tried again so soon.
const AGAIN: Duration = Duration::from_secs(1);

/// Between two times of feeding the index there is at least so much time.
const BREATH: Duration = Duration::from_millis(300);

/// Where so many messages come meanwhile, the index commits only every so many times. Each commit makes a part of the
/// index, which costs by itself, and again when parts are put together.
const MUCH: usize = 1000;
const TURNS: u32 = 2;

/// Old text is looked for so often.
const OFTEN: Duration = Duration::from_secs(600);

/// The text of so many conversations is dropped together.
const TOGETHER: usize = 200;

/// How long deliveries of webhooks are known that came before: no tool sends one again after so long.
const SEEN: SignedDuration = SignedDuration::from_hours(24 * 30);

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
    pub(super) fn wait(&self, longest: Duration) {
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
        let (works, forgets) = (Arc::clone(service), Arc::clone(service));
        let threads = vec![
            std::thread::spawn(move || read(&reads)),
            std::thread::spawn(move || follow(&follows, follower)),
            std::thread::spawn(move || jobs::work(&works)),
            std::thread::spawn(move || forget(&forgets)),
        ];
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
        let read = service.switch.during(|| {
            // Asked between lots: the index need not wait for the last one.
            let stop = || {
                service.changed.wake();
                service.unread.is_stopped() || service.switch.is_wanted()
            };
            let analyst = Analyst::new(&service.store, service.method(), threads)?;
            analyst.handing_over(Arc::clone(&service.handed)).read_all(&stop)
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
    let mut turns = 0;
    while !service.changed.is_stopped() {
        match follow_on(service, &mut follower, &mut turns) {
            Ok(fed) => {
                // Nothing more came: whoever asks for figures next need not wait for them.
                if fed == 0
                    && let Err(error) = service.store.read(|transaction| service.numbers.follow(transaction))
                {
                    tracing::error!(%error, "figures cannot follow; they are read when somebody asks for them");
                }
                // What comes in single messages is committed together: a commit costs more than a message.
                std::thread::sleep(BREATH);
                if follower.uncommitted() == 0 {
                    service.changed.wait(IDLE);
                }
            }
            Err(error) => {
                tracing::error!(%error, "the search index cannot follow; trying again");
                service.changed.wait(AGAIN);
            }
        }
    }
    if let Err(error) = follower.commit().and_then(|()| follower.close()) {
        tracing::error!(%error, "the search index did not come to a good end; it is looked through at the next start");
    }
}

/// Feeds the index with what came since the last turn, so that it is found at once, or of much that comes steadily after
/// some `turns`; gives how many messages that were.
fn follow_on(service: &Service, follower: &mut Follower, turns: &mut u32) -> Result<usize, FollowError> {
    let fed = follower.feed(&service.store, &|| service.changed.is_stopped())?;
    *turns += 1;
    if fed == 0 || follower.uncommitted() < MUCH || *turns >= TURNS {
        follower.commit()?;
        *turns = 0;
    }
    Ok(fed)
}

/// Drops text that is too old and sessions that have ended, and brings what was erased out of the store's log.
fn forget(service: &Service) {
    while !service.forgetting.is_stopped() {
        if let Err(error) = forget_now(service, Timestamp::now()) {
            tracing::error!(%error, "old text cannot be dropped; trying again");
        }
        if let Err(error) = service.tidy_access() {
            tracing::error!(%error, "sessions that have ended cannot be dropped; trying again");
        }
        // Where an erasure waits it is soon tried again.
        let waits = service.erasure_waits.load(Ordering::SeqCst);
        service.forgetting.wait(if waits { IDLE } else { OFTEN });
    }
}

/// Drops the text that is too old at `now`, and brings what was erased out of the store's log.
///
/// # Errors
/// Where the store fails.
pub fn forget_now(service: &Service, now: Timestamp) -> Result<(), StoreError> {
    let mut dropped = 0;
    if let Ok(before) = now.checked_sub(SEEN) {
        let forget = move |transaction: &Transaction<'_>| deliveries::forget(transaction, before, TOGETHER);
        while !service.forgetting.is_stopped() && service.store.write(forget).wait()? == TOGETHER {}
    }
    if let Some(days) = service.store.read(|transaction| service.text_days(transaction))?
        && let Ok(before) = now.checked_sub(SignedDuration::from_hours(24 * i64::from(days)))
    {
        while !service.forgetting.is_stopped() {
            let dropping =
                service.store.write(move |transaction| retention::drop_texts(transaction, before, TOGETHER, now));
            let some = dropping.wait()?;
            dropped += some;
            if some < TOGETHER {
                break;
            }
            service.changed.wake();
        }
        dropped += service.store.write(move |transaction| retention::drop_deliveries(transaction, before)).wait()?;
    }
    if dropped > 0 {
        service.changed.wake();
        tracing::info!(dropped, "text that is too old was dropped");
    }
    if (dropped > 0 || service.erasure_waits.load(Ordering::SeqCst)) && !service.store.clear_log()? {
        service.erasure_waits.store(true, Ordering::SeqCst);
    } else {
        service.erasure_waits.store(false, Ordering::SeqCst);
    }
    Ok(())
}
