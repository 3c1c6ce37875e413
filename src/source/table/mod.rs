//! Tables: CSV, TSV and what spreadsheets make of them; one message a row, the first row names the columns.
//!
//! Which column says what is told by the kind of table ([`KINDS`]), guessed from the columns' names, or
//! given by the user ([`Given`]); [`Table::told`] says what was found. On which side an author is, is never
//! guessed: without a column for it a table cannot be read.
//!
//! ```
//! use amends::source::{Record, mail::Ours, table::{Settings, Table}};
//!
//! let text = "Ticket ID;Direction;Message\n7;in;Where is my parcel?\n7;out;On its way.\n";
//! let mut table = Table::open(text.as_bytes(), None, &Settings::default(), &Ours::default())?;
//! assert_eq!(table.told()[0], "conversation ← Ticket ID, direction ← Direction, body ← Message");
//! let mut said = Vec::new();
//! while table.read_row(&mut |_, record| if let Ok(Record::Piece(piece)) = record {
//!     said.extend(piece.messages.into_iter().map(|message| message.body));
//! }) {}
//! assert_eq!(said, ["Where is my parcel?", "On its way."]);
//! # Ok::<(), amends::source::Problem>(())
//! ```

mod dates;
mod kind;
mod mapping;
mod message;
mod rows;
mod words;

pub use crate::text::DateOrder;
pub use kind::{KINDS, Kind};
pub use mapping::{Field, Given, Mapping};

use super::mail::Ours;
use super::{Problem, Record, json};
use message::{Failure, Known};
use rows::{Row, Rows};
use std::collections::VecDeque;
use std::io::{BufRead, Chain, Cursor, Read};

/// So much of a table is looked at for its header.
const SNIFFED: u64 = 64 << 10;

/// So many bytes of rows wait at most for one that tells how to read them.
const MOST_WAITING: usize = 32 << 20;

/// What a user says of tables.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Columns.
    pub columns: Given,
    /// Order of day and month; found out from the dates where it is missing.
    pub dates: Option<DateOrder>,
}

/// A table that is being read.
#[derive(Debug)]
pub struct Table<R> {
    rows: Rows<Chain<Cursor<Vec<u8>>, R>>,
    kind: &'static Kind,
    mapping: Mapping,
    ours: Ours,
    known: Known,
    waiting: VecDeque<Row>,
    waiting_size: usize,
}

/// The kind of a table that starts with `start`, whatever its columns.
#[must_use]
pub fn kind(start: &[u8]) -> &'static Kind {
    Kind::of(&header(start))
}

/// The kind of a table that starts with `start`, where it has columns for what messages say and for two
/// things more.
#[must_use]
pub fn recognised(start: &[u8]) -> Option<&'static Kind> {
    let headers = header(start);
    let kind = Kind::of(&headers);
    let mapping = Mapping::of(&headers, kind, &Given::default()).ok()?;
    let known = Field::ALL.into_iter().filter(|field| mapping.has(&[*field])).count();
    (known >= 3).then_some(kind)
}

/// The fields of the header of a table that starts with `start`.
fn header(start: &[u8]) -> Vec<String> {
    let (delimiter, said) = rows::delimiter(start);
    let rest = if said { start.splitn(2, |&byte| byte == b'\n').nth(1).unwrap_or_default() } else { start };
    rows::first(rest, delimiter)
}

