//! What can go wrong with the index.

use super::page::Sort;
use std::path::PathBuf;
use tantivy::TantivyError;
use thiserror::Error;

/// Why the index cannot be opened, written or searched.
#[derive(Debug, Error)]
pub enum IndexError {
    /// Somebody else writes to it.
    #[error("the search index in {0} is in use by another process")]
    Locked(PathBuf),
    /// Its folder cannot be made or cleared.
    #[error("the search index in {folder}: {source}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// A page of no or too many hits.
    #[error("a page of {0} hits; allowed are 1 to {max}", max = super::SearchRequest::MOST)]
    Limit(usize),
    /// No or too many values of a facet.
    #[error("{0} values of a facet; allowed are 1 to {max}", max = super::Facets::MOST)]
    Size(usize),
    /// A cursor of a search in another order.
    #[error("the cursor belongs to a search sorted by {}, this one is sorted by {}", found.name(), wanted.name())]
    CursorOfOtherSort {
        /// The order of the cursor.
        found: Sort,
        /// The order of the search.
        wanted: Sort,
    },
    /// The search library failed: disk full, files gone.
    #[error("the search index failed: {0}")]
    Failed(#[from] TantivyError),
    /// Writing anew what was erased failed half-way, and nobody rolled back.
    #[error("the search index has no writer since its last failure; roll back first")]
    RollBackFirst,
    /// The change number could not be written.
    #[error("the search index's change number: {0}")]
    Payload(#[from] serde_json::Error),
}
