//! What is kept, in SQLite: the truth from which everything else is derived. Only here is SQL written.
//!
//! Writes go through one thread that commits many together ([`Store::write`]); reads see the last commit
//! ([`Store::read`]). What was acknowledged survives a kill and a loss of power.

pub mod access;
pub mod agents;
pub mod agreement;
pub mod analysed;
pub mod analysis;
pub mod answered;
pub mod audit_log;
pub mod backlog;
pub mod calibration;
pub mod check;
mod conditions;
pub mod conversations;
mod counter;
pub mod deliveries;
pub mod documents;
pub mod edits;
pub mod erasure;
pub mod export;
mod few;
pub mod figures;
mod folder;
pub mod found;
pub mod hook_secrets;
pub mod jobs;
mod lock;
pub mod messages;
mod naming;
pub mod people;
pub mod pieces;
pub mod promises;
pub mod queue;
mod readers;
pub mod recent;
pub mod rereading;
pub mod retention;
pub mod reviews;
pub mod saved_searches;
pub mod spool;
pub mod uploads;
pub mod users;
mod writer;

pub use counter::{change, next_change};
pub use lock::FolderLock;
pub use writer::{Pending, Task};

use readers::Readers;
use rusqlite::{Connection, OpenFlags, Transaction};
use rusqlite_migration::{M, Migrations};
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;
use writer::Writer;

/// Why the store cannot do what is asked of it.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another program works in the folder.
    #[error("{} is in use by another program: stop it first", .0.display())]
    InUse(PathBuf),
    /// The folder cannot be used.
    #[error("{}: {source}", path.display())]
    Folder {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Made by a later version of Amends, or damaged.
    #[error("the store cannot be brought to this version: {0}")]
    Migration(#[from] rusqlite_migration::Error),
    /// No room on the disk.
    #[error("the disk is full: nothing more can be kept until there is room")]
    DiskFull,
    /// Writing fails otherwise: a quota, a fault.
    #[error("the disk cannot be written ({0}): nothing more can be kept until it can")]
    Unwritable(String),
    /// SQLite's own word for it.
    #[error("the store fails: {0}")]
    Sqlite(rusqlite::Error),
    /// Something kept that is not what it should be.
    #[error("the store holds something that cannot be read: {0}")]
    Content(#[from] serde_json::Error),
    /// More is waiting to be written than can be soon.
    #[error("more is waiting to be written than can be soon: try again in a moment")]
    Busy,
    /// The store is being closed.
    #[error("the store is being closed")]
    Closed,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull,
            _ if error.sqlite_error().is_some_and(is_of_writing) => Self::Unwritable(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

/// Whether the system refused to write: over a quota or a limit, or the disk is at fault.
fn is_of_writing(error: &rusqlite::ffi::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_FSYNC, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};
    [SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_SHMSIZE].contains(&error.extended_code)
}

/// The name of the database within the data folder.
pub const DATABASE: &str = "amends.sqlite";

/// How many connections read at once.
const READERS: usize = 4;

/// How long a statement waits for another program, such as a backup.
const BUSY: Duration = Duration::from_secs(10);

fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("migrations/1.sql")),
        M::up(include_str!("migrations/2.sql")),
        M::up(include_str!("migrations/3.sql")),
    ])
}

/// The store of a data folder.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    writer: Writer,
    readers: Readers,
    /// Dropped last: until then no other program works in the folder.
    _lock: FolderLock,
}

