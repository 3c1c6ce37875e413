//! The pass over the columns that counts messages and scores by value.
//!
//! Values are numbers within a segment, so that counting is one addition at an index; they become
//! text once a segment. Twice as fast as the search library's own aggregations
//! with a sub-aggregation of scores, and exact however many values there are.

use super::facets::FacetBy;
use super::schema::SCORE;
use std::collections::BTreeMap;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// How many messages, and the sum of their scores.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) messages: u64,
    pub(super) with_score: u64,
    sum: f64,
}

impl Tally {
    fn count(&mut self, score: Option<f64>) {
        self.messages += 1;
        if let Some(score) = score {
            self.with_score += 1;
            self.sum += score;
        }
    }

    fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.with_score += other.with_score;
        self.sum += other.sum;
    }

    pub(super) fn mean_score(&self) -> Option<f64> {
        (self.with_score > 0).then(|| self.sum / self.with_score as f64)
    }
}

/// Counts by each of these.
pub(super) struct Counts {
    pub(super) by: Vec<FacetBy>,
}

/// All messages together, and for each that was asked the messages by value.
type Counted = (Tally, Vec<BTreeMap<String, Tally>>);

impl Collector for Counts {
    type Fruit = Counted;
    type Child = SegmentCounts;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentCounts> {
        let columns = segment.fast_fields();
        let mut by = Vec::with_capacity(self.by.len());
        for one in &self.by {
            // A segment in which nobody has a value has no column.
            by.push(columns.str(one.name())?.map(|values| (vec![Tally::default(); values.num_terms()], values)));
        }
        Ok(SegmentCounts { score: columns.f64(SCORE)?, all: Tally::default(), by })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<tantivy::Result<Counted>>) -> tantivy::Result<Counted> {
        let mut merged: Counted = (Tally::default(), vec![BTreeMap::new(); self.by.len()]);
        for segment in segments {
            let (all, by) = segment?;
            merged.0.add(all);
            for (whole, part) in merged.1.iter_mut().zip(by) {
                part.into_iter().for_each(|(value, tally)| whole.entry(value).or_default().add(tally));
            }
        }
        Ok(merged)
    }
}

/// The counts of one segment.
pub(super) struct SegmentCounts {
    score: Column<f64>,
    all: Tally,
    /// For each that was asked the tallies by the number of the value, and the values.
    by: Vec<Option<(Vec<Tally>, StrColumn)>>,
}

impl SegmentCollector for SegmentCounts {
    type Fruit = tantivy::Result<Counted>;

    fn collect(&mut self, document: DocId, _: Score) {
        let score = self.score.first(document);
        self.all.count(score);
        for (tallies, values) in self.by.iter_mut().flatten() {
            for value in values.term_ords(document) {
                if let Some(tally) = tallies.get_mut(value as usize) {
                    tally.count(score);
                }
            }
        }
    }

    fn harvest(self) -> tantivy::Result<Counted> {
        let mut by = Vec::with_capacity(self.by.len());
        for one in self.by {
            let mut named = BTreeMap::new();
            if let Some((tallies, values)) = one {
                for (value, tally) in tallies.into_iter().enumerate().filter(|(_, tally)| tally.messages > 0) {
                    let mut name = String::new();
                    values.ord_to_str(value as u64, &mut name)?;
                    named.insert(name, tally);
                }
            }
            by.push(named);
        }
        Ok((self.all, by))
    }
}
