//! All patterns of a language over one message, in one pass.
//!
//! Each pattern is filed under its rarest word (its *anchor*), by a frequency table that comes with
//! the lexicon, so that results never depend on what was read before. For each sentence a Bloom
//! filter of the words that are there (Bloom 1970) rules out most patterns of an anchor; the few
//! left are run as non-deterministic automata whose states are bit sets of positions (Baeza-Yates &
//! Gonnet 1992), which finds every match that there is. The cost is a small constant a word, not a
//! function of the number of rules.

use super::words::{UNKNOWN, WordId};

/// Names a [`WordSets`] row.
pub(super) type SetId = u32;

/// The widest pattern, in words: states are kept in 64 bits.
pub(super) const WIDEST: u8 = 60;

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Word(SetId),
    Sequence(Box<[Self]>),
    Choice(Box<[Self]>),
    Optional(Box<Self>),
    Gap(u8),
    Start,
    End,
}

/// Sets of words as bit rows.
#[derive(Debug, Default)]
pub(super) struct WordSets {
    bits: Vec<u64>,
    row: usize,
}

impl WordSets {
    pub(super) fn new(words: usize) -> Self {
        Self { bits: Vec::new(), row: words.div_ceil(64) }
    }

    pub(super) fn push(&mut self, ids: &[WordId]) -> SetId {
        let start = self.bits.len();
        self.bits.resize(start + self.row, 0);
        for &id in ids {
            self.bits[start + usize::from(id) / 64] |= 1 << (id % 64);
        }
        u32::try_from(start / self.row).unwrap_or(u32::MAX)
    }

    #[inline]
    fn contains(&self, set: SetId, id: WordId) -> bool {
        self.bits[set as usize * self.row + usize::from(id) / 64] >> (id % 64) & 1 == 1
    }

    pub(super) fn bytes(&self) -> usize {
        self.bits.len() * 8
    }
}

/// A Bloom filter of word sets.
pub(super) type Bloom = u128;

/// A pattern with its owner.
#[derive(Debug)]
pub(super) struct CompiledPattern {
    pub(super) rule: u32,
    pub(super) node: Node,
    /// The fewest and most words before the anchor.
    pub(super) before: (u8, u8),
}

/// What one speaker's messages are looked through for: patterns by anchor.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    /// By word id: where its candidates start; one more entry than there are words.
    pub(super) starts: Vec<u32>,
    /// By candidate: what the sentence must hold.
    pub(super) needs: Vec<Bloom>,
    /// By candidate: index of the pattern.
    pub(super) patterns: Vec<u32>,
}

/// All patterns of a language.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    pub(super) sets: WordSets,
    /// By word id: the sets it is in, as far as patterns need them.
    pub(super) signatures: Vec<Bloom>,
    pub(super) patterns: Vec<CompiledPattern>,
    pub(super) agent: Anchors,
    pub(super) customer: Anchors,
}

/// A match of a rule, in tokens of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// Index of the rule.
    pub(crate) rule: u32,
    /// First token.
    pub(crate) first: u32,
    /// One past the last token.
    pub(crate) last: u32,
}

impl Matcher {
    /// Adds every match in the sentence `ids`, whose first token is token `offset` of the message.
    pub(super) fn find(&self, anchors: &Anchors, ids: &[WordId], offset: u32, hits: &mut Vec<Hit>) {
        let present = ids.iter().fold(0, |present, &id| present | self.signatures[usize::from(id)]);
        for (at, &id) in ids.iter().enumerate() {
            let id = usize::from(id);
            let (from, to) = (anchors.starts[id] as usize, anchors.starts[id + 1] as usize);
            for candidate in from..to {
                if anchors.needs[candidate] & !present == 0 {
                    let pattern = &self.patterns[anchors.patterns[candidate] as usize];
                    self.verify(pattern, ids, at, offset, hits);
                }
            }
        }
    }

    /// Runs `pattern` from every start from which it can reach its anchor at `at`.
    fn verify(&self, pattern: &CompiledPattern, ids: &[WordId], at: usize, offset: u32, hits: &mut Vec<Hit>) {
        let (fewest, most) = (usize::from(pattern.before.0), usize::from(pattern.before.1));
        let Some(latest) = at.checked_sub(fewest) else { return };
        for start in at.saturating_sub(most)..=latest {
            if let Some(length) = self.longest_at(&pattern.node, ids, start) {
                hits.push(Hit { rule: pattern.rule, first: offset + start as u32, last: offset + (start + length) as u32 });
            }
        }
    }

    /// How many words the longest match of `node` from word `start` of the sentence takes.
    pub(super) fn longest_at(&self, node: &Node, ids: &[WordId], start: usize) -> Option<usize> {
        let ends = self.run(node, 1, ids, start);
        // A match takes at least one word.
        (ends & !1 != 0).then(|| 63 - ends.leading_zeros() as usize)
    }

    /// Whether `node` matches anywhere in the sentence, and where: first match, longest.
    pub(super) fn first_in(&self, node: &Node, ids: &[WordId], from: usize) -> Option<(usize, usize)> {
        (from..ids.len()).find_map(|start| self.longest_at(node, ids, start).map(|length| (start, start + length)))
    }

    /// The positions (bit `n` is word `start + n`) that can stand after `node`, from those in `from`.
    fn run(&self, node: &Node, from: u64, ids: &[WordId], start: usize) -> u64 {
        match node {
            Node::Word(set) => {
                let mut after = 0;
                let mut rest = from;
                while rest != 0 {
                    let at = rest.trailing_zeros();
                    rest &= rest - 1;
                    if let Some(&id) = ids.get(start + at as usize)
                        && id != UNKNOWN
                        && self.sets.contains(*set, id)
                    {
                        after |= 1_u64.checked_shl(at + 1).unwrap_or(0);
                    }
                }
                after
            }
            Node::Sequence(items) => {
                let mut states = from;
                for item in items {
                    states = self.run(item, states, ids, start);
                    if states == 0 {
                        break;
                    }
                }
                states
            }
            Node::Choice(branches) => {
                branches.iter().fold(0, |after, branch| after | self.run(branch, from, ids, start))
            }
            Node::Optional(item) => from | self.run(item, from, ids, start),
            Node::Gap(width) => (0..*width).fold(from, |states, _| states | states << 1),
            Node::Start => from & u64::from(start == 0),
            Node::End => from & 1_u64.checked_shl((ids.len() - start) as u32).unwrap_or(0),
        }
    }
}
