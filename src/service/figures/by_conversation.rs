//! Rows that lie together by conversation, so that a conversation's are replaced as a whole.

use rustc_hash::FxHashMap;
use std::ops::Range;

/// Where rows lie that are no more. Keys of conversations are above 0.
const GONE: i64 = 0;

/// So many rows that are no more may lie between others, beside half of those that are there.
const LEFT_LYING: usize = 10_000;

/// Rows, each conversation's beside each other.
#[derive(Debug)]
pub(super) struct ByConversation<R> {
    rows: Vec<(i64, R)>,
    places: FxHashMap<i64, Range<usize>>,
    gone: usize,
}

impl<R> Default for ByConversation<R> {
    fn default() -> Self {
        Self { rows: Vec::new(), places: FxHashMap::default(), gone: 0 }
    }
}

impl<R: Copy> ByConversation<R> {
    /// All of these rows, each with its conversation, in any order.
    pub(super) fn of(mut rows: Vec<(i64, R)>) -> Self {
        rows.sort_unstable_by_key(|(conversation, _)| *conversation);
        let mut all = Self { rows, ..Self::default() };
        all.find_places();
        all
    }

    /// How many conversations have a row.
    pub(super) fn conversations(&self) -> usize {
        self.places.len()
    }

    /// Makes `rows` those of a conversation.
    pub(super) fn replace(&mut self, conversation: i64, rows: &[R]) {
        let before = self.places.remove(&conversation).unwrap_or_default();
        self.gone += before.len();
        self.rows[before].iter_mut().for_each(|(conversation, _)| *conversation = GONE);
        if !rows.is_empty() {
            let start = self.rows.len();
            self.rows.extend(rows.iter().map(|row| (conversation, *row)));
            self.places.insert(conversation, start..self.rows.len());
        }
        if self.gone > LEFT_LYING + self.rows.len() / 3 {
            self.rows.retain(|(conversation, _)| *conversation != GONE);
            self.find_places();
        }
    }

    fn find_places(&mut self) {
        (self.gone, self.places) = (0, FxHashMap::default());
        let mut start = 0;
        for together in self.rows.chunk_by(|(a, _), (b, _)| a == b) {
            self.places.insert(together[0].0, start..start + together.len());
            start += together.len();
        }
    }

    /// The rows of each conversation.
    pub(super) fn each(&self) -> impl Iterator<Item = &[(i64, R)]> {
        self.rows.chunk_by(|(a, _), (b, _)| a == b).filter(|together| together[0].0 != GONE)
    }
}

#[cfg(test)]
mod tests {
    use super::ByConversation;

    /// All rows, in order.
    fn all(rows: &ByConversation<u32>) -> Vec<(i64, u32)> {
        let mut all: Vec<(i64, u32)> = rows.each().flatten().copied().collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn a_conversation_has_the_rows_that_it_was_given_last() {
        let mut rows = ByConversation::of(vec![(2, 20), (1, 10), (2, 21)]);
        rows.replace(1, &[11, 12]);
        rows.replace(3, &[30]);
        rows.replace(2, &[]);
        assert_eq!(all(&rows), [(1, 11), (1, 12), (3, 30)]);
        assert_eq!(rows.conversations(), 2);
        // Again and again: what is no more does not pile up.
        for time in 0..100_000 {
            rows.replace(1, &[time, time]);
        }
        assert_eq!(all(&rows), [(1, 99_999), (1, 99_999), (3, 30)]);
        assert!(rows.rows.len() < 20_000);
        assert!(rows.each().all(|together| together.iter().all(|row| row.0 == together[0].0)));
    }
}
