//! Which figure of "03/02/2026" is the day.

use std::fmt;

/// Which comes first in dates such as `03/02/2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// 3 February.
    DayFirst,
    /// March 2.
    MonthFirst,
}

impl DateOrder {
    /// Both, by name.
    pub const ALL: [Self; 2] = [Self::DayFirst, Self::MonthFirst];

    /// The name used in settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DayFirst => "day-first",
            Self::MonthFirst => "month-first",
        }
    }

    /// The order called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }
}

impl fmt::Display for DateOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
