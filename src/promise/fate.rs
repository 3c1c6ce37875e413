//! What became of a promise, by what the agent's side wrote next and when.
//!
//! Only a person's public messages keep a promise; notes and bots do not. To report back, any such
//! message will do, also one that only asks again or has no news. To do something, the message must
//! say that it is done. What words cannot tell (a refund or a call without a word) is left open.

use super::turn::Turn;
use super::{Act, Promise, Reason};
use crate::detect::Detection;
use crate::lexicon::{Kind, Label};
use crate::text::Span;
use jiff::{SignedDuration, Timestamp};

/// How generously promises are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// How long an undated promise has to be kept: 7 days, longer than any answer should take.
    pub undated: SignedDuration,
    /// How much later than due is still in time: 5 minutes, because clocks and mail differ.
    pub grace: SignedDuration,
    /// Another message of the agent's side sooner than this, with no word of the customer's between, goes
    /// on with the promise and does not keep it: 10 minutes, at most half the time promised.
    pub same_breath: SignedDuration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            undated: SignedDuration::from_hours(7 * 24),
            grace: SignedDuration::from_mins(5),
            same_breath: SignedDuration::from_mins(10),
        }
    }
}

/// Why nothing is decided about a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// There is time left.
    NotYetDue,
    /// It may have been done without a word in this conversation.
    CannotTell,
    /// It hangs on a condition.
    Conditional,
    /// It waits for an event that the words do not date.
    WaitsForEvent,
    /// The customer said before that the matter is settled.
    NoLongerNeeded,
    /// The messages do not tell when they were sent.
    TimesUnknown,
}

/// What became of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing is decided.
    Open {
        /// Why not.
        why: Why,
    },
    /// It was kept in time, as far as the words tell.
    Kept {
        /// The message that shows it.
        by_turn: u32,
        /// When that was sent.
        at: Option<Timestamp>,
    },
    /// It was kept, or said to be done, after it was due.
    Late {
        /// The message that shows it.
        by_turn: u32,
        /// When that was sent.
        at: Timestamp,
        /// How long after it was due.
        by: SignedDuration,
    },
    /// It was due and nothing came.
    Broken {
        /// When it was due.
        since: Timestamp,
        /// The first message in which the customer asks after it once it was due.
        chased_in: Option<u32>,
    },
    /// Without a date, and nothing came within [`Terms::undated`].
    Unkept {
        /// When that time was over.
        since: Timestamp,
    },
}

impl Fate {
    /// The name used in answers.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Kept { .. } => "kept",
            Self::Late { .. } => "late",
            Self::Broken { .. } => "broken",
            Self::Unkept { .. } => "unkept",
        }
    }
}

/// Words that tell what became of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Index of the message.
    pub turn: u32,
    /// The words in its raw body; `None` where the message as a whole tells.
    pub span: Option<Span>,
    /// The rule that found them: index into [`crate::lexicon::Lexicon::rules`].
    pub rule: Option<u32>,
}

/// What became of a promise, with what tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What became of it.
    pub fate: Fate,
    /// What tells it, the promise's own words first.
    pub evidence: Vec<Evidence>,
}

