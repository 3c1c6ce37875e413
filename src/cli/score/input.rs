//! What `amends score` reads: plain text, JSON, JSON Lines; from files or standard input.

use crate::conversation::neutral::{self, JsonLines, LARGEST_BODY, NeutralError};
use crate::conversation::{Conversation, Message, Participant, Role, Visibility};
use clap::ValueEnum;
use serde::de::IgnoredAny;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use thiserror::Error;

/// A JSON document of more bytes than this is better given as JSON Lines, which is read line by line.
const LARGEST_DOCUMENT: usize = 1 << 30;

/// So much of the input is looked at to tell what it holds.
const SNIFFED: u64 = 64 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum InputKind {
    /// One message of an agent
    Text,
    /// One JSON document
    Json,
    /// One JSON object a line
    Jsonl,
}

/// Why some input cannot be read.
#[derive(Debug, Error)]
pub(super) enum InputError {
    #[error("cannot read {file}: {source}")]
    Io { file: String, source: io::Error },
    #[error("{file}:{source}{hint}")]
    Neutral { file: String, source: NeutralError, hint: &'static str },
    #[error("{file}: {problem}")]
    Text { file: String, problem: String },
}

/// A conversation, and what to call it.
pub(super) struct Given {
    pub(super) conversation: Conversation,
    /// Its place in the input, `tickets.jsonl:3`; the file alone for a plain-text message.
    pub(super) name: String,
}

/// Some input to be read.
pub(super) struct Source<'a> {
    path: &'a Path,
    /// As shown to the user.
    file: String,
    kind: Option<InputKind>,
    customer: &'a [String],
}

type Conversations<'a> = Box<dyn Iterator<Item = Result<Given, InputError>> + 'a>;
type Reader = Box<dyn BufRead>;

impl<'a> Source<'a> {
    pub(super) fn new(path: &'a Path, kind: Option<InputKind>, customer: &'a [String]) -> Self {
        let file = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
        let by_name = || match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(InputKind::Jsonl),
            _ => None,
        };
        Self { path, kind: kind.or_else(by_name), file, customer }
    }

    /// The conversations of the input, with what cannot be read in its place.
    pub(super) fn conversations(self) -> Conversations<'a> {
        match self.read() {
            Ok(conversations) => conversations,
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }

    fn read(self) -> Result<Conversations<'a>, InputError> {
        let mut reader: Reader = if self.path == Path::new("-") {
            Box::new(BufReader::new(io::stdin()))
        } else {
            Box::new(BufReader::new(File::open(self.path).map_err(|error| self.io(error))?))
        };
        let mut start = Vec::new();
        reader.by_ref().take(SNIFFED).read_until(b'\n', &mut start).map_err(|error| self.io(error))?;
        while start.trim_ascii().is_empty() && (start.len() as u64) < SNIFFED {
            let read = reader.by_ref().take(SNIFFED).read_until(b'\n', &mut start).map_err(|error| self.io(error))?;
            if read == 0 {
                break;
            }
        }
        let kind = self.kind.unwrap_or_else(|| sniff(&start, self.is_named_json()));
        if kind != InputKind::Text && !self.customer.is_empty() {
            let problem = "--customer goes with plain text; a JSON conversation holds the customer's turns itself";
            return Err(self.problem(problem.into()));
        }
        let reader: Reader = Box::new(Cursor::new(start).chain(reader));
        match kind {
            InputKind::Text => self.text(reader),
            InputKind::Json => self.json(reader),
            InputKind::Jsonl => Ok(Box::new(Lines { lines: neutral::json_lines(reader), source: self })),
        }
    }

    fn is_named_json(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
    }

    /// All of `reader`, which may hold `most` bytes.
    fn whole(&self, reader: Reader, most: usize, advice: &str) -> Result<Vec<u8>, InputError> {
        let mut bytes = Vec::new();
        reader.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|error| self.io(error))?;
        if bytes.len() > most {
            return Err(self.problem(format!("more than {} MiB{advice}", most >> 20)));
        }
        Ok(bytes)
    }

    fn text(self, reader: Reader) -> Result<Conversations<'a>, InputError> {
        let bytes = self.whole(reader, LARGEST_BODY, ", which no person writes in one message")?;
        let body = String::from_utf8(bytes).map_err(|error| self.problem(not_utf8(&error)))?;
        if let Some(at) = body.find('\0') {
            let problem = format!("not a text: byte {at} is NUL; give a plain text or JSON file in UTF-8");
            return Err(self.problem(problem));
        }
        let body = body.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(body);
        let turns = self.customer.iter().map(|turn| (Role::Customer, turn.clone())).chain([(Role::Agent, body)]);
        let messages = turns
            .map(|(role, body)| Message {
                id: None,
                author: Participant { role, id: None, name: None },
                sent: None,
                visibility: Visibility::Public,
                format: None,
                automatic: false,
                body,
            })
            .collect();
        let conversation = Conversation { id: None, source: None, channel: None, messages };
        Ok(Box::new(std::iter::once(Ok(Given { conversation, name: self.file }))))
    }

    fn json(self, reader: Reader) -> Result<Conversations<'a>, InputError> {
        let bytes = self.whole(reader, LARGEST_DOCUMENT, " in one JSON document; give it as JSON Lines")?;
        let guessed = self.kind.is_none() && !self.is_named_json();
        let conversations = neutral::json(&bytes).map_err(|error| self.neutral(error, guessed))?;
        let single = conversations.len() == 1;
        Ok(Box::new(conversations.into_iter().enumerate().map(move |(index, one)| {
            let name = if single { self.file.clone() } else { format!("{}:{}", self.file, index + 1) };
            one.map(|conversation| Given { conversation, name }).map_err(|error| self.neutral(error, false))
        })))
    }

    fn io(&self, source: io::Error) -> InputError {
        InputError::Io { file: self.file.clone(), source }
    }

    fn problem(&self, problem: String) -> InputError {
        InputError::Text { file: self.file.clone(), problem }
    }

    fn neutral(&self, error: NeutralError, guessed: bool) -> InputError {
        let file = self.file.clone();
        match error {
            NeutralError::Io(source) => InputError::Io { file, source },
            NeutralError::Wrong { position, problem } if position.line.is_none() => {
                InputError::Text { file, problem: format!("{position}: {problem}") }
            }
            source => {
                let hint = if guessed { " (is it a plain message? then say --input text)" } else { "" };
                InputError::Neutral { file, source, hint }
            }
        }
    }
}

