//! One pattern over one sentence: a non-deterministic automaton whose states are bit sets of places
//! (Baeza-Yates & Gonnet 1992), which finds every match that there is.

use super::matcher::Matcher;
use super::word_table::{SetId, WordIndex};
use super::words::WordId;

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Word(SetId),
    Sequence(Box<[Self]>),
    Choice(ChoiceId),
    Optional(Box<Self>),
    Gap(u8),
    Start,
    End,
}

/// Names a [`Choice`].
pub(super) type ChoiceId = u32;

/// Alternatives; many patterns share one, so that it stays in the nearest cache.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Choice {
    /// Those of one word.
    pub(super) single: Option<SetId>,
    /// Those of more words.
    pub(super) phrases: Box<[Node]>,
    /// Those that no first word tells: they need no word (`^`) or start with a gap.
    pub(super) wordless: Box<[Node]>,
}

/// How a choice is entered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Branches {
    /// The words that a branch can start with.
    pub(super) first: SetId,
    /// The phrases by their first words.
    pub(super) phrases: WordIndex,
}

impl Matcher {
    /// Those of the places `from` at which a match of `node` may start, as far as its first word tells.
    pub(super) fn openings(&self, node: &Node, window: Window<'_>, from: u64) -> u64 {
        match node {
            Node::Word(set) => self.in_set(*set, window, from),
            Node::Choice(choice) if self.choices[*choice as usize].wordless.is_empty() => {
                self.in_set(self.branches[*choice as usize].first, window, from)
            }
            Node::Sequence(items) => {
                let (mut from, mut openings) = (from, 0);
                for item in items {
                    match item {
                        Node::Start => from &= u64::from(window.opens),
                        Node::Optional(item) => openings |= self.openings(item, window, from),
                        item => return openings | self.openings(item, window, from),
                    }
                }
                from
            }
            _ => from,
        }
    }

    /// The places that can stand after `node`, from those in `from`; bit `n` is word `n` of the window.
    pub(super) fn run(&self, node: &Node, window: Window<'_>, from: u64) -> u64 {
        match node {
            Node::Word(set) => self.in_set(*set, window, from) << 1,
            Node::Sequence(items) => {
                let mut states = from;
                for item in items {
                    // What most items are needs no call.
                    states = match item {
                        Node::Word(set) => self.in_set(*set, window, states) << 1,
                        Node::Gap(width) => window.skip(states, *width),
                        other => self.run(other, window, states),
                    };
                    if states == 0 {
                        break;
                    }
                }
                states
            }
            Node::Choice(choice) => self.run_choice(*choice as usize, window, from),
            Node::Optional(item) => from | self.run(item, window, from),
            Node::Gap(width) => window.skip(from, *width),
            Node::Start => from & u64::from(window.opens),
            Node::End => from & 1_u64.checked_shl(window.words.len() as u32).unwrap_or(0),
        }
    }

    fn run_choice(&self, choice: usize, window: Window<'_>, from: u64) -> u64 {
        let branches = self.branches[choice];
        let choice = &self.choices[choice];
        let mut after = 0;
        for node in &choice.wordless {
            after |= self.run(node, window, from);
        }
        let mut starts = self.in_set(branches.first, window, from);
        if starts == 0 {
            return after;
        }
        if let Some(set) = choice.single {
            after |= self.in_set(set, window, starts) << 1;
        }
        if choice.phrases.is_empty() {
            return after;
        }
        while starts != 0 {
            let at = starts.trailing_zeros();
            starts &= starts - 1;
            for (chunk, &mask) in self.phrases.masks(branches.phrases, window.words[at as usize]).iter().enumerate() {
                let mut mask = mask;
                while mask != 0 {
                    let phrase = &choice.phrases[64 * chunk + mask.trailing_zeros() as usize];
                    mask &= mask - 1;
                    after |= self.run(phrase, window, 1 << at);
                }
            }
        }
        after
    }

    /// The places in `from` whose words are in `set`.
    #[inline]
    fn in_set(&self, set: SetId, window: Window<'_>, from: u64) -> u64 {
        // Most often there is but one.
        if from & from.wrapping_sub(1) == 0 {
            let here = window.words.get(from.trailing_zeros() as usize);
            return if here.is_some_and(|&word| self.sets.set(set).contains(word)) { from } else { 0 };
        }
        self.any_in_set(set, window, from)
    }

    #[inline(never)]
    fn any_in_set(&self, set: SetId, window: Window<'_>, from: u64) -> u64 {
        let set = self.sets.set(set);
        let (mut here, mut rest) = (0, from);
        while rest != 0 {
            let at = rest.trailing_zeros();
            let Some(&word) = window.words.get(at as usize) else { break };
            here |= u64::from(set.contains(word)) << at;
            rest &= rest - 1;
        }
        here
    }
}

/// A sentence from some word on.
#[derive(Clone, Copy)]
pub(super) struct Window<'s> {
    words: &'s [WordId],
    /// Whether that word is the sentence's first.
    opens: bool,
}

impl<'s> Window<'s> {
    pub(super) fn new(sentence: &'s [WordId], first: usize) -> Self {
        Self { words: &sentence[first..], opens: first == 0 }
    }

    /// One state past each word that is left, up to `width`, and none past the sentence.
    fn skip(self, from: u64, width: u8) -> u64 {
        let within = u64::MAX >> 63_usize.saturating_sub(self.words.len());
        (0..width).fold(from, |states, _| states | states << 1) & within
    }
}
