//! The blocks in which mail programs put quotes and signatures, told by their classes and ids.
//!
//! The names are those the programs write themselves (Gmail, Outlook, Apple Mail, Thunderbird, Yahoo,
//! Proton, Zimbra, Zammad, Freshdesk, Front, Gorgias); none is a standard.

use super::super::zone::{ZoneKind, ends_with_attribution};
use super::super::{Span, Zone};
use super::writer::{self, Writer};

/// How far back an end tag looks for its start tag; more open elements mean broken markup.
const FAR: usize = 64;
/// No attribution line is longer.
const LONGEST_ATTRIBUTION: usize = 300;

/// What an element says of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Effect {
    #[default]
    None,
    /// Not shown.
    Hidden,
    /// A quoted message.
    Quote,
    /// The line above a quoted message.
    Attribution,
    /// Holds a quoted message, and, in broken or inline replies, the author's words too.
    Wrapper,
    Signature,
    /// All from here on is an earlier message.
    RestQuoted,
    /// All from here on, up to a quote, is the signature.
    RestSignature,
    /// Outlook's line above its header block.
    TopBorder,
    /// One comment of a Zendesk thread, newest first.
    Comment,
}

/// An element's attributes, as far as they matter.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Attributes {
    effect: Effect,
    hidden: bool,
    cite: bool,
}

impl Attributes {
    /// Reads the attribute `name`, with its value or without.
    pub(super) fn read(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"class" => {
                for class in value.split(u8::is_ascii_whitespace) {
                    self.note(of_class(unprefixed(class)));
                    self.cite |= contains(class, b"quote") || contains(class, b"cite");
                }
            }
            b"id" => self.note(of_id(unprefixed(value.trim_ascii()))),
            b"style" => self.style(value),
            b"type" => self.cite |= value.eq_ignore_ascii_case(b"cite"),
            b"hidden" => self.hidden = true,
            // Zimbra.
            b"data-marker" => match value {
                b"__DIVIDER__" => self.note(Effect::RestQuoted),
                b"__HEADERS__" | b"__QUOTED_TEXT__" => self.note(Effect::Quote),
                b"__SIG_POST__" | b"__SIG_PRE__" => self.note(Effect::Signature),
                _ => {}
            },
            // Zammad.
            b"data-signature" if value == b"true" => self.note(Effect::Signature),
            _ => {}
        }
    }

    fn note(&mut self, effect: Effect) {
        if effect != Effect::None {
            self.effect = effect;
        }
    }

    fn style(&mut self, value: &[u8]) {
        let tight: Vec<u8> =
            value.iter().take(2000).filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_lowercase).collect();
        self.hidden |= memchr::memmem::find(&tight, b"display:none").is_some();
        // Outlook 2013 and later; 2007 and 2010.
        let border = [&b"border-top:solid#e1e1e1"[..], b"border-top:solid#b5c4df"];
        if self.effect == Effect::None && border.iter().any(|border| memchr::memmem::find(&tight, border).is_some()) {
            self.effect = Effect::TopBorder;
        }
    }
}

/// Outlook puts `x_` before the names of messages that it quotes.
fn unprefixed(mut name: &[u8]) -> &[u8] {
    while let Some(rest) = name.strip_prefix(b"x_") {
        name = rest;
    }
    name
}

fn of_class(class: &[u8]) -> Effect {
    match class {
        b"gmail_quote" | b"gmail_quote_container" | b"gmail_extra" | b"protonmail_quote" | b"zmail_extra" => {
            Effect::Wrapper
        }
        b"gmail_attr" | b"moz-cite-prefix" => Effect::Attribution,
        b"yahoo_quoted" | b"freshdesk_quote" | b"front-blockquote" | b"gorgias_quote" | b"tutanota_quote" => {
            Effect::Quote
        }
        b"js-signatureMarker" => Effect::RestSignature,
        b"gmail_signature_prefix" | b"protonmail_signature_block" | b"signature" => Effect::Signature,
        b"zd-comment" => Effect::Comment,
        _ if class.ends_with(b"_signature") || class.ends_with(b"-signature") => Effect::Signature,
        _ => Effect::None,
    }
}

