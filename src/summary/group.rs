//! A group of messages, and what it comes to.

use super::Agent;
use super::recovered::Promises;
use crate::trend::{Count, Grain, Period};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// By what messages are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Not at all.
    All,
    /// By who wrote them.
    Agent,
    /// By the team of who wrote them.
    Team,
    /// By how they travelled.
    Channel,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::All, Self::Agent, Self::Team, Self::Channel];

    /// The name used in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Agent => "agent",
            Self::Team => "team",
            Self::Channel => "channel",
        }
    }
}

/// A group of messages: those of an agent, in a week, …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    /// By what.
    pub dimension: Dimension,
    /// Which: the agent's identifier, the team's or channel's name; empty for all.
    pub name: String,
    /// When; `None` for the whole time.
    pub period: Option<Period>,
}

impl GroupKey {
    /// The groups of a message that `agent` sent through `channel`, each over the whole time and, where it is
    /// known when it was `sent`, in its period.
    #[must_use]
    pub fn of_message(
        agent: &Agent,
        channel: Option<&str>,
        sent: Option<Timestamp>,
        grain: Grain,
        zone: &TimeZone,
    ) -> Vec<Self> {
        let period = sent.map(|sent| Period::of(sent, grain, zone));
        let groups = [
            (Dimension::All, Some("")),
            (Dimension::Agent, Some(agent.id.as_str())),
            (Dimension::Team, agent.team.as_deref()),
            (Dimension::Channel, channel),
        ];
        let mut keys = Vec::with_capacity(2 * groups.len());
        for (dimension, name) in groups {
            let Some(name) = name else { continue };
            let whole = Self { dimension, name: name.to_owned(), period: None };
            keys.extend(period.map(|period| Self { period: Some(period), ..whole.clone() }));
            keys.push(whole);
        }
        keys
    }
}

/// What a group of messages comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// The name shown for an agent.
    pub title: Option<String>,
    /// An agent's team.
    pub team: Option<String>,
    /// Conversations with a message of the group.
    pub conversations: u64,
    /// Messages of agents.
    pub messages: u64,
    /// Those with a score.
    pub scored: u64,
    /// Sum of the scores in hundredths: whole numbers add up to the same in any order.
    pub score_hundredths: u64,
    /// The headline findings (met means found), then the scorecard's criteria.
    pub measures: Vec<Count>,
    /// What was promised in them.
    pub promises: Promises,
}

impl Group {
    /// Measure `index`: a headline finding, or a criterion.
    #[must_use]
    pub fn measure(&self, index: usize) -> Count {
        self.measures.get(index).copied().unwrap_or_default()
    }

    /// Mean of the scores, 0 to 100.
    #[must_use]
    pub fn mean_score(&self) -> Option<f64> {
        (self.scored > 0).then(|| self.score_hundredths as f64 / 100.0 / self.scored as f64)
    }

    /// Adds the other's messages.
    pub fn merge(&mut self, other: &Self) {
        // Of two the one that sorts first, so that the order of merging changes nothing.
        for (own, more) in [(&mut self.title, &other.title), (&mut self.team, &other.team)] {
            if own.is_none() || more.is_some() && *more < *own {
                own.clone_from(more);
            }
        }
        self.conversations += other.conversations;
        self.messages += other.messages;
        self.scored += other.scored;
        self.score_hundredths += other.score_hundredths;
        if self.measures.len() < other.measures.len() {
            self.measures.resize(other.measures.len(), Count::default());
        }
        for (own, more) in self.measures.iter_mut().zip(&other.measures) {
            own.merge(more);
        }
        self.promises.merge(&other.promises);
    }
}
