//! What was read, counted.

use crate::conversation::Conversation;
use crate::reading::MessageReading;
use crate::wire;
use serde::Serialize;
use std::collections::BTreeMap;

/// Counts of a run.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) conversations: usize,
    pub(super) messages: usize,
    pub(super) scored: usize,
    /// Scored messages below the threshold.
    pub(super) below: usize,
    /// The threshold, where there is one.
    pub(super) threshold: Option<f64>,
    /// By code and reason.
    pub(super) not_scored: BTreeMap<(&'static str, String), usize>,
    pub(super) unreadable: Vec<String>,
    sum: f64,
}

#[derive(Serialize)]
pub(super) struct SummaryResult<'t> {
    conversations: usize,
    messages: usize,
    scored: usize,
    mean_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    below_threshold: Option<usize>,
    not_scored: BTreeMap<&'static str, usize>,
    unreadable: &'t [String],
}

impl Tally {
    pub(super) fn add(&mut self, conversation: &Conversation, readings: &[MessageReading], threshold: Option<f64>) {
        self.conversations += 1;
        self.messages += conversation.messages.len();
        self.threshold = threshold;
        for reading in readings {
            if let Some(reason) = wire::not_scored(reading) {
                *self.not_scored.entry((reason.code, reason.reason)).or_default() += 1;
            } else if let Some(score) = reading.score.and_then(|score| score.score) {
                self.scored += 1;
                self.sum += score;
                self.below += usize::from(threshold.is_some_and(|threshold| score < threshold));
            }
        }
    }

    pub(super) fn unreadable(&mut self, problem: String) {
        self.unreadable.push(problem);
    }

    pub(super) const fn failed_to_read(&self) -> bool {
        !self.unreadable.is_empty()
    }

    pub(super) fn mean(&self) -> Option<f64> {
        (self.scored > 0).then(|| self.sum / self.scored as f64)
    }

    pub(super) fn summary(&self) -> SummaryResult<'_> {
        let mut not_scored = BTreeMap::new();
        for ((code, _), count) in &self.not_scored {
            *not_scored.entry(*code).or_default() += count;
        }
        SummaryResult {
            conversations: self.conversations,
            messages: self.messages,
            scored: self.scored,
            mean_score: self.mean().map(|mean| (mean * 100.0).round() / 100.0),
            below_threshold: self.threshold.map(|_| self.below),
            not_scored,
            unreadable: &self.unreadable,
        }
    }
}
