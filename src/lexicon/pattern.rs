//! The pattern language: what is written between the quotes of `patterns`.
//!
//! | written | means |
//! |---|---|
//! | `refund` | any word with the same stem |
//! | `=was` | exactly this word form |
//! | `{carrier}` | a word class |
//! | `{#name}` | a word that no rule names, by its shape |
//! | `[a\|b c]` | alternatives, each a sequence |
//! | `x?` | optional |
//! | `..3` | up to three words of any kind, never over a sentence end |
//! | `^`, `$` | start, end of the sentence |

use super::shape::Shape;
use thiserror::Error;

/// A parsed pattern, classes not yet looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// A word by its stem.
    Stem(String),
    /// A word by its form.
    Exact(String),
    /// A class by its name.
    Class(String),
    /// A word that no rule names, by its shape.
    Shape(Shape),
    /// All in order.
    Sequence(Vec<Self>),
    /// One of them.
    Choice(Vec<Self>),
    /// It or nothing.
    Optional(Box<Self>),
    /// Up to so many words.
    Gap(u8),
    /// Start of the sentence.
    Start,
    /// End of the sentence.
    End,
}

/// Why a pattern cannot be read; `at` is the byte offset in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem}")]
pub struct PatternError {
    /// Byte offset in the pattern.
    pub at: usize,
    /// What is wrong and what is allowed.
    pub problem: String,
}

/// The widest gap.
pub const WIDEST_GAP: u8 = 8;
/// How deep brackets may nest, so that no pattern can exhaust the stack.
const DEEPEST: usize = 12;

/// Reads a pattern.
///
/// # Errors
/// Where the pattern is not in the language; the error says where and what is allowed.
pub fn parse(text: &str) -> Result<Pattern, PatternError> {
    let mut parser = Parser { text, at: 0 };
    let sequence = parser.sequence(0)?;
    match parser.peek() {
        None if matches!(&sequence, Pattern::Sequence(items) if items.is_empty()) => {
            Err(parser.error("the pattern is empty: write at least one word or {class}"))
        }
        None => Ok(sequence),
        Some(c) => Err(parser.error(format!("`{c}` without its opening bracket"))),
    }
}

struct Parser<'p> {
    text: &'p str,
    at: usize,
}

