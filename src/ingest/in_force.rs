//! What conversations are read with now: what the settings say, and over it what people wrote in the pages.

use super::Method;
use crate::lexicon::{Lexicon, LexiconFile};
use crate::library::{self, Additions, Library, LibraryError};
use crate::score::Scorecard;
use crate::settings::Settings;
use crate::store::edits::Edits;
use std::sync::Mutex;
use std::sync::PoisonError;

/// The setting that names the scorecard.
pub const SCORECARD: &str = "reading.scorecard";

/// The folder of scorecards among people's own files.
pub const SCORECARDS: &str = "scorecards/";

/// Where a scorecard comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    BuiltIn,
    /// The folder that the settings name.
    Folder,
    /// Somebody wrote it in the pages.
    Own,
}

/// A scorecard that can be chosen.
#[derive(Debug, Clone, Copy)]
pub struct Card {
    /// The scorecard.
    pub card: &'static Scorecard,
    /// Where it comes from.
    pub origin: Origin,
}

/// What conversations are read with now.
///
/// Rules and scorecards once in force stay in memory until the program ends, as readers in all threads refer to them:
/// some megabytes for each change of rules, some kilobytes for each of a scorecard.
#[derive(Debug, Clone)]
pub struct InForce {
    /// Rules and scorecard.
    pub method: Method,
    /// The scorecards that can be chosen, by name.
    pub cards: Vec<Card>,
    /// People's own files of rules, in their order.
    pub own_rules: Vec<LexiconFile>,
}

impl InForce {
    /// What the settings alone say: `method`, with rules and scorecards of `library`.
    #[must_use]
    pub fn of_settings(method: Method, library: &'static Library) -> Self {
        let of = |card: &'static Scorecard| {
            let origin = if library::is_built_in_scorecard(&card.digest) { Origin::BuiltIn } else { Origin::Folder };
            Card { card, origin }
        };
        Self { method, cards: library.scorecards().iter().map(of).collect(), own_rules: Vec::new() }
    }

    /// The same with `edits` over it. Where the settings name a scorecard themselves no edit chooses another.
    ///
    /// # Errors
    /// What is wrong in people's own files, each with its place; a scorecard that is chosen and not there.
    pub fn with(&self, edits: &Edits, settings: &Settings) -> Result<Self, LibraryError> {
        let language = self.method.lexicon.language();
        let mut cards = self.cards.clone();
        for (path, text) in edits.iter().filter(|(path, _)| path.starts_with(SCORECARDS)) {
            let card = interned_card(Scorecard::parse(path, text)?);
            cards.retain(|other| other.card.id != card.id);
            cards.push(Card { card, origin: Origin::Own });
        }
        cards.sort_by(|a, b| a.card.id.cmp(&b.card.id));
        let own_rules = own_rules(edits, language);
        let mut method = self.method.clone();
        if !own_rules.is_empty() {
            let library = compile(settings, own_rules.clone())?;
            method.lexicon = interned_lexicon(library, language).unwrap_or(method.lexicon);
        }
        let chosen = edits.get(SCORECARD).filter(|_| !settings.fixed.contains_key(SCORECARD));
        if let Some(name) = chosen {
            let card = cards.iter().find(|one| one.card.id == *name);
            method.card = card.map(|one| one.card).ok_or_else(|| LibraryError::UnknownScorecard {
                name: name.clone(),
                known: cards.iter().map(|one| one.card.id.as_str()).collect::<Vec<_>>().join(", "),
            })?;
        }
        Ok(Self { method, cards, own_rules })
    }

    /// The scorecard called `id`.
    #[must_use]
    pub fn card(&self, id: &str) -> Option<Card> {
        self.cards.iter().find(|one| one.card.id == id).copied()
    }
}

/// The files of rules of `language` among `edits`.
#[must_use]
pub fn own_rules(edits: &Edits, language: &str) -> Vec<LexiconFile> {
    let folder = format!("{language}/");
    let files = edits.iter().filter(|(path, _)| path.starts_with(&folder));
    files.map(|(path, text)| LexiconFile { path: path.clone(), text: text.clone() }).collect()
}

/// The rules of the settings with `own` files over them.
///
/// # Errors
/// What is wrong in the files, each with its place.
pub fn compile(settings: &Settings, own: Vec<LexiconFile>) -> Result<Library, LibraryError> {
    let reading = &settings.reading;
    Library::with_own(&Additions { folder: reading.lexicons.clone(), alone: reading.alone }, own)
}

/// The scorecard for as long as the program runs; the same one where it was in force before.
fn interned_card(card: Scorecard) -> &'static Scorecard {
    static CARDS: Mutex<Vec<&'static Scorecard>> = Mutex::new(Vec::new());
    let mut cards = CARDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = cards.iter().find(|known| ***known == card) {
        return known;
    }
    let card: &'static Scorecard = Box::leak(Box::new(card));
    cards.push(card);
    card
}

/// The lexicon of `language` for as long as the program runs; the same one where it was in force before.
fn interned_lexicon(library: Library, language: &str) -> Option<&'static Lexicon> {
    static LEXICONS: Mutex<Vec<&'static Lexicon>> = Mutex::new(Vec::new());
    let mut lexicons = LEXICONS.lock().unwrap_or_else(PoisonError::into_inner);
    let digest = library.lexicon(language)?.digest();
    if let Some(known) = lexicons.iter().find(|known| known.digest() == digest) {
        return Some(known);
    }
    let library: &'static Library = Box::leak(Box::new(library));
    let lexicon = library.lexicon(language)?;
    lexicons.push(lexicon);
    Some(lexicon)
}
