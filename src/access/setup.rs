//! The one-time secret that makes the first administrator.

use super::{Digest, NoRandomness, Secret, SecretKind};
use jiff::{SignedDuration, Timestamp};

/// How long the secret opens the set-up, in hours.
pub const SETUP_HOURS: i64 = 24;

/// A set-up that waits for its administrator, as it is stored. It is deleted in the transaction that makes the
/// administrator, so that the secret opens once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Of the secret.
    pub digest: Digest,
    /// When it was made.
    pub created: Timestamp,
}

impl Setup {
    /// A new set-up and the secret that is printed once.
    ///
    /// # Errors
    /// Where the operating system gives no random numbers.
    pub fn start(now: Timestamp) -> Result<(Secret, Self), NoRandomness> {
        let secret = Secret::random(SecretKind::Setup)?;
        let setup = Self { digest: secret.digest(), created: now };
        Ok((secret, setup))
    }

    /// Whether `secret` opens it at `now`.
    #[must_use]
    pub fn opens(&self, secret: &Secret, now: Timestamp) -> bool {
        self.digest == secret.digest() && !self.has_ended(now)
    }

    /// Whether it waited too long and another is to be made at the next start.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        now.duration_since(self.created) >= SignedDuration::from_hours(SETUP_HOURS)
    }
}