impl Parser<'_> {
    #[inline]
    fn peek(&self) -> Option<char> {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            _ => self.text[self.at..].chars().next(),
        }
    }

    fn error(&self, problem: impl Into<String>) -> PatternError {
        PatternError { at: self.at, problem: problem.into() }
    }

    fn skip_spaces(&mut self) {
        // Most often there is one space, and letters after it.
        self.at += usize::from(self.text.as_bytes().get(self.at) == Some(&b' '));
        if !self.text.as_bytes().get(self.at).is_some_and(u8::is_ascii_graphic) {
            self.at += self.text[self.at..].len() - self.text[self.at..].trim_start().len();
        }
    }

    fn sequence(&mut self, depth: usize) -> Result<Pattern, PatternError> {
        if depth > DEEPEST {
            return Err(self.error(format!("brackets nest deeper than {DEEPEST}")));
        }
        let mut items = Vec::new();
        loop {
            self.skip_spaces();
            let item = match self.peek() {
                None | Some('|' | ']') => break,
                Some('[') => self.choice(depth)?,
                Some('{') => self.class()?,
                Some('.') => self.gap()?,
                Some('^') => self.single(Pattern::Start),
                Some('$') => self.single(Pattern::End),
                Some('=') => {
                    self.at += 1;
                    Pattern::Exact(self.word()?)
                }
                Some(_) => Pattern::Stem(self.word()?),
            };
            let item = if self.peek() == Some('?') {
                if matches!(item, Pattern::Gap(_) | Pattern::Start | Pattern::End) {
                    return Err(self.error("`?` follows a word, a {class} or a [bracket]; a gap is optional as it is"));
                }
                self.at += 1;
                Pattern::Optional(Box::new(item))
            } else {
                item
            };
            items.push(item);
        }
        Ok(match <[Pattern; 1]>::try_from(items) {
            Ok([item]) => item,
            Err(items) => Pattern::Sequence(items),
        })
    }

    fn single(&mut self, pattern: Pattern) -> Pattern {
        self.at += 1;
        pattern
    }

    fn choice(&mut self, depth: usize) -> Result<Pattern, PatternError> {
        let opening = self.at;
        self.at += 1;
        let mut branches = Vec::new();
        loop {
            let branch = self.sequence(depth + 1)?;
            if matches!(&branch, Pattern::Sequence(items) if items.is_empty()) {
                return Err(self.error("an empty alternative: use `?` after the bracket to make it optional"));
            }
            branches.push(branch);
            match self.peek() {
                Some('|') => self.at += 1,
                Some(']') => {
                    self.at += 1;
                    return Ok(Pattern::Choice(branches));
                }
                _ => return Err(PatternError { at: opening, problem: "`[` without its `]`".into() }),
            }
        }
    }

    fn class(&mut self) -> Result<Pattern, PatternError> {
        let opening = self.at;
        let Some(length) = self.text[opening..].find('}') else {
            return Err(self.error("`{` without its `}`"));
        };
        let name = &self.text[opening + 1..opening + length];
        if let Some(name) = name.strip_prefix('#') {
            let Some(shape) = Shape::from_name(name) else {
                let all = Shape::ALL.map(|shape| format!("{{#{}}}", shape.name()));
                return Err(self.error(format!("no shape is called {{#{name}}}: there are {}", all.join(", "))));
            };
            self.at = opening + length + 1;
            return Ok(Pattern::Shape(shape));
        }
        if !is_class_name(name) {
            return Err(self.error(format!("`{name}` is not a class name: lower-case letters, digits and `-`")));
        }
        self.at = opening + length + 1;
        Ok(Pattern::Class(name.to_owned()))
    }

    fn gap(&mut self) -> Result<Pattern, PatternError> {
        let rest = &self.text[self.at..];
        let digits: String = rest.chars().skip(2).take_while(char::is_ascii_digit).collect();
        match digits.parse::<u8>() {
            Ok(width @ 1..=WIDEST_GAP) if rest.starts_with("..") => {
                self.at += 2 + digits.len();
                Ok(Pattern::Gap(width))
            }
            _ => Err(self.error(format!("a gap is `..1` to `..{WIDEST_GAP}`"))),
        }
    }

    fn word(&mut self) -> Result<String, PatternError> {
        let rest = &self.text[self.at..];
        let in_word = |c: char| c.is_alphanumeric() || c == '\'';
        // Nearly all words are ASCII in lower case.
        let plain = rest.bytes().take_while(|byte| byte.is_ascii_lowercase() || *byte == b'\'').count();
        let length = plain + rest[plain..].find(|c| !in_word(c)).unwrap_or(rest.len() - plain);
        if length == 0 {
            let c = rest.chars().next().map_or_else(|| "the end".to_owned(), |c| format!("`{c}`"));
            return Err(self.error(format!(
                "{c} where a word was expected; allowed are words, =form, {{class}}, [a|b], ?, ..3, ^ and $"
            )));
        }
        let word = &rest[..length];
        if length > plain
            && let Some(upper) = word.find(char::is_uppercase)
        {
            return Err(PatternError { at: self.at + upper, problem: "words are written in lower case".into() });
        }
        self.at += length;
        Ok(word.to_owned())
    }
}

/// Whether `name` may name a class.
#[must_use]
pub fn is_class_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let join = |f: &mut std::fmt::Formatter<'_>, items: &[Self], by: &str| {
            items.iter().enumerate().try_for_each(|(index, item)| {
                if index > 0 {
                    f.write_str(by)?;
                }
                write!(f, "{item}")
            })
        };
        match self {
            Self::Stem(word) => f.write_str(word),
            Self::Exact(word) => write!(f, "={word}"),
            Self::Class(name) => write!(f, "{{{name}}}"),
            Self::Shape(shape) => write!(f, "{{#{}}}", shape.name()),
            Self::Sequence(items) => join(f, items, " "),
            Self::Choice(items) => {
                f.write_str("[")?;
                join(f, items, "|")?;
                f.write_str("]")
            }
            Self::Optional(item) if matches!(**item, Self::Sequence(_)) => write!(f, "[{item}]?"),
            Self::Optional(item) => write!(f, "{item}?"),
            Self::Gap(width) => write!(f, "..{width}"),
            Self::Start => f.write_str("^"),
            Self::End => f.write_str("$"),
        }
    }
}
