//! Signatures: which words may stand near a word, told from 64 bits (superimposed coding, Mooers 1948;
//! signature files, Faloutsos & Christodoulakis 1984).
//!
//! Each word has one of 64 bits, a set of words has the bits of its members. Where a set and the words
//! around a place share no bit, no word of the set is there; where they share one, a word may be.
//! Words that stand in the same sets share bits, so that even a large set has few of them.

use super::word_table::SetId;
use super::words::WordId;
use std::cmp::Ordering;

/// One of 64 bits for each word, ordered by word id.
#[derive(Debug, Default)]
pub(super) struct Signatures {
    shifts: Vec<u8>,
}

/// The bits that words have, or the members of a set.
pub(crate) type Signature = u64;

const BITS: usize = Signature::BITS as usize;

/// What a signature shares a bit with wherever there is a word.
pub(super) const ANY: Signature = Signature::MAX;

impl Signatures {
    /// Signatures for the words of `sets`; `weights` tells how often each set is asked for, `frequency` how
    /// often each word is met.
    ///
    /// From the most common word to the rarest, each gets the bit that brings the fewest false alarms:
    /// those of its sets that had no word of that bit now meet all words of it, and all sets that had
    /// one now meet the word.
    pub(super) fn new(sets: &[Vec<WordId>], weights: &[f32], frequency: &[f32]) -> Self {
        let words = frequency.len();
        let mut sets_of: Vec<Vec<SetId>> = vec![Vec::new(); words];
        for (set, members) in sets.iter().enumerate().filter(|(set, _)| weights[*set] > 0.0) {
            members.iter().for_each(|&word| sets_of[usize::from(word)].push(set as SetId));
        }
        let mut by_frequency: Vec<usize> = (0..words).collect();
        by_frequency.sort_by(|a, b| frequency[*b].total_cmp(&frequency[*a]));
        let mut shifts = vec![0; words];
        let mut of_set: Vec<Signature> = vec![0; sets.len()];
        // By bit: how often its words are met, and how often sets with such a word are asked for.
        let (mut met, mut asked) = ([0.0; BITS], [0.0; BITS]);
        for word in by_frequency {
            let (mut all, mut having) = (0.0, [0.0; BITS]);
            for &set in &sets_of[word] {
                let weight = weights[set as usize];
                all += weight;
                for_each_bit(of_set[set as usize], |bit| having[bit] += weight);
            }
            let alarms = |bit: usize| frequency[word] * (asked[bit] - having[bit]) + met[bit] * (all - having[bit]);
            let least = |a: &usize, b: &usize| -> Ordering { alarms(*a).total_cmp(&alarms(*b)) };
            let Some(bit) = (0..BITS).min_by(least) else { continue };
            shifts[word] = bit as u8;
            met[bit] += frequency[word];
            for &set in &sets_of[word] {
                let signature = &mut of_set[set as usize];
                asked[bit] += if *signature >> bit & 1 == 0 { weights[set as usize] } else { 0.0 };
                *signature |= 1 << bit;
            }
        }
        Self { shifts }
    }

    /// The signature of `words`.
    pub(super) fn of(&self, words: &[WordId]) -> Signature {
        words.iter().fold(0, |all, &word| all | self.of_word(word))
    }

    #[inline]
    fn of_word(&self, word: WordId) -> Signature {
        1 << self.shifts[usize::from(word)]
    }

    /// The signatures of a message's words, one by one, with the edges that [`around`] needs.
    pub(super) fn of_message(&self, words: &[WordId], signatures: &mut Vec<Signature>) {
        signatures.clear();
        signatures.resize(EDGE, 0);
        signatures.extend(words.iter().map(|&word| self.of_word(word)));
        signatures.resize(signatures.len() + EDGE, 0);
    }

    /// How many words there are.
    pub(super) const fn words(&self) -> usize {
        self.shifts.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.shifts.len()
    }
}

fn for_each_bit(mut signature: Signature, mut each: impl FnMut(usize)) {
    while signature != 0 {
        each(signature.trailing_zeros() as usize);
        signature &= signature - 1;
    }
}

/// How far from a word the words around it are told apart from all others of its sentence.
pub(crate) const EDGE: usize = 12;

/// Names the words around a word whose signature is asked for: those of one of [`RANGES`], or all of its sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range(u8);

/// From how many words after a word to how many; negative before it.
const RANGES: [(i8, i8); 8] = [(1, 1), (-1, -1), (1, 2), (-2, -1), (1, 5), (-5, -1), (1, 12), (-12, -1)];

impl Range {
    /// All words of the sentence.
    pub(super) const SENTENCE: Self = Self(RANGES.len() as u8);

    /// The narrowest that holds all places from the distance `least` to `most`.
    pub(super) fn holding((least, most): (i8, i8)) -> Self {
        let holds = |number: &usize| RANGES[*number].0 <= least && most <= RANGES[*number].1;
        let width = |number: &usize| i16::from(RANGES[*number].1) - i16::from(RANGES[*number].0);
        (0..RANGES.len()).filter(holds).min_by_key(width).map_or(Self::SENTENCE, |number| Self(number as u8))
    }
}

/// The signatures of the words around a word, by [`Range`]; as many as an index of four bits tells apart.
#[derive(Clone, Copy)]
pub(super) struct Around([Signature; 16]);

impl Around {
    /// Around the word in the middle of `near`, which are the signatures of the words [`EDGE`] to either side.
    /// They may be words of another sentence, which makes a false alarm and loses nothing.
    #[inline]
    pub(super) fn new(near: &[Signature; 2 * EDGE + 1], sentence: Signature) -> Self {
        let any = |from: usize, to: usize| near[from..to].iter().fold(0, |all, one| all | one);
        let (before, after) = (EDGE, EDGE + 1);
        let (two_after, two_before) = (near[after] | near[after + 1], near[before - 2] | near[before - 1]);
        let (five_after, five_before) =
            (two_after | any(after + 2, after + 5), two_before | any(before - 5, before - 2));
        let mut all = [0; 16];
        all[..9].copy_from_slice(&[
            near[after],
            near[before - 1],
            two_after,
            two_before,
            five_after,
            five_before,
            five_after | any(after + 5, after + EDGE),
            five_before | any(before - EDGE, before - 5),
            sentence,
        ]);
        Self(all)
    }

    /// The signature of the words in `range`.
    #[inline]
    pub(super) const fn within(&self, Range(number): Range) -> Signature {
        self.0[(number & 15) as usize]
    }
}
