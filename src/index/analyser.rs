//! How text becomes terms: the words of [`crate::text`], folded and stemmed, each at its place.
//!
//! Search, phrases and highlighting all read text here, so that what is found is what is marked.
//! Contractions stay whole ("wasn't" is one word). What becomes of a word must not change without
//! [`VERSION`], or old and new terms would lie side by side.

use crate::text::stem::Stems;
use crate::text::{Span, Tokens, fold};
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};

/// Goes up whenever a text would give other terms.
pub(super) const VERSION: u32 = 1;

/// The analyser of a message's words.
pub(super) const WORDS: &str = "words";
/// The analyser of a name or value: one term, compared without regard to case.
pub(super) const FOLDED: &str = "folded";
/// The analyser of an identifier: one term as it is. The search library knows it by itself.
pub(super) const EXACT: &str = "raw";

/// The analysers, by their names.
pub(super) fn analysers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(WORDS, Analyser::default());
    manager.register(FOLDED, Folded::default());
    manager
}

/// Forms whose stems are kept; people write some ten thousands.
const MOST_KEPT: usize = 1 << 16;
/// Longer forms are rare and not kept.
const LONGEST_KEPT: usize = 32;

/// Words with their stems, once found.
type Known = FxHashMap<Box<str>, Box<str>>;

/// Reads the words of a text; stems are kept once found.
pub(super) struct Analyser {
    stems: Stems,
    known: Known,
    /// What clones of this one have kept: the search library makes one for each part that it writes, one after the
    /// other. Whoever reads a text has it meanwhile.
    shared: Arc<Mutex<Known>>,
    token: Token,
}

impl Default for Analyser {
    fn default() -> Self {
        Self::sharing(Arc::default())
    }
}

impl Clone for Analyser {
    fn clone(&self) -> Self {
        Self::sharing(Arc::clone(&self.shared))
    }
}

impl Analyser {
    fn sharing(shared: Arc<Mutex<Known>>) -> Self {
        Self { stems: Stems::english(), known: Known::default(), shared, token: Token::default() }
    }

    /// Takes what is kept. Another that reads at the same time finds nothing; that changes speed and nothing else.
    fn take_known(&mut self) {
        self.known = std::mem::take(&mut *self.shared.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn give_known_back(&mut self) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.len() < self.known.len() {
            *shared = std::mem::take(&mut self.known);
        }
    }

    /// Puts the stem of `word` into `stem`.
    fn stem(&mut self, word: &str, stem: &mut String) {
        stem.clear();
        if let Some(known) = self.known.get(word) {
            return stem.push_str(known);
        }
        let folded = fold::fold(word);
        let found = self.stems.stem(&folded);
        stem.push_str(&found);
        if word.len() <= LONGEST_KEPT && self.known.len() < MOST_KEPT {
            self.known.insert(word.into(), found.into());
        }
    }

    /// The words of `text`: where each stands, and its stem.
    pub(super) fn words(&mut self, text: &str) -> Vec<(Span, String)> {
        self.take_known();
        let stemmed = |span: Span| {
            let mut stem = String::new();
            self.stem(span.of(text), &mut stem);
            (span, stem)
        };
        let words = Tokens::of(text).spans().map(stemmed).collect();
        self.give_known_back();
        words
    }
}

impl Tokenizer for Analyser {
    type TokenStream<'a> = Words<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Words<'a> {
        self.token.reset();
        self.take_known();
        Words { text, tokens: Tokens::of(text), next: 0, analyser: self }
    }
}

/// The words of a text, one after the other.
pub(super) struct Words<'a> {
    text: &'a str,
    tokens: Tokens,
    next: usize,
    analyser: &'a mut Analyser,
}

impl Drop for Words<'_> {
    fn drop(&mut self) {
        self.analyser.give_known_back();
    }
}

impl TokenStream for Words<'_> {
    fn advance(&mut self) -> bool {
        if self.next == self.tokens.len() {
            return false;
        }
        let span = self.tokens.span(self.next);
        let mut stem = std::mem::take(&mut self.analyser.token.text);
        self.analyser.stem(span.of(self.text), &mut stem);
        let (offset_from, offset_to) = (span.start as usize, span.end as usize);
        self.analyser.token = Token { offset_from, offset_to, position: self.next, text: stem, position_length: 1 };
        self.next += 1;
        true
    }

    fn token(&self) -> &Token {
        &self.analyser.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.analyser.token
    }
}

/// A name or value as it is compared: folded, without white space around it.
pub(super) fn folded(value: &str) -> String {
    fold::fold(value.trim())
}

/// Makes one term of a whole value.
#[derive(Clone, Default)]
struct Folded {
    token: Token,
}

impl Tokenizer for Folded {
    type TokenStream<'a> = OneTerm<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> OneTerm<'a> {
        self.token.reset();
        self.token.position = 0;
        self.token.offset_to = text.len();
        self.token.text = folded(text);
        OneTerm { token: &mut self.token, given: false }
    }
}

struct OneTerm<'a> {
    token: &'a mut Token,
    given: bool,
}

impl TokenStream for OneTerm<'_> {
    fn advance(&mut self) -> bool {
        !std::mem::replace(&mut self.given, true)
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
