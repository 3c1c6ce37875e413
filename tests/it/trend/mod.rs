//! Statistics that are fair to people.

mod period;