/// The conversations of JSON Lines, named by their lines.
struct Lines<'a> {
    lines: JsonLines<Reader>,
    source: Source<'a>,
}

impl Iterator for Lines<'_> {
    type Item = Result<Given, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.lines.next()? {
            Ok((line, conversation)) => Ok(Given { conversation, name: format!("{}:{line}", self.source.file) }),
            Err(error) => Err(self.source.neutral(error, false)),
        })
    }
}

fn not_utf8(error: &std::string::FromUtf8Error) -> String {
    let at = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    let hint = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "it looks like UTF-16; save it as UTF-8",
        _ => "give a text in UTF-8, or convert it first (for Windows text: iconv -f WINDOWS-1252 -t UTF-8)",
    };
    format!("not UTF-8: byte {at} is 0x{:02X}; {hint}", bytes.get(at).copied().unwrap_or_default())
}

/// What input that starts with `start` holds.
///
/// A message may well begin with `[Ticket 8]` or `{{name}}`: only what can begin a conversation is JSON.
fn sniff(start: &[u8], json_name: bool) -> InputKind {
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii();
    let next = text.get(1..).unwrap_or_default().trim_ascii_start().first();
    match (text.first(), next) {
        (Some(b'['), None | Some(b'{' | b']')) => InputKind::Json,
        (Some(b'{'), None) => InputKind::Json,
        (Some(b'{'), Some(b'"' | b'}')) => {
            let whole = serde_json::from_slice::<IgnoredAny>(text).is_ok() || text.ends_with(b"}");
            let wrapper = text.get(1..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\"conversations\""));
            if whole && !wrapper { InputKind::Jsonl } else { InputKind::Json }
        }
        _ if json_name => InputKind::Json,
        _ => InputKind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::{InputKind, sniff};

    #[test]
    fn the_first_characters_tell_what_it_is() {
        for (start, kind) in [
            ("Hello {you}", InputKind::Text),
            ("", InputKind::Text),
            ("[Ticket 8] Hello", InputKind::Text),
            ("{{name}}, hello", InputKind::Text),
            ("  [\n", InputKind::Json),
            ("[{\"messages\":", InputKind::Json),
            ("{\n", InputKind::Json),
            ("{\"id\": \"1\",\n", InputKind::Json),
            ("{\"conversations\": []}", InputKind::Json),
            ("{\"messages\": []}\n", InputKind::Jsonl),
            ("\u{FEFF}{\"messages\": [}\n", InputKind::Jsonl),
        ] {
            assert_eq!(sniff(start.as_bytes(), false), kind, "{start}");
        }
    }
}
