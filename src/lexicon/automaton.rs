//! One pattern over one sentence: a non-deterministic automaton whose states are bit sets of places
//! (Baeza-Yates & Gonnet 1992), which finds every match that there is.

use super::matcher::Matcher;
use super::nodes::{ChoiceId, Node};
use super::word_table::{SentenceWords, SetId, WordBit, WordIndex, WordRow};
use super::words::WordId;

/// How a choice is entered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Branches {
    /// The words that a branch can start with.
    pub(super) first: WordRow,
    /// The phrases by their first words.
    pub(super) phrases: WordIndex,
}

impl Matcher {
    /// Those of the places `from` at which a match of `node` may start, as far as its first word tells.
    pub(super) fn openings(&self, node: Node, window: Window<'_>, from: u64) -> u64 {
        match node {
            Node::Word(set) => self.in_set(set, window, from),
            Node::Choice(choice) if self.nodes.choice(choice).wordless.is_empty() => {
                self.branches[choice as usize].first.places_in(window.bits, from)
            }
            Node::Sequence(items) => {
                let (mut from, mut openings) = (from, 0);
                for &item in self.nodes.items(items) {
                    match item {
                        Node::Start => from &= u64::from(window.opens),
                        Node::Optional(item) => {
                            self.nodes
                                .items(item)
                                .iter()
                                .for_each(|&item| openings |= self.openings(item, window, from));
                        }
                        item => return openings | self.openings(item, window, from),
                    }
                }
                from
            }
            _ => from,
        }
    }

    /// The places that can stand after `node`, from those in `from`; bit `n` is word `n` of the window.
    pub(super) fn run(&self, node: Node, window: Window<'_>, from: u64) -> u64 {
        match node {
            Node::Word(set) => self.in_set(set, window, from) << 1,
            Node::Sequence(items) => {
                let mut states = from;
                for &item in self.nodes.items(items) {
                    // What most items are needs no call.
                    states = match item {
                        Node::Word(set) => self.in_set(set, window, states) << 1,
                        Node::Gap(width) => window.skip(states, width),
                        other => self.run(other, window, states),
                    };
                    if states == 0 {
                        break;
                    }
                }
                states
            }
            Node::Choice(choice) => self.run_choice(choice, window, from),
            Node::Optional(item) => {
                self.nodes.items(item).iter().fold(from, |after, &item| after | self.run(item, window, from))
            }
            Node::Gap(width) => window.skip(from, width),
            Node::Start => from & u64::from(window.opens),
            Node::End => from & 1_u64.checked_shl(window.words.len() as u32).unwrap_or(0),
        }
    }

    fn run_choice(&self, id: ChoiceId, window: Window<'_>, from: u64) -> u64 {
        let branches = &self.branches[id as usize];
        let choice = self.nodes.choice(id);
        let mut after = 0;
        for &node in self.nodes.items(choice.wordless) {
            after |= self.run(node, window, from);
        }
        let mut starts = branches.first.places_in(window.bits, from);
        if starts == 0 {
            return after;
        }
        if let Some(set) = choice.single {
            after |= self.in_set(set, window, starts) << 1;
        }
        let phrases = self.nodes.items(choice.phrases);
        if phrases.is_empty() {
            return after;
        }
        while starts != 0 {
            let at = starts.trailing_zeros();
            starts &= starts - 1;
            for (chunk, &mask) in self.phrases.masks(branches.phrases, window.words[at as usize]).iter().enumerate() {
                let mut mask = mask;
                while mask != 0 {
                    let phrase = phrases[64 * chunk + mask.trailing_zeros() as usize];
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
        self.sets.set(set).places_in(window.words, window.bits, from)
    }
}

/// A sentence from some word on.
#[derive(Clone, Copy)]
pub(super) struct Window<'s> {
    words: &'s [WordId],
    bits: &'s [WordBit],
    /// Whether that word is the sentence's first.
    opens: bool,
}

impl<'s> Window<'s> {
    pub(super) fn new(sentence: &SentenceWords<'s>, first: usize) -> Self {
        Self { words: &sentence.ids[first..], bits: &sentence.bits[first..], opens: first == 0 }
    }

    /// One state past each word that is left, up to `width`, and none past the sentence.
    fn skip(self, from: u64, width: u8) -> u64 {
        let within = u64::MAX >> 63_usize.saturating_sub(self.words.len());
        (0..width).fold(from, |states, _| states | states << 1) & within
    }
}
