//! Where lexicons and scorecards come from: built into the program, or the user's own folder.

use crate::lexicon::{Lexicon, LexiconErrors, LexiconFile};
use crate::score::{Scorecard, ScorecardError, digest_of};
use include_dir::{Dir, include_dir};
use once_cell::sync::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/lexicons");

/// The folder of scorecards beside the folders of languages.
const SCORECARDS: &str = "scorecards";

/// The scorecard that is used when none is named.
pub const DEFAULT_SCORECARD: &str = "amends";

/// Why a library cannot be opened.
#[derive(Debug, Error)]
pub enum LibraryError {
    /// A file or folder cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A folder holds neither a language nor scorecards.
    #[error(
        "{} holds no lexicon: expected a folder for each language, such as {}/en/*.toml, or {}/scorecards/*.toml",
        .0.display(), .0.display(), .0.display()
    )]
    Empty(PathBuf),
    /// Something is wrong in the lexicon files.
    #[error(transparent)]
    Lexicon(#[from] LexiconErrors),
    /// Something is wrong in a scorecard.
    #[error(transparent)]
    Scorecard(#[from] ScorecardError),
    /// No scorecard has that name.
    #[error("no scorecard is called `{name}`; there are {known}")]
    UnknownScorecard {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
}

/// Lexicons by language, and scorecards.
#[derive(Debug)]
pub struct Library {
    lexicons: Vec<Lexicon>,
    scorecards: Vec<Scorecard>,
}

/// What a user adds to the built-in library.
#[derive(Debug, Clone, Default)]
pub struct Additions {
    /// A folder laid out like the built-in `lexicons`.
    pub folder: Option<PathBuf>,
    /// Whether it stands alone instead of beside the built-in rules.
    pub alone: bool,
}

/// Files by the folder they stand in: a language, or scorecards.
type Folders = Vec<(String, Vec<LexiconFile>)>;

impl Library {
    /// The built-in library, compiled once.
    ///
    /// # Errors
    /// None in a released build: a test compiles it.
    pub fn built_in() -> Result<&'static Self, LibraryError> {
        static LIBRARY: OnceCell<Library> = OnceCell::new();
        LIBRARY.get_or_try_init(|| Self::open(&Additions::default()))
    }

    /// The built-in library with a user's additions.
    ///
    /// A rule with the id of a built-in rule replaces it, so does a scorecard, so does a shared file
    /// (`classes.toml` …); everything else is added.
    ///
    /// # Errors
    /// Where the folder cannot be read or its files are wrong.
    pub fn open(additions: &Additions) -> Result<Self, LibraryError> {
        Self::with_own(additions, Vec::new())
    }

    /// The same with `own` files over all others, each with its path in a folder laid out so (`en/ours.toml`).
    ///
    /// # Errors
    /// Where the folder cannot be read or files are wrong.
    pub fn with_own(additions: &Additions, own: Vec<LexiconFile>) -> Result<Self, LibraryError> {
        let mut layers: Vec<Folders> = Vec::new();
        if !additions.alone {
            layers.push(built_in_folders());
        }
        if let Some(folder) = &additions.folder {
            layers.push(read_folders(folder)?);
        }
        let own = own.into_iter().filter_map(|file| Some((file.path.split_once('/')?.0.to_owned(), vec![file])));
        layers.push(by_folder(own));
        let mut languages: Vec<String> = layers.iter().flatten().map(|(name, _)| name.clone()).collect();
        languages.sort_unstable_by(|a, b| (a != "en", a).cmp(&(b != "en", b)));
        languages.dedup();
        let mut lexicons = Vec::new();
        let mut scorecards: Vec<Scorecard> = Vec::new();
        for name in &languages {
            let of_name = layers.iter_mut().flatten().filter(|(other, _)| other == name);
            let of_name: Vec<Vec<LexiconFile>> = of_name.map(|(_, files)| std::mem::take(files)).collect();
            if name != SCORECARDS {
                lexicons.push(Lexicon::compile(name, of_name)?);
                continue;
            }
            for file in of_name.into_iter().flatten() {
                let card = Scorecard::parse(&file.path, &file.text)?;
                scorecards.retain(|other| other.id != card.id);
                scorecards.push(card);
            }
        }
        // A folder of rules alone is judged by the built-in scorecards.
        if scorecards.is_empty() {
            for file in
                built_in_folders().into_iter().filter(|(name, _)| name == SCORECARDS).flat_map(|(_, files)| files)
            {
                scorecards.push(Scorecard::parse(&file.path, &file.text)?);
            }
        }
        scorecards.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Self { lexicons, scorecards })
    }

    /// The lexicons, English first if there is one.
    #[must_use]
    pub fn lexicons(&self) -> &[Lexicon] {
        &self.lexicons
    }

    /// The lexicon of `language` (ISO 639-1).
    #[must_use]
    pub fn lexicon(&self, language: &str) -> Option<&Lexicon> {
        self.lexicons.iter().find(|lexicon| lexicon.language() == language)
    }

    /// The scorecards by name.
    #[must_use]
    pub fn scorecards(&self) -> &[Scorecard] {
        &self.scorecards
    }

    /// The scorecard called `name`.
    ///
    /// # Errors
    /// Where there is none; the error names those there are.
    pub fn scorecard(&self, name: &str) -> Result<&Scorecard, LibraryError> {
        self.scorecards.iter().find(|card| card.id == name).ok_or_else(|| LibraryError::UnknownScorecard {
            name: name.to_owned(),
            known: self.scorecards.iter().map(|card| card.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }
}

/// Whether the scorecard with that digest is part of the program.
#[must_use]
pub fn is_built_in_scorecard(digest: &str) -> bool {
    let files = BUILT_IN.get_dir(SCORECARDS).into_iter().flat_map(Dir::files);
    files.filter_map(|file| file.contents_utf8()).any(|text| digest_of(text) == digest)
}

fn built_in_folders() -> Folders {
    let mut folders: Folders = BUILT_IN
        .dirs()
        .map(|dir| {
            let mut files: Vec<LexiconFile> = dir
                .files()
                .filter_map(|file| {
                    let path = format!("lexicons/{}", file.path().to_string_lossy().replace('\\', "/"));
                    Some(LexiconFile { path, text: file.contents_utf8()?.to_owned() })
                })
                .collect();
            files.sort_by(|a, b| a.path.cmp(&b.path));
            (dir.path().to_string_lossy().into_owned(), files)
        })
        .collect();
    folders.sort_by(|a, b| a.0.cmp(&b.0));
    folders
}

/// Files of the same folder together.
fn by_folder(files: impl Iterator<Item = (String, Vec<LexiconFile>)>) -> Folders {
    let mut folders = BTreeMap::<String, Vec<LexiconFile>>::new();
    files.for_each(|(folder, files)| folders.entry(folder).or_default().extend(files));
    folders.into_iter().collect()
}

fn read_folders(folder: &Path) -> Result<Folders, LibraryError> {
    let mut folders = Folders::new();
    for path in entries(folder)? {
        if !path.is_dir() {
            continue;
        }
        let mut files = Vec::new();
        for file in entries(&path)? {
            if file.extension().is_some_and(|extension| extension == "toml") {
                let text =
                    std::fs::read_to_string(&file).map_err(|source| LibraryError::Io { path: file.clone(), source })?;
                files.push(LexiconFile { path: file.display().to_string(), text });
            }
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !files.is_empty() {
            folders.push((name, files));
        }
    }
    if folders.is_empty() { Err(LibraryError::Empty(folder.to_owned())) } else { Ok(folders) }
}

/// What `folder` holds, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, LibraryError> {
    let fail = |source| LibraryError::Io { path: folder.to_owned(), source };
    let mut paths = std::fs::read_dir(folder)
        .map_err(fail)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(fail)?;
    paths.sort();
    Ok(paths)
}
