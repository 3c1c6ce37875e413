//! Shapes: what a word that no rule names looks like.
//!
//! All words of a shape share one [`WordId`]. Number, past form and other word are told by the
//! folded form, so that the cache keeps them; a name is told by its capital letter and its place
//! in the sentence, once the words of a message are looked up ([`crate::detect`]).

use super::words::WordId;

/// A shape, written `{#number}` in a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Shape {
    /// Begins with a digit: "7", "4th", "10am". In a pattern also the numbers that a rule names.
    Number = 1,
    /// Begins with a capital letter inside a sentence, or opens one as no common word does.
    Name,
    /// Ends in -ed: "mislabelled".
    Past,
    /// Any other. In a pattern also names and past forms.
    Word,
}

impl Shape {
    /// All shapes.
    pub const ALL: [Self; 4] = [Self::Number, Self::Name, Self::Past, Self::Word];

    /// As it stands in a pattern after `#`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Name => "name",
            Self::Past => "past",
            Self::Word => "word",
        }
    }

    /// The shape of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }

    /// The id of every word of this shape.
    pub(crate) const fn id(self) -> WordId {
        self as WordId
    }

    /// The shape of a folded form, as far as the form alone tells.
    pub(super) fn of(folded: &str) -> Self {
        if is_number(folded) {
            Self::Number
        } else if folded.len() > 4 && folded.ends_with("ed") && !folded.ends_with("eed") {
            Self::Past
        } else {
            Self::Word
        }
    }
}

/// Whether a folded form is a number.
pub(super) fn is_number(folded: &str) -> bool {
    folded.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether some rule names the word: its id is not that of a shape.
pub(crate) const fn is_named(id: WordId) -> bool {
    id > Shape::Word as WordId
}
