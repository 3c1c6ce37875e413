//! Counts over what a query finds: by agent, label, week and so on, with mean scores.

use super::search::Scope;
use super::tally::{Counts, Tally};
use super::translate::translate;
use super::{Index, IndexError, schema};
use crate::query::Query;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FacetBy {
    /// The author's identifier.
    Agent,
    /// The author's team.
    Team,
    /// The channel.
    Channel,
    /// The ticketing tool.
    Source,
    /// Labels and their kinds.
    Label,
    /// Rules.
    Rule,
    /// Headline findings.
    Finding,
    /// Criteria met.
    Met,
    /// Criteria not met.
    Unmet,
    /// Fates of promises.
    Promise,
    /// ISO weeks of the office's zone: `2026-W47`.
    Week,
    /// Months of the office's zone: `2026-11`.
    Month,
}

impl FacetBy {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Agent,
        Self::Team,
        Self::Channel,
        Self::Source,
        Self::Label,
        Self::Rule,
        Self::Finding,
        Self::Met,
        Self::Unmet,
        Self::Promise,
        Self::Week,
        Self::Month,
    ];

    /// The name used in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agent => schema::AGENT,
            Self::Team => schema::TEAM,
            Self::Channel => schema::CHANNEL,
            Self::Source => schema::SOURCE,
            Self::Label => schema::LABEL,
            Self::Rule => schema::RULE,
            Self::Finding => schema::FINDING,
            Self::Met => schema::MET,
            Self::Unmet => schema::UNMET,
            Self::Promise => schema::PROMISE,
            Self::Week => schema::WEEK,
            Self::Month => schema::MONTH,
        }
    }

    /// The one called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }

    const fn is_period(self) -> bool {
        matches!(self, Self::Week | Self::Month)
    }
}

/// The counts of what a query finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Facets {
    /// How many messages it finds.
    pub messages: u64,
    /// How many of them have a score.
    pub with_score: u64,
    /// The mean of those scores; `None` where there is none.
    pub mean_score: Option<f64>,
    /// One for each that was asked, in that order.
    pub facets: Vec<Facet>,
}

impl Facets {
    /// The most values of a facet.
    pub const MOST: usize = 500;
}

/// The counts by one thing. A message with several labels counts for each; one without for none.
#[derive(Debug, Clone, PartialEq)]
pub struct Facet {
    /// By what.
    pub by: FacetBy,
    /// The values with most messages, most first, ties by name; of periods the latest, in the order of time.
    pub buckets: Vec<Bucket>,
    /// The counts of all other values together.
    pub rest: u64,
}

/// The messages with one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// The value as it was written.
    pub value: String,
    /// How many messages.
    pub messages: u64,
    /// How many of them have a score.
    pub with_score: u64,
    /// The mean of those scores; `None` where there is none.
    pub mean_score: Option<f64>,
}

impl Index {
    /// Counts what `query` finds by each of `by`, up to `size` values each. Counts are exact.
    ///
    /// # Errors
    /// For no or too many values, and where files cannot be read.
    pub fn facets(&self, query: &Query, scope: &Scope, by: &[FacetBy], size: usize) -> Result<Facets, IndexError> {
        if !(1..=Facets::MOST).contains(&size) {
            return Err(IndexError::Size(size));
        }
        let asked = translate(query, scope, &self.fields);
        let (all, counted) = self.reader.searcher().search(&asked, &Counts { by: by.to_vec() })?;
        let facets = by.iter().zip(counted).map(|(by, values)| facet(*by, values, size)).collect();
        Ok(Facets { messages: all.messages, with_score: all.with_score, mean_score: all.mean_score(), facets })
    }
}

fn facet(by: FacetBy, values: BTreeMap<String, Tally>, size: usize) -> Facet {
    let bucket = |(value, tally): (String, Tally)| Bucket {
        value,
        messages: tally.messages,
        with_score: tally.with_score,
        mean_score: tally.mean_score(),
    };
    let mut all: Vec<Bucket> = values.into_iter().map(bucket).collect();
    let rest = if by.is_period() {
        // The latest are at the end.
        let rest = all.len().saturating_sub(size);
        all.drain(..rest).map(|bucket| bucket.messages).sum()
    } else {
        all.sort_by_key(|bucket| Reverse(bucket.messages));
        all.drain(size.min(all.len())..).map(|bucket| bucket.messages).sum()
    };
    Facet { by, buckets: all, rest }
}
