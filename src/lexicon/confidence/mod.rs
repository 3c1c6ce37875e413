//! How far a detection is to be trusted: from how often its rule was right on messages that people labelled.
//!
//! `confidence.toml`, a shared file of a language like `classes.toml`, keeps two measurements: of messages
//! that no rule was written from (*unseen*), and of messages that rules were written from (*written-from*).
//! The second flatters: a rule is nearly always right on what it was fitted to. Yet it is the larger one, and
//! it does tell which of a label's rules are the weaker ones. So the level comes from unseen messages alone,
//! and the others only tell how a rule stands to its label:
//!
//! 1. The label's precision: right of all on unseen messages, with [`LABEL_WEIGHT`] more messages at the
//!    precision of all labels of its family together. That is the mean of a beta-binomial posterior whose
//!    prior is worth so many messages (Gelman et al., *Bayesian Data Analysis*, §2.4 and §5.1).
//! 2. How much oftener, or less often, than its label the rule is wrong on messages that rules were written
//!    from: its wrong messages by those expected at its label's rate, with [`WRONG_WEIGHT`] more of each, as
//!    relative risks are shrunk towards 1 (Clayton & Kaldor 1987). By that the odds of being wrong are
//!    multiplied. Six of six right, where labels are nearly always right, says next to nothing; six wrong of
//!    eighteen says much.
//! 3. The rule's own count on unseen messages, shrunk towards that as in 1, with [`RULE_WEIGHT`].
//!
//! The weights were chosen, among a few, by what each of two sets of unseen messages, of different origin, told
//! of the other: of detections 82 in 100 were right, 84 by these figures, 88 by plain counts of all messages.
//! There the label told nearly all that could be told; what a rule's own counts add is small as yet.
//!
//! A rule that was not measured has its label's precision. Findings that no single rule makes (a missing
//! apology) and what is said of the situation have one of their own, by step 1.
//!
//! What words without people's labels show (cues) has none.

mod read;
mod write;

use super::label::Label;
pub(super) use read::ConfidenceForm;
use std::collections::{BTreeMap, BTreeSet};

/// How many messages the family's precision weighs in that of a label.
pub const LABEL_WEIGHT: f64 = 8.0;

/// How many wrong messages, as many as expected, weigh in how a rule stands to its label.
pub const WRONG_WEIGHT: f64 = 4.0;

/// How many messages the label's precision weighs in that of a rule.
pub const RULE_WEIGHT: f64 = 20.0;

/// So far from 0 and 1 every confidence stays: no rule is certain.
const MARGIN: f64 = 0.01;

/// How far something found is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    /// How probable it is that people find it too: 0.01 to 0.99, in hundredths, so that what is shown is what
    /// a threshold is compared with.
    pub value: f64,
    /// On how many labelled messages the rule itself was tried; 0 where the figure is its label's.
    pub n: u32,
}

/// What is said of a message by no single rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// The conversation shows a service failure.
    ServiceFailure,
    /// An apology is due.
    ApologyDue,
    /// A follow-up is due.
    FollowUpDue,
    /// An apology is due and none is made.
    MissingApology,
    /// A follow-up is due and none is promised.
    MissingFollowUp,
}

impl Claim {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::ServiceFailure, Self::ApologyDue, Self::FollowUpDue, Self::MissingApology, Self::MissingFollowUp];

    /// The name used in files and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ServiceFailure => "service_failure",
            Self::ApologyDue => "apology_due",
            Self::FollowUpDue => "follow_up_due",
            Self::MissingApology => "missing_apology",
            Self::MissingFollowUp => "missing_follow_up",
        }
    }
}

/// In how many of the messages in which the machine finds something people find it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// So many.
    pub right: u32,
    /// Of so many; never below `right`.
    pub of: u32,
}

impl Share {
    /// Counts a message in which the machine finds something.
    pub const fn count(&mut self, right: bool) {
        self.right += right as u32;
        self.of += 1;
    }

