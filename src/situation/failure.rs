//! Whether the conversation shows a service failure.
//!
//! In this order: a customer's strong cue; the agent's own words (regret, a named failure), unless
//! the customer says that it was their own or somebody else's doing. Without any, a question, a
//! request, thanks or praise mean that there is none, whatever the weak cues; a plain statement to a
//! help desk nearly always tells a fault as a bare fact, and counts as one where the agent takes it
//! up as one: asks for something, mends, promises, feels with them, explains away. Banter is answered with banter.
//!
//! Where no customer's turn is shown only the agent's words count, and of words that merely hint at
//! a failure two rules' are needed.

use super::{Cue, cue};
use crate::detect::{Detection, Found};
use crate::lexicon::{Family, Kind, Label};

/// A turn of fewer words says nothing of itself.
const LEAST_STATEMENT: u32 = 4;

/// What the turns so far show.
#[derive(Debug, Clone, Default)]
pub(super) struct FailureSigns {
    customer_spoke: bool,
    strong: Option<Cue>,
    /// The first strong cue that stands although the customer takes a fault on later: anger, a judgement.
    lasting: Option<Cue>,
    regret: Option<Cue>,
    named: Option<Cue>,
    /// The agent's first words that only hint at a failure, and the first of another rule.
    hint: Option<Cue>,
    second_hint: Option<Cue>,
    weak: Option<Cue>,
    /// The customer says that it was their own or somebody else's doing.
    taken_on: bool,
    /// A question, a request, thanks or praise.
    plain: bool,
    /// The first turn long enough to state something.
    statement: Option<Cue>,
    /// The agent asks for something, mends, passes on, defends: says what is said about a fault.
    taken_up: bool,
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
                Label::OwnMistake | Label::ThirdPartyFault => {
                    if self.strong.is_some_and(|first| first.turn < turn) {
                        self.strong = self.lasting;
                    }
                    self.taken_on = true;
                }
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
            if !askable(one.label) {
                self.lasting.get_or_insert(cue(turn, one));
            }
            return;
        }
        self.weak.get_or_insert(cue(turn, one));
    }

    pub(super) fn hear_agent(&mut self, turn: u32, found: &Found) {
        self.taken_up |= found.candidates().any(|one| takes_up(one.label));
        for one in found.unconditional() {
            match (one.label, one.kind) {
                (Label::Apology, _) | (Label::FailureNamed, Some(Kind::Regret)) => {
                    self.regret.get_or_insert(cue(turn, one));
                }
                (Label::FailureNamed, Some(Kind::Weak)) => match self.hint {
                    None => self.hint = Some(cue(turn, one)),
                    Some(first) if first.rule != Some(one.rule) => {
                        self.second_hint.get_or_insert(cue(turn, one));
                    }
                    Some(_) => {}
                },
                (Label::FailureNamed, _) => {
                    self.named.get_or_insert(cue(turn, one));
                }
                _ => {}
            }
        }
    }

    /// What shows the failure, if anything does.
    pub(super) fn decide(&self) -> Option<Cue> {
        let by_words = self.strong.or(self.regret);
        if by_words.is_some() {
            return by_words;
        }
        if !self.customer_spoke {
            return self.named.or(self.second_hint.and(self.hint));
        }
        if self.taken_on {
            return None;
        }
        let told = self.weak.or(if self.taken_up { self.statement } else { None });
        self.named.or(if self.plain { None } else { self.statement.and(told) })
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

/// Whether an agent's words of that label answer a fault rather than small talk.
const fn takes_up(label: Label) -> bool {
    matches!(label.family(), Family::BreaksTrust)
        || matches!(
            label,
            Label::CustomerStep
                | Label::HandOver
                | Label::FailureNamed
                | Label::Repair
                | Label::Compensation
                | Label::Responsibility
                | Label::Prevention
                | Label::RemedyInquiry
                | Label::SatisfactionCheck
                | Label::FollowUp
                | Label::Acknowledgement
                | Label::Empathy
        )
}

/// Whether a request in the same sentence starts no later than `one`.
fn within_request(one: &Detection, standing: &[Detection]) -> bool {
    standing.iter().any(|other| {
        other.label == Label::Request && other.sentence == one.sentence && other.span.start <= one.span.start
    })
}
