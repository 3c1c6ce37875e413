//! A file of one's own rules, checked as `amends lexicon check` does, and tried on what is stored.

use crate::check;
use crate::ingest::in_force::{compile, own_rules};
use crate::ingest::preview::{Tried, try_rules};
use crate::lexicon::{Family, Label, Lexicon, LexiconError, LexiconErrors, is_shared_file};
use crate::library::{Library, LibraryError};
use crate::report::words;
use crate::service::Service;
use crate::service::pages::Problem;
use crate::store::edits::{self, Edits};
use crate::store::recent;

/// Firings shown at most.
const SHOWN: usize = 30;

/// Characters of a file's name at most.
const LONGEST_NAME: usize = 40;

/// Something wrong in a file, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The file.
    pub(super) file: String,
    /// Line, from 1.
    pub(super) line: usize,
    /// Column in characters, from 1.
    pub(super) column: usize,
    /// What is wrong and what is allowed.
    pub(super) problem: String,
    /// The line, and below it a mark at the place.
    pub(super) picture: String,
}

impl From<LexiconError> for Wrong {
    fn from(error: LexiconError) -> Self {
        let LexiconError { file, line, column, text, problem } = error;
        let picture = format!("{text}\n{}^", " ".repeat(column.saturating_sub(1)));
        Self { file, line, column, problem, picture }
    }
}

/// What came of a check.
pub(super) struct Checked {
    /// The rules with the file among them; none where they cannot be read.
    pub(super) library: Option<Library>,
    /// What is wrong in the file, and in other files of one's own.
    pub(super) wrong: Vec<Wrong>,
    /// Examples of rules in other files that hold no more.
    pub(super) others: Vec<Wrong>,
}

/// Checks the rules as they would be with `edits`, of which `path` is looked at.
pub(super) fn check(service: &Service, edits: &Edits, path: &str) -> Result<Checked, Problem> {
    let lexicon = service.method().lexicon;
    let own = own_rules(edits, lexicon.language());
    let is_own = |error: &LexiconError| own.iter().any(|file| file.path == error.file);
    let library = match compile(&service.settings, own.clone()) {
        Ok(library) => library,
        Err(LibraryError::Lexicon(LexiconErrors(errors))) => {
            let wrong = errors.into_iter().map(Wrong::from).collect();
            return Ok(Checked { library: None, wrong, others: Vec::new() });
        }
        Err(error) => return Err(Problem::internal(error.to_string())),
    };
    let Some(compiled) = library.lexicon(lexicon.language()) else {
        return Err(Problem::internal("the language is gone"));
    };
    let (wrong, others): (Vec<_>, Vec<_>) = check::check(compiled).into_iter().partition(is_own);
    // What failed before is not this file's doing.
    let before = if others.is_empty() { Vec::new() } else { check::check(service.lexicon_of_settings()) };
    let others = others.into_iter().filter(|error| !before.contains(error)).map(Wrong::from).collect();
    let mut wrong: Vec<Wrong> = wrong.into_iter().map(Wrong::from).collect();
    // Those of the file that is looked at come first.
    wrong.sort_by_key(|one| one.file != path);
    Ok(Checked { library: Some(library), wrong, others })
}

/// What the rules for which `looked_at` holds find in the last `messages` messages, and how scores change where `after`
/// is in force in place of what is now.
pub(super) fn tried(
    service: &Service,
    after: &Lexicon,
    looked_at: &dyn Fn(&str) -> bool,
    messages: usize,
) -> Result<Tried, Problem> {
    let conversations =
        service.store.read(|transaction| recent::conversations(transaction, messages).map_err(Problem::from))?;
    Ok(try_rules(&service.method(), after, looked_at, conversations, SHOWN))
}

/// What people wrote until now.
pub(super) fn current(service: &Service) -> Result<Edits, Problem> {
    Ok(service.store.read(edits::current)?)
}

/// How scores change, in sentences.
pub(super) fn told(tried: &Tried) -> Vec<String> {
    if tried.messages == 0 {
        return vec!["Nothing is stored yet, so there is nothing to try this on.".to_owned()];
    }
    let number = |number: usize| words::number(number as u64);
    let mut told = vec![match tried.scored_otherwise {
        0 => "No score changes by it.".to_owned(),
        1 => "1 message scores otherwise by it.".to_owned(),
        some => format!("{} messages score otherwise by it.", number(some)),
    }];
    if let [Some(now), Some(then)] = tried.means()
        && tried.scored_otherwise > 0
    {
        let [now, then] = [now, then].map(|mean| format!("{mean:.1}"));
        told.push(match now == then {
            true => format!("The mean score of all these messages stays {now}."),
            false => format!("The mean score of all these messages is {now} now and would be {then}."),
        });
    }
    told
}

/// Why `name` can be none of a file.
pub(super) fn wrong_name(name: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_plain) {
        return Some(format!("The file's name has 1 to {LONGEST_NAME} lower-case letters, digits, `-` and `_`."));
    }
    is_shared_file(&format!("{name}.toml"))
        .then(|| format!("`{name}` is the name of a file that belongs to the language as a whole; choose another."))
}

/// A file to start from: one rule of `label`.
pub(super) fn skeleton(label: Label) -> String {
    let speaker = if label.family() == Family::CustomerCue { "customer" } else { "agent" };
    let name = label.name();
    let id = name.replace('_', "-");
    format!(
        r#"label = "{name}"
speaker = "{speaker}"

[[rule]]
id = "our-{id}"
since = "1"
what = "What it finds, in one sentence."
why = "Why that matters to the customer, in one sentence."
fair-when = "When it should not be held against the writer."
advice = "What to write instead, in one sentence."
patterns = [
  "the words to look for",
]
hits = [
  "A sentence with «the words to look for» in it.",
  "Here they are again: «the words to look for».",
]
silent = [
  "A sentence that comes near and is fine.",
  "Another one that is fine.",
]
"#
    )
}
