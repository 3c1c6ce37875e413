//! Stretches of days as the office lives them: what `sent:` asks for.

use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday};
use std::fmt;

/// A stretch of civil days, both ends included; one end may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    first: Option<Date>,
    last: Option<Date>,
}

/// What `sent:` takes.
pub(super) const ALLOWED: &str = "a day (2026-11-20), ISO week (2026-W47), month (2026-11) or year (2026), from..to with one end open \
     if you like (2026-10..2026-11, 2026-W47..), or one after >=, >, <= or <";

impl Days {
    /// From `first` to `last`; `None` where both are open or `first` is after `last`.
    #[must_use]
    pub fn new(first: Option<Date>, last: Option<Date>) -> Option<Self> {
        match (first, last) {
            (None, None) => None,
            (Some(first), Some(last)) if first > last => None,
            _ => Some(Self { first, last }),
        }
    }

    /// The first day; `None` where the stretch has no beginning.
    #[must_use]
    pub const fn first(self) -> Option<Date> {
        self.first
    }

    /// The last day; `None` where the stretch has no end.
    #[must_use]
    pub const fn last(self) -> Option<Date> {
        self.last
    }

    /// Reads the value of `sent:`; says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let backwards = || format!("`{text}` ends before it begins, or holds no day");
        if let Some((from, to)) = text.split_once("..") {
            let first = if from.is_empty() { None } else { Some(period(from)?.0) };
            let last = if to.is_empty() { None } else { Some(period(to)?.1) };
            if first.is_none() && last.is_none() {
                return Err("`..` has no end on either side".to_owned());
            }
            return Self::new(first, last).ok_or_else(backwards);
        }
        let made = if let Some(rest) = text.strip_prefix(">=") {
            Self::new(Some(period(rest)?.0), None)
        } else if let Some(rest) = text.strip_prefix("<=") {
            Self::new(None, Some(period(rest)?.1))
        } else if let Some(rest) = text.strip_prefix('>') {
            let after = period(rest)?.1.checked_add(1.day()).ok();
            after.and_then(|first| Self::new(Some(first), None))
        } else if let Some(rest) = text.strip_prefix('<') {
            let before = period(rest)?.0.checked_sub(1.day()).ok();
            before.and_then(|last| Self::new(None, Some(last)))
        } else {
            let (first, last) = period(text)?;
            Self::new(Some(first), Some(last))
        };
        made.ok_or_else(backwards)
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (Some(first), Some(last)) if first == last => write!(f, "{first}"),
            (first, last) => {
                first.map_or(Ok(()), |day| write!(f, "{day}"))?;
                f.write_str("..")?;
                last.map_or(Ok(()), |day| write!(f, "{day}"))
            }
        }
    }
}

/// The first and last day of a day, week, month or year.
fn period(text: &str) -> Result<(Date, Date), String> {
    let unknown = || format!("`{text}` is no day, week, month or year");
    let digits = |part: &str, length: usize| -> Option<i16> {
        let right = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        right.then(|| part.parse().ok()).flatten()
    };
    let parts: Vec<&str> = text.split('-').collect();
    let days = match parts[..] {
        [year] => digits(year, 4).and_then(|year| Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?))),
        [year, week] if week.starts_with(['W', 'w']) => {
            let (year, week) = (digits(year, 4), digits(&week[1..], 2));
            year.zip(week).and_then(|(year, week)| {
                let monday = ISOWeekDate::new(year, i8::try_from(week).ok()?, Weekday::Monday).ok()?.date();
                Some((monday, monday.saturating_add(6.days())))
            })
        }
        [year, month] => digits(year, 4).zip(digits(month, 2)).and_then(|(year, month)| {
            let first = Date::new(year, i8::try_from(month).ok()?, 1).ok()?;
            Some((first, first.last_of_month()))
        }),
        [year, month, day] => {
            digits(year, 4).zip(digits(month, 2)).zip(digits(day, 2)).and_then(|((year, month), day)| {
                let day = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
                Some((day, day))
            })
        }
        _ => None,
    };
    days.ok_or_else(unknown)
}
