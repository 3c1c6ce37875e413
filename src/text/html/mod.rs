//! HTML to plain text with every character's place in the raw body kept.
//!
//! The tags are those the `html5gum` tokenizer finds, which follows the HTML standard; what lies between
//! them is text. There is no tree: mail is too often cut off or badly nested for one to help, and where
//! the markup is broken the text must stay.

mod map;
mod marks;
mod writer;

pub(super) use map::SourceMap;

use super::Zone;
use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Error, Tokenizer};
use marks::{Attributes, Marks};
use std::convert::Infallible;
use writer::{Writer, offset};

/// How often reading may start again after a tag that never ends.
const RESTARTS: usize = 4;

/// What an HTML body says.
pub(super) struct Html {
    pub(super) plain: String,
    pub(super) source_map: SourceMap,
    /// Zones that the markup itself tells (quote and signature blocks of mail programs), in plain
    /// offsets; in order and apart.
    pub(super) quoted: Vec<Zone>,
}

/// Whether `body` is HTML rather than plain text with a stray `<`.
///
/// A closing tag, a tag with an attribute, or one of the tags that make up every HTML mail is a sign.
/// "<3", "a < b", `<john@example.com>`, `<https://…>` and a lone `<script>` in prose are not.
pub(super) fn looks_like_html(body: &str) -> bool {
    let bytes = body.as_bytes();
    memchr::memchr_iter(b'<', bytes).any(|at| is_tag(bytes.get(at + 1..).unwrap_or_default()))
}

/// Whether a tag goes on like this after its `<`.
fn is_tag(after: &[u8]) -> bool {
    let after = after.get(..after.len().min(64)).unwrap_or_default();
    match after.first() {
        Some(b'!') => after.get(1..8).is_some_and(|word| word.eq_ignore_ascii_case(b"doctype")),
        Some(b'/') => {
            let (name, rest) = tag_name(&after[1..]);
            is_known(name) && rest.trim_ascii_start().first() == Some(&b'>')
        }
        Some(letter) if letter.is_ascii_alphabetic() => {
            let (name, rest) = tag_name(after);
            if !is_known(name) {
                return false;
            }
            let trimmed = rest.trim_ascii_start();
            if let Some(b'>' | b'/') = trimmed.first() {
                let plain = trimmed.strip_prefix(b"/").unwrap_or(trimmed);
                return plain.first() == Some(&b'>') && is_common(name);
            }
            let attribute = trimmed.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'-').count();
            trimmed.len() < rest.len()
                && attribute > 0
                && trimmed[attribute..].trim_ascii_start().first() == Some(&b'=')
        }
        _ => false,
    }
}

fn tag_name(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count())
}

/// Whether this is a tag that mail programs and help desks write.
fn is_known(name: &[u8]) -> bool {
    const KNOWN: [&str; 52] = [
        "a",
        "b",
        "big",
        "blockquote",
        "body",
        "br",
        "center",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "i",
        "img",
        "ins",
        "li",
        "meta",
        "ol",
        "p",
        "pre",
        "s",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "style",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "title",
        "tr",
        "u",
        "ul",
    ];
    KNOWN.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// Whether this tag, without attributes, hardly ever stands in plain text.
fn is_common(name: &[u8]) -> bool {
    ["br", "p", "div", "html", "body", "ul", "ol", "blockquote", "span", "table", "strong", "em"]
        .iter()
        .any(|common| name.eq_ignore_ascii_case(common.as_bytes()))
}

/// Reads HTML.
pub(super) fn to_plain(body: &str) -> Html {
    let mut reader = Reader { body, ..Reader::default() };
    reader.writer.plain.reserve(body.len() / 2);
    for restart in 0..=RESTARTS {
        let from = reader.at;
        reader.base = from;
        let mut emitter = CallbackEmitter::new(&mut reader);
        // After an element whose end was never found, tags are tags everywhere.
        emitter.naively_switch_states(restart == 0);
        let rest = body.get(from..).unwrap_or_default();
        // The reader of a string cannot fail and the callback returns no tokens.
        let Ok(()) = Tokenizer::new_with_emitter(rest, emitter).finish();
        if !reader.goes_on() {
            break;
        }
    }
    let Reader { at, mut writer, marks, .. } = reader;
    writer.text(body.get(at..).unwrap_or_default(), offset(at));
    let quoted = marks.finish(&mut writer);
    Html { plain: writer.plain, source_map: writer.source_map, quoted }
}

/// Turns tags into text layout and marks.
#[derive(Default)]
struct Reader<'a> {
    body: &'a str,
    /// Where in the body the tokenizer started, and how far the body has been dealt with.
    base: usize,
    at: usize,
    writer: Writer,
    marks: Marks,
    /// The start tag being read: where it starts, its name and attributes.
    tag: Option<(usize, Vec<u8>, Attributes)>,
    attribute: Vec<u8>,
    /// The element whose content is not shown (`script`, `style`), and where that content starts.
    skipped: Option<(Vec<u8>, usize)>,
    /// Whether the body ended inside a tag.
    cut: bool,
}

/// What an element does to the lines of the text.
enum Layout {
    Inline,
    Span,
    LineBreak,
    /// Stands alone, with this many line breaks around.
    Rule,
    Block(u8),
    Cell,
    Skipped,
}

