//! Tokens of the API: what they were granted, and until when.

use super::{AgentKey, Credential, Digest, NoRandomness, Principal, Role, Scope, Scopes, Secret, SecretKind};
use jiff::Timestamp;
use thiserror::Error;

/// What a token is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Name shown to people: what it is for.
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// What it may do.
    pub scopes: Scopes,
    /// Whose scores a token of [`Role::Agent`] may see.
    pub agent: Option<AgentKey>,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
}

/// Why a token is not granted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GrantError {
    /// Nameless, so that nobody would know later what it is for.
    #[error("a token needs a name of 1 to {MAX_NAME} characters that says what it is for")]
    Name,
    /// It could do nothing.
    #[error("a token needs at least one scope; those of the role `{role}`: {allowed}")]
    NoScope {
        /// The role.
        role: Role,
        /// What the role may do.
        allowed: Scopes,
    },
    /// More than the role may do.
    #[error("the role `{role}` has no scope `{scope}`; allowed: {allowed}")]
    NotOfRole {
        /// The role.
        role: Role,
        /// The scope that is too much.
        scope: Scope,
        /// What the role may do.
        allowed: Scopes,
    },
    /// More than the one who grants it may do.
    #[error("nobody can grant more than they have: `{0}` is missing")]
    NotHeld(Scope),
    /// An agent's token that says not whose.
    #[error("a token with the role `agent` needs the agent's source and identifier")]
    NoAgent,
    /// It would never have been valid.
    #[error("the token would end at {0}, which is past")]
    Past(Timestamp),
    /// No random numbers.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

const MAX_NAME: usize = 100;

impl Grant {
    /// Whether `by` may grant this at `now`. A program that may only manage tokens cannot make itself one
    /// that does more.
    ///
    /// # Errors
    /// The first thing that speaks against it.
    pub fn check(&self, by: &Principal, now: Timestamp) -> Result<(), GrantError> {
        let missing = |held: Scopes| self.scopes.iter().find(|scope| !held.contains(*scope));
        let (role, allowed) = (self.role, self.role.scopes());
        if self.name.trim().is_empty() || self.name.chars().count() > MAX_NAME {
            return Err(GrantError::Name);
        }
        if !by.may(Scope::Manage) {
            return Err(GrantError::NotHeld(Scope::Manage));
        }
        if self.scopes == Scopes::NONE {
            return Err(GrantError::NoScope { role, allowed });
        }
        if let Some(scope) = missing(allowed) {
            return Err(GrantError::NotOfRole { role, scope, allowed });
        }
        if let Some(scope) = missing(by.scopes()) {
            return Err(GrantError::NotHeld(scope));
        }
        if role == Role::Agent && self.agent.is_none() {
            return Err(GrantError::NoAgent);
        }
        match self.expires {
            Some(expires) if expires <= now => Err(GrantError::Past(expires)),
            _ => Ok(()),
        }
    }
}

/// A token as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it was granted.
    pub grant: Grant,
    /// Of the secret.
    pub digest: Digest,
    /// The secret's first characters.
    pub start: String,
    /// When it was made.
    pub created: Timestamp,
}

impl Token {
    /// A new token, granted by `by`, and the secret that is shown once.
    ///
    /// # Errors
    /// Where [`Grant::check`] refuses it, or there are no random numbers.
    pub fn issue(grant: Grant, by: &Principal, now: Timestamp) -> Result<(Secret, Self), GrantError> {
        grant.check(by, now)?;
        let secret = Secret::random(SecretKind::Token)?;
        let token = Self { grant, digest: secret.digest(), start: secret.start().to_owned(), created: now };
        Ok((secret, token))
    }

    /// Whether the secret of this digest is the token's, and the token has not ended at `now`.
    #[must_use]
    pub fn opens(&self, digest: &Digest, now: Timestamp) -> bool {
        self.digest == *digest && self.grant.expires.is_none_or(|expires| expires > now)
    }

    /// On whose behalf whoever opens it acts. `id` is the token's row.
    #[must_use]
    pub fn principal(&self, id: i64) -> Principal {
        let Grant { name, role, scopes, agent, .. } = self.grant.clone();
        Principal::new(Credential::Token(id), name, role, scopes, agent)
    }
}
