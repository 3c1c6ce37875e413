//! What several tests need: texts to read, and a source of chance that can be repeated.

use amends::lexicon::{Lexicon, Speaker};
use amends::library::{DEFAULT_SCORECARD, Library};
use amends::reading::Reader;
use std::ffi::OsStr;
use std::process::Command;

/// The program itself, for the tests that run it.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_amends");

/// Runs `program` as if nobody had settings in the environment: they would be the tester's.
pub fn without_settings(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    let settings = std::env::vars_os().map(|(name, _)| name);
    for name in settings.filter(|name| name.to_string_lossy().starts_with("AMENDS_")) {
        command.env_remove(name);
    }
    command
}

/// The built-in English rules.
pub fn english() -> &'static Lexicon {
    Library::built_in().unwrap().lexicon("en").unwrap()
}

/// A reader with them and the default scorecard.
pub fn reader() -> Reader<'static> {
    Reader::new(english(), Library::built_in().unwrap().scorecard(DEFAULT_SCORECARD).unwrap())
}

/// The examples that rules of `speaker` find, marks taken out.
pub fn hits(speaker: Speaker) -> Vec<String> {
    let rules = english().rules().iter().filter(|rule| rule.speaker == speaker);
    rules.flat_map(|rule| &rule.examples.hits).map(|hit| hit.value.replace(['«', '»'], "")).collect()
}

/// Xorshift (Marsaglia 2003): good enough to pick and to break things, and the same everywhere.
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        // The state must not be 0.
        Self(seed | 1)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`, or 0.
    pub const fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.next() >> 11) as usize % bound }
    }

    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for index in (1..list.len()).rev() {
            list.swap(index, self.below(index + 1));
        }
    }
}
