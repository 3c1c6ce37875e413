//! Small tests on a line of text, without regard to case and without allocation.

use super::{notice, quote, signature};

/// Whether there is a word in it.
pub(super) fn any(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// Whether `text` starts with `start`, of whatever ASCII case.
pub(super) fn starts(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

/// Whether `text` starts with one of `starts`.
pub(super) fn starts_any(text: &str, all: &[&str]) -> bool {
    all.iter().any(|start| starts(text, start))
}

/// Whether `text` is one of `all`.
pub(super) fn is_any(text: &str, all: &[&str]) -> bool {
    all.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether the first `limit` bytes of `text` hold `word`.
pub(super) fn holds(text: &str, word: &str, limit: usize) -> bool {
    let bytes = text.as_bytes();
    let bytes = bytes.get(..limit).unwrap_or(bytes);
    let Some(&first) = word.as_bytes().first() else { return true };
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), bytes)
        .any(|at| bytes.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes())))
}

/// Whether the first `limit` bytes of `text` hold one of `words`.
pub(super) fn holds_any(text: &str, words: &[&str], limit: usize) -> bool {
    words.iter().any(|word| holds(text, word, limit))
}

/// What a line may be, told from its first letters: a set of the constants below.
pub(super) type Groups = u8;
/// The line above an earlier message, or one of its headers.
pub(super) const QUOTE: Groups = 1;
/// A help desk's reply line.
pub(super) const REPLY: Groups = 2;
/// A standing notice.
pub(super) const NOTICE: Groups = 4;
/// A sign-off or a phone's line.
pub(super) const SIGN_OFF: Groups = 8;
/// A sign-off that says thanks.
pub(super) const THANKS: Groups = 16;
/// The dashes above a signature.
pub(super) const RULE: Groups = 32;

/// The groups of phrases, by a hash of their first three or six letters; a hit only means a closer look.
static GROUPS: [Groups; SLOTS] = {
    let mut table = [0; SLOTS];
    table = with(table, QUOTE, &quote::OPENERS);
    table = with(table, QUOTE, &quote::FORWARDED);
    table = with(table, QUOTE, &quote::FROM);
    table = with(table, QUOTE, &quote::OTHER_FIRST);
    table = with(table, REPLY, &notice::REPLY_LINES);
    table = with(table, NOTICE, &notice::NOTICES);
    table = with(table, NOTICE, &notice::PLAIN_NOTICES);
    table = with(table, NOTICE, &notice::LIST_FOOTERS);
    table = with(table, SIGN_OFF, &signature::REGARDS);
    table = with(table, SIGN_OFF, &signature::DEVICES);
    with(table, THANKS, &signature::THANKS)
};
const SLOTS: usize = 4096;
const THREE: u64 = 0x00ff_ffff;
const SIX: u64 = 0xffff_ffff_ffff;

/// The table with the phrases of one group.
const fn with(mut table: [Groups; SLOTS], group: Groups, phrases: &[&str]) -> [Groups; SLOTS] {
    let mut nth = 0;
    while nth < phrases.len() {
        let phrase = phrases[nth].as_bytes();
        if phrase.len() == 2 {
            // What may follow so short a word is part of the three, or six.
            let mut follow = 0;
            while follow < AFTER_WORD.len() {
                table[slot(head(&[phrase[0], phrase[1], AFTER_WORD[follow]]), THREE)] |= group;
                follow += 1;
            }
        } else if phrase.len() == 5 {
            let mut follow = 0;
            while follow < AFTER_WORD.len() {
                let [a, b, c, d, e] = [phrase[0], phrase[1], phrase[2], phrase[3], phrase[4]];
                table[slot(head(&[a, b, c, d, e, AFTER_WORD[follow]]), SIX)] |= group;
                follow += 1;
            }
        } else {
            table[slot(head(phrase), if phrase.len() < 6 { THREE } else { SIX })] |= group;
        }
        nth += 1;
    }
    table
}
const AFTER_WORD: &[u8] = b" ,:.!;-*";

/// The first six letters as a number, without regard to case; spaces where there are fewer.
const fn head(text: &[u8]) -> u64 {
    const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
    if let Some(eight) = text.first_chunk::<8>() {
        return (u64::from_le_bytes(*eight) | SPACES) & SIX;
    }
    let mut head = SPACES;
    let mut nth = 0;
    while nth < text.len() {
        head |= (text[nth] as u64) << (8 * nth);
        nth += 1;
    }
    head & SIX
}

const fn slot(head: u64, mask: u64) -> usize {
    ((head & mask).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize
}

/// What the line may be.
pub(super) fn groups(line: &str) -> Groups {
    let colon = if line.ends_with(':') { QUOTE } else { 0 };
    let bytes = line.as_bytes();
    match bytes {
        [b'-', b'-', ..] => QUOTE | REPLY | RULE,
        [b'_', ..] => QUOTE | REPLY,
        [b'*', ..] => QUOTE | REPLY | NOTICE,
        // Dashes of other lengths.
        [0xe2, 0x80, 0x93 | 0x94, ..] => colon | REPLY | RULE,
        [b'#' | b'=' | b'[' | b'(', ..] => colon | REPLY,
        [first, ..] if first.is_ascii_alphabetic() => {
            let head = head(bytes);
            colon | GROUPS[slot(head, THREE)] | GROUPS[slot(head, SIX)]
        }
        _ => colon,
    }
}
