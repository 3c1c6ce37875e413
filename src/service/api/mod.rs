//! The HTTP API `/v1`: one file for each thing that is asked for.

pub mod conversations;
pub mod health;
pub mod reading;
pub mod score;
