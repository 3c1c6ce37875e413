//! Statistics that are fair to people: how often a criterion is met, and how sure that is.

mod count;
mod funnel;
mod interval;
mod minimum;
pub mod period;
mod shrinkage;
mod special;

pub use count::{Count, CountError, Sums};
pub use funnel::{Dispersion, Funnel, Limits, Standing};
pub use interval::{Interval, Z_95, Z_998};
pub use minimum::Minimum;
pub use period::{Grain, Period, PeriodError};
pub use shrinkage::{Beta, Estimate, Prior};
