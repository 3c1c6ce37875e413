//! A query as text again, in its canonical form: what is read from it is the same query.

use super::parse::{is_bare_value, is_bare_word};
use super::{Filter, Query};
use std::fmt::{self, Write};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Text(text) => written(f, text, is_bare_word(text)),
            Self::Is(filter) => write!(f, "{filter}"),
            Self::Not(inner) => {
                f.write_str("NOT ")?;
                nested(f, inner, matches!(**inner, Self::And(_) | Self::Or(_)))
            }
            Self::And(parts) => joined(f, parts, " "),
            Self::Or(parts) => joined(f, parts, " OR "),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Query], between: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        nested(f, part, matches!(part, Query::Or(_)))?;
    }
    Ok(())
}

fn nested(f: &mut fmt::Formatter<'_>, query: &Query, parentheses: bool) -> fmt::Result {
    if parentheses { write!(f, "({query})") } else { write!(f, "{query}") }
}

/// A word or value: bare where it is read the same so, else quoted.
fn written(f: &mut fmt::Formatter<'_>, text: &str, bare: bool) -> fmt::Result {
    if bare {
        return f.write_str(text);
    }
    f.write_char('"')?;
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(character)?;
    }
    f.write_char('"')
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut named = |name: &str, text: &str| {
            write!(f, "{name}:")?;
            written(f, text, is_bare_value(text))
        };
        let yes_or_no = |yes: bool| if yes { "yes" } else { "no" };
        match self {
            Self::Agent(text) => named("agent", text),
            Self::Team(text) => named("team", text),
            Self::Channel(text) => named("channel", text),
            Self::Source(text) => named("source", text),
            Self::Label(text) => named("label", text),
            Self::Rule(text) => named("rule", text),
            Self::Finding(finding) => write!(f, "finding:{}", finding.name()),
            Self::Criterion(text) => named("criterion", text),
            Self::Met(text) => named("met", text),
            Self::Unmet(text) => named("unmet", text),
            Self::Score(range) => write!(f, "score:{range}"),
            Self::Sent(days) => write!(f, "sent:{days}"),
            Self::Reviewed(yes) => write!(f, "reviewed:{}", yes_or_no(*yes)),
            Self::Promise(fate) => write!(f, "promise:{}", fate.name()),
            Self::Failure(yes) => write!(f, "failure:{}", yes_or_no(*yes)),
            Self::Scored(yes) => write!(f, "scored:{}", yes_or_no(*yes)),
        }
    }
}
