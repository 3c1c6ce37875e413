//! Scorecards: criteria that a message meets, does not meet, or that do not apply to it.
//!
//! The score is the weighted mean over the criteria that apply, from 0 to 100; what does not apply
//! leaves both sums. A failed critical criterion makes it 0, and the score without that is kept
//! beside. Every point is traceable: a criterion is broken or met by detections, each with its words.

mod scorecard;

pub use scorecard::{Applies, Criterion, LabelKind, Scorecard, ScorecardError, digest_of};

use crate::detect::Detection;
use crate::lexicon::{Kind, Label};
use crate::situation::Situation;

/// Something that was found: in a message just read, or kept from an earlier reading.
pub trait Labelled {
    /// What was found.
    fn label(&self) -> Label;
    /// Which kind of it.
    fn kind(&self) -> Option<Kind>;
}

impl Labelled for Detection {
    fn label(&self) -> Label {
        self.label
    }

    fn kind(&self) -> Option<Kind> {
        self.kind
    }
}

impl Labelled for LabelKind {
    fn label(&self) -> Label {
        self.label
    }

    fn kind(&self) -> Option<Kind> {
        self.kind
    }
}

/// How a criterion stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The message does what the criterion asks.
    Met,
    /// It does not.
    Unmet,
    /// The criterion asks nothing of this message.
    NotApplicable,
}

impl Verdict {
    /// The name used in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Unmet => "unmet",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// How a message does by a scorecard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MessageScore {
    /// Bit `n`: criterion `n` of the scorecard is met.
    met: u64,
    /// Bit `n`: criterion `n` is not met.
    unmet: u64,
    /// 0 to 100; `None` where no criterion applies.
    pub score: Option<f64>,
    /// The score as it would be without critical criteria, 0 to 100.
    pub uncritical_score: Option<f64>,
}

impl MessageScore {
    /// A bit for each criterion that is met, in the order of the scorecard.
    #[must_use]
    pub const fn met(&self) -> u64 {
        self.met
    }

    /// A bit for each criterion that is not met.
    #[must_use]
    pub const fn unmet(&self) -> u64 {
        self.unmet
    }

    /// How criterion `index` of the scorecard stands.
    #[must_use]
    pub const fn verdict(&self, index: usize) -> Verdict {
        if self.met >> index & 1 == 1 {
            Verdict::Met
        } else if self.unmet >> index & 1 == 1 {
            Verdict::Unmet
        } else {
            Verdict::NotApplicable
        }
    }
}

/// Criteria of a scorecard by how they stand, a bit for each.
#[derive(Debug, Clone, Copy)]
struct Verdicts {
    met: u64,
    unmet: u64,
}

/// Scores a message by `card`, from what it says and the situation that it answers.
#[must_use]
pub fn score(card: &Scorecard, detections: &[impl Labelled], situation: &Situation) -> MessageScore {
    summed(card, verdicts(card, detections, situation))
}

/// The score where only the detections `sure`, a part of `all`, are sure enough to count.
///
/// A criterion that stands otherwise without the doubtful ones is left out, as one that does not apply: words
/// that may not mean it are held neither against a message nor for it.
#[must_use]
pub fn score_of_sure<L: Labelled>(card: &Scorecard, all: &[L], sure: &[L], situation: &Situation) -> MessageScore {
    let (with, without) = (verdicts(card, all, situation), verdicts(card, sure, situation));
    summed(card, Verdicts { met: with.met & without.met, unmet: with.unmet & without.unmet })
}

fn verdicts(card: &Scorecard, detections: &[impl Labelled], situation: &Situation) -> Verdicts {
    let mut verdicts = Verdicts { met: 0, unmet: 0 };
    for (index, criterion) in card.criteria.iter().enumerate() {
        if !criterion.applies.iter().all(|applies| holds(*applies, detections, situation)) {
            continue;
        }
        let broken = criterion.broken_by.iter().any(|label| detections.iter().any(|one| label.is(one)));
        let done = criterion.met_by.is_empty()
            || criterion.met_by.iter().any(|label| detections.iter().any(|one| label.is(one)));
        if done && !broken {
            verdicts.met |= 1 << index;
        } else {
            verdicts.unmet |= 1 << index;
        }
    }
    verdicts
}

fn summed(card: &Scorecard, Verdicts { met, unmet }: Verdicts) -> MessageScore {
    let (mut weight, mut reached, mut critical_failure) = (0.0, 0.0, false);
    for (index, criterion) in card.criteria.iter().enumerate() {
        if met >> index & 1 == 1 {
            weight += criterion.weight;
            reached += criterion.weight;
        } else if unmet >> index & 1 == 1 {
            weight += criterion.weight;
            critical_failure |= criterion.critical;
        }
    }
    let uncritical_score = (weight > 0.0).then(|| 100.0 * reached / weight);
    let score = uncritical_score.map(|score| if critical_failure { 0.0 } else { score });
    MessageScore { met, unmet, score, uncritical_score }
}

fn holds(applies: Applies, detections: &[impl Labelled], situation: &Situation) -> bool {
    let says = |label: Label| detections.iter().any(|one| one.label() == label);
    match applies {
        Applies::ServiceFailure => situation.service_failure,
        Applies::ApologyDue => situation.apology_due,
        Applies::FollowUpDue => situation.follow_up_due,
        Applies::Commitment => says(Label::FollowUp),
        Applies::Fix => says(Label::Repair) || says(Label::Compensation),
    }
}

/// The detections of `criterion` that broke it or met it: its evidence.
pub fn evidence<'d>(criterion: &'d Criterion, detections: &'d [Detection]) -> impl Iterator<Item = &'d Detection> {
    detections.iter().filter(|one| criterion.broken_by.iter().chain(&criterion.met_by).any(|label| label.is(*one)))
}
