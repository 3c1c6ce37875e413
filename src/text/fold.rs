//! One spelling for what readers see as one word.
//!
//! Folding changes the copy of a word that is looked up, never the text: spans always count the
//! bytes of the body.

use unicode_normalization::UnicodeNormalization;

/// Whether `c` takes no room on the page (zero-width spaces and joiners, soft hyphen, byte order
/// mark), so that it may stand inside a word unseen.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe0f}' | '\u{feff}')
}

/// Whether `c` is one of the characters that people type for an apostrophe.
#[must_use]
pub const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{ff07}' | '\u{b4}' | '`' | '\u{2032}')
}

/// `word` in lower case, with compatibility forms (full-width letters, ligatures) and accents in
/// their composed form (NFKC, Unicode Standard Annex #15), every apostrophe as `'` and invisible
/// characters left out.
#[must_use]
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        // Most words; what follows comes to the same for them, and takes ten times as long.
        let folded = word.to_ascii_lowercase();
        return if folded.contains('`') { folded.replace('`', "'") } else { folded };
    }
    word.chars()
        .filter(|&c| !is_invisible(c))
        .map(|c| if is_apostrophe(c) { '\'' } else { c })
        .nfkc()
        .flat_map(char::to_lowercase)
        .collect()
}
