//! Which messages the figures of a page rest on: those of the last so many days.

use super::Problem;
use crate::store::figures::Window;
use crate::store::milliseconds;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Days where the visitor does not say: long enough for most agents to have written enough.
const DAYS: i64 = 180;

/// Choices, and their names; 0 is all time.
const CHOICES: [(i64, &str); 5] = [
    (30, "the last 30 days"),
    (90, "the last 90 days"),
    (180, "the last 180 days"),
    (365, "the last year"),
    (0, "all time"),
];

/// A number of days before now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many; 0 is all time.
    pub days: i64,
}

impl Span {
    /// What the address says.
    ///
    /// # Errors
    /// 400 where that is none of the choices.
    pub fn of(days: Option<&str>) -> Result<Self, Problem> {
        let Some(text) = days.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(Self { days: DAYS }) };
        let days = text.parse().ok().filter(|days| CHOICES.iter().any(|(choice, _)| choice == days));
        days.map(|days| Self { days }).ok_or_else(|| {
            let allowed = CHOICES.map(|(days, _)| days.to_string()).join(", ");
            Problem::bad_request("`days` is not understood").at("days", format!("allowed are {allowed}; 0 is all time"))
        })
    }

    /// It in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        CHOICES.iter().find(|(days, _)| *days == self.days).map_or("all time", |(_, name)| name)
    }

    /// All choices, each with whether it is this one.
    #[must_use]
    pub fn choices(self) -> Vec<(i64, &'static str, bool)> {
        CHOICES.iter().map(|&(days, name)| (days, name.trim_start_matches("the "), days == self.days)).collect()
    }

    /// From the beginning of its first day in the office's zone.
    #[must_use]
    pub fn window(self, now: Timestamp, zone: &TimeZone) -> Window {
        if self.days == 0 {
            return Window::default();
        }
        let today = now.to_zoned(zone.clone()).date();
        let first = today.saturating_sub(self.days.days()).to_zoned(zone.clone());
        Window { since: first.ok().map(|first| milliseconds(first.timestamp())), until: None }
    }
}
