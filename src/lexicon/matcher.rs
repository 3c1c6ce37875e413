//! All patterns of a language over one message, in one pass.
//!
//! 1. Every pattern is filed under its rarest word (its *anchor*), with more words that a match must
//!    hold nearby, its *needs*, the most telling first ([`super::filing`]). What is rare a frequency
//!    table tells that comes with the lexicon, so that results never depend on what was read before.
//! 2. Each word of a sentence is looked up as an anchor. Which of its patterns are worth a try is told
//!    for all of them, without a branch to be guessed, from 64 bits for the words around it and as
//!    many for each of two needs ([`super::signature`]). Some nine in ten fall away here.
//! 3. Of the others the words where a need must stand are looked at ([`super::word_table`]).
//! 4. Where all needs are met the pattern is run from all places where it can start
//!    ([`super::automaton`]), which finds every match that there is.
//!
//! The cost is a small constant a word and a few instructions for each pattern filed under it. Much of
//! it is waiting for memory: what is looked at most often stands closely side by side.

use super::automaton::{Branches, Window};
use super::filing::TOLD;
use super::nodes::{Node, Nodes};
use super::signature::{self, Around, EDGE, Signature, Signatures};
use super::word_table::{SentenceWords, SetId, WordIndexes, WordRow, WordSets};
use std::ops::Range;

/// The widest pattern, in words: states are kept in 64 bits.
pub(super) const WIDEST: u8 = 60;

/// A pattern with its owner.
#[derive(Debug, Clone, Copy)]
pub(super) struct CompiledPattern {
    pub(super) rule: u32,
    pub(super) node: Node,
}

/// A pattern that is only looked for where a rule has matched.
#[derive(Debug)]
pub(crate) struct ExceptionPattern {
    /// Words of which every match holds one; first, since most sentences have none of them.
    pub(super) row: WordRow,
    /// Its number among the exceptions of all rules.
    pub(crate) number: u32,
    pub(super) node: Node,
    /// The words of `row`.
    pub(super) anchor: SetId,
    /// The fewest and most words before that one.
    pub(super) before: (u8, u8),
    /// The most words of a match.
    pub(super) width: u8,
}

/// A way in to a pattern: where its anchor is, and what else must be near.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Index of the pattern.
    pub(super) pattern: u32,
    /// The first of its needs in [`Matcher::needs`], and how many there are.
    pub(super) needs: u32,
    pub(super) needed: u8,
    /// The fewest and most words before the anchor.
    pub(super) before: (u8, u8),
    /// Whether every match opens its sentence.
    pub(super) opens: bool,
}

impl Candidate {
    /// Whether a match can start far enough from an anchor that is word `at` of its sentence.
    #[inline]
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

impl Nearby {
    /// How many places it can stand at.
    pub(super) fn places(self) -> f32 {
        f32::from(self.distance.1) - f32::from(self.distance.0) + 1.0
    }
}

/// A candidate as it is looked at wherever its anchor is: most are told from this alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// The signatures of its first needs.
    pub(super) told: [Signature; TOLD],
    /// Where they must stand.
    pub(super) ranges: [signature::Range; TOLD],
    /// Index of the candidate.
    pub(super) candidate: u32,
}

impl Entry {
    /// False where a need is not met by the words around.
    #[inline]
    fn may_match(&self, around: &Around) -> bool {
        self.told.iter().zip(self.ranges).fold(true, |met, (told, range)| met & (told & around.within(range) != 0))
    }
}

/// What one speaker's messages are looked through for: candidates by anchor.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    /// By word id: its first entry, and one past its last.
    pub(super) words: Vec<(u32, u32)>,
    pub(super) entries: Vec<Entry>,
}

/// An anchor's place in a sentence.
#[derive(Clone, Copy)]
struct Place<'s> {
    sentence: &'s SentenceWords<'s>,
    at: usize,
    /// First token of the sentence.
    offset: u32,
}

