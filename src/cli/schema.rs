//! `amends schema`.

use super::{Failure, OK, output};
use crate::conversation;
use std::io::Write;

pub(super) fn run() -> Result<u8, Failure> {
    let mut out = output::raw_stdout();
    writeln!(out, "{}", serde_json::to_string_pretty(&conversation::schema())?)?;
    out.flush()?;
    Ok(OK)
}
