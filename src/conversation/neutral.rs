//! Reading the neutral JSON form: JSON Lines line by line, or one JSON document.
//!
//! Every error says where: line and column while the JSON itself is wrong, a JSON pointer
//! (RFC 6901) once it is a value that cannot be. One bad conversation does not hide the others.

use super::{Conversation, Message};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::fmt;
use std::io::{self, BufRead, Read};
use thiserror::Error;

/// Bodies of more bytes than this are refused: no person wrote them.
pub const LARGEST_BODY: usize = 64 << 20;

/// A line of JSON Lines may hold no more bytes than this, so that memory stays bounded.
pub const LARGEST_LINE: usize = 256 << 20;

/// Where in the input something is wrong; what is not known is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    /// Line, from 1.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// JSON pointer from the line's (or the document's) value.
    pub pointer: Option<String>,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.line.map(|line| line.to_string()), self.column.map(|column| column.to_string())];
        let parts: Vec<String> =
            parts.into_iter().flatten().chain(self.pointer.as_ref().map(|at| format!(" {at}"))).collect();
        f.write_str(parts.join(":").trim_start())
    }
}

/// Why a conversation cannot be read.
#[derive(Debug, Error)]
pub enum NeutralError {
    /// The input itself fails.
    #[error("cannot read: {0}")]
    Io(#[from] io::Error),
    /// It can be read and is not what it should be.
    #[error("{position}: {problem}")]
    Wrong {
        /// Where.
        position: Position,
        /// What is wrong and what is allowed.
        problem: String,
    },
}

impl NeutralError {
    fn at(line: usize, column: usize, problem: impl Into<String>) -> Self {
        let position = Position { line: Some(line), column: Some(column), pointer: None };
        Self::Wrong { position, problem: problem.into() }
    }

    /// The error of `text`, whose first line is line `first` of the input.
    fn of_json(error: &serde_json::Error, text: &str, first: usize) -> Self {
        let (line, column) = (error.line().max(1), error.column());
        let written = text.split('\n').nth(line - 1).unwrap_or_default();
        // The parser counts bytes and stands past the culprit's last one; people count characters.
        let before = written.bytes().take(column.saturating_sub(1)).filter(|byte| byte & 0xC0 != 0x80).count();
        let told = error.to_string();
        let problem = told.strip_suffix(&format!(" at line {} column {column}", error.line())).unwrap_or(&told);
        // Names of types say nothing to people.
        Self::at(first + line - 1, before + 1, problem.replace("expected struct ", "expected an object: "))
    }
}

/// Conversations of JSON Lines input, each with the number of its line; one line in memory at a time.
#[derive(Debug)]
pub struct JsonLines<R> {
    reader: R,
    line: usize,
    buffer: Vec<u8>,
    done: bool,
}

/// Reads JSON Lines: one conversation a line; empty lines are skipped.
pub const fn json_lines<R: BufRead>(reader: R) -> JsonLines<R> {
    JsonLines { reader, line: 0, buffer: Vec::new(), done: false }
}

impl<R: BufRead> Iterator for JsonLines<R> {
    type Item = Result<(usize, Conversation), NeutralError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            self.buffer.clear();
            self.line += 1;
            let limit = LARGEST_LINE as u64 + 1;
            match self.reader.by_ref().take(limit).read_until(b'\n', &mut self.buffer) {
                Err(error) => {
                    self.done = true;
                    return Some(Err(error.into()));
                }
                Ok(0) => self.done = true,
                Ok(_) if self.buffer.len() > LARGEST_LINE && self.buffer.last() != Some(&b'\n') => {
                    if let Err(error) = self.skip_line() {
                        self.done = true;
                        return Some(Err(error.into()));
                    }
                    let problem = format!("the line is longer than {} MiB", LARGEST_LINE >> 20);
                    return Some(Err(NeutralError::at(self.line, 1, problem)));
                }
                Ok(_) => {
                    let bytes = if self.line == 1 { without_bom(&self.buffer) } else { &self.buffer };
                    if !bytes.trim_ascii().is_empty() {
                        return Some(one_line(bytes, self.line).map(|conversation| (self.line, conversation)));
                    }
                }
            }
        }
        None
    }
}

