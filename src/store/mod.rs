//! What outgrows memory, in SQLite. Only here is SQL written.

pub mod spool;
