//! Counts over what a query finds: by agent, label, week and so on, with mean scores.

use super::search::Scope;
use super::translate::translate;
use super::{Index, IndexError, schema};
use crate::query::Query;
use serde_json::json;
use tantivy::TantivyError;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::{AggregationResult, AggregationResults, BucketResult, MetricResult};
use tantivy::aggregation::{AggContextParams, AggregationCollector, AggregationLimitsGuard, Key};
use tantivy::collector::Count;

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

/// Memory for counting, in bytes; some hundred times what a thousand agents take.
const MEMORY: u64 = 64_000_000;
/// Distinct values that are counted, over all facets: also the rare ones, or the counts were not exact.
const MOST_VALUES: u32 = 65_000;

impl Index {
    /// Counts what `query` finds by each of `by`, `size` values each.
    ///
    /// # Errors
    /// For no or too many values, and where files cannot be read or there are more than 65,000 values.
    pub fn facets(&self, query: &Query, scope: &Scope, by: &[FacetBy], size: usize) -> Result<Facets, IndexError> {
        if !(1..=Facets::MOST).contains(&size) {
            return Err(IndexError::Size(size));
        }
        let scores = json!({ "stats": { "field": schema::SCORE } });
        let mut asked = serde_json::Map::new();
        asked.insert(SCORES.to_owned(), scores.clone());
        for by in by {
            let order = if by.is_period() { json!({ "_key": "desc" }) } else { json!({ "_count": "desc" }) };
            let terms = json!({ "field": by.name(), "size": MOST_VALUES, "segment_size": MOST_VALUES, "order": order });
            asked.insert(by.name().to_owned(), json!({ "terms": terms, "aggs": { SCORES: scores.clone() } }));
        }
        let asked: Aggregations = serde_json::from_value(asked.into())?;
        let limits = AggregationLimitsGuard::new(Some(MEMORY), Some(MOST_VALUES));
        let context = AggContextParams::new(limits, self.inner.tokenizers().clone());
        let collector = (Count, AggregationCollector::from_aggs(asked, context));
        let query = translate(query, scope, &self.fields);
        let (messages, mut counted) = self.reader.searcher().search(&query, &collector)?;
        let (with_score, mean_score) = scores_of(&counted)?;
        let facets = by.iter().map(|by| facet(*by, counted.0.remove(by.name()), size)).collect::<Result<_, _>>()?;
        Ok(Facets { messages: messages as u64, with_score, mean_score, facets })
    }
}

/// The name of the aggregation of scores.
const SCORES: &str = "scores";

fn facet(by: FacetBy, result: Option<AggregationResult>, size: usize) -> Result<Facet, IndexError> {
    let Some(AggregationResult::BucketResult(BucketResult::Terms { buckets, sum_other_doc_count, .. })) = result else {
        return Err(unexpected(by.name()));
    };
    let mut all = Vec::with_capacity(buckets.len());
    for bucket in buckets {
        let Key::Str(value) = bucket.key else { return Err(unexpected(by.name())) };
        let (with_score, mean_score) = scores_of(&bucket.sub_aggregation)?;
        all.push(Bucket { value, messages: bucket.doc_count, with_score, mean_score });
    }
    // The search library leaves ties in any order.
    if !by.is_period() {
        all.sort_by(|one, other| other.messages.cmp(&one.messages).then_with(|| one.value.cmp(&other.value)));
    }
    let rest = sum_other_doc_count + all.iter().skip(size).map(|bucket| bucket.messages).sum::<u64>();
    all.truncate(size);
    if by.is_period() {
        all.reverse();
    }
    Ok(Facet { by, buckets: all, rest })
}

/// How many have a score, and the mean of them.
fn scores_of(results: &AggregationResults) -> Result<(u64, Option<f64>), IndexError> {
    match results.0.get(SCORES) {
        Some(AggregationResult::MetricResult(MetricResult::Stats(stats))) => Ok((stats.count, stats.avg)),
        _ => Err(unexpected(SCORES)),
    }
}

fn unexpected(name: &str) -> IndexError {
    TantivyError::InternalError(format!("the counts of `{name}` are not of the kind asked for")).into()
}
