//! Slows down those who guess passwords.
//!
//! Per account and per address, each failure beyond the first few doubles the wait, up to a limit. The limit of an
//! account is a minute: it keeps guesses under a hundred in an hour (OWASP ASVS 4.0, 2.2.1), while nobody can lock
//! somebody else out for long. Memory is bounded: those not seen for longest are forgotten.

use super::account::one_way;
use jiff::{SignedDuration, Timestamp};
use lru::LruCache;
use sha2::{Digest, Sha256};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use thiserror::Error;

/// Too much at once: the figure for `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("try again in {seconds} s")]
pub struct TryAgain {
    /// Whole seconds to wait, at least 1.
    pub seconds: u64,
}

/// How failures are answered.
struct Policy {
    /// Failures that cost nothing: people mistype.
    free: u32,
    /// The longest wait, in seconds.
    longest: i64,
}

const ACCOUNT: Policy = Policy { free: 5, longest: 60 };
/// An office shares an address, so more of them are free; after that it is somebody's program.
const ADDRESS: Policy = Policy { free: 20, longest: 15 * 60 };
/// Failures are forgotten after this many quiet minutes.
const QUIET_MINUTES: i64 = 60;
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(10_000).expect("10,000 is not zero");

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

/// Failures by account, or by address.
#[derive(Debug)]
struct Counter<K: Hash + Eq>(LruCache<K, Failures>);

impl<K: Hash + Eq> Counter<K> {
    /// How long `key` has still to wait at `now`.
    fn wait(&mut self, key: &K, policy: &Policy, now: Timestamp) -> SignedDuration {
        let Some(failures) = self.0.get_mut(key) else { return SignedDuration::ZERO };
        // A clock set back must not make the wait longer than it is.
        failures.last = failures.last.min(now);
        let since = now.duration_since(failures.last);
        if since >= SignedDuration::from_mins(QUIET_MINUTES) {
            failures.count = 0;
        }
        let Some(beyond) = failures.count.checked_sub(policy.free) else { return SignedDuration::ZERO };
        let seconds = (1_i64 << beyond.min(20)).min(policy.longest);
        (SignedDuration::from_secs(seconds) - since).max(SignedDuration::ZERO)
    }

    fn fail(&mut self, key: K, now: Timestamp) {
        let failures = self.0.get_or_insert_mut(key, || Failures { count: 0, last: now });
        *failures = Failures { count: failures.count.saturating_add(1), last: now };
    }
}

/// Attempts of an address, right ones too, in a minute that begins with the first.
#[derive(Debug, Clone, Copy)]
struct Minute {
    began: Timestamp,
    attempts: u32,
}

#[derive(Debug)]
struct Counters {
    accounts: Counter<[u8; 32]>,
    addresses: Counter<IpAddr>,
    minutes: LruCache<IpAddr, Minute>,
}

impl Counters {
    /// How long `address` has to wait until its minute is over, where it is used up at `now`.
    fn wait_of_minute(&mut self, address: IpAddr, most: u32, now: Timestamp) -> SignedDuration {
        let length = SignedDuration::from_mins(1);
        let minute = self.minutes.get_or_insert_mut(address, || Minute { began: now, attempts: 0 });
        // A clock set back must not make the wait longer than it is.
        minute.began = minute.began.min(now);
        let since = now.duration_since(minute.began);
        if since >= length {
            *minute = Minute { began: now, attempts: 0 };
        }
        if minute.attempts >= most { length - since } else { SignedDuration::ZERO }
    }
}

/// Who failed to sign in how often.
#[derive(Debug)]
pub struct SignInThrottle {
    per_minute: u32,
    counters: Mutex<Counters>,
}

impl Default for SignInThrottle {
    /// Failures alone are counted.
    fn default() -> Self {
        Self::new(u32::MAX)
    }
}

impl SignInThrottle {
    /// A throttle that lets an address try `per_minute` times in a minute, right or wrong.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        let counters = Counters {
            accounts: Counter(LruCache::new(REMEMBERED)),
            addresses: Counter(LruCache::new(REMEMBERED)),
            minutes: LruCache::new(REMEMBERED),
        };
        Self { per_minute, counters: Mutex::new(counters) }
    }

    /// Whether somebody at `address` may now try to sign in to `account`, existing or not. The attempt counts
    /// as a failure until [`Self::succeeded`] takes it back, so that a hundred attempts at once are a hundred. One
    /// that is turned away does not count.
    ///
    /// # Errors
    /// How long to wait.
    pub fn attempt(&self, account: &str, address: IpAddr, now: Timestamp) -> Result<(), TryAgain> {
        let (account, address) = (account_key(account), address_key(address));
        let mut counters = self.counters();
        let wait = counters
            .accounts
            .wait(&account, &ACCOUNT, now)
            .max(counters.addresses.wait(&address, &ADDRESS, now))
            .max(counters.wait_of_minute(address, self.per_minute, now));
        if wait > SignedDuration::ZERO {
            let seconds = wait.as_secs().unsigned_abs() + u64::from(wait.subsec_nanos() > 0);
            return Err(TryAgain { seconds });
        }
        counters.accounts.fail(account, now);
        counters.addresses.fail(address, now);
        if let Some(minute) = counters.minutes.get_mut(&address) {
            minute.attempts = minute.attempts.saturating_add(1);
        }
        Ok(())
    }

    /// The attempt was right. The account starts afresh; the address is given back this one attempt only, or
    /// else signing in to an account of one's own now and then would make guessing at others free.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let mut counters = self.counters();
        counters.accounts.0.pop(&account_key(account));
        if let Some(failures) = counters.addresses.0.get_mut(&address_key(address)) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    /// How many accounts and addresses are remembered; each at most 10,000.
    #[must_use]
    pub fn remembered(&self) -> (usize, usize) {
        let counters = self.counters();
        (counters.accounts.0.len(), counters.addresses.0.len())
    }

    fn counters(&self) -> MutexGuard<'_, Counters> {
        // Counters are whole at every moment: a thread that panicked left nothing half-done.
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same for every way to write an account; hashed, so that a long name takes no memory.
fn account_key(account: &str) -> [u8; 32] {
    Sha256::digest(one_way(account)).into()
}

/// A home or an office has at least a /64 of IPv6, so that one is counted as an address.
fn address_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        address @ IpAddr::V4(_) => address,
    }
}
