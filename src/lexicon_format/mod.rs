//! The canonical layout of a label file, so that differences between versions show changes of meaning only.
//!
//! Fields stand in a fixed order, a single space around `=`, one blank line between rules, one
//! pattern or example a line, classes filled to the width. Comments stay with what they stand
//! before or behind. Nothing else changes: the result reads to the same data, or the file is refused.

mod comments;
mod write;

use thiserror::Error;
use toml_edit::DocumentMut;

/// Why a file cannot be formatted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormatError {
    /// It is not TOML.
    #[error("{line}:{column}: {problem}")]
    Toml {
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// It holds something that has no place in a label file.
    #[error("`{0}` has no place in a label file; `amends lexicon check` says what is allowed")]
    Unexpected(String),
    /// The layout would change what it says, or lose a comment.
    #[error(
        "formatting would change or lose something in this file, so it is left alone; is there a comment inside a value?"
    )]
    Meaning,
}

/// Fields of the file, in order.
const FILE: [&str; 3] = ["label", "speaker", "yields-to"];

/// Fields of `[when]`, in order.
const WHEN: [&str; 9] =
    ["negated", "question", "conditional", "reported", "quoted", "contrast", "failure", "tense", "actor"];

/// Fields of a rule, in order.
const RULE: [&str; 23] = [
    "id",
    "since",
    "kind",
    "waits-for-customer",
    "what",
    "why",
    "fair-when",
    "advice",
    "when",
    "patterns",
    "unless",
    "unless-sentence",
    "unless-message",
    "needs-sentence",
    "needs-message",
    "unless-label",
    "needs-label",
    "yields-to",
    "hits",
    "silent",
    "left-to-others",
    "wrong",
    "missed",
];

/// Lists of which each item has its own line, however short.
const ONE_A_LINE: [&str; 6] = ["patterns", "hits", "silent", "left-to-others", "wrong", "missed"];

/// Whether `text` is a label file and not one of the language's shared files.
#[must_use]
pub fn is_label_file(text: &str) -> bool {
    toml::from_str::<toml::Table>(text).is_ok_and(|table| table.contains_key("label"))
}

/// The label file `text` in canonical form.
///
/// # Errors
/// Where it is not a label file.
pub fn format(text: &str) -> Result<String, FormatError> {
    let before: toml::Table = toml::from_str(text).map_err(|error| {
        let good = &text[..error.span().map_or(0, |span| span.start).min(text.len())];
        let line_start = good.rfind('\n').map_or(0, |at| at + 1);
        FormatError::Toml {
            line: good.matches('\n').count() + 1,
            column: good[line_start..].chars().count() + 1,
            problem: error.message().to_owned(),
        }
    })?;
    let document: DocumentMut = text.parse().map_err(|_| FormatError::Meaning)?;
    let formatted = write::document(&document)?;
    let after = toml::from_str::<toml::Table>(&formatted).map_err(|_| FormatError::Meaning)?;
    if before == after && comments::all(text) == comments::all(&formatted) {
        Ok(formatted)
    } else {
        Err(FormatError::Meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::{FormatError, format};

    const MESSY: &str = r#"# EXCUSE: workload.
# The line: …

speaker="agent"   # ours
label   = "excuse"
# never in questions
when.question = "never"
[classes]
# who

b = ["=x", '=y'] # two
a = ["one"]


[[rule]]
what = "Says that it is busy."
id = "excuse-busy"
silent = ["Busy?", # a question
  # and this one
  "Not busy."
  # the end
]
hits = ["We are «very busy»."]
patterns = [ "{a} busy" ]
[rule.when]
tense = "past"
negated = "any"

# Second thoughts

[[rule]] # last
id = "excuse-b"
# end of file
"#;

    const CLEAN: &str = r#"# EXCUSE: workload.
# The line: …

label = "excuse"
speaker = "agent" # ours

[when]
# never in questions
question = "never"

[classes]
# who

b = ["=x", '=y'] # two
a = ["one"]

[[rule]]
id = "excuse-busy"
what = "Says that it is busy."
when = { negated = "any", tense = "past" }
patterns = [
  "{a} busy",
]
hits = [
  "We are «very busy».",
]
silent = [
  "Busy?", # a question
  # and this one
  "Not busy.",
  # the end
]

# Second thoughts

[[rule]] # last
id = "excuse-b"

# end of file
"#;

    #[test]
    fn the_layout_is_canonical_and_comments_stay() {
        assert_eq!(format(MESSY).as_deref(), Ok(CLEAN));
    }

    #[test]
    fn formatting_twice_is_formatting_once() {
        assert_eq!(format(CLEAN).as_deref(), Ok(CLEAN));
    }

    #[test]
    fn long_lists_are_filled_to_the_width() {
        let words: Vec<String> = (0..60).map(|number| format!("\"=word{number}\"")).collect();
        let text = format!("label = \"x\"\n\n[classes]\na = [{}]\n", words.join(", "));
        let formatted = format(&text).unwrap_or_default();
        assert!(formatted.lines().count() < 15, "{formatted}");
        assert!(formatted.lines().all(|line| line.len() <= 120), "{formatted}");
        assert_eq!(format(&formatted), Ok(formatted));
    }

    #[test]
    fn unknown_fields_and_broken_files_are_refused() {
        assert_eq!(format("label = \"x\"\ncolour = 1\n"), Err(FormatError::Unexpected("colour".into())));
        assert!(matches!(format("label = \n"), Err(FormatError::Toml { line: 1, .. })));
    }

    #[test]
    fn a_comment_that_would_be_lost_stops_it() {
        let text = "label = \"x\"\n[[rule]]\nid = \"a\"\nwhen = {\n  # why\n  negated = \"any\",\n}\n";
        assert_eq!(format(text), Err(FormatError::Meaning));
    }
}
