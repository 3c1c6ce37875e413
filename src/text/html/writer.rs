//! Builds the plain text: white space as browsers show it, entities decoded, every byte with its source.

use super::map::SourceMap;
use std::borrow::Cow;

/// More line breaks in a row than this say nothing.
const MOST_BREAKS: u8 = 3;
/// The longest entity name has 31 letters (HTML, named character references).
const LONGEST_ENTITY: usize = 33;

/// A point to go back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    plain: usize,
    pieces: usize,
    breaks: u8,
    owed: u8,
    space: Option<(char, u32, u32)>,
}

/// The plain text so far.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) plain: String,
    pub(super) source_map: SourceMap,
    /// Line breaks at the end of `plain`.
    breaks: u8,
    /// Line breaks that must come before the next word, and the raw place of the tag that asked.
    owed: u8,
    owed_at: u32,
    /// White space that must come before the next word: the character, its raw place and length.
    space: Option<(char, u32, u32)>,
    /// How many `pre` elements are open.
    pub(super) preformatted: u32,
}

impl Writer {
    /// The length of the plain text.
    pub(super) fn len(&self) -> u32 {
        offset(self.plain.len())
    }

    /// Remembers this point.
    pub(super) const fn mark(&self) -> Mark {
        Mark {
            plain: self.plain.len(),
            pieces: self.source_map.len(),
            breaks: self.breaks,
            owed: self.owed,
            space: self.space,
        }
    }

    /// Takes back all since `mark`.
    pub(super) fn go_back(&mut self, mark: Mark) {
        self.plain.truncate(mark.plain);
        self.source_map.truncate(mark.pieces);
        self.breaks = mark.breaks;
        self.owed = mark.owed;
        self.space = mark.space;
    }

    /// Asks for at least `lines` line breaks before the next word, as the edge of a block does.
    pub(super) fn edge(&mut self, lines: u8, raw: u32) {
        if self.owed < lines {
            self.owed = lines;
            self.owed_at = raw;
        }
        self.space = None;
    }

    /// Ends the line, as `<br>` does.
    pub(super) fn end_line(&mut self, raw: u32) {
        self.pay(raw);
        self.space = None;
        self.line_feed(raw, 0);
    }

    /// Asks for a tab before the next word of the line, as a table cell does.
    pub(super) const fn cell(&mut self, raw: u32) {
        self.space = Some(('\t', raw, 0));
    }

    /// Writes a stretch of raw text that starts at `raw`.
    pub(super) fn text(&mut self, text: &str, raw: u32) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let rest = &bytes[at..];
            let here = raw.saturating_add(offset(at));
            if byte.is_ascii_whitespace() {
                at += if self.preformatted > 0 {
                    self.kept_space(byte, here)
                } else {
                    let run = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                    self.space.get_or_insert((' ', here, offset(run)));
                    run
                };
            } else if byte == b'&' {
                at += self.entity(text, at, here);
            } else {
                let run =
                    rest.iter().position(|&byte| byte.is_ascii_whitespace() || byte == b'&').unwrap_or(rest.len());
                self.copy(&text[at..at + run], here);
                at += run;
            }
        }
    }

    /// White space inside `pre`.
    fn kept_space(&mut self, byte: u8, raw: u32) -> usize {
        match byte {
            b'\n' => {
                self.pay(raw);
                self.line_feed(raw, 1);
            }
            b'\r' => {}
            _ => self.copy(if byte == b'\t' { "\t" } else { " " }, raw),
        }
        1
    }

    /// Writes the character that the entity at `at` names, or its `&`; returns how much was read.
    fn entity(&mut self, text: &str, at: usize, raw: u32) -> usize {
        let bytes = &text.as_bytes()[at..];
        let limit = bytes.len().min(LONGEST_ENTITY);
        let name = bytes[1..limit].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#').count();
        let len = 1 + name + usize::from(bytes.get(1 + name) == Some(&b';'));
        let source = &text[at..at + len];
        let Cow::Owned(decoded) = htmlize::unescape(source) else {
            self.copy("&", raw);
            return 1;
        };
        // An old entity needs no semicolon, so that letters after it may be words of their own ("&copy2024").
        let first = decoded.chars().next().map_or(0, char::len_utf8);
        let same = source.bytes().rev().zip(decoded.bytes().skip(first).rev()).take_while(|(a, b)| a == b).count();
        let own = if decoded.len() == first + same { same } else { 0 };
        self.pay(raw);
        self.source_map.stands_for(self.len(), raw, offset(len - own));
        self.plain.push_str(&decoded[..decoded.len() - own]);
        self.breaks = 0;
        len - own
    }

    /// Copies words.
    fn copy(&mut self, words: &str, raw: u32) {
        self.pay(raw);
        self.source_map.copied(self.len(), raw);
        self.plain.push_str(words);
        self.breaks = 0;
    }

    /// Writes the line breaks or the space that must come before what is at `raw`.
    fn pay(&mut self, raw: u32) {
        let space = self.space.take();
        let owed = std::mem::take(&mut self.owed);
        if self.plain.is_empty() {
            return;
        }
        let owed_at = self.owed_at.min(raw);
        while self.breaks < owed {
            self.line_feed(owed_at, 0);
        }
        if let (0, Some((space, from, len))) = (self.breaks, space) {
            if len == 1 {
                self.source_map.copied(self.len(), from);
            } else {
                self.source_map.stands_for(self.len(), from, len);
            }
            self.plain.push(space);
        }
    }

    fn line_feed(&mut self, raw: u32, len: u32) {
        if self.breaks < MOST_BREAKS && !self.plain.is_empty() {
            self.source_map.stands_for(self.len(), raw, len);
            self.plain.push('\n');
            self.breaks += 1;
        }
    }
}

/// A length as an offset; bodies are far below 4 GiB.
pub(super) fn offset(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
