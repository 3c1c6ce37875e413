//! Zones of a message: what its author wrote, and what mail programs added.
//!
//! One pass over the lines. A line is looked at closely only if its first byte could start a marker, so
//! that a short message without any costs next to nothing. All rules fail open: where it is not plain
//! that a program put the text there, it is the author's.

mod notice;
mod quote;
mod signature;
mod words;

pub(super) use quote::ends_with_attribution;

use super::Span;
use words::Groups;

/// What a stretch of the plain text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ZoneKind {
    /// Written by the author for this message: the only zone that is read.
    Authored,
    /// An earlier message, quoted or forwarded, with its header lines.
    Quoted,
    /// The author's sign-off and signature.
    Signature,
    /// Legal notices and other standing footers.
    Disclaimer,
    /// Lines a program put in ("Please type your reply above this line").
    AutoHeader,
}

/// A stretch of the plain text of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone {
    /// What it is.
    pub kind: ZoneKind,
    /// Where, in plain offsets.
    pub span: Span,
}

pub(super) struct Zoning {
    pub(super) zones: Vec<Zone>,
    pub(super) uncertain: bool,
}

/// Divides `plain` into zones; `marked` are spans that the markup itself says are not authored.
pub(super) fn divide(plain: &str, marked: &[Zone]) -> Zoning {
    let certain = Divider::run(plain, marked, false);
    if certain.has_words || !words::any(plain) {
        return Zoning { zones: certain.zones, uncertain: false };
    }
    // Nothing is left that the author could have written: take every line that is not itself quoted,
    // then also what the markup called a quote (a broken page may be one big quote block).
    let mut guess = Divider::run(plain, marked, true);
    if !guess.has_words && !marked.is_empty() {
        guess = Divider::run(plain, &[], true);
    }
    Zoning { zones: if guess.has_words { guess.zones } else { certain.zones }, uncertain: true }
}

/// What to take a line for that shows no marker.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Authored,
    Signature,
    /// An earlier message to the end of the text.
    Quoted,
}

/// One pass over the text.
struct Divider<'a> {
    plain: &'a str,
    zones: Vec<Zone>,
    mode: Mode,
    /// Whether an authored zone holds a word.
    has_words: bool,
    /// Whether only lines that are quotes by themselves count as quoted.
    lenient: bool,
}

impl<'a> Divider<'a> {
    fn run(plain: &'a str, marked: &[Zone], lenient: bool) -> Self {
        let mut divider = Self { plain, zones: Vec::with_capacity(1), mode: Mode::Authored, has_words: false, lenient };
        let mut at = 0;
        for mark in marked {
            let (start, end) = (mark.span.start as usize, mark.span.end as usize);
            if start < at || end > plain.len() {
                continue;
            }
            divider.part(at, start, Some(mark.kind));
            divider.push(mark.kind, end);
            if divider.mode == Mode::Signature && mark.kind == ZoneKind::Quoted {
                divider.mode = Mode::Authored;
            }
            at = end;
        }
        divider.part(at, plain.len(), None);
        if divider.zones.is_empty() {
            divider.zones.push(Zone { kind: ZoneKind::Authored, span: Span::default() });
        }
        divider
    }

    /// Divides the lines from `start` to `end`, which a marked zone of the kind `next` follows.
    fn part(&mut self, start: usize, end: usize, next: Option<ZoneKind>) {
        let rest = Rest { plain: self.plain, end, next };
        let mut at = start;
        while at < end {
            if self.mode == Mode::Quoted {
                self.push(ZoneKind::Quoted, end);
                return;
            }
            let (line, after) = rest.line(at);
            at = if line.is_empty() {
                self.extend(after);
                after
            } else {
                self.line(&rest, at, line, after)
            };
        }
    }

