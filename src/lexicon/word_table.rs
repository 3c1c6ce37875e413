//! Which word is in which set, and which phrases of a choice each word can begin: small tables, laid side
//! by side so that what is looked at together is near.

use super::words::{NO_WORD, WordId};
use rustc_hash::FxHashMap;

/// Names a set of [`WordSets`].
pub(super) type SetId = u32;

/// Multiply-shift hashing (Dietzfelbinger et al. 1997): the upper bits are well mixed.
#[inline]
const fn hash(word: WordId) -> u32 {
    (word as u32).wrapping_mul(0x9e37_79b1) >> 12
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
        let set = self.members.len() as SetId;
        self.members.push(ids.clone());
        self.known.insert(ids, set);
        set
    }

    /// Adds a set that is hardly ever there already: not worth a look.
    pub(super) fn add_another(&mut self, mut ids: Vec<WordId>) -> SetId {
        ids.sort_unstable();
        ids.dedup();
        self.members.push(ids);
        self.members.len() as SetId - 1
    }

    /// Gives the words other numbers; the sets keep theirs. From then on all sets are added as others.
    pub(super) fn renumber(&mut self, renumbered: &[WordId]) {
        self.known = FxHashMap::default();
        for ids in &mut self.members {
            ids.iter_mut().for_each(|id| *id = renumbered[usize::from(*id)]);
            ids.sort_unstable();
            ids.dedup();
        }
    }
}

/// The words numbered below this are the most common ones; each has a bit of its own in a row.
const COMMON: usize = 384;

/// How many bits a row has: as many as fill a cache line.
const BITS: usize = 512;

/// The row of a set or a sentence: a bit for each common word, and a Bloom filter (Bloom 1970) of all others.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct WordRow([u64; BITS / 64]);

impl WordRow {
    /// The row of `words`.
    pub(super) fn of(words: &[WordId]) -> Self {
        let mut row = Self::default();
        row.add(words);
        row
    }

    /// Adds `words`.
    pub(super) fn add(&mut self, words: &[WordId]) {
        words.iter().for_each(|&word| self.add_bit(WordBit::of(word)));
    }

    fn add_bit(&mut self, WordBit(bit): WordBit) {
        self.0[usize::from(bit) / 64 % self.0.len()] |= 1 << (bit % 64);
    }

    /// 0 where a word of that bit is not there, else 1; nearly always only then, and always for a common word.
    #[inline]
    pub(super) fn may_hold(&self, WordBit(bit): WordBit) -> u64 {
        self.0[usize::from(bit) / 64 % self.0.len()] >> (bit % 64) & 1
    }

    /// Those of the places `from` of a sentence at which its word may be there.
    #[inline]
    pub(super) fn places_in(&self, sentence: &[WordBit], from: u64) -> u64 {
        let (mut here, mut rest) = (0, from);
        while rest != 0 {
            let at = rest.trailing_zeros();
            let Some(&bit) = sentence.get(at as usize) else { break };
            here |= self.may_hold(bit) << at;
            rest &= rest - 1;
        }
        here
    }

    /// False where no word is in both.
    #[inline]
    fn may_meet(&self, other: &Self) -> bool {
        let both = |at: usize| self.0[at] & other.0[at];
        both(0) | both(1) | both(2) | both(3) | both(4) | both(5) | both(6) | both(7) != 0
    }
}

/// The place of a word in every [`WordRow`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct WordBit(u16);

impl WordBit {
    /// The bit of a word.
    #[inline]
    pub(crate) const fn of(word: WordId) -> Self {
        Self(if (word as usize) < COMMON { word } else { (COMMON + word as usize % (BITS - COMMON)) as u16 })
    }

    /// Whether it is that of more than one word.
    #[inline]
    const fn is_shared(self) -> bool {
        self.0 as usize >= COMMON
    }
}

/// A sentence: its words, and their bits.
pub(crate) struct SentenceWords<'s> {
    pub(super) ids: &'s [WordId],
    pub(super) bits: &'s [WordBit],
    row: WordRow,
}

impl<'s> SentenceWords<'s> {
    /// The sentence of the words `ids`, whose bits are `bits`.
    pub(crate) fn new(ids: &'s [WordId], bits: &'s [WordBit]) -> Self {
        let mut row = WordRow::default();
        bits.iter().for_each(|&bit| row.add_bit(bit));
        Self { ids, bits, row }
    }

    /// How many words it has.
    pub(crate) const fn len(&self) -> usize {
        self.ids.len()
    }

    /// False where no word of `row` is in the sentence.
    #[inline]
    pub(super) fn may_hold_any(&self, row: &WordRow) -> bool {
        self.row.may_meet(row)
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
    /// Whether `word`, whose bit is `bit`, is in the set.
    #[inline]
    pub(super) fn contains(self, word: WordId, bit: WordBit) -> bool {
        self.row.may_hold(bit) != 0 && (!bit.is_shared() || self.sets.holds_rare(self.id, word))
    }

    /// False where no word of `sentence` is in the set.
    #[inline]
    pub(super) fn may_meet(self, sentence: &SentenceWords<'_>) -> bool {
        sentence.may_hold_any(self.row)
    }

    /// Those of the places `from` of a sentence whose words are in the set.
    #[inline]
    pub(super) fn places_in(self, words: &[WordId], bits: &[WordBit], from: u64) -> u64 {
        let mut here = self.row.places_in(bits, from);
        let mut unsure = here;
        while unsure != 0 {
            let place = unsure & unsure.wrapping_neg();
            unsure ^= place;
            let at = place.trailing_zeros() as usize;
            if bits[at].is_shared() && !self.sets.holds_rare(self.id, words[at]) {
                here ^= place;
            }
        }
        here
    }
}

impl WordSets {
    /// `members` are the words of each set.
    pub(super) fn new(members: &[Vec<WordId>]) -> Self {
        let mut sets = Self::default();
        for ids in members {
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
            sets.rows.push(WordRow::of(ids));
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

/// Word indexes side by side: of each choice, the phrases by first word.
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
