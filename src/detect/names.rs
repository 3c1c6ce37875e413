//! Names: words that no rule names, told by their capital letters.

use crate::lexicon::{Shape, WordId};
use crate::text::{Sentence, Text};

/// Gives the names among the words of `text` the id of [`Shape::Name`].
///
/// In a sentence in which every word begins with a capital letter, none tells a name.
pub(super) fn mark(text: &Text<'_>, ids: &mut [WordId]) {
    for sentence in text.sentences() {
        let mut mixed = None;
        let first = sentence.first as usize;
        for (at, id) in ids.iter_mut().enumerate().take(sentence.last as usize).skip(first) {
            if may_be_name(text, *id, at, at == first)
                && *mixed.get_or_insert_with(|| has_small_letters(text, sentence))
            {
                *id = Shape::Name.id();
            }
        }
    }
}

/// Whether the word `at` begins with a capital letter that tells a name.
#[inline]
fn may_be_name(text: &Text<'_>, id: WordId, at: usize, opens: bool) -> bool {
    if id != Shape::Word.id() && (id != Shape::Past.id() || opens) {
        return false;
    }
    let word = text.tokens().span(at).of(text.plain());
    // A single letter is an initial or a list's, and what holds a digit a number of an order or an article.
    word.starts_with(char::is_uppercase) && word.len() > 1 && !word.contains(|c: char| c.is_ascii_digit())
}

fn has_small_letters(text: &Text<'_>, sentence: &Sentence) -> bool {
    let mut words = sentence.first as usize..sentence.last as usize;
    words.any(|at| text.tokens().span(at).of(text.plain()).starts_with(char::is_lowercase))
}
