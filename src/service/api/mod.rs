//! The HTTP API `/v1`: one file for each thing that is asked for.

pub mod agreement;
pub mod conversations;
pub mod documents;
pub mod health;
pub mod metrics;
pub mod reviews;
pub mod rules;
pub mod score;
pub mod scorecards;
