//! The exceptions of rules: patterns that cancel a match, or without which it does not stand.

use crate::lexicon::{ExceptionKind, ExceptionPattern, Hit, Lexicon, SentenceWords, WordBit, WordId};
use crate::text::Sentence;
use rustc_hash::FxHashMap;

/// Tells whether exceptions in the sentence let matches stand.
pub(super) struct SentenceExceptions<'s> {
    lexicon: &'s Lexicon,
    sentence: &'s SentenceWords<'s>,
    /// Token number of the sentence's first word.
    offset: u32,
}

impl<'s> SentenceExceptions<'s> {
    pub(super) const fn new(lexicon: &'s Lexicon, sentence: &'s SentenceWords<'s>, offset: u32) -> Self {
        Self { lexicon, sentence, offset }
    }

    /// Whether no exception at `hit` or in its sentence cancels it, and what it needs there is there.
    pub(super) fn allow(&self, hit: &Hit) -> bool {
        let of = |kind| self.lexicon.exceptions(hit.rule, kind);
        let at_hit = |pattern| self.overlaps(pattern, hit.first - self.offset, hit.last - self.offset);
        let in_sentence = |pattern| self.overlaps(pattern, 0, self.sentence.len() as u32);
        let needed = of(ExceptionKind::NeedsSentence);
        !of(ExceptionKind::Unless).iter().any(at_hit)
            && !of(ExceptionKind::UnlessSentence).iter().any(in_sentence)
            && (needed.is_empty() || needed.iter().any(in_sentence))
    }

    fn overlaps(&self, pattern: &ExceptionPattern, first: u32, last: u32) -> bool {
        self.lexicon.overlaps(pattern, self.sentence, first as usize..last as usize)
    }
}

/// Tells whether exceptions anywhere in the message let matches stand.
pub(super) struct MessageExceptions<'m> {
    lexicon: &'m Lexicon,
    sentences: &'m [Sentence],
    /// Ids of all tokens of the message.
    ids: &'m [WordId],
    bits: &'m [WordBit],
    /// By number of an exception: whether it matches anywhere.
    known: FxHashMap<u32, bool>,
}

impl<'m> MessageExceptions<'m> {
    pub(super) fn new(lexicon: &'m Lexicon, sentences: &'m [Sentence], ids: &'m [WordId], bits: &'m [WordBit]) -> Self {
        Self { lexicon, sentences, ids, bits, known: FxHashMap::default() }
    }

    /// Whether no exception in the message cancels matches of `rule`, and what they need is there.
    pub(super) fn allow(&mut self, rule: u32) -> bool {
        let of = |kind| self.lexicon.exceptions(rule, kind);
        let (cancelling, needed) = (of(ExceptionKind::UnlessMessage), of(ExceptionKind::NeedsMessage));
        !cancelling.iter().any(|pattern| self.matches(pattern))
            && (needed.is_empty() || needed.iter().any(|pattern| self.matches(pattern)))
    }

    fn matches(&mut self, pattern: &ExceptionPattern) -> bool {
        if let Some(&known) = self.known.get(&pattern.number) {
            return known;
        }
        let found = self.sentences.iter().any(|sentence| {
            let place = sentence.first as usize..sentence.last as usize;
            let words = SentenceWords::new(&self.ids[place.clone()], &self.bits[place]);
            self.lexicon.overlaps(pattern, &words, 0..sentence.len())
        });
        self.known.insert(pattern.number, found);
        found
    }
}
