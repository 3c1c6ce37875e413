//! Rules as data: one folder a language, one file a label.
//!
//! A [`Lexicon`] is read from TOML files, built in or the user's own, with one machinery: parse,
//! look up classes, compile all patterns into one matcher. What each rule must and must not find
//! stands beside it as examples; [`crate::check`] holds them to it.

mod automaton;
mod compile;
pub mod confidence;
mod context_words;
pub mod deadlines;
mod error;
mod filing;
mod label;
mod matcher;
mod nodes;
mod parse;
pub mod pattern;
mod rule;
mod shape;
mod side_by_side;
mod signature;
mod sources;
mod word_table;
mod words;

pub(crate) use context_words::Roles;
pub use error::{LexiconError, LexiconErrors};
pub use label::{Family, Kind, Label, LabelSet};
pub(crate) use matcher::{ExceptionPattern, Hit};
pub use pattern::Pattern;
pub use rule::{Actor, Conditions, Examples, Occurrence, Place, Rule, Speaker, Tense, WaitsForCustomer, Written};
pub use shape::Shape;
pub(crate) use shape::is_named;
use signature::EDGE;
pub(crate) use signature::Signature;
pub use sources::is_shared_file;
pub(crate) use word_table::{SentenceWords, WordBit};
pub(crate) use words::{WordCache, WordId, Words};

use crate::text::stem::Stems;
use compile::{Compiler, Scope};
use confidence::{Claim, Confidence, Measurements};
use deadlines::Deadlines;
use matcher::Matcher;
use sha2::{Digest, Sha256};
use side_by_side::beside;
use sources::Sources;
use std::ops::Range;

/// A file of a lexicon, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LexiconFile {
    /// As the user knows it, for errors: `lexicons/en/apology.toml`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl LexiconFile {
    fn name(&self) -> &str {
        self.path.rsplit(['/', '\\']).next().unwrap_or_default()
    }
}

/// How a pattern cancels or completes a match of its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExceptionKind {
    /// Cancels a match that it overlaps.
    Unless,
    /// Cancels a match in the same sentence.
    UnlessSentence,
    /// Cancels a match in the same message.
    UnlessMessage,
    /// One of these must be in the same sentence.
    NeedsSentence,
    /// One of these must be in the same message.
    NeedsMessage,
}

/// The exceptions of all rules.
#[derive(Debug, Default)]
struct Exceptions {
    patterns: Vec<ExceptionPattern>,
    /// By rule and [`ExceptionKind`]: where its patterns end and the next kind's start.
    ends: Vec<[u32; 5]>,
}

/// The rules of one language, compiled.
#[derive(Debug)]
pub struct Lexicon {
    language: String,
    files: Vec<LexiconFile>,
    rules: Vec<Rule>,
    exceptions: Exceptions,
    words: Words,
    roles: Vec<Roles>,
    matcher: Matcher,
    deadlines: Deadlines,
    measurements: Option<Measurements>,
    /// They tell of the rules in so many files; those of later layers were not measured.
    measured_files: usize,
    /// By rule.
    confidences: Vec<Option<Confidence>>,
    /// In the order of [`Claim::ALL`].
    claims: Option<[Confidence; 5]>,
    digest: String,
}

