//! All patterns of a language over one message, in one pass.
//!
//! Each pattern is filed under its rarest word (its *anchor*) and a second word that a match must
//! hold nearby, by a frequency table that comes with the lexicon, so that results never depend on
//! what was read before. One look-up a pair of neighbouring words tells which patterns are worth a
//! try; those few are run as non-deterministic automata whose states are bit sets of positions
//! (Baeza-Yates & Gonnet 1992), which finds every match that there is. The cost is a small constant
//! a word, and hardly a function of the number of rules.

use super::words::{UNKNOWN, WordId};

/// Names a [`WordSets`] row.
pub(super) type SetId = u32;

/// The widest pattern, in words: states are kept in 64 bits.
pub(super) const WIDEST: u8 = 60;

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
    /// The words with which a phrase can start.
    pub(super) first: SetId,
    /// Those of more words.
    pub(super) phrases: Box<[Node]>,
    /// Those that need no word (`^`).
    pub(super) wordless: Box<[Node]>,
}

/// Which word is in which set: a small hash table a set, side by side.
#[derive(Debug, Default)]
pub(super) struct WordSets {
    /// By set: first slot, and one less than the number of slots, a power of two.
    tables: Vec<(u32, u32)>,
    slots: Vec<WordId>,
}

impl WordSets {
    /// `members` are the words of each set.
    pub(super) fn new(members: &[Vec<WordId>]) -> Self {
        let mut sets = Self::default();
        for ids in members {
            let size = (ids.len() + ids.len() / 2 + 1).next_power_of_two();
            let (start, last) = (sets.slots.len() as u32, size as u32 - 1);
            sets.slots.resize(sets.slots.len() + size, UNKNOWN);
            for &id in ids.iter().filter(|&&id| id != UNKNOWN) {
                let mut slot = hash(id) & last;
                while sets.slots[(start + slot) as usize] != UNKNOWN {
                    slot = (slot + 1) & last;
                }
                sets.slots[(start + slot) as usize] = id;
            }
            sets.tables.push((start, last));
        }
        sets
    }

    /// Whether `id` is in `set`; [`UNKNOWN`] is in none.
    #[inline]
    fn contains(&self, set: SetId, id: WordId) -> bool {
        let (start, last) = self.tables[set as usize];
        let mut slot = hash(id) & last;
        loop {
            let found = self.slots[(start + slot) as usize];
            if found == UNKNOWN || found == id {
                return found == id && id != UNKNOWN;
            }
            slot = (slot + 1) & last;
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.tables.len() * 8 + self.slots.len() * 2
    }
}

/// A pattern with its owner.
#[derive(Debug)]
pub(super) struct CompiledPattern {
    pub(super) rule: u32,
    pub(super) node: Node,
}

/// A pattern that is only looked for where a rule has matched.
#[derive(Debug)]
pub(crate) struct ExceptionPattern {
    pub(super) node: Node,
    /// Words of which every match holds one.
    pub(super) anchor: SetId,
    /// The fewest and most words before that one.
    pub(super) before: (u8, u8),
    /// A Bloom filter of those words.
    pub(super) filter: SentenceFilter,
}

/// A Bloom filter of a sentence's or an exception's words: where two share no bit they share no word.
pub(crate) type SentenceFilter = u128;

/// The filter of some words.
pub(crate) fn filter_of(ids: &[WordId]) -> SentenceFilter {
    ids.iter().filter(|&&id| id != UNKNOWN).fold(0, |filter, &id| filter | 1 << (hash(id) & 127))
}

/// A way in to a pattern: where its anchor is, and what else must be near.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Index of the pattern.
    pub(super) pattern: u32,
    /// The fewest and most words before the anchor.
    pub(super) before: (u8, u8),
    pub(super) second: Option<Nearby>,
    pub(super) third: Option<Nearby>,
}

/// A word that a match must hold at some distance from the anchor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nearby {
    pub(super) set: SetId,
    /// The least and greatest distance; negative before the anchor.
    pub(super) distance: (i8, i8),
}

/// Where the candidates of an anchor word stand.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Anchor {
    /// First candidate that is found by its second word.
    pub(super) paired: u32,
    /// First candidate that is tried wherever the anchor is; the last one is where the next word's start.
    pub(super) alone: u32,
    /// How far before and after the anchor a second word can stand.
    pub(super) reach: (u8, u8),
    /// The second words.
    pub(super) seconds: PairTable,
}

/// What one speaker's messages are looked through for: candidates by anchor.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    /// By word id; one more entry than there are words.
    pub(super) words: Vec<Anchor>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) pairs: Pairs,
}

