//! Where each byte of the plain text came from.

use super::super::Span;

/// The length of a [`Piece`] whose bytes were copied one to one.
const COPIED: u32 = u32::MAX;

/// A run of plain bytes with one way back to the raw body.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Where the run starts in the plain text; it ends where the next piece starts.
    plain: u32,
    /// Where its source starts in the raw body.
    raw: u32,
    /// How many raw bytes the whole run stands for (an entity, a run of spaces; none for what a tag
    /// put in), or [`COPIED`].
    len: u32,
}

/// Piecewise map from plain offsets to raw ones; empty means that they are the same.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct SourceMap {
    pieces: Vec<Piece>,
}

impl SourceMap {
    /// The raw span from the first byte of what `plain` starts with to the last byte of what it ends with.
    pub(in super::super) fn raw_span(&self, plain: Span) -> Span {
        if self.pieces.is_empty() {
            return plain;
        }
        let start = self.piece_at(plain.start).map_or(plain.start, |piece| piece.raw_start(plain.start));
        if plain.is_empty() {
            return Span::new(start, start);
        }
        let last = plain.end - 1;
        let end = self.piece_at(last).map_or(plain.end, |piece| piece.raw_end(last));
        Span::new(start, end.max(start))
    }

    /// The plain span of what `raw` covers in the body as sent: empty where all of it is markup.
    pub(in super::super) fn plain_span(&self, raw: Span, plain_len: u32) -> Span {
        if self.pieces.is_empty() {
            return raw;
        }
        // What a tag puts in stands for nothing: it belongs to neither end.
        let start = self.plain_at(raw.start, plain_len, |piece| {
            piece.raw < raw.start || (piece.raw == raw.start && piece.len == 0)
        });
        let end = self.plain_at(raw.end, plain_len, |piece| piece.raw < raw.end);
        Span::new(start, end.max(start))
    }

    /// The plain offset for the raw one, of which the pieces that are `before` come first.
    fn plain_at(&self, raw: u32, plain_len: u32, before: impl Fn(&Piece) -> bool) -> u32 {
        let after = self.pieces.partition_point(before);
        let next = self.pieces.get(after).map_or(plain_len, |piece| piece.plain);
        let Some(piece) = after.checked_sub(1).and_then(|before| self.pieces.get(before)) else { return next };
        let within = if piece.len == COPIED { piece.plain.saturating_add(raw - piece.raw) } else { next };
        within.min(next)
    }

    /// The piece that holds the plain byte `at`.
    fn piece_at(&self, at: u32) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.plain <= at);
        self.pieces.get(after.checked_sub(1)?)
    }

    /// Notes that the plain text from `plain` on is a copy of the raw body from `raw` on.
    pub(super) fn copied(&mut self, plain: u32, raw: u32) {
        let goes_on = self
            .pieces
            .last()
            .is_some_and(|last| last.len == COPIED && last.raw.saturating_add(plain - last.plain) == raw);
        if !goes_on {
            self.pieces.push(Piece { plain, raw, len: COPIED });
        }
    }

    /// Notes that what comes at `plain` stands as a whole for `len` raw bytes from `raw` on.
    pub(super) fn stands_for(&mut self, plain: u32, raw: u32, len: u32) {
        self.pieces.push(Piece { plain, raw, len: len.min(COPIED - 1) });
    }

    /// How many pieces there are.
    pub(super) const fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Forgets all but the first `len` pieces.
    pub(super) fn truncate(&mut self, len: usize) {
        self.pieces.truncate(len);
    }
}

impl Piece {
    /// Where the source of the plain byte `at` starts.
    const fn raw_start(&self, at: u32) -> u32 {
        if self.len == COPIED { self.raw.saturating_add(at.saturating_sub(self.plain)) } else { self.raw }
    }

    /// Where the source of the plain byte `at` ends.
    const fn raw_end(&self, at: u32) -> u32 {
        if self.len == COPIED {
            self.raw.saturating_add(at.saturating_sub(self.plain)).saturating_add(1)
        } else {
            self.raw.saturating_add(self.len)
        }
    }
}
