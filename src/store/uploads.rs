//! Uploaded exports, which lie in the data folder until they are taken in.

use super::{Store, StoreError, folder};
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

/// The folder within the data folder.
const FOLDER: &str = "uploads";

/// A file that is being uploaded; removed when dropped before it is [kept](Upload::keep).
#[derive(Debug)]
pub struct Upload {
    name: String,
    path: PathBuf,
    file: Option<File>,
}

impl Store {
    /// An empty file for an upload, called `name` (no path).
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn upload(&self, name: String) -> Result<Upload, StoreError> {
        let path = self.uploaded(&name);
        let failed = |source| StoreError::Folder { path: path.clone(), source };
        folder::make(&self.folder().join(FOLDER)).map_err(failed)?;
        let file = File::create_new(&path).map_err(failed)?;
        Ok(Upload { name, path, file: Some(file) })
    }

    /// Where the upload called `name` lies.
    #[must_use]
    pub fn uploaded(&self, name: &str) -> PathBuf {
        self.folder().join(FOLDER).join(name)
    }

    /// Removes an upload; where there is none, all is well.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn remove_upload(&self, name: &str) -> Result<(), StoreError> {
        let path = self.uploaded(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::Folder { path, source: error })
            }
            _ => Ok(()),
        }
    }

    /// Removes the uploads that none of `wanted` names: those that were cut off.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn remove_other_uploads(&self, wanted: &[String]) -> Result<(), StoreError> {
        let folder = self.folder().join(FOLDER);
        let failed = |source| StoreError::Folder { path: folder.clone(), source };
        if !folder.exists() {
            return Ok(());
        }
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
            if !wanted.contains(&name) {
                self.remove_upload(&name)?;
            }
        }
        Ok(())
    }
}

impl Upload {
    /// Adds bytes.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let Some(file) = &mut self.file else { return Err(StoreError::Closed) };
        file.write_all(bytes).map_err(|error| of_io(self.path.clone(), error))
    }

    /// Keeps the file, safely on disk; gives its name.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep(mut self) -> Result<String, StoreError> {
        let Some(file) = &self.file else { return Err(StoreError::Closed) };
        let synced = file.sync_all().and_then(|()| folder::sync_name(&self.path));
        synced.map_err(|error| of_io(self.path.clone(), error))?;
        self.file = None;
        Ok(std::mem::take(&mut self.name))
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // What stays is removed at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn of_io(path: PathBuf, source: std::io::Error) -> StoreError {
    match source.kind() {
        std::io::ErrorKind::StorageFull => StoreError::DiskFull,
        _ => StoreError::Folder { path, source },
    }
}
