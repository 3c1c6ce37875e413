//! A conversation as a whole: how soon it was made good, and whether it ended well.
//!
//! Pure: from the turns and what was read in them; the end of the data is a parameter. The order of
//! the messages is believed; a duration between two messages of which one has no time, or whose
//! times contradict that order, is not known: `None`, never 0. Notes, bots and automatic answers
//! count for nothing.

mod ending;

pub use ending::Ending;

use crate::detect::Detection;
use crate::lexicon::{Kind, Label, Lexicon};
use crate::promise::{self, Office, Outcome, Promise, Terms, Turn};
use crate::text::Span;
use jiff::{SignedDuration, Timestamp};

/// Apologies in one message beyond which they are drawn out: it is custom to say sorry at the start and
/// once more at the end, and a third one asks the customer to console the writer ("Regain trust":
/// apologise at once and hold the drama).
pub const MOST_APOLOGIES_IN_A_MESSAGE: usize = 2;

/// Messages that apologise, with no new complaint between them, beyond which it is drawn out: the first
/// answer, the news on the way and the close may each say it once.
pub const MOST_APOLOGISING_MESSAGES: usize = 3;

/// A place in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Index of the message.
    pub turn: u32,
    /// When it was sent.
    pub at: Option<Timestamp>,
    /// The words in its raw body; `None` where the message as a whole tells.
    pub span: Option<Span>,
    /// The rule that found them: index into [`Lexicon::rules`].
    pub rule: Option<u32>,
}

/// The first apology after the first complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApologyAfter {
    /// Where it stands.
    pub moment: Moment,
    /// How long after the complaint.
    pub after: Option<SignedDuration>,
    /// In which message of the agent's side after the complaint: 1 is the first answer.
    pub answers: u32,
}

/// Too many apologies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverApologising {
    /// The first apology too many.
    pub moment: Moment,
    /// How many there are, in its message or in the messages up to it.
    pub apologies: u32,
    /// Whether they stand in one message ([`MOST_APOLOGIES_IN_A_MESSAGE`]) or are spread over several
    /// ([`MOST_APOLOGISING_MESSAGES`]).
    pub in_one_message: bool,
}

/// The same failure once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureAgain {
    /// The customer's words.
    pub moment: Moment,
    /// The message that had said the matter was settled; `None` where the customer says "again".
    pub settled_in: Option<u32>,
}

/// A question whether all is well, after a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedBack {
    /// The first such question.
    pub moment: Moment,
    /// Whether it came in a message after the fix, not with it.
    pub later: bool,
}

/// The scores of a conversation's messages as one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConversationScore {
    /// The mean, 0 to 100.
    pub mean: f64,
    /// The lowest, 0 to 100.
    pub worst: f64,
    /// The first message that has it.
    pub worst_turn: u32,
    /// How many messages have a score.
    pub messages: u32,
}

/// How a failure was made good.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    /// Where the customer first tells of the failure.
    pub first_complaint: Option<Moment>,
    /// From the customer's first message to the first answer by a person.
    pub time_to_first_response: Option<SignedDuration>,
    /// The first apology after the first complaint.
    pub apology: Option<ApologyAfter>,
    /// An apology for a failure of which the customer had not complained.
    pub proactive_apology: Option<Moment>,
    /// Apologies drawn out.
    pub over_apologising: Option<OverApologising>,
    /// The first sign that the same thing went wrong again.
    pub failure_again: Option<FailureAgain>,
    /// Whether the agent's side asked if the fix worked.
    pub checked_back: Option<CheckedBack>,
    /// How it ended.
    pub ending: Ending,
    /// What was promised, and what became of it.
    pub promises: Vec<(Promise, Outcome)>,
    /// How its messages did; `None` where none has a score.
    pub score: Option<ConversationScore>,
}

