//! Records out of JSON: one a line, in an array, or in the lists of pages, read as a stream.
//!
//! Which of a page's lists hold records is the tool's knowledge ([`JsonTool::lists`]). An object that has
//! an `id` of its own, or another of [`JsonTool::record_keys`], is a record, even where it holds such a list
//! too (a ticket with its comments).

use super::{Found, JsonTool, LARGEST_SHOWN, Place, Problem, Record};
use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

/// A document of no more bytes than this is looked at as a whole; a larger one must be an array or a page.
const LARGEST_WHOLE: u64 = 64 << 20;

/// What reading gives, bit by bit: a record, or what is wrong.
pub type Sink<'s> = dyn FnMut(Place, Result<Record, Problem>) + 's;

/// Reads `text` as a `T`.
///
/// # Errors
/// The JSON pointer of what is wrong within `text`, and the reason.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, (String, String)> {
    // Keeping track of the path costs, so that it is only done for what is wrong.
    serde_json::from_str(text).map_err(|first| {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            Ok(_) => (String::new(), reason(&first)),
            Err(error) => (pointer(error.path()), reason(error.inner())),
        }
    })
}

/// The keys of an object.
///
/// # Errors
/// Where `text` is no object: as [`parse`].
pub fn keys(text: &str) -> Result<BTreeMap<Cow<'_, str>, IgnoredAny>, (String, String)> {
    serde_json::from_str(text).map_err(|error| (String::new(), reason(&error)))
}

/// `error` without its place and without names of types, which say nothing to people.
fn reason(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let end = format!(" at line {} column {}", error.line(), error.column());
    let told = told.strip_suffix(&end).unwrap_or(&told);
    match told.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected an object"),
        None => told.replace("expected ident", "no JSON value"),
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", escaped(key))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// A key as RFC 6901 writes it in a pointer.
fn escaped(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) { Cow::Owned(key.replace('~', "~0").replace('/', "~1")) } else { Cow::Borrowed(key) }
}

/// The records of one JSON value in memory: a line, an element, a small document.
pub fn records(tool: &dyn JsonTool, text: &str, place: &Place, sink: &mut Sink<'_>) {
    match shape(text, tool) {
        Shape::Record => record(tool, "", text, place, sink),
        Shape::Listed => {
            if let Err(error) = stream(tool, &mut serde_json::Deserializer::from_str(text), place, sink) {
                sink(place.clone(), Err(broken(&error, place, Some(text))));
            }
        }
        Shape::Broken(error) => sink(place.clone(), Err(broken(&error, place, Some(text)))),
    }
}

/// All records of a document: values after one another, each an array, a page or a record.
pub fn document(tool: &dyn JsonTool, mut reader: impl Read, sink: &mut Sink<'_>) {
    let mut start = Vec::new();
    let read = reader.by_ref().take(LARGEST_WHOLE).read_to_end(&mut start);
    let io = |error: std::io::Error| Problem {
        place: Place::default(),
        reason: format!("cannot read further: {error}"),
        raw: None,
        fatal: true,
    };
    if let Err(error) = read {
        sink(Place::default(), Err(io(error)));
    }
    let nowhere = Place::default();
    if (start.len() as u64) < LARGEST_WHOLE
        && let Ok(text) = std::str::from_utf8(&start)
    {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let mut read_to = 0;
        while let Some(Ok(value)) = values.next() {
            read_to = values.byte_offset();
            records(tool, value.get(), &nowhere, sink);
        }
        let rest = text.get(read_to..).unwrap_or_default();
        if !rest.trim().is_empty() {
            // Cut off or broken: what comes before that is still good.
            let before = text[..read_to].bytes().filter(|&byte| byte == b'\n').count() as u64;
            if let Err(error) = stream(tool, &mut serde_json::Deserializer::from_str(rest), &nowhere, sink) {
                let mut problem = broken(&error, &nowhere, None);
                problem.place.line = problem.place.line.map(|line| line + before);
                sink(nowhere, Err(problem));
            }
        }
        return;
    }
    let mut deserializer = serde_json::Deserializer::from_reader(start.as_slice().chain(reader));
    loop {
        if let Err(error) = stream(tool, &mut deserializer, &nowhere, sink) {
            return sink(nowhere.clone(), Err(broken(&error, &nowhere, None)));
        }
        if deserializer.end().is_ok() {
            return;
        }
    }
}

