//! Stems: the one place that calls the stemmer, so that search and detection agree.

use rust_stemmers::{Algorithm, Stemmer};

/// Takes folded words to their Snowball stems.
///
/// Stemming costs some 150 ns a word, fifty times a table look-up; callers keep what they have
/// seen ([`crate::lexicon`] does, per reader).
pub struct Stems(Stemmer);

impl Stems {
    /// The stemmer for English.
    #[must_use]
    pub fn english() -> Self {
        Self(Stemmer::create(Algorithm::English))
    }

    /// The stemmer for `language` (ISO 639-1), or `None` where there is none.
    #[must_use]
    pub fn for_language(language: &str) -> Option<Self> {
        let algorithm = match language {
            "en" => return Some(Self::english()),
            "de" => Algorithm::German,
            "fr" => Algorithm::French,
            "es" => Algorithm::Spanish,
            "it" => Algorithm::Italian,
            "nl" => Algorithm::Dutch,
            "pt" => Algorithm::Portuguese,
            "sv" => Algorithm::Swedish,
            _ => return None,
        };
        Some(Self(Stemmer::create(algorithm)))
    }

    /// The stem of a folded word.
    #[must_use]
    pub fn stem<'w>(&self, folded: &'w str) -> std::borrow::Cow<'w, str> {
        self.0.stem(folded)
    }
}

impl std::fmt::Debug for Stems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stems")
    }
}
