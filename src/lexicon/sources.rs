//! The files of a lexicon, read: rules, classes and what belongs to the language as a whole.

use super::confidence::{Confidence, ConfidenceForm, Measurements};
use super::context_words::ContextForm;
use super::deadlines::DeadlinesForm;
use super::error::LexiconError;
use super::parse::{self, ClassFile, ClassTable};
use super::pattern::Pattern;
use super::rule::{LabelFileForm, Place, Rule, Written};
use super::shape::{Shape, is_named};
use super::side_by_side::side_by_side;
use super::words::{NamedWords, Words};
use super::{LexiconFile, error_at};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use toml::Spanned;

/// Patterns of a rule that cancel or complete a match.
#[derive(Debug, Default)]
pub(super) struct RulePatterns {
    pub(super) unless: Vec<Written<Pattern>>,
    pub(super) unless_sentence: Vec<Written<Pattern>>,
    pub(super) unless_message: Vec<Written<Pattern>>,
    pub(super) needs_sentence: Vec<Written<Pattern>>,
    pub(super) needs_message: Vec<Written<Pattern>>,
}

impl RulePatterns {
    /// The lists in the order of [`super::ExceptionKind`].
    pub(super) fn lists(&self) -> [&[Written<Pattern>]; 5] {
        [&self.unless, &self.unless_sentence, &self.unless_message, &self.needs_sentence, &self.needs_message]
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpellingForm {
    #[serde(default)]
    pub(super) spelling: FxHashMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FrequencyForm {
    #[serde(default)]
    pub(super) per_million: BTreeMap<String, f32>,
}

/// Files that belong to the language as a whole and not to a label.
const SHARED: [&str; 7] =
    ["classes.toml", "context.toml", "spelling.toml", "frequency.toml", "deadlines.toml", CONFIDENCE, OFF];

/// Whether a file of that name belongs to the language as a whole and not to a label.
#[must_use]
pub fn is_shared_file(name: &str) -> bool {
    SHARED.contains(&name)
}

/// How often each rule was right: the one file that says nothing of what the rules find.
pub(super) const CONFIDENCE: &str = "confidence.toml";

/// Rules that are switched off.
pub(super) const OFF: &str = "off.toml";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OffForm {
    off: Vec<Spanned<String>>,
}

/// A label file, parsed.
struct LabelFile {
    classes: ClassTable,
    rules: Vec<(Rule, RulePatterns)>,
    errors: Vec<LexiconError>,
}

impl LabelFile {
    /// Reads the file with the number `index`.
    fn read(file: &LexiconFile, index: usize) -> Self {
        let mut errors = Vec::new();
        let (classes, rules) = match parse::read::<LabelFileForm>(file) {
            Ok(form) => {
                let classes = ClassTable::parse(&form.classes, index, file, &mut errors);
                (classes, parse::rules(form, index, file, &mut errors))
            }
            Err(error) => {
                errors.push(error);
                Default::default()
            }
        };
        Self { classes, rules, errors }
    }
}

/// All files of a lexicon, parsed.
pub(super) struct Sources {
    pub(super) files: Vec<LexiconFile>,
    pub(super) spelling: SpellingForm,
    pub(super) context: ContextForm,
    pub(super) frequency: FrequencyForm,
    /// With the number of its file.
    pub(super) deadlines: Option<(usize, DeadlinesForm)>,
    pub(super) confidence: Option<Measurements>,
    /// Rules of the files before this one may have been measured; those of later layers were not.
    pub(super) measured_files: usize,
    pub(super) shared_classes: ClassTable,
    /// By file; empty where the file has none.
    pub(super) own_classes: Vec<ClassTable>,
    pub(super) rules: Vec<Rule>,
    pub(super) patterns: Vec<RulePatterns>,
    /// Rules that are switched off, each with the number of the file that says so.
    off: Vec<(usize, Spanned<String>)>,
    /// Numbers of files of which rules were taken out.
    thinned: HashSet<u32>,
}

impl Sources {
    pub(super) fn read(layers: Vec<Vec<LexiconFile>>, errors: &mut Vec<LexiconError>) -> Self {
        let mut sources = Self {
            files: Vec::new(),
            spelling: SpellingForm::default(),
            context: ContextForm::default(),
            frequency: FrequencyForm::default(),
            deadlines: None,
            confidence: None,
            measured_files: 0,
            shared_classes: ClassTable::default(),
            own_classes: Vec::new(),
            rules: Vec::new(),
            patterns: Vec::new(),
            off: Vec::new(),
            thinned: HashSet::new(),
        };
        let all: Vec<&LexiconFile> = layers.iter().flatten().collect();
        let of_label =
            |index, file: &&LexiconFile| (!SHARED.contains(&file.name())).then(|| LabelFile::read(file, index));
        let mut label_files = side_by_side(&all, of_label).into_iter();
        for layer in layers {
            let mut layer_rules = Vec::new();
            let measured = layer.iter().any(|file| file.name() == CONFIDENCE);
            for file in layer {
                let index = sources.files.len();
                let classes = match label_files.next().flatten() {
                    Some(read) => {
                        layer_rules.extend(read.rules);
                        errors.extend(read.errors);
                        read.classes
                    }
                    None => {
                        sources.read_shared(&file, index, errors);
                        ClassTable::default()
                    }
                };
                sources.own_classes.push(classes);
                sources.files.push(file);
            }
            if measured {
                sources.measured_files = sources.files.len();
            }
            let replaced: HashSet<&str> = layer_rules.iter().map(|(rule, _)| rule.id.as_str()).collect();
            sources.leave_out(|id| replaced.contains(id));
            for (rule, others) in layer_rules {
                sources.rules.push(rule);
                sources.patterns.push(others);
            }
        }
        sources.switch_off(errors);
        sources
    }

    /// Takes out the rules whose identifiers `is_out` holds.
    fn leave_out(&mut self, is_out: impl Fn(&str) -> bool) {
        for (rule, others) in std::mem::take(&mut self.rules).into_iter().zip(std::mem::take(&mut self.patterns)) {
            if is_out(&rule.id) {
                self.thinned.insert(rule.place.file);
            } else {
                self.rules.push(rule);
                self.patterns.push(others);
            }
        }
    }

    /// Takes out the rules that `off.toml` names.
    fn switch_off(&mut self, errors: &mut Vec<LexiconError>) {
        let off = std::mem::take(&mut self.off);
        for (file, id) in &off {
            if !self.rules.iter().any(|rule| rule.id == *id.get_ref()) {
                let problem = format!("no rule is called `{}`; `amends lexicon list` shows all", id.get_ref());
                let file = &self.files[*file];
                errors.push(LexiconError::at(&file.path, &file.text, id.span().start, problem));
            }
        }
        let off: HashSet<&str> = off.iter().map(|(_, id)| id.get_ref().as_str()).collect();
        self.leave_out(|id| off.contains(id));
    }

    /// Reads a file that belongs to the language as a whole.
    fn read_shared(&mut self, file: &LexiconFile, index: usize, errors: &mut Vec<LexiconError>) {
        let result = match file.name() {
            "classes.toml" => parse::read::<ClassFile>(file)
                .map(|form| self.shared_classes = ClassTable::parse(&form.classes, index, file, errors)),
            "context.toml" => parse::read(file).map(|form| self.context = form),
            "deadlines.toml" => parse::read(file).map(|form| self.deadlines = Some((index, form))),
            CONFIDENCE => {
                parse::read::<ConfidenceForm>(file).map(|form| self.confidence = Some(form.checked(file, errors)))
            }
            "spelling.toml" => parse::read(file).map(|form| self.spelling = form),
            OFF => parse::read(file).map(|form: OffForm| self.off.extend(form.off.into_iter().map(|id| (index, id)))),
            _ => parse::read(file).map(|form| self.frequency = form),
        };
        errors.extend(result.err());
    }

    /// All patterns that name words: those of rules, of their exceptions and of classes.
    fn all_patterns(&self) -> impl Iterator<Item = &Written<Pattern>> {
        let classes = self.own_classes.iter().chain([&self.shared_classes]).flat_map(ClassTable::all);
        let exceptions = self.patterns.iter().flat_map(|others| others.lists().into_iter().flatten());
        self.rules.iter().flat_map(|rule| &rule.patterns).chain(exceptions).chain(classes)
    }

    /// Numbers every word that a pattern or the context names.
    pub(super) fn collect_words(&self, words: &mut Words) {
        let mut named = NamedWords::default();
        self.context.collect_words(&mut named);
        self.all_patterns().for_each(|pattern| collect_words(&pattern.value, &mut named));
        words.add(named);
    }

    /// What is wrong in the files taken together.
    pub(super) fn check(&self) -> Vec<LexiconError> {
        let mut errors = Vec::new();
        self.check_classes(&mut errors);
        parse::check_duplicates(&self.rules, &self.files, &mut errors);
        errors
    }

    /// Every class of a file is used in it, and none hides a shared one.
    fn check_classes(&self, errors: &mut Vec<LexiconError>) {
        let mut used: HashSet<(u32, &str)> = HashSet::new();
        for pattern in self.all_patterns() {
            let mut names = HashSet::new();
            collect_classes(&pattern.value, &mut names);
            used.extend(names.into_iter().map(|name| (pattern.place.file, name)));
        }
        let shared: HashSet<&str> = self.shared_classes.names().collect();
        for (index, (file, own)) in self.files.iter().zip(&self.own_classes).enumerate() {
            for name in own.names() {
                let at = parse::find_key(file, name);
                if shared.contains(name) {
                    let problem = format!("{{{name}}} is defined in classes.toml already; choose another name");
                    errors.push(LexiconError::at(&file.path, &file.text, at, problem));
                }
                // Rules that are replaced or switched off may have used it.
                if !used.contains(&(index as u32, name)) && !self.thinned.contains(&(index as u32)) {
                    let problem = format!("the class {{{name}}} is not used: remove it");
                    errors.push(LexiconError::at(&file.path, &file.text, at, problem));
                }
            }
        }
    }

    /// By rule: how far what it finds is to be trusted.
    pub(super) fn confidences(&self) -> Vec<Option<Confidence>> {
        let Some(measurements) = &self.confidence else { return vec![None; self.rules.len()] };
        // A rule that replaces a measured one is another rule, whatever its name.
        let measured = |rule: &Rule| (rule.place.file as usize) < self.measured_files;
        measurements.confidences(self.rules.iter().map(|rule| (measured(rule).then_some(&*rule.id), rule.label)))
    }

    pub(super) fn error(&self, place: Place, problem: String) -> LexiconError {
        error_at(&self.files, place, problem)
    }
}

/// Adds every word that `pattern` names.
fn collect_words<'p>(pattern: &'p Pattern, words: &mut NamedWords<'p>) {
    match pattern {
        Pattern::Stem(word) => {
            words.stems.insert(word);
        }
        Pattern::Exact(form) => {
            words.forms.insert(form);
        }
        Pattern::Sequence(items) | Pattern::Choice(items) => items.iter().for_each(|item| collect_words(item, words)),
        Pattern::Optional(item) => collect_words(item, words),
        Pattern::Class(_) | Pattern::Shape(_) | Pattern::Gap(_) | Pattern::Start | Pattern::End => {}
    }
}

/// Adds the names of the classes in `pattern`.
fn collect_classes<'p>(pattern: &'p Pattern, names: &mut HashSet<&'p str>) {
    match pattern {
        Pattern::Class(name) => {
            names.insert(name);
        }
        Pattern::Sequence(items) | Pattern::Choice(items) => items.iter().for_each(|item| collect_classes(item, names)),
        Pattern::Optional(item) => collect_classes(item, names),
        _ => {}
    }
}

/// Occurrences per million of each word, from those of forms; [`RARE`] where no form is listed.
/// A shape is listed as `#name`.
pub(super) fn frequency(words: &Words, per_million: &BTreeMap<String, f32>) -> Vec<f32> {
    /// Of a word that the frequency table does not list.
    const RARE: f32 = 20.0;
    let mut frequency = vec![0.0; words.count()];
    for (form, per_million) in per_million {
        let shape = form.strip_prefix('#').and_then(Shape::from_name);
        let id = shape.map_or_else(|| words.id(form), Shape::id);
        if shape.is_some() || is_named(id) {
            frequency[usize::from(id)] += per_million;
        }
    }
    frequency.iter_mut().filter(|value| **value == 0.0).for_each(|value| *value = RARE);
    frequency
}
