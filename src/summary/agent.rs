//! Who wrote a message, as shown in results.

use crate::conversation::Participant;
use std::collections::BTreeMap;

/// The agent of messages that name none.
const NOBODY: &str = "(unnamed)";

/// An agent as shown in results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Identifier, or name where there is none.
    pub id: String,
    /// Name, where it is not the identifier.
    pub name: Option<String>,
    /// Team, where one is known.
    pub team: Option<String>,
}

impl Agent {
    /// The agent who wrote as `participant`; `teams` are known by the identifier or name of an agent.
    #[must_use]
    pub fn of(participant: &Participant, teams: &BTreeMap<String, String>) -> Self {
        let id = participant.id.as_ref().map(|id| id.as_str().trim()).filter(|id| !id.is_empty());
        let name = participant.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let known = |name: Option<&str>| name.and_then(|name| teams.get(name)).cloned();
        let team = known(id).or_else(|| known(name));
        let shown = id.or(name).unwrap_or(NOBODY);
        Self { id: shown.to_owned(), name: name.filter(|name| *name != shown).map(str::to_owned), team }
    }
}
