//! JSON Lines in chunks of whole lines, to be read side by side.

use super::{Place, Problem};
use std::io::{self, BufRead, Read};

/// Chunks have about so many bytes: enough to be worth handing over, small beside the caches.
const CHUNK: usize = 256 << 10;

/// A line of more bytes than this holds no conversation between people.
const LARGEST_LINE: usize = 64 << 20;

/// Some whole lines of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Number of its first line, from 1.
    pub first: u64,
    /// The lines; the last one may lack its line feed.
    pub bytes: Vec<u8>,
}

impl Chunk {
    /// Each line with its number; empty lines are left out.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let lines = self.bytes.split(|&byte| byte == b'\n').zip(self.first..);
        lines.map(|(line, number)| (number, line)).filter(|(_, line)| !line.trim_ascii().is_empty())
    }
}

/// A line as text.
///
/// # Errors
/// Where it is not UTF-8.
pub fn text(line: &[u8], number: u64) -> Result<&str, Problem> {
    std::str::from_utf8(line).map_err(|error| {
        let place = Place { line: Some(number), ..Place::default() };
        let reason = format!(
            "byte {} of the line is not UTF-8; if the file is in an older encoding, say --encoding windows-1252",
            error.valid_up_to()
        );
        Problem { place, raw: Some(String::from_utf8_lossy(line).chars().take(1000).collect()), ..Problem::of(reason) }
    })
}

/// Cuts what a reader holds into chunks; a line that is too long is a problem in its place.
#[derive(Debug)]
pub struct Chunks<R> {
    reader: R,
    /// Number of the next line.
    line: u64,
    /// What comes before anything else is read.
    next: Option<Problem>,
    done: bool,
}

impl<R: BufRead> Chunks<R> {
    /// Chunks of `reader`.
    pub const fn new(reader: R) -> Self {
        Self { reader, line: 1, next: None, done: false }
    }

    /// Reads one line into `bytes`; says whether one was there, and leaves out one that is too long.
    fn line(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let before = bytes.len();
        let most = LARGEST_LINE as u64 + 1;
        let read = self.reader.by_ref().take(most).read_until(b'\n', bytes)?;
        if read == 0 {
            return Ok(false);
        }
        if read > LARGEST_LINE && bytes.last() != Some(&b'\n') {
            bytes.truncate(before);
            self.skip_line()?;
            let place = Place { line: Some(self.line), ..Place::default() };
            let reason = format!("the line is longer than {} MiB", LARGEST_LINE >> 20);
            self.next = Some(Problem { place, ..Problem::of(reason) });
        }
        self.line += 1;
        Ok(true)
    }

    /// Leaves the rest of a line unread.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.reader.fill_buf()?;
            let (used, end) = match memchr::memchr(b'\n', bytes) {
                Some(at) => (at + 1, true),
                None => (bytes.len(), bytes.is_empty()),
            };
            self.reader.consume(used);
            if end {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Iterator for Chunks<R> {
    type Item = Result<Chunk, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(problem) = self.next.take() {
            return Some(Err(problem));
        }
        let mut bytes = Vec::with_capacity(CHUNK + (CHUNK >> 2));
        let first = self.line;
        while !self.done && bytes.len() < CHUNK && self.next.is_none() {
            match self.line(&mut bytes) {
                Ok(true) => {}
                Ok(false) => self.done = true,
                Err(error) => {
                    self.done = true;
                    self.next = Some(Problem::cut_off(self.line, &error));
                }
            }
        }
        if bytes.is_empty() { self.next.take().map(Err) } else { Some(Ok(Chunk { first, bytes })) }
    }
}

#[cfg(test)]
mod tests {
    use super::Chunks;

    #[test]
    fn chunks_hold_whole_lines_and_know_their_numbers() {
        let text: String = (1..=50_000).map(|number| format!("line {number}\n\n")).collect();
        let mut lines = Vec::new();
        let mut chunks = 0;
        for chunk in Chunks::new(text.as_bytes()) {
            let chunk = chunk.unwrap();
            chunks += 1;
            lines.extend(chunk.lines().map(|(number, line)| (number, String::from_utf8(line.to_vec()).unwrap())));
        }
        assert!(chunks > 1, "{chunks}");
        assert_eq!(lines.len(), 50_000);
        assert!(lines.iter().enumerate().all(|(index, (number, line))| {
            *number == index as u64 * 2 + 1 && *line == format!("line {}", index + 1)
        }));
    }
}
