//! Figures in words: how numbers, shares, times and names are written for people.

use crate::trend::{Count, Interval, Standing, Z_95};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `12,318`.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 agent`, `3 agents`.
pub(crate) fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { many })
}

/// A share of 0 to 1 as a percentage without its sign; with a decimal near the ends, and never 0 or 100 where
/// it is not quite.
fn share(rate: f64) -> String {
    match rate * 100.0 {
        percent if percent <= 0.0 || percent >= 100.0 => format!("{percent:.0}"),
        percent if percent < 0.05 => "<0.1".to_owned(),
        percent if percent >= 99.95 => ">99.9".to_owned(),
        percent if !(9.95..90.0).contains(&percent) => format!("{percent:.1}"),
        percent => format!("{percent:.0}"),
    }
}

/// `4.2 %`.
pub(crate) fn percent(rate: f64) -> String {
    format!("{}\u{a0}%", share(rate))
}

/// `3.1 to 12 %`.
pub(crate) fn range(interval: &Interval) -> String {
    format!("{} to {}\u{a0}%", share(interval.low), share(interval.high))
}

/// `3 of 40`.
pub(crate) fn of(met: u64, applicable: u64) -> String {
    format!("{} of {}", number(met), number(applicable))
}

/// Seconds as people say them.
pub(crate) fn duration(seconds: i64) -> String {
    let value = seconds as f64;
    let (minute, hour, day) = (60.0, 3600.0, 86_400.0);
    match value {
        value if value < 90.0 => format!("{seconds} seconds"),
        value if value < 90.0 * minute => format!("{:.0} minutes", value / minute),
        value if value < 48.0 * hour => format!("{:.1} hours", value / hour),
        value => format!("{:.1} days", value / day),
    }
}

/// `3 March 2026, 14:05`.
pub(crate) fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %B %Y, %H:%M").to_string()
}

/// A name of a program, such as a label or a reason, as words: `missing_follow_up` as "missing follow-up".
pub(crate) fn plain(name: &str) -> String {
    let words = name.replace('_', " ");
    let hyphened = [("finger pointing", "finger-pointing"), ("follow up", "follow-up"), ("non apology", "non-apology")];
    hyphened.into_iter().fold(words, |words, (apart, joined)| words.replace(apart, joined))
}

/// `k of n` with all that says how much it is worth.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) of: String,
    pub(crate) percent: String,
    pub(crate) range: String,
    /// The interval on a line of 0 to 100.
    pub(crate) bar: Bar,
    /// Whether too little was counted to judge by.
    pub(crate) grey: bool,
}

/// Where an interval and its rate lie on a line of 0 to 100.
#[derive(Debug)]
pub(crate) struct Bar {
    pub(crate) from: String,
    pub(crate) width: String,
    pub(crate) at: String,
}

impl Figure {
    /// The figure of `count`; `None` where nothing was counted.
    pub(crate) fn new(count: &Count, grey: bool) -> Option<Self> {
        let (rate, interval) = (count.rate()?, Interval::of(count, Z_95)?);
        Some(Self::made(count.met(), count.applicable(), rate, &interval, grey))
    }

    /// The figure of `met` among `all` independent things, such as conversations.
    pub(crate) fn plain(met: u64, all: u64) -> Option<Self> {
        let interval = Interval::wilson(met as f64, all as f64, Z_95)?;
        Some(Self::made(met, all, met as f64 / all as f64, &interval, false))
    }

    fn made(met: u64, all: u64, rate: f64, interval: &Interval, grey: bool) -> Self {
        let place = |share: f64| format!("{:.1}", share * 100.0);
        let bar = Bar {
            from: place(interval.low),
            // What is too narrow to be seen is drawn all the same.
            width: place(interval.width().max(0.005)),
            // The mark has a width, too.
            at: place(rate * 0.994),
        };
        Self { of: of(met, all), percent: percent(rate), range: range(interval), bar, grey }
    }
}

/// A standing in words.
pub(crate) const fn standing_words(standing: Standing) -> &'static str {
    match standing {
        Standing::TooFew => "too few to judge",
        Standing::Below998 => "below 99.8 %",
        Standing::Below95 => "below 95 %",
        Standing::Inside => "as the others",
        Standing::Above95 => "above 95 %",
        Standing::Above998 => "above 99.8 %",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0.0, 0.0001, 0.004, 0.0996, 0.91, 0.9999, 1.0].map(share),
            ["0", "<0.1", "0.4", "10", "91.0", ">99.9", "100"]
        );
        assert_eq!([45, 90, 5400, 200_000].map(duration), ["45 seconds", "2 minutes", "1.5 hours", "2.3 days"]);
    }
}
