//! What may be done, and the roles that bundle it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use utoipa::ToSchema;

/// One kind of thing that may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Have a draft or a conversation scored without storing it.
    Score,
    /// Store conversations and messages, upload exports.
    Ingest,
    /// Read messages, conversations, scores, trends and promises; [`Principal::may_see`] says whose.
    ///
    /// [`Principal::may_see`]: super::Principal::may_see
    Read,
    /// Write verdicts and comments beside the machine's.
    Review,
    /// Take everything out as a file.
    Export,
    /// Delete what is stored about a customer or a conversation.
    Erase,
    /// Users, tokens, settings, retention, the audit log, scoring everything again.
    Manage,
}

impl Scope {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::Score, Self::Ingest, Self::Read, Self::Review, Self::Export, Self::Erase, Self::Manage];

    /// The name, as it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Review => "review",
            Self::Export => "export",
            Self::Erase => "erase",
            Self::Manage => "manage",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of scopes. As text their names with spaces between them, as OAuth has it (RFC 6749 §3.3); in JSON a list.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[schema(value_type = Vec<Scope>)]
#[serde(into = "Vec<Scope>", from = "Vec<Scope>")]
pub struct Scopes(u8);

impl Scopes {
    /// No scope at all.
    pub const NONE: Self = Self(0);

    /// Exactly `scopes`.
    #[must_use]
    pub const fn of(scopes: &[Scope]) -> Self {
        let (mut bits, mut index) = (0, 0);
        while index < scopes.len() {
            bits |= scopes[index].bit();
            index += 1;
        }
        Self(bits)
    }

    /// Whether `scope` is among them.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether every one of them is in `other` too.
    #[must_use]
    pub const fn are_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Each of them, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl From<Vec<Scope>> for Scopes {
    fn from(scopes: Vec<Scope>) -> Self {
        scopes.into_iter().collect()
    }
}

impl From<Scopes> for Vec<Scope> {
    fn from(scopes: Scopes) -> Self {
        scopes.iter().collect()
    }
}

/// What a user or a token is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the service: everything.
    Admin,
    /// Reads everybody's messages, writes reviews, exports.
    Reviewer,
    /// Writes to customers: has drafts scored and sees their own scores only.
    Agent,
    /// A program: a ticketing tool that brings messages and asks for scores, a dashboard that reads them.
    Integration,
}

impl Role {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Reviewer, Self::Agent, Self::Integration];

    /// The name, as it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Reviewer => "reviewer",
            Self::Agent => "agent",
            Self::Integration => "integration",
        }
    }

    /// The most that this role may do.
    #[must_use]
    pub const fn scopes(self) -> Scopes {
        match self {
            Self::Admin => Scopes::of(&Scope::ALL),
            Self::Reviewer => Scopes::of(&[Scope::Score, Scope::Read, Scope::Review, Scope::Export]),
            Self::Agent => Scopes::of(&[Scope::Score, Scope::Read]),
            Self::Integration => Scopes::of(&[Scope::Score, Scope::Ingest, Scope::Read, Scope::Export]),
        }
    }
}

/// A name that no role, or no scope, has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{name}` is no {what}; allowed: {allowed}")]
pub struct UnknownName {
    name: String,
    what: &'static str,
    allowed: String,
}

fn named<T: Copy>(name: &str, what: &'static str, all: &[T], name_of: fn(T) -> &'static str) -> Result<T, UnknownName> {
    all.iter().copied().find(|one| name_of(*one) == name).ok_or_else(|| {
        let allowed = all.iter().map(|one| name_of(*one)).collect::<Vec<_>>().join(", ");
        UnknownName { name: name.to_owned(), what, allowed }
    })
}

impl FromStr for Scope {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        named(name, "scope", &Self::ALL, Self::name)
    }
}

impl FromStr for Role {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        named(name, "role", &Self::ALL, Self::name)
    }
}

impl FromStr for Scopes {
    type Err = UnknownName;

    fn from_str(names: &str) -> Result<Self, UnknownName> {
        names.split_whitespace().map(Scope::from_str).collect()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            write!(f, "{}{scope}", if index == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}