/// The second words of one anchor within [`Pairs`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PairTable {
    /// First slot.
    start: u32,
    /// One less than the number of slots, a power of two; the filter has as many bytes.
    last: u32,
    /// First group.
    groups: u32,
    /// How many masks a group has: one for each 64 candidates.
    chunks: u32,
}

/// Which candidates of an anchor a second word makes worth a try.
///
/// Only common anchors have such a table: a rare word is seldom met, and its few candidates are
/// tried one by one. A Bloom filter (Bloom 1970) of a byte a word turns most pairs away before the
/// larger table is touched.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// By anchor a bit row, one bit for each hash value of a second word.
    filters: Vec<u8>,
    /// By slot: the second word, or [`UNKNOWN`], and its group.
    slots: Vec<(WordId, u16)>,
    /// By group and chunk: bit `n` is the chunk's candidate `n`.
    masks: Vec<u64>,
}

/// Multiply-shift hashing (Dietzfelbinger et al. 1997): the upper bits are well mixed.
#[inline]
const fn hash(word: WordId) -> u32 {
    (word as u32).wrapping_mul(0x9e37_79b1) >> 12
}

impl Pairs {
    /// Adds the table of an anchor: second words with their group, and the masks of each group.
    pub(super) fn add(&mut self, entries: &[(WordId, u16)], groups: &[Vec<u64>], chunks: usize) -> PairTable {
        let size = (entries.len() + entries.len() / 2 + 1).next_power_of_two();
        let table = PairTable {
            start: self.slots.len() as u32,
            last: size as u32 - 1,
            groups: self.masks.len() as u32,
            chunks: chunks as u32,
        };
        self.slots.resize(self.slots.len() + size, (UNKNOWN, 0));
        self.filters.resize(self.slots.len(), 0);
        for &(second, group) in entries {
            let mut slot = hash(second) & table.last;
            while self.slots[(table.start + slot) as usize].0 != UNKNOWN {
                slot = (slot + 1) & table.last;
            }
            self.slots[(table.start + slot) as usize] = (second, group);
            let (byte, bit) = Self::filter_bit(table, second);
            self.filters[byte] |= bit;
        }
        groups.iter().for_each(|masks| self.masks.extend_from_slice(masks));
        table
    }

    #[inline]
    const fn filter_bit(table: PairTable, second: WordId) -> (usize, u8) {
        // Other bits of the hash than the slot takes.
        let mixed = (second as u32).wrapping_mul(0x85eb_ca6b) >> 11;
        ((table.start + (mixed >> 3 & table.last)) as usize, 1 << (mixed & 7))
    }

    /// False where `second` is no second word of the anchor; nearly always only then.
    #[inline]
    fn may_hold(&self, table: PairTable, second: WordId) -> bool {
        let (byte, bit) = Self::filter_bit(table, second);
        self.filters[byte] & bit != 0
    }

