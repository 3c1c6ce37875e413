//! Small hash tables of words, laid side by side so that what is looked at together is near.

use super::words::{UNKNOWN, WordId};
use rustc_hash::FxHashMap;

/// Names a set of [`WordSets`].
pub(super) type SetId = u32;

/// Multiply-shift hashing (Dietzfelbinger et al. 1997): the upper bits are well mixed.
#[inline]
const fn hash(word: WordId) -> u32 {
    (word as u32).wrapping_mul(0x9e37_79b1) >> 12
}

/// A Bloom filter of a sentence's or an exception's words: where two share no bit they share no word.
pub(crate) type SentenceFilter = u128;

/// The filter of some words.
pub(crate) fn filter_of(ids: &[WordId]) -> SentenceFilter {
    ids.iter().filter(|&&id| id != UNKNOWN).fold(0, |filter, &id| filter | 1 << (hash(id) & 127))
}

/// Which word is in which set: a small hash table a set, side by side.
#[derive(Debug, Default)]
pub(super) struct WordSets {
    sets: Vec<WordSet>,
    slots: Vec<WordId>,
}

/// A set's table within [`WordSets`].
#[derive(Debug, Clone, Copy)]
pub(super) struct WordSet {
    /// A Bloom filter of its words: most questions end here.
    filter: u64,
    /// First slot.
    start: u32,
    /// One less than the number of slots, a power of two.
    last: u32,
}

impl WordSets {
    /// `members` are the words of each set.
    pub(super) fn new(members: &[Vec<WordId>]) -> Self {
        let mut sets = Self::default();
        for ids in members {
            let size = (ids.len() + ids.len() / 2 + 1).next_power_of_two();
            let mut set = WordSet { filter: 0, start: sets.slots.len() as u32, last: size as u32 - 1 };
            sets.slots.resize(sets.slots.len() + size, UNKNOWN);
            for &id in ids.iter().filter(|&&id| id != UNKNOWN) {
                let mut slot = hash(id) & set.last;
                while sets.slots[(set.start + slot) as usize] != UNKNOWN {
                    slot = (slot + 1) & set.last;
                }
                sets.slots[(set.start + slot) as usize] = id;
                set.filter |= 1 << (hash(id) & 63);
            }
            sets.sets.push(set);
        }
        sets
    }

    /// The set `id`.
    #[inline]
    pub(super) fn set(&self, id: SetId) -> WordSet {
        self.sets[id as usize]
    }

    /// Whether `id` is in `set`; [`UNKNOWN`] is in none.
    #[inline]
    pub(super) fn contains(&self, set: WordSet, id: WordId) -> bool {
        set.filter >> (hash(id) & 63) & 1 == 1 && self.look_up(set, id)
    }

    fn look_up(&self, set: WordSet, id: WordId) -> bool {
        let mut slot = hash(id) & set.last;
        loop {
            let found = self.slots[(set.start + slot) as usize];
            if found == UNKNOWN || found == id {
                return found == id && id != UNKNOWN;
            }
            slot = (slot + 1) & set.last;
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.sets.len() * size_of::<WordSet>() + self.slots.len() * 2
    }
}

/// Which of some numbered things each word makes worth a try, within [`WordIndexes`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WordIndex {
    /// First slot.
    start: u32,
    /// One less than the number of slots, a power of two; the filter has as many bytes.
    last: u32,
    /// First group.
    groups: u32,
    /// How many masks a group has: one for each 64 things.
    chunks: u32,
}

/// Word indexes side by side: of each common anchor, the candidates by second word; of each choice,
/// the phrases by first word.
///
/// A rare anchor has none: it is seldom met, and its few candidates are tried one by one. A Bloom
/// filter (Bloom 1970) of a byte a word turns most words away before the larger table is touched.
#[derive(Debug, Default)]
pub(super) struct WordIndexes {
    /// By index a bit row, one bit for each hash value of a word.
    filters: Vec<u8>,
    /// By slot: the word, or [`UNKNOWN`], and its group.
    slots: Vec<(WordId, u16)>,
    /// By group and chunk: bit `n` is the chunk's thing `n`.
    masks: Vec<u64>,
}

/// Room in which indexes are built, one after the other.
pub(super) struct IndexRoom {
    /// By word: one more than the number of its mask, 0 where it has none.
    place: Vec<u32>,
    words: Vec<WordId>,
    /// By word of `words`: one bit for each thing.
    masks: Vec<u64>,
}

