//! When people write: customers at all hours, agents while the office is open, all of it in UTC.

use super::WEEKS;
use super::chance::Chance;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};

/// Conversations that begin in a common week.
const A_WEEK: i64 = 56;

/// The week, from 0, in which everybody buys presents.
pub(super) const BUSY: u32 = 19;

/// When conversations begin, each with its week from 0; in order.
pub(super) fn starts(until: Date, chance: &mut Chance) -> Vec<(u32, DateTime)> {
    let first = until.saturating_sub(i64::from(WEEKS).weeks());
    let mut starts = Vec::new();
    for week in 0..WEEKS {
        let common = A_WEEK + chance.between(-6, 6);
        let count = if week == BUSY { common * 5 / 2 } else { common };
        for _ in 0..count {
            let days = [0, 1, 2, 3, 4, 5, 6].map(|day| first.saturating_add((i64::from(week) * 7 + day).days()));
            let day = chance.weighed(&days, |day| match day.weekday() {
                Weekday::Monday => 22,
                Weekday::Saturday | Weekday::Sunday => 6,
                _ => 16,
            });
            starts.push((week, at(*day, chance.between(7 * 60, 21 * 60), chance)));
        }
    }
    starts.sort_unstable();
    starts
}

/// So many minutes into `day`, at some second.
pub(super) fn at(day: Date, minutes: i64, chance: &mut Chance) -> DateTime {
    let seconds = minutes * 60 + chance.between(0, 59);
    day.to_datetime(Time::midnight()).saturating_add(seconds.seconds())
}

/// So many minutes after `from`.
pub(super) fn after(from: DateTime, minutes: i64) -> DateTime {
    from.saturating_add(minutes.minutes())
}

fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The first working day after `day`.
pub(super) fn next_working_day(day: Date) -> Date {
    let mut next = day.saturating_add(1.day());
    while !is_working_day(next) {
        next = next.saturating_add(1.day());
    }
    next
}

/// `time`, or the next morning where that is at night.
pub(super) fn awake(time: DateTime, chance: &mut Chance) -> DateTime {
    match time.hour() {
        7..=21 => time,
        ..7 => at(time.date(), 7 * 60 + chance.between(0, 150), chance),
        _ => at(time.date().saturating_add(1.day()), 7 * 60 + chance.between(0, 150), chance),
    }
}

/// `time`, or the next time at which somebody is in the office.
pub(super) fn in_office(time: DateTime, chance: &mut Chance) -> DateTime {
    match (is_working_day(time.date()), time.hour()) {
        (true, 9..=16) => time,
        (true, ..9) => at(time.date(), 9 * 60 + chance.between(0, 90), chance),
        _ => at(next_working_day(time.date()), 9 * 60 + chance.between(0, 90), chance),
    }
}

/// When a promise falls due.
#[derive(Debug)]
pub(super) struct Due {
    /// "by Friday".
    pub(super) words: String,
    day: Date,
    today: bool,
}

/// When something promised at `from` may fall due.
pub(super) fn due(from: DateTime, chance: &mut Chance) -> Due {
    let today = from.date();
    let next = next_working_day(today);
    let is_tomorrow = today.saturating_add(1.day()) == next;
    let (words, day) = match chance.below(6) {
        0 if from.hour() < 12 => ("by the end of the day".to_owned(), today),
        1 if is_tomorrow => ("by tomorrow noon".to_owned(), next),
        2 if is_tomorrow && from.hour() >= 12 => ("within 24 hours".to_owned(), next),
        3 => ("within two working days".to_owned(), next_working_day(next)),
        4 if is_tomorrow => ("tomorrow".to_owned(), next),
        other => {
            let day = if other % 2 == 0 { next_working_day(next) } else { next_working_day(next_working_day(next)) };
            (format!("by {:?}", day.weekday()), day)
        }
    };
    Due { words, day, today: day == today }
}

impl Due {
    /// A time at which it is kept when promised at `from`.
    pub(super) fn kept(&self, from: DateTime, chance: &mut Chance) -> DateTime {
        if self.today {
            after(from, chance.between(70, 200))
        } else {
            at(self.day, 9 * 60 + chance.between(0, 120), chance)
        }
    }

    /// A time at which the customer asks after it.
    pub(super) fn chased(&self, chance: &mut Chance) -> DateTime {
        at(self.day.saturating_add(1.day()), 7 * 60 + chance.between(0, 90), chance)
    }

    /// A time at which it is kept late, after the customer asked.
    pub(super) fn late(&self, chance: &mut Chance) -> DateTime {
        let mut day = next_working_day(self.day);
        for _ in 0..chance.below(3) {
            day = next_working_day(day);
        }
        at(day, 9 * 60 + chance.between(0, 420), chance)
    }
}
