//! What can be wrong with what is given.

use arrow_schema::ArrowError;
use pyo3::PyErr;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use thiserror::Error;

pyo3::create_exception!(amends, InputError, PyValueError, "A table whose columns or values cannot be read.");

/// What can be wrong.
#[derive(Debug, Error)]
pub enum Error {
    /// A table's columns are not those that are read; all that is wrong with them.
    #[error("{0}")]
    Columns(String),
    /// A value that cannot be.
    #[error("column `{column}`, row {row}: {problem}")]
    Value {
        /// Which column.
        column: &'static str,
        /// Which row of the table or stream, from 0.
        row: u64,
        /// What is wrong, and what is allowed.
        problem: String,
    },
    /// Rows of a conversation that is over, in a stream that is said to be clustered.
    #[error(
        "row {row}: conversation `{conversation}` comes again after others; its rows must follow one another \
         (sort the stream by conversation, or use score_table)"
    )]
    NotClustered {
        /// Which row of the stream, from 0.
        row: u64,
        /// Which conversation.
        conversation: String,
    },
    /// A setting that cannot be.
    #[error("{0}")]
    Setting(String),
    /// The producer of a stream fails, or a table cannot be made.
    #[error("Arrow: {0}")]
    Arrow(#[from] ArrowError),
    /// A thread ended before its time.
    #[error("a thread that reads conversations ended before its time")]
    Thread,
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        let told = error.to_string();
        match error {
            Error::Columns(_) | Error::Value { .. } | Error::NotClustered { .. } => InputError::new_err(told),
            Error::Setting(_) => PyValueError::new_err(told),
            Error::Arrow(_) | Error::Thread => PyRuntimeError::new_err(told),
        }
    }
}

/// A setting that cannot be, with its name.
pub fn setting(name: &str, problem: impl std::fmt::Display) -> Error {
    Error::Setting(format!("{name}: {problem}"))
}
