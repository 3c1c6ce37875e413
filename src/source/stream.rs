//! Rows out of a text that comes in pieces: the elements of a JSON array, or the lines of JSON Lines. No more
//! than one row is held.

use thiserror::Error;

/// A row of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'t> {
    /// Its number, from 1; empty lines are not counted.
    pub number: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its text.
    pub text: Result<&'t [u8], TooLong>,
}

/// A row has more bytes than are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the row has more than {0} bytes, which is the most that is allowed")]
pub struct TooLong(pub usize);

/// The text is not whole.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotWhole {
    /// It ends before its time.
    #[error("the list of rows is cut off: no `]` closes it")]
    CutOff,
    /// Something follows it.
    #[error("after the list of rows something follows: send one list, or lines")]
    Trailing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Lines,
    Array,
}

/// Cuts a text into rows.
#[derive(Debug)]
pub struct Rows {
    largest: usize,
    /// Not known before the first byte that is no white space.
    form: Option<Form>,
    /// What came of the present row.
    row: Vec<u8>,
    too_long: bool,
    /// The line on which the present row begins, once it has.
    begins: Option<u64>,
    rows: u64,
    line: u64,
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Whether the array was closed.
    closed: bool,
    trailing: bool,
}

impl Rows {
    /// No text yet; of a row that has more than `largest` bytes only that is told.
    #[must_use]
    pub const fn new(largest: usize) -> Self {
        Self {
            largest,
            form: None,
            row: Vec::new(),
            too_long: false,
            begins: None,
            rows: 0,
            line: 1,
            depth: 0,
            in_string: false,
            escaped: false,
            closed: false,
            trailing: false,
        }
    }

    /// The line that is being read, from 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The next bytes of the text; `each` gets the rows that end in them.
    pub fn push(&mut self, mut bytes: &[u8], each: &mut dyn FnMut(Row<'_>)) {
        let form = match self.form {
            Some(form) => form,
            None => {
                let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                self.line += newlines(&bytes[..blank]);
                bytes = &bytes[blank..];
                let Some(first) = bytes.first() else { return };
                let form = if *first == b'[' { Form::Array } else { Form::Lines };
                if form == Form::Array {
                    bytes = &bytes[1..];
                }
                self.form = Some(form);
                form
            }
        };
        while !bytes.is_empty() {
            if self.closed {
                self.trailing |= !bytes.trim_ascii().is_empty();
                return;
            }
            let end = match form {
                Form::Lines => memchr::memchr(b'\n', bytes),
                Form::Array => self.end_of_element(bytes),
            };
            let Some(at) = end else { return self.add(bytes) };
            self.add(&bytes[..at]);
            self.closed = bytes[at] == b']';
            self.finish(form, each);
            self.line += u64::from(bytes[at] == b'\n');
            bytes = &bytes[at + 1..];
        }
    }

    /// The text is over.
    ///
    /// # Errors
    /// Where it is not whole.
    pub fn end(&mut self, each: &mut dyn FnMut(Row<'_>)) -> Result<(), NotWhole> {
        match self.form {
            None => Ok(()),
            Some(Form::Lines) => {
                self.finish(Form::Lines, each);
                Ok(())
            }
            Some(Form::Array) if self.trailing => Err(NotWhole::Trailing),
            Some(Form::Array) if self.closed => Ok(()),
            Some(Form::Array) => Err(NotWhole::CutOff),
        }
    }

    /// Where in `bytes` the present element ends: at a comma or bracket that is in none of its own.
    fn end_of_element(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b',' | b']' if self.depth == 0 => return Some(at),
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        None
    }

    fn add(&mut self, part: &[u8]) {
        if self.begins.is_none() {
            let blank = part.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if blank < part.len() {
                self.begins = Some(self.line + newlines(&part[..blank]));
            }
        }
        self.line += newlines(part);
        self.too_long |= self.row.len() + part.len() > self.largest;
        if self.too_long {
            self.row.clear();
        } else {
            self.row.extend_from_slice(part);
        }
    }

    fn finish(&mut self, form: Form, each: &mut dyn FnMut(Row<'_>)) {
        // An empty line is none, and neither is what stands in `[]`.
        let nothing = self.begins.is_none() && (form == Form::Lines || (self.closed && self.rows == 0));
        if !nothing {
            self.rows += 1;
            let text = if self.too_long { Err(TooLong(self.largest)) } else { Ok(self.row.as_slice()) };
            each(Row { number: self.rows, line: self.begins.unwrap_or(self.line), text });
        }
        self.row.clear();
        self.too_long = false;
        self.begins = None;
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::{NotWhole, Rows};

    fn rows(pieces: &[&[u8]]) -> (Vec<String>, Result<(), NotWhole>) {
        let mut found = Vec::new();
        let mut each = |row: super::Row<'_>| {
            let text = row.text.map_or_else(|error| error.to_string(), |text| String::from_utf8_lossy(text).into());
            found.push(format!("{}@{} {}", row.number, row.line, text.trim()));
        };
        let mut rows = Rows::new(20);
        pieces.iter().for_each(|piece| rows.push(piece, &mut each));
        let end = rows.end(&mut each);
        (found, end)
    }

    #[test]
    fn lines_and_elements_come_out_however_the_text_is_cut() {
        let lines = "\n{\"a\": 1}\n\n  {\"b\": \"]\"}\r\n123456789012345678901\n{}";
        let of_lines = [
            "1@2 {\"a\": 1}",
            "2@4 {\"b\": \"]\"}",
            "3@5 the row has more than 20 bytes, which is the most that is allowed",
            "4@6 {}",
        ];
        let array = "\n [{\"a\": [1, 2]},\n\"x\\\"],[\" , 12345678901234567890123,{\n}\n]\n ";
        let of_array = [
            "1@2 {\"a\": [1, 2]}",
            "2@3 \"x\\\"],[\"",
            "3@3 the row has more than 20 bytes, which is the most that is allowed",
            "4@3 {\n}",
        ];
        for (text, expected) in [(lines, of_lines), (array, of_array)] {
            for size in 1..text.len() {
                let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
                assert_eq!(rows(&pieces), (expected.map(str::to_owned).to_vec(), Ok(())), "in pieces of {size}");
            }
        }
    }

    #[test]
    fn a_list_that_is_not_whole_is_told() {
        assert_eq!(rows(&[b"[]"]), (vec![], Ok(())));
        assert_eq!(rows(&[b" "]), (vec![], Ok(())));
        assert_eq!(rows(&[b"[1, 2"]), (vec!["1@1 1".to_owned()], Err(NotWhole::CutOff)));
        assert_eq!(rows(&[b"[1] [2]"]), (vec!["1@1 1".to_owned()], Err(NotWhole::Trailing)));
        assert_eq!(rows(&[b"[1,]"]).0, ["1@1 1", "2@1 "]);
    }
}
