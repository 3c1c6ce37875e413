//! Statistics that are fair to people: how often a criterion is met, and how sure that is.

pub mod period;

pub use period::{Grain, Period, PeriodError};
