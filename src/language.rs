//! Which language a message is in, so that none is scored by rules that are not its own.
//!
//! Two steps. Words that a lexicon's own language uses all the time and others with its letters do
//! not ("the", "your", "please") settle most messages at once. The rest go to a trigram judge
//! ([`whatlang`]), whose word is taken only where it is sure: short support talk ("Refund issued,
//! ref 8841 ok?") looks like many languages to trigrams, and must not be thrown out for that.

use whatlang::{Lang, Script};

/// What a message's first words say about its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WordSample {
    /// How many were looked at.
    pub words: u32,
    /// How many of them the lexicon names.
    pub known: u32,
    /// How many of them are common in the lexicon's language and in no other with its letters.
    pub function: u32,
}

impl WordSample {
    /// Whether the words alone settle that the message is in the lexicon's language.
    fn settles(self) -> bool {
        // One word in five is common, or one is and most are known to the lexicon, or nearly all are.
        (self.function > 0 && (5 * self.function >= self.words || 5 * self.known >= 3 * self.words))
            || 10 * self.known >= 7 * self.words
    }
}

/// Trigrams say little about less.
const LEAST_LETTERS: usize = 24;

/// What is known of a message's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// The lexicon's own, or nothing speaks against it.
    Own,
    /// Another, as its ISO 639-1 code or, for those that have none, ISO 639-3.
    Other(&'static str),
}

/// Judges `text`, whose first words are as `sample` says, for the lexicon of `own`.
#[must_use]
pub fn judge(own: &str, text: &str, sample: WordSample) -> Judgement {
    if sample.settles() {
        return Judgement::Own;
    }
    // Its first kilobyte tells a text's language as well as all of it.
    let mut end = text.len().min(1024);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let start = &text[..end];
    let Some(script) = whatlang::detect_script(start) else { return Judgement::Own };
    // A script that the language is never written in settles it too, however short the text.
    let foreign_script = own == "en" && script != Script::Latin;
    let letters = text.chars().filter(|c| c.is_alphabetic()).take(LEAST_LETTERS).count();
    let enough = letters >= LEAST_LETTERS && sample.function < 2;
    if !foreign_script && !enough {
        // Whatever trigrams say would not be sure, and they are the costliest to ask.
        return Judgement::Own;
    }
    let Some(found) = whatlang::detect(start) else { return Judgement::Own };
    let code = code(found.lang());
    let sure = foreign_script || found.is_reliable();
    if code != own && sure { Judgement::Other(code) } else { Judgement::Own }
}

/// ISO 639-1 where there is one.
fn code(language: Lang) -> &'static str {
    match language {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "nb",
        Lang::Fin => "fi",
        Lang::Pol => "pl",
        Lang::Ces => "cs",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Tur => "tr",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Cmn => "zh",
        Lang::Ara => "ar",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        other => other.code(),
    }
}
