//! Statistics that are fair to people: how often a criterion is met, and how sure that is.

mod count;
mod interval;
pub mod period;

pub use count::{Count, CountError, Sums};
pub use interval::{Interval, Z_95, Z_998};
pub use period::{Grain, Period, PeriodError};
