//! The reviewer's query language: words, "phrases" and `field:value`, joined by AND, OR and NOT.
//!
//! Pure: a query is text in, a tree out, and knows of no index. Days, weeks and months stay civil,
//! as the office lives them. [`help`] tells every field with an example; page, answers and README
//! show that one list.
//!
//! ```text
//! query   = any
//! any     = all { OR all }
//! all     = one { [AND] one }                  side by side is AND
//! one     = (NOT | -) one | ( any ) | field:value | field:(value OR value …) | word | "phrase"
//! ```
//!
//! ```
//! use amends::query::{Query, Vocabulary};
//!
//! let query = Query::parse(r#"refund -agent:dana (missing:apology OR score:<50)"#, &Vocabulary::default())?;
//! assert_eq!(query.to_string(), "refund NOT agent:dana (finding:missing_apology OR score:<50)");
//! # Ok::<(), amends::query::QueryError>(())
//! ```

mod days;
mod display;
mod error;
mod field;
mod parse;
mod range;

pub use days::Days;
pub use error::QueryError;
pub use field::{FieldHelp, Vocabulary, help};
pub use range::ScoreRange;

use crate::text::Tokens;

/// The longest query, in bytes: far more than people write.
pub const LONGEST: usize = 4_000;
/// How deep parentheses and NOT may nest.
pub const DEEPEST: usize = 32;

/// What a reviewer looks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// Every message: the empty query. Stands alone and in no other.
    All,
    /// Words in this order, compared by stem: a single word, or a phrase. Holds at least one word.
    Text(String),
    /// What is known of the message besides its words.
    Is(Filter),
    /// What the other does not find.
    Not(Box<Self>),
    /// What all find; at least two, none of them itself an `And`.
    And(Vec<Self>),
    /// What any finds; at least two, none of them itself an `Or`.
    Or(Vec<Self>),
}

/// Something known of a message. Names and values are compared without regard to case.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Its author, by identifier or name.
    Agent(String),
    /// Its author's team.
    Team(String),
    /// The channel: mail, chat.
    Channel(String),
    /// The ticketing tool from which it came.
    Source(String),
    /// A label of the codebook was found, or one kind of it: `apology`, `apology:formulaic`.
    Label(String),
    /// A rule matched, by its identifier.
    Rule(String),
    /// A headline finding was made.
    Finding(Finding),
    /// A criterion of the scorecard applied, by its identifier.
    Criterion(String),
    /// A criterion was met.
    Met(String),
    /// A criterion was not met.
    Unmet(String),
    /// Its score.
    Score(ScoreRange),
    /// When it was sent.
    Sent(Days),
    /// Whether a person has reviewed it.
    Reviewed(bool),
    /// It made a promise with this fate.
    Promise(Fate),
    /// Whether it answers a service failure.
    Failure(bool),
    /// Whether it could be read at all: public, by a person, long enough, in a known language.
    Scored(bool),
}

/// The headline findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// A reason is offered so that the failure counts less.
    Excuse,
    /// The fault is put on somebody else.
    FingerPointing,
    /// An apology is due and none is made.
    MissingApology,
    /// Something is left open and nothing is promised.
    MissingFollowUp,
}

impl Finding {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Excuse, Self::FingerPointing, Self::MissingApology, Self::MissingFollowUp];

    /// The name used in queries and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Excuse => "excuse",
            Self::FingerPointing => "finger_pointing",
            Self::MissingApology => "missing_apology",
            Self::MissingFollowUp => "missing_follow_up",
        }
    }
}

/// What became of a promise, as far as a query asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing is decided.
    Open,
    /// It was kept in time.
    Kept,
    /// It was kept after it was due.
    Late,
    /// It was due at a time and nothing came.
    Broken,
    /// It had no time and nothing came for long.
    Unkept,
    /// Whatever became of it.
    Any,
}

impl Fate {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Open, Self::Kept, Self::Late, Self::Broken, Self::Unkept, Self::Any];

    /// The name used in queries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Kept => "kept",
            Self::Late => "late",
            Self::Broken => "broken",
            Self::Unkept => "unkept",
            Self::Any => "any",
        }
    }
}

impl Query {
    /// Reads a query; the empty one finds every message.
    ///
    /// # Errors
    /// Where it is not understood: the place, what is wrong there and what is allowed.
    pub fn parse(text: &str, vocabulary: &Vocabulary) -> Result<Self, QueryError> {
        parse::parse(text, vocabulary)
    }

    /// Words in this order; `None` where `text` holds no word.
    #[must_use]
    pub fn text(text: &str) -> Option<Self> {
        (!Tokens::of(text).is_empty()).then(|| Self::Text(text.to_owned()))
    }

    /// What all of `parts` find.
    #[must_use]
    pub fn and(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::And(inner) => inner,
            Self::All => Vec::new(),
            other => vec![other],
        });
        let mut flat: Vec<Self> = flat.collect();
        match flat.len() {
            0 => Self::All,
            1 => flat.swap_remove(0),
            _ => Self::And(flat),
        }
    }

    /// What any of `parts` finds; with no part, every message.
    #[must_use]
    pub fn or(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::Or(inner) => inner,
            other => vec![other],
        });
        let mut flat: Vec<Self> = flat.collect();
        match flat.len() {
            0 => Self::All,
            1 => flat.swap_remove(0),
            _ if flat.contains(&Self::All) => Self::All,
            _ => Self::Or(flat),
        }
    }
}

impl std::ops::Not for Query {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}
