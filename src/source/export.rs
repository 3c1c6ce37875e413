//! Reads one export of whatever tool: finds out its encoding and format, says so, and reads it.

use super::lines::{self, Chunk, Chunks};
use super::mail::{self, Mails, Ours};
use super::table::{self, Table};
use super::{Found, JSON_TOOLS, JsonTool, Place, Problem, Record, Wrong, json};
use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;
use serde_json::{Map, Value};
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Mutex;

/// So much of an input is looked at to tell its format.
const SNIFFED: u64 = 1 << 20;

/// What an export is.
#[derive(Debug, Clone, Copy)]
pub enum Format {
    /// JSON of a tool.
    Json(&'static dyn JsonTool),
    /// A table.
    Table(&'static table::Kind),
    /// Mail.
    Mail(mail::Kind),
}

impl Format {
    /// All that can be read.
    pub fn all() -> impl Iterator<Item = Self> {
        let tables = table::KINDS.iter().map(Self::Table);
        JSON_TOOLS.iter().map(|tool| Self::Json(*tool)).chain(tables).chain(mail::Kind::ALL.map(Self::Mail))
    }

    /// The format called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|format| format.name() == name)
    }

    /// Name as in `--format`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json(tool) => tool.name(),
            Self::Table(kind) => kind.name,
            Self::Mail(kind) => kind.name(),
        }
    }

    /// Whether each record holds a whole conversation.
    #[must_use]
    pub fn whole(self) -> bool {
        match self {
            Self::Json(tool) => tool.whole(),
            Self::Table(_) | Self::Mail(_) => false,
        }
    }

    /// Name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Json(tool) => tool.title(),
            Self::Table(kind) => kind.title,
            Self::Mail(kind) => kind.title(),
        }
    }
}

/// How exports are read, where it is not to be found out from them.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The format of all inputs.
    pub format: Option<Format>,
    /// The encoding of all inputs but mails, which tell their own.
    pub encoding: Option<&'static Encoding>,
    /// How tables are read.
    pub tables: table::Settings,
    /// The mail addresses of the company.
    pub ours: Ours,
}

/// What was found out about an input.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// Its format.
    pub format: Format,
    /// Its encoding, where it is not UTF-8.
    pub encoding: Option<&'static str>,
    /// What is to be said to people of how it is read.
    pub told: Vec<String>,
}

/// Takes what is read; asked to stop, reading ends early.
pub trait Receiver {
    /// An input is opened. Says whether it is to be read.
    fn opened(&mut self, name: &str, recognised: &Recognised) -> bool;

