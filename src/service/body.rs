//! Reads the JSON of a request's body; what is wrong is told with its place.

use super::problem::{Fault, Problem};
use crate::conversation::{Message, neutral::wrong_value};
use crate::source::json;
use serde::de::DeserializeOwned;

/// Names of things, as tools give them, have so many bytes at most.
const LONGEST_NAME: usize = 500;

/// Reads `body` as a `T`.
///
/// # Errors
/// 400 where it is no JSON, 422 with the place where it holds what is not allowed.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let text =
        std::str::from_utf8(body).map_err(|error| Problem::bad_request(format!("the body is not UTF-8: {error}")))?;
    serde_json::from_str(text).map_err(|error| {
        if error.is_data()
            && let Err((pointer, reason)) = json::parse::<T>(text)
        {
            return Problem::invalid(reason.clone()).at(pointer, reason);
        }
        Problem::bad_request(format!("the body is not JSON: {error}"))
    })
}

/// The problem of a body in which `faults` are wrong.
#[must_use]
pub fn invalid(faults: Vec<Fault>) -> Problem {
    let detail = match faults.as_slice() {
        [one] => one.detail.clone(),
        several => format!("{} values are not allowed", several.len()),
    };
    Problem { errors: faults, ..Problem::invalid(detail) }
}

/// What is wrong with a message that stands at `pointer`.
pub fn check_message(message: &Message, pointer: &str, faults: &mut Vec<Fault>) {
    if let Some((field, problem)) = wrong_value(message) {
        faults.push(Fault { pointer: format!("{pointer}/{field}"), detail: problem });
    }
    if let Some(id) = &message.id {
        check_name(id.as_str(), &format!("{pointer}/id"), faults);
    }
}

/// What is wrong with the name of a source, a conversation or a message.
pub fn check_name(name: &str, pointer: &str, faults: &mut Vec<Fault>) {
    let detail = if name.trim().is_empty() {
        "it may not be empty".to_owned()
    } else if name.len() > LONGEST_NAME {
        format!("it may have {LONGEST_NAME} bytes at most")
    } else if name.starts_with('~') {
        "it may not begin with `~`: that is kept for what has no identifier".to_owned()
    } else if name.contains(char::is_control) {
        "it may hold no control characters".to_owned()
    } else {
        return;
    };
    faults.push(Fault { pointer: pointer.to_owned(), detail });
}
