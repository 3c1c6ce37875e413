//! Rows that could not be read, as lines of JSON.

use super::Problem;
use serde::Serialize;

/// A line of `rejected.jsonl`.
#[derive(Debug, Serialize)]
struct Rejected<'r> {
    file: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'r str>,
    reason: &'r str,
    /// Whether the rest of the file is lost with it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    rest_lost: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'r str>,
}

/// Adds the line of a row of `file` that cannot be read.
///
/// # Errors
/// None is expected: it is texts and numbers.
pub fn line(lines: &mut Vec<u8>, file: &str, problem: &Problem, with_raw: bool) -> Result<(), serde_json::Error> {
    let place = &problem.place;
    let rejected = Rejected {
        file,
        row: place.row,
        line: place.line,
        column: place.column,
        pointer: place.pointer.as_deref().filter(|pointer| !pointer.is_empty()),
        reason: &problem.reason,
        rest_lost: problem.fatal,
        raw: problem.raw.as_deref().filter(|_| with_raw),
    };
    serde_json::to_writer(&mut *lines, &rejected)?;
    lines.push(b'\n');
    Ok(())
}
