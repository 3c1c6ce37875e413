//! Whether the conversation shows a service failure.
//!
//! In this order: a customer's strong cue; the agent's own words (regret, a named failure), unless
//! the customer says that it was their own or somebody else's doing; two weak cues of different
//! rules. Without any, a question, a request, thanks or praise mean that there is none; a plain
//! statement to a help desk nearly always tells a fault as a bare fact, and counts as one.

use super::{Cue, cue};
use crate::detect::{Detection, Found};
use crate::lexicon::{Kind, Label};

/// A turn of fewer words says nothing of itself.
const LEAST_STATEMENT: u32 = 4;

/// What the turns so far show.
#[derive(Debug, Clone, Default)]
pub(super) struct FailureSigns {
    customer_spoke: bool,
    strong: Option<Cue>,
    regret: Option<Cue>,
    named: Option<Cue>,
    weak: Option<Cue>,
    /// The first weak cue of another rule, or of another question.
    second_weak: Option<Cue>,
    weak_key: Option<WeakKey>,
    /// The customer says that it was their own or somebody else's doing.
    taken_on: bool,
    /// A question, a request, thanks or praise.
    plain: bool,
    /// The first turn long enough to state something.
    statement: Option<Cue>,
}

/// Weak cues of one rule are one, and so are those within one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WeakKey {
    Rule(u32),
    Question { turn: u32, sentence: u32 },
}

impl FailureSigns {
    pub(super) fn hear_customer(&mut self, turn: u32, found: &Found, standing: &[Detection]) {
        self.customer_spoke = true;
        self.plain |= found.asks;
        if found.longest_sentence >= LEAST_STATEMENT && self.statement.is_none() {
            self.statement = Some(Cue { turn, span: found.authored, rule: None, label: None });
        }
        for one in standing {
            match one.label {
                Label::OwnMistake | Label::ThirdPartyFault => self.taken_on = true,
                Label::Request | Label::Praise | Label::Thanks | Label::Resolved => self.plain = true,
                label if shows_failure(label) => self.note(turn, one, standing),
                _ => {}
            }
        }
    }

    fn note(&mut self, turn: u32, one: &Detection, standing: &[Detection]) {
        let asked = one.in_question && askable(one.label) && within_request(one, standing);
        if one.kind != Some(Kind::Weak) && !asked {
            self.strong.get_or_insert(cue(turn, one));
            return;
        }
        let key = if asked { WeakKey::Question { turn, sentence: one.sentence } } else { WeakKey::Rule(one.rule) };
        match self.weak_key {
            None => {
                self.weak_key = Some(key);
                self.weak = Some(cue(turn, one));
            }
            Some(first) if first != key => {
                self.second_weak.get_or_insert(cue(turn, one));
            }
            Some(_) => {}
        }
    }

    pub(super) fn hear_agent(&mut self, turn: u32, found: &Found) {
        for one in found.unconditional() {
            match (one.label, one.kind) {
                (Label::Apology, _) | (Label::FailureNamed, Some(Kind::Regret)) => {
                    self.regret.get_or_insert(cue(turn, one));
                }
                (Label::FailureNamed, kind) if kind != Some(Kind::Weak) => {
                    self.named.get_or_insert(cue(turn, one));
                }
                _ => {}
            }
        }
    }

    /// What shows the failure, if anything does.
    pub(super) fn decide(&self) -> Option<Cue> {
        let by_words = self.strong.or(self.regret);
        if by_words.is_some() || !self.customer_spoke {
            return by_words.or(self.named);
        }
        if self.taken_on {
            return None;
        }
        let weak_pair = self.second_weak.and(self.weak);
        self.named.or(weak_pair).or(if self.plain { None } else { self.statement })
    }
}

/// Whether a customer's words of that label show a failure.
const fn shows_failure(label: Label) -> bool {
    askable(label) || matches!(label, Label::RudeStaff | Label::Anger | Label::Sarcasm | Label::Complaint)
}

/// Whether words of that label may stand in a plain question: "What if it does not arrive?"
const fn askable(label: Label) -> bool {
    matches!(
        label,
        Label::Malfunction
            | Label::Waiting
            | Label::NotReceived
            | Label::ChargedWrongly
            | Label::BrokenPromise
            | Label::RepeatedFailure
    )
}

/// Whether a request in the same sentence starts no later than `one`.
fn within_request(one: &Detection, standing: &[Detection]) -> bool {
    standing.iter().any(|other| {
        other.label == Label::Request && other.sentence == one.sentence && other.span.start <= one.span.start
    })
}
