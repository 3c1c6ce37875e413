//! What a message answers: is there a service failure, is an apology due, is a follow-up due.
//!
//! Told from the conversation up to and including the message, by cues of the customer's and the
//! agent's words. Every answer keeps the words that gave it.

mod failure;
mod follow_up;

use crate::detect::{Detection, Found};
use crate::lexicon::{Label, Lexicon};
use crate::text::Span;
use failure::FailureSigns;
pub(crate) use follow_up::is_free;

/// Words of some turn that tell about the situation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cue {
    /// Index of the turn in the conversation.
    pub turn: u32,
    /// The words, in that turn's raw body.
    pub span: Span,
    /// Index into [`Lexicon::rules`]; `None` where no rule but the turn as a whole gives it: a customer's
    /// plain statement without question, thanks or praise, an agent's answer that only tells.
    pub rule: Option<u32>,
    /// What the rule finds.
    pub label: Option<Label>,
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
    /// What shows that a follow-up is due, or that none is.
    pub follow_up_cue: Option<Cue>,
}

/// The turns so far, as far as the situation needs them.
#[derive(Debug, Clone, Default)]
pub struct History {
    turns: u32,
    signs: FailureSigns,
    apology: Option<Cue>,
    standing: Standing,
}

/// What the turns so far tell of the customer's mind.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    /// The last turn thanks or praises.
    pleased: bool,
    /// Some turn asks for something, says that it happened again or that a promise was broken, or
    /// answers an agent: the customer is waiting, not only telling.
    waits: bool,
}

impl History {
    /// Takes in a customer's turn.
    pub fn hear_customer(&mut self, lexicon: &Lexicon, found: &Found) {
        let standing = found.standing(lexicon, true);
        self.signs.hear_customer(self.turns, found, &standing);
        self.standing.pleased = standing.iter().any(|one| matches!(one.label, Label::Praise | Label::Thanks));
        self.standing.waits |= standing.iter().any(|one| keeps_waiting(one.label));
        self.turns += 1;
    }

    /// Takes in an agent's turn, with what stands in it.
    pub fn hear_agent(&mut self, found: &Found, detections: &[Detection]) {
        self.signs.hear_agent(self.turns, found);
        self.standing.waits = true;
        if self.apology.is_none() {
            self.apology = detections.iter().find(|one| one.label == Label::Apology).map(|one| cue(self.turns, one));
        }
        self.turns += 1;
    }

    /// Takes in a turn that says nothing of the situation (a note, a bot).
    pub const fn skip(&mut self) {
        self.turns += 1;
    }

    /// What shows a service failure to an agent's message with `found`, if anything does.
    #[must_use]
    pub fn failure(&self, found: &Found) -> Option<Cue> {
        let mut signs = self.signs.clone();
        signs.hear_agent(self.turns, found);
        signs.decide()
    }

    /// The situation that an agent's message with `found` answers, given what shows the failure and what stands in it.
    #[must_use]
    pub fn situation(&self, failure_cue: Option<Cue>, found: &Found, detections: &[Detection]) -> Situation {
        let service_failure = failure_cue.is_some();
        let (follow_up_due, told_by) = follow_up::due(found, detections, service_failure, self.standing);
        Situation {
            service_failure,
            apology_due: service_failure && self.apology.is_none(),
            follow_up_due,
            failure_cue,
            apology_cue: self.apology,
            follow_up_cue: match told_by {
                Some(one) => Some(cue(self.turns, one)),
                None if follow_up_due => Some(Cue { turn: self.turns, span: found.authored, rule: None, label: None }),
                None => None,
            },
        }
    }
}

/// The words of `detection` as a cue of turn `turn`.
fn cue(turn: u32, detection: &Detection) -> Cue {
    Cue { turn, span: detection.span, rule: Some(detection.rule), label: Some(detection.label) }
}

/// Whether a customer who says this waits for something still: it is asked for, owed or out of order. What
/// was bad and is over (a meal, a word) is only told.
const fn keeps_waiting(label: Label) -> bool {
    matches!(
        label,
        Label::Request
            | Label::RepeatedFailure
            | Label::BrokenPromise
            | Label::NotReceived
            | Label::Waiting
            | Label::ChargedWrongly
    )
}
