//! Whose messages and scores somebody may see.

use super::problem::Problem;
use crate::access::Principal;
use crate::store::agents;
use rusqlite::Transaction;

/// Whose messages and scores somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Everybody's.
    Everybody,
    /// Those of the agent of that key.
    Own(i64),
    /// Nobody's: an agent of whom no message is known.
    Nobody,
}

impl Sight {
    /// What `caller` may see.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn of(caller: &Principal, transaction: &Transaction<'_>) -> Result<Self, Problem> {
        if caller.may_see_everybody() {
            return Ok(Self::Everybody);
        }
        let own = caller.agent.as_ref().map(|agent| agents::key_of(transaction, agent)).transpose()?.flatten();
        Ok(own.map_or(Self::Nobody, Self::Own))
    }

    /// The one agent whose rows may be seen; `None` where everybody's may.
    #[must_use]
    pub const fn only(self) -> Option<i64> {
        match self {
            Self::Everybody => None,
            Self::Own(agent) => Some(agent),
            // No row has this key.
            Self::Nobody => Some(0),
        }
    }

    /// Whether what `agent` wrote may be seen.
    #[must_use]
    pub fn holds(self, agent: i64) -> bool {
        self.only().is_none_or(|only| only == agent)
    }
}
