//! Text to [`Query`]: recursive descent over the grammar of the module's page.

use super::error::QueryError;
use super::field::{Field, Vocabulary, help};
use super::{DEEPEST, LONGEST, Query};
use std::ops::Range;

/// What may stand where something to look for is expected.
const ANYTHING: &str = "words, \"phrases\", field:value, NOT and ( … )";

type Parsed<T> = Result<T, QueryError>;

pub(super) fn parse(text: &str, vocabulary: &Vocabulary) -> Parsed<Query> {
    if text.len() > LONGEST {
        let problem = format!("the query is {} bytes long", text.len());
        return Err(QueryError::new(text, LONGEST..text.len(), problem, format!("up to {LONGEST} bytes")));
    }
    let mut parser = Parser { text, at: 0, depth: 0, vocabulary };
    if parser.peek().is_none() {
        return Ok(Query::All);
    }
    let query = parser.any()?;
    match parser.peek() {
        None => Ok(query),
        // `any` stops at the end and at `)` only.
        Some(_) => Err(parser.error(parser.at..parser.at + 1, "this `)` closes nothing", "one `)` for each `(`")),
    }
}

/// Whether `text` is read as one value when it stands bare after `field:`.
pub(super) fn is_bare_value(text: &str) -> bool {
    !text.is_empty() && !text.contains(ends_bare) && !text.contains('\\')
}

/// Whether `text` is read as one word when it stands bare.
pub(super) fn is_bare_word(text: &str) -> bool {
    is_bare_value(text)
        && !text.starts_with('-')
        && !text.ends_with('*')
        && !matches!(text, "AND" | "OR" | "NOT")
        && field_name(text).is_none()
}

fn ends_bare(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')') || is_quote(character)
}

const fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '„')
}

/// What stands before the colon, where it could be a field's name; "10:30" has none.
fn field_name(word: &str) -> Option<&str> {
    let (name, _) = word.split_once(':')?;
    let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    fits.then_some(name)
}

struct Parser<'q> {
    text: &'q str,
    at: usize,
    depth: usize,
    vocabulary: &'q Vocabulary,
}

