//! Which word is in which set, and what each word makes worth a try: small tables, laid side by side
//! so that what is looked at together is near.

use super::words::{NO_WORD, WordId};
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
    ids.iter().filter(|&&id| id != NO_WORD).fold(0, |filter, &id| filter | 1 << (hash(id) & 127))
}

/// Sets of words while they are collected.
#[derive(Default)]
pub(super) struct Sets {
    pub(super) members: Vec<Vec<WordId>>,
    pub(super) known: FxHashMap<Vec<WordId>, SetId>,
}

impl Sets {
    /// The set of `ids`; each is kept once.
    pub(super) fn add(&mut self, mut ids: Vec<WordId>) -> SetId {
        ids.sort_unstable();
        ids.dedup();
        if let Some(&set) = self.known.get(&ids) {
            return set;
        }
        let set = self.add_another(ids.clone());
        self.known.insert(ids, set);
        set
    }

    /// Adds a set that is hardly ever there already: not worth a look.
    pub(super) fn add_another(&mut self, ids: Vec<WordId>) -> SetId {
        self.members.push(ids);
        self.members.len() as SetId - 1
    }
}

/// The words numbered below this are the most common ones; each has a bit of its own in a row.
const COMMON: usize = 384;

/// How many bits a row has: as many as fill a cache line.
const BITS: usize = 512;

/// A set's row: a bit for each common word, and a Bloom filter (Bloom 1970) of all others.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
struct WordRow([u64; BITS / 64]);

impl WordRow {
    /// The bit of a word.
    #[inline]
    const fn bit(word: WordId) -> usize {
        let number = word as usize;
        if number < COMMON { number } else { COMMON + hash(word) as usize % (BITS - COMMON) }
    }

    fn add(&mut self, word: WordId) {
        self.0[Self::bit(word) / 64] |= 1 << (Self::bit(word) % 64);
    }

    /// False where `word` is not there; nearly always only then, and always for a common word.
    #[inline]
    fn may_hold(&self, word: WordId) -> bool {
        self.0[Self::bit(word) / 64] >> (Self::bit(word) % 64) & 1 == 1
    }
}

/// Which word is in which set: a row for the common words and a small hash table for the others, a set.
#[derive(Debug, Default)]
pub(super) struct WordSets {
    rows: Vec<WordRow>,
    tables: Vec<RareWords>,
    slots: Vec<WordId>,
}

/// A set's hash table within [`WordSets`].
#[derive(Debug, Clone, Copy)]
struct RareWords {
    /// First slot.
    start: u32,
    /// One less than the number of slots, a power of two.
    last: u32,
}

/// A set of [`WordSets`].
#[derive(Clone, Copy)]
pub(super) struct WordSet<'s> {
    sets: &'s WordSets,
    row: &'s WordRow,
    id: SetId,
}

impl WordSet<'_> {
    /// Whether `word` is in the set; [`NO_WORD`] is in none.
    #[inline]
    pub(super) fn contains(self, word: WordId) -> bool {
        self.row.may_hold(word) && (usize::from(word) < COMMON || self.sets.holds_rare(self.id, word))
    }
}

impl WordSets {
    /// `members` are the words of each set.
    pub(super) fn new(members: &[Vec<WordId>]) -> Self {
        let mut sets = Self::default();
        for ids in members {
            let mut row = WordRow::default();
            ids.iter().filter(|&&id| id != NO_WORD).for_each(|&id| row.add(id));
            let rare = ids.iter().copied().filter(|&id| usize::from(id) >= COMMON);
            let count = rare.clone().count();
            let size = (count + count / 2 + 1).next_power_of_two();
            let table = RareWords { start: sets.slots.len() as u32, last: size as u32 - 1 };
            sets.slots.resize(sets.slots.len() + size, NO_WORD);
            for id in rare {
                let mut slot = hash(id) & table.last;
                while sets.slots[(table.start + slot) as usize] != NO_WORD {
                    slot = (slot + 1) & table.last;
                }
                sets.slots[(table.start + slot) as usize] = id;
            }
            sets.rows.push(row);
            sets.tables.push(table);
        }
        sets
    }

    /// The set `id`.
    #[inline]
    pub(super) fn set(&self, id: SetId) -> WordSet<'_> {
        WordSet { sets: self, row: &self.rows[id as usize], id }
    }

    fn holds_rare(&self, set: SetId, word: WordId) -> bool {
        let table = self.tables[set as usize];
        let mut slot = hash(word) & table.last;
        loop {
            let found = self.slots[(table.start + slot) as usize];
            if found == NO_WORD || found == word {
                return found == word;
            }
            slot = (slot + 1) & table.last;
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.rows.len() * (size_of::<WordRow>() + size_of::<RareWords>()) + self.slots.len() * 2
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
/// A rare anchor has none: it is seldom met, and its few candidates are tried one by one.
#[derive(Debug, Default)]
pub(super) struct WordIndexes {
    /// By slot: the word, or [`NO_WORD`], and its group.
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

    /// The words of the index that was built last.
    pub(super) fn words(&self) -> &[WordId] {
        &self.words
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
        self.slots.resize(self.slots.len() + size, (NO_WORD, 0));
        // Words that make the same things worth a try share a group.
        let mut known: FxHashMap<&[u64], u16> = FxHashMap::default();
        for (&word, mask) in room.words.iter().zip(room.masks.chunks_exact(chunks.max(1))) {
            let next = known.len() as u16;
            let group = *known.entry(mask).or_insert_with(|| {
                self.masks.extend_from_slice(mask);
                next
            });
            let mut slot = hash(word) & table.last;
            while self.slots[(table.start + slot) as usize].0 != NO_WORD {
                slot = (slot + 1) & table.last;
            }
            self.slots[(table.start + slot) as usize] = (word, group);
        }
        table
    }

    /// The bits of what `word` makes worth a try; empty where it is not in the index.
    #[inline]
    pub(super) fn masks(&self, index: WordIndex, word: WordId) -> &[u64] {
        let mut slot = hash(word) & index.last;
        loop {
            let (found, group) = self.slots[(index.start + slot) as usize];
            if found == NO_WORD {
                return &[];
            }
            if found == word {
                let at = (index.groups + u32::from(group) * index.chunks) as usize;
                return &self.masks[at..at + index.chunks as usize];
            }
            slot = (slot + 1) & index.last;
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.slots.len() * 4 + self.masks.len() * 8
    }
}