impl<R: BufRead> Table<R> {
    /// Opens the table that `reader` holds as UTF-8, and reads its header; the kind is found out where it
    /// is not given. Where no column tells on which side an author is, an address of `ours` does.
    ///
    /// # Errors
    /// An empty table, one without a header, a column that is given and not there, no column for what
    /// messages say or for who wrote them: the reason says which `--map` to give.
    pub fn open(mut reader: R, kind: Option<&'static Kind>, settings: &Settings, ours: &Ours) -> Result<Self, Problem> {
        let mut start = Vec::new();
        let read = reader.by_ref().take(SNIFFED).read_to_end(&mut start);
        read.map_err(|error| Problem::cut_off(1, &error))?;
        let (delimiter, said) = rows::delimiter(&start);
        let mut start = Cursor::new(start);
        if start.get_ref().starts_with(b"\xEF\xBB\xBF") {
            start.set_position(3);
        }
        let mut rows = Rows::new(start.chain(reader), delimiter);
        if said {
            // Its line still counts.
            rows.skip_line().map_err(|error| Problem::cut_off(1, &error))?;
        }
        let header = rows.next().ok_or_else(|| Problem::of("there is nothing in it: not even a header"))??;
        let kind = kind.unwrap_or_else(|| Kind::of(&header.fields));
        let mapping = Mapping::of(&header.fields, kind, &settings.columns).map_err(|reason| header.problem(reason))?;
        if !mapping.has(&mapping::SIDES) && (ours.is_empty() || !mapping.has(&[Field::Author])) {
            let by_address = match mapping.column(Field::Author) {
                Some(author) => {
                    format!("; or, if `{author}` holds mail addresses, say which are yours with --our-addresses")
                }
                None => String::new(),
            };
            return Err(header.problem(format!(
                "no column tells whether the customer or the company wrote a message; give one with --map \
                 role=COLUMN, direction=COLUMN, incoming=COLUMN or outgoing=COLUMN{by_address}; {}",
                mapping::there_are(&header.fields)
            )));
        }
        let known = Known { dates: settings.dates, user: None };
        let ours = ours.clone();
        Ok(Self { rows, kind, mapping, ours, known, waiting: VecDeque::new(), waiting_size: 0 })
    }

    /// What kind of table it is.
    pub const fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// What is to be said to people of how its columns are read.
    pub fn told(&self) -> Vec<String> {
        self.mapping.told()
    }

    /// Reads one row more; whether there may be others. A row that only a later one explains waits for it.
    pub fn read_row(&mut self, sink: &mut json::Sink<'_>) -> bool {
        match self.rows.next() {
            None => {
                self.release(true, sink);
                return false;
            }
            Some(Err(problem)) => sink(problem.place.clone(), Err(problem)),
            Some(Ok(row)) => match self.width_problem(&row) {
                Some(problem) => sink(row.place(), Err(problem)),
                None => {
                    let learned = self.known.learn(&row, &self.mapping);
                    self.waiting_size += row.size();
                    self.waiting.push_back(row);
                    if learned || self.waiting.len() == 1 || self.waiting_size > MOST_WAITING {
                        self.release(self.waiting_size > MOST_WAITING, sink);
                    }
                }
            },
        }
        true
    }

    /// What is wrong with the number of a row's fields.
    fn width_problem(&self, row: &Row) -> Option<Problem> {
        let (fields, width) = (row.fields.len(), self.mapping.width);
        let blank = |fields: &[String]| fields.iter().all(|field| field.trim().is_empty());
        if fields == width || blank(&row.fields) || (fields > width && blank(&row.fields[width..])) {
            return None;
        }
        let cut = row.last && fields < width;
        let start = if cut { "cut off here: " } else { "" };
        let problem = row.problem(format!("{start}the row has {fields} fields, the header {width}"));
        Some(Problem { fatal: cut, ..problem })
    }

    /// Reads the rows that wait, as far as they can be read; to the `end` where no other row will tell.
    fn release(&mut self, end: bool, sink: &mut json::Sink<'_>) {
        while let Some(row) = self.waiting.front() {
            let read = message::piece(row, self.kind, &self.mapping, &self.ours, self.known);
            let reason = match read {
                Err(Failure::Undecided(_)) if !end => return,
                Err(Failure::Undecided(reason) | Failure::Wrong(reason)) => Some(reason),
                Ok(Some(piece)) => {
                    sink(row.place(), Ok(Record::Piece(piece)));
                    None
                }
                Ok(None) => None,
            };
            if let Some(reason) = reason {
                sink(row.place(), Err(row.problem(reason)));
            }
            self.waiting_size -= row.size();
            self.waiting.pop_front();
        }
    }
}
