//! A message as people read it: its text with the evidence marked in place.
//!
//! Markup is taken out and quoted mail, signatures and notices are told apart, so that a page or a report
//! shows what the author wrote and where in it something was found.

use crate::conversation::Message;
use crate::detect::Detection;
use crate::reading::markup;
use crate::text::{Markup, Span, Text, ZoneKind};

/// A stretch of text that belongs together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The words.
    pub text: String,
    /// Indices of the detections whose evidence it is part of.
    pub detections: Vec<usize>,
    /// Whether the message's author wrote it, rather than quoting or signing.
    pub authored: bool,
}

/// The segments of `message`, one after another its plain text.
#[must_use]
pub fn segments(message: &Message, detections: &[Detection]) -> Vec<Segment> {
    segments_of(message, &detections.iter().map(|one| one.span).collect::<Vec<_>>())
}

/// The same where all that is known of detections is where they stand in the raw body.
#[must_use]
pub fn segments_of(message: &Message, evidence: &[Span]) -> Vec<Segment> {
    let text = Text::read(&message.body, markup(message));
    let spans: Vec<Span> = evidence.iter().map(|span| text.plain_span(*span)).collect();
    let mut cuts: Vec<u32> = spans
        .iter()
        .chain(text.zones().iter().map(|zone| &zone.span))
        .flat_map(|span| [span.start, span.end])
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut segments: Vec<Segment> = Vec::new();
    for ends in cuts.windows(2) {
        let span = Span::new(ends[0], ends[1]);
        let authored = text.zones().iter().any(|zone| zone.kind == ZoneKind::Authored && zone.span.contains(span));
        let found = (0..spans.len()).filter(|&index| spans[index].contains(span)).collect();
        segments.push(Segment { text: span.of(text.plain()).to_owned(), detections: found, authored });
    }
    segments
}

/// What the author of a body wrote, as people read it, without quoted mail, signature and notices.
#[must_use]
pub fn authored(body: &str, markup: Markup) -> String {
    let text = Text::read(body, markup);
    let zones = text.zones().iter().filter(|zone| zone.kind == ZoneKind::Authored);
    zones.map(|zone| zone.span.of(text.plain())).collect::<Vec<_>>().join("\n")
}

/// The segments around the evidence: stretches without a detection are cut to about `around` characters on
/// each side of one, at the ends of words, with `…` in the gaps.
#[must_use]
pub fn excerpt(segments: &[Segment], around: usize) -> Vec<Segment> {
    let marked = |index: usize| segments.get(index).is_some_and(|segment| !segment.detections.is_empty());
    let mut shown = Vec::with_capacity(segments.len());
    for (index, segment) in segments.iter().enumerate() {
        if marked(index) {
            shown.push(segment.clone());
            continue;
        }
        let (before, after) = (index > 0 && marked(index - 1), marked(index + 1));
        let text = shortened(&segment.text, around, before, after);
        shown.push(Segment { text, ..segment.clone() });
    }
    shown.retain(|segment| !segment.text.is_empty());
    shown
}

/// `text` with its middle, or the end away from evidence, left out.
fn shortened(text: &str, around: usize, after_evidence: bool, before_evidence: bool) -> String {
    let length = text.chars().count();
    let keep = around * (usize::from(after_evidence) + usize::from(before_evidence)).max(1);
    if length <= keep + 1 {
        return text.to_owned();
    }
    let start: String = text.chars().take(around).collect();
    let end: String = text.chars().skip(length - around).collect();
    // Whole words only.
    let start = start.rsplit_once(char::is_whitespace).map_or("", |(start, _)| start);
    let end = end.split_once(char::is_whitespace).map_or("", |(_, end)| end);
    match (after_evidence, before_evidence) {
        (true, true) => format!("{start} … {end}"),
        (false, true) => format!("… {end}"),
        _ => format!("{start} …"),
    }
}
