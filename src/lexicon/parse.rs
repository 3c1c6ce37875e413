//! Lexicon files to rules.

use super::LexiconFile;
use super::error::LexiconError;
use super::label::{Kind, Label};
use super::pattern::{self, Pattern};
use super::rule::{Conditions, Examples, LabelFileForm, Place, Rule, RuleForm, Written};
use super::sources::RulePatterns;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, HashMap};
use toml::Spanned;

/// Reads `file` as `T`.
pub(super) fn read<T: serde::de::DeserializeOwned>(file: &LexiconFile) -> Result<T, LexiconError> {
    toml::from_str(&file.text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        LexiconError::at(&file.path, &file.text, at, error.message())
    })
}

/// Classes as written: name to members with their places.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassFile {
    pub(super) classes: BTreeMap<String, Vec<Spanned<String>>>,
}

/// Class definitions of one file, or of the language.
#[derive(Debug, Default)]
pub(super) struct ClassTable {
    members: BTreeMap<String, Vec<Written<Pattern>>>,
}

impl ClassTable {
    /// Parses the members.
    pub(super) fn parse(
        classes: &BTreeMap<String, Vec<Spanned<String>>>,
        index: usize,
        file: &LexiconFile,
        errors: &mut Vec<LexiconError>,
    ) -> Self {
        let mut table = Self::default();
        for (name, members) in classes {
            if !pattern::is_class_name(name) {
                let problem = format!("`{name}` is not a class name: lower-case letters, digits and `-`");
                errors.push(LexiconError::at(&file.path, &file.text, find_key(file, name), problem));
            }
            table.members.insert(name.clone(), parse_patterns(members, index, file, errors));
        }
        table
    }

    /// The names of all classes.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// The members of the class `name`.
    pub(super) fn members(&self, name: &str) -> Option<&[Written<Pattern>]> {
        self.members.get(name).map(Vec::as_slice)
    }

    /// The members of all classes.
    pub(super) fn all(&self) -> impl Iterator<Item = &Written<Pattern>> {
        self.members.values().flatten()
    }
}

/// Where a table key called `name` is written, for the error's place.
pub(super) fn find_key(file: &LexiconFile, name: &str) -> usize {
    let mut at = 0;
    for line in file.text.split_inclusive('\n') {
        if line.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('=')) {
            return at + line.len() - line.trim_start().len();
        }
        at += line.len();
    }
    0
}

fn place<T>(index: usize, spanned: &Spanned<T>) -> Place {
    Place { file: index as u32, at: spanned.span().start as u32 }
}

/// Reads the patterns of a list.
pub(super) fn parse_patterns(
    patterns: &[Spanned<String>],
    index: usize,
    file: &LexiconFile,
    errors: &mut Vec<LexiconError>,
) -> Vec<Written<Pattern>> {
    let mut parsed = Vec::with_capacity(patterns.len());
    for text in patterns {
        match pattern::parse(text.get_ref()) {
            Ok(value) => parsed.push(Written { value, place: place(index, text) }),
            Err(error) => {
                // One more for the opening quote.
                let at = text.span().start + 1 + error.at;
                errors.push(LexiconError::at(&file.path, &file.text, at, error.problem));
            }
        }
    }
    parsed
}

fn label(name: &Spanned<String>, file: &LexiconFile, errors: &mut Vec<LexiconError>) -> Option<Label> {
    let found = Label::from_name(name.get_ref());
    if found.is_none() {
        let all: Vec<&str> = Label::ALL.iter().map(|label| label.name()).collect();
        let problem = format!("no label is called `{}`; allowed are {}", name.get_ref(), all.join(", "));
        errors.push(LexiconError::at(&file.path, &file.text, name.span().start, problem));
    }
    found
}

