//! Signatures: which words may stand near a word, told from 64 bits (superimposed coding, Mooers 1948;
//! signature files, Faloutsos & Christodoulakis 1984).
//!
//! Each word has one of 64 bits, a set of words has the bits of its members. Where a set and the words
//! around a place share no bit, no word of the set is there; where they share one, a word may be.
//! Words that stand in the same sets share bits, so that even a large set has few of them.

use super::word_table::SetId;
use super::words::WordId;

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
            let Some(bit) = (0..BITS).min_by(|a, b| alarms(*a).total_cmp(&alarms(*b))) else { continue };
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

    /// The signatures of a message's words, one by one, with the edges that [`Around`] needs.
    pub(super) fn of_message(&self, words: &[WordId], signatures: &mut Vec<Signature>) {
        signatures.clear();
        signatures.resize(EDGE, 0);
        signatures.extend(words.iter().map(|&word| self.of_word(word)));
        signatures.resize(signatures.len() + EDGE, 0);
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
const RANGES: [(i8, i8); 12] = [
    (1, 1),
    (-1, -1),
    (2, 2),
    (-2, -2),
    (1, 2),
    (-2, -1),
    (1, 3),
    (-3, -1),
    (1, 5),
    (-5, -1),
    (1, EDGE as i8),
    (-(EDGE as i8), -1),
];

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
        let (after, before) = (&near[EDGE..], |distance: usize| near[EDGE - distance]);
        let (two_after, two_before) = (after[1] | after[2], before(1) | before(2));
        let (three_after, three_before) = (two_after | after[3], two_before | before(3));
        let (five_after, five_before) = (three_after | after[4] | after[5], three_before | before(4) | before(5));
        let mut all = [0; 16];
        // In the order of the ranges, and then all words.
        all[..=RANGES.len()].copy_from_slice(&[
            after[1],
            before(1),
            after[2],
            before(2),
            two_after,
            two_before,
            three_after,
            three_before,
            five_after,
            five_before,
            five_after | any(EDGE + 6, 2 * EDGE + 1),
            five_before | any(0, EDGE - 5),
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const WORDS: WordId = 200;

    proptest! {
        /// A word of a set that stands where it is asked for is never missed, whatever bits the words have.
        #[test]
        fn no_word_is_missed(
            sets in vec(vec(0..WORDS, 1..9), 1..60),
            weights in vec(0.0..9.0_f32, 60),
            frequency in vec(0.0..1e4_f32, usize::from(WORDS)),
            sentence in vec(0..WORDS, 1..60),
            distances in (-30..30_i8, 0..30_i8),
        ) {
            let signatures = Signatures::new(&sets, &weights[..sets.len()], &frequency);
            let mut near = Vec::new();
            signatures.of_message(&sentence, &mut near);
            let whole = signatures.of(&sentence);
            let distance = (distances.0, distances.0 + distances.1);
            for (at, near) in near.array_windows().enumerate() {
                let within = Around::new(near, whole).within(Range::holding(distance));
                let held = (distance.0..=distance.1)
                    .filter(|&apart| apart != 0)
                    .filter_map(|apart| sentence.get(at.checked_add_signed(isize::from(apart))?));
                for word in held {
                    for set in sets.iter().filter(|set| set.contains(word)) {
                        prop_assert!(signatures.of(set) & within != 0, "{distance:?} around word {at}");
                    }
                }
            }
        }

        /// What may be in a range is told from all words where no narrower range is.
        #[test]
        fn a_range_holds_what_it_is_asked_for(least in -40..40_i8, wider in 0..40_i8) {
            let Range(number) = Range::holding((least, least + wider));
            if let Some(&(from, to)) = RANGES.get(usize::from(number)) {
                prop_assert!(from <= least && least + wider <= to);
            }
        }
    }
}
