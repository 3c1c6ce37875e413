//! What is answered bit by bit: it waits here for a client that reads slowly, or not before it has sent all.

use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::rc::Rc;
use tempfile::SpooledTempFile;
use tokio::sync::Notify;

/// So much waits in memory; more goes to a temporary file.
const IN_MEMORY: usize = 1 << 20;

/// So much is given at once.
const PART: usize = 64 << 10;

/// Bytes that were written and not yet read.
#[derive(Debug, Clone)]
pub struct Spool {
    shared: Rc<Shared>,
}

#[derive(Debug)]
struct Shared {
    waiting: RefCell<Waiting>,
    changed: Notify,
}

#[derive(Debug)]
struct Waiting {
    file: SpooledTempFile,
    written: u64,
    read: u64,
    over: bool,
}

impl Spool {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        let waiting = Waiting { file: SpooledTempFile::new(IN_MEMORY), written: 0, read: 0, over: false };
        Self { shared: Rc::new(Shared { waiting: RefCell::new(waiting), changed: Notify::new() }) }
    }

    /// Adds `bytes`.
    ///
    /// # Errors
    /// Where the temporary file cannot be written.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut waiting = self.shared.waiting.borrow_mut();
        let end = waiting.written;
        waiting.file.seek(SeekFrom::Start(end))?;
        waiting.file.write_all(bytes)?;
        waiting.written += bytes.len() as u64;
        self.shared.changed.notify_one();
        Ok(())
    }

    /// Nothing more comes.
    pub fn end(&self) {
        self.shared.waiting.borrow_mut().over = true;
        self.shared.changed.notify_one();
    }

    /// What is written, as it comes.
    pub fn stream(self) -> impl Stream<Item = Result<Bytes, io::Error>> + 'static {
        unfold(self, |spool| async move {
            loop {
                match spool.take() {
                    Ok(Some(bytes)) => return Some((Ok(bytes), spool)),
                    Ok(None) if spool.shared.waiting.borrow().over => return None,
                    Ok(None) => spool.shared.changed.notified().await,
                    Err(error) => {
                        // The answer is cut off, which the client sees.
                        spool.end();
                        return Some((Err(error), spool));
                    }
                }
            }
        })
    }

    fn take(&self) -> io::Result<Option<Bytes>> {
        let mut waiting = self.shared.waiting.borrow_mut();
        let length = (waiting.written - waiting.read).min(PART as u64);
        if length == 0 {
            return Ok(None);
        }
        let start = waiting.read;
        waiting.file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut waiting.file).take(length).read_to_end(&mut bytes)?;
        waiting.read += bytes.len() as u64;
        if waiting.read == waiting.written {
            waiting.file.set_len(0)?;
            (waiting.read, waiting.written) = (0, 0);
        }
        Ok(Some(bytes.into()))
    }
}

impl Default for Spool {
    fn default() -> Self {
        Self::new()
    }
}
