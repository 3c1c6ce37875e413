//! All patterns of a language over one message, in one pass.
//!
//! Each pattern is filed under its rarest word (its *anchor*) and a second word that a match must
//! hold nearby, by a frequency table that comes with the lexicon, so that results never depend on
//! what was read before. One look-up a pair of neighbouring words tells which patterns are worth a
//! try; those few are run as non-deterministic automata whose states are bit sets of positions
//! (Baeza-Yates & Gonnet 1992), which finds every match that there is. The cost is a small constant
//! a word, and hardly a function of the number of rules.

use super::word_table::{SentenceFilter, SetId, WordIndex, WordIndexes, WordSets};
use super::words::{UNKNOWN, WordId};
use std::ops::Range;

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
    /// Those of more words.
    pub(super) phrases: Box<[Node]>,
    /// Those that no first word tells: they need no word (`^`) or start with a gap.
    pub(super) wordless: Box<[Node]>,
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
    /// Its number among the exceptions of all rules.
    pub(crate) number: u32,
    pub(super) node: Node,
    /// Words of which every match holds one.
    pub(super) anchor: SetId,
    /// The fewest and most words before that one.
    pub(super) before: (u8, u8),
    /// A Bloom filter of those words.
    pub(super) filter: SentenceFilter,
    /// The most words of a match.
    pub(super) width: u8,
}

/// A way in to a pattern: where its anchor is, and what else must be near.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Index of the pattern.
    pub(super) pattern: u32,
    /// The fewest and most words before the anchor.
    pub(super) before: (u8, u8),
    /// Whether every match opens its sentence.
    pub(super) opens: bool,
    pub(super) second: Option<Nearby>,
    pub(super) third: Option<Nearby>,
}

impl Candidate {
    /// Whether a match can start far enough from an anchor that is word `at` of its sentence.
    fn can_stand_at(&self, at: usize) -> bool {
        !self.opens || at <= usize::from(self.before.1)
    }
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
    /// First candidate that is tried wherever the anchor is.
    pub(super) alone: u32,
    /// One past the last of them.
    pub(super) end: u32,
    /// How far before and after the anchor a second word can stand.
    pub(super) reach: (u8, u8),
    /// The second words.
    pub(super) seconds: WordIndex,
}

/// What one speaker's messages are looked through for: candidates by anchor.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    /// By word id.
    pub(super) words: Vec<Anchor>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) pairs: WordIndexes,
}

impl Nearby {
    fn spans(self, distance: isize) -> bool {
        isize::from(self.distance.0) <= distance && distance <= isize::from(self.distance.1)
    }
}

/// How many chunks of candidates are remembered as tried; beyond, one may be tried again.
const TRIED_CHUNKS: usize = 4;

/// An anchor's place in a sentence.
struct Place<'s> {
    ids: &'s [WordId],
    at: usize,
    /// First token of the sentence.
    offset: u32,
    /// By chunk and bit: candidates that were run from here already.
    tried: [u64; TRIED_CHUNKS],
}

