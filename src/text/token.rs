//! Words, and the sentences they make.
//!
//! A word is a run of letters, digits and inner apostrophes (`don't`, `we'll`); everything else
//! parts words, so that "follow-up" is two and "example.com" too. ASCII text takes a quick way
//! with byte masks, 64 bytes at a time; what else stands between two spaces the way by Unicode word
//! bounds (Unicode Standard Annex #29). Both give the same (a property test holds them to it).

use super::sentence::{Sentence, ends_sentence};
use super::{Span, fold};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;
use wide::u8x16;

/// The words of a text, in order, as plain spans.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Start, end, start, end …: one push an edge keeps the quick way free of branches.
    edges: Vec<u32>,
}

impl Tokens {
    /// The words of all of `text`, with no zone left out and no handle taken away: what search looks at.
    ///
    /// Of a text beyond 4 GiB, as many as spans can tell.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = &text[..text.floor_char_boundary(u32::MAX as usize)];
        let mut tokens = Self::with_capacity_for(text.len());
        let mut sentences = Vec::new();
        tokenize_zone(text, Span::new(0, offset(text.len())), &mut tokens, &mut sentences);
        tokens
    }

    /// Room for the words of a text of `bytes` bytes.
    pub(super) fn with_capacity_for(bytes: usize) -> Self {
        Self { edges: Vec::with_capacity(bytes / 2 + 8) }
    }

    /// How many words.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.edges.len() / 2
    }

    /// Whether there is no word.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// The plain span of word `index`; empty past the end.
    #[must_use]
    pub fn span(&self, index: usize) -> Span {
        match self.edges.get(2 * index..2 * index + 2) {
            Some(&[start, end]) => Span::new(start, end),
            _ => Span::default(),
        }
    }

    /// The plain spans in order.
    pub fn spans(&self) -> impl ExactSizeIterator<Item = Span> + '_ {
        self.edges.chunks_exact(2).map(|pair| Span::new(pair[0], pair[1]))
    }

    fn last(&self) -> Option<Span> {
        self.len().checked_sub(1).map(|index| self.span(index))
    }

    fn push(&mut self, start: usize, end: usize) {
        self.edges.extend([offset(start), offset(end)]);
    }
}

/// Byte offsets are kept in 32 bits; [`super::Text::read`] looks no further.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Cuts `zone` of `text` into words and sentences, appended to `tokens` and `sentences`.
///
/// The handles with which a post begins ("@ana @shop Sorry …") say whom it is for; they are no words of it.
pub(super) fn tokenize(text: &str, zone: Span, tokens: &mut Tokens, sentences: &mut Vec<Sentence>) {
    tokenize_zone(text, without_handles(text, zone), tokens, sentences);
}

fn tokenize_zone(text: &str, zone: Span, tokens: &mut Tokens, sentences: &mut Vec<Sentence>) {
    let mut sentence = OpenSentence { first: offset(tokens.len()), zone };
    let bytes = text.as_bytes();
    let mut from = zone.start as usize;
    let end = zone.end as usize;
    // No word or mark reaches over ASCII white space: what is ASCII between such takes the quick way.
    while let Some(other) = not_ascii(&bytes[from..end]) {
        let space = |byte: &u8| byte.is_ascii_whitespace();
        let start = bytes[from..from + other].iter().rposition(space).map_or(from, |at| from + at + 1);
        let stop = bytes[from + other..end].iter().position(space).map_or(end, |at| from + other + at);
        tokenize_ascii(bytes, from..start, tokens, sentences, &mut sentence);
        tokenize_unicode(text, Span::new(offset(start), offset(stop)), tokens, sentences, &mut sentence);
        from = stop;
    }
    tokenize_ascii(bytes, from..end, tokens, sentences, &mut sentence);
    sentence.close(offset(tokens.len()), zone.end, false, sentences);
}

/// Where the first byte is that is not ASCII.
fn not_ascii(bytes: &[u8]) -> Option<usize> {
    if bytes.is_ascii() { None } else { bytes.iter().position(|byte| !byte.is_ascii()) }
}

/// `zone` without the handles that it begins with.
fn without_handles(text: &str, zone: Span) -> Span {
    let mut rest = zone.of(text).trim_start();
    while let Some(name) = rest.strip_prefix('@') {
        let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
        let after = &name[end..];
        // "@ 5 pm", "@home.example" and the like are no handles.
        if end == 0 || !after.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, ',' | ':')) {
            break;
        }
        rest = after.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':'));
    }
    if zone.of(text).trim_start().len() == rest.len() {
        return zone;
    }
    Span::new(zone.end - offset(rest.len()), zone.end)
}

