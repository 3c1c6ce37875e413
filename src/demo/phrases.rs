//! What people write: `phrases.toml`, and how its blanks are filled in.

use super::chance::Chance;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrases {
    common: BTreeMap<String, Vec<String>>,
    pub(super) matter: BTreeMap<String, Matter>,
    pub(super) question: BTreeMap<String, Question>,
}

/// Something that went wrong, and what is written about it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Matter {
    /// The teams that answer it.
    pub(super) teams: Vec<String>,
    pub(super) customer: Vec<String>,
    pub(super) apology: Vec<String>,
    pub(super) cause: Vec<String>,
    pub(super) done: Vec<String>,
    /// With {when}.
    pub(super) promise: Vec<String>,
    /// What keeps a promise.
    pub(super) kept: Vec<String>,
    pub(super) excuse: Vec<String>,
    pub(super) blame: Vec<String>,
    /// Where nothing is settled and nothing promised.
    pub(super) bare: Vec<String>,
}

/// Something that a customer wants to know.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    pub(super) customer: Vec<String>,
    pub(super) answer: Vec<String>,
}

/// The phrases, read once.
pub(super) fn phrases() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "built in: a test reads it")]
        toml::from_str(include_str!("phrases.toml")).expect("phrases.toml is as it should be")
    });
    &PHRASES
}

/// The list of that name in `[common]`.
pub(super) fn common(name: &str) -> &'static [String] {
    phrases().common.get(name).map_or(&[], Vec::as_slice)
}

/// What the blanks of one conversation are filled with.
#[derive(Debug, Default)]
pub(super) struct Blanks(Vec<(&'static str, String)>);

impl Blanks {
    /// Fills the blank called `name` with `text` from now on.
    pub(super) fn set(&mut self, name: &'static str, text: impl Into<String>) {
        self.0.retain(|(other, _)| *other != name);
        self.0.push((name, text.into()));
    }

    /// Fills the blank called `name` with one of the list of that name, the same throughout.
    pub(super) fn choose(&mut self, name: &'static str, chance: &mut Chance) {
        self.set(name, chance.pick(common(name)).clone());
    }

    /// One of `lines`, filled in.
    pub(super) fn say(&self, lines: &[String], chance: &mut Chance) -> String {
        self.fill(chance.pick(lines).as_str(), chance)
    }

    /// One of the common lines of that name, filled in.
    pub(super) fn common(&self, name: &str, chance: &mut Chance) -> String {
        self.say(common(name), chance)
    }

    fn fill(&self, line: &str, chance: &mut Chance) -> String {
        let mut text = String::new();
        let mut rest = line;
        while let Some(open) = rest.find(['{', '[']) {
            text.push_str(&rest[..open]);
            let inside = &rest[open + 1..];
            let choice = rest[open..].starts_with('[');
            let Some(close) = inside.find(if choice { ']' } else { '}' }) else { break };
            let (inside, after) = (&inside[..close], &inside[close + 1..]);
            if choice {
                let options: Vec<&str> = inside.split('|').collect();
                let option: &str = chance.pick::<&str>(&options);
                text.push_str(&self.fill(option, chance));
            } else {
                match self.0.iter().find(|(name, _)| *name == inside) {
                    Some((_, filled)) => text.push_str(filled),
                    None => text.push_str(&self.common(inside, chance)),
                }
            }
            rest = after;
        }
        text + rest
    }
}
