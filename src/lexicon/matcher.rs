//! All patterns of a language over one message, in one pass.
//!
//! 1. Every pattern is filed under its rarest word (its *anchor*), with two more words that a match
//!    must hold nearby ([`super::filing`]). What is rare a frequency table tells that comes with the
//!    lexicon, so that results never depend on what was read before.
//! 2. Each word of a sentence is looked up as an anchor. Of a common one, the words around it tell by
//!    a table of pairs which of its patterns are worth a try; a rare one has few, each tried.
//! 3. Where the third word is near too, the pattern is run from all places where it can start
//!    ([`super::automaton`]), which finds every match that there is.
//!
//! Sets of words are rows of bits, the most common words first ([`super::word_table`]). The cost is a
//! small constant a word, and hardly a function of the number of rules.

use super::automaton::{Branches, Choice, Node, Window};
use super::word_table::{SentenceFilter, SetId, WordIndex, WordIndexes, WordSets};
use super::words::WordId;
use std::ops::Range;

/// The widest pattern, in words: states are kept in 64 bits.
pub(super) const WIDEST: u8 = 60;

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
    pub(super) seconds: SetId,
    /// Candidates by second word.
    pub(super) pairs: WordIndex,
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
#[derive(Clone, Copy)]
struct Place<'s> {
    ids: &'s [WordId],
    at: usize,
    /// First token of the sentence.
    offset: u32,
}

/// All patterns of a language.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    pub(super) sets: WordSets,
    pub(super) patterns: Vec<CompiledPattern>,
    pub(super) choices: Vec<Choice>,
    /// By choice.
    pub(super) branches: Vec<Branches>,
    /// Of each choice.
    pub(super) phrases: WordIndexes,
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
            let anchor = &anchors.words[usize::from(id)];
            if anchor.paired == anchor.end {
                continue;
            }
            let place = Place { ids, at, offset };
            for candidate in &anchors.candidates[anchor.alone as usize..anchor.end as usize] {
                if candidate.can_stand_at(at) && candidate.second.is_none_or(|second| self.is_near(second, place)) {
                    self.verify(candidate, place, hits);
                }
            }
            if anchor.paired != anchor.alone {
                self.find_pairs(anchors, anchor, place, hits);
            }
        }
    }

    /// Tries the candidates of an anchor that the words around it make worth it.
    fn find_pairs(&self, anchors: &Anchors, anchor: &Anchor, place: Place<'_>, hits: &mut Vec<Hit>) {
        let Place { ids, at, .. } = place;
        let from = at.saturating_sub(usize::from(anchor.reach.0));
        let to = (at + 1 + usize::from(anchor.reach.1)).min(ids.len());
        let seconds = self.sets.set(anchor.seconds);
        let mut tried = [0; TRIED_CHUNKS];
        for (ahead, &id) in ids[from..to].iter().enumerate() {
            let second = from + ahead;
            if !seconds.contains(id) || second == at {
                continue;
            }
            let distance = second as isize - at as isize;
            for (chunk, &mask) in anchors.pairs.masks(anchor.pairs, id).iter().enumerate() {
                let mut untried = mask & !tried.get(chunk).copied().unwrap_or(0);
                while untried != 0 {
                    let bit = untried & untried.wrapping_neg();
                    untried ^= bit;
                    let index = anchor.paired as usize + 64 * chunk + bit.trailing_zeros() as usize;
                    let candidate = &anchors.candidates[index];
                    if candidate.can_stand_at(at) && candidate.second.is_some_and(|second| second.spans(distance)) {
                        if let Some(tried) = tried.get_mut(chunk) {
                            *tried |= bit;
                        }
                        self.verify(candidate, place, hits);
                    }
                }
            }
        }
    }

    /// Whether a word of `nearby` stands where it must around the anchor.
    #[inline]
    fn is_near(&self, nearby: Nearby, place: Place<'_>) -> bool {
        let Place { ids, at, .. } = place;
        let (least, most) = nearby.distance;
        let from = at.saturating_add_signed(isize::from(least)).min(ids.len());
        let to = (at + 1).saturating_add_signed(isize::from(most)).clamp(from, ids.len());
        let set = self.sets.set(nearby.set);
        ids[from..to].iter().any(|&id| set.contains(id))
    }

    /// Runs a candidate's pattern from every start from which it can reach its anchor.
    fn verify(&self, candidate: &Candidate, place: Place<'_>, hits: &mut Vec<Hit>) {
        let Place { ids, at, offset } = place;
        let (fewest, most) = (usize::from(candidate.before.0), usize::from(candidate.before.1));
        let Some(latest) = at.checked_sub(fewest) else { return };
        if candidate.third.is_some_and(|third| !self.is_near(third, place)) {
            return;
        }
        let CompiledPattern { rule, node } = &self.patterns[candidate.pattern as usize];
        let earliest = at.saturating_sub(most);
        let window = Window::new(ids, earliest);
        let starts = if candidate.opens { 1 } else { u64::MAX >> (63 - (latest - earliest)) };
        let mut starts = self.openings(node, window, starts);
        // All starts at once, since most candidates fail; then one by one to tell which.
        let several = starts & starts.wrapping_sub(1) != 0;
        if several && self.run(node, window, starts) == 0 {
            return;
        }
        while starts != 0 {
            let start = earliest + starts.trailing_zeros() as usize;
            starts &= starts - 1;
            let ends = self.run(node, Window::new(ids, start), 1);
            if ends != 0 {
                let first = offset + start as u32;
                hits.push(Hit { rule: *rule, first, last: first + ends.ilog2() });
            }
        }
    }

    /// Whether `pattern` matches in the sentence `ids` so that it shares a word with `overlap`.
    pub(super) fn overlaps(&self, pattern: &ExceptionPattern, ids: &[WordId], overlap: Range<usize>) -> bool {
        let anchor = self.sets.set(pattern.anchor);
        let (fewest, most) = (usize::from(pattern.before.0), usize::from(pattern.before.1));
        // A match that shares a word starts here, and so its anchor is not far.
        let starts = (overlap.start + 1).saturating_sub(usize::from(pattern.width))..overlap.end;
        let to = (starts.end + most).min(ids.len());
        (starts.start + fewest..to).any(|at| {
            if !anchor.contains(ids[at]) {
                return false;
            }
            let first = at.saturating_sub(most).max(starts.start);
            let Some(last) = (at - fewest).min(starts.end - 1).checked_sub(first) else { return false };
            let ends = self.run(&pattern.node, Window::new(ids, first), u64::MAX >> (63 - last));
            // Some match ends past the overlap's first word.
            ends >> 1 >> overlap.start.saturating_sub(first) != 0
        })
    }
}
