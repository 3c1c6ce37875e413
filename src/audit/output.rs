//! The files of an audit: written aside, and given their names only when all are complete.

use super::AuditError;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The files that are written while conversations are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Messages,
    Conversations,
    Promises,
    Findings,
    Rejected,
}

impl Stream {
    pub(super) const ALL: [Self; 5] =
        [Self::Messages, Self::Conversations, Self::Promises, Self::Findings, Self::Rejected];

    const fn file(self) -> &'static str {
        match self {
            Self::Messages => "messages.csv",
            Self::Conversations => "conversations.csv",
            Self::Promises => "promises.csv",
            Self::Findings => "findings.jsonl",
            Self::Rejected => "rejected.jsonl",
        }
    }
}

/// The files of an audit, not yet under their names.
#[derive(Debug)]
pub(super) struct Output {
    folder: PathBuf,
    aside: TempDir,
    streams: Vec<BufWriter<File>>,
    names: Vec<String>,
}

impl Output {
    /// Files that will lie in `folder`, which is made where it is missing.
    pub(super) fn create(folder: &Path) -> Result<Self, AuditError> {
        std::fs::create_dir_all(folder).map_err(|error| write_error(folder, error))?;
        // Beside the final files, so that giving them their names is one step of the file system.
        let aside = tempfile::Builder::new()
            .prefix(".amends-unfinished-")
            .tempdir_in(folder)
            .map_err(|error| write_error(folder, error))?;
        let mut output = Self { folder: folder.to_owned(), aside, streams: Vec::new(), names: Vec::new() };
        output.restart()?;
        Ok(output)
    }

    /// Empties the streams.
    pub(super) fn restart(&mut self) -> Result<(), AuditError> {
        self.streams.clear();
        self.names.clear();
        for stream in Stream::ALL {
            let path = self.aside.path().join(stream.file());
            let file = File::create(&path).map_err(|error| write_error(&path, error))?;
            self.streams.push(BufWriter::with_capacity(256 << 10, file));
            self.names.push(stream.file().to_owned());
        }
        Ok(())
    }

    /// Where temporary files may be put.
    pub(super) fn aside(&self) -> &Path {
        self.aside.path()
    }

    /// Adds to a stream.
    pub(super) fn write(&mut self, stream: Stream, bytes: &[u8]) -> Result<(), AuditError> {
        self.streams[stream as usize]
            .write_all(bytes)
            .map_err(|error| write_error(&self.folder.join(stream.file()), error))
    }

    /// Writes a whole file.
    pub(super) fn file(&mut self, name: &str, bytes: &[u8]) -> Result<(), AuditError> {
        let path = self.aside.path().join(name);
        // Safely on disk before it takes the place of one of an earlier audit.
        let written = File::create(path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
        written.map_err(|error| write_error(&self.folder.join(name), error))?;
        self.names.push(name.to_owned());
        Ok(())
    }

    /// Gives all files their names; those of an earlier audit are replaced. Gives their paths.
    pub(super) fn finish(mut self) -> Result<Vec<PathBuf>, AuditError> {
        for (mut stream, name) in self.streams.drain(..).zip(&self.names) {
            let flushed = stream.flush().and_then(|()| stream.get_ref().sync_all());
            flushed.map_err(|error| write_error(&self.folder.join(name), error))?;
        }
        let mut paths = Vec::new();
        for name in &self.names {
            let path = self.folder.join(name);
            std::fs::rename(self.aside.path().join(name), &path).map_err(|error| write_error(&path, error))?;
            paths.push(path);
        }
        Ok(paths)
    }
}

fn write_error(path: &Path, source: std::io::Error) -> AuditError {
    AuditError::Write { file: path.display().to_string(), source }
}
