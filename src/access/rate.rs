//! How many requests a user or a token may make.

use super::{Credential, TryAgain};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use std::fmt;
use std::num::NonZeroU32;

/// How many requests one credential may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// In the long run, requests a minute.
    pub per_minute: NonZeroU32,
    /// At once, after a pause.
    pub burst: NonZeroU32,
}

/// A bucket of requests for each credential, refilled evenly (the generic cell rate algorithm).
///
/// Only known credentials are counted, so that there are never more buckets than users and tokens. The clock is
/// the monotonic one unless another is given: setting the machine's time does not open or close a bucket.
pub struct RateLimits<C: Clock = DefaultClock> {
    limiter: RateLimiter<Credential, DashMapStateStore<Credential>, C, NoOpMiddleware<C::Instant>>,
}

impl RateLimits {
    /// The same limit for every credential.
    #[must_use]
    pub fn new(limit: RateLimit) -> Self {
        Self::with_clock(limit, DefaultClock::default())
    }
}

impl<C: Clock> RateLimits<C> {
    /// The same with another clock.
    #[must_use]
    pub fn with_clock(limit: RateLimit, clock: C) -> Self {
        let quota = Quota::per_minute(limit.per_minute).allow_burst(limit.burst);
        Self { limiter: RateLimiter::dashmap_with_clock(quota, clock) }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// How long to wait, where there were too many; this one does not count then.
    pub fn check(&self, credential: Credential) -> Result<(), TryAgain> {
        self.limiter.check_key(&credential).map_err(|until| {
            let wait = until.wait_time_from(self.limiter.clock().now());
            TryAgain { seconds: (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1) }
        })
    }

    /// Forgets full buckets, of revoked tokens among them: to be called now and then.
    pub fn forget_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

impl<C: Clock> fmt::Debug for RateLimits<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RateLimits({} credentials)", self.limiter.len())
    }
}
