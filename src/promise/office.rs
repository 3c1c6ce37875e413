//! The office: its time zone, its working days and hours, and when on them a promise falls due.

use crate::lexicon::deadlines::Part;
use crate::text::DateOrder;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::collections::BTreeSet;
use thiserror::Error;

/// The weekday called `name`: its first three letters, in capitals or not.
///
/// # Errors
/// Names that are allowed, where it is none of them.
pub fn weekday(name: &str) -> Result<Weekday, String> {
    let days = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
    let known = || format!("there are {}", days.map(|(name, _)| name).join(", "));
    days.iter().find(|(short, _)| name.trim().eq_ignore_ascii_case(short)).map(|(_, day)| *day).ok_or_else(known)
}

/// Opening hours such as `09:00-17:00`: when the office opens, when it closes.
///
/// # Errors
/// What is expected, where `text` is not two times.
pub fn opening_hours(text: &str) -> Result<(Time, Time), String> {
    let read = |time: &str| time.trim().parse::<Time>().ok();
    let hours = text.split_once('-').and_then(|(opens, closes)| Some((read(opens)?, read(closes)?)));
    hours.ok_or_else(|| "expected two times such as 09:00-17:00".to_owned())
}

/// Why an office cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OfficeError {
    /// The zone is not in the built-in database.
    #[error("no time zone is called `{0}`; names are those of the IANA database, such as Europe/Amsterdam")]
    UnknownZone(String),
    /// It never opens.
    #[error("an office needs at least one working day")]
    NoWorkingDay,
    /// It closes before it opens.
    #[error("an office opens before it closes on the same day; {0} is not before {1}")]
    Hours(Time, Time),
}

/// When the office that promises is at work: what "tomorrow" and "in 2 business days" hang on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    zone: TimeZone,
    /// From Monday.
    working_days: [bool; 7],
    opens: Time,
    closes: Time,
    holidays: BTreeSet<Date>,
    date_order: Option<DateOrder>,
}

impl Office {
    /// An office in the zone called `zone` (IANA) that works Monday to Friday from 9:00 to 17:00,
    /// without holidays, and for which "3/4" is in doubt.
    ///
    /// Zones are those built into the program, so that the answer does not hang on the machine.
    ///
    /// # Errors
    /// Where no zone has that name.
    pub fn in_zone(zone: &str) -> Result<Self, OfficeError> {
        let zone = TimeZoneDatabase::bundled().get(zone).map_err(|_| OfficeError::UnknownZone(zone.to_owned()))?;
        Ok(Self {
            zone,
            working_days: [true, true, true, true, true, false, false],
            opens: Time::constant(9, 0, 0, 0),
            closes: Time::constant(17, 0, 0, 0),
            holidays: BTreeSet::new(),
            date_order: None,
        })
    }

    /// With these working days.
    ///
    /// # Errors
    /// Where there is none.
    pub fn with_working_days(mut self, days: &[Weekday]) -> Result<Self, OfficeError> {
        self.working_days = [false; 7];
        for day in days {
            self.working_days[day.to_monday_zero_offset() as usize] = true;
        }
        if days.is_empty() { Err(OfficeError::NoWorkingDay) } else { Ok(self) }
    }

    /// With these opening hours.
    ///
    /// # Errors
    /// Where `opens` is not before `closes`.
    pub fn with_hours(mut self, opens: Time, closes: Time) -> Result<Self, OfficeError> {
        (self.opens, self.closes) = (opens, closes);
        if opens < closes { Ok(self) } else { Err(OfficeError::Hours(opens, closes)) }
    }

    /// With these days on which nobody works.
    #[must_use]
    pub fn with_holidays(mut self, holidays: impl IntoIterator<Item = Date>) -> Self {
        self.holidays = holidays.into_iter().collect();
        self
    }

    /// With that reading of "3/4"; without one such a date is left unknown.
    #[must_use]
    pub const fn with_date_order(mut self, order: DateOrder) -> Self {
        self.date_order = Some(order);
        self
    }

