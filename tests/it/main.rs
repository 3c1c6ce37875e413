//! All integration tests in one program: one link, one run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod cli;
mod neutral;
mod schema;
