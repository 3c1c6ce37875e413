//! A body as sent, read into what its author wrote: zones, words, sentences.
//!
//! Knows nothing of support. Pure: the same body gives the same result. Any bytes are read without
//! panic and in linear time.
//!
//! Two coordinate systems meet here and nowhere else. *Plain* offsets count bytes of the text with
//! markup taken out; they are internal to [`Text`]. *Raw* offsets count bytes of the body as sent;
//! everything that leaves the library is raw ([`Text::raw_span`]).

mod date_order;
pub mod fold;
mod html;
mod sentence;
mod span;
pub mod stem;
mod token;
mod zone;

pub use date_order::DateOrder;
pub use sentence::Sentence;
pub use span::Span;
pub use token::Tokens;
pub use zone::{Zone, ZoneKind};

use std::borrow::Cow;

/// How a body is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Markup {
    /// Find out from the body.
    #[default]
    Sniff,
    /// Text as is.
    Plain,
    /// HTML.
    Html,
}

/// A body read: markup taken out, zones told apart, the author's own words cut into sentences and tokens.
#[derive(Debug, Clone)]
pub struct Text<'a> {
    raw: &'a str,
    plain: Cow<'a, str>,
    /// Maps plain offsets to raw ones; empty where they are the same.
    source_map: html::SourceMap,
    zones: Vec<Zone>,
    zoning_uncertain: bool,
    tokens: Tokens,
    sentences: Vec<Sentence>,
}

impl<'a> Text<'a> {
    /// Reads `body`; of a body beyond 4 GiB, as much as spans can tell.
    #[must_use]
    pub fn read(body: &'a str, markup: Markup) -> Self {
        let body = &body[..body.floor_char_boundary(u32::MAX as usize)];
        let is_html = match markup {
            Markup::Plain => false,
            Markup::Html => true,
            Markup::Sniff => html::looks_like_html(body),
        };
        let (plain, source_map, marked) = if is_html {
            let html = html::to_plain(body);
            (Cow::Owned(html.plain), html.source_map, html.quoted)
        } else {
            (Cow::Borrowed(body), html::SourceMap::default(), Vec::new())
        };
        let zoning = zone::divide(&plain, &marked);
        let mut tokens = Tokens::with_capacity_for(plain.len());
        let mut sentences = Vec::with_capacity(plain.len() / 64 + 1);
        for zone in zoning.zones.iter().filter(|zone| zone.kind == ZoneKind::Authored) {
            token::tokenize(&plain, zone.span, &mut tokens, &mut sentences);
        }
        Self {
            raw: body,
            plain,
            source_map,
            zones: zoning.zones,
            zoning_uncertain: zoning.uncertain,
            tokens,
            sentences,
        }
    }

    /// The body as sent.
    #[must_use]
    pub const fn raw(&self) -> &'a str {
        self.raw
    }

    /// The text with markup taken out; spans of [`Tokens`], [`Sentence`] and [`Zone`] count its bytes.
    #[must_use]
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// The zones in order; together they cover the whole plain text.
    #[must_use]
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// Whether the zones are a guess: nothing seemed to be the author's own, so that all unquoted lines were taken.
    #[must_use]
    pub const fn zoning_uncertain(&self) -> bool {
        self.zoning_uncertain
    }

    /// The words of the authored zones, in order.
    #[must_use]
    pub const fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The sentences of the authored zones, in order.
    #[must_use]
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// The words of the plain span `plain` as a span of the raw body.
    #[must_use]
    pub fn raw_span(&self, plain: Span) -> Span {
        self.source_map.raw_span(plain)
    }

    /// The plain span of what `raw` covers in the raw body; the way back of [`Self::raw_span`].
    #[must_use]
    pub fn plain_span(&self, raw: Span) -> Span {
        // No body beyond 4 GiB is read, and markup taken out makes none longer than that.
        let plain_len = u32::try_from(self.plain.len()).unwrap_or(u32::MAX);
        self.source_map.plain_span(raw, plain_len)
    }
}
