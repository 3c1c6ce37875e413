//! The worst and the best messages of an audit, kept with all that is needed to show them.

use super::plan::{Agent, Plan};
use crate::conversation::Conversation;
use crate::lexicon::{Family, Label};
use crate::marked::{self, Segment};
use crate::reading::MessageReading;
use crate::score::Verdict;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// So many of each are kept while reading: more than are shown, so that no agent takes all the places.
const KEPT: usize = 60;

/// Characters of text shown on each side of the evidence.
const AROUND: usize = 160;

/// By what examples are ranked: the score in hundredths, then how much there is to see, then the place, so
/// that the same export gives the same examples.
type Rank = (u64, Reverse<usize>, String, usize);

/// A message to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The conversation.
    pub conversation: String,
    /// Its place in the conversation, from 0.
    pub index: usize,
    /// Who wrote it.
    pub agent: Agent,
    /// When it was sent.
    pub sent: Option<String>,
    /// 0 to 100.
    pub score: f64,
    /// Its text, as much as is shown.
    pub segments: Vec<Segment>,
    /// What was found: the detections that segments point to.
    pub marks: Vec<Mark>,
    /// Criteria that are not met, by their index in the scorecard.
    pub unmet: Vec<usize>,
}

/// Something found in an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What.
    pub label: Label,
    /// The rule: index into [`crate::lexicon::Lexicon::rules`].
    pub rule: u32,
}

/// The worst and the best messages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Examples {
    worst: BTreeMap<Rank, Example>,
    best: BTreeMap<Rank, Example>,
}

impl Examples {
    /// Keeps the message at `index` where it is among the worst or best so far.
    pub fn offer(
        &mut self,
        plan: &Plan<'_>,
        conversation: &Conversation,
        name: &str,
        index: usize,
        agent: &Agent,
        reading: &MessageReading,
    ) {
        let Some(score) = reading.score.and_then(|score| score.score) else { return };
        let kinds = |family: Family| {
            let mut labels: Vec<Label> =
                reading.sure().map(|one| one.label).filter(|label| label.family() == family).collect();
            labels.sort_unstable();
            labels.dedup();
            labels.len()
        };
        let (breaks, restores) = (kinds(Family::BreaksTrust), kinds(Family::RestoresTrust));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score is 0 to 100")]
        let hundredths = (score * 100.0).round() as u64;
        let place = (name.to_owned(), index);
        let example = || Self::example(plan, conversation, name, index, agent, reading, score);
        // A message without a word to show for it is no example, however low its score.
        if breaks > 0 {
            keep(&mut self.worst, (hundredths, Reverse(breaks), place.0.clone(), place.1), example);
        }
        if breaks == 0 && restores > 1 && reading.situation.service_failure {
            keep(&mut self.best, (10_000 - hundredths, Reverse(restores), place.0, place.1), example);
        }
    }

    fn example(
        plan: &Plan<'_>,
        conversation: &Conversation,
        name: &str,
        index: usize,
        agent: &Agent,
        reading: &MessageReading,
        score: f64,
    ) -> Example {
        let message = &conversation.messages[index];
        let found: Vec<_> = reading.sure().filter(|one| one.label.is_behaviour()).cloned().collect();
        let mut segments = marked::excerpt(&marked::segments(message, &found), AROUND);
        for segment in &mut segments {
            if let Some(masked) = plan.masked(&segment.text, conversation) {
                segment.text = masked;
            }
        }
        let verdicts = reading.score.map(|score| {
            let unmet = |index: &usize| score.verdict(*index) == Verdict::Unmet;
            (0..plan.card.criteria.len()).filter(unmet).collect()
        });
        Example {
            conversation: name.to_owned(),
            index,
            agent: agent.clone(),
            sent: message.sent.clone(),
            score,
            segments,
            marks: found.iter().map(|one| Mark { label: one.label, rule: one.rule }).collect(),
            unmet: verdicts.unwrap_or_default(),
        }
    }

    /// Adds those of `other`.
    pub fn merge(&mut self, other: Self) {
        for (rank, example) in other.worst {
            keep(&mut self.worst, rank, || example);
        }
        for (rank, example) in other.best {
            keep(&mut self.best, rank, || example);
        }
    }

    /// The `most` worst, at most two of an agent.
    #[must_use]
    pub fn worst(&self, most: usize) -> Vec<&Example> {
        varied(&self.worst, most)
    }

    /// The `most` best, at most two of an agent.
    #[must_use]
    pub fn best(&self, most: usize) -> Vec<&Example> {
        varied(&self.best, most)
    }
}

fn keep(kept: &mut BTreeMap<Rank, Example>, rank: Rank, example: impl FnOnce() -> Example) {
    let last = kept.last_key_value().map(|(last, _)| last);
    if kept.len() < KEPT || last.is_some_and(|last| rank < *last) {
        kept.insert(rank, example());
        if kept.len() > KEPT {
            kept.pop_last();
        }
    }
}

fn varied(kept: &BTreeMap<Rank, Example>, most: usize) -> Vec<&Example> {
    let mut shown: Vec<&Example> = Vec::new();
    for example in kept.values() {
        let same_agent = shown.iter().filter(|other| other.agent.id == example.agent.id).count();
        let same_words = shown.iter().any(|other| other.segments == example.segments);
        if shown.len() < most && same_agent < 2 && !same_words {
            shown.push(example);
        }
    }
    shown
}
