//! Opening the index, and beginning anew where what lies there cannot be trusted.

use super::analyser::{self, analysers};
use super::schema::{Fields, MESSAGE, schema};
use super::writer::{Payload, Writer};
use super::{Index, IndexError, Progress};
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use tantivy::directory::error::{LockError, OpenReadError};
use tantivy::directory::{Directory, INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::{IndexReader, IndexSettings, ReloadPolicy};

/// Goes up whenever the fields change in a way that their names and kinds do not show.
const SCHEMA_VERSION: u32 = 1;

/// Of what making an index is: only one of the same making is gone on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The version of the fields.
    pub schema: u32,
    /// The version of what makes terms of text.
    pub analyser: u32,
    /// What else the contents hang on, as the caller knows it: lexicon, scorecard, the office's zone.
    pub digest: String,
}

impl Stamp {
    /// The making of this program, with the caller's digest.
    #[must_use]
    pub fn current(digest: impl Into<String>) -> Self {
        Self { schema: SCHEMA_VERSION, analyser: analyser::VERSION, digest: digest.into() }
    }
}

/// Why an index was begun anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rebuilt {
    /// There was none.
    #[error("there was no search index")]
    Missing,
    /// Its first commit never came: it was begun and nothing was written.
    #[error("the search index was begun and never written")]
    Unwritten,
    /// It has other fields.
    #[error("the search index has other fields")]
    OtherFields,
    /// It is of another making.
    #[error("the search index is of another making: {found:?} and not {wanted:?}")]
    OtherStamp {
        /// What was found.
        found: Stamp,
        /// What this program makes.
        wanted: Stamp,
    },
    /// The store was put back to an earlier state.
    #[error("the search index has come to change {change}, but the store only to {newest}: it was put back")]
    Ahead {
        /// How far the index has come.
        change: u64,
        /// How far the store has.
        newest: u64,
    },
    /// Files are damaged or missing.
    #[error("the search index is damaged: {0}")]
    Damaged(String),
}

/// An index just opened, and its only writer.
#[derive(Debug)]
pub struct Opened {
    /// For searching.
    pub index: Index,
    /// For feeding it.
    pub writer: Writer,
    /// Why it was begun anew, where it was: it is empty then, its change is 0 and it is not complete.
    pub rebuilt: Option<Rebuilt>,
}

impl Index {
    /// Opens the index in `folder` for searching and writing.
    ///
    /// Every file is read and held against its checksum. Where there is no index, a damaged one or
    /// one of another making than `stamp`, its files are deleted and it begins anew; other files in
    /// the folder are left alone.
    ///
    /// # Errors
    /// Where another process writes to it, or the folder cannot be read or written.
    pub fn open(folder: &Path, stamp: &Stamp) -> Result<Opened, IndexError> {
        Self::open_for(folder, stamp, u64::MAX)
    }

    /// The same for a store whose newest change is `newest`: an index that has come further is of a state that
    /// the store was put back from, and begins anew.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_for(folder: &Path, stamp: &Stamp, newest: u64) -> Result<Opened, IndexError> {
        let folder_failed = |source| IndexError::Folder { folder: folder.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(folder_failed)?;
        let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        // Nothing is deleted under another process's hands.
        let lock = match directory.acquire_lock(&INDEX_WRITER_LOCK) {
            Ok(lock) => lock,
            Err(LockError::LockBusy) => return Err(IndexError::Locked(folder.to_owned())),
            Err(LockError::IoError(error)) => return Err(folder_failed(std::io::Error::new(error.kind(), error))),
        };
        // The search library trusts its files once their checksums are right, and some of its code panics
        // where they are wrong all the same.
        let trusted = catch_unwind(AssertUnwindSafe(|| existing(directory, stamp)));
        let trusted = trusted.unwrap_or_else(|_| Err(Rebuilt::Damaged("its files contradict one another".to_owned())));
        let trusted = trusted.and_then(|(opened, payload)| match payload.change() {
            change if change > newest => Err(Rebuilt::Ahead { change, newest }),
            _ => Ok((opened, payload)),
        });
        let (opened, progress, rebuilt) = match trusted {
            Ok((opened, payload)) => (opened, Progress::from(&payload), None),
            Err(reason) => {
                clear(folder).map_err(folder_failed)?;
                (begin(folder)?, Progress::default(), Some(reason))
            }
        };
        drop(lock);
        let (inner, reader, fields) = opened;
        let index = Self { inner, reader, fields, progress: Arc::new(progress) };
        let writer = Writer::new(index.clone(), stamp.clone(), folder)?;
        Ok(Opened { index, writer, rebuilt })
    }
}

