//! Results for programs. Conversations are written as they are read: memory does not grow with their number.

use super::tally::Tally;
use crate::cli::Failure;
use crate::cli::output::{self, Out};
use crate::wire::ConversationResult;
use std::io::Write;

pub(super) struct Json {
    out: Out,
    /// Whether all goes into one document.
    document: bool,
    first: bool,
}

impl Json {
    /// One document: `{"conversations": […], "summary": {…}}`, a conversation a line.
    pub(super) fn document() -> Result<Self, Failure> {
        let mut out = output::raw_stdout();
        out.write_all(b"{\"conversations\": [")?;
        Ok(Self { out, document: true, first: true })
    }

    /// JSON Lines.
    pub(super) fn lines() -> Self {
        Self { out: output::raw_stdout(), document: false, first: true }
    }

    pub(super) fn conversation(&mut self, result: &ConversationResult<'_>) -> Result<(), Failure> {
        if self.document {
            self.out.write_all(if self.first { b"\n" } else { b",\n" })?;
            self.first = false;
        }
        serde_json::to_writer(&mut self.out, result)?;
        if !self.document {
            // Whoever waits for a line gets it when it is done.
            self.out.write_all(b"\n")?;
            self.out.flush()?;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    pub(super) fn finish(&mut self, tally: &Tally) -> Result<(), Failure> {
        if self.document {
            self.out.write_all(b"\n],\n\"summary\": ")?;
            serde_json::to_writer(&mut self.out, &tally.summary())?;
            self.out.write_all(b"}\n")?;
        }
        Ok(self.out.flush()?)
    }
}
