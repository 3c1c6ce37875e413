//! Words to numbers: the forms and stems that some rule names, and a cache so that a form is
//! stemmed once.

use super::shape::{self, Shape};
use super::side_by_side::side_by_side;
use crate::text::stem::Stems;
use crate::text::{Span, fold};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::HashMap;

/// A word that some rule names, by form or by stem; the id of a [`Shape`] for all others.
pub(crate) type WordId = u16;

/// The id that no word has: an empty place in a table.
pub(super) const NO_WORD: WordId = 0;
/// The first id of a word that some rule names.
pub(super) const FIRST_NAMED: WordId = 1 + Shape::ALL.len() as WordId;

/// The words that patterns and context name, each once.
#[derive(Debug, Default)]
pub(super) struct NamedWords<'p> {
    /// By their stems.
    pub(super) stems: FxHashSet<&'p str>,
    /// By their forms.
    pub(super) forms: FxHashSet<&'p str>,
}

/// The words of a compiled lexicon.
#[derive(Debug)]
pub(crate) struct Words {
    spelling: FxHashMap<String, String>,
    exact: FxHashMap<String, WordId>,
    stems: FxHashMap<String, WordId>,
    /// The ids of all words with a stem; kept while compiling.
    by_stem: FxHashMap<String, Vec<WordId>>,
    /// The stem of each word that a pattern names by its stem; kept while compiling.
    stem_of: FxHashMap<String, String>,
    next: WordId,
    stemmer: Stems,
}

impl Words {
    pub(super) fn new(stemmer: Stems, spelling: FxHashMap<String, String>) -> Self {
        Self {
            spelling,
            exact: FxHashMap::default(),
            stems: FxHashMap::default(),
            by_stem: FxHashMap::default(),
            stem_of: FxHashMap::default(),
            next: FIRST_NAMED,
            stemmer,
        }
    }

    /// How many ids there are, [`NO_WORD`] and those of shapes included.
    pub(super) const fn count(&self) -> usize {
        self.next as usize
    }

    /// One spelling for a folded form.
    fn respell<'w>(&'w self, folded: &'w str) -> &'w str {
        self.spelling.get(folded).map_or(folded, String::as_str)
    }

    fn fresh(&mut self) -> WordId {
        let id = self.next;
        // 65,535 distinct words are several times what the English lexicon names; past that, words fall together.
        self.next = self.next.saturating_add(1);
        id
    }

    /// Gives a number to every form and every stem of `named`.
    pub(super) fn add(&mut self, named: NamedWords<'_>) {
        let NamedWords { stems, forms } = named;
        let mut all: Vec<(&str, bool)> = stems.into_iter().map(|word| (word, false)).collect();
        all.extend(forms.into_iter().map(|form| (form, true)));
        all.sort_unstable();
        // Stemming is most of the work.
        let parts: Vec<&[(&str, bool)]> = all.chunks(512).collect();
        let stems = side_by_side(&parts, |_, part| -> Vec<String> {
            part.iter().map(|(word, _)| self.stemmer.stem(self.respell(word)).into_owned()).collect()
        });
        for (&(word, exact), stem) in all.iter().zip(stems.into_iter().flatten()) {
            if exact {
                self.add_exact(word, stem);
            } else {
                self.add_stem(word, stem);
            }
        }
    }

    fn add_exact(&mut self, form: &str, stem: String) {
        let form = self.respell(form);
        if self.exact.contains_key(form) {
            return;
        }
        let form = form.to_owned();
        let id = self.fresh();
        self.by_stem.entry(stem).or_default().push(id);
        self.exact.insert(form, id);
    }

    fn add_stem(&mut self, word: &str, stem: String) {
        self.stem_of.insert(word.to_owned(), stem.clone());
        if self.stems.contains_key(&stem) {
            return;
        }
        let id = self.fresh();
        self.by_stem.entry(stem.clone()).or_default().push(id);
        self.stems.insert(stem, id);
    }

    /// The ids that the exact form `form` has.
    pub(super) fn exact_ids(&self, form: &str) -> &[WordId] {
        self.exact.get(self.respell(form)).map_or(&[], std::slice::from_ref)
    }

    /// The ids of all words with the stem of `word`.
    pub(super) fn stem_ids(&self, word: &str) -> &[WordId] {
        self.stem_of.get(word).and_then(|stem| self.by_stem.get(stem)).map_or(&[], Vec::as_slice)
    }

    /// The ids of all words of that shape; kept while compiling.
    pub(super) fn shape_ids(&self, shape: Shape) -> Vec<WordId> {
        match shape {
            Shape::Number => {
                let named = self.exact.iter().chain(&self.stems).filter(|(form, _)| shape::is_number(form));
                named.map(|(_, id)| *id).chain([shape.id()]).collect()
            }
            Shape::Name | Shape::Past => vec![shape.id()],
            Shape::Word => [Shape::Name, Shape::Past, shape].map(Shape::id).to_vec(),
        }
    }

