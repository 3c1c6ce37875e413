//! What counts of what was found: the one place where a threshold of confidence is kept.
//!
//! Detections below it are shown as in doubt. They count for no finding and no criterion, and that both ways:
//! what doubtful words would change is held neither against a message nor for it. A doubtful excuse makes no
//! finding, and a doubtful apology makes no missing one. The situation stays, as it is told from cues of which
//! most have no confidence of their own; what is said to be missing has one, and stays unsaid below the threshold.

use super::{Findings, MessageReading};
use crate::detect::Detection;
use crate::lexicon::confidence::{Claim, Confidence};
use crate::lexicon::{Label, Lexicon};
use crate::score::{MessageScore, Scorecard, score, score_of_sure};
use crate::situation::Situation;
use thiserror::Error;

/// What is found with less confidence does not count; 0, where all counts, unless said.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LeastConfidence(f64);

/// Why a number is no threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ThresholdError {
    /// It lies outside 0 to 1.
    #[error("expected a number from 0 to 1, such as 0.6")]
    Outside,
    /// The rules have no confidence that could be below it.
    #[error(
        "these rules have no confidence.toml, so that nothing can be in doubt; \
         `amends eval --write-confidence` measures them"
    )]
    NotMeasured,
}

impl LeastConfidence {
    /// A threshold from 0 to 1 for what is found with `lexicon`.
    ///
    /// # Errors
    /// Where `value` lies outside, or the rules were never measured.
    pub fn new(value: f64, lexicon: &Lexicon) -> Result<Self, ThresholdError> {
        match () {
            () if !(0.0..=1.0).contains(&value) => Err(ThresholdError::Outside),
            () if value > 0.0 && lexicon.measurements().is_none() => Err(ThresholdError::NotMeasured),
            () => Ok(Self(value)),
        }
    }

    /// The threshold, from 0 to 1.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0
    }

    /// Whether what has that confidence counts; what has none, as cues, always does.
    fn admits(self, confidence: Option<Confidence>) -> bool {
        confidence.is_none_or(|confidence| confidence.value >= self.0)
    }
}

/// What detections come to.
pub(super) struct Judged {
    pub(super) in_doubt: Vec<usize>,
    pub(super) findings: Findings,
    pub(super) score: MessageScore,
}

/// What `detections` come to where those below `least` do not count.
pub(super) fn judge(
    lexicon: &Lexicon,
    card: &Scorecard,
    least: LeastConfidence,
    detections: &[Detection],
    situation: &Situation,
) -> Judged {
    let with_all = Findings::of(detections, situation);
    if least.0 <= 0.0 {
        return Judged { in_doubt: Vec::new(), findings: with_all, score: score(card, detections, situation) };
    }
    let doubtful = |one: &Detection| !least.admits(lexicon.confidence(one.rule));
    let in_doubt: Vec<usize> = (0..detections.len()).filter(|&index| doubtful(&detections[index])).collect();
    let sure: Vec<Detection> = detections.iter().filter(|one| !doubtful(one)).copied().collect();
    let without = Findings::of(&sure, situation);
    let claimed = |claim| least.admits(lexicon.claim_confidence(claim));
    let findings = Findings {
        excuse: with_all.excuse && without.excuse,
        finger_pointing: with_all.finger_pointing && without.finger_pointing,
        missing_apology: with_all.missing_apology && without.missing_apology && claimed(Claim::MissingApology),
        missing_follow_up: with_all.missing_follow_up && without.missing_follow_up && claimed(Claim::MissingFollowUp),
    };
    Judged { in_doubt, findings, score: score_of_sure(card, detections, &sure, situation) }
}

impl MessageReading {
    /// Whether the detection at `index` is in doubt.
    #[must_use]
    pub fn is_in_doubt(&self, index: usize) -> bool {
        // In order, and nearly always none.
        self.in_doubt.binary_search(&index).is_ok()
    }

    /// The detections that count.
    pub fn sure(&self) -> impl Iterator<Item = &Detection> {
        self.detections.iter().enumerate().filter(|(index, _)| !self.is_in_doubt(*index)).map(|(_, one)| one)
    }

    /// How far each finding is to be trusted, in the order of [`Findings::named`]: the highest confidence of the
    /// detections that make it, or its own; `None` where it is not made.
    #[must_use]
    pub fn finding_confidences(&self, lexicon: &Lexicon) -> [Option<Confidence>; 4] {
        let highest = |made: bool, label: Label| {
            let of_label = self.sure().filter(|one| made && one.label == label);
            let confidences = of_label.filter_map(|one| lexicon.confidence(one.rule));
            confidences.max_by(|a, b| a.value.total_cmp(&b.value).then(a.n.cmp(&b.n)))
        };
        let own = |made: bool, claim| lexicon.claim_confidence(claim).filter(|_| made);
        let findings = &self.findings;
        [
            highest(findings.excuse, Label::Excuse),
            highest(findings.finger_pointing, Label::FingerPointing),
            own(findings.missing_apology, Claim::MissingApology),
            own(findings.missing_follow_up, Claim::MissingFollowUp),
        ]
    }
}
