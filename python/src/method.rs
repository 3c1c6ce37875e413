//! With what is read: rules, scorecard, the office, teams.

use crate::error::{Error, setting};
use amends::lexicon::Lexicon;
use amends::library::{Additions, Library};
use amends::promise::{Office, Terms, opening_hours, weekday};
use amends::reading::{LeastConfidence, Reader};
use amends::score::Scorecard;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

#[derive(Debug)]
enum Rules {
    BuiltIn(&'static Library),
    Own(Box<Library>),
}

/// With what is read.
#[derive(Debug)]
pub struct Method {
    rules: Rules,
    language: String,
    pub card: Scorecard,
    least_confidence: LeastConfidence,
    pub office: Office,
    pub terms: Terms,
    pub teams: BTreeMap<String, String>,
    /// How many conversations are read side by side.
    pub threads: usize,
}

/// What a user may set, as Python gives it.
#[derive(Debug)]
pub struct Settings {
    pub lexicons: Option<PathBuf>,
    pub alone: bool,
    pub language: String,
    pub scorecard: String,
    pub least_confidence: f64,
    pub teams: BTreeMap<String, String>,
    pub timezone: String,
    pub working_days: Vec<String>,
    pub office_hours: String,
    pub holidays: Vec<String>,
    pub threads: Option<usize>,
}

impl Method {
    pub fn new(settings: Settings) -> Result<Self, Error> {
        if settings.alone && settings.lexicons.is_none() {
            return Err(setting("alone", "there are no rules to stand alone without lexicons"));
        }
        let rules = match settings.lexicons {
            None => Library::built_in().map(Rules::BuiltIn),
            folder => Library::open(&Additions { folder, alone: settings.alone }).map(|own| Rules::Own(Box::new(own))),
        };
        let rules = rules.map_err(|error| setting("lexicons", error))?;
        let card = scorecard(rules.library(), &settings.scorecard)?;
        let lexicon = rules.lexicon(&settings.language)?;
        let least_confidence = LeastConfidence::new(settings.least_confidence, lexicon);
        let mut days = Vec::new();
        for day in &settings.working_days {
            days.push(weekday(day).map_err(|error| setting("working_days", error))?);
        }
        let mut holidays = Vec::new();
        for day in &settings.holidays {
            let problem = || setting("holidays", format!("expected a day such as 2026-12-25, found `{day}`"));
            holidays.push(day.parse().map_err(|_| problem())?);
        }
        let (opens, closes) = opening_hours(&settings.office_hours).map_err(|error| setting("office_hours", error))?;
        let office = Office::in_zone(&settings.timezone).map_err(|error| setting("timezone", error))?;
        let office = office.with_working_days(&days).map_err(|error| setting("working_days", error))?;
        let office = office.with_hours(opens, closes).map_err(|error| setting("office_hours", error))?;
        let threads = match settings.threads {
            Some(0) => return Err(setting("threads", "at least one is needed")),
            Some(threads) => threads,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        Ok(Self {
            language: settings.language,
            card,
            least_confidence: least_confidence.map_err(|error| setting("least_confidence", error))?,
            office: office.with_holidays(holidays),
            terms: Terms::default(),
            teams: settings.teams,
            threads,
            rules,
        })
    }

    /// The rules of the language.
    pub fn lexicon(&self) -> Result<&Lexicon, Error> {
        self.rules.lexicon(&self.language)
    }

    /// A reader with these rules; one for each thread.
    pub fn reader(&self) -> Result<Reader<'_>, Error> {
        Ok(Reader::new(self.lexicon()?, &self.card).with_least_confidence(self.least_confidence))
    }

    /// What results are stamped with, as metadata of their schemas.
    pub fn stamp(&self) -> Result<HashMap<String, String>, Error> {
        let lexicon = self.lexicon()?;
        let stamp = [
            ("amends:schema", crate::rows::SCHEMA_VERSION.to_string()),
            ("amends:version", env!("CARGO_PKG_VERSION").to_owned()),
            ("amends:language", lexicon.language().to_owned()),
            ("amends:lexicon", lexicon.digest().to_owned()),
            ("amends:scorecard", self.card.id.clone()),
            ("amends:scorecard_version", self.card.version.clone()),
            ("amends:scorecard_digest", self.card.digest.clone()),
        ];
        Ok(stamp.map(|(key, value)| (key.to_owned(), value)).into())
    }
}

impl Rules {
    fn library(&self) -> &Library {
        match self {
            Self::BuiltIn(library) => library,
            Self::Own(library) => library,
        }
    }

    fn lexicon(&self, language: &str) -> Result<&Lexicon, Error> {
        let library = self.library();
        let known = || {
            let names: Vec<&str> = library.lexicons().iter().map(Lexicon::language).collect();
            setting(
                "language",
                format!("there are no rules for `{language}`; there are rules for {}", names.join(", ")),
            )
        };
        library.lexicon(language).ok_or_else(known)
    }
}

/// The scorecard called `name`, or in the file of that name.
fn scorecard(library: &Library, name: &str) -> Result<Scorecard, Error> {
    if !name.ends_with(".toml") {
        return library.scorecard(name).cloned().map_err(|error| setting("scorecard", error));
    }
    let text = std::fs::read_to_string(name).map_err(|error| setting("scorecard", format!("{name}: {error}")))?;
    Scorecard::parse(name, &text).map_err(|error| setting("scorecard", error))
}