impl Lexicon {
    /// Compiles `files` as the lexicon of `language` (ISO 639-1).
    ///
    /// Later layers win over earlier ones: a rule replaces a rule of the same id in an earlier layer;
    /// twice in one layer it is an error.
    ///
    /// # Errors
    /// All that is wrong in the files, each with its place.
    pub fn compile(language: &str, layers: Vec<Vec<LexiconFile>>) -> Result<Self, LexiconErrors> {
        let Some(stems) = Stems::for_language(language) else {
            let problem = format!("no stemmer for the language `{language}`; the folder's name is an ISO 639-1 code");
            return Err(LexiconErrors(vec![LexiconError::of_file(language, problem)]));
        };
        let digest = digest(language, layers.iter().flatten());
        let mut errors = Vec::new();
        let mut sources = Sources::read(layers, &mut errors);
        let deadlines = sources.deadlines.take().map_or_else(Deadlines::default, |(index, form)| {
            Deadlines::compile(form, (index, &sources.files[index]), &sources.shared_classes, &stems, &mut errors)
        });
        let mut words = Words::new(stems, sources.spelling.spelling.clone());
        let ((), found) = beside(|| sources.collect_words(&mut words), || sources.check());
        errors.extend(found);
        let mut compiler = Compiler::new(&words, &sources.shared_classes, &sources.own_classes);
        let mut exceptions = Exceptions::default();
        for (index, (rule, others)) in sources.rules.iter().zip(&sources.patterns).enumerate() {
            let scope = Scope::File(rule.place.file as usize);
            for pattern in &rule.patterns {
                if let Err(problem) = compiler.add(index as u32, rule.speaker, &pattern.value, scope) {
                    errors.push(sources.error(pattern.place, problem));
                }
            }
            let ends = others.lists().map(|list| {
                for pattern in list {
                    match compiler.exception(&pattern.value, scope) {
                        Ok(exception) => exceptions.patterns.push(exception),
                        Err(problem) => errors.push(sources.error(pattern.place, problem)),
                    }
                }
                exceptions.patterns.len() as u32
            });
            exceptions.ends.push(ends);
        }
        if !errors.is_empty() {
            errors.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
            return Err(LexiconErrors(errors));
        }
        let frequency = sources::frequency(&words, &sources.frequency.per_million);
        let roles = sources.context.by_word(&words);
        let bits: Vec<u16> = roles.iter().map(|roles| roles.bits()).collect();
        let (matcher, renumbered) = compiler.finish(&frequency, &bits, &mut exceptions.patterns);
        words.renumber(&renumbered);
        let mut roles_by_number =
            vec![Roles::default(); 1 + usize::from(renumbered.iter().copied().max().unwrap_or(0))];
        for (old, new) in renumbered.iter().enumerate() {
            roles_by_number[usize::from(*new)] = roles[old];
        }
        let confidences = sources.confidences();
        let Sources { files, rules, confidence: measurements, measured_files, .. } = sources;
        Ok(Self {
            language: language.to_owned(),
            files,
            rules,
            exceptions,
            words,
            roles: roles_by_number,
            matcher,
            deadlines,
            claims: measurements.as_ref().map(|measured| Claim::ALL.map(|claim| measured.claim(claim))),
            measurements,
            measured_files,
            confidences,
            digest,
        })
    }

    /// ISO 639-1 code of its language.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    /// How it tells deadlines.
    #[must_use]
    pub const fn deadlines(&self) -> &Deadlines {
        &self.deadlines
    }

    /// The files it was read from.
    #[must_use]
    pub fn files(&self) -> &[LexiconFile] {
        &self.files
    }

    /// Its rules, in the order of the files.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule called `id`.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// SHA-256 over language and files, in hexadecimal: another digest, other rules.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The same over all but what was measured of the rules: another digest, other detections.
    #[must_use]
    pub fn rules_digest(&self) -> String {
        self.digest_of(self.files.len())
    }

    fn digest_of(&self, files: usize) -> String {
        digest(&self.language, self.files[..files].iter().filter(|file| file.name() != sources::CONFIDENCE))
    }

    /// Whether the rules that [`Self::measurements`] tell of have changed since.
    #[must_use]
    pub fn changed_since_measured(&self) -> bool {
        self.measurements.as_ref().is_some_and(|measured| measured.rules != self.digest_of(self.measured_files))
    }

    /// What was measured of its rules; `None` where it has no `confidence.toml`.
    #[must_use]
    pub const fn measurements(&self) -> Option<&Measurements> {
        self.measurements.as_ref()
    }

    /// How far what `rule` finds is to be trusted; `None` for cues, and where nothing was measured.
    #[must_use]
    pub fn confidence(&self, rule: u32) -> Option<Confidence> {
        self.confidences[rule as usize]
    }

