//! The file as written, to rules.

use super::value::{FIGURE_SLOTS, Value, WORD_SLOTS};
use super::{ActWords, DeadlineExample, DeadlineRule, Deadlines, FirstWords, Means, SlotWords};
use crate::lexicon::LexiconFile;
use crate::lexicon::error::LexiconError;
use crate::lexicon::parse::{self, ClassTable};
use crate::lexicon::pattern::Pattern;
use crate::lexicon::rule::{Place, Written};
use crate::text::stem::Stems;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use toml::Spanned;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::lexicon) struct DeadlinesForm {
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, Vec<Spanned<String>>>>,
    #[serde(default)]
    classes: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    words: WordsForm,
    #[serde(default)]
    rule: Vec<RuleForm>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WordsForm {
    #[serde(default)]
    between: Vec<Spanned<String>>,
    #[serde(default)]
    condition: Vec<Spanned<String>>,
    #[serde(default)]
    no_condition: Vec<Spanned<String>>,
    #[serde(default)]
    contact: Vec<Spanned<String>>,
    #[serde(default)]
    call: Vec<Spanned<String>>,
    #[serde(default)]
    escalate: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RuleForm {
    id: Spanned<String>,
    what: String,
    means: Means,
    days: Option<u8>,
    #[serde(default)]
    before: bool,
    patterns: Vec<Spanned<String>>,
    #[serde(default)]
    unless: Vec<Spanned<String>>,
    examples: Vec<ExampleForm>,
    silent: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleForm {
    text: Spanned<String>,
    sent: Option<Spanned<String>>,
    due: Spanned<String>,
}

/// Looks up the classes of one file.
struct Reader<'f> {
    file: &'f LexiconFile,
    index: usize,
    own: ClassTable,
    shared: &'f ClassTable,
    stems: &'f Stems,
    used: HashSet<String>,
    errors: &'f mut Vec<LexiconError>,
}

/// Deeper classes of classes are taken for a class that names itself.
const DEEPEST: u8 = 12;

impl Deadlines {
    /// Reads what stands in `file`, the file number `index`.
    pub(in crate::lexicon) fn compile(
        form: DeadlinesForm,
        (index, file): (usize, &LexiconFile),
        shared: &ClassTable,
        stems: &Stems,
        errors: &mut Vec<LexiconError>,
    ) -> Self {
        let own = ClassTable::parse(&form.classes, index, file, errors);
        let mut reader = Reader { file, index, own, shared, stems, used: HashSet::new(), errors };
        let mut deadlines = Self::default();
        for (slot, values) in &form.values {
            let Some(slot) = WORD_SLOTS.iter().find(|known| *known == slot) else {
                let problem = format!("no slot takes words as `{slot}`; allowed are {}", WORD_SLOTS.join(", "));
                reader.refuse(file.text.find(&format!("values.{slot}")).unwrap_or(0), problem);
                continue;
            };
            for (name, patterns) in values {
                match Value::parse(slot, name) {
                    Ok(value) => {
                        let patterns = reader.patterns(patterns);
                        let named = |pattern| SlotWords { slot, name: name.clone(), value: value.clone(), pattern };
                        deadlines.values.extend(patterns.into_iter().map(named));
                    }
                    Err(allowed) => {
                        let at = parse::find_key(file, name);
                        reader.refuse(at, format!("`{name}` is no value of {{{slot}}}; allowed are {allowed}"));
                    }
                }
            }
        }
        deadlines.between = reader.patterns(&form.words.between);
        let mut first = FirstWords::default();
        let slots = &deadlines.values;
        let mut list = |texts: &[Spanned<String>]| first.list(reader.patterns(texts), slots);
        deadlines.condition = list(&form.words.condition);
        deadlines.no_condition = list(&form.words.no_condition);
        deadlines.acts = ActWords {
            contact: list(&form.words.contact),
            call: list(&form.words.call),
            escalate: list(&form.words.escalate),
        };
        let mut ids = HashSet::new();
        for rule in form.rule {
            if !ids.insert(rule.id.get_ref().clone()) {
                reader.refuse(rule.id.span().start, format!("`{}` stands here already", rule.id.get_ref()));
            }
            deadlines.rules.push(reader.rule(rule, &mut first, slots));
        }
        deadlines.first_words = first;
        reader.check_classes();
        deadlines
    }
}

/// Whether `{name}` is a slot, or one value of a slot.
fn is_slot(name: &str) -> bool {
    let one_value = |slot: &&str| {
        name.strip_prefix(*slot).and_then(|rest| rest.strip_prefix('-')).is_some_and(|v| Value::parse(slot, v).is_ok())
    };
    FIGURE_SLOTS.contains(&name) || WORD_SLOTS.contains(&name) || WORD_SLOTS.iter().any(one_value)
}

impl Reader<'_> {
    fn refuse(&mut self, at: usize, problem: String) {
        self.errors.push(LexiconError::at(&self.file.path, &self.file.text, at, problem));
    }

    fn rule(&mut self, form: RuleForm, first: &mut FirstWords, slots: &[SlotWords]) -> DeadlineRule {
        let at = form.id.span().start;
        if form.patterns.is_empty() || form.what.trim().is_empty() {
            self.refuse(at, format!("`{}` needs `what` and at least one pattern", form.id.get_ref()));
        }
        if form.examples.len() < 2 || form.silent.is_empty() {
            self.refuse(at, format!("`{}` needs at least two `examples` and one `silent`", form.id.get_ref()));
        }
        if form.means == Means::Day && form.days.is_none() {
            self.refuse(at, "`means = \"day\"` needs `days`: how many days after the day of sending".into());
        }
        let index = self.index;
        let written = |text: Spanned<String>| Written {
            place: Place { file: index as u32, at: text.span().start as u32 },
            value: text.into_inner(),
        };
        for example in &form.examples {
            let text = example.text.get_ref();
            if text.matches('«').count() != 1 || text.matches('»').count() != 1 || text.find('«') > text.find('»') {
                self.refuse(example.text.span().start, "mark the words that tell the time once with « and »".into());
            }
            let times = example.sent.iter().map(|sent| (sent, true)).chain([(&example.due, false)]);
            for (time, only) in times.filter(|(time, _)| time.get_ref().parse::<jiff::Timestamp>().is_err()) {
                // A reason such as `vague` is a word of letters.
                if only || !time.get_ref().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
                    self.refuse(time.span().start, "write a time with its offset: 2026-03-02T10:00:00+01:00".into());
                }
            }
        }
        DeadlineRule {
            what: form.what,
            means: form.means,
            days: form.days,
            before: form.before,
            patterns: first.list(self.patterns(&form.patterns), slots),
            unless: first.list(self.patterns(&form.unless), slots),
            examples: form
                .examples
                .into_iter()
                .map(|one| DeadlineExample {
                    text: written(one.text),
                    sent: one.sent.map(written),
                    due: written(one.due),
                })
                .collect(),
            silent: form.silent.into_iter().map(written).collect(),
            place: Place { file: index as u32, at: at as u32 },
            id: form.id.into_inner(),
        }
    }

    fn patterns(&mut self, texts: &[Spanned<String>]) -> Vec<Pattern> {
        let parsed = parse::parse_patterns(texts, self.index, self.file, self.errors);
        parsed.into_iter().map(|pattern| self.expand(pattern.value, pattern.place, 0)).collect()
    }

    /// `pattern` with its classes looked up and its words stemmed.
    fn expand(&mut self, pattern: Pattern, place: Place, depth: u8) -> Pattern {
        let mut all = |items: Vec<Pattern>| items.into_iter().map(|item| self.expand(item, place, depth)).collect();
        match pattern {
            Pattern::Stem(word) => Pattern::Stem(self.stems.stem(&word).into_owned()),
            Pattern::Sequence(items) => Pattern::Sequence(all(items)),
            Pattern::Choice(items) => Pattern::Choice(all(items)),
            Pattern::Optional(item) => Pattern::Optional(Box::new(self.expand(*item, place, depth))),
            Pattern::Class(name) if is_slot(&name) => Pattern::Class(name),
            Pattern::Class(name) => self.class(&name, place, depth),
            Pattern::Shape(_) => {
                self.refuse(place.at as usize, "shapes stand in rules only; a figure is {number} here".into());
                Pattern::Choice(Vec::new())
            }
            other => other,
        }
    }

    fn class(&mut self, name: &str, place: Place, depth: u8) -> Pattern {
        self.used.insert(name.to_owned());
        let Some(members) = self.own.members(name).or_else(|| self.shared.members(name)) else {
            self.refuse(
                place.at as usize,
                format!(
                    "no class or slot is called {{{name}}}; slots are {}, {}",
                    WORD_SLOTS.join(", "),
                    FIGURE_SLOTS.join(", ")
                ),
            );
            return Pattern::Choice(Vec::new());
        };
        if depth >= DEEPEST {
            self.refuse(place.at as usize, format!("{{{name}}} names itself, or classes nest deeper than {DEEPEST}"));
            return Pattern::Choice(Vec::new());
        }
        let members: Vec<Pattern> = members.iter().map(|member| member.value.clone()).collect();
        Pattern::Choice(members.into_iter().map(|member| self.expand(member, place, depth + 1)).collect())
    }

    fn check_classes(&mut self) {
        let unused: Vec<String> =
            self.own.names().filter(|name| !self.used.contains(*name)).map(ToOwned::to_owned).collect();
        for name in unused {
            let at = parse::find_key(self.file, &name);
            self.refuse(at, format!("the class {{{name}}} is not used: remove it"));
        }
    }
}