impl Recovery {
    /// How the conversation of `turns` went, as known at `now`: the end of the data.
    #[must_use]
    pub fn of(lexicon: &Lexicon, office: &Office, turns: &[Turn<'_>], now: Timestamp, terms: &Terms) -> Self {
        let first_complaint = first_complaint(turns);
        let promises = promise::promises(lexicon, office, turns).into_iter().map(|one| {
            let outcome = promise::judge(&one, turns, now, terms);
            (one, outcome)
        });
        Self {
            time_to_first_response: time_to_first_response(turns),
            apology: first_complaint.and_then(|complaint| apology_after(turns, &complaint)),
            proactive_apology: proactive_apology(turns, first_complaint.as_ref()),
            over_apologising: over_apologising(turns),
            failure_again: failure_again(turns),
            checked_back: checked_back(turns),
            ending: Ending::of(turns),
            promises: promises.collect(),
            score: score(turns),
            first_complaint,
        }
    }
}

/// The turns that `side` picks, with their indexes.
fn numbered<'s, 't>(
    turns: &'s [Turn<'t>],
    side: impl Fn(&Turn<'t>) -> bool + 's,
) -> impl Iterator<Item = (u32, &'s Turn<'t>)> {
    turns.iter().enumerate().filter(move |(_, turn)| side(turn)).map(|(index, turn)| (index as u32, turn))
}

fn moment(index: u32, turn: &Turn<'_>, one: Option<&Detection>) -> Moment {
    Moment { turn: index, at: turn.sent, span: one.map(|one| one.span), rule: one.map(|one| one.rule) }
}

/// Words by which a customer plainly tells of a failure; not those that only ask.
fn complaint<'t>(turn: &Turn<'t>) -> Option<&'t Detection> {
    const COMPLAINS: [Label; 10] = [
        Label::Complaint,
        Label::Malfunction,
        Label::Waiting,
        Label::NotReceived,
        Label::ChargedWrongly,
        Label::RudeStaff,
        Label::BrokenPromise,
        Label::RepeatedFailure,
        Label::Anger,
        Label::Sarcasm,
    ];
    turn.reading
        .detections
        .iter()
        .find(|one| COMPLAINS.contains(&one.label) && one.kind != Some(Kind::Weak) && !one.in_question)
}

/// Words that say that something was done about it.
fn fix<'t>(turn: &Turn<'t>) -> Option<&'t Detection> {
    turn.reading.detections.iter().find(|one| match one.label {
        Label::Settled => one.kind == Some(Kind::Done),
        Label::Repair | Label::Compensation => true,
        _ => false,
    })
}

fn settled<'t>(turn: &Turn<'t>) -> Option<&'t Detection> {
    turn.reading.detections.iter().find(|one| one.label == Label::Settled && one.kind == Some(Kind::Done))
}

