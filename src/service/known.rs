//! Tokens and sessions that were shown lately, so that most requests ask no store who they come from.

use crate::access::{Digest, Principal, Session, SessionLimits};
use crate::store::access::KeptToken;
use crate::store::{Store, access, users};
use jiff::{SignedDuration, Timestamp};
use lru::LruCache;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// More than a service has in use; some megabytes.
const MOST: NonZeroUsize = NonZeroUsize::new(10_000).expect("10,000 is not zero");

/// How old the note of a token's last use may become before it is written anew.
const USED_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// What a secret opens.
#[derive(Debug)]
pub(super) enum Opened {
    /// The API, for a program.
    Token(KeptToken, Arc<Principal>),
    /// The API and the pages, for somebody who signed in.
    Session(Session, Arc<Principal>),
}

impl Opened {
    /// On whose behalf whoever shows the secret of this digest acts now; nobody's where it has ended.
    pub(super) fn principal(&self, digest: &Digest, limits: SessionLimits, now: Timestamp) -> Option<Arc<Principal>> {
        let (opens, principal) = match self {
            Self::Token(kept, principal) => (kept.token.opens(digest, now), principal),
            Self::Session(session, principal) => (session.opens(digest, limits, now), principal),
        };
        opens.then(|| Arc::clone(principal))
    }

    /// Notes that it was used, at most once a minute.
    fn note(&mut self, store: &Store, now: Timestamp) {
        // Where much is waiting to be written, the note is left out: nothing hangs on it but what is shown, and a
        // session's idle end by a minute.
        match self {
            Self::Token(kept, _) if kept.used.is_none_or(|used| now.duration_since(used) >= USED_AGAIN) => {
                let key = kept.key;
                kept.used = Some(now);
                let _ = store.offer(move |transaction| access::use_token(transaction, key, now));
            }
            Self::Token(..) => {}
            Self::Session(session, _) => {
                if session.see(now) {
                    let digest = session.digest;
                    let _ = store.offer(move |transaction| users::see_session(transaction, &digest, now));
                }
            }
        }
    }
}

/// What secrets open, by their digests. Only what opens is remembered: guesses take no room.
pub(super) struct Known {
    opened: Mutex<LruCache<[u8; 32], Opened>>,
    /// Counts the changes of who may what.
    changes: AtomicU64,
}

impl Default for Known {
    fn default() -> Self {
        Self { opened: Mutex::new(LruCache::new(MOST)), changes: AtomicU64::new(0) }
    }
}

impl Known {
    /// On whose behalf whoever shows the secret of this digest acts, where that is known: `Some(None)` where it has
    /// ended.
    pub(super) fn find(
        &self,
        digest: &Digest,
        limits: SessionLimits,
        store: &Store,
        now: Timestamp,
    ) -> Option<Option<Arc<Principal>>> {
        let mut all = self.opened();
        let opened = all.get_mut(digest.as_bytes())?;
        let principal = opened.principal(digest, limits, now);
        if principal.is_some() {
            opened.note(store, now);
        }
        Some(principal)
    }

    /// To be asked before the store is, for [`Self::remember`].
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Remembers what a secret opens, unless something changed since `changes`: what the store told then may have
    /// been revoked meanwhile.
    pub(super) fn remember(&self, digest: Digest, opened: Opened, changes: u64) {
        let mut all = self.opened();
        if self.changes() == changes {
            all.put(*digest.as_bytes(), opened);
        }
    }

    /// Forgets everything: to be called once a change of who may what is committed, before it is acknowledged.
    pub(super) fn forget(&self) {
        let mut all = self.opened();
        self.changes.fetch_add(1, Ordering::SeqCst);
        all.clear();
    }

    fn opened(&self) -> MutexGuard<'_, LruCache<[u8; 32], Opened>> {
        // Entries are whole at every moment: a thread that panicked left nothing half-done.
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({})", self.opened().len())
    }
}