    /// How far `claim` is to be trusted where it is made; `None` where nothing was measured.
    #[must_use]
    pub fn claim_confidence(&self, claim: Claim) -> Option<Confidence> {
        self.claims.map(|claims| claims[claim as usize])
    }

    /// Size of the compiled tables in bytes, texts of the rules not counted.
    #[must_use]
    pub fn compiled_bytes(&self) -> usize {
        let anchors = |anchors: &matcher::Anchors| {
            anchors.words.len() * size_of::<(u32, u32)>() + anchors.entries.len() * size_of::<matcher::Entry>()
        };
        self.matcher.sets.bytes()
            + self.matcher.phrases.bytes()
            + self.matcher.nodes.bytes()
            + self.matcher.branches.len() * size_of::<automaton::Branches>()
            + self.matcher.signatures.bytes()
            + self.matcher.candidates.len() * size_of::<matcher::Candidate>()
            + self.matcher.needs.len() * size_of::<matcher::Nearby>()
            + anchors(&self.matcher.agent)
            + anchors(&self.matcher.customer)
            + self.matcher.patterns.len() * size_of::<matcher::CompiledPattern>()
            + self.exceptions.patterns.len() * size_of::<ExceptionPattern>()
    }

    /// How many patterns it has.
    #[must_use]
    pub fn pattern_count(&self) -> usize {
        self.matcher.patterns.len()
    }

    /// An error at `place` of the files.
    #[must_use]
    pub fn error_at(&self, place: Place, problem: String) -> LexiconError {
        error_at(&self.files, place, problem)
    }

    pub(crate) const fn words(&self) -> &Words {
        &self.words
    }

    #[inline]
    pub(crate) fn roles(&self, word: WordId) -> Roles {
        self.roles[usize::from(word)]
    }

    /// The exceptions of that kind that `rule` has.
    pub(crate) fn exceptions(&self, rule: u32, kind: ExceptionKind) -> &[ExceptionPattern] {
        let (rule, kind) = (rule as usize, kind as usize);
        let ends = &self.exceptions.ends;
        let start = match (rule, kind) {
            (0, 0) => 0,
            (rule, 0) => ends[rule - 1][4],
            (rule, kind) => ends[rule][kind - 1],
        };
        &self.exceptions.patterns[start as usize..ends[rule][kind] as usize]
    }

    /// The signatures of a message's words, for [`Self::find`].
    pub(crate) fn signatures(&self, words: &[WordId], signatures: &mut Vec<Signature>) {
        self.matcher.signatures.of_message(words, signatures);
    }

    /// Adds all matches of `speaker`'s rules in `sentence`, which is `place` of the message with those signatures.
    #[inline]
    pub(crate) fn find(
        &self,
        speaker: Speaker,
        sentence: &SentenceWords<'_>,
        place: Range<usize>,
        signatures: &[Signature],
        hits: &mut Vec<Hit>,
    ) {
        let anchors = match speaker {
            Speaker::Customer => &self.matcher.customer,
            Speaker::Agent | Speaker::Any => &self.matcher.agent,
        };
        let near = &signatures[place.start..place.end + 2 * EDGE];
        self.matcher.find(anchors, sentence, near, place.start as u32, hits);
    }

    /// Whether `pattern` matches in `sentence` so that it shares a word with `overlap`.
    #[inline]
    pub(crate) fn overlaps(
        &self,
        pattern: &ExceptionPattern,
        sentence: &SentenceWords<'_>,
        overlap: Range<usize>,
    ) -> bool {
        self.matcher.overlaps(pattern, sentence, overlap)
    }
}

fn error_at(files: &[LexiconFile], place: Place, problem: String) -> LexiconError {
    let file = &files[place.file as usize];
    LexiconError::at(&file.path, &file.text, place.at as usize, problem)
}

fn digest<'f>(language: &str, files: impl Iterator<Item = &'f LexiconFile>) -> String {
    let mut hash = Sha256::new();
    hash.update(language);
    for file in files {
        // Lengths keep a file's end apart from the next one's start.
        for part in [file.name(), &file.text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
