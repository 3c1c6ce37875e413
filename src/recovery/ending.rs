//! How a conversation ended.

use super::{Moment, complaint, moment, numbered, settled};
use crate::detect::Detection;
use crate::lexicon::Label;
use crate::promise::Turn;

/// How a conversation ended, as far as its words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Resolved: the last that the customer had to say was thanks, praise or that it is settled.
    CustomerContent(Moment),
    /// Resolved: the agent's side said that it is settled, and the customer was silent.
    SettledAndSilence(Moment),
    /// Not known to be resolved: the customer had the last word, and it was none of content.
    CustomerWaits(Moment),
    /// Not known to be resolved: the agent's side had the last word, and did not say that it is settled.
    CompanyLast(Moment),
    /// Nobody said anything.
    Nothing,
}

impl Ending {
    /// How the conversation of `turns` ended.
    pub(super) fn of(turns: &[Turn<'_>]) -> Self {
        let spoken = |turn: &Turn<'_>| turn.is_of_customer() || turn.is_of_company();
        let Some((index, last)) = numbered(turns, spoken).last() else { return Self::Nothing };
        if let Some((at, turn, one)) = content_of_customer(turns) {
            return Self::CustomerContent(moment(at, turn, Some(one)));
        }
        if last.is_of_customer() {
            return Self::CustomerWaits(moment(index, last, complaint(last)));
        }
        match settled(last) {
            Some(one) => Self::SettledAndSilence(moment(index, last, Some(one))),
            None => Self::CompanyLast(moment(index, last, None)),
        }
    }

    /// Whether the words tell that the matter was resolved.
    #[must_use]
    pub const fn is_resolved(&self) -> bool {
        matches!(self, Self::CustomerContent(_) | Self::SettledAndSilence(_))
    }

    /// The name used in answers.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CustomerContent(_) => "customer_content",
            Self::SettledAndSilence(_) => "settled_and_silence",
            Self::CustomerWaits(_) => "customer_waits",
            Self::CompanyLast(_) => "company_last",
            Self::Nothing => "nothing",
        }
    }
}

/// The customer's last message that tells how they feel about the answers: its index, it, and its words of
/// content; `None` where it complains or asks for more. Thanks before the first answer are mere manners.
fn content_of_customer<'s, 't>(turns: &'s [Turn<'t>]) -> Option<(u32, &'s Turn<'t>, &'t Detection)> {
    let (first_answer, _) = numbered(turns, Turn::is_of_company).next()?;
    let find = |turn: &Turn<'t>, labels: &[Label]| {
        let detections = &turn.reading.detections;
        labels.iter().find_map(|label| detections.iter().find(|one| one.label == *label))
    };
    let wants = |turn: &Turn<'t>| complaint(turn).is_some() || find(turn, &[Label::Request]).is_some();
    let content = |turn: &Turn<'t>| find(turn, &[Label::Resolved, Label::Thanks, Label::Praise]);
    let (index, turn) = numbered(turns, Turn::is_of_customer)
        .filter(|(index, turn)| *index > first_answer && (wants(turn) || content(turn).is_some()))
        .last()?;
    content(turn).filter(|_| !wants(turn)).map(|one| (index, turn, one))
}