fn of_id(id: &[u8]) -> Effect {
    match id {
        b"divRplyFwdMsg" | b"appendonsend" | b"zwchr" => Effect::RestQuoted,
        b"mail-editor-reference-message-container" => Effect::Wrapper,
        b"reply-intro" => Effect::Attribution,
        b"Signature" | b"AppleMailSignature" | b"ms-outlook-mobile-signature" | b"ms-outlook-ios-signature" => {
            Effect::Signature
        }
        _ => Effect::None,
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}

/// An open element.
#[derive(Debug)]
struct Open {
    name: u64,
    effect: Effect,
    before: writer::Mark,
    start: u32,
    marks_before: usize,
}

/// A marked stretch of plain text.
#[derive(Debug, Clone, Copy)]
struct Marked {
    zone: Zone,
    /// Whether it is the quoted message itself rather than the line above it.
    body: bool,
}

/// The open elements, and the stretches marked so far: in order, none inside another.
#[derive(Debug, Default)]
pub(super) struct Marks {
    open: Vec<Open>,
    marked: Vec<Marked>,
    rest_quoted: Option<u32>,
    rest_signature: Option<u32>,
    /// How many quoting elements are open.
    depth: usize,
    comments: usize,
}

/// An element's name as a number; the first eight letters tell all that matter apart.
pub(super) fn key(name: &[u8]) -> u64 {
    name.iter().take(8).fold(0, |key, &byte| key << 8 | u64::from(byte))
}

/// Whether an element of this name ends at the next of its name.
fn ends_itself(name: &[u8]) -> bool {
    matches!(name, b"p" | b"li" | b"td" | b"th" | b"tr" | b"dt" | b"dd")
}

const TABLE: [&[u8]; 6] = [b"table", b"td", b"th", b"tr", b"tbody", b"thead"];

impl Marks {
    /// Opens an element that can hold others.
    pub(super) fn open(&mut self, name: &[u8], attributes: Attributes, text: &mut Writer) {
        let key = key(name);
        if ends_itself(name) && self.open.last().is_some_and(|open| open.name == key) {
            self.pop(text, true);
        }
        let effect = self.effect(name, attributes, text);
        if quotes(effect) {
            self.depth += 1;
        }
        self.open.push(Open {
            name: key,
            effect,
            before: text.mark(),
            start: text.len(),
            marks_before: self.marked.len(),
        });
    }

    fn effect(&mut self, name: &[u8], attributes: Attributes, text: &Writer) -> Effect {
        if attributes.hidden {
            return Effect::Hidden;
        }
        let quotes_mail = name == b"blockquote" && (attributes.cite || ends_with_attribution(&text.plain));
        match attributes.effect {
            _ if quotes_mail => Effect::Quote,
            Effect::RestQuoted if self.depth == 0 => {
                self.rest_quoted.get_or_insert(text.len());
                Effect::None
            }
            Effect::RestSignature if self.depth == 0 => {
                self.rest_signature.get_or_insert(text.len());
                Effect::None
            }
            Effect::Comment if self.depth == 0 => {
                self.comments += 1;
                if self.comments > 1 { Effect::Quote } else { Effect::None }
            }
            Effect::RestQuoted | Effect::RestSignature | Effect::Comment => Effect::None,
            effect => effect,
        }
    }

    /// Closes the nearest open element of this name and all inside it; ignored if there is none near.
    pub(super) fn close(&mut self, name: &[u8], text: &mut Writer) {
        let key_closed = key(name);
        let part_of_table = TABLE.contains(&name);
        let cell = [key(b"td"), key(b"th")];
        let mut found = 0;
        for (nth, open) in self.open.iter().rev().take(FAR).enumerate() {
            if open.name == key_closed {
                found = nth + 1;
                break;
            }
            // A cell keeps stray end tags in.
            if !part_of_table && cell.contains(&open.name) {
                break;
            }
        }
        for _ in 0..found {
            self.pop(text, true);
        }
    }

    /// Ends the innermost element; `closed` tells whether its end was there to be seen.
    fn pop(&mut self, text: &mut Writer, closed: bool) {
        let Some(open) = self.open.pop() else { return };
        if quotes(open.effect) {
            self.depth = self.depth.saturating_sub(1);
        }
        let start = open.start;
        match open.effect {
            // An element that nobody closed must not hide the rest of the message.
            Effect::Hidden if closed => {
                text.go_back(open.before);
                self.marked.truncate(open.marks_before);
                self.rest_quoted = self.rest_quoted.map(|at| at.min(start));
                self.rest_signature = self.rest_signature.map(|at| at.min(start));
            }
            Effect::Quote => self.mark(ZoneKind::Quoted, start, text.len(), true),
            Effect::Attribution => self.mark(ZoneKind::Quoted, start, text.len(), false),
            Effect::Signature => self.mark(ZoneKind::Signature, start, text.len(), false),
            Effect::Wrapper => self.wrapper(start, open.marks_before, text),
            Effect::TopBorder => {
                let inside = text.plain.get(start as usize..).unwrap_or_default();
                let heads = inside.lines().take(8).filter(|line| has_head(line)).count();
                if heads >= 2 && self.depth == 0 {
                    self.rest_quoted.get_or_insert(start);
                }
            }
            _ => {}
        }
    }

    /// A wrapper is a quote, unless a quote inside it leaves room for the author's words before, between
    /// and after; then only that quote is, with the line above it (talon #48).
    fn wrapper(&mut self, start: u32, marks_before: usize, text: &Writer) {
        let inside = text.plain.get(start as usize..).unwrap_or_default();
        let forwarded = inside.trim_start().starts_with("-----");
        let inner = self.marked.iter_mut().skip(marks_before);
        let holds_quote = inner.take(16).any(|inner| inner.body);
        if forwarded || !holds_quote {
            self.mark(ZoneKind::Quoted, start, text.len(), true);
            return;
        }
        if let Some(first) = self.marked.get_mut(marks_before)
            && first.zone.kind == ZoneKind::Quoted
        {
            let above = inside.get(..(first.zone.span.start - start) as usize).unwrap_or_default().trim();
            if above.len() < LONGEST_ATTRIBUTION && above.ends_with(':') && !above.contains('\n') {
                first.zone.span.start = start;
            }
        }
    }

    fn mark(&mut self, kind: ZoneKind, start: u32, end: u32, body: bool) {
        while self.marked.last().is_some_and(|last| last.zone.span.start >= start) {
            self.marked.pop();
        }
        if start < end {
            self.marked.push(Marked { zone: Zone { kind, span: Span::new(start, end) }, body });
        }
    }

    /// The marked zones, in order and apart, of a text that is at its end.
    pub(super) fn finish(mut self, text: &mut Writer) -> Vec<Zone> {
        while !self.open.is_empty() {
            self.pop(text, false);
        }
        let end = text.len();
        if let Some(start) = self.rest_quoted {
            self.mark(ZoneKind::Quoted, start, end, true);
        }
        let mut zones: Vec<Zone> = self.marked.iter().map(|marked| marked.zone).collect();
        if let Some(start) = self.rest_signature {
            let first = zones.partition_point(|zone| zone.span.start < start);
            let quote = zones.iter().skip(first).position(|zone| zone.kind == ZoneKind::Quoted).map(|nth| first + nth);
            let until = quote.and_then(|nth| zones.get(nth)).map_or(end, |zone| zone.span.start);
            let signature = Zone { kind: ZoneKind::Signature, span: Span::new(start, until) };
            zones.splice(first..quote.unwrap_or(zones.len()), [signature]);
        }
        let mut last = 0;
        for zone in &mut zones {
            zone.span = Span::new(zone.span.start.max(last), zone.span.end.max(last));
            last = zone.span.end;
        }
        zones.retain(|zone| !zone.span.is_empty());
        zones
    }
}

const fn quotes(effect: Effect) -> bool {
    matches!(effect, Effect::Quote | Effect::Attribution | Effect::Wrapper)
}

/// Whether the line starts like a mail header in whatever language: a short word and a colon.
fn has_head(line: &str) -> bool {
    let line = line.trim_start();
    line.split_once(':').is_some_and(|(head, _)| {
        (1..=24).contains(&head.len()) && head.chars().all(|letter| letter.is_alphabetic() || letter == ' ')
    })
}