impl<'q> Parser<'q> {
    /// The next character that is no white space, and skips what is.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at = self.text.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    /// The bare run of characters that comes next.
    fn bare(&self) -> &'q str {
        let rest = &self.text[self.at..];
        &rest[..rest.find(ends_bare).unwrap_or(rest.len())]
    }

    fn is_operator(&self, name: &str) -> bool {
        self.bare() == name
    }

    fn error(&self, range: Range<usize>, problem: impl Into<String>, allowed: impl Into<String>) -> QueryError {
        QueryError::new(self.text, range, problem, allowed)
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let allowed = format!("parentheses and NOT up to {DEEPEST} deep");
            return Err(self.error(self.at..self.at + 1, "this is nested too deep", allowed));
        }
        Ok(())
    }

    fn any(&mut self) -> Parsed<Query> {
        let mut parts = vec![self.all()?];
        while self.peek().is_some() && self.is_operator("OR") {
            self.at += "OR".len();
            parts.push(self.all()?);
        }
        Ok(Query::or(parts))
    }

    fn all(&mut self) -> Parsed<Query> {
        let mut parts = vec![self.one()?];
        loop {
            match self.peek() {
                None | Some(')') => break,
                Some(_) if self.is_operator("OR") => break,
                Some(_) if self.is_operator("AND") => {
                    self.at += "AND".len();
                    parts.push(self.one()?);
                }
                Some(_) => parts.push(self.one()?),
            }
        }
        Ok(Query::and(parts))
    }

    fn one(&mut self) -> Parsed<Query> {
        let Some(next) = self.peek() else {
            return Err(self.error(self.at..self.at, "something to look for is missing at the end", ANYTHING));
        };
        let start = self.at;
        match next {
            '(' => {
                self.deeper()?;
                self.at += 1;
                let inner = self.any()?;
                self.close(start)?;
                self.depth -= 1;
                Ok(inner)
            }
            ')' => Err(self.error(start..start + 1, "something to look for is missing before `)`", ANYTHING)),
            quote if is_quote(quote) => {
                let phrase = self.quoted(quote)?;
                self.words(start, &phrase)
            }
            '-' if self.text[start + 1..].starts_with(|next: char| !next.is_whitespace()) => self.negated(1),
            _ => match self.bare() {
                "NOT" => self.negated("NOT".len()),
                operator @ ("AND" | "OR") => {
                    let problem = format!("something to look for is missing before `{operator}`");
                    Err(self.error(start..start + operator.len(), problem, ANYTHING))
                }
                word => match field_name(word) {
                    Some(name) => self.field(name),
                    None => self.word(word),
                },
            },
        }
    }

    fn negated(&mut self, operator: usize) -> Parsed<Query> {
        self.deeper()?;
        self.at += operator;
        let inner = self.one()?;
        self.depth -= 1;
        Ok(!inner)
    }

    fn close(&mut self, opened: usize) -> Parsed<()> {
        if self.peek() != Some(')') {
            return Err(self.error(opened..opened + 1, "this `(` is not closed", "one `)` for each `(`"));
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &str) -> Parsed<Query> {
        let start = self.at;
        self.at += word.len();
        if word.ends_with('*') {
            let allowed = "whole words, which find all of the same stem: refund finds refunds and refunded";
            return Err(self.error(start..self.at, "beginnings of words cannot be looked for", allowed));
        }
        self.words(start, word)
    }

    fn words(&self, start: usize, text: &str) -> Parsed<Query> {
        let wordless = || self.error(start..self.at, "there is no word here", "words of letters or digits");
        Query::text(text).ok_or_else(wordless)
    }

    /// What stands between the quotation mark here and the one that closes it.
    fn quoted(&mut self, open: char) -> Parsed<String> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.text[start + open.len_utf8()..].char_indices();
        while let Some((index, character)) = characters.next() {
            let closes = if open == '"' { character == '"' } else { is_quote(character) };
            if closes {
                self.at = start + open.len_utf8() + index + character.len_utf8();
                return Ok(text);
            }
            // A backslash takes what follows as it is.
            let taken = if character == '\\' { characters.next().map(|(_, next)| next) } else { Some(character) };
            text.extend(taken);
        }
        let range = start..start + open.len_utf8();
        Err(self.error(range, "this quotation mark is not closed", "a second `\"` after the phrase"))
    }

    fn field(&mut self, name: &str) -> Parsed<Query> {
        let start = self.at;
        let field = Field::named(name).map_err(|meant| {
            let names: Vec<&str> = help().map(|help| help.name).collect();
            let allowed = format!("{}; put words with a colon in quotation marks", names.join(", "));
            let problem = format!("there is no field `{name}`");
            self.error(start..start + name.len(), problem, allowed).or_meant(meant.map(|meant| format!("{meant}:")))
        })?;
        self.at += name.len() + 1;
        if !self.text[self.at..].starts_with('(') {
            return self.value(field, name);
        }
        let opened = self.at;
        self.at += 1;
        self.peek();
        let mut values = vec![self.value(field, name)?];
        while self.peek().is_some() && self.is_operator("OR") {
            self.at += "OR".len();
            self.peek();
            values.push(self.value(field, name)?);
        }
        if !matches!(self.peek(), None | Some(')')) {
            let end = self.at + self.bare().len().max(1);
            let allowed = format!("values joined by OR: {name}:(one OR other)");
            return Err(self.error(self.at..end, "OR is missing between values", allowed));
        }
        self.close(opened)?;
        Ok(Query::or(values))
    }

    fn value(&mut self, field: Field, name: &str) -> Parsed<Query> {
        let start = self.at;
        let value = match self.text[start..].chars().next() {
            Some(quote) if is_quote(quote) => self.quoted(quote)?,
            _ => {
                let bare = self.bare();
                self.at += bare.len();
                bare.to_owned()
            }
        };
        if value.trim().is_empty() {
            let example = help().find(|help| help.name.eq_ignore_ascii_case(name)).map_or("", |help| help.example);
            let problem = format!("`{name}:` has no value");
            return Err(self.error(start..self.at, problem, format!("a value right after the colon: {example}")));
        }
        let filter = field
            .filter(&value, self.vocabulary)
            .map_err(|wrong| self.error(start..self.at, wrong.problem, wrong.allowed).or_meant(wrong.meant))?;
        Ok(Query::Is(filter))
    }
}
