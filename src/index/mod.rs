//! The search index over agents' messages: what [`crate::query`] asks, found in milliseconds.
//!
//! Derived and never the truth: every word and value comes from the store, and an index that is
//! missing, damaged or of another making is built anew from there. [`Index::open`] says why. The
//! change number up to which the store was taken in lies in the commit itself, so that both are
//! there or neither is; after a crash the feeding goes on from [`Index::change`].
//!
//! An index that is being built finds only what is in it so far: [`Index::is_complete`] is false
//! until its writer has come up to the store's newest change, and nobody should show counts before.
//!
//! The [`Writer`] belongs to one thread; an [`Index`] can be cloned and searched from any.
//!
//! ```
//! use amends::index::{Document, Index, SearchRequest, Stamp};
//! use amends::query::{Query, Vocabulary};
//!
//! let folder = tempfile::tempdir()?;
//! let mut opened = Index::open(folder.path(), &Stamp::current("english-1"))?;
//! let message = Document { message: 7, body: "I'm sorry, the refund was delayed.".into(), ..Document::default() };
//! opened.writer.replace(1, [message])?;
//! opened.writer.commit(1, 1)?;
//! let query = Query::parse("refunds", &Vocabulary::default())?;
//! let hits = opened.index.search(&query, &SearchRequest::default())?;
//! assert_eq!((hits.total, hits.hits[0].message), (1, 7));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod analyser;
mod error;
mod facets;
mod highlight;
mod open;
mod page;
mod schema;
mod search;
mod tally;
mod translate;
mod writer;

pub use error::IndexError;
pub use facets::{Bucket, Facet, FacetBy, Facets};
pub use highlight::highlight;
pub use open::{Opened, Rebuilt, Stamp};
pub use page::{Cursor, CursorError, Sort};
pub use search::{Hit, Hits, Scope, SearchRequest};
pub use writer::Writer;

use jiff::Zoned;
use schema::Fields;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tantivy::IndexReader;

/// One agent's message as it is searched.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The message's key in the store.
    pub message: i64,
    /// Its text as people read it, markup taken out.
    pub body: String,
    /// What tells its author from everybody else: what [`Scope::Agent`] and [`FacetBy::Agent`] go by.
    pub agent: Option<String>,
    /// Its author's identifier in the ticketing tool and name, by which people look for them: `agent:`.
    pub agent_names: Vec<String>,
    /// Its author's team.
    pub team: Option<String>,
    /// The channel: mail, chat.
    pub channel: Option<String>,
    /// The ticketing tool from which it came.
    pub source: Option<String>,
    /// Labels found, and their kinds: `apology`, `apology:formulaic`.
    pub labels: Vec<String>,
    /// Rules that matched.
    pub rules: Vec<String>,
    /// Headline findings, by the names of [`crate::query::Finding`].
    pub findings: Vec<String>,
    /// Criteria met.
    pub met: Vec<String>,
    /// Criteria not met.
    pub unmet: Vec<String>,
    /// Fates of its promises, by the names of [`crate::query::Fate`] without `any`.
    pub promises: Vec<String>,
    /// Its score, 0 to 100.
    pub score: Option<f64>,
    /// Whether it answers a service failure.
    pub failure: bool,
    /// Whether it could be read and judged.
    pub scored: bool,
    /// Whether a person has reviewed it.
    pub reviewed: bool,
    /// When it was sent, in the office's zone, whose days, weeks and months are searched and counted.
    pub sent: Option<Zoned>,
}

/// The index, open for searching. Clones share everything.
#[derive(Clone)]
pub struct Index {
    inner: tantivy::Index,
    reader: IndexReader,
    fields: Fields,
    progress: Arc<Progress>,
}

/// How far the store has been taken in, as of what searches see.
#[derive(Debug, Default)]
struct Progress {
    change: AtomicU64,
    complete: AtomicBool,
}

impl Index {
    /// The store's change up to which searches see it; 0 in a new index.
    #[must_use]
    pub fn change(&self) -> u64 {
        self.progress.change.load(Ordering::Acquire)
    }

    /// Whether it has been fed up to the store's newest change at least once since it was begun.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.progress.complete.load(Ordering::Acquire)
    }

    /// How many messages searches see.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Whether searches see no message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("progress", &self.progress).finish_non_exhaustive()
    }
}