/// What a JSON value is, to a reader of exports.
enum Shape {
    /// A record of its own.
    Record,
    /// An array, or a page with lists of records.
    Listed,
    /// No JSON.
    Broken(serde_json::Error),
}

fn shape(text: &str, tool: &dyn JsonTool) -> Shape {
    let lists = tool.lists();
    if text.trim_start().starts_with('[') {
        return Shape::Listed;
    }
    if lists.is_empty() || !text.trim_start().starts_with('{') {
        return Shape::Record;
    }
    match serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(text) {
        Err(error) => Shape::Broken(error),
        Ok(keys) if tool.record_keys().iter().any(|key| keys.contains_key(*key)) => Shape::Record,
        Ok(keys) => {
            let has = |list: &&str| {
                let (first, rest) = list[1..].split_once('/').unwrap_or((&list[1..], ""));
                let Some(value) = keys.get(first) else { return false };
                rest.is_empty()
                    || serde_json::from_str::<BTreeMap<Cow<'_, str>, IgnoredAny>>(value.get())
                        .is_ok_and(|inner| inner.contains_key(rest))
            };
            if lists.iter().any(has) { Shape::Listed } else { Shape::Record }
        }
    }
}

/// Reads one value of `deserializer`, an array or a page, element by element.
fn stream<'de, R: serde_json::de::Read<'de>>(
    tool: &dyn JsonTool,
    deserializer: &mut serde_json::Deserializer<R>,
    place: &Place,
    sink: &mut Sink<'_>,
) -> Result<(), serde_json::Error> {
    let list = String::new();
    Walk { tool, place, list, sink }.deserialize(deserializer)
}

fn record(tool: &dyn JsonTool, list: &str, text: &str, place: &Place, sink: &mut Sink<'_>) {
    let mut found = Found::default();
    if let Err((pointer, reason)) = tool.read(list, text, &mut found) {
        found.wrong(pointer, reason);
    }
    for record in found.records {
        sink(place.clone(), Ok(record));
    }
    for (at, reason) in found.wrong {
        let within = place.pointer.clone().unwrap_or_default();
        let place = Place { pointer: Some(within + &at), ..place.clone() };
        sink(place.clone(), Err(Problem { place, reason, raw: Some(shown(text)), fatal: false }));
    }
}

/// As much of `text` as is kept to be shown.
fn shown(text: &str) -> String {
    text[..text.floor_char_boundary(LARGEST_SHOWN)].to_owned()
}

/// What `error` says of a value that starts at `place`.
fn broken(error: &serde_json::Error, place: &Place, text: Option<&str>) -> Problem {
    let line = (error.line() > 0).then(|| place.line.unwrap_or(1) + error.line() as u64 - 1);
    let place = Place { line: line.or(place.line), column: Some(error.column().max(1) as u64), ..place.clone() };
    let cut = if error.is_eof() { "cut off here: " } else { "" };
    // A broken line leaves the others; a broken document has no others.
    Problem { place, reason: format!("{cut}{}", reason(error)), raw: text.map(shown), fatal: text.is_none() }
}

/// Walks an array, or a page down to its lists.
struct Walk<'w, 's> {
    tool: &'w dyn JsonTool,
    place: &'w Place,
    /// Where the walk stands in a page, as a pointer of keys.
    list: String,
    sink: &'w mut Sink<'s>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists: Vec<String> = self.tool.lists().iter().map(|list| format!("`{list}`")).collect();
        write!(f, "a list of records")?;
        if !lists.is_empty() {
            write!(f, ", or an object with {}", lists.join(", "))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let before = format!("{}{}", self.place.pointer.as_deref().unwrap_or_default(), self.list);
        let mut index = 0_usize;
        while let Some(element) = elements.next_element::<Box<RawValue>>()? {
            let place = Place { pointer: Some(format!("{before}/{index}")), ..self.place.clone() };
            if self.list.is_empty() {
                records(self.tool, element.get(), &place, self.sink);
            } else {
                record(self.tool, &self.list, element.get(), &place, self.sink);
            }
            index += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<Cow<'de, str>>()? {
            let list = format!("{}/{}", self.list, escaped(&key));
            let inside = format!("{list}/");
            if self.tool.lists().iter().any(|known| *known == list || known.starts_with(&inside)) {
                entries.next_value_seed(Walk { tool: self.tool, place: self.place, list, sink: self.sink })?;
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    // A list that is empty in this page.
    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// An optional field that some tools write as `""` or `{}` where it is empty.
///
/// # Errors
/// None of its own: whatever is no `T` is `None`.
pub fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}