    /// Lines of JSON Lines, each with a whole conversation of `tool`, still to be read with [`line()`].
    fn lines(&mut self, name: &str, tool: &'static dyn JsonTool, chunk: Chunk);

    /// A record, or what is wrong.
    fn record(&mut self, name: &str, place: Place, record: Result<Record, Problem>);

    /// Whether to read on.
    fn wants_more(&self) -> bool;
}

/// Reads the bytes of an input called `name`.
///
/// # Errors
/// Where its format is not known; what is wrong inside goes to `receiver`.
pub fn read(
    name: &str,
    reader: &mut dyn BufRead,
    settings: &Settings,
    receiver: &mut dyn Receiver,
) -> Result<(), Problem> {
    let mut reader = reader;
    let (start, rest) = peek(&mut reader);
    if let Some(kind) = mail_kind(name, &start, settings) {
        let whole = BufReader::with_capacity(256 << 10, Cursor::new(start).chain(rest));
        return read_mails(name, whole, kind, settings, receiver);
    }
    let encoding = settings.encoding.or_else(|| encoding_of(&start));
    let mut decoded = DecodeReaderBytesBuilder::new()
        .encoding(encoding)
        .bom_override(true)
        .strip_bom(true)
        .build(Cursor::new(start).chain(rest));
    let (start, rest) = peek(&mut decoded);
    if start.trim_ascii().is_empty() {
        return Err(Problem { fatal: true, ..Problem::of("there is nothing in it") });
    }
    let format = settings.format.map_or_else(|| sniff(name, &start, settings), Ok)?;
    let mut recognised = Recognised { format, encoding: encoding.map(Encoding::name), told: Vec::new() };
    let by_lines = is_named(name, &["jsonl", "ndjson"]) || is_lines(&start);
    let whole = BufReader::with_capacity(256 << 10, Cursor::new(start).chain(rest));
    match format {
        Format::Json(_) if !receiver.opened(name, &recognised) => {}
        Format::Json(tool) if by_lines => read_lines(name, whole, tool, receiver),
        Format::Json(tool) => json::document(tool, whole, &mut |place, record| receiver.record(name, place, record)),
        Format::Table(kind) => {
            let mut table = Table::open(whole, Some(kind), &settings.tables, &settings.ours)?;
            recognised.told = table.told();
            let wanted = receiver.opened(name, &recognised);
            while wanted
                && receiver.wants_more()
                && table.read_row(&mut |place, record| receiver.record(name, place, record))
            {}
        }
        Format::Mail(kind) => return read_mails(name, whole, kind, settings, receiver),
    }
    Ok(())
}

/// The kind of mail that an input is, by what the user says or by its looks.
fn mail_kind(name: &str, start: &[u8], settings: &Settings) -> Option<mail::Kind> {
    match settings.format {
        Some(Format::Mail(kind)) => Some(kind),
        Some(_) => None,
        None => {
            let named = mail::Kind::ALL.into_iter().find(|kind| is_named(name, &[kind.name()]));
            mail::recognised(start).or(named.filter(|_| !start.trim_ascii().is_empty()))
        }
    }
}

fn read_mails(
    name: &str,
    reader: impl BufRead,
    kind: mail::Kind,
    settings: &Settings,
    receiver: &mut dyn Receiver,
) -> Result<(), Problem> {
    let mut mails = Mails::open(reader, kind, &settings.ours)?;
    let wanted = receiver.opened(name, &Recognised { format: Format::Mail(kind), encoding: None, told: Vec::new() });
    while wanted && receiver.wants_more() && mails.read_mail(&mut |place, record| receiver.record(name, place, record))
    {
    }
    Ok(())
}

/// The first bytes of `reader`, and what comes after them: a failure among the first bytes, then the rest.
fn peek<R: Read>(reader: &mut R) -> (Vec<u8>, impl Read + '_) {
    let mut start = Vec::new();
    let failure = reader.by_ref().take(SNIFFED).read_to_end(&mut start).err();
    (start, Failure(failure).chain(reader))
}

/// Fails once, in its place.
struct Failure(Option<io::Error>);

impl Read for Failure {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

fn read_lines(name: &str, reader: impl BufRead, tool: &'static dyn JsonTool, receiver: &mut dyn Receiver) {
    for chunk in Chunks::new(reader) {
        if !receiver.wants_more() {
            return;
        }
        match chunk {
            Err(problem) => receiver.record(name, problem.place.clone(), Err(problem)),
            Ok(chunk) if tool.whole() => receiver.lines(name, tool, chunk),
            Ok(chunk) => {
                for (number, bytes) in chunk.lines() {
                    line(tool, number, bytes, &mut |place, record| receiver.record(name, place, record));
                }
            }
        }
    }
}

/// Reads line `number` of JSON Lines.
pub fn line(tool: &dyn JsonTool, number: u64, bytes: &[u8], sink: &mut json::Sink<'_>) {
    let place = Place { line: Some(number), ..Place::default() };
    match lines::text(bytes, number) {
        Ok(text) => json::records(tool, text, &place, sink),
        Err(problem) => sink(place, Err(problem)),
    }
}

/// The encoding of a text that starts with `start`; `None` for UTF-8, and where a byte order mark tells.
fn encoding_of(start: &[u8]) -> Option<&'static Encoding> {
    if Encoding::for_bom(start).is_some() {
        return Encoding::for_bom(start).map(|(encoding, _)| encoding).filter(|found| *found != encoding_rs::UTF_8);
    }
    let sample = &start[..start.len().min(4096)];
    // ASCII in UTF-16 has a zero in every other byte.
    let zeros = |first: usize| sample.iter().skip(first).step_by(2).filter(|&&byte| byte == 0).count();
    let half = sample.len() / 2;
    if half > 8 && zeros(1) * 10 > half * 8 {
        return Some(encoding_rs::UTF_16LE);
    }
    if half > 8 && zeros(0) * 10 > half * 8 {
        return Some(encoding_rs::UTF_16BE);
    }
    match std::str::from_utf8(start) {
        Ok(_) => None,
        // Cut inside a character.
        Err(error) if error.error_len().is_none() => None,
        Err(_) => Some(encoding_rs::WINDOWS_1252),
    }
}

/// Whether the name of an input has one of `endings`, packed or not.
fn is_named(name: &str, endings: &[&str]) -> bool {
    let name = name.to_ascii_lowercase();
    let plain = name.trim_end_matches(".gz").trim_end_matches(".zst");
    plain.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending))
}

/// Whether the first line is a JSON value of its own and another follows.
fn is_lines(start: &[u8]) -> bool {
    let text = start.trim_ascii_start();
    let Some(end) = memchr::memchr(b'\n', text) else { return false };
    let more = text[end..].trim_ascii_start().first() == Some(&b'{');
    more && text.first() == Some(&b'{') && serde_json::from_slice::<serde::de::IgnoredAny>(&text[..end]).is_ok()
}

