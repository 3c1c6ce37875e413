//! The rows of a table, each with its line and its raw text; one row in memory at a time.

use crate::conversation::neutral::LARGEST_LINE;
use crate::source::{LARGEST_SHOWN, Place, Problem};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::io::{self, BufRead};

/// What may stand between the fields of a row, in order of preference where two fit as well.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// From 1; the header row, which comes before, is 0.
    pub(super) number: u64,
    /// Line on which it starts, from 1.
    pub(super) line: u64,
    /// Its fields.
    pub(super) fields: Vec<String>,
    /// As it stands in the table, at most [`LARGEST_SHOWN`] bytes of it.
    raw: Vec<u8>,
    /// Whether the table ends with it, without a line end.
    pub(super) last: bool,
}

impl Row {
    /// Where it is.
    pub(super) fn place(&self) -> Place {
        place(self.number, self.line)
    }

    /// What is wrong with it.
    pub(super) fn problem(&self, reason: impl Into<String>) -> Problem {
        let raw = String::from_utf8_lossy(&self.raw).trim_end_matches('\u{FFFD}').to_owned();
        Problem { place: self.place(), raw: Some(raw), ..Problem::of(reason) }
    }

    /// So many bytes are kept for it.
    pub(super) fn size(&self) -> usize {
        self.raw.len() + self.fields.iter().map(String::len).sum::<usize>()
    }
}

/// The header, number 0, is not counted.
fn place(number: u64, line: u64) -> Place {
    Place { row: (number > 0).then_some(number), line: Some(line), ..Place::default() }
}

/// Reads rows; the first one is the header.
#[derive(Debug)]
pub(super) struct Rows<R> {
    reader: R,
    parser: Reader,
    /// Number and line of the next row.
    number: u64,
    line: u64,
    text: Vec<u8>,
    ends: Vec<usize>,
    done: bool,
}

impl<R: BufRead> Rows<R> {
    /// Rows of `reader` with `delimiter` between their fields.
    pub(super) fn new(reader: R, delimiter: u8) -> Self {
        Self {
            reader,
            parser: ReaderBuilder::new().delimiter(delimiter).build(),
            number: 0,
            line: 1,
            text: vec![0; 16 << 10],
            ends: vec![0; 64],
            done: false,
        }
    }

    /// Leaves out a line that is no row.
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        self.line += 1;
        self.reader.read_until(b'\n', &mut Vec::new()).map(drop)
    }

    /// The next row. After a fatal problem there is none.
    pub(super) fn next(&mut self) -> Option<Result<Row, Problem>> {
        if self.done {
            return None;
        }
        let mut raw = Vec::new();
        let result = self.parse(&mut raw);
        // Empty lines before the row are none of its own.
        let start = raw.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(raw.len());
        let lines = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let line = self.line + lines(&raw[..start]);
        self.line += lines(&raw);
        let place = place(self.number, line);
        let shown = raw[start..].trim_ascii_end();
        let shown = shown[..shown.len().min(LARGEST_SHOWN)].to_vec();
        let broken = |reason: String, fatal: bool| {
            let raw = Some(String::from_utf8_lossy(&shown).into_owned());
            Some(Err(Problem { place: place.clone(), reason, raw, fatal }))
        };
        let ends = match result {
            Ok(Parsed::Row(ends)) => ends,
            Ok(Parsed::End) => {
                self.done = true;
                return None;
            }
            Ok(Parsed::Open) => {
                self.done = true;
                return broken("cut off here: a quote that is opened in this row is never closed".into(), true);
            }
            Ok(Parsed::TooLong) => {
                self.done = true;
                let most = LARGEST_LINE >> 20;
                return broken(format!("the row is longer than {most} MiB: is a quote never closed?"), true);
            }
            Err(error) => {
                self.done = true;
                return Some(Err(Problem::cut_off(line, &error)));
            }
        };
        let number = self.number;
        self.number += 1;
        match self.fields(ends) {
            Err(reason) => broken(reason, false),
            Ok(fields) => {
                let last = !matches!(raw.last(), Some(b'\n' | b'\r'));
                Some(Ok(Row { number, line, fields, raw: shown, last }))
            }
        }
    }

    fn fields(&self, ends: usize) -> Result<Vec<String>, String> {
        let mut start = 0;
        let mut fields = Vec::with_capacity(ends);
        for (index, &end) in self.ends[..ends].iter().enumerate() {
            let field = &self.text[start..end];
            start = end;
            if memchr::memchr(0, field).is_some() {
                return Err(format!("field {} holds a zero byte: this is no text", index + 1));
            }
            let text = std::str::from_utf8(field).map_err(|_| {
                format!(
                    "field {} is not UTF-8; if the file is in an older encoding, say --encoding windows-1252",
                    index + 1
                )
            })?;
            fields.push(text.to_owned());
        }
        Ok(fields)
    }

    /// Reads one row into `text` and `ends`, and as it stands into `raw`.
    fn parse(&mut self, raw: &mut Vec<u8>) -> io::Result<Parsed> {
        let (mut written, mut ended) = (0, 0);
        loop {
            let input = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            // A line feed ends the last row as the end does; only within quotes it is part of a field.
            let end = input.is_empty();
            let input: &[u8] = if end { b"\n" } else { input };
            let (result, read, wrote, ends) =
                self.parser.read_record(input, &mut self.text[written..], &mut self.ends[ended..]);
            if end {
                match result {
                    _ if wrote > 0 => return Ok(Parsed::Open),
                    ReadRecordResult::InputEmpty => return Ok(Parsed::End),
                    _ => {}
                }
            } else {
                raw.extend_from_slice(&input[..read]);
                self.reader.consume(read);
            }
            written += wrote;
            ended += ends;
            match result {
                ReadRecordResult::InputEmpty if raw.len() > LARGEST_LINE => return Ok(Parsed::TooLong),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => return Ok(Parsed::Row(ended)),
                ReadRecordResult::End => return Ok(Parsed::End),
            }
        }
    }
}

enum Parsed {
    /// A row with so many fields.
    Row(usize),
    /// Nothing more.
    End,
    /// The end within quotes.
    Open,
    TooLong,
}

/// What stands between the fields of a table that starts with `start`: what gives its first row the most
/// fields. Spreadsheets may say it themselves in a first line `sep=;`, which is then to be left out.
pub(super) fn delimiter(start: &[u8]) -> (u8, bool) {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    if let Some([told, b'\n', ..] | [told, b'\r', b'\n', ..]) = start.strip_prefix(b"sep=") {
        return (*told, true);
    }
    let fields = |delimiter: u8| first(start, delimiter).len();
    let most = DELIMITERS.iter().map(|&delimiter| fields(delimiter)).max();
    let best = DELIMITERS.into_iter().find(|&delimiter| Some(fields(delimiter)) == most);
    (best.unwrap_or(b','), false)
}

/// The fields of the first row of `start`; none where it is not text.
pub(super) fn first(start: &[u8], delimiter: u8) -> Vec<String> {
    match Rows::new(start, delimiter).next() {
        Some(Ok(row)) => row.fields,
        _ => Vec::new(),
    }
}
