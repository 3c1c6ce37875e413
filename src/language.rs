//! Which language a message is in, so that none is scored by rules that are not its own.
//!
//! Two steps. Words that a lexicon's own language uses all the time and others with its letters do
//! not ("the", "your", "please") settle most messages at once. The rest go to a trigram judge
//! ([`whatlang`]), whose word is taken only where it is sure: short support talk ("Refund issued,
//! ref 8841 ok?") looks like many languages to trigrams, and must not be thrown out for that.

use whatlang::{Lang, Script};

/// Of a message's first words the share of common words from which its language is settled.
const SETTLED_SHARE: f64 = 0.2;
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

/// Judges `text` for the lexicon of `own`; of its first `sampled` words `function_words` are common
/// in `own` alone.
#[must_use]
pub fn judge(own: &str, text: &str, sampled: u32, function_words: u32) -> Judgement {
    if f64::from(function_words) >= SETTLED_SHARE * f64::from(sampled) && function_words > 0 {
        return Judgement::Own;
    }
    let Some(found) = whatlang::detect(text) else { return Judgement::Own };
    let code = code(found.lang());
    // A script that the language is never written in settles it too, however short the text.
    let foreign_script = own == "en" && found.script() != Script::Latin;
    let letters = text.chars().filter(|c| c.is_alphabetic()).take(LEAST_LETTERS).count();
    let sure = foreign_script || (found.is_reliable() && letters >= LEAST_LETTERS && function_words < 2);
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
