//! The HTTP API `/v1`: one file for each thing that is asked for.

pub mod conversations;
pub mod erasure;
pub mod export;
pub mod health;
pub mod imports;
pub mod ingest;
pub mod rescore;
pub mod score;
pub mod search;