fn sniff(name: &str, start: &[u8], settings: &Settings) -> Result<Format, Problem> {
    let text = start.trim_ascii_start();
    if matches!(text.first(), Some(b'{' | b'[')) {
        // The end may be in the middle of a character.
        let text = match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(),
        };
        for tool in JSON_TOOLS {
            if first_record(tool, text).is_some_and(|(list, record)| tool.recognises(&list, &record)) {
                return Ok(Format::Json(tool));
            }
        }
    }
    // What is named as a table, or has its columns named, is told what it lacks when it is opened.
    let is_table = settings.tables.columns != table::Given::default() || is_named(name, &["csv", "tsv", "tab"]);
    if let Some(kind) = table::recognised(start).or(is_table.then(|| table::kind(start))) {
        return Ok(Format::Table(kind));
    }
    let names: Vec<&str> = Format::all().map(Format::name).collect();
    let reason =
        format!("it is no export that Amends knows by its looks; say which with --format ({})", names.join(", "));
    Err(Problem { fatal: true, ..Problem::of(reason) })
}

/// The first record of `text` for `tool`, with the list that it stands in.
fn first_record(tool: &'static dyn JsonTool, text: &str) -> Option<(String, Map<String, Value>)> {
    let probe = Probe { tool, first: Mutex::default() };
    let first_line = text.split('\n').next().unwrap_or_default();
    if is_lines(text.as_bytes()) {
        json::records(&probe, first_line, &Place::default(), &mut |_, _| {});
    } else {
        json::document(&probe, text.as_bytes(), &mut |_, _| {});
    }
    probe.first.into_inner().ok().flatten()
}

/// Keeps the first record of a tool instead of reading it.
#[derive(Debug)]
struct Probe {
    tool: &'static dyn JsonTool,
    first: Mutex<Option<(String, Map<String, Value>)>>,
}

impl JsonTool for Probe {
    fn name(&self) -> &'static str {
        self.tool.name()
    }

    fn title(&self) -> &'static str {
        self.tool.title()
    }

    fn lists(&self) -> &'static [&'static str] {
        self.tool.lists()
    }

    fn record_keys(&self) -> &'static [&'static str] {
        self.tool.record_keys()
    }

    fn recognises(&self, list: &str, record: &Map<String, Value>) -> bool {
        self.tool.recognises(list, record)
    }

    fn whole(&self) -> bool {
        self.tool.whole()
    }

    fn read(&self, list: &str, record: &str, _: &mut Found) -> Result<(), Wrong> {
        if let Ok(mut first) = self.first.lock()
            && first.is_none()
        {
            *first = serde_json::from_str(record).ok().map(|record| (list.to_owned(), record));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Settings, encoding_of, mail_kind, sniff};

    #[test]
    fn the_first_characters_tell_the_format() {
        for (start, name) in [
            (r#"{"messages": [{"author": {"role": "agent"}, "body": "Hello"}]}"#, "neutral"),
            (r#"[{"messages": [{"author": {"role": "agent"}, "body": "Hello"}]}]"#, "neutral"),
            ("{\"conversations\": [\n{\"id\": \"1\", \"messages\": []}, {\"id\": \"2\", \"mess", "neutral"),
            (r#"{"type": "conversation", "id": "1", "source": {"body": "Hi"}}"#, "intercom"),
            ("Ticket ID;Direction;Message\n1;in;Hello", "csv"),
            ("ParentId,Incoming,TextBody,MessageDate,FromAddress\n", "salesforce"),
        ] {
            assert_eq!(
                sniff("x", start.as_bytes(), &Settings::default()).map(|format| format.name()).ok(),
                Some(name),
                "{start}"
            );
        }
        for start in ["", "Hello", "{\"a\": 1}", "[]", "[[[[", "\u{0}"] {
            assert!(sniff("x", start.as_bytes(), &Settings::default()).is_err(), "{start}");
        }
    }

    #[test]
    fn mail_is_known_before_it_is_decoded() {
        let kind = |name, start: &str| mail_kind(name, start.as_bytes(), &Settings::default()).map(|kind| kind.name());
        assert_eq!(kind("x", "From a@b.example Mon Mar  2 08:14:00 2026\n"), Some("mbox"));
        assert_eq!(kind("x", "Received: x\n by y\nFrom: a@b.example\nDate: now\n\nHi"), Some("eml"));
        assert_eq!(kind("x.MBOX.gz", "?"), Some("mbox"));
        assert_eq!([kind("x", "From what I see"), kind("x.eml", ""), kind("x", "a: b\nc: d\n")], [None; 3]);
    }

    #[test]
    fn the_first_bytes_tell_the_encoding() {
        let utf16: Vec<u8> = "hello, how are you?".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let found = |bytes: &[u8]| encoding_of(bytes).map(|encoding| encoding.name());
        assert_eq!(found(&utf16), Some("UTF-16LE"));
        assert_eq!(found(b"\xFE\xFF\0h"), Some("UTF-16BE"));
        assert_eq!(found(b"\xEF\xBB\xBFhello"), None);
        assert_eq!(found("plain caf\u{e9}".as_bytes()), None);
        assert_eq!(found(b"caf\xE9 costs 3"), Some("windows-1252"));
    }
}
