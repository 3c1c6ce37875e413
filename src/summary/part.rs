//! The messages of one conversation that belong to one group, counted.

use super::recovered::Promises;
use super::{Group, HEADLINES};
use crate::promise::{Outcome, Promise};
use crate::reading::MessageReading;
use crate::trend::Count;

/// What of a message is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageFigures {
    /// What findings and criteria say; none where nothing is asked of it.
    pub asked: Option<Asked>,
    /// Its score in hundredths of a point.
    pub score_hundredths: Option<u64>,
}

/// What findings and criteria say of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// Whether there is a service failure.
    pub service_failure: bool,
    /// Whether an apology is due.
    pub apology_due: bool,
    /// Whether a follow-up is due.
    pub follow_up_due: bool,
    /// The headline findings, in the order of [`HEADLINES`].
    pub found: [bool; HEADLINES.len()],
    /// A bit for each criterion that is met.
    pub met: u64,
    /// A bit for each criterion that is not.
    pub unmet: u64,
}

impl From<&MessageReading> for MessageFigures {
    fn from(reading: &MessageReading) -> Self {
        let Some(score) = &reading.score else { return Self::default() };
        let situation = &reading.situation;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score is 0 to 100")]
        let hundredths = |score: f64| (score * 100.0).round() as u64;
        Self {
            asked: Some(Asked {
                service_failure: situation.service_failure,
                apology_due: situation.apology_due,
                follow_up_due: situation.follow_up_due,
                found: reading.findings.named().map(|(_, found)| found),
                met: score.met(),
                unmet: score.unmet(),
            }),
            score_hundredths: score.score.map(hundredths),
        }
    }
}

/// The messages of one conversation that belong to one group.
#[derive(Debug, Clone, Default)]
pub struct Part {
    messages: u64,
    scored: u64,
    score_hundredths: u64,
    /// For each measure how many messages met it, and to how many it applied.
    measures: Vec<(u32, u32)>,
    promises: Promises,
}

impl Part {
    /// Adds a message that was read with a scorecard of so many `criteria`.
    pub fn add(&mut self, message: &MessageFigures, criteria: usize) {
        self.messages += 1;
        let Some(asked) = &message.asked else { return };
        self.measures.resize(HEADLINES.len() + criteria, (0, 0));
        let applies = [asked.service_failure, asked.service_failure, asked.apology_due, asked.follow_up_due];
        for ((measure, found), applies) in self.measures.iter_mut().zip(asked.found).zip(applies) {
            // A finger pointed where no failure is seen is one all the same.
            if applies || found {
                measure.0 += u32::from(found);
                measure.1 += 1;
            }
        }
        for (index, measure) in self.measures.iter_mut().skip(HEADLINES.len()).enumerate() {
            if asked.met >> index & 1 == 1 {
                measure.0 += 1;
                measure.1 += 1;
            } else if asked.unmet >> index & 1 == 1 {
                measure.1 += 1;
            }
        }
        if let Some(hundredths) = message.score_hundredths {
            self.scored += 1;
            self.score_hundredths += hundredths;
        }
    }

    /// Adds a promise made in one of the messages.
    pub fn promise(&mut self, promise: &Promise, outcome: &Outcome) {
        self.promised(promise.due.is_ok(), outcome.fate.name());
    }

    /// Adds a promise by whether it says when it is due, and by the name of its [`crate::promise::Fate`].
    pub fn promised(&mut self, dated: bool, fate: &str) {
        self.promises.add(dated, fate);
    }

    /// For each measure how many of the messages met it, and to how many it applied; nothing where nothing was asked.
    #[must_use]
    pub fn measures(&self) -> &[(u32, u32)] {
        &self.measures
    }

    /// The group that holds this conversation's messages alone.
    #[must_use]
    pub fn group(&self) -> Group {
        let count = |&(met, applicable): &(u32, u32)| {
            let mut count = Count::default();
            // Met is never above applicable: both grow together.
            let _ = count.add_conversation(met, applicable);
            count
        };
        Group {
            title: None,
            team: None,
            conversations: 1,
            messages: self.messages,
            scored: self.scored,
            score_hundredths: self.score_hundredths,
            measures: self.measures.iter().map(count).collect(),
            promises: self.promises,
        }
    }
}