    /// The share, with `weight` more messages at `mean`; `weight` is above 0.
    fn shrunk(self, mean: f64, weight: f64) -> f64 {
        (f64::from(self.right) + weight * mean) / (f64::from(self.of) + weight)
    }
}

/// What was measured on some messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample {
    /// How many messages.
    pub messages: u32,
    /// How many of each corpus.
    pub corpora: BTreeMap<String, u32>,
    /// By label or [`Claim`].
    pub labels: BTreeMap<String, Share>,
    /// By rule.
    pub rules: BTreeMap<String, Share>,
}

/// `confidence.toml`: what was measured, on what, and with which rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measurements {
    /// The day, as YYYY-MM-DD.
    pub measured_on: String,
    /// [`super::Lexicon::rules_digest`] of the rules that were measured.
    pub rules: String,
    /// Who labelled the messages.
    pub readers: String,
    /// Messages that no rule was written from.
    pub unseen: Sample,
    /// Messages that rules were written from.
    pub written_from: Sample,
}

impl Measurements {
    /// The rules that were measured, by name.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        let ids: BTreeSet<&str> = [&self.unseen, &self.written_from]
            .into_iter()
            .flat_map(|sample| sample.rules.keys().map(String::as_str))
            .collect();
        ids.into_iter()
    }

    /// The precision of `label` (or a claim) in new messages.
    fn of_label(&self, name: &str) -> f64 {
        let family = |name: &str| Label::from_name(name).map(Label::family);
        let wanted = family(name);
        let mut all = Share::default();
        for (_, share) in self.unseen.labels.iter().filter(|(other, _)| family(other) == wanted) {
            all.right = all.right.saturating_add(share.right);
            all.of = all.of.saturating_add(share.of);
        }
        let label = self.unseen.labels.get(name).copied().unwrap_or_default();
        // Without any message nothing is known: one half.
        label.shrunk(all.shrunk(0.5, 1.0), LABEL_WEIGHT)
    }

    /// The confidence of a claim.
    #[must_use]
    pub fn claim(&self, claim: Claim) -> Confidence {
        let n = self.unseen.labels.get(claim.name()).map_or(0, |share| share.of);
        Confidence { value: rounded(self.of_label(claim.name())), n }
    }

    /// The confidence of what each of `rules` finds; without a name it is one that was not measured. `None` where
    /// people do not label what it finds.
    pub fn confidences<'r>(&self, rules: impl Iterator<Item = (Option<&'r str>, Label)>) -> Vec<Option<Confidence>> {
        let behaviours = Label::ALL.iter().filter(|label| label.is_behaviour());
        let of_labels: BTreeMap<Label, f64> = behaviours.map(|label| (*label, self.of_label(label.name()))).collect();
        rules.map(|(id, label)| Some(self.rule(id, label, *of_labels.get(&label)?))).collect()
    }

    fn rule(&self, id: Option<&str>, label: Label, of_label: f64) -> Confidence {
        let share = |sample: &Sample| id.and_then(|id| sample.rules.get(id)).copied().unwrap_or_default();
        let (written_from, unseen) = (share(&self.written_from), share(&self.unseen));
        let all = self.written_from.labels.get(label.name()).copied().unwrap_or_default();
        // Half a message more on each side, as none wrong of a few does not mean never.
        let expected = f64::from(written_from.of) * (1.0 - all.shrunk(0.5, 1.0));
        let wrong = f64::from(written_from.of.saturating_sub(written_from.right));
        let odds = (1.0 - of_label) / of_label * (wrong + WRONG_WEIGHT) / (expected + WRONG_WEIGHT);
        let value = rounded(unseen.shrunk(1.0 / (1.0 + odds), RULE_WEIGHT));
        Confidence { value, n: written_from.of.saturating_add(unseen.of) }
    }
}

fn rounded(probability: f64) -> f64 {
    (probability.clamp(MARGIN, 1.0 - MARGIN) * 100.0).round() / 100.0
}