/// What became of `promise`, made in the conversation of `turns`, as known at `now`: the end of the data.
#[must_use]
pub fn judge(promise: &Promise, turns: &[Turn<'_>], now: Timestamp, terms: &Terms) -> Outcome {
    let own = Evidence { turn: promise.turn, span: Some(promise.words), rule: Some(promise.rule) };
    let course = Course::of(promise, turns, terms);
    let chased = course.chased;
    let (fate, told_by) = match course.end {
        Some((end, evidence)) => (fulfilled(promise, turns, (end, evidence.turn), chased, terms), Some(evidence)),
        None => (unfulfilled(promise, now, chased, terms), chased),
    };
    Outcome { fate, evidence: std::iter::once(own).chain(told_by).collect() }
}

/// What ends the wait for a promise.
#[derive(Debug, Clone, Copy)]
enum End {
    /// The agent's side shows that it is kept.
    Kept,
    /// The customer says that it is done.
    Confirmed,
    /// The customer says that the matter is settled before it was kept.
    Settled,
}

/// What happened after a promise.
struct Course {
    /// What ended the wait, and where.
    end: Option<(End, Evidence)>,
    /// Where the customer first asked after it once it was due.
    chased: Option<Evidence>,
}

impl Course {
    fn of(promise: &Promise, turns: &[Turn<'_>], terms: &Terms) -> Self {
        let mut course = Self { end: None, chased: None };
        let mut answered = false;
        let later = turns.iter().enumerate().skip(promise.turn as usize + 1);
        for (index, turn) in later.map(|(index, turn)| (index as u32, turn)) {
            let evidence = |one: Option<&Detection>| Evidence {
                turn: index,
                span: one.map(|one| one.span),
                rule: one.map(|one| one.rule),
            };
            if turn.is_of_customer() {
                answered = true;
                let resolved = turn.reading.detections.iter().find(|one| one.label == Label::Resolved);
                if resolved.is_some() {
                    let end = if promise.act == Act::Do { End::Confirmed } else { End::Settled };
                    course.end = Some((end, evidence(resolved)));
                    return course;
                }
                if course.chased.is_none() && is_after_due(promise, turn, terms) {
                    course.chased = chase(turn).map(evidence);
                }
            } else if turn.is_of_company() {
                let in_same_breath = !answered && is_same_breath(promise, turn, terms);
                if let Some(by) = fits(promise.act, turn, in_same_breath) {
                    course.end = Some((End::Kept, evidence(by)));
                    return course;
                }
            }
        }
        course
    }
}

/// The time by which it had to be kept, dated or not.
fn bound(promise: &Promise, terms: &Terms) -> Option<Timestamp> {
    match &promise.due {
        Ok(due) => due.at.checked_add(terms.grace).ok(),
        Err(_) => promise.made?.checked_add(terms.undated).ok(),
    }
}

fn is_after_due(promise: &Promise, turn: &Turn<'_>, terms: &Terms) -> bool {
    bound(promise, terms).zip(turn.sent).is_some_and(|(bound, sent)| sent > bound)
}

/// Whether a customer's message asks after something, and the words: anything but bare thanks.
fn chase<'t>(turn: &'t Turn<'_>) -> Option<Option<&'t Detection>> {
    const ASKS: [Label; 8] = [
        Label::BrokenPromise,
        Label::Waiting,
        Label::NotReceived,
        Label::RepeatedFailure,
        Label::Complaint,
        Label::Malfunction,
        Label::Request,
        Label::Anger,
    ];
    let detections = &turn.reading.detections;
    let asked = ASKS.iter().find_map(|label| detections.iter().find(|one| one.label == *label));
    let pleased = turn.says(Label::Thanks) || turn.says(Label::Praise);
    (asked.is_some() || !pleased).then_some(asked)
}

/// Whether `turn` only goes on with the message that promises.
fn is_same_breath(promise: &Promise, turn: &Turn<'_>, terms: &Terms) -> bool {
    let promised = promise.due.ok().zip(promise.made).map(|(due, made)| due.at.duration_since(made) / 2);
    let breath = promised.map_or(terms.same_breath, |half| half.min(terms.same_breath));
    turn.since(promise.made).is_some_and(|since| since < breath)
}

/// Whether a message of the agent's side keeps a promise to do `act`, and the words that show it.
fn fits<'t>(act: Act, turn: &'t Turn<'_>, in_same_breath: bool) -> Option<Option<&'t Detection>> {
    let detections = &turn.reading.detections;
    let promised = |one: &Detection| {
        detections.iter().any(|other| other.label == Label::FollowUp && other.span.overlaps(one.span))
    };
    let done = detections.iter().find(|one| match one.label {
        Label::Settled => one.kind == Some(Kind::Done),
        Label::SatisfactionCheck | Label::Explanation => !promised(one),
        Label::Repair | Label::Compensation => !promised(one) && !one.in_question,
        _ => false,
    });
    let handed = detections.iter().find(|one| one.label == Label::HandOver && !promised(one));
    match act {
        Act::Contact | Act::Call if in_same_breath => done.map(Some),
        Act::Contact | Act::Call => Some(done),
        Act::Do => done.map(Some),
        Act::Escalate => handed.or(done).map(Some),
    }
}

/// The fate of a promise whose wait was ended by `end`.
fn fulfilled(
    promise: &Promise,
    turns: &[Turn<'_>],
    (end, by_turn): (End, u32),
    chased: Option<Evidence>,
    terms: &Terms,
) -> Fate {
    let turn = turns.get(by_turn as usize);
    // A time before the promise contradicts the order of the messages.
    let at =
        turn.filter(|turn| promise.made.is_none() || turn.since(promise.made).is_some()).and_then(|turn| turn.sent);
    let over = bound(promise, terms).zip(at).filter(|(bound, at)| at > bound);
    match (end, over, &promise.due) {
        (End::Settled, None, _) => Fate::Open { why: Why::NoLongerNeeded },
        // When what it hangs on came about is not told.
        (End::Kept | End::Confirmed, Some(_), _) if promise.condition.is_some() => Fate::Kept { by_turn, at },
        (End::Settled, Some(_), _) if promise.condition.is_some() => Fate::Open { why: Why::Conditional },
        // When it was done is not told by one who says later that it is.
        (End::Confirmed, Some(_), _) if chased.is_none() => Fate::Kept { by_turn, at: None },
        (End::Settled, Some((since, _)), Ok(_)) => match (promise.act, chased) {
            (Act::Contact, _) | (_, Some(_)) => {
                Fate::Broken { since: due_or(promise, since), chased_in: chased.map(|one| one.turn) }
            }
            _ => Fate::Open { why: Why::CannotTell },
        },
        (End::Settled, Some((since, _)), Err(_)) if promise.act == Act::Contact => Fate::Unkept { since },
        (End::Settled, Some(_), Err(_)) => Fate::Open { why: Why::CannotTell },
        (_, Some((_, at)), Ok(due)) => Fate::Late { by_turn, at, by: at.duration_since(due.at) },
        (_, Some((since, _)), Err(undated)) if undated.reason != Reason::Event => Fate::Unkept { since },
        (End::Kept | End::Confirmed, ..) => Fate::Kept { by_turn, at },
    }
}

fn due_or(promise: &Promise, otherwise: Timestamp) -> Timestamp {
    promise.due.map_or(otherwise, |due| due.at)
}

/// The fate of a promise of which nothing more is heard.
fn unfulfilled(promise: &Promise, now: Timestamp, chased: Option<Evidence>, terms: &Terms) -> Fate {
    if promise.condition.is_some() {
        return Fate::Open { why: Why::Conditional };
    }
    if matches!(promise.due, Err(undated) if undated.reason == Reason::Event) {
        return Fate::Open { why: Why::WaitsForEvent };
    }
    let Some(bound) = bound(promise, terms) else { return Fate::Open { why: Why::TimesUnknown } };
    if now <= bound {
        return Fate::Open { why: Why::NotYetDue };
    }
    // A refund or a call may come without a word; one who asks after it shows that it did not.
    let shows = match promise.act {
        Act::Contact => true,
        Act::Call | Act::Do => chased.is_some(),
        Act::Escalate => false,
    };
    match promise.due {
        _ if !shows => Fate::Open { why: Why::CannotTell },
        Ok(due) => Fate::Broken { since: due.at, chased_in: chased.map(|one| one.turn) },
        Err(_) => Fate::Unkept { since: bound },
    }
}
