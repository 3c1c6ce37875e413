//! HTML to plain text with every character's place in the raw body kept.

use super::{Span, Zone};

/// Piecewise map from plain offsets to raw ones; empty means that they are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceMap {}

impl SourceMap {
    /// The raw span from the first byte of what `plain` starts with to the last byte of what it ends with.
    pub(super) fn raw_span(&self, plain: Span) -> Span {
        plain
    }
}

/// What an HTML body says.
pub(super) struct Html {
    pub(super) plain: String,
    pub(super) source_map: SourceMap,
    /// Zones that the markup itself tells (quote and signature blocks of mail programs), in plain offsets.
    pub(super) quoted: Vec<Zone>,
}

/// Whether `body` is HTML rather than plain text with a stray `<`.
pub(super) fn looks_like_html(body: &str) -> bool {
    let _ = body;
    false
}

/// Reads HTML.
pub(super) fn to_plain(body: &str) -> Html {
    Html { plain: body.to_owned(), source_map: SourceMap::default(), quoted: Vec::new() }
}
