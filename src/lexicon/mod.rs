//! Rules as data: one folder a language, one file a label.
//!
//! A [`Lexicon`] is read from TOML files, built in or the user's own, with one machinery: parse,
//! look up classes, compile all patterns into one matcher. What each rule must and must not find
//! stands beside it as examples; [`crate::check`] holds them to it.

mod compile;
mod context_words;
mod error;
mod label;
mod matcher;
mod parse;
pub mod pattern;
mod rule;
mod words;

pub(crate) use context_words::Roles;
pub use error::{LexiconError, LexiconErrors};
pub use label::{Family, Kind, Label, LabelSet};
pub(crate) use matcher::Hit;
pub use pattern::Pattern;
pub use rule::{Actor, Conditions, Examples, Occurrence, Place, Rule, Speaker, Tense, Written};
pub(crate) use words::{WordCache, WordId, Words};

use crate::text::stem::Stems;
use compile::{Classes, Compiler, collect_words, resolve};
use context_words::ContextForm;
use matcher::{Matcher, Node};
use parse::{ClassFile, ClassTable};
use rule::LabelFileForm;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};

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

/// Patterns of a rule that cancel or complete a match.
#[derive(Debug, Default)]
struct RulePatterns {
    unless: Vec<Written<Pattern>>,
    unless_sentence: Vec<Written<Pattern>>,
    unless_message: Vec<Written<Pattern>>,
    needs_sentence: Vec<Written<Pattern>>,
    needs_message: Vec<Written<Pattern>>,
}

/// The same, compiled.
#[derive(Debug, Default)]
pub(crate) struct Exceptions {
    pub(crate) unless: Vec<ExceptionPattern>,
    pub(crate) unless_sentence: Vec<ExceptionPattern>,
    pub(crate) unless_message: Vec<ExceptionPattern>,
    pub(crate) needs_sentence: Vec<ExceptionPattern>,
    pub(crate) needs_message: Vec<ExceptionPattern>,
}

/// A pattern that is only looked for where a rule has matched.
#[derive(Debug)]
pub(crate) struct ExceptionPattern(Node);