impl IndexRoom {
    /// Room for indexes of so many words.
    pub(super) fn new(words: usize) -> Self {
        Self { place: vec![0; words], words: Vec::new(), masks: Vec::new() }
    }

    fn clear(&mut self) {
        self.words.iter().for_each(|&word| self.place[usize::from(word)] = 0);
        self.words.clear();
        self.masks.clear();
    }

    /// Sets bit `number` of `word`'s mask.
    fn set(&mut self, word: WordId, number: u32, chunks: usize) {
        let place = &mut self.place[usize::from(word)];
        if *place == 0 {
            self.words.push(word);
            self.masks.resize(self.words.len() * chunks, 0);
            *place = self.words.len() as u32;
        }
        self.masks[(*place as usize - 1) * chunks + number as usize / 64] |= 1 << (number % 64);
    }
}

impl WordIndexes {
    /// Adds an index of `things` things: words with the numbers of what they make worth a try.
    pub(super) fn add(
        &mut self,
        room: &mut IndexRoom,
        pairs: impl IntoIterator<Item = (WordId, u32)>,
        things: usize,
    ) -> WordIndex {
        let chunks = things.div_ceil(64);
        room.clear();
        pairs.into_iter().for_each(|(word, number)| room.set(word, number, chunks));
        let size = (room.words.len() + room.words.len() / 2 + 1).next_power_of_two();
        let table = WordIndex {
            start: self.slots.len() as u32,
            last: size as u32 - 1,
            groups: self.masks.len() as u32,
            chunks: chunks as u32,
        };
        self.slots.resize(self.slots.len() + size, (UNKNOWN, 0));
        self.filters.resize(self.slots.len(), 0);
        // Words that make the same things worth a try share a group.
        let mut known: FxHashMap<&[u64], u16> = FxHashMap::default();
        for (&word, mask) in room.words.iter().zip(room.masks.chunks_exact(chunks.max(1))) {
            let next = known.len() as u16;
            let group = *known.entry(mask).or_insert_with(|| {
                self.masks.extend_from_slice(mask);
                next
            });
            let mut slot = hash(word) & table.last;
            while self.slots[(table.start + slot) as usize].0 != UNKNOWN {
                slot = (slot + 1) & table.last;
            }
            self.slots[(table.start + slot) as usize] = (word, group);
            let (byte, bit) = WordFilter::place(word, size);
            self.filters[table.start as usize + byte] |= bit;
        }
        table
    }

    /// The filter of an index's words.
    #[inline]
    pub(super) fn filter(&self, table: WordIndex) -> WordFilter<'_> {
        let start = table.start as usize;
        WordFilter { bytes: &self.filters[start..start + table.last as usize + 1] }
    }

    /// The bits of what `word` makes worth a try; empty where it is not in the index.
    #[inline]
    pub(super) fn masks(&self, table: WordIndex, word: WordId) -> &[u64] {
        let mut slot = hash(word) & table.last;
        loop {
            let (found, group) = self.slots[(table.start + slot) as usize];
            if found == UNKNOWN {
                return &[];
            }
            if found == word {
                let at = (table.groups + u32::from(group) * table.chunks) as usize;
                return &self.masks[at..at + table.chunks as usize];
            }
            slot = (slot + 1) & table.last;
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.slots.len() * 5 + self.masks.len() * 8
    }
}

/// The Bloom filter of an index's words.
pub(super) struct WordFilter<'f> {
    bytes: &'f [u8],
}

impl WordFilter<'_> {
    /// Which byte and which bit of it are a word's, in a filter of `size` bytes, a power of two.
    #[inline]
    const fn place(word: WordId, size: usize) -> (usize, u8) {
        // Other bits of the hash than the slot takes.
        let mixed = (word as u32).wrapping_mul(0x85eb_ca6b) >> 11;
        ((mixed >> 3) as usize & (size - 1), 1 << (mixed & 7))
    }

    /// False where `word` is not in the index; nearly always only then.
    #[inline]
    pub(super) fn may_hold(&self, word: WordId) -> bool {
        let (byte, bit) = Self::place(word, self.bytes.len());
        self.bytes[byte] & bit != 0
    }
}