/// All patterns of a language.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    pub(super) sets: WordSets,
    pub(super) patterns: Vec<CompiledPattern>,
    pub(super) choices: Vec<Choice>,
    /// By choice: its phrases by their first words.
    pub(super) phrases: Vec<WordIndex>,
    pub(super) phrase_indexes: WordIndexes,
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
            if anchor.paired == anchor.end {
                continue;
            }
            for candidate in &anchors.candidates[anchor.alone as usize..anchor.end as usize] {
                if candidate.can_stand_at(at) && candidate.second.is_none_or(|second| self.is_near(second, ids, at)) {
                    self.verify(candidate, ids, at, offset, hits);
                }
            }
            if anchor.paired == anchor.alone {
                continue;
            }
            let from = at.saturating_sub(usize::from(anchor.reach.0));
            let to = (at + 1 + usize::from(anchor.reach.1)).min(ids.len());
            let filter = anchors.pairs.filter(anchor.seconds);
            let mut place = Place { ids, at, offset, tried: [0; TRIED_CHUNKS] };
            for (index, &second) in ids[from..to].iter().enumerate() {
                if filter.may_hold(second) && second != UNKNOWN && from + index != at {
                    self.try_pair(anchors, &anchor, from + index, &mut place, hits);
                }
            }
        }
    }

    /// Tries the candidates of an anchor at `place` that the word at `second` makes worth it.
    fn try_pair(&self, anchors: &Anchors, anchor: &Anchor, second: usize, place: &mut Place<'_>, hits: &mut Vec<Hit>) {
        let distance = second as isize - place.at as isize;
        let masks = anchors.pairs.masks(anchor.seconds, place.ids[second]);
        for (chunk, &mask) in masks.iter().enumerate() {
            let mut mask = mask & !place.tried.get(chunk).copied().unwrap_or(0);
            while mask != 0 {
                let bit = mask & mask.wrapping_neg();
                mask ^= bit;
                let index = anchor.paired as usize + 64 * chunk + bit.trailing_zeros() as usize;
                let candidate = &anchors.candidates[index];
                if candidate.can_stand_at(place.at) && candidate.second.is_some_and(|second| second.spans(distance)) {
                    if let Some(tried) = place.tried.get_mut(chunk) {
                        *tried |= bit;
                    }
                    self.verify(candidate, place.ids, place.at, place.offset, hits);
                }
            }
        }
    }

    /// Whether a word of `nearby` stands where it must around the anchor at `at`.
    fn is_near(&self, nearby: Nearby, ids: &[WordId], at: usize) -> bool {
        let (least, most) = nearby.distance;
        let from = at.saturating_add_signed(isize::from(least)).min(ids.len());
        let to = (at + 1).saturating_add_signed(isize::from(most)).clamp(from, ids.len());
        let set = self.sets.set(nearby.set);
        ids[from..to].iter().any(|&id| self.sets.contains(set, id))
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
        let latest = if candidate.opens { earliest } else { latest };
        // All starts at once, since most candidates fail; then one by one to tell which.
        let all = u64::MAX >> (63 - (latest - earliest));
        if latest > earliest && self.run(&pattern.node, all, ids, earliest) == 0 {
            return;
        }
        for start in earliest..=latest {
            if let Some(length) = self.longest_at(&pattern.node, ids, start) {
                hits.push(Hit {
                    rule: pattern.rule,
                    first: offset + start as u32,
                    last: offset + (start + length) as u32,
                });
            }
        }
    }

    /// How many words the longest match of `node` from word `start` of the sentence takes.
    pub(super) fn longest_at(&self, node: &Node, ids: &[WordId], start: usize) -> Option<usize> {
        let ends = self.run(node, 1, ids, start);
        // A match takes at least one word.
        (ends & !1 != 0).then(|| 63 - ends.leading_zeros() as usize)
    }

    /// Whether `pattern` matches in the sentence `ids` so that it shares a word with `overlap`.
    pub(super) fn overlaps(&self, pattern: &ExceptionPattern, ids: &[WordId], overlap: Range<usize>) -> bool {
        let anchor = self.sets.set(pattern.anchor);
        let (fewest, most) = (usize::from(pattern.before.0), usize::from(pattern.before.1));
        let width = usize::from(pattern.width);
        // A match that shares a word starts here, and so its anchor is not far.
        let starts = (overlap.start + 1).saturating_sub(width)..overlap.end;
        let reach = starts.start + fewest..(starts.end + most).min(ids.len());
        for at in reach {
            if self.sets.contains(anchor, ids[at]) {
                for start in at.saturating_sub(most).max(starts.start)..(at + 1).saturating_sub(fewest).min(starts.end)
                {
                    let length = self.longest_at(&pattern.node, ids, start);
                    if length.is_some_and(|length| start + length > overlap.start) {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// The positions (bit `n` is word `start + n`) that can stand after `node`, from those in `from`.
    fn run(&self, node: &Node, from: u64, ids: &[WordId], start: usize) -> u64 {
        match node {
            Node::Word(set) => self.in_set(*set, from, ids, start) << 1,
            Node::Sequence(items) => {
                let mut states = from;
                for item in items {
                    // Words are most of all items: no call for them.
                    states = match item {
                        Node::Word(set) => self.in_set(*set, states, ids, start) << 1,
                        other => self.run(other, states, ids, start),
                    };
                    if states == 0 {
                        break;
                    }
                }
                states
            }
            Node::Choice(choice) => self.run_choice(*choice as usize, from, ids, start),
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

    fn run_choice(&self, choice: usize, from: u64, ids: &[WordId], start: usize) -> u64 {
        let index = self.phrases[choice];
        let choice = &self.choices[choice];
        let mut after = choice.single.map_or(0, |set| self.in_set(set, from, ids, start) << 1);
        for node in &choice.wordless {
            after |= self.run(node, from, ids, start);
        }
        if choice.phrases.is_empty() {
            return after;
        }
        let mut rest = from;
        while rest != 0 {
            let at = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let Some(&id) = ids.get(start + at) else { break };
            for (chunk, &mask) in self.phrase_indexes.masks(index, id).iter().enumerate() {
                let mut mask = mask;
                while mask != 0 {
                    let phrase = &choice.phrases[64 * chunk + mask.trailing_zeros() as usize];
                    mask &= mask - 1;
                    after |= self.run(phrase, 1 << at, ids, start);
                }
            }
        }
        after
    }

    /// The positions in `from` whose words are in `set`.
    #[inline]
    fn in_set(&self, set: SetId, from: u64, ids: &[WordId], start: usize) -> u64 {
        let set = self.sets.set(set);
        let ids = &ids[start..];
        let mut here = 0;
        let mut rest = from;
        while rest != 0 {
            let at = rest.trailing_zeros() as usize;
            if at >= ids.len() {
                break;
            }
            if self.sets.contains(set, ids[at]) {
                here |= 1 << at;
            }
            rest &= rest - 1;
        }
        here
    }
}
