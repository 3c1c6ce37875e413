//! Layers of settings, the later over the earlier, and the keys that are asked of them.

use super::error::{File, Place, SettingError};
use super::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use toml::de::{DeTable, DeValue};

/// What variables that are settings begin with.
pub(super) const PREFIX: &str = "AMENDS_";

/// Settings that can be changed in the pages, where nothing here gives them.
const EDITABLE: [&str; 2] = ["reading.scorecard", "retention.text_days"];

/// A value and where it was said.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) place: Place,
}

/// The values that count, by their keys (`server.address`), and what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct Layers {
    files: Vec<File>,
    given: BTreeMap<String, Given>,
    asked: BTreeSet<String>,
    errors: Vec<(Place, String)>,
}

/// The variable that gives `key`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

impl Layers {
    /// Puts a file over those that are there, and under variables and flags.
    pub(super) fn add_file(&mut self, name: String, text: String) {
        let file = self.files.len();
        let mut values = Vec::new();
        match DeTable::parse(&text) {
            Ok(table) => flatten("", table.get_ref(), file, &mut values),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.errors.push((Place::File { file, at }, error.message().to_owned()));
            }
        }
        self.files.push(File { name, text });
        for (key, value) in values {
            if !matches!(self.given.get(&key), Some(Given { place: Place::Named(_), .. })) {
                self.given.insert(key, value);
            }
        }
    }

    /// Whether the value of `key` that counts stands in the file that was added last.
    pub(super) fn is_of_last_file(&self, key: &str) -> bool {
        let last = self.files.len().checked_sub(1);
        self.given.get(key).is_some_and(|given| match given.place {
            Place::File { file, .. } => Some(file) == last,
            Place::Named(_) => false,
        })
    }

    /// Puts the value of a variable or a flag called `name` over what is there.
    pub(super) fn add_words(&mut self, name: String, key: String, words: String) {
        self.given.insert(key, Given { value: Value::Words(words), place: Place::Named(name) });
    }

    /// The keys that have a value and begin with `start`.
    pub(super) fn beginning(&self, start: &str) -> Vec<String> {
        let keys = self.given.range(start.to_owned()..).map(|(key, _)| key);
        keys.take_while(|key| key.starts_with(start)).cloned().collect()
    }

    /// Leaves a value out, as it is not a setting after all.
    pub(super) fn forget(&mut self, key: &str) {
        self.given.remove(key);
    }

    /// What `key` was given, where it was.
    pub(super) fn get(&self, key: &str) -> Option<&Given> {
        self.given.get(key)
    }

    /// Where `key` is given: `amends.toml:3:1`, or the name of a variable or a flag; `None` where it is built in.
    pub(super) fn given_at(&self, key: &str) -> Option<String> {
        match &self.given.get(key)?.place {
            Place::Named(name) => Some(name.clone()),
            // The first file is the built-in one.
            Place::File { file: 0, .. } => None,
            Place::File { file, at } => Some(self.files.get(*file)?.place(*at)),
        }
    }

    /// Settings that could be changed in the pages, and are given here, each with where.
    pub(super) fn fixed(&self) -> BTreeMap<&'static str, String> {
        EDITABLE.into_iter().filter_map(|key| Some((key, self.given_at(key)?))).collect()
    }

    /// Complains of the value of `key`.
    pub(super) fn refuse(&mut self, key: &str, problem: &str) {
        let place = self.given.get(key).map_or_else(|| Place::Named(key.to_owned()), |given| given.place.clone());
        self.refuse_at(place, key, problem);
    }

    fn refuse_at(&mut self, place: Place, key: &str, problem: &str) {
        self.refuse_place(place, format!("{key}: {problem}"));
    }

    /// Complains of what stands at `place`.
    pub(super) fn refuse_place(&mut self, place: Place, problem: String) {
        self.errors.push((place, problem));
    }

    /// The value of `key`, which may be absent; `None` where it is refused.
    pub(super) fn optional<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<Option<T>> {
        self.asked.insert(key.to_owned());
        match self.given.get(key).map(|given| read(&given.value)) {
            None => Some(None),
            Some(Ok(value)) => Some(Some(value)),
            Some(Err(problem)) => {
                self.refuse(key, &problem);
                None
            }
        }
    }

    /// The value of `key`; `None` where it is refused or absent.
    pub(super) fn required<T>(&mut self, key: &str, read: impl FnOnce(&Value) -> Result<T, String>) -> Option<T> {
        let value = self.optional(key, read)?;
        if value.is_none() {
            self.refuse(key, "a value is needed");
        }
        value
    }

    /// The values of the list at `key`, none where it is absent; `None` where one is refused.
    pub(super) fn list<T>(&mut self, key: &str, read: impl Fn(&Value) -> Result<T, String>) -> Option<Vec<T>> {
        self.asked.insert(key.to_owned());
        let Some(given) = self.given.get(key) else { return Some(Vec::new()) };
        let mut wrong = Vec::new();
        let mut values = Vec::new();
        match &given.value {
            Value::List(items) => {
                for item in items {
                    match read(&item.value) {
                        Ok(value) => values.push(value),
                        Err(problem) => wrong.push((item.place.clone(), problem)),
                    }
                }
            }
            Value::Words(words) => {
                for item in words.split(',').map(str::trim).filter(|item| !item.is_empty()) {
                    match read(&Value::Words(item.to_owned())) {
                        Ok(value) => values.push(value),
                        Err(problem) => wrong.push((given.place.clone(), problem)),
                    }
                }
            }
            other => {
                wrong.push((given.place.clone(), format!("expected a list such as [\"…\"], found {}", other.kind())))
            }
        }
        if wrong.is_empty() {
            return Some(values);
        }
        for (place, problem) in wrong {
            self.refuse_at(place, key, &problem);
        }
        None
    }

    /// Complains of keys that nobody asked for; gives all that is wrong.
    pub(super) fn finish(mut self) -> Vec<SettingError> {
        let unknown = self.given.iter().filter(|(key, _)| !self.asked.contains(*key));
        let mut wrong = Vec::new();
        for (key, given) in unknown {
            let inner = format!("{key}.");
            let below: Vec<&str> =
                self.asked.iter().filter(|asked| asked.starts_with(&inner)).map(String::as_str).collect();
            match given.value {
                Value::Table if !below.is_empty() || key == "hooks" => {}
                _ if below.is_empty() => {
                    let meant = nearest(key, &self.asked)
                        .map(|near| match &given.place {
                            Place::Named(name) if name.starts_with(PREFIX) => variable(near),
                            _ => near.to_owned(),
                        })
                        .map_or_else(
                            || "`amends settings` shows all".to_owned(),
                            |near| format!("did you mean {near}?"),
                        );
                    wrong.push((given.place.clone(), format!("{key}: there is no such setting; {meant}")));
                }
                _ => {
                    let problem = format!("{key}: expected a table, with {}", below.join(", "));
                    wrong.push((given.place.clone(), problem));
                }
            }
        }
        self.errors.extend(wrong);
        // As a reader meets them: files from top to bottom, then variables and flags.
        self.errors.sort_by_key(|(place, _)| match place {
            Place::File { file, at } => (*file, *at),
            Place::Named(_) => (usize::MAX, 0),
        });
        let files = &self.files;
        self.errors.into_iter().map(|(place, problem)| SettingError::new(files, &place, problem)).collect()
    }
}