impl<R: BufRead> JsonLines<R> {
    /// Leaves the rest of a line unread.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.reader.fill_buf()?;
            let (used, end) = match bytes.iter().position(|&byte| byte == b'\n') {
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

fn one_line(bytes: &[u8], line: usize) -> Result<Conversation, NeutralError> {
    let text = utf8(bytes, "line", line)?;
    let conversation: Conversation =
        serde_json::from_str(text).map_err(|error| NeutralError::of_json(&error, text, line))?;
    check(&conversation).map_err(|(pointer, problem)| NeutralError::Wrong {
        position: Position { line: Some(line), column: None, pointer: Some(pointer) },
        problem,
    })?;
    Ok(conversation)
}

#[derive(Deserialize)]
struct Probe {
    conversations: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapper {
    conversations: Vec<Conversation>,
}

/// Reads a JSON document: one conversation, an array of them, or `{"conversations": […]}`.
///
/// # Errors
/// Where the document as a whole cannot be read. A conversation that holds a wrong value is an error in its
/// place in the list.
pub fn json(bytes: &[u8]) -> Result<Vec<Result<Conversation, NeutralError>>, NeutralError> {
    let text = utf8(without_bom(bytes), "document", 1)?;
    let refuse = |error: serde_json::Error| NeutralError::of_json(&error, text, 1);
    let (conversations, prefix): (Vec<Conversation>, Option<&str>) = match text.trim_start().bytes().next() {
        None => return Err(NeutralError::at(1, 1, "nothing here; expected a conversation, or an array of them")),
        Some(b'[') => (serde_json::from_str(text).map_err(refuse)?, Some("")),
        Some(b'{') => {
            let probe: Probe = serde_json::from_str(text).map_err(refuse)?;
            if probe.conversations.is_some() {
                let wrapper: Wrapper = serde_json::from_str(text).map_err(refuse)?;
                (wrapper.conversations, Some("/conversations"))
            } else {
                (vec![serde_json::from_str(text).map_err(refuse)?], None)
            }
        }
        Some(_) => {
            let problem = "expected a conversation `{…}`, an array of them `[…]`, or `{\"conversations\": […]}`";
            return Err(NeutralError::at(1, 1, problem));
        }
    };
    let checked = conversations.into_iter().enumerate().map(|(index, conversation)| {
        let inner = prefix.map_or_else(String::new, |prefix| format!("{prefix}/{index}"));
        match check(&conversation) {
            Ok(()) => Ok(conversation),
            Err((pointer, problem)) => {
                let position = Position { pointer: Some(inner + &pointer), ..Position::default() };
                Err(NeutralError::Wrong { position, problem })
            }
        }
    });
    Ok(checked.collect())
}

/// What the types cannot say; gives the JSON pointer and the problem.
fn check(conversation: &Conversation) -> Result<(), (String, String)> {
    for (index, message) in conversation.messages.iter().enumerate() {
        if let Some((field, problem)) = wrong_value(message) {
            return Err((format!("/messages/{index}/{field}"), problem));
        }
    }
    Ok(())
}

/// What the types cannot say of `message`: the field that holds a wrong value, and the problem.
#[must_use]
pub fn wrong_value(message: &Message) -> Option<(&'static str, String)> {
    if message.body.len() > LARGEST_BODY {
        let problem = format!("the body has {} bytes; the most is {} MiB", message.body.len(), LARGEST_BODY >> 20);
        return Some(("body", problem));
    }
    let sent = message.sent.as_deref().filter(|sent| !is_rfc3339(sent))?;
    let shown: String = sent.chars().take(40).collect();
    let problem =
        format!("`{shown}` is not an RFC 3339 time such as 2026-03-05T09:30:00Z or 2026-03-05T09:30:00+01:00");
    Some(("sent", problem))
}

fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// `bytes` (a `whole`: line or document), which start at line `first` of the input, as text.
fn utf8<'b>(bytes: &'b [u8], whole: &str, first: usize) -> Result<&'b str, NeutralError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = &bytes[..error.valid_up_to()];
        let line = good.iter().filter(|&&byte| byte == b'\n').count();
        let start = good.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let column = good[start..].iter().filter(|&byte| byte & 0xC0 != 0x80).count() + 1;
        let problem = format!("byte {} of the {whole} is not UTF-8; save the input as UTF-8", good.len());
        NeutralError::at(first + line, column, problem)
    })
}

/// Whether `text` is a time as RFC 3339 writes it: date, time to the second or finer, offset.
#[must_use]
pub fn is_rfc3339(text: &str) -> bool {
    fn number(bytes: &[u8]) -> Option<u32> {
        bytes.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    }
    let bytes = text.as_bytes();
    let (Some(date), Some(time), Some(rest)) = (bytes.get(..10), bytes.get(11..19), bytes.get(19..)) else {
        return false;
    };
    let punctuated = date[4] == b'-' && date[7] == b'-' && time[2] == b':' && time[5] == b':';
    if !punctuated || !matches!(bytes[10], b'T' | b't' | b' ') {
        return false;
    }
    let fields = [&date[..4], &date[5..7], &date[8..], &time[..2], &time[3..5], &time[6..]].map(number);
    let [Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)] = fields else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    // Second 60 is a leap second.
    if !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return false;
    }
    let offset = match rest.strip_prefix(b".") {
        None => rest,
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            &fraction[digits..]
        }
    };
    match offset {
        b"Z" | b"z" => true,
        [b'+' | b'-', hours @ .., b':', tens, ones] if hours.len() == 2 => {
            number(hours).is_some_and(|hours| hours < 24) && number(&[*tens, *ones]).is_some_and(|minutes| minutes < 60)
        }
        _ => false,
    }
}
