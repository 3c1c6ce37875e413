//! Where sentences end.

use super::Span;

/// A sentence: a run of tokens that no pattern reaches over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub last: u32,
    /// Plain offset one past the sentence's last byte, its end mark included.
    pub end: u32,
    /// Whether it ends with a question mark.
    pub question: bool,
}

impl Sentence {
    /// How many tokens it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        (self.last - self.first) as usize
    }

    /// Whether it has no token.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.last == self.first
    }
}

/// Short forms whose full stop does not end a sentence.
/// Lower case, no longer than eight bytes.
const ABBREVIATIONS: [&[u8]; 28] = [
    b"mr", b"mrs", b"ms", b"dr", b"prof", b"st", b"nr", b"approx", b"vs", b"g", b"e", b"eg", b"ie", b"inc", b"ltd",
    b"dept", b"tel", b"ext", b"ref", b"fig", b"jan", b"feb", b"aug", b"sept", b"oct", b"nov", b"dec", b"mt",
];

/// Whether the mark at `at` in `text` ends a sentence; `word` is the last word before it.
///
/// `!` and `?` always do; a full stop where a space or the end follows and no short form or ordinal
/// stands before it (Unicode Standard Annex #29 SB7 to SB8a in spirit); a line break where it is a
/// paragraph's or a list item's and not one that a mail program put into running text (RFC 3676
/// calls these "soft"; many programs do not mark them).
pub(super) fn ends_sentence(text: &[u8], at: usize, zone: Span, word: Option<Span>) -> bool {
    match text[at] {
        b'!' | b'?' => true,
        b'.' => full_stop_ends(text, at, zone, word),
        _ => line_break_ends(text, at, zone),
    }
}

fn full_stop_ends(text: &[u8], at: usize, zone: Span, word: Option<Span>) -> bool {
    let rest = &text[at + 1..zone.end as usize];
    let next = rest.iter().position(|&byte| !matches!(byte, b'"' | b')' | b']' | b'\'' | b'*'));
    if next.is_some_and(|next| !parts_sentences(&rest[next..])) {
        return false;
    }
    let Some(word) = word.filter(|word| word.end as usize == at) else { return true };
    let word = &text[word.range()];
    if word.len() == 1 && word[0].is_ascii_alphabetic() && word != b"i" && word != b"I" {
        // An initial: "J. Smith", "e. g.", "p. m.".
        return next_word_starts_lower(text, at).is_none_or(|lower| !lower) && at + 2 >= zone.end as usize;
    }
    let mut lower = [0_u8; 8];
    let Some(lower) = lower.get_mut(..word.len()) else { return true };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    !ABBREVIATIONS.contains(&&*lower)
}

/// Whether the first character of `rest` can stand between two sentences: a space of any kind, or
/// something that is no part of a word.
fn parts_sentences(rest: &[u8]) -> bool {
    if rest[0].is_ascii() {
        return rest[0].is_ascii_whitespace();
    }
    let reach = &rest[..rest.len().min(4)];
    // The longest valid start of it; more than a character may be in reach.
    let first = reach.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    first.is_some_and(|c| !c.is_alphanumeric())
}

fn next_word_starts_lower(text: &[u8], at: usize) -> Option<bool> {
    text[at + 1..].iter().find(|byte| !byte.is_ascii_whitespace()).map(u8::is_ascii_lowercase)
}

/// A line this long was probably broken by a program that wraps text, not by its author.
const WRAPPED_LINE: usize = 56;

fn line_break_ends(text: &[u8], at: usize, zone: Span) -> bool {
    // Soft only where the next line goes on in lower case after a line of some length, or the line
    // is about as long as programs make them and has no closing mark.
    let mut next =
        text[at + 1..zone.end as usize].iter().copied().skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
    let Some(first) = next.next() else { return true };
    if !(first.is_ascii_alphanumeric() || matches!(first, b'(' | b'"' | b'\'') || first >= 0x80) {
        return true;
    }
    let reach = at.saturating_sub(WRAPPED_LINE).max(zone.start as usize);
    let line_length = memchr::memrchr(b'\n', &text[reach..at]).map_or(at - reach, |found| at - reach - found - 1);
    let closing = text[reach..at].iter().rev().find(|byte| !byte.is_ascii_whitespace());
    if closing.is_none_or(|mark| matches!(mark, b':' | b'.' | b'!' | b'?')) {
        return true;
    }
    !(line_length >= WRAPPED_LINE || (first.is_ascii_lowercase() && line_length >= 24))
}
