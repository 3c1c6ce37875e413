//! `deadlines.toml`: how a language says by when, and what kind of act is promised.
//!
//! A shared file like `classes.toml`. Its rules are read here and matched by [`crate::promise`].
//! Its patterns are those of the house ([`super::pattern`]) with *slots* besides: names in braces
//! that carry a value (`{weekday}`, `{number}`, `{hour}`).

mod first;
mod read;
mod value;

pub(crate) use first::{FirstWords, Lists, PatternList};
pub(super) use read::DeadlinesForm;
pub use value::{Part, Period, Unit, Value};

use super::pattern::Pattern;
use super::rule::{Place, Written};
use serde::Deserialize;

/// What the words of a rule mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// A span from the time of sending: `{number}` times `{unit}`; one where no number is told.
    Span,
    /// The day `days` after the day of sending.
    Day,
    /// The first `{weekday}` after the day of sending.
    Weekday,
    /// The first `{weekday}`, the day of sending included.
    ThisWeekday,
    /// The `{weekday}` of the week after.
    NextWeekday,
    /// `{day-number}` of `{month}`, with `{year}` or without.
    Date,
    /// A date in figures: `{date}`.
    Figures,
    /// `{day-number}` of this month, or of the first later one for which it is still to come.
    DayOfMonth,
    /// The `{period}` under way; with `days`, up to its so-manieth working day.
    Period,
    /// The `{period}` after that.
    NextPeriod,
    /// A time of day: `{hour}` or `{part}`.
    Time,
    /// An empty time: "soon".
    Vague,
    /// Something that must happen first: "once the part is here".
    Event,
}

/// A rule of `deadlines.toml`.
#[derive(Debug)]
pub struct DeadlineRule {
    /// Stable name, unique in the file.
    pub id: String,
    /// One sentence: what it finds.
    pub what: String,
    /// What the words mean.
    pub means: Means,
    /// How many days after the day of sending, or up to which working day of the period.
    pub days: Option<u8>,
    /// Whether it is due before the day or period named begins.
    pub before: bool,
    /// What is looked for, classes looked up.
    pub(crate) patterns: PatternList,
    /// Cancels a match that shares a word with it.
    pub(crate) unless: PatternList,
    /// Sentences with what they come to.
    pub examples: Vec<DeadlineExample>,
    /// Sentences in which this rule finds nothing.
    pub silent: Vec<Written<String>>,
    /// Where it is written.
    pub place: Place,
}

/// A sentence sent at a time, and when what it promises is due.
#[derive(Debug)]
pub struct DeadlineExample {
    /// The sentence; the words that tell the time stand between « and ».
    pub text: Written<String>,
    /// When it is sent: an RFC 3339 time; `None` tries a message without a time.
    pub sent: Option<Written<String>>,
    /// When it is due: an RFC 3339 time; or the reason why that is not known.
    pub due: Written<String>,
}

/// Words by which the kind of a promised act is told.
#[derive(Debug, Default)]
pub(crate) struct ActWords {
    pub(crate) contact: PatternList,
    pub(crate) call: PatternList,
    pub(crate) escalate: PatternList,
}

/// Words that a slot takes for a value.
#[derive(Debug)]
pub(crate) struct SlotWords {
    slot: &'static str,
    name: String,
    pub(crate) value: Value,
    pub(crate) pattern: Pattern,
}

impl SlotWords {
    /// Whether `{name}` takes them: the slot (`part`), or this value of it (`part-noon`).
    pub(crate) fn belong_to(&self, name: &str) -> bool {
        name.strip_prefix(self.slot)
            .is_some_and(|rest| rest.is_empty() || rest.strip_prefix('-').is_some_and(|value| value == self.name))
    }
}

/// How a language tells deadlines; empty where it has no `deadlines.toml`.
#[derive(Debug, Default)]
pub struct Deadlines {
    rules: Vec<DeadlineRule>,
    /// The words of each slot.
    pub(crate) values: Vec<SlotWords>,
    /// What may stand between a day and its time.
    pub(crate) between: Vec<Pattern>,
    /// Opens a condition on which a promise hangs.
    pub(crate) condition: PatternList,
    /// What looks like one and is none.
    pub(crate) no_condition: PatternList,
    pub(crate) acts: ActWords,
    pub(crate) first_words: FirstWords,
}

impl Deadlines {
    /// Its rules, in the order of the file.
    #[must_use]
    pub fn rules(&self) -> &[DeadlineRule] {
        &self.rules
    }
}