impl Store {
    /// Opens the store of `folder`; makes both where they are missing.
    ///
    /// # Errors
    /// Where another program works in it, it cannot be written, or a later version made it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        folder::make(folder).map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        let lock = FolderLock::take(folder)?;
        let database = folder.join(DATABASE);
        let mut connection = connect(&database)?;
        // A row that is erased leaves no trace in the file; what is acknowledged outlives a loss of power.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
             PRAGMA wal_autocheckpoint = 10000;",
        )?;
        // What a killed program left there counts as committed. It may be answered for again without a word written.
        sync_log(folder)?;
        migrations().to_latest(&mut connection)?;
        let readers = Readers::new(|| connect_reader(&database), READERS)?;
        Ok(Self { folder: folder.to_owned(), writer: Writer::start(connection), readers, _lock: lock })
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets `work` write. What it gives is ready once it is safely on disk, together with what others wrote
    /// meanwhile; where it fails nothing of it is kept. Waits where much is waiting already: not in async code.
    pub fn write<T: Send + 'static>(&self, work: impl Task<T>) -> Pending<T> {
        self.writer.write(work, false)
    }

    /// The same for many rows at once, which then take half the time.
    pub fn write_lot<T: Send + 'static>(&self, work: impl Task<T>) -> Pending<T> {
        self.writer.write(work, true)
    }

    /// The same; what `then` makes of what `work` gives is ready once that is safely on disk. It is called on the
    /// thread that writes, which waits for it.
    pub fn write_lot_then<T: Send + 'static, U: Send + 'static>(
        &self,
        work: impl Task<T>,
        then: impl FnOnce(T) -> U + Send + 'static,
    ) -> Pending<U> {
        self.writer.write_then(work, then, true)
    }

    /// As [`Self::write`], without waiting.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where too much is waiting.
    pub fn offer<T: Send + 'static>(&self, work: impl Task<T>) -> Result<Pending<T>, StoreError> {
        self.writer.offer(work, false)
    }

    /// The same for many rows at once.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where too much is waiting.
    pub fn offer_lot<T: Send + 'static>(&self, work: impl Task<T>) -> Result<Pending<T>, StoreError> {
        self.writer.offer(work, true)
    }

    /// How many pieces of work wait to be written.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    /// Lets `work` read what is committed: one state of it, whatever is written meanwhile.
    ///
    /// # Errors
    /// What `work` fails with, and where SQLite fails.
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        self.readers.read(work)
    }

    /// Copies the store, as it is now, to `file`; writing goes on meanwhile.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn backup(&self, file: &Path) -> Result<(), StoreError> {
        copy(&self.folder, file)
    }
}

/// Copies the store of `folder` to `file`, whether a service works in the folder or not, and opens the copy
/// to see that it is whole.
///
/// # Errors
/// Where there is no store, the copy cannot be written, or is damaged.
pub fn copy(folder: &Path, file: &Path) -> Result<(), StoreError> {
    let database = folder.join(DATABASE);
    let failed = |source| StoreError::Folder { path: file.to_owned(), source };
    if !database.exists() {
        return Err(StoreError::Folder { path: database, source: ErrorKind::NotFound.into() });
    }
    if file.exists() {
        return Err(failed(ErrorKind::AlreadyExists.into()));
    }
    // Under another name until it is whole.
    let unfinished = file.with_added_extension("unfinished");
    let _ = std::fs::remove_file(&unfinished);
    let source = connect_reader(&database)?;
    // In steps, so that writers are not kept waiting.
    source.backup_to(&unfinished)?;
    let copied = connect(&unfinished)?;
    copied.execute_batch("PRAGMA journal_mode = DELETE")?;
    let healthy: String = copied.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    drop(copied);
    if healthy != "ok" {
        return Err(failed(std::io::Error::new(ErrorKind::InvalidData, healthy)));
    }
    std::fs::rename(&unfinished, file).map_err(failed)?;
    folder::sync_name(file).map_err(failed)
}

trait BackupTo {
    fn backup_to(&self, file: &Path) -> Result<(), StoreError>;
}

impl BackupTo for Connection {
    fn backup_to(&self, file: &Path) -> Result<(), StoreError> {
        let mut target = Connection::open(file)?;
        let backup = rusqlite::backup::Backup::new(self, &mut target)?;
        backup.run_to_completion(1000, Duration::ZERO, None)?;
        Ok(())
    }
}

/// Brings SQLite's log to disk as it is now, where there is one.
fn sync_log(folder: &Path) -> Result<(), StoreError> {
    let log = folder.join(format!("{DATABASE}-wal"));
    match File::open(&log).and_then(|log| log.sync_all()) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(StoreError::Folder { path: log, source }),
        _ => Ok(()),
    }
}

fn connect(database: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(database)?;
    prepare(&connection)?;
    Ok(connection)
}

fn connect_reader(database: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    prepare(&connection)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768;
         PRAGMA temp_store = MEMORY;",
    )?;
    Ok(())
}

/// A time as it is kept.
#[must_use]
pub fn milliseconds(time: jiff::Timestamp) -> i64 {
    time.as_millisecond()
}

/// The time that is kept as `milliseconds`.
#[must_use]
pub fn timestamp(milliseconds: i64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(milliseconds).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_migrations_are_well_formed() {
        super::migrations().validate().expect("all migrations apply");
    }
}