/// A label file's rules with the patterns that cancel or complete them.
pub(super) fn rules(
    form: LabelFileForm,
    index: usize,
    file: &LexiconFile,
    errors: &mut Vec<LexiconError>,
) -> Vec<(Rule, RulePatterns)> {
    let Some(file_label) = label(&form.label, file, errors) else { return Vec::new() };
    let file_yields: Vec<Label> = form.yields_to.iter().filter_map(|name| label(name, file, errors)).collect();
    let mut rules = Vec::with_capacity(form.rule.len());
    for rule in form.rule {
        check_form(&rule, file_label, file, errors);
        let mut labels =
            |names: &[Spanned<String>]| names.iter().filter_map(|name| label(name, file, errors)).collect::<Vec<_>>();
        let mut yields_to = labels(&rule.yields_to);
        yields_to.extend(&file_yields);
        let (unless_label, needs_label) = (labels(&rule.unless_label), labels(&rule.needs_label));
        let mut patterns = |texts: &[Spanned<String>]| parse_patterns(texts, index, file, errors);
        let rule_patterns = RulePatterns {
            unless: patterns(&rule.unless),
            unless_sentence: patterns(&rule.unless_sentence),
            unless_message: patterns(&rule.unless_message),
            needs_sentence: patterns(&rule.needs_sentence),
            needs_message: patterns(&rule.needs_message),
        };
        let parsed = patterns(&rule.patterns);
        let examples = |texts: Vec<Spanned<String>>| -> Vec<Written<String>> {
            texts.into_iter().map(|text| Written { place: place(index, &text), value: text.into_inner() }).collect()
        };
        rules.push((
            Rule {
                place: place(index, &rule.id),
                id: rule.id.into_inner(),
                since: rule.since,
                label: file_label,
                kind: rule.kind.map(Spanned::into_inner),
                waits_for_customer: rule.waits_for_customer,
                speaker: form.speaker,
                what: rule.what,
                why: rule.why,
                fair_when: rule.fair_when,
                advice: rule.advice,
                conditions: rule.when.over(form.when),
                yields_to,
                unless_label,
                needs_label,
                patterns: parsed,
                examples: Examples {
                    hits: examples(rule.hits),
                    silent: examples(rule.silent),
                    left_to_others: examples(rule.left_to_others),
                    wrong: examples(rule.wrong),
                    missed: examples(rule.missed),
                },
            },
            rule_patterns,
        ));
    }
    rules
}

fn check_form(rule: &RuleForm, label: Label, file: &LexiconFile, errors: &mut Vec<LexiconError>) {
    let mut refuse = |at: usize, problem: String| errors.push(LexiconError::at(&file.path, &file.text, at, problem));
    let id = rule.id.get_ref();
    let at = rule.id.span().start;
    if id.is_empty() || id.starts_with('-') || id.ends_with('-') || !pattern::is_class_name(id) {
        refuse(at, format!("`{id}` is not a rule id: lower-case letters, digits and inner `-`"));
    }
    if let Some(kind) = &rule.kind
        && !label.kinds().contains(kind.get_ref())
    {
        let allowed: Vec<&str> = label.kinds().iter().map(|kind| kind.name()).collect();
        let allowed = if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
        refuse(kind.span().start, format!("`{}` is no kind of {label}; allowed: {allowed}", kind.get_ref().name()));
    }
    if rule.kind.is_none() && label == Label::FingerPointing {
        refuse(
            at,
            "a finger_pointing rule needs its target as `kind`: colleague, team, third_party or customer".into(),
        );
    }
    for (name, text) in [
        ("since", &rule.since),
        ("what", &rule.what),
        ("why", &rule.why),
        ("fair-when", &rule.fair_when),
        ("advice", &rule.advice),
    ] {
        if text.trim().is_empty() {
            refuse(at, format!("`{name}` of `{id}` is empty"));
        }
    }
    if rule.patterns.is_empty() {
        refuse(at, format!("`{id}` has no pattern"));
    }
    if rule.hits.len() < 2 || rule.silent.len() < 2 {
        refuse(at, format!("`{id}` needs at least two `hits` and two `silent` examples"));
    }
    for hit in rule.hits.iter().chain(&rule.wrong) {
        if !has_one_mark(hit.get_ref()) {
            refuse(hit.span().start, "mark the evidence once with « and »".into());
        }
    }
    for text in rule.silent.iter().chain(&rule.left_to_others).chain(&rule.missed) {
        if text.get_ref().contains(['«', '»']) {
            refuse(text.span().start, "nothing is to be found here, so « and » have no place".into());
        }
    }
}

fn has_one_mark(example: &str) -> bool {
    matches!((example.find('«'), example.find('»')), (Some(open), Some(close)) if open < close)
        && example.matches(['«', '»']).count() == 2
}

/// Complains of ids and patterns that stand twice.
pub(super) fn check_duplicates(rules: &[Rule], files: &[LexiconFile], errors: &mut Vec<LexiconError>) {
    let mut ids: HashMap<&str, Place> = HashMap::new();
    /// What makes a pattern another one: where it counts, and what it is.
    type Key<'r> = (Label, Option<Kind>, Conditions, &'r Pattern);
    let mut patterns: FxHashMap<Key<'_>, (Place, &str)> = FxHashMap::default();
    let error = |place: Place, problem: String| {
        let file = &files[place.file as usize];
        LexiconError::at(&file.path, &file.text, place.at as usize, problem)
    };
    let shown = |place: Place| {
        let error = error(place, String::new());
        format!("{}:{}", error.file, error.line)
    };
    for rule in rules {
        if let Some(first) = ids.insert(&rule.id, rule.place) {
            errors.push(error(rule.place, format!("`{}` stands already at {}", rule.id, shown(first))));
        }
        for pattern in &rule.patterns {
            let key = (rule.label, rule.kind, rule.conditions, &pattern.value);
            if let Some((first, owner)) = patterns.insert(key, (pattern.place, &rule.id)) {
                let problem = format!("this pattern stands already at {} (rule `{owner}`)", shown(first));
                errors.push(error(pattern.place, problem));
            }
        }
    }
}
