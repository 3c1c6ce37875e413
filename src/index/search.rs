//! Searching: a page of hits.

use super::page::{Cursor, Order, Page, Sort};
use super::schema::MESSAGE;
use super::translate::{has_words, translate};
use super::{Index, IndexError};
use crate::query::Query;

/// Whose messages may be found at all.
///
/// Kept apart from the query, and not by name: two agents may have one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    /// Everybody's.
    #[default]
    All,
    /// Those of the agent whose [`super::Document::agent`] this is.
    Agent(String),
}

/// What page of hits is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRequest {
    /// Whose messages.
    pub scope: Scope,
    /// In which order.
    pub sort: Sort,
    /// How many hits, 1 to [`Self::MOST`].
    pub limit: usize,
    /// Where the page before ended.
    pub after: Option<Cursor>,
}

impl SearchRequest {
    /// The most hits of a page.
    pub const MOST: usize = 200;
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self { scope: Scope::All, sort: Sort::default(), limit: 50, after: None }
    }
}

/// A message found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Its key in the store.
    pub message: i64,
    /// Its conversation's key.
    pub conversation: i64,
}

/// A page of hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    /// How many messages are found in all, on whatever page.
    pub total: u64,
    /// The hits of this page in their order.
    pub hits: Vec<Hit>,
    /// Where the next page goes on; `None` on the last.
    pub next: Option<Cursor>,
}

impl Index {
    /// Finds messages.
    ///
    /// # Errors
    /// For a page of no or too many hits, a cursor of another order, and where files cannot be read.
    pub fn search(&self, query: &Query, request: &SearchRequest) -> Result<Hits, IndexError> {
        let limit = request.limit;
        if !(1..=SearchRequest::MOST).contains(&limit) {
            return Err(IndexError::Limit(limit));
        }
        let sort = match request.sort {
            Sort::Relevance if !has_words(query) => Sort::NewestFirst,
            sort => sort,
        };
        if let Some(found) = request.after.map(|after| after.sort).filter(|found| *found != sort) {
            return Err(IndexError::CursorOfOtherSort { found, wanted: sort });
        }
        let asked = translate(query, &request.scope, &self.fields);
        // One more than wanted tells whether there is a next page.
        let page = Page {
            order: Order::Sorted(sort),
            room: limit + 1,
            after: request.after.map(|after| (after.key, after.message)),
        };
        let (total, mut sorted) = self.reader.searcher().search(&asked, &page)?;
        let more = sorted.len() > limit;
        sorted.truncate(limit);
        let next = sorted.last().filter(|_| more).map(|&(key, message, _)| Cursor { sort, key, message });
        let hits = sorted.into_iter().map(|(_, message, conversation)| Hit { message, conversation }).collect();
        Ok(Hits { total, hits, next })
    }

    /// Up to `size` messages that `query` finds, drawn by chance: each is as likely as every other. The same
    /// `seed` draws the same ones, but for those that come in their place meanwhile.
    ///
    /// # Errors
    /// Where files cannot be read.
    pub fn sample(&self, query: &Query, scope: &Scope, seed: u64, size: usize) -> Result<Hits, IndexError> {
        let asked = translate(query, scope, &self.fields);
        let page = Page { order: Order::Shuffled(seed), room: size, after: None };
        let (total, drawn) = self.reader.searcher().search(&asked, &page)?;
        let hits = drawn.into_iter().map(|(_, message, conversation)| Hit { message, conversation }).collect();
        Ok(Hits { total, hits, next: None })
    }

    /// The keys of all messages that searches see, in order; one that is there twice is given twice.
    ///
    /// # Errors
    /// Where files cannot be read.
    pub fn messages(&self) -> Result<Vec<i64>, IndexError> {
        let mut keys = Vec::new();
        for segment in self.reader.searcher().segment_readers() {
            let column = segment.fast_fields().i64(MESSAGE)?;
            let alive = segment.alive_bitset();
            let documents =
                (0..segment.max_doc()).filter(|document| alive.is_none_or(|alive| alive.is_alive(*document)));
            keys.extend(documents.filter_map(|document| column.first(document)));
        }
        keys.sort_unstable();
        Ok(keys)
    }
}
