//! Which lists of patterns a word can begin, so that most words of a sentence are passed over at once.

use super::SlotWords;
use super::value::FIGURE_SLOTS;
use crate::lexicon::pattern::Pattern;
use rustc_hash::FxHashMap;

/// Lists by number, a bit each; the last bit stands for all lists past it.
pub(crate) type Lists = u128;

/// Patterns of which any may match.
#[derive(Debug, Default)]
pub(crate) struct PatternList {
    pub(crate) patterns: Vec<Pattern>,
    /// Its bit in [`FirstWords`].
    pub(crate) bit: Lists,
}

/// By word, the lists that it can begin.
#[derive(Debug, Default)]
pub(crate) struct FirstWords {
    exact: FxHashMap<String, Lists>,
    stems: FxHashMap<String, Lists>,
    /// Lists that a figure can begin.
    figures: Lists,
    /// Lists that any word can begin.
    any: Lists,
    count: u32,
}

impl FirstWords {
    /// Files `patterns` as a list of their own.
    pub(super) fn list(&mut self, patterns: Vec<Pattern>, slots: &[SlotWords]) -> PatternList {
        let bit = 1 << self.count.min(Lists::BITS - 1);
        self.count += 1;
        for pattern in &patterns {
            if self.file(pattern, bit, slots) {
                self.any |= bit;
            }
        }
        PatternList { patterns, bit }
    }

    /// Files the words that `pattern` can begin with; whether it can be empty.
    fn file(&mut self, pattern: &Pattern, bit: Lists, slots: &[SlotWords]) -> bool {
        match pattern {
            Pattern::Exact(form) => *self.exact.entry(form.clone()).or_default() |= bit,
            Pattern::Stem(stem) => *self.stems.entry(stem.clone()).or_default() |= bit,
            Pattern::Sequence(items) => return items.iter().all(|item| self.file(item, bit, slots)),
            // Every branch is filed, also after one that can be empty.
            Pattern::Choice(items) => {
                return items.iter().fold(false, |empty, item| self.file(item, bit, slots) | empty);
            }
            Pattern::Optional(item) => {
                self.file(item, bit, slots);
                return true;
            }
            Pattern::Class(slot) => {
                if slot == "number" || FIGURE_SLOTS.contains(&&**slot) {
                    self.figures |= bit;
                }
                let words = |one: &&SlotWords| one.belong_to(slot) || (slot == "hour" && one.belong_to("number"));
                for one in slots.iter().filter(words) {
                    self.file(&one.pattern, bit, slots);
                }
            }
            // A gap may hold any word.
            Pattern::Gap(_) => {
                self.any |= bit;
                return true;
            }
            Pattern::Start | Pattern::End => return true,
            // Refused where deadlines are read.
            Pattern::Shape(_) => {}
        }
        false
    }

    /// The lists that a word can begin.
    pub(crate) fn of(&self, folded: &str, stem: &str, is_figure: bool) -> Lists {
        let known = |words: &FxHashMap<String, Lists>, word: &str| words.get(word).copied().unwrap_or(0);
        known(&self.exact, folded) | known(&self.stems, stem) | self.any | if is_figure { self.figures } else { 0 }
    }
}
