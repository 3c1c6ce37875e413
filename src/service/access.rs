//! What keeps the gate: who is recognised by which secret, how often they may ask, and passwords.

use super::Service;
use super::known::{Known, Opened};
use super::problem::Problem;
use crate::access::{
    ForgeryCheck, PasswordError, PasswordHash, Passwords, Principal, RateLimit, RateLimits, Secret, SecretKind,
    SessionCookie, SessionLimits, SignInThrottle,
};
use crate::settings::Settings;
use crate::store::{StoreError, access, users};
use actix_web::web;
use jiff::Timestamp;
use once_cell::sync::OnceCell;
use rusqlite::Transaction;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How many passwords are hashed at once: each takes a core for some tens of milliseconds, and 19 MiB.
const HASHED_AT_ONCE: usize = 2;

/// How long somebody waits for their password's turn.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What all requests share of it.
#[derive(Debug)]
pub struct Access {
    known: Known,
    rates: RateLimits,
    passwords: OnceCell<Passwords>,
    hashing: Arc<Semaphore>,
    /// Who failed to sign in how often.
    pub throttle: SignInThrottle,
    /// Tells own requests of browsers from forged ones.
    pub forgery: ForgeryCheck,
    /// What browsers keep.
    pub cookie: SessionCookie,
    /// How long it opens.
    pub limits: SessionLimits,
}

impl Access {
    /// As `settings` have it; nobody is known yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let secure = settings.server.is_public_by_tls();
        let per_minute = NonZeroU32::new(settings.limits.requests_per_minute).unwrap_or(NonZeroU32::MIN);
        let absolute = settings.session;
        Self {
            known: Known::default(),
            rates: RateLimits::new(RateLimit { per_minute, burst: per_minute }),
            passwords: OnceCell::new(),
            hashing: Arc::new(Semaphore::new(HASHED_AT_ONCE)),
            throttle: SignInThrottle::new(settings.limits.logins_per_minute),
            forgery: ForgeryCheck::new(settings.server.public_url.as_deref(), secure),
            cookie: SessionCookie { secure },
            limits: SessionLimits { idle: SessionLimits::default().idle.min(absolute), absolute },
        }
    }
}

impl Service {
    /// On whose behalf whoever shows `secret`, which is of that kind, acts now; nobody's where it opens nothing.
    /// The request is counted.
    ///
    /// # Errors
    /// Where there were too many requests, or the store fails.
    pub async fn recognise(
        self: &Arc<Self>,
        kind: SecretKind,
        secret: &Secret,
    ) -> Result<Option<Arc<Principal>>, Problem> {
        let Access { known, rates, limits, .. } = &self.access;
        let (digest, now) = (secret.digest(), Timestamp::now());
        let principal = match known.find(&digest, *limits, &self.store, now) {
            Some(principal) => principal,
            None => {
                let changes = known.changes();
                let opened = self.read(move |transaction| Ok(look_up(transaction, kind, &digest)?)).await?;
                let Some(opened) = opened else { return Ok(None) };
                let principal = opened.principal(&digest, *limits, now);
                known.remember(digest, opened, changes);
                principal
            }
        };
        if let Some(principal) = &principal {
            rates.check(principal.credential).map_err(|wait| Problem::too_many(wait.seconds))?;
        }
        Ok(principal)
    }

    /// Lets `work` change who may what: the next request of everybody is judged by it.
    ///
    /// # Errors
    /// What `work` fails with, and where too much is waiting.
    pub async fn change_access<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let service = Arc::clone(self);
        let pending = self.store.offer(work)?;
        // On a task of its own: where the client hangs up meanwhile, what is known is forgotten all the same.
        let done = actix_web::rt::spawn(async move {
            let done = pending.done().await;
            service.access.known.forget();
            done
        });
        Ok(done.await.map_err(|_| StoreError::Closed)??)
    }

    /// The hash to store for a new password of somebody with these names.
    ///
    /// # Errors
    /// Where it is refused, with `pointer` as its place, or where too many are being hashed.
    pub async fn hash_password(
        self: &Arc<Self>,
        password: String,
        names: [String; 2],
        pointer: &'static str,
    ) -> Result<PasswordHash, Problem> {
        let hashed =
            self.with_passwords(move |passwords| passwords.hash(&password, &names.each_ref().map(String::as_str)));
        hashed.await?.map_err(|error| of_password(&error, pointer))
    }

    /// Whether `password` is the one whose hash is stored; and what is to be stored instead of it.
    ///
    /// # Errors
    /// Where the hash cannot be read, or where too many are being hashed.
    pub async fn verify_password(
        self: &Arc<Self>,
        password: String,
        stored: Option<PasswordHash>,
    ) -> Result<Verified, Problem> {
        let verified = self.with_passwords(move |passwords| {
            if !passwords.verify(&password, stored.as_ref())? {
                return Ok(Verified::No);
            }
            let outdated = stored.is_some_and(|stored| passwords.needs_rehash(&stored));
            Ok(Verified::Yes { rehashed: outdated.then(|| passwords.rehash(&password)).transpose()? })
        });
        verified.await?.map_err(|error| of_password(&error, "/password"))
    }

    async fn with_passwords<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Passwords) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<Result<T, PasswordError>, Problem> {
        let turn = tokio::time::timeout(LONGEST_WAIT, Arc::clone(&self.access.hashing).acquire_owned()).await;
        let busy = || Problem::unavailable("too many people are signing in: try again in a moment", 5);
        let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        let service = Arc::clone(self);
        let done = web::block(move || {
            // Kept until the work is done, whether somebody still waits for it or not.
            let _turn = turn;
            work(service.access.passwords.get_or_try_init(Passwords::new)?)
        });
        done.await.map_err(|_| StoreError::Closed.into())
    }

    /// Drops sessions that have ended and what is remembered of those who are gone; to be called now and then.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn tidy_access(&self) -> Result<usize, StoreError> {
        self.access.rates.forget_idle();
        let limits = self.access.limits;
        self.store.write(move |transaction| users::drop_ended_sessions(transaction, limits, Timestamp::now())).wait()
    }
}

/// What became of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// It is the password.
    Yes {
        /// Its hash by today's parameters, where the stored one is by others.
        rehashed: Option<PasswordHash>,
    },
    /// It is not.
    No,
}

fn look_up(
    transaction: &Transaction<'_>,
    kind: SecretKind,
    digest: &crate::access::Digest,
) -> Result<Option<Opened>, StoreError> {
    Ok(match kind {
        SecretKind::Token => access::token(transaction, digest)?.map(|kept| {
            let principal = Arc::new(kept.token.principal(kept.key));
            Opened::Token(kept, principal)
        }),
        SecretKind::Session => users::session(transaction, digest)?
            .map(|(session, user)| Opened::Session(session, Arc::new(user.principal()))),
        SecretKind::Setup => None,
    })
}

fn of_password(error: &PasswordError, pointer: &str) -> Problem {
    match error {
        PasswordError::Refused(why) => Problem::invalid("the password is refused").at(pointer, why.to_string()),
        PasswordError::NoRandomness(_) | PasswordError::Hash(_) => {
            tracing::error!(%error, "a password cannot be hashed or compared");
            Problem::internal("the password cannot be hashed or compared; the log tells why")
        }
    }
}