    /// The candidates' bits for `second`; empty where it is no second word of the anchor.
    #[inline]
    fn masks(&self, table: PairTable, second: WordId) -> &[u64] {
        let mut slot = hash(second) & table.last;
        loop {
            let (found, group) = self.slots[(table.start + slot) as usize];
            if found == second {
                let at = (table.groups + u32::from(group) * table.chunks) as usize;
                return &self.masks[at..at + table.chunks as usize];
            }
            if found == UNKNOWN {
                return &[];
            }
            slot = (slot + 1) & table.last;
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.slots.len() * 5 + self.masks.len() * 8
    }
}

impl Nearby {
    fn spans(self, distance: isize) -> bool {
        isize::from(self.distance.0) <= distance && distance <= isize::from(self.distance.1)
    }
}

/// All patterns of a language.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    pub(super) sets: WordSets,
    pub(super) patterns: Vec<CompiledPattern>,
    pub(super) choices: Vec<Choice>,
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
        for (at, &id) in ids.iter().enumerate() {
            let anchor = anchors.words[usize::from(id)];
            let next = anchors.words[usize::from(id) + 1].paired;
            if anchor.paired == next {
                continue;
            }
            for candidate in &anchors.candidates[anchor.alone as usize..next as usize] {
                if candidate.second.is_none_or(|second| self.is_near(second, ids, at)) {
                    self.verify(candidate, ids, at, offset, hits);
                }
            }
            if anchor.paired == anchor.alone {
                continue;
            }
            let from = at.saturating_sub(usize::from(anchor.reach.0));
            let to = (at + 1 + usize::from(anchor.reach.1)).min(ids.len());
            for (second_at, &second) in (from..to).zip(&ids[from..to]) {
                if second == UNKNOWN || second_at == at || !anchors.pairs.may_hold(anchor.seconds, second) {
                    continue;
                }
                let distance = second_at as isize - at as isize;
                for (chunk, &mask) in anchors.pairs.masks(anchor.seconds, second).iter().enumerate() {
                    let mut mask = mask;
                    while mask != 0 {
                        let index = anchor.paired as usize + 64 * chunk + mask.trailing_zeros() as usize;
                        mask &= mask - 1;
                        let candidate = &anchors.candidates[index];
                        if candidate.second.is_some_and(|second| second.spans(distance)) {
                            self.verify(candidate, ids, at, offset, hits);
                        }
                    }
                }
            }
        }
    }

    /// Whether a word of `nearby` stands where it must around the anchor at `at`.
    fn is_near(&self, nearby: Nearby, ids: &[WordId], at: usize) -> bool {
        let (least, most) = nearby.distance;
        let from = at.saturating_add_signed(isize::from(least)).min(ids.len());
        let to = (at + 1).saturating_add_signed(isize::from(most)).clamp(from, ids.len());
        ids[from..to].iter().any(|&id| self.sets.contains(nearby.set, id))
    }

    /// Runs a candidate's pattern from every start from which it can reach its anchor at `at`.
    fn verify(&self, candidate: &Candidate, ids: &[WordId], at: usize, offset: u32, hits: &mut Vec<Hit>) {
        let (fewest, most) = (usize::from(candidate.before.0), usize::from(candidate.before.1));
        let Some(latest) = at.checked_sub(fewest) else { return };
        if candidate.third.is_some_and(|third| !self.is_near(third, ids, at)) {
            return;
        }
        let pattern = &self.patterns[candidate.pattern as usize];
        let earliest = at.saturating_sub(most);
        // All starts at once, since most candidates fail; then one by one to tell which.
        let all = u64::MAX >> (63 - (latest - earliest));
        if latest > earliest && self.run(&pattern.node, all, ids, earliest) == 0 {
            return;
        }
        for start in earliest..=latest {
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

    /// Every match of `pattern` in the sentence `ids`, as word ranges.
    pub(super) fn matches<'m>(
        &'m self,
        pattern: &'m ExceptionPattern,
        ids: &'m [WordId],
    ) -> impl Iterator<Item = (usize, usize)> + 'm {
        let anchored = ids.iter().enumerate().filter(|(_, id)| self.sets.contains(pattern.anchor, **id));
        anchored.flat_map(move |(at, _)| {
            let (fewest, most) = (usize::from(pattern.before.0), usize::from(pattern.before.1));
            let starts = at.saturating_sub(most)..(at + 1).saturating_sub(fewest);
            starts.filter_map(move |start| {
                self.longest_at(&pattern.node, ids, start).map(|length| (start, start + length))
            })
        })
    }

    /// The positions (bit `n` is word `start + n`) that can stand after `node`, from those in `from`.
    fn run(&self, node: &Node, from: u64, ids: &[WordId], start: usize) -> u64 {
        match node {
            Node::Word(set) => self.in_set(*set, from, ids, start) << 1,
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
            Node::Choice(choice) => {
                let choice = &self.choices[*choice as usize];
                let mut after = choice.single.map_or(0, |set| self.in_set(set, from, ids, start) << 1);
                for node in &choice.wordless {
                    after |= self.run(node, from, ids, start);
                }
                let open = self.in_set(choice.first, from, ids, start);
                if open != 0 {
                    for phrase in &choice.phrases {
                        after |= self.run(phrase, open, ids, start);
                    }
                }
                after
            }
            Node::Optional(item) => from | self.run(item, from, ids, start),
            Node::Gap(width) => {
                // One state past each word that is left, and none past the sentence.
                let within = u64::MAX >> 63_usize.saturating_sub(ids.len() - start);
                (0..*width).fold(from, |states, _| states | states << 1) & within
            }
            Node::Start => from & u64::from(start == 0),
            Node::End => from & 1_u64.checked_shl((ids.len() - start) as u32).unwrap_or(0),
        }
    }

    /// The positions in `from` whose words are in `set`.
    #[inline]
    fn in_set(&self, set: SetId, from: u64, ids: &[WordId], start: usize) -> u64 {
        let mut here = 0;
        let mut rest = from;
        while rest != 0 {
            let bit = rest & rest.wrapping_neg();
            rest ^= bit;
            if let Some(&id) = ids.get(start + bit.trailing_zeros() as usize)
                && self.sets.contains(set, id)
            {
                here |= bit;
            }
        }
        here
    }
}
