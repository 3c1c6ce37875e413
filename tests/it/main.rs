//! All integration tests in one program: one link, one run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod any_bytes;
mod cli;
mod conversations;
mod evaluation;
mod hostile;
mod layers;
mod lexicons;
mod licences;
mod neutral;
mod properties;
mod schema;
mod scorecards;
mod support;
mod zones;
