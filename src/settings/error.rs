//! What is wrong in settings: where it was said, about which key, and what is allowed.

use crate::lexicon::LexiconError;
use std::fmt;
use thiserror::Error;

/// Where a value was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// At a byte of a file.
    File { file: usize, at: usize },
    /// By a variable or a flag of that name.
    Named(String),
}

/// A file of settings.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) text: String,
}

impl File {
    /// `amends.toml:3:1`.
    pub(super) fn place(&self, at: usize) -> String {
        let LexiconError { file, line, column, .. } = LexiconError::at(&self.name, &self.text, at, "");
        format!("{file}:{line}:{column}")
    }
}

/// One thing wrong in the settings.
///
/// The line is shown, unless it may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError(At);

#[derive(Debug, Clone, PartialEq, Eq)]
enum At {
    /// With the line.
    Shown(LexiconError),
    /// With its place alone.
    Told { place: String, problem: String },
}

impl SettingError {
    pub(super) fn new(files: &[File], place: &Place, problem: String) -> Self {
        let told = |place: &str, problem: String| Self(At::Told { place: place.to_owned(), problem });
        match place {
            Place::Named(name) => told(name, problem),
            Place::File { file, at } => {
                let Some(file) = files.get(*file) else { return told("settings", problem) };
                let error = LexiconError::at(&file.name, &file.text, *at, problem);
                // Where the file itself cannot be read, a list of secrets may go on to the line.
                let so_far = file.text.lines().take(error.line);
                if error.problem.starts_with("hooks.") || so_far.into_iter().any(|line| line.contains("secret")) {
                    let LexiconError { file, line, column, problem, .. } = error;
                    return told(&format!("{file}:{line}:{column}"), problem);
                }
                Self(At::Shown(error))
            }
        }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            At::Told { place, problem } => write!(f, "{place}: {problem}"),
            At::Shown(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SettingError {}

/// All that is wrong in the settings, in the order of their layers.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct SettingsErrors(pub Vec<SettingError>);

impl fmt::Display for SettingsErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for error in &self.0 {
            writeln!(f, "{error}")?;
        }
        let count = self.0.len();
        write!(f, "{count} {} in the settings", if count == 1 { "error" } else { "errors" })
    }
}
