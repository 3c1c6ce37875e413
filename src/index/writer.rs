//! Feeding the index. The only file that commits: a commit without its change number would be lost.

use super::open::Stamp;
use super::schema::CONVERSATION;
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
    /// None only where an [`Self::expunge`] failed half-way.
    writer: Option<IndexWriter>,
    index: Index,
    stamp: Stamp,
    folder: PathBuf,
    /// The greatest key of a conversation that was ever written; what is above is new, and has nothing to take out.
    greatest: i64,
}

fn only_writer(index: &Index, folder: &Path) -> Result<IndexWriter, IndexError> {
    let writer: IndexWriter = match index.inner.writer_with_num_threads(1, HEAP) {
        Err(TantivyError::LockFailure(LockError::LockBusy, _)) => return Err(IndexError::Locked(folder.to_owned())),
        other => other?,
    };
    set_merge_policy(&writer);
    Ok(writer)
}

fn set_merge_policy(writer: &IndexWriter) {
    let mut policy = LogMergePolicy::default();
    policy.set_del_docs_ratio_before_merge(MOST_DELETED);
    writer.set_merge_policy(Box::new(policy));
}

/// The greatest key of a conversation of which something lies in the index.
fn greatest_conversation(index: &Index) -> Result<i64, IndexError> {
    let mut greatest = i64::MIN;
    for segment in index.reader.searcher().segment_readers() {
        greatest = greatest.max(segment.fast_fields().i64(CONVERSATION)?.max_value());
    }
    Ok(greatest)
}

impl Writer {
    pub(super) fn new(index: Index, stamp: Stamp, folder: &Path) -> Result<Self, IndexError> {
        let writer = Some(only_writer(&index, folder)?);
        let greatest = greatest_conversation(&index)?;
        Ok(Self { writer, index, stamp, folder: folder.to_owned(), greatest })
    }

    fn open(&mut self) -> Result<&mut IndexWriter, IndexError> {
        self.writer.as_mut().ok_or(IndexError::RollBackFirst)
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
        // Each that is taken out is looked for in every segment.
        if conversation <= self.greatest {
            self.remove(conversation);
        }
        self.greatest = self.greatest.max(conversation);
        let fields = self.index.fields;
        let writer = self.open()?;
        for message in messages {
            writer.add_document(fields.document(conversation, &message))?;
        }
        Ok(())
    }

    /// Takes a conversation out.
    pub fn remove(&mut self, conversation: i64) {
        let conversation = Term::from_field_i64(self.index.fields.conversation, conversation);
        // Where there is no writer the commit tells.
        self.writer.iter().for_each(|writer| _ = writer.delete_term(conversation.clone()));
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
        let mut prepared = self.open()?.prepare_commit()?;
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
        match &mut self.writer {
            Some(writer) => {
                writer.rollback()?;
                set_merge_policy(writer);
            }
            None => self.writer = Some(only_writer(&self.index, &self.folder)?),
        }
        Ok(())
    }

    /// Writes anew what holds messages that were taken out, so that their words leave the disk.
    ///
    /// To be called after the commit of an erasure; otherwise they stay, unfound, until segments are merged.
    /// What was not committed is forgotten.
    ///
    /// # Errors
    /// Where it cannot be written: disk full.
    pub fn expunge(&mut self) -> Result<(), IndexError> {
        // A merge under way could hold the same segments: none is, and none begins, until this is done.
        if let Some(writer) = self.writer.take() {
            writer.wait_merging_threads()?;
        }
        let mut writer = only_writer(&self.index, &self.folder)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        // Segments that somebody holds keep their files, so only their names are kept.
        let segments = self.index.inner.searchable_segment_metas()?;
        let holed = segments.iter().filter(|segment| segment.num_deleted_docs() > 0).map(SegmentMeta::id);
        let holed: Vec<_> = holed.collect();
        drop(segments);
        for segment in holed {
            writer.merge(&[segment]).wait()?;
        }
        self.index.reader.reload()?;
        writer.garbage_collect_files().wait()?;
        set_merge_policy(&writer);
        self.writer = Some(writer);
        Ok(())
    }

    /// Ends the writing; waits for merges. What was not committed is forgotten.
    ///
    /// # Errors
    /// Where work in the background failed.
    pub fn close(self) -> Result<(), IndexError> {
        Ok(self.writer.map_or(Ok(()), IndexWriter::wait_merging_threads)?)
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("index", &self.index).finish_non_exhaustive()
    }
}