fn flatten(path: &str, table: &DeTable<'_>, file: usize, values: &mut Vec<(String, Given)>) {
    for (key, value) in table {
        let path = if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
        match value.get_ref() {
            DeValue::Table(table) if !table.is_empty() => flatten(&path, table, file, values),
            DeValue::Table(_) => {
                let place = Place::File { file, at: key.span().start };
                values.push((path, Given { value: Value::Table, place }));
            }
            value => {
                let place = Place::File { file, at: key.span().start };
                values.push((path, Given { value: read(value, file), place }));
            }
        }
    }
}

fn read(value: &DeValue<'_>, file: usize) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::Other("a number that is too large"), Value::Whole),
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| Value::Other("a number that cannot be read"), Value::Number)
        }
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(time) => Value::Moment(time.to_string()),
        DeValue::Array(items) => {
            let given = |item: &toml::Spanned<DeValue<'_>>| Given {
                value: read(item.get_ref(), file),
                place: Place::File { file, at: item.span().start },
            };
            Value::List(items.iter().map(given).collect())
        }
        DeValue::Table(_) => Value::Table,
    }
}

/// The one of `known` that was probably meant by `key`.
fn nearest<'k>(key: &str, known: &'k BTreeSet<String>) -> Option<&'k str> {
    let plain = |key: &str| key.replace(['.', '_', '-'], "").to_lowercase();
    let wanted = plain(key);
    let last = |key: &str| plain(key.rsplit('.').next().unwrap_or_default());
    let farness = |other: &str| {
        // The right name in the wrong table is near, too.
        if last(other) == last(key) { 1 } else { edits(&wanted, &plain(other)) }
    };
    let (distance, near) = known.iter().map(|other| (farness(other), other)).min()?;
    (distance <= 2.max(wanted.len() / 5)).then_some(near)
}

/// How many letters must be put in, taken out or exchanged to make `b` of `a` (Levenshtein).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, letter) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = index + 1;
        for (column, other) in b.iter().enumerate() {
            let changed = corner + usize::from(letter != *other);
            corner = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
