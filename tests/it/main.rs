//! All integration tests in one program: one link, one run.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]
#![expect(clippy::disallowed_methods, reason = "some tests are bounded by the clock or set up by the environment")]

mod access;
mod any_bytes;
mod cli;
mod confidence;
mod conversations;
mod demo;
mod evaluation;
mod hostile;
mod index;
mod ingest;
mod layers;
mod lexicons;
mod licences;
mod mail;
mod neutral;
mod outage;
mod promise;
mod properties;
mod query;
mod reach;
mod readme;
mod recovery;
mod schema;
mod scorecards;
mod service;
mod settings;
mod shapes;
mod sources;
mod support;
mod tables;
mod trend;
mod webhook;
mod wire;
mod zones;
