//! What a message answers: is there a service failure, is an apology due, is a follow-up due.
//!
//! Told from the conversation up to and including the message, by cues of the customer's and the
//! agent's words. Every answer keeps the words that gave it.

use crate::detect::{Detection, Found};
use crate::lexicon::{Family, Kind, Label, Lexicon};
use crate::text::Span;

/// Words of some turn that tell about the situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cue {
    /// Index of the turn in the conversation.
    pub turn: u32,
    /// The words, in that turn's raw body.
    pub span: Span,
    /// Index into [`Lexicon::rules`].
    pub rule: u32,
    /// What they show.
    pub label: Label,
}

/// What a message answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Situation {
    /// The company, its product, staff or partners let the customer down, or the customer sees it so.
    pub service_failure: bool,
    /// A failure stands for which no agent has apologised before this message.
    pub apology_due: bool,
    /// Once this message is sent something is still open on the company's side.
    pub follow_up_due: bool,
    /// What shows the failure.
    pub failure_cue: Option<Cue>,
    /// The earlier apology, where one was made.
    pub apology_cue: Option<Cue>,
    /// What shows that nothing, or nothing of the company's, is open.
    pub closing_cue: Option<Cue>,
}

/// The turns so far, as far as the situation needs them.
#[derive(Debug, Clone, Default)]
pub struct History {
    turns: u32,
    failure: Option<Cue>,
    weak: Option<Cue>,
    weak_count: u32,
    apology: Option<Cue>,
}

impl History {
    /// Takes in a customer's turn.
    pub fn hear_customer(&mut self, lexicon: &Lexicon, found: &Found) {
        for one in found.unconditional(lexicon) {
            if shows_failure(one.label) {
                self.note(one);
            }
        }
        self.turns += 1;
    }

    /// Takes in an agent's turn, with what stands in it.
    pub fn hear_agent(&mut self, lexicon: &Lexicon, found: &Found, detections: &[Detection]) {
        for one in found.unconditional(lexicon).filter(|one| admits_failure(one.label)) {
            self.note(one);
        }
        if self.apology.is_none() {
            self.apology = detections.iter().find(|one| one.label == Label::Apology).map(|one| self.cue(one));
        }
        self.turns += 1;
    }

    /// Takes in a turn that says nothing of the situation (a note, a bot).
    pub const fn skip(&mut self) {
        self.turns += 1;
    }

    fn cue(&self, detection: &Detection) -> Cue {
        Cue { turn: self.turns, span: detection.span, rule: detection.rule, label: detection.label }
    }

    fn note(&mut self, detection: &Detection) {
        let cue = self.cue(detection);
        if detection.kind == Some(Kind::Weak) {
            self.weak_count += 1;
            self.weak.get_or_insert(cue);
            if self.weak_count >= 2 && self.failure.is_none() {
                self.failure = Some(cue);
            }
        } else {
            self.failure.get_or_insert(cue);
        }
    }

    /// The situation that an agent's message with `found` answers.
    #[must_use]
    pub fn situation(&self, lexicon: &Lexicon, found: &Found) -> Situation {
        let mut now = self.clone();
        for one in found.unconditional(lexicon).filter(|one| admits_failure(one.label)) {
            now.note(one);
        }
        let service_failure = now.failure.is_some();
        let labels = found.labels(lexicon);
        let closing = found
            .unconditional(lexicon)
            .find(|one| matches!(one.label, Label::Settled | Label::CustomerStep | Label::Repair))
            .map(|one| self.cue(one));
        let pushed_on = labels.contains(Label::BuckPassing) || labels.contains(Label::HandOver);
        Situation {
            service_failure,
            apology_due: service_failure && self.apology.is_none(),
            follow_up_due: service_failure && (closing.is_none() || pushed_on),
            failure_cue: now.failure,
            apology_cue: self.apology,
            closing_cue: closing,
        }
    }
}

/// Whether a customer's words of that label show a failure.
const fn shows_failure(label: Label) -> bool {
    matches!(label.family(), Family::CustomerCue)
        && !matches!(
            label,
            Label::Thanks | Label::Resolved | Label::Request | Label::Praise | Label::ThirdPartyFault | Label::OwnMistake
        )
}

/// Whether an agent's words of that label admit one.
const fn admits_failure(label: Label) -> bool {
    matches!(label, Label::FailureNamed | Label::Apology | Label::Responsibility)
}