fn first_complaint(turns: &[Turn<'_>]) -> Option<Moment> {
    let told = numbered(turns, Turn::is_of_customer)
        .find_map(|(index, turn)| complaint(turn).map(|one| moment(index, turn, Some(one))));
    // What the situation of an answer rests on may be weaker words, or a plain statement.
    let answered = numbered(turns, Turn::is_of_company).find_map(|(_, turn)| turn.reading.situation.failure_cue);
    let shown = answered.and_then(|cue| {
        let turn = turns.get(cue.turn as usize).filter(|turn| turn.is_of_customer())?;
        Some(Moment { turn: cue.turn, at: turn.sent, span: Some(cue.span), rule: cue.rule })
    });
    told.into_iter().chain(shown).min_by_key(|one| one.turn)
}

fn time_to_first_response(turns: &[Turn<'_>]) -> Option<SignedDuration> {
    let (first, customer) = numbered(turns, Turn::is_of_customer).next()?;
    let (_, answer) = numbered(turns, Turn::is_of_company).find(|(index, _)| *index > first)?;
    answer.since(customer.sent)
}

fn apologies<'s>(turn: &'s Turn<'_>) -> impl Iterator<Item = &'s Detection> {
    turn.reading.detections.iter().filter(|one| one.label == Label::Apology)
}

fn apology_after(turns: &[Turn<'_>], complaint: &Moment) -> Option<ApologyAfter> {
    let answers = numbered(turns, Turn::is_of_company).filter(|(index, _)| *index > complaint.turn);
    answers.zip(1..).find_map(|((index, turn), answers)| {
        let one = apologies(turn).next()?;
        Some(ApologyAfter { moment: moment(index, turn, Some(one)), after: turn.since(complaint.at), answers })
    })
}

fn proactive_apology(turns: &[Turn<'_>], complaint: Option<&Moment>) -> Option<Moment> {
    numbered(turns, Turn::is_of_company)
        .take_while(|(index, _)| complaint.is_none_or(|complaint| *index < complaint.turn))
        .filter(|(_, turn)| turn.reading.situation.service_failure)
        .find_map(|(index, turn)| apologies(turn).next().map(|one| moment(index, turn, Some(one))))
}

fn over_apologising(turns: &[Turn<'_>]) -> Option<OverApologising> {
    let mut messages = 0;
    for (index, turn) in numbered(turns, |_| true) {
        if turn.is_of_customer() && complaint(turn).is_some() {
            messages = 0;
        }
        let all: Vec<&Detection> = if turn.is_of_company() { apologies(turn).collect() } else { Vec::new() };
        messages += usize::from(!all.is_empty());
        let found = match all.get(MOST_APOLOGIES_IN_A_MESSAGE) {
            Some(one) => Some((*one, all.len(), true)),
            None => all.first().filter(|_| messages > MOST_APOLOGISING_MESSAGES).map(|one| (*one, messages, false)),
        };
        if let Some((one, apologies, in_one_message)) = found {
            let moment = moment(index, turn, Some(one));
            return Some(OverApologising { moment, apologies: apologies as u32, in_one_message });
        }
    }
    None
}

fn failure_again(turns: &[Turn<'_>]) -> Option<FailureAgain> {
    let mut settled_in = None;
    for (index, turn) in numbered(turns, |_| true) {
        if turn.is_of_company() && settled(turn).is_some() {
            settled_in = Some(index);
        }
        if !turn.is_of_customer() {
            continue;
        }
        let again = turn.reading.detections.iter().find(|one| one.label == Label::RepeatedFailure);
        if again.is_some() {
            return Some(FailureAgain { moment: moment(index, turn, again), settled_in: None });
        }
        if let Some((one, settled_in)) = complaint(turn).zip(settled_in) {
            return Some(FailureAgain { moment: moment(index, turn, Some(one)), settled_in: Some(settled_in) });
        }
    }
    None
}

fn checked_back(turns: &[Turn<'_>]) -> Option<CheckedBack> {
    let mut fixed = false;
    let mut with_fix = None;
    for (index, turn) in numbered(turns, Turn::is_of_company) {
        let check = turn.reading.detections.iter().find(|one| one.label == Label::SatisfactionCheck);
        if check.is_some() && fixed {
            return Some(CheckedBack { moment: moment(index, turn, check), later: true });
        }
        fixed |= fix(turn).is_some();
        if check.is_some() && fixed && with_fix.is_none() {
            with_fix = Some(CheckedBack { moment: moment(index, turn, check), later: false });
        }
    }
    with_fix
}

fn score(turns: &[Turn<'_>]) -> Option<ConversationScore> {
    let scored = numbered(turns, |_| true)
        .filter_map(|(index, turn)| Some((index, turn.reading.score.as_ref().and_then(|score| score.score)?)));
    let scored: Vec<(u32, f64)> = scored.collect();
    let (worst_turn, worst) = scored.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let mean = scored.iter().map(|(_, score)| score).sum::<f64>() / scored.len() as f64;
    Some(ConversationScore { mean, worst, worst_turn, messages: scored.len() as u32 })
}