    /// Its time zone.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Which figure of "3/4" is the day, where that is told.
    #[must_use]
    pub const fn date_order(&self) -> Option<DateOrder> {
        self.date_order
    }

    /// When it opens.
    #[must_use]
    pub const fn opens(&self) -> Time {
        self.opens
    }

    /// When it closes.
    #[must_use]
    pub const fn closes(&self) -> Time {
        self.closes
    }

    /// Whether somebody works on `date`.
    #[must_use]
    pub fn works_on(&self, date: Date) -> bool {
        self.working_days[date.weekday().to_monday_zero_offset() as usize] && !self.holidays.contains(&date)
    }

    /// The working day that comes `count` working days after `date`; `None` where there is none in ten years.
    #[must_use]
    pub fn working_day_after(&self, date: Date, count: u32) -> Option<Date> {
        /// Holidays may fill years, but not all of them.
        const FARTHEST: usize = 3660;
        let mut left = count;
        let mut day = date;
        for _ in 0..FARTHEST {
            if left == 0 {
                return Some(day);
            }
            day = day.tomorrow().ok()?;
            left -= u32::from(self.works_on(day));
        }
        None
    }

    /// The last working day from `first` to `last`; `last` where nobody works between them.
    #[must_use]
    pub fn last_working_day(&self, first: Date, last: Date) -> Date {
        let mut day = last;
        while day > first {
            if self.works_on(day) {
                return day;
            }
            match day.yesterday() {
                Ok(before) => day = before,
                Err(_) => return last,
            }
        }
        if self.works_on(first) { first } else { last }
    }

    /// When `duration` of opening hours has gone by since `from`.
    pub(super) fn after_open_hours(&self, from: DateTime, duration: SignedDuration) -> Option<DateTime> {
        let (mut left, mut at) = (duration, from);
        for _ in 0..3660 {
            if self.works_on(at.date()) && at.time() < self.closes {
                let start = at.time().max(self.opens);
                let open = start.duration_until(self.closes);
                if left <= open {
                    return at.date().to_datetime(start).checked_add(left).ok();
                }
                left -= open;
            }
            at = at.date().tomorrow().ok()?.to_datetime(Time::midnight());
        }
        None
    }

    /// When the part of `date` called `part` ends.
    pub(super) fn end_of_part(&self, date: Date, part: Part) -> Option<DateTime> {
        let at = |hour| date.at(hour, 0, 0, 0);
        match part {
            Part::FirstThing => date.to_datetime(self.opens).checked_add(2.hours()).ok(),
            Part::Morning | Part::Noon => Some(at(12)),
            Part::Lunch => Some(at(14)),
            Part::Afternoon | Part::Close => Some(date.to_datetime(self.closes)),
            Part::Evening => Some(at(22)),
            Part::Night => end_of_day(date),
        }
    }

    /// The hour that "at 4" means, `past` minutes past it: of morning and evening the one nearer to opening
    /// hours, the later one when both are.
    pub(super) fn likely_hour(&self, hour: i8, past: i8) -> i8 {
        if !(1..=11).contains(&hour) {
            return hour;
        }
        let distance = |hour: i8| {
            let at = i32::from(hour) * 60 + i32::from(past);
            (minutes(self.opens) - at).max(at - minutes(self.closes)).max(0)
        };
        if distance(hour) < distance(hour + 12) { hour } else { hour + 12 }
    }

    /// The instant at which the clocks of the office show `at`: of two the later one, of a time that
    /// the clocks leave out the one as much later.
    pub(super) fn instant(&self, at: DateTime) -> Option<Timestamp> {
        self.zone.to_ambiguous_zoned(at).later().ok().map(|zoned| zoned.timestamp())
    }

    /// The same office with clocks of another zone.
    pub(super) fn with_zone(&self, zone: TimeZone) -> Self {
        Self { zone, ..self.clone() }
    }
}

fn minutes(time: Time) -> i32 {
    i32::from(time.hour()) * 60 + i32::from(time.minute())
}

/// The midnight that ends `date`.
pub(super) fn end_of_day(date: Date) -> Option<DateTime> {
    Some(date.tomorrow().ok()?.to_datetime(Time::midnight()))
}
