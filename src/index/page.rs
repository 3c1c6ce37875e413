//! One page of hits in any order, and how many there are, in one pass.
//!
//! Every message has a key in each order: a number by which it sorts, then its own key in the
//! store. A page goes on after the last key of the one before, so that no hit comes twice or is
//! left out however deep one reads, and messages that come in between shift nothing.

use super::schema::{CONVERSATION, MESSAGE, SCORE, SENT};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BinaryHeap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, ColumnValues};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// The order of hits. Ties are ordered by the message's key; what has no time or score comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    /// Best match of the query's words first (BM25); newest first where it has none.
    ///
    /// The figures shift a little when messages come or go: only a cursor of this order can then
    /// show one hit twice or skip one.
    #[default]
    Relevance,
    /// Newest first.
    NewestFirst,
    /// Oldest first.
    OldestFirst,
    /// Lowest score first.
    LowestScore,
    /// Highest score first.
    HighestScore,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Relevance, Self::NewestFirst, Self::OldestFirst, Self::LowestScore, Self::HighestScore];

    /// The name used in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::NewestFirst => "newest_first",
            Self::OldestFirst => "oldest_first",
            Self::LowestScore => "lowest_score",
            Self::HighestScore => "highest_score",
        }
    }

    /// The order called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.name() == name)
    }
}

/// Where a page ended: an opaque text, in a URL as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub(super) sort: Sort,
    pub(super) key: u64,
    pub(super) message: i64,
}

/// A text that is no cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor; allowed is what the page before gave")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 17];
        bytes[0] = self.sort as u8;
        bytes[1..9].copy_from_slice(&self.key.to_be_bytes());
        bytes[9..].copy_from_slice(&self.message.to_be_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let bytes: [u8; 17] = bytes.try_into().map_err(|_| CursorError)?;
        let [sort, rest @ ..] = bytes;
        let sort = Sort::ALL.into_iter().find(|known| *known as u8 == sort).ok_or(CursorError)?;
        let (key, message) = rest.split_at(8);
        let key = u64::from_be_bytes(key.try_into().map_err(|_| CursorError)?);
        let message = i64::from_be_bytes(message.try_into().map_err(|_| CursorError)?);
        Ok(Self { sort, key, message })
    }
}

/// What a page's order is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    /// One that people asked for.
    Sorted(Sort),
    /// By chance: each seed another.
    Shuffled(u64),
}

/// A hit as it sorts: its number in the order, its key, its conversation.
pub(super) type Sorted = (u64, i64, i64);

/// Collects the first `room` hits after `after`, and counts them all.
pub(super) struct Page {
    pub(super) order: Order,
    pub(super) room: usize,
    pub(super) after: Option<(u64, i64)>,
}

impl Collector for Page {
    /// How many there are in all; the page in its order.
    type Fruit = (u64, Vec<Sorted>);
    type Child = SegmentPage;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentPage> {
        let columns = segment.fast_fields();
        let message = columns.i64(MESSAGE)?.first_or_default_col(0);
        let key = match self.order {
            Order::Sorted(Sort::Relevance) => Key::Relevance,
            Order::Sorted(Sort::NewestFirst) => Key::Sent { column: columns.i64(SENT)?, newest: true },
            Order::Sorted(Sort::OldestFirst) => Key::Sent { column: columns.i64(SENT)?, newest: false },
            Order::Sorted(Sort::LowestScore) => Key::Score { column: columns.f64(SCORE)?, highest: false },
            Order::Sorted(Sort::HighestScore) => Key::Score { column: columns.f64(SCORE)?, highest: true },
            Order::Shuffled(seed) => Key::Shuffled { message: Arc::clone(&message), seed },
        };
        Ok(SegmentPage {
            key,
            message,
            conversation: columns.i64(CONVERSATION)?.first_or_default_col(0),
            room: self.room,
            after: self.after,
            total: 0,
            kept: BinaryHeap::with_capacity(self.room + 1),
        })
    }

    fn requires_scoring(&self) -> bool {
        matches!(self.order, Order::Sorted(Sort::Relevance))
    }

    fn merge_fruits(&self, segments: Vec<(u64, Vec<Sorted>)>) -> tantivy::Result<(u64, Vec<Sorted>)> {
        let total = segments.iter().map(|(total, _)| total).sum();
        let mut hits: Vec<Sorted> = segments.into_iter().flat_map(|(_, hits)| hits).collect();
        hits.sort_unstable();
        hits.truncate(self.room);
        Ok((total, hits))
    }
}

/// What gives a message's number in the order; the smallest comes first.
enum Key {
    Relevance,
    Sent { column: Column<i64>, newest: bool },
    Score { column: Column<f64>, highest: bool },
    Shuffled { message: Arc<dyn ColumnValues<i64>>, seed: u64 },
}

/// A number by chance, the same for the same two. The seed is mixed first: seeds that follow one another shall not
/// draw messages that follow one another.
fn shuffled(message: i64, seed: u64) -> u64 {
    mixed((message as u64) ^ mixed(seed))
}

/// `SplitMix64` (Steele, Lea and Flood 2014).
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

impl Key {
    fn of(&self, message: DocId, relevance: Score) -> u64 {
        let (ordered, downwards) = match self {
            // Never negative, and such floats sort as their bits do.
            Self::Relevance => (Some(u64::from(relevance.to_bits())), true),
            Self::Sent { column, newest } => (column.first(message).map(|sent| sent as u64 ^ (1 << 63)), *newest),
            Self::Score { column, highest } => (column.first(message).map(f64::to_bits), *highest),
            Self::Shuffled { message: keys, seed } => (Some(shuffled(keys.get_val(message), *seed)), false),
        };
        // The last number is that of messages without a time or score.
        ordered.map_or(u64::MAX, |ordered| if downwards { !ordered } else { ordered }.min(u64::MAX - 1))
    }
}

/// The page as far as one segment goes.
pub(super) struct SegmentPage {
    key: Key,
    message: Arc<dyn ColumnValues<i64>>,
    conversation: Arc<dyn ColumnValues<i64>>,
    room: usize,
    after: Option<(u64, i64)>,
    total: u64,
    /// The last of them on top.
    kept: BinaryHeap<Sorted>,
}

impl SegmentCollector for SegmentPage {
    type Fruit = (u64, Vec<Sorted>);

    fn collect(&mut self, document: DocId, relevance: Score) {
        self.total += 1;
        let key = self.key.of(document, relevance);
        let full = self.kept.len() == self.room;
        let beyond = full && self.kept.peek().is_some_and(|(last, ..)| key > *last);
        if beyond || self.after.is_some_and(|(after, _)| key < after) {
            return;
        }
        let message = self.message.get_val(document);
        if self.after.is_some_and(|after| (key, message) <= after) {
            return;
        }
        self.kept.push((key, message, self.conversation.get_val(document)));
        if full {
            self.kept.pop();
        }
    }

    fn harvest(self) -> (u64, Vec<Sorted>) {
        (self.total, self.kept.into_vec())
    }
}
