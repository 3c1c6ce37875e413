//! Ranges of scores: what `score:` asks for.

use std::fmt;

/// Which scores are asked for; all within 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScoreRange {
    /// No score: the message answers no failure, or could not be read.
    None,
    /// Below.
    Below(f64),
    /// This or below.
    AtMost(f64),
    /// Above.
    Above(f64),
    /// This or above.
    AtLeast(f64),
    /// From the first to the second, both included; the first is not above the second.
    Between(f64, f64),
}

/// What `score:` takes.
pub(super) const ALLOWED: &str =
    "a number from 0 to 100 (50), one after <, <=, > or >= (<50), from..to (40..60), or none";

impl ScoreRange {
    /// Reads the value of `score:`; says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("none") {
            return Ok(Self::None);
        }
        if let Some((low, high)) = text.split_once("..") {
            return match (low, high) {
                ("", "") => Err("`..` has no end on either side".to_owned()),
                (low, "") => number(low).map(Self::AtLeast),
                ("", high) => number(high).map(Self::AtMost),
                (low, high) => {
                    let (low, high) = (number(low)?, number(high)?);
                    if low > high { Err(format!("{low} is above {high}")) } else { Ok(Self::Between(low, high)) }
                }
            };
        }
        if let Some(rest) = text.strip_prefix("<=") {
            number(rest).map(Self::AtMost)
        } else if let Some(rest) = text.strip_prefix(">=") {
            number(rest).map(Self::AtLeast)
        } else if let Some(rest) = text.strip_prefix('<') {
            number(rest).map(Self::Below)
        } else if let Some(rest) = text.strip_prefix('>') {
            number(rest).map(Self::Above)
        } else {
            number(text).map(|exactly| Self::Between(exactly, exactly))
        }
    }
}

fn number(text: &str) -> Result<f64, String> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match text.parse::<f64>() {
        Ok(number) if plain && (0.0..=100.0).contains(&number) => Ok(number),
        _ => Err(format!("`{text}` is no number from 0 to 100")),
    }
}

impl fmt::Display for ScoreRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Below(score) => write!(f, "<{score}"),
            Self::AtMost(score) => write!(f, "<={score}"),
            Self::Above(score) => write!(f, ">{score}"),
            Self::AtLeast(score) => write!(f, ">={score}"),
            Self::Between(low, high) if low == high => write!(f, "{low}"),
            Self::Between(low, high) => write!(f, "{low}..{high}"),
        }
    }
}
