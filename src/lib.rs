//! Amends reads a support team's outgoing messages and says, with the words as evidence, how well
//! each one makes amends when something went wrong.
//!
//! The data's way, each step a module:
//!
//! ```text
//! source         exports of ticketing tools (webhook: what they send by themselves)
//!   ▼ (store: what outgrows memory)
//! conversation   who wrote what to whom, as the ticketing tool gave it
//!   │ text       HTML to text, quoted mail and signature set aside, sentences, tokens with their place in the raw body
//!   │ lexicon    rules as data, compiled to one matcher
//!   │ detect     what the words say, and the context that lets it stand
//!   │ situation  is there a service failure, is an apology due, is a follow-up due
//!   │ score      criteria of a scorecard: met, unmet, not applicable
//!   ▼ reading    all of it for a message or a conversation: pure, same input same output
//! promise      what was promised by when, and was it kept
//! recovery     the conversation as a whole: how soon it was made good, and whether it ended well
//! trend        counts over people and time, and how sure they are
//! query · index  what reviewers look for, and the search index that finds it
//! summary      figures of groups that add up in any order, on any machine
//! check · evaluation · marked · wire (JSON answers) · audit (exports in, rows and sums out)
//! ingest       what tools send is kept, read and indexed, in any order
//! report (an audit for people) · service (HTTP API, webhooks, pages) · cli
//! ```
//!
//! ```
//! use amends::{library::{DEFAULT_SCORECARD, Library}, reading::Reader, situation::History, text::Markup};
//!
//! let library = Library::built_in()?;
//! let lexicon = library.lexicon("en").ok_or("no English lexicon")?;
//! let mut reader = Reader::new(lexicon, library.scorecard(DEFAULT_SCORECARD)?);
//! let mut history = History::default();
//! reader.customer("My parcel never arrived!", Markup::Plain, &mut history);
//! let reading = reader.agent("That is the courier's fault, not ours.", Markup::Plain, false, &mut history);
//! assert!(reading.findings.finger_pointing && reading.findings.missing_apology);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// Levels: a module uses only modules above it in this list (tests/it/layers.rs).
// Without the feature `program` only what reads is built: no input, no output, no command line.
pub mod conversation;
pub mod language;
pub mod text;

#[cfg(feature = "program")]
pub mod access;
#[cfg(feature = "program")]
pub mod query;

#[cfg(feature = "program")]
pub mod source;

#[cfg(feature = "program")]
pub mod webhook;

#[cfg(feature = "program")]
pub mod store;

#[cfg(feature = "program")]
pub mod index;

pub mod lexicon;
pub mod lexicon_format;

pub mod detect;

pub mod situation;

pub mod score;

pub mod library;
pub mod reading;

pub mod promise;
pub mod trend;

pub mod demo;
#[cfg(feature = "program")]
pub mod settings;

pub mod check;
pub mod evaluation;
pub mod marked;
pub mod recovery;
pub mod wire;

pub mod summary;

#[cfg(feature = "program")]
pub mod audit;
#[cfg(feature = "program")]
pub mod ingest;

#[cfg(feature = "program")]
pub mod report;

#[cfg(feature = "program")]
pub mod service;

#[cfg(feature = "program")]
pub mod cli;
