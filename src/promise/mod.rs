//! What was promised by when, and was it kept.
//!
//! A promise is a commitment that stands in an agent's public message: no offer, nothing that waits
//! for the customer's own step. [`Due`] is when it falls due in the [`Office`]; [`Outcome`] what
//! became of it by what the agent's side wrote next. Pure: the end of the data is a parameter.
//!
//! ```
//! use amends::conversation::neutral;
//! use amends::library::{DEFAULT_SCORECARD, Library};
//! use amends::promise::{Fate, Office, Terms, judge, promises, turns};
//! use amends::reading::Reader;
//!
//! let conversation = neutral::json(br#"{"messages": [
//!   {"author": {"role": "customer"}, "sent": "2026-03-02T09:00:00+01:00", "body": "My lamp came broken!"},
//!   {"author": {"role": "agent"}, "sent": "2026-03-02T10:00:00+01:00", "body": "I'm sorry about the broken lamp. I will email you by Friday noon."},
//!   {"author": {"role": "agent"}, "sent": "2026-03-06T11:00:00+01:00", "body": "I have heard from the depot: a new lamp is packed."}]}"#)?
//!     .remove(0)?;
//! let library = Library::built_in()?;
//! let lexicon = library.lexicon("en").ok_or("no English lexicon")?;
//! let readings = Reader::new(lexicon, library.scorecard(DEFAULT_SCORECARD)?).conversation(&conversation);
//! let turns = turns(&conversation, &readings);
//! let office = Office::in_zone("Europe/Amsterdam")?;
//! let promises = promises(lexicon, &office, &turns);
//! assert_eq!(promises[0].due.map(|due| due.at), Ok("2026-03-06T12:00:00+01:00".parse()?));
//! let outcome = judge(&promises[0], &turns, "2026-03-31T00:00:00Z".parse()?, &Terms::default());
//! assert!(matches!(outcome.fate, Fate::Kept { by_turn: 2, .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calendar;
mod deadline;
mod examples;
mod fate;
mod office;
mod phrase;
mod resolve;
mod tell;
mod turn;

pub use deadline::{Due, Precision, Reason, Undated};
pub use examples::{check, example_count};
pub use fate::{Evidence, Fate, Outcome, Terms, Why, judge};
pub use office::{Office, OfficeError, opening_hours, weekday};
pub use turn::{Turn, turns};

use crate::conversation::ParticipantId;
use crate::detect::Detection;
use crate::lexicon::{Label, Lexicon};
use crate::reading::markup;
use crate::situation;
use crate::text::{Span, Text};
use deadline::{Sentence, Teller};
use jiff::Timestamp;
use phrase::Phrase;

/// What kind of act is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// To write: reply, e-mail, keep posted.
    Contact,
    /// To call: the conversation may not show it.
    Call,
    /// To do something: send, refund, fix, check.
    Do,
    /// To hand it to somebody inside.
    Escalate,
}

impl Act {
    /// The name used in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Call => "call",
            Self::Do => "do",
            Self::Escalate => "escalate",
        }
    }
}

/// Something promised in an agent's public message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Index of the message in the conversation.
    pub turn: u32,
    /// Who wrote it.
    pub author: Option<ParticipantId>,
    /// When it was written.
    pub made: Option<Timestamp>,
    /// The words, in the raw body.
    pub words: Span,
    /// The `follow_up` rule that found them: index into [`Lexicon::rules`].
    pub rule: u32,
    /// What is promised.
    pub act: Act,
    /// Words in the same sentence on which it hangs: "if it is not there by then".
    pub condition: Option<Span>,
    /// When it is due, or why that is not known.
    pub due: Result<Due, Undated>,
}

/// The promises of a conversation, in their order.
///
/// Several commitments to the same act in one sentence are one promise. A question ("shall I call
/// you?") promises nothing, nor does a machine.
#[must_use]
pub fn promises(lexicon: &Lexicon, office: &Office, turns: &[Turn<'_>]) -> Vec<Promise> {
    let teller = Teller::new(lexicon, office);
    turns.iter().enumerate().flat_map(|(index, turn)| of_turn(&teller, index as u32, turn)).collect()
}

fn of_turn(teller: &Teller<'_>, index: u32, turn: &Turn<'_>) -> Vec<Promise> {
    let detections = &turn.reading.detections;
    let stands =
        |one: &&Detection| one.label == Label::FollowUp && !one.in_question && situation::is_free(one, detections);
    let standing: Vec<&Detection> = detections.iter().filter(stands).collect();
    if standing.is_empty() || !turn.is_of_company() {
        return Vec::new();
    }
    let text = Text::read(&turn.message.body, markup(turn.message));
    let mut promises = Vec::new();
    for commitments in standing.chunk_by(|one, next| one.sentence == next.sentence) {
        let sentence = teller.sentence(&text, commitments[0].sentence as usize);
        let condition = condition(teller, &text, &sentence);
        let mut of_sentence: Vec<Promise> = Vec::new();
        for one in commitments {
            let act = act(teller, &text, &sentence, one.span);
            match of_sentence.iter_mut().find(|other| other.act == act) {
                Some(same) => same.words.end = same.words.end.max(one.span.end),
                None => of_sentence.push(Promise {
                    turn: index,
                    author: turn.message.author.id.clone(),
                    made: turn.sent,
                    words: one.span,
                    rule: one.rule,
                    act,
                    condition,
                    due: Err(Undated { reason: Reason::NoTimeTold, told_by: None }),
                }),
            }
        }
        let mut end = u32::MAX;
        for promise in of_sentence.iter_mut().rev() {
            promise.due = teller.due(&text, &sentence, Span::new(promise.words.start, end), turn.sent);
            end = promise.words.start;
        }
        promises.extend(of_sentence);
    }
    promises
}

/// What the words at `span` of a sentence promise to do: the first of its words that tells.
fn act(teller: &Teller<'_>, text: &Text<'_>, sentence: &Sentence<'_>, span: Span) -> Act {
    let inside = |word: &&phrase::Word<'_>| span.contains(text.raw_span(word.plain));
    let first = sentence.words.iter().position(|word| inside(&word)).unwrap_or(0);
    let count = sentence.words.iter().filter(inside).count();
    let phrase = Phrase { words: &sentence.words[first..first + count], deadlines: teller.deadlines };
    let acts = &teller.deadlines.acts;
    let kinds = [(Act::Call, &acts.call), (Act::Escalate, &acts.escalate), (Act::Contact, &acts.contact)];
    let found = kinds.iter().filter_map(|(act, patterns)| {
        let (range, _) = phrase.all(patterns).into_iter().next()?;
        Some((range.start, std::cmp::Reverse(range.end), *act))
    });
    found.min_by_key(|(start, end, _)| (*start, *end)).map_or(Act::Do, |(.., act)| act)
}

/// The words that open a condition in a sentence.
fn condition(teller: &Teller<'_>, text: &Text<'_>, sentence: &Sentence<'_>) -> Option<Span> {
    let words = &sentence.words;
    let phrase = Phrase { words, deadlines: teller.deadlines };
    let void = phrase.all(&teller.deadlines.no_condition);
    let opens = phrase.all(&teller.deadlines.condition);
    let (range, _) = opens
        .into_iter()
        .find(|(range, _)| !void.iter().any(|(other, _)| other.start < range.end && range.start < other.end))?;
    Some(text.raw_span(Span::new(words[range.start].plain.start, words[range.end - 1].plain.end)))
}
