//! What an audit is asked to do.

use super::redact;
use crate::conversation::{Conversation, Message, Participant, Role};
use crate::lexicon::Lexicon;
use crate::promise::{Office, Terms};
use crate::reading::LeastConfidence;
use crate::score::Scorecard;
use crate::trend::{Grain, Minimum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

pub use crate::summary::Agent;

/// What an audit is asked to do.
#[derive(Debug)]
pub struct Plan<'l> {
    /// The rules.
    pub lexicon: &'l Lexicon,
    /// The scorecard.
    pub card: &'l Scorecard,
    /// What is found with less confidence is in doubt, and counts for no finding and no criterion.
    pub least_confidence: LeastConfidence,
    /// Messages before it are context only.
    pub since: Option<Timestamp>,
    /// Messages from it on are context only.
    pub until: Option<Timestamp>,
    /// The agents whose messages count, by identifier or name; all where empty.
    pub agents: BTreeSet<String>,
    /// Teams by the identifier or name of an agent.
    pub teams: BTreeMap<String, String>,
    /// The office's time zone.
    pub zone: TimeZone,
    /// When the office that promises is at work.
    pub office: Office,
    /// How promises are judged.
    pub terms: Terms,
    /// The end of the data, by which promises are judged; the newest message's time where it is not given.
    pub as_of: Option<Timestamp>,
    /// The length of periods.
    pub grain: Grain,
    /// Below it nobody is judged.
    pub minimum: Minimum,
    /// Whether names, addresses and numbers of people are masked in what is written.
    pub redact: bool,
    /// Secret by which agents' names are replaced, where they are.
    pub anonymise: Option<String>,
    /// How many conversations are read side by side.
    pub threads: usize,
    /// Whether the first row that cannot be read ends the audit.
    pub strict: bool,
}

impl Plan<'_> {
    /// The agent who wrote as `participant`.
    #[must_use]
    pub fn agent(&self, participant: &Participant) -> Agent {
        let agent = Agent::of(participant, &self.teams);
        match &self.anonymise {
            Some(secret) => Agent { id: pseudonym(secret, &agent.id), name: None, team: agent.team },
            None => agent,
        }
    }

    /// Whether rows that cannot be read are shown as they stand.
    #[must_use]
    pub const fn shows_raw(&self) -> bool {
        !self.redact
    }

    /// `text` of `conversation` as it is written; `None` where it stays as it is.
    #[must_use]
    pub fn masked(&self, text: &str, conversation: &Conversation) -> Option<String> {
        self.redact.then(|| redact::masked(text, conversation))
    }

    /// Whether `message`, sent at `sent`, counts, or is context only.
    #[must_use]
    pub fn counts(&self, message: &Message, sent: Option<Timestamp>) -> bool {
        let named = |name: Option<&str>| name.is_some_and(|name| self.agents.contains(name));
        let author = &message.author;
        let asked_for =
            self.agents.is_empty() || named(author.id.as_ref().map(|id| id.as_str())) || named(author.name.as_deref());
        // A message without a time cannot be told to be inside a window.
        let inside = match sent {
            None => self.since.is_none() && self.until.is_none(),
            Some(sent) => self.since.is_none_or(|since| sent >= since) && self.until.is_none_or(|until| sent < until),
        };
        author.role == Role::Agent && asked_for && inside
    }
}

/// The same agent has the same name in all results made with the same secret.
fn pseudonym(secret: &str, agent: &str) -> String {
    let mut hash = Sha256::new();
    hash.update((secret.len() as u64).to_le_bytes());
    hash.update(secret.as_bytes());
    hash.update(agent.as_bytes());
    let digest = hash.finalize();
    let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("agent-{short}")
}

/// When each message was sent, as far as it is known.
pub(super) fn times(conversation: &Conversation) -> Vec<Option<Timestamp>> {
    conversation.messages.iter().map(|message| message.sent.as_ref().and_then(|sent| sent.parse().ok())).collect()
}
