//! `amends settings`.

use super::{Failure, OK, output};
use crate::settings;
use std::io::Write;

pub(super) fn run() -> Result<u8, Failure> {
    let mut out = output::raw_stdout();
    out.write_all(settings::DEFAULT.as_bytes())?;
    out.flush()?;
    Ok(OK)
}
