//! Webhooks: whom they let in, and what they read.

mod genuine;
mod says;