/// All patterns of a language.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    pub(super) sets: WordSets,
    pub(super) patterns: Vec<CompiledPattern>,
    pub(super) nodes: Nodes,
    /// By choice.
    pub(super) branches: Vec<Branches>,
    /// Of each choice.
    pub(super) phrases: WordIndexes,
    pub(super) signatures: Signatures,
    pub(super) candidates: Vec<Candidate>,
    /// Of the candidates.
    pub(super) needs: Vec<Nearby>,
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
    /// Adds every match in `sentence`, whose first token is token `offset` of the message; `near` are the
    /// signatures of its words and of [`EDGE`] more to either side.
    pub(super) fn find(
        &self,
        anchors: &Anchors,
        sentence: &SentenceWords<'_>,
        near: &[Signature],
        offset: u32,
        hits: &mut Vec<Hit>,
    ) {
        let whole = near[EDGE..near.len() - EDGE].iter().fold(0, |all, one| all | one);
        for ((at, &id), near) in sentence.ids.iter().enumerate().zip(near.array_windows()) {
            let (first, end) = anchors.words[usize::from(id)];
            if first == end {
                continue;
            }
            let around = Around::new(near, whole);
            for entries in anchors.entries[first as usize..end as usize].chunks(64) {
                // All are told before the first is tried: no branch to be guessed.
                let mut tries = entries
                    .iter()
                    .enumerate()
                    .fold(0_u64, |tries, (number, entry)| tries | u64::from(entry.may_match(&around)) << number);
                while tries != 0 {
                    let entry = &entries[tries.trailing_zeros() as usize];
                    tries &= tries - 1;
                    self.verify(&self.candidates[entry.candidate as usize], Place { sentence, at, offset }, hits);
                }
            }
        }
    }

    #[inline]
    fn needs_of(&self, candidate: &Candidate) -> &[Nearby] {
        &self.needs[candidate.needs as usize..][..usize::from(candidate.needed)]
    }

    /// Whether a word of `nearby` stands where it must around the anchor.
    #[inline]
    fn is_near(&self, nearby: Nearby, place: Place<'_>) -> bool {
        let Place { sentence, at, .. } = place;
        let set = self.sets.set(nearby.set);
        if !set.may_meet(sentence) {
            return false;
        }
        let (least, most) = nearby.distance;
        let from = at.saturating_add_signed(isize::from(least)).min(sentence.len());
        let to = (at + 1).saturating_add_signed(isize::from(most)).clamp(from, sentence.len());
        sentence.ids[from..to].iter().zip(&sentence.bits[from..to]).any(|(&word, &bit)| set.contains(word, bit))
    }

    /// Runs a candidate's pattern where all of its needs are near.
    fn verify(&self, candidate: &Candidate, place: Place<'_>, hits: &mut Vec<Hit>) {
        if candidate.can_stand_at(place.at) && self.needs_of(candidate).iter().all(|&need| self.is_near(need, place)) {
            self.run_around(candidate, place, hits);
        }
    }

    /// Runs a candidate's pattern from every start from which it can reach its anchor.
    #[inline(never)]
    fn run_around(&self, candidate: &Candidate, place: Place<'_>, hits: &mut Vec<Hit>) {
        let Place { sentence, at, offset } = place;
        let (fewest, most) = (usize::from(candidate.before.0), usize::from(candidate.before.1));
        let Some(latest) = at.checked_sub(fewest) else { return };
        let CompiledPattern { rule, node } = self.patterns[candidate.pattern as usize];
        let earliest = at.saturating_sub(most);
        let window = Window::new(sentence, earliest);
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
            let ends = self.run(node, Window::new(sentence, start), 1);
            if ends != 0 {
                let first = offset + start as u32;
                hits.push(Hit { rule, first, last: first + ends.ilog2() });
            }
        }
    }

    /// Whether `pattern` matches in `sentence` so that it shares a word with `overlap`.
    #[inline]
    pub(super) fn overlaps(
        &self,
        pattern: &ExceptionPattern,
        sentence: &SentenceWords<'_>,
        overlap: Range<usize>,
    ) -> bool {
        sentence.may_hold_any(&pattern.row) && self.runs_over(pattern, sentence, overlap)
    }

    #[inline(never)]
    fn runs_over(&self, pattern: &ExceptionPattern, sentence: &SentenceWords<'_>, overlap: Range<usize>) -> bool {
        let SentenceWords { ids, bits, .. } = sentence;
        let anchor = self.sets.set(pattern.anchor);
        let (fewest, most) = (usize::from(pattern.before.0), usize::from(pattern.before.1));
        // A match that shares a word starts here, and so its anchor is not far.
        let starts = (overlap.start + 1).saturating_sub(usize::from(pattern.width))..overlap.end;
        let to = (starts.end + most).min(ids.len());
        (starts.start + fewest..to).any(|at| {
            if !anchor.contains(ids[at], bits[at]) {
                return false;
            }
            let first = at.saturating_sub(most).max(starts.start);
            let Some(last) = (at - fewest).min(starts.end - 1).checked_sub(first) else { return false };
            let ends = self.run(pattern.node, Window::new(sentence, first), u64::MAX >> (63 - last));
            // Some match ends past the overlap's first word.
            ends >> 1 >> overlap.start.saturating_sub(first) != 0
        })
    }
}