/// Longer runs without an end mark are cut: no one writes such sentences, and what looks at a whole
/// sentence for each of its words must not take forever over a text without marks.
const LONGEST_SENTENCE: u32 = 200;

struct OpenSentence {
    first: u32,
    zone: Span,
}

impl OpenSentence {
    fn close(&mut self, last: u32, end: u32, question: bool, sentences: &mut Vec<Sentence>) {
        if last > self.first {
            while last - self.first > LONGEST_SENTENCE {
                let cut = self.first + LONGEST_SENTENCE;
                sentences.push(Sentence { first: self.first, last: cut, end, question });
                self.first = cut;
            }
            sentences.push(Sentence { first: self.first, last, end, question });
            self.first = last;
        } else if question && let Some(previous) = sentences.last_mut() {
            // "Really?!" and "What. ?": the mark belongs to the sentence just closed.
            previous.question |= previous.last == last && previous.end + 3 >= end;
        }
    }

    /// Looks at the end mark at `at`, before which `words` words stand.
    fn mark(&mut self, text: &[u8], at: usize, words: u32, before: Option<Span>, sentences: &mut Vec<Sentence>) {
        if ends_sentence(text, at, self.zone, before) {
            self.close(words, offset(at + 1), text[at] == b'?', sentences);
        }
    }
}

/// Bit masks over 64 bytes.
#[derive(Default)]
struct Masks {
    /// Letters and digits.
    word: u64,
    /// Apostrophes.
    apostrophe: u64,
    /// Marks that may end a sentence.
    mark: u64,
}

fn masks(block: &[u8; 64]) -> Masks {
    let mut masks = Masks::default();
    for (index, part) in block.as_chunks::<16>().0.iter().enumerate() {
        let bytes = u8x16::new(*part);
        let lower = bytes | u8x16::splat(0x20);
        // `x - lowest ≤ span` in wrapping bytes is one comparison for a range.
        let in_range = |value: u8x16, lowest: u8, highest: u8| {
            let shifted = value - u8x16::splat(lowest);
            shifted.min(u8x16::splat(highest - lowest)).simd_eq(shifted)
        };
        let word = in_range(lower, b'a', b'z') | in_range(bytes, b'0', b'9');
        let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
        let mark = is(b'.') | is(b'!') | is(b'?') | is(b'\n');
        let shift = 16 * index;
        masks.word |= u64::from(word.to_bitmask()) << shift;
        masks.apostrophe |= u64::from((is(b'\'') | is(b'`')).to_bitmask()) << shift;
        masks.mark |= u64::from(mark.to_bitmask()) << shift;
    }
    masks
}

/// Cuts `part` of the sentence's zone, all ASCII.
fn tokenize_ascii(
    text: &[u8],
    part: Range<usize>,
    tokens: &mut Tokens,
    sentences: &mut Vec<Sentence>,
    sentence: &mut OpenSentence,
) {
    let mut in_word = 0_u64;
    let mut base = part.start;
    while base < part.end {
        let stop = (base + 64).min(part.end);
        let mut tail = [0_u8; 64];
        let block = match text[base..stop].try_into() {
            Ok(block) => block,
            Err(_) => {
                tail[..stop - base].copy_from_slice(&text[base..stop]);
                &tail
            }
        };
        let Masks { word: letters, apostrophe, mark } = masks(block);
        let next_is_letter = u64::from(stop < part.end && text[stop].is_ascii_alphanumeric());
        let inner = apostrophe & (letters << 1 | in_word) & (letters >> 1 | next_is_letter << 63);
        let word = letters | inner;
        let mut edges = word ^ (word << 1 | in_word);
        in_word = word >> 63;
        let edges_before = tokens.edges.len();
        let all_edges = edges;
        while edges != 0 {
            tokens.edges.push(offset(base) + edges.trailing_zeros());
            edges &= edges - 1;
        }
        let mut marks = mark;
        while marks != 0 {
            let at = marks.trailing_zeros();
            marks &= marks - 1;
            let edges_to_here =
                edges_before + (all_edges & ((1_u64 << at) | ((1_u64 << at) - 1))).count_ones() as usize;
            let words = edges_to_here / 2;
            let before = words.checked_sub(1).map(|index| tokens.span(index));
            sentence.mark(text, base + at as usize, offset(words), before, sentences);
        }
        base = stop;
    }
    if tokens.edges.len() % 2 == 1 {
        tokens.edges.push(offset(part.end));
    }
}

