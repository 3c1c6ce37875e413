//! On whose behalf a request is made.

use super::{Role, Scope, Scopes};
use crate::conversation::ParticipantId;
use std::fmt;

/// An agent, as a ticketing tool knows them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgentKey {
    /// The ticketing tool, for example `zendesk`.
    pub source: String,
    /// Identifier within the source.
    pub id: ParticipantId,
}

/// What a request was recognised by. Written as `user:7` or `token:7`, so that the audit log tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Credential {
    /// A signed-in browser's session; the user's row.
    User(i64),
    /// A token; its row.
    Token(i64),
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Token(id) => write!(f, "token:{id}"),
        }
    }
}

/// On whose behalf a request is made, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What it was recognised by.
    pub credential: Credential,
    /// Name shown to people.
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// What it may do: never more than [`Role::scopes`].
    scopes: Scopes,
    /// Who they are in the ticketing tool, where they write to customers. It binds [`Role::Agent`] only: a team
    /// lead may answer tickets and review those of others.
    pub agent: Option<AgentKey>,
}

impl Principal {
    /// A principal with as many of `scopes` as its role allows.
    #[must_use]
    pub fn new(credential: Credential, name: String, role: Role, scopes: Scopes, agent: Option<AgentKey>) -> Self {
        Self { credential, name, role, scopes: scopes.and(role.scopes()), agent }
    }

    /// What it may do.
    #[must_use]
    pub const fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// Whether it may do what `scope` names.
    #[must_use]
    pub const fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(scope)
    }

    /// Whether it may see everybody's scores and messages: all but [`Role::Agent`].
    #[must_use]
    pub fn may_see_everybody(&self) -> bool {
        self.may(Scope::Read) && self.role != Role::Agent
    }

    /// Whether it may see the scores and messages of `agent`: an agent only their own. An agent whose
    /// identity in the ticketing tool is not known sees nobody's.
    #[must_use]
    pub fn may_see(&self, agent: &AgentKey) -> bool {
        self.may_see_everybody() || (self.may(Scope::Read) && self.agent.as_ref() == Some(agent))
    }
}
