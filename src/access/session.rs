//! Sessions of signed-in browsers, and their cookie.
//!
//! After OWASP's Session Management Cheat Sheet: a new random identifier at each sign-in, stored hashed; an idle
//! and an absolute end, both kept by the server; a cookie that no script reads and no other site sends along.

use super::{Digest, NoRandomness, Secret, SecretKind};
use jiff::{SignedDuration, Timestamp};

/// How long a session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without a request.
    pub idle: SignedDuration,
    /// From the sign-in on, however busy.
    pub absolute: SignedDuration,
}

impl Default for SessionLimits {
    /// Two hours idle, twelve in all: a reviewer's day with its lunch break, and no night.
    fn default() -> Self {
        Self { idle: SignedDuration::from_hours(2), absolute: SignedDuration::from_hours(12) }
    }
}

/// How old the note of the last request may become before it is written anew, in seconds: reading pages shall not
/// write to the store each time.
const SEEN_AGAIN_SECONDS: i64 = 60;

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Of the cookie's secret.
    pub digest: Digest,
    /// The user's row.
    pub user: i64,
    /// When they signed in.
    pub created: Timestamp,
    /// When they were last seen, to the minute.
    pub seen: Timestamp,
}

impl Session {
    /// A new session and the cookie's secret. It is made at each sign-in, and the session that the browser
    /// may have had before is deleted: a secret planted beforehand opens nothing (session fixation).
    ///
    /// # Errors
    /// Where the operating system gives no random numbers.
    pub fn start(user: i64, now: Timestamp) -> Result<(Secret, Self), NoRandomness> {
        let secret = Secret::random(SecretKind::Session)?;
        let session = Self { digest: secret.digest(), user, created: now, seen: now };
        Ok((secret, session))
    }

    /// Whether the secret of this digest opens it at `now`.
    #[must_use]
    pub fn opens(&self, digest: &Digest, limits: SessionLimits, now: Timestamp) -> bool {
        self.digest == *digest && !self.has_ended(limits, now)
    }

    /// Whether it was idle for too long, or lasted for too long.
    #[must_use]
    pub fn has_ended(&self, limits: SessionLimits, now: Timestamp) -> bool {
        now.duration_since(self.seen) >= limits.idle || now.duration_since(self.created) >= limits.absolute
    }

    /// Notes a request at `now`; whether the row is to be written. A clock set back moves nothing.
    pub fn see(&mut self, now: Timestamp) -> bool {
        let later = now.duration_since(self.seen) >= SignedDuration::from_secs(SEEN_AGAIN_SECONDS);
        if later {
            self.seen = now;
        }
        later
    }
}

/// The cookie that carries a session's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionCookie {
    /// Whether browsers come by HTTPS: built-in TLS, or a public address that starts with `https`.
    pub secure: bool,
}

impl SessionCookie {
    /// Its name. Browsers take `__Host-` only over HTTPS, for the whole host and from no subdomain
    /// (RFC 6265bis §4.1.3.2).
    #[must_use]
    pub const fn name(self) -> &'static str {
        if self.secure { "__Host-amends" } else { "amends" }
    }

    /// The `Set-Cookie` header that hands `secret` to the browser.
    #[must_use]
    pub fn set(self, secret: &Secret, limits: SessionLimits) -> String {
        self.header(secret.reveal(), limits.absolute.as_secs().max(0))
    }

    /// The `Set-Cookie` header that takes it away.
    #[must_use]
    pub fn clear(self) -> String {
        self.header("", 0)
    }

    fn header(self, value: &str, seconds: i64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", self.name())
    }

    /// The secret in a request's `Cookie` header.
    #[must_use]
    pub fn find(self, header: &str) -> Option<Secret> {
        header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name())
            .find_map(|(_, value)| Secret::parse(SecretKind::Session, value).ok())
    }
}