/// Cuts `part` of the sentence's zone by Unicode word bounds.
fn tokenize_unicode(
    text: &str,
    part: Span,
    tokens: &mut Tokens,
    sentences: &mut Vec<Sentence>,
    sentence: &mut OpenSentence,
) {
    // Whether only invisible characters stand between the last word and here.
    let mut joinable = false;
    for (at, piece) in part.of(text).split_word_bound_indices() {
        let at = part.start as usize + at;
        if piece.chars().any(char::is_alphanumeric) {
            for (start, end) in split_inside(piece) {
                match tokens.last() {
                    Some(last) if joinable && start == 0 && offset(tokens.len()) > sentence.first => {
                        let joined = last.start as usize;
                        tokens.edges.truncate(tokens.edges.len() - 2);
                        tokens.push(joined, at + end);
                    }
                    _ => tokens.push(at + start, at + end),
                }
                joinable = end == piece.len();
            }
            // A closing mark may be glued to a number ("3." is two pieces, "3.5" one).
            continue;
        }
        if joinable && (piece.chars().all(fold::is_invisible) || inner_apostrophe(text, part, at, piece)) {
            continue;
        }
        joinable = false;
        // Where the picture itself stands: what sticks to it in front (a space and a joiner) is cut either way.
        if let Some(picture) = piece.find(is_pictograph) {
            sentence.close(offset(tokens.len()), offset(at + picture), false, sentences);
        }
        for (index, byte) in piece.bytes().enumerate() {
            if matches!(byte, b'.' | b'!' | b'?' | b'\n') {
                sentence.mark(text.as_bytes(), at + index, offset(tokens.len()), tokens.last(), sentences);
            }
        }
    }
}

/// Whether `c` is an emoji or another picture, after which people start a new sentence without a mark.
const fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}')
}

/// Whether `piece` at `at` is an apostrophe that Unicode parts from the letters around it (`´`, `` ` ``).
fn inner_apostrophe(text: &str, part: Span, at: usize, piece: &str) -> bool {
    piece.chars().all(fold::is_apostrophe)
        && text[at + piece.len()..part.end as usize].chars().next().is_some_and(char::is_alphanumeric)
}

/// The stretches of letters, digits, joined marks and inner apostrophes in a Unicode word, which
/// may also hold `.`, `:`, `_` and `,` between letters or digits, and begin with a space that a mark is joined to.
fn split_inside(piece: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + piece[rest..].find(|c| !parts_words(c))?;
        let end = start + piece[start..].find(parts_words).unwrap_or(piece.len() - start);
        rest = end;
        let trimmed = piece[start..end].trim_end_matches(fold::is_apostrophe);
        Some((start, start + trimmed.len()))
    })
    .filter(|(start, end)| start < end)
}

const fn parts_words(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | ':' | '_' | ',' | ';' | '\u{2024}' | '\u{fe52}' | '\u{ff0e}' | '\u{b7}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Words and marks in ASCII, anything else, and what likes to stick to words.
    const PIECE: &str = "[a-zA-Z0-9.,!?'`:_ \n\r\t-]{0,12}|\\PC{0,2}|[’“é日\u{200b}\u{200d}\u{301}\u{3000}😀]";

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn both_ways_cut_the_same(pieces in prop::collection::vec(PIECE, 0..12)) {
            let text = pieces.concat();
            let zone = Span::new(0, offset(text.len()));
            let (mut quick, mut quick_sentences) = (Tokens::default(), Vec::new());
            tokenize_zone(&text, zone, &mut quick, &mut quick_sentences);
            let (mut slow, mut slow_sentences) = (Tokens::default(), Vec::new());
            let mut sentence = OpenSentence { first: 0, zone };
            tokenize_unicode(&text, zone, &mut slow, &mut slow_sentences, &mut sentence);
            sentence.close(offset(slow.len()), zone.end, false, &mut slow_sentences);
            prop_assert_eq!((quick, quick_sentences), (slow, slow_sentences), "{:?}", text);
        }
    }
}
