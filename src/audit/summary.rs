//! What an audit adds up: sums that can be merged in any order and give the same figures.

use super::example::Examples;
use crate::conversation::Role;
use crate::reading::{MessageReading, NotScored};
use crate::summary::{Dimension, Group, GroupKey, Part, Recoveries};
use crate::trend::Period;
use std::collections::BTreeMap;

/// What was read, and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Conversations with a message that counts.
    pub conversations: u64,
    /// Conversations left out by the window of time or the choice of agents.
    pub left_out: u64,
    /// Conversations of which the export holds no message.
    pub empty: u64,
    /// Messages by role: customer, agent, bot, system.
    pub roles: [u64; 4],
    /// Agents' messages outside the window of time, or of other agents; read as context only.
    pub context_only: u64,
    /// Agents' messages with a score.
    pub scored: u64,
    /// Agents' messages that were read, and to which no criterion of the scorecard applies.
    pub nothing_to_score: u64,
    /// Agents' messages without a score, by reason.
    pub not_scored: BTreeMap<&'static str, u64>,
    /// Agents' messages without a time.
    pub timeless: u64,
    /// Messages that came more than once.
    pub duplicates: u64,
    /// Messages whose author was taken for an agent, because the export says nothing else.
    pub taken_as_agents: u64,
    /// Rows, messages and lines that could not be read.
    pub rejected: u64,
    /// Conversations with a service failure.
    pub failures: u64,
}

impl Tally {
    /// Counts a message of `role`.
    pub fn role(&mut self, role: Role) {
        let index = match role {
            Role::Customer => 0,
            Role::Agent => 1,
            Role::Bot => 2,
            Role::System => 3,
        };
        self.roles[index] += 1;
    }

    /// Counts an agent's message by what became of it.
    pub fn reading(&mut self, reading: &MessageReading) {
        match (&reading.score, reading.not_scored) {
            (Some(score), _) if score.score.is_some() => self.scored += 1,
            (Some(_), _) => self.nothing_to_score += 1,
            (None, reason) => {
                *self.not_scored.entry(reason.map_or("unknown", NotScored::code)).or_default() += 1;
            }
        }
    }

    /// Agents' messages.
    #[must_use]
    pub const fn agent_messages(&self) -> u64 {
        self.roles[1]
    }

    fn merge(&mut self, other: &Self) {
        for (own, more) in self.roles.iter_mut().zip(other.roles) {
            *own += more;
        }
        for (own, more) in [
            (&mut self.conversations, other.conversations),
            (&mut self.left_out, other.left_out),
            (&mut self.empty, other.empty),
            (&mut self.context_only, other.context_only),
            (&mut self.scored, other.scored),
            (&mut self.nothing_to_score, other.nothing_to_score),
            (&mut self.timeless, other.timeless),
            (&mut self.duplicates, other.duplicates),
            (&mut self.taken_as_agents, other.taken_as_agents),
            (&mut self.rejected, other.rejected),
            (&mut self.failures, other.failures),
        ] {
            *own += more;
        }
        for (reason, more) in &other.not_scored {
            *self.not_scored.entry(reason).or_default() += more;
        }
    }
}

/// How often a rule fired in messages that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fired {
    /// Detections.
    pub detections: u64,
    /// Messages with at least one.
    pub messages: u64,
}

/// All that an audit adds up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// What was read.
    pub tally: Tally,
    /// Groups of messages.
    pub groups: BTreeMap<GroupKey, Group>,
    /// How often each rule of the lexicon fired, by its index.
    pub fired: Vec<Fired>,
    /// How conversations with a service failure went on.
    pub recoveries: Recoveries,
    /// The worst and the best messages.
    pub examples: Examples,
}

impl Summary {
    /// Adds the other's sums.
    pub fn merge(&mut self, other: Self) {
        self.tally.merge(&other.tally);
        for (key, group) in other.groups {
            self.groups.entry(key).or_default().merge(&group);
        }
        if self.fired.len() < other.fired.len() {
            self.fired.resize(other.fired.len(), Fired::default());
        }
        for (own, more) in self.fired.iter_mut().zip(&other.fired) {
            own.detections += more.detections;
            own.messages += more.messages;
        }
        self.recoveries.merge(other.recoveries);
        self.examples.merge(other.examples);
    }

    /// Adds a part of one conversation to a group.
    pub fn group(&mut self, key: GroupKey, part: &Part) -> &mut Group {
        let group = self.groups.entry(key).or_default();
        group.merge(&part.group());
        group
    }

    /// The groups of `dimension` over the whole time, by name.
    pub fn whole(&self, dimension: Dimension) -> impl Iterator<Item = (&str, &Group)> {
        self.groups
            .iter()
            .filter(move |(key, _)| key.dimension == dimension && key.period.is_none())
            .map(|(key, group)| (key.name.as_str(), group))
    }

    /// All messages together.
    #[must_use]
    pub fn all(&self) -> Option<&Group> {
        self.whole(Dimension::All).next().map(|(_, group)| group)
    }

    /// The periods of one group, in order; periods without a message are empty groups.
    #[must_use]
    pub fn periods(&self, dimension: Dimension, name: &str) -> Vec<(Period, Group)> {
        let of = self.groups.iter().filter(|(key, _)| key.dimension == dimension && key.name == name);
        let series = of.filter_map(|(key, group)| Some((key.period?, group.clone()))).collect();
        crate::trend::period::without_gaps(series)
    }
}
