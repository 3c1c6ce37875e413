//! A temporary store that puts the scattered pieces of conversations together.
//!
//! Pieces are appended as they come; SQLite's own external sort gives them back conversation by
//! conversation, so that memory stays bounded however large the export is.

use super::pieces::{role_name, role_named};
use crate::conversation::ParticipantId;
use crate::source::merge::People;
use crate::source::{Person, Piece};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use thiserror::Error;

/// Why pieces cannot be kept or given back.
#[derive(Debug, Error)]
pub enum SpoolError {
    /// SQLite's own word for it; a full disk is among them.
    #[error("the temporary store fails: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A piece that cannot be written or read back.
    #[error("the temporary store fails: {0}")]
    Piece(#[from] serde_json::Error),
}

const SCHEMA: &str = "
    CREATE TABLE piece (conversation TEXT NOT NULL, content BLOB NOT NULL) STRICT;
    CREATE TABLE person (
        source TEXT NOT NULL, id TEXT NOT NULL, role TEXT, name TEXT, PRIMARY KEY (source, id)
    ) STRICT, WITHOUT ROWID;
";

/// Pieces waiting for one another.
#[derive(Debug)]
pub struct Spool {
    connection: Connection,
    pieces: u64,
    /// Names conversations that have no identifier.
    nameless: u64,
}

impl Spool {
    /// An empty store in `folder`, which must be a temporary one: nothing is kept after a crash.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(folder: &Path) -> Result<Self, SpoolError> {
        let connection = Connection::open(folder.join("pieces.sqlite"))?;
        // Nobody needs it after a crash, so no journal; sorting goes to files beside it.
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA cache_size = -65536; PRAGMA temp_store = FILE; BEGIN;",
        )?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection, pieces: 0, nameless: 0 })
    }

    /// Whether nothing was put aside.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pieces == 0
    }

    /// Puts a piece aside.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn piece(&mut self, piece: &Piece) -> Result<(), SpoolError> {
        // A name that no identifier has: theirs follow the source and a line feed.
        let conversation = match &piece.conversation {
            Some(id) => format!("{}\n{id}", piece.source),
            None => {
                self.nameless += 1;
                format!("\n{:020}", self.nameless)
            }
        };
        let mut insert = self.connection.prepare_cached("INSERT INTO piece VALUES (?1, ?2)")?;
        insert.execute(params![conversation, serde_json::to_vec(piece)?])?;
        self.pieces += 1;
        Ok(())
    }

    /// Takes note of a person; what is told later about the same one adds to it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn person(&mut self, person: &Person) -> Result<(), SpoolError> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO person VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET
             role = coalesce(excluded.role, role), name = coalesce(excluded.name, name)",
        )?;
        let role = person.role.map(role_name);
        insert.execute(params![person.source, person.id.as_str(), role, person.name])?;
        Ok(())
    }

    /// Gives the pieces back, all those of one conversation together and in the order in which they came,
    /// until `each` says no more.
    ///
    /// # Errors
    /// Where they cannot be read, and what `each` fails with.
    pub fn conversations<E: From<SpoolError>>(
        &self,
        mut each: impl FnMut(Vec<Piece>) -> Result<bool, E>,
    ) -> Result<(), E> {
        let sqlite = |error: rusqlite::Error| E::from(SpoolError::from(error));
        let sql = "SELECT conversation, content FROM piece ORDER BY conversation, rowid";
        let mut select = self.connection.prepare(sql).map_err(sqlite)?;
        let mut rows = select.query([]).map_err(sqlite)?;
        let mut current = String::new();
        let mut pieces = Vec::new();
        while let Some(row) = rows.next().map_err(sqlite)? {
            let conversation = row.get_ref(0).and_then(|value| Ok(value.as_str()?)).map_err(sqlite)?;
            if conversation != current {
                if !pieces.is_empty() && !each(std::mem::take(&mut pieces))? {
                    return Ok(());
                }
                conversation.clone_into(&mut current);
            }
            let content = row.get_ref(1).and_then(|value| Ok(value.as_blob()?)).map_err(sqlite)?;
            pieces.push(serde_json::from_slice(content).map_err(SpoolError::from)?);
        }
        if !pieces.is_empty() {
            each(pieces)?;
        }
        Ok(())
    }
}

impl People for Spool {
    fn person(&self, source: &str, id: &ParticipantId) -> Option<Person> {
        let sql = "SELECT role, name FROM person WHERE source = ?1 AND id = ?2";
        // Where the store fails here, it fails for the pieces too, and that is told.
        let mut select = self.connection.prepare_cached(sql).ok()?;
        let found = select.query_row(params![source, id.as_str()], |row| {
            Ok((row.get::<_, Option<String>>(0)?, row.get::<_, Option<String>>(1)?))
        });
        let (role, name) = found.optional().ok()??;
        let role = role.as_deref().and_then(role_named);
        Some(Person { source: source.to_owned().into(), id: id.clone(), role, name })
    }
}