fn layout(name: &[u8]) -> Layout {
    match name {
        b"br" => Layout::LineBreak,
        b"span" | b"center" => Layout::Span,
        b"hr" => Layout::Rule,
        b"p" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"ul" | b"ol" | b"dl" | b"blockquote" | b"pre"
        | b"table" | b"figure" => Layout::Block(2),
        b"div" | b"li" | b"tr" | b"dt" | b"dd" | b"address" | b"article" | b"aside" | b"body" | b"caption"
        | b"fieldset" | b"figcaption" | b"footer" | b"form" | b"header" | b"html" | b"main" | b"nav" | b"section"
        | b"tbody" | b"thead" | b"tfoot" => Layout::Block(1),
        b"td" | b"th" => Layout::Cell,
        b"script" | b"style" | b"title" | b"iframe" | b"noembed" | b"noframe" | b"noscript" => Layout::Skipped,
        _ => Layout::Inline,
    }
}

impl Reader<'_> {
    /// Deals with the text before `to`.
    fn text_until(&mut self, to: usize) {
        if self.skipped.is_none()
            && let Some(text) = self.body.get(self.at..to)
        {
            self.writer.text(text, offset(self.at));
        }
        self.at = self.at.max(to);
    }

    fn start_tag(&mut self, start: usize, name: &[u8], attributes: Attributes) {
        if self.skipped.is_some() {
            return;
        }
        let at = offset(start);
        match layout(name) {
            Layout::Inline => {}
            Layout::LineBreak => self.writer.end_line(at),
            Layout::Span => self.marks.open(name, attributes, &mut self.writer),
            Layout::Rule => {
                self.writer.edge(1, at);
                self.marks.open(name, attributes, &mut self.writer);
                self.marks.close(name, &mut self.writer);
            }
            Layout::Block(lines) => {
                self.writer.edge(lines, at);
                self.writer.preformatted += u32::from(name == b"pre");
                self.marks.open(name, attributes, &mut self.writer);
            }
            Layout::Cell => {
                self.writer.cell(at);
                self.marks.open(name, attributes, &mut self.writer);
            }
            Layout::Skipped => self.skipped = Some((name.to_vec(), self.at)),
        }
    }

    fn end_tag(&mut self, start: usize, name: &[u8]) {
        if let Some((skipped, _)) = &self.skipped {
            if skipped == name {
                self.skipped = None;
            }
            return;
        }
        let at = offset(start);
        match layout(name) {
            Layout::Span | Layout::Cell => self.marks.close(name, &mut self.writer),
            Layout::Block(lines) => {
                self.marks.close(name, &mut self.writer);
                self.writer.edge(lines, at);
                self.writer.preformatted = self.writer.preformatted.saturating_sub(u32::from(name == b"pre"));
            }
            // Browsers read "</br>" as a line break.
            Layout::LineBreak => self.writer.end_line(at),
            Layout::Inline | Layout::Rule | Layout::Skipped => {}
        }
    }

    /// Sorts out how the body ended; whether something after a tag or an element that never ends is
    /// still to be read, from `at` on.
    fn goes_on(&mut self) -> bool {
        if let Some((_, content)) = self.skipped.take() {
            // Nobody closed it: better to show a script than to lose the message.
            self.tag = None;
            self.cut = false;
            self.at = content;
            return true;
        }
        if !std::mem::take(&mut self.cut) {
            return false;
        }
        let rest = self.body.get(self.at..).unwrap_or_default();
        let start = match self.tag.take() {
            Some((start, ..)) => start,
            None => self.at + memchr::memrchr(b'<', rest.as_bytes()).unwrap_or(rest.len()),
        };
        self.text_until(start);
        let tag = self.body.as_bytes().get(self.at..).unwrap_or_default();
        let end = memchr::memchr(b'>', tag);
        self.at = end.map_or(self.body.len(), |end| self.at + end + 1);
        end.is_some()
    }
}

impl Callback<Infallible, usize> for &mut Reader<'_> {
    fn handle_event(&mut self, event: CallbackEvent<'_>, span: html5gum::Span) -> Option<Infallible> {
        let (start, end) = (self.base + span.start, self.base + span.end);
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.text_until(start);
                self.tag = Some((start, name.to_vec(), Attributes::default()));
            }
            CallbackEvent::AttributeName { name } => {
                self.attribute.clear();
                self.attribute.extend_from_slice(name);
                if let Some((_, _, attributes)) = &mut self.tag {
                    attributes.read(name, b"");
                }
            }
            CallbackEvent::AttributeValue { value } => {
                if let Some((_, _, attributes)) = &mut self.tag {
                    attributes.read(&self.attribute, value);
                }
            }
            CallbackEvent::CloseStartTag { .. } => {
                self.at = self.at.max(end);
                if let Some((start, name, attributes)) = self.tag.take() {
                    self.start_tag(start, &name, attributes);
                }
            }
            CallbackEvent::EndTag { name } => {
                self.text_until(start);
                self.at = self.at.max(end);
                self.end_tag(start, name);
            }
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } => {
                self.text_until(start);
                self.at = self.at.max(end);
            }
            CallbackEvent::Error(Error::EofInTag) => self.cut = true,
            CallbackEvent::Error(_) | CallbackEvent::String { .. } => {}
        }
        None
    }
}
