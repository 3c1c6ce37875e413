//! Days, weeks and months as the office lives them.
//!
//! A message of Sunday, 23:30 in New York is one of Monday in London: a period is that of the office's time
//! zone. Weeks are those of ISO 8601, from Monday; the first week of a year is the one with its first
//! Thursday, so that 1 January 2027 belongs to `2026-W53`.

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// A calendar day.
    Day,
    /// A week of ISO 8601, Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

/// A day, a week or a month.
///
/// Periods of one grain are ordered by time. As text: `2026-11-20`, `2026-W47`, `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    grain: Grain,
    first_day: Date,
}

/// Why a text is no time, zone or period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// No time, or one without its offset.
    #[error("`{0}` is no RFC 3339 time with an offset, such as 2026-11-20T09:30:00+01:00 or 2026-11-20T08:30:00Z")]
    Time(String),
    /// An unknown time zone.
    #[error("`{0}` is no time zone of the IANA database, such as Europe/Berlin or UTC")]
    Zone(String),
    /// No period.
    #[error("`{0}` is no day (2026-11-20), ISO week (2026-W47) or month (2026-11)")]
    Period(String),
    /// A grain of another name.
    #[error("`{0}` is no length of a period; there are day, week and month")]
    Grain(String),
}

/// Reads the time of a message: RFC 3339 with an offset, without which nobody knows when it was.
///
/// # Errors
///
/// If it is no such time.
pub fn parse_time(text: &str) -> Result<Timestamp, PeriodError> {
    text.trim().parse().map_err(|_| PeriodError::Time(text.to_owned()))
}

/// Finds a time zone by its IANA name.
///
/// The time zones are those compiled in, never the system's: an answer must not depend on which files a
/// machine has, and small containers have none.
///
/// # Errors
///
/// If there is no zone of that name.
pub fn time_zone(name: &str) -> Result<TimeZone, PeriodError> {
    TimeZoneDatabase::bundled().get(name).map_err(|_| PeriodError::Zone(name.to_owned()))
}

impl Period {
    /// The period in which `time` falls in the office's zone.
    #[must_use]
    pub fn of(time: Timestamp, grain: Grain, zone: &TimeZone) -> Self {
        Self::of_day(zone.to_datetime(time).date(), grain)
    }

    /// The period that holds a day.
    #[must_use]
    pub fn of_day(day: Date, grain: Grain) -> Self {
        let first_day = match grain {
            Grain::Day => day,
            // The calendar begins with a Monday, so nothing is cut off at its start.
            Grain::Week => day.saturating_sub(i32::from(day.weekday().to_monday_zero_offset()).days()),
            Grain::Month => day.first_of_month(),
        };
        Self { grain, first_day }
    }

    /// How long it is.
    #[must_use]
    pub const fn grain(&self) -> Grain {
        self.grain
    }

    /// Its first day.
    #[must_use]
    pub const fn first_day(&self) -> Date {
        self.first_day
    }

    /// The period after it; `None` at the end of the calendar, in the year 9999.
    #[must_use]
    pub fn next(&self) -> Option<Self> {
        let length = match self.grain {
            Grain::Day => 1.day(),
            Grain::Week => 1.week(),
            Grain::Month => 1.month(),
        };
        let first_day = self.first_day.checked_add(length).ok()?;
        Some(Self { grain: self.grain, first_day })
    }

    /// This period and those after it up to and with `last`; none where `last` is earlier or of another grain.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), Self::next)
            .take_while(move |period| period.grain == last.grain && *period <= last)
    }
}

/// All periods from the first to the last of `series`, in order, those without an entry with
/// `T::default()`: a week without messages is shown as one with n = 0, not left out.
///
/// The periods should be of one grain; of several grains, each is filled up for itself.
#[must_use]
pub fn without_gaps<T: Default>(mut series: BTreeMap<Period, T>) -> Vec<(Period, T)> {
    let mut filled = Vec::with_capacity(series.len());
    while let Some((first, _)) = series.first_key_value() {
        let first = *first;
        let last = series.keys().rev().find(|period| period.grain == first.grain).copied().unwrap_or(first);
        filled.extend(first.through(last).map(|period| (period, series.remove(&period).unwrap_or_default())));
    }
    filled
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.grain {
            Grain::Day => write!(f, "{}", self.first_day),
            Grain::Week => {
                let week = self.first_day.iso_week_date();
                write!(f, "{}-W{:02}", Year(week.year()), week.week())
            }
            Grain::Month => write!(f, "{}-{:02}", Year(self.first_day.year()), self.first_day.month()),
        }
    }
}

/// A year of four digits, or of six after a sign as ISO 8601 has it for years before 0.
struct Year(i16);

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 { write!(f, "-{:06}", self.0.unsigned_abs()) } else { write!(f, "{:04}", self.0) }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        // Read as written by `Display` and no other way: one name for one period.
        let candidate = match text.rsplit_once("-W") {
            Some((year, week)) => week_of(year, week),
            None => {
                let day = text.parse().ok().map(|day| Self::of_day(day, Grain::Day));
                day.or_else(|| Some(Self::of_day(format!("{text}-01").parse().ok()?, Grain::Month)))
            }
        };
        candidate.filter(|period| period.to_string() == text).ok_or_else(|| PeriodError::Period(text.to_owned()))
    }
}

fn week_of(year: &str, week: &str) -> Option<Period> {
    let monday = jiff::civil::ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, jiff::civil::Weekday::Monday);
    Some(Period::of_day(monday.ok()?.date(), Grain::Week))
}

impl Grain {
    /// All of them, shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The name used in answers and settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

impl FromStr for Grain {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        Self::ALL.into_iter().find(|grain| grain.name() == text).ok_or_else(|| PeriodError::Grain(text.to_owned()))
    }
}
