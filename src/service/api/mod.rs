//! The HTTP API `/v1`: one file for each thing that is asked for.

pub mod agreement;
pub mod conversations;
pub mod deliveries;
pub mod documents;
pub mod erasure;
pub mod export;
pub mod health;
pub mod hooks;
pub mod imports;
pub mod ingest;
pub mod metrics;
pub mod reading;
pub mod rescore;
pub mod reviews;
pub mod rules;
pub mod score;
pub mod scorecards;
pub mod search;