/// The rules of one language, compiled.
#[derive(Debug)]
pub struct Lexicon {
    language: String,
    files: Vec<LexiconFile>,
    rules: Vec<Rule>,
    exceptions: Vec<Exceptions>,
    words: Words,
    roles: Vec<Roles>,
    matcher: Matcher,
    digest: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpellingForm {
    #[serde(default)]
    spelling: HashMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FrequencyForm {
    #[serde(default)]
    per_million: BTreeMap<String, f32>,
}

/// Files that belong to the language as a whole and not to a label.
const SHARED: [&str; 4] = ["classes.toml", "context.toml", "spelling.toml", "frequency.toml"];

/// Occurrences per million words of a word that the frequency table does not list.
const RARE: f32 = 20.0;

impl Lexicon {
    /// Compiles `files` as the lexicon of `language` (ISO 639-1).
    ///
    /// Later files win over earlier ones: a label file's rule replaces an earlier rule of the same
    /// id in an *other layer*; `layers` says how many files, from the start, make each layer.
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
        let sources = Sources::read(layers, &mut errors);
        let mut words = Words::new(stems, sources.spelling.spelling.clone());
        sources.context.collect_words(&mut words);
        let resolved = sources.resolve(&mut words, &mut errors);
        parse::check_duplicates(&sources.rules, &sources.files, &mut errors);
        let mut frequency = vec![0.0; words.count()];
        for (form, per_million) in &sources.frequency.per_million {
            frequency[usize::from(words.id(form))] += per_million;
        }
        frequency.iter_mut().filter(|value| **value == 0.0).for_each(|value| *value = RARE);
        let mut compiler = Compiler::new(&words, frequency);
        let mut exceptions = Vec::with_capacity(resolved.len());
        for (index, (rule, patterns)) in sources.rules.iter().zip(resolved).enumerate() {
            for pattern in &patterns.patterns {
                if let Err(problem) = compiler.add(index as u32, rule.speaker, &pattern.value) {
                    errors.push(sources.error(pattern.place, problem));
                }
            }
            let mut compiled =
                |list: &[Written<Pattern>]| list.iter().map(|one| ExceptionPattern(compiler.node(&one.value))).collect();
            exceptions.push(Exceptions {
                unless: compiled(&patterns.others.unless),
                unless_sentence: compiled(&patterns.others.unless_sentence),
                unless_message: compiled(&patterns.others.unless_message),
                needs_sentence: compiled(&patterns.others.needs_sentence),
                needs_message: compiled(&patterns.others.needs_message),
            });
        }
        if !errors.is_empty() {
            errors.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
            return Err(LexiconErrors(errors));
        }
        let matcher = compiler.finish();
        let roles = sources.context.by_word(&words);
        let Sources { files, rules, .. } = sources;
        Ok(Self { language: language.to_owned(), files, rules, exceptions, words, roles, matcher, digest })
    }

    /// ISO 639-1 code of its language.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
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

    /// Size of the compiled tables in bytes, texts of the rules not counted.
    #[must_use]
    pub fn compiled_bytes(&self) -> usize {
        let anchors = |anchors: &matcher::Anchors| anchors.starts.len() * 4 + anchors.needs.len() * 20;
        self.matcher.sets.bytes()
            + self.matcher.signatures.len() * 16
            + anchors(&self.matcher.agent)
            + anchors(&self.matcher.customer)
            + self.matcher.patterns.len() * size_of::<matcher::CompiledPattern>()
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

    pub(crate) fn exceptions(&self, rule: u32) -> &Exceptions {
        &self.exceptions[rule as usize]
    }

    /// Adds all matches of `speaker`'s rules in the sentence `ids`, whose first token is `offset`.
    #[inline]
    pub(crate) fn find(&self, speaker: Speaker, ids: &[WordId], offset: u32, hits: &mut Vec<Hit>) {
        let anchors = match speaker {
            Speaker::Customer => &self.matcher.customer,
            Speaker::Agent | Speaker::Any => &self.matcher.agent,
        };
        self.matcher.find(anchors, ids, offset, hits);
    }

    /// The first match of `pattern` in the sentence `ids` from word `from` on, as a word range.
    pub(crate) fn first_in(&self, pattern: &ExceptionPattern, ids: &[WordId], from: usize) -> Option<(usize, usize)> {
        self.matcher.first_in(&pattern.0, ids, from)
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

/// All files of a lexicon, parsed.
struct Sources {
    files: Vec<LexiconFile>,
    spelling: SpellingForm,
    context: ContextForm,
    frequency: FrequencyForm,
    shared_classes: ClassTable,
    /// By file; empty where the file has none.
    own_classes: Vec<ClassTable>,
    rules: Vec<Rule>,
    patterns: Vec<RulePatterns>,
}

/// A rule's patterns with their classes looked up.
struct ResolvedPatterns {
    patterns: Vec<Written<Pattern>>,
    others: RulePatterns,
}

impl Sources {
    fn read(layers: Vec<Vec<LexiconFile>>, errors: &mut Vec<LexiconError>) -> Self {
        let mut sources = Self {
            files: Vec::new(),
            spelling: SpellingForm::default(),
            context: ContextForm::default(),
            frequency: FrequencyForm::default(),
            shared_classes: ClassTable::default(),
            own_classes: Vec::new(),
            rules: Vec::new(),
            patterns: Vec::new(),
        };
        for layer in layers {
            let mut layer_rules = Vec::new();
            for file in layer {
                let index = sources.files.len();
                let classes = sources.read_file(&file, index, &mut layer_rules, errors);
                sources.own_classes.push(classes);
                sources.files.push(file);
            }
            let replaced: HashSet<&str> = layer_rules.iter().map(|(rule, _)| rule.id.as_str()).collect();
            let (mut rules, mut patterns) = (Vec::new(), Vec::new());
            for (rule, others) in sources.rules.drain(..).zip(sources.patterns.drain(..)) {
                if !replaced.contains(rule.id.as_str()) {
                    rules.push(rule);
                    patterns.push(others);
                }
            }
            for (rule, others) in layer_rules {
                rules.push(rule);
                patterns.push(others);
            }
            (sources.rules, sources.patterns) = (rules, patterns);
        }
        sources
    }

    /// Reads one file into what it is; gives its own classes.
    fn read_file(
        &mut self,
        file: &LexiconFile,
        index: usize,
        rules: &mut Vec<(Rule, RulePatterns)>,
        errors: &mut Vec<LexiconError>,
    ) -> ClassTable {
        let mut none = ClassTable::default();
        let result = match file.name() {
            name if !SHARED.contains(&name) => parse::read::<LabelFileForm>(file).map(|form| {
                none = ClassTable::parse(&form.classes, index, file, errors);
                rules.extend(parse::rules(form, index, file, errors));
            }),
            "classes.toml" => parse::read::<ClassFile>(file)
                .map(|form| self.shared_classes = ClassTable::parse(&form.classes, index, file, errors)),
            "context.toml" => parse::read(file).map(|form| self.context = form),
            "spelling.toml" => parse::read(file).map(|form| self.spelling = form),
            _ => parse::read(file).map(|form| self.frequency = form),
        };
        errors.extend(result.err());
        none
    }

    /// Looks up the classes of all patterns and numbers their words.
    fn resolve(&self, words: &mut Words, errors: &mut Vec<LexiconError>) -> Vec<ResolvedPatterns> {
        let mut used = HashSet::new();
        let shared = self.shared_classes.resolve(&Classes::new(), &mut used, &self.files, errors);
        let tables: Vec<Classes<'_>> =
            self.own_classes.iter().map(|own| own.resolve(&shared, &mut used, &self.files, errors)).collect();
        let mut resolved = Vec::with_capacity(self.rules.len());
        for (rule, others) in self.rules.iter().zip(&self.patterns) {
            let classes = &tables[rule.place.file as usize];
            let mut list = |patterns: &[Written<Pattern>]| -> Vec<Written<Pattern>> {
                let mut done = Vec::with_capacity(patterns.len());
                for pattern in patterns {
                    parse::class_names(&pattern.value, &mut |name| {
                        used.insert(name.to_owned());
                    });
                    match resolve(&pattern.value, &|name| classes.get(name).cloned()) {
                        Ok(value) => {
                            collect_words(&value, words);
                            done.push(Written { value, place: pattern.place });
                        }
                        Err(missing) => errors.push(self.error(
                            pattern.place,
                            format!("no class is called {{{missing}}}; classes stand in classes.toml or in [classes] of this file"),
                        )),
                    }
                }
                done
            };
            resolved.push(ResolvedPatterns {
                patterns: list(&rule.patterns),
                others: RulePatterns {
                    unless: list(&others.unless),
                    unless_sentence: list(&others.unless_sentence),
                    unless_message: list(&others.unless_message),
                    needs_sentence: list(&others.needs_sentence),
                    needs_message: list(&others.needs_message),
                },
            });
        }
        self.check_classes(&used, errors);
        resolved
    }

    /// Every class of a file is used in it, and none hides a shared one.
    fn check_classes(&self, used: &HashSet<String>, errors: &mut Vec<LexiconError>) {
        let shared: HashSet<&str> = self.shared_classes.names().collect();
        for (file, own) in self.files.iter().zip(&self.own_classes) {
            for name in own.names() {
                let at = parse::find_key(file, name);
                if shared.contains(name) {
                    let problem = format!("{{{name}}} is defined in classes.toml already; choose another name");
                    errors.push(LexiconError::at(&file.path, &file.text, at, problem));
                }
                if !used.contains(name) {
                    let problem = format!("the class {{{name}}} is not used: remove it");
                    errors.push(LexiconError::at(&file.path, &file.text, at, problem));
                }
            }
        }
    }

    fn error(&self, place: Place, problem: String) -> LexiconError {
        error_at(&self.files, place, problem)
    }
}
