//! Who may do what: roles and scopes, tokens, passwords, sessions, and what keeps guessers and floods away.
//!
//! Nothing here stores, listens or reads the clock: rows come from the caller and go back to the caller, the
//! time is a parameter. The one exception is [`RateLimits`], whose default clock is the monotonic one.
//! Randomness comes from the operating system.
//!
//! - [`Role`], [`Scopes`] and [`Principal`]: what a request may do and whose scores it may see.
//! - [`Secret`]: 256 random bits that are shown once, with a [`Digest`] that is stored. Three things are made
//!   of it: a [`Token`] for programs, a [`Session`] for browsers and the first [`Setup`].
//! - [`Passwords`]: argon2id. Checking one takes some tens of milliseconds and 19 MiB: not on a thread that
//!   serves others.
//! - [`ForgeryCheck`]: requests that another site makes a signed-in browser send.
//! - [`SignInThrottle`] and [`RateLimits`]: "try again in N seconds".

mod account;
mod forgery;
mod password;
mod principal;
mod rate;
mod scope;
mod secret;
mod session;
mod setup;
mod throttle;
mod token;

pub use account::{AccountName, NoAccountName};
pub use forgery::{Forgery, ForgeryCheck, UnsafeRequest};
pub use password::{
    MAX_PASSWORD, MIN_PASSWORD, PasswordError, PasswordHash, PasswordProblem, Passwords, check_password,
};
pub use principal::{AgentKey, Credential, Principal};
pub use rate::{RateLimit, RateLimits};
pub use scope::{Role, Scope, Scopes, UnknownName};
pub use secret::{Digest, Secret, SecretError, SecretKind};
pub use session::{Session, SessionCookie, SessionLimits};
pub use setup::{SETUP_HOURS, Setup};
pub use throttle::{SignInThrottle, TryAgain};
pub use token::{Grant, GrantError, Token};

use thiserror::Error;

/// The operating system gives no random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the operating system gives no random numbers: {0}")]
pub struct NoRandomness(#[from] getrandom::Error);