type Parts = (tantivy::Index, IndexReader, Fields);

/// The index in `directory`, where it can be gone on with.
fn existing(directory: MmapDirectory, stamp: &Stamp) -> Result<(Parts, Payload), Rebuilt> {
    let damaged = |error: tantivy::TantivyError| Rebuilt::Damaged(error.to_string());
    if !tantivy::Index::exists(&directory).map_err(|error| damaged(error.into()))? {
        return Err(Rebuilt::Missing);
    }
    let mut index = tantivy::Index::open(directory).map_err(damaged)?;
    let (schema, fields) = schema();
    if index.schema() != schema {
        return Err(Rebuilt::OtherFields);
    }
    let metas = index.load_metas().map_err(damaged)?;
    let payload = metas.payload.as_deref().ok_or(Rebuilt::Unwritten)?;
    let payload: Payload = serde_json::from_str(payload).map_err(|error| Rebuilt::Damaged(error.to_string()))?;
    if payload.stamp != *stamp {
        return Err(Rebuilt::OtherStamp { found: payload.stamp, wanted: stamp.clone() });
    }
    let directory = index.directory();
    let mut files: Vec<_> = metas.list_segment_files().into_iter().collect();
    files.sort();
    for path in files {
        let failed = |error: OpenReadError| damaged(error.into());
        let name = path.display();
        if directory.exists(&path).map_err(failed)? {
            if !directory.validate_checksum(&path).map_err(failed)? {
                return Err(Rebuilt::Damaged(format!("{name} has another checksum")));
            }
        } else if path.extension().is_none_or(|kind| kind != "del" && kind != "temp") {
            // Those two are made only where they are needed; a needed one is missed on opening.
            return Err(Rebuilt::Damaged(format!("{name} is missing")));
        }
    }
    index.set_tokenizers(analysers());
    let reader = manual(&index).map_err(damaged)?;
    for segment in reader.searcher().segment_readers() {
        let messages = segment.fast_fields().i64(MESSAGE).map_err(damaged)?;
        if messages.num_docs() != segment.max_doc() {
            return Err(Rebuilt::Damaged(format!(
                "segment {} lacks messages",
                segment.segment_id().short_uuid_string()
            )));
        }
    }
    Ok(((index, reader, fields), payload))
}

/// A new, empty index in `folder`.
fn begin(folder: &Path) -> Result<Parts, IndexError> {
    let (schema, fields) = schema();
    let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
    // Nothing is stored, so there is nothing to compress.
    let settings = IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() };
    let mut index = tantivy::Index::create(directory, schema, settings)?;
    index.set_tokenizers(analysers());
    let reader = manual(&index)?;
    Ok((index, reader, fields))
}

/// A reader that sees a commit when its writer says so, and not some time later.
fn manual(index: &tantivy::Index) -> tantivy::Result<IndexReader> {
    index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()
}

/// Deletes the files of an index, and none that cannot be one of them.
fn clear(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_some_and(is_of_index) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether the search library gives files such names. Not its lock, which is held.
fn is_of_index(name: &str) -> bool {
    let of_segment = || {
        let (segment, _) = name.split_once('.')?;
        Some(segment.len() == 32 && segment.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    matches!(name, "meta.json" | ".managed.json") || of_segment() == Some(true)
}