    /// Gives each word its new number.
    pub(super) fn renumber(&mut self, renumbered: &[WordId]) {
        self.exact.values_mut().chain(self.stems.values_mut()).for_each(|id| *id = renumbered[usize::from(*id)]);
        self.by_stem = FxHashMap::default();
        self.stem_of = FxHashMap::default();
    }

    /// The id of a folded form; that of its shape where no rule names it.
    pub(super) fn id(&self, folded: &str) -> WordId {
        let shorter = |keep| self.named(self.respell(&shortened(folded, keep)?));
        let named = self.named(self.respell(folded)).or_else(|| shorter(2)).or_else(|| shorter(1));
        named.unwrap_or_else(|| Shape::of(folded).id())
    }

    fn named(&self, form: &str) -> Option<WordId> {
        let by_stem = || self.stems.get(&*self.stemmer.stem(form)).copied();
        self.exact.get(form).copied().or_else(by_stem)
    }
}

/// `form` with each run of three or more of a letter ("sorrryyy", "soooo") cut down to `keep` of them;
/// `None` where there is no such run.
fn shortened(form: &str, keep: usize) -> Option<String> {
    let letters: Vec<char> = form.chars().collect();
    let runs = letters.chunk_by(|a, b| a == b);
    let stretched = |run: &[char]| run.len() >= 3 && run[0].is_alphabetic();
    runs.clone()
        .any(stretched)
        .then(|| runs.flat_map(|run| run.iter().take(if stretched(run) { keep } else { run.len() })).collect())
}

/// How many forms of at most sixteen ASCII bytes the cache holds; a power of two.
const SLOTS: usize = 1 << 15;
/// Past half full nothing is added, so that hostile text cannot slow look-ups down.
const FULL: usize = SLOTS / 2;
/// Longer and non-ASCII forms that the cache holds.
const FULL_LONG: usize = 1 << 14;

/// What forms have been seen, and their ids: one per reader, never shared between threads.
///
/// It changes how fast words are looked up and nothing else.
#[derive(Debug)]
pub(crate) struct WordCache {
    /// By slot: the form as a number, 0 where there is none. Apart from the ids, to be near one another.
    keys: Box<[u128]>,
    ids: Box<[WordId]>,
    used: usize,
    long: HashMap<String, WordId>,
}

impl Default for WordCache {
    fn default() -> Self {
        let (keys, ids) = (vec![0; SLOTS].into_boxed_slice(), vec![NO_WORD; SLOTS].into_boxed_slice());
        Self { keys, ids, used: 0, long: HashMap::new() }
    }
}

/// The low bytes of a `u128` that a form of so many bytes takes.
const KEEP: [u128; 17] = {
    let mut masks = [u128::MAX; 17];
    let mut length = 0;
    while length < 16 {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};

impl WordCache {
    /// The id of the word at `span` of `text`.
    #[inline]
    pub(crate) fn id(&mut self, words: &Words, text: &str, span: Span) -> WordId {
        let Some(key) = short_key(text.as_bytes(), span) else {
            return self.long_id(words, span.of(text));
        };
        let mut slot = slot_of(key);
        loop {
            let found = self.keys[slot];
            if found == key {
                return self.ids[slot];
            }
            if found == 0 {
                return self.add(words, span.of(text), key, slot);
            }
            slot = (slot + 1) & (SLOTS - 1);
        }
    }

    #[cold]
    fn add(&mut self, words: &Words, form: &str, key: u128, slot: usize) -> WordId {
        let id = words.id(&fold::fold(form));
        if self.used < FULL {
            self.keys[slot] = key;
            self.ids[slot] = id;
            self.used += 1;
        }
        id
    }

    #[cold]
    fn long_id(&mut self, words: &Words, form: &str) -> WordId {
        if let Some(&id) = self.long.get(form) {
            return id;
        }
        let id = words.id(&fold::fold(form));
        if self.long.len() < FULL_LONG {
            self.long.insert(form.to_owned(), id);
        }
        id
    }
}

/// The form at `span` in lower case as a number, where it is ASCII of one to sixteen bytes.
///
/// Setting bit 5 lowers letters and leaves digits and apostrophes as they are.
#[inline]
fn short_key(text: &[u8], span: Span) -> Option<u128> {
    const LOWER: u128 = u128::from_le_bytes([0x20; 16]);
    const NOT_ASCII: u128 = u128::from_le_bytes([0x80; 16]);
    let start = span.start as usize;
    let length = span.len();
    let keep = *KEEP.get(length)?;
    let window = match text.get(start..start + 16).and_then(|window| window.first_chunk::<16>()) {
        Some(window) => u128::from_le_bytes(*window),
        None => {
            let mut window = [0; 16];
            window[..length].copy_from_slice(&text[span.range()]);
            u128::from_le_bytes(window)
        }
    };
    let key = (window | LOWER) & keep;
    (key & NOT_ASCII == 0 && length > 0).then_some(key)
}

/// Where the search for `key` starts: multiply-shift hashing (Dietzfelbinger et al. 1997).
#[inline]
const fn slot_of(key: u128) -> usize {
    let mixed = (key as u64 ^ (key >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - SLOTS.trailing_zeros())) as usize
}