    /// Deals with the line at `at` and what belongs to it; returns where to go on.
    fn line(&mut self, rest: &Rest<'a>, at: usize, line: &str, after: usize) -> usize {
        let first = line.as_bytes().first().copied().unwrap_or_default();
        if first == b'>' && self.is_quote(line) {
            return self.quote(after);
        }
        let groups = words::groups(line);
        if groups != 0 {
            if groups & words::QUOTE != 0
                && let Some(end) = quote::marker(rest, at, line, after)
            {
                self.push(ZoneKind::Quoted, end);
                // Below a quote by lines there may be an answer; below a quote without them nobody can tell.
                let by_lines = rest.goes_on_quoted(end);
                self.mode = if self.lenient || by_lines { Mode::Authored } else { Mode::Quoted };
                return end;
            }
            if groups & words::REPLY != 0 && notice::is_reply_line(line) {
                self.push(ZoneKind::AutoHeader, after);
                self.mode = if self.has_words && !self.lenient { Mode::Quoted } else { Mode::Authored };
                return after;
            }
            if !self.lenient
                && let Some(end) = self.footer(rest, groups, at, line, after)
            {
                return end;
            }
        }
        if !self.lenient && quote::is_forum_line(line) {
            // Nothing tells how far the quote goes; its first paragraph is sure.
            let (quoted, end) = rest.line(after);
            let end = if quoted.is_empty() { after } else { end };
            self.push(ZoneKind::Quoted, end);
            return end;
        }
        if self.mode == Mode::Signature {
            self.push(ZoneKind::Signature, after);
            return after;
        }
        self.has_words = self.has_words || words::any(line);
        let initials = if self.lenient { None } else { signature::initials(line) };
        if let Some(initials) = initials
            && rest.next_line(after).is_none()
        {
            let from =
                self.plain.get(at..after).and_then(|whole| whole.rfind(initials)).map_or(after, |from| at + from);
            self.push(ZoneKind::Authored, from);
            self.push(ZoneKind::Signature, after);
        } else {
            self.push(ZoneKind::Authored, after);
        }
        after
    }

    /// A signature or a notice that starts at `at`.
    fn footer(&mut self, rest: &Rest<'a>, groups: Groups, at: usize, line: &str, after: usize) -> Option<usize> {
        if groups & words::NOTICE != 0 {
            let below = self.zones.last().is_some_and(|last| last.kind != ZoneKind::Authored);
            if let Some(end) = notice::disclaimer(rest, at, line, below) {
                self.push(ZoneKind::Disclaimer, end);
                return Some(end);
            }
        }
        if self.mode == Mode::Signature {
            return None;
        }
        if groups & words::RULE != 0 && signature::is_divider(rest, at, line, after) {
            self.push(ZoneKind::Signature, after);
            self.mode = Mode::Signature;
            return Some(after);
        }
        let end = signature::sign_off(rest, groups, line, after)?;
        self.push(ZoneKind::Signature, end);
        Some(end)
    }

    /// Whether a line that starts with `>` is a quote and not "> 3 days" or ">=".
    fn is_quote(&self, line: &str) -> bool {
        let follows = self.zones.last().is_some_and(|last| last.kind == ZoneKind::Quoted);
        follows || !line.as_bytes().get(1).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'=')
    }

    fn quote(&mut self, after: usize) -> usize {
        self.push(ZoneKind::Quoted, after);
        self.mode = Mode::Authored;
        after
    }

    /// Adds blank lines to what they follow.
    fn extend(&mut self, end: usize) {
        self.push(self.zones.last().map_or(ZoneKind::Authored, |last| last.kind), end);
    }

    /// Adds what lies between the last zone and `end`.
    fn push(&mut self, kind: ZoneKind, end: usize) {
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        let start = self.zones.last().map_or(0, |last| last.span.end);
        match self.zones.last_mut() {
            Some(last) if last.kind == kind => last.span.end = end.max(start),
            _ if end > start => self.zones.push(Zone { kind, span: Span::new(start, end) }),
            _ => {}
        }
    }
}

/// The text up to the next marked zone.
struct Rest<'a> {
    plain: &'a str,
    end: usize,
    next: Option<ZoneKind>,
}

impl<'a> Rest<'a> {
    /// The line at `at` without the space around it, and where the next one starts.
    fn line(&self, at: usize) -> (&'a str, usize) {
        let rest = self.plain.get(at..self.end).unwrap_or_default();
        let len = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |end| end + 1);
        (rest.get(..len).unwrap_or_default().trim_matches(unseen), at + len.max(1))
    }

    /// The next line from `at` on that is not blank: its start, its words, where the next one starts.
    fn next_line(&self, mut at: usize) -> Option<(usize, &'a str, usize)> {
        while at < self.end {
            let (line, after) = self.line(at);
            if !line.is_empty() {
                return Some((at, line, after));
            }
            at = after;
        }
        None
    }

    /// Whether the next text from `at` on is quoted by itself: by `>` or by markup.
    fn goes_on_quoted(&self, at: usize) -> bool {
        match self.next_line(at) {
            Some((_, line, _)) => line.starts_with('>'),
            None => self.next == Some(ZoneKind::Quoted),
        }
    }
}

/// Whether `c` leaves no mark on the page, so that it makes no difference to what a line is.
fn unseen(c: char) -> bool {
    c.is_whitespace() || super::fold::is_invisible(c)
}
