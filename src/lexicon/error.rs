//! Errors in lexicon files: what is wrong, where, and what is allowed.

use thiserror::Error;

/// One thing wrong in a lexicon file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}:{line}:{column}: {problem}\n{}", self.picture())]
pub struct LexiconError {
    /// The file, as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The line itself.
    pub text: String,
    /// What is wrong and what is allowed.
    pub problem: String,
}

impl LexiconError {
    /// The error at byte `at` of `source`.
    pub(crate) fn at(file: &str, source: &str, at: usize, problem: impl Into<String>) -> Self {
        let mut at = at.min(source.len());
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        let before = &source[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let text = source[line_start..].lines().next().unwrap_or_default();
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: source[line_start..at].chars().count() + 1,
            text: text.to_owned(),
            problem: problem.into(),
        }
    }

    /// An error of a file as a whole.
    pub(crate) fn of_file(file: &str, problem: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: 1, column: 1, text: String::new(), problem: problem.into() }
    }

    fn picture(&self) -> String {
        /// Longer lines are shown around the place only.
        const SHOWN: usize = 100;
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let from = if self.text.chars().count() > SHOWN { (self.column - 1).saturating_sub(SHOWN / 2) } else { 0 };
        let shown: String = self.text.chars().skip(from).take(SHOWN).collect();
        let caret = " ".repeat(self.column - 1 - from);
        format!("{margin} |\n{number} | {shown}\n{margin} | {caret}^")
    }
}

/// All that is wrong in a lexicon.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct LexiconErrors(pub Vec<LexiconError>);

impl std::fmt::Display for LexiconErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for error in &self.0 {
            writeln!(f, "{error}")?;
        }
        let count = self.0.len();
        write!(f, "{count} {} in the lexicon", if count == 1 { "error" } else { "errors" })
    }
}
