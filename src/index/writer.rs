//! Feeding the index. The only file that commits: a commit without its change number would be lost.

use super::open::Stamp;
use super::{Document, Index, IndexError, Progress};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tantivy::directory::error::LockError;
use tantivy::indexer::{LogMergePolicy, NoMergePolicy};
use tantivy::{IndexWriter, SegmentMeta, TantivyError, Term};

/// Memory for messages not yet written, in bytes.
const HEAP: usize = 64_000_000;
/// The share of deleted messages from which a segment is written anew. Every message that comes again is one.
const MOST_DELETED: f32 = 0.3;

/// What lies in each commit.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    change: u64,
    complete: bool,
    pub(super) stamp: Stamp,
}

impl Payload {
    pub(super) const fn change(&self) -> u64 {
        self.change
    }
}

impl From<&Payload> for Progress {
    fn from(payload: &Payload) -> Self {
        Self { change: AtomicU64::new(payload.change), complete: AtomicBool::new(payload.complete) }
    }
}

/// The index's only writer.
///
/// What is replaced and removed is neither found nor safe before [`Self::commit`]. After an error of
/// any method, [`Self::rollback`] and feed again from [`Index::change`].
pub struct Writer {
    writer: IndexWriter,
    index: Index,
    stamp: Stamp,
    folder: PathBuf,
}

fn only_writer(index: &Index, folder: &Path) -> Result<IndexWriter, IndexError> {
    match index.inner.writer_with_num_threads(1, HEAP) {
        Err(TantivyError::LockFailure(LockError::LockBusy, _)) => Err(IndexError::Locked(folder.to_owned())),
        other => Ok(other?),
    }
}

impl Writer {
    /// The writer of an opened index whose earlier one is gone.
    ///
    /// # Errors
    /// Where there is another writer, or the folder cannot be written.
    pub fn new(index: Index, stamp: Stamp, folder: &Path) -> Result<Self, IndexError> {
        let writer = only_writer(&index, folder)?;
        let writer = Self { writer, index, stamp, folder: folder.to_owned() };
        writer.set_merge_policy();
        Ok(writer)
    }

    fn set_merge_policy(&self) {
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(MOST_DELETED);
        self.writer.set_merge_policy(Box::new(policy));
    }

    /// Makes `messages` the messages of a conversation; whatever it had before goes.
    ///
    /// # Errors
    /// Where earlier work failed in the background: disk full.
    pub fn replace(
        &mut self,
        conversation: i64,
        messages: impl IntoIterator<Item = Document>,
    ) -> Result<(), IndexError> {
        self.remove(conversation);
        for message in messages {
            self.writer.add_document(self.index.fields.document(conversation, &message))?;
        }
        Ok(())
    }

    /// Takes a conversation out.
    pub fn remove(&mut self, conversation: i64) {
        self.writer.delete_term(Term::from_field_i64(self.index.fields.conversation, conversation));
    }

    /// Makes everything since the last commit durable and found, with the change of the store up to which it goes.
    ///
    /// `head` is the store's newest change as the caller knows it: an index that has come so far is
    /// complete, and stays so while it follows.
    ///
    /// # Errors
    /// Where it cannot be written: disk full. What was committed before stands.
    pub fn commit(&mut self, change: u64, head: u64) -> Result<(), IndexError> {
        let complete = self.index.is_complete() || change >= head;
        let payload = serde_json::to_string(&Payload { change, complete, stamp: self.stamp.clone() })?;
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.index.reader.reload()?;
        self.index.progress.change.store(change, Ordering::Release);
        self.index.progress.complete.store(complete, Ordering::Release);
        Ok(())
    }

    /// Forgets everything since the last commit.
    ///
    /// # Errors
    /// Where the index cannot be read any more; it has to be opened anew.
    pub fn rollback(&mut self) -> Result<(), IndexError> {
        self.writer.rollback()?;
        self.set_merge_policy();
        Ok(())
    }

    /// Writes anew what holds messages that were taken out, so that their words leave the disk.
    ///
    /// To be called after the commit of an erasure; otherwise they stay, unfound, until segments are merged.
    /// Gives the writer that goes on; what was not committed is forgotten.
    ///
    /// # Errors
    /// Where it cannot be written: the index has to be opened anew.
    pub fn expunge(self) -> Result<Self, IndexError> {
        let Self { writer, index, stamp, folder } = self;
        // A merge under way could hold the same segments: none is, and none begins, until this is done.
        writer.wait_merging_threads()?;
        let mut writer = only_writer(&index, &folder)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let segments = index.inner.searchable_segment_metas()?;
        let holed = segments.iter().filter(|segment| segment.num_deleted_docs() > 0).map(SegmentMeta::id);
        let holed: Vec<_> = holed.collect();
        drop(segments);
        for segment in holed {
            writer.merge(&[segment]).wait()?;
        }
        index.reader.reload()?;
        writer.garbage_collect_files().wait()?;
        let writer = Self { writer, index, stamp, folder };
        writer.set_merge_policy();
        Ok(writer)
    }

    /// Ends the writing; waits for merges. What was not committed is forgotten.
    ///
    /// # Errors
    /// Where work in the background failed.
    pub fn close(self) -> Result<(), IndexError> {
        Ok(self.writer.wait_merging_threads()?)
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("index", &self.index).finish_non_exhaustive()
    }
}
