//! What the words of a slot stand for.

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A unit of a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Sixty seconds.
    Minute,
    /// Sixty minutes.
    Hour,
    /// An hour in which the office is open.
    WorkingHour,
    /// A day of the calendar.
    Day,
    /// A day on which the office is open.
    WorkingDay,
    /// Seven days.
    Week,
    /// A month of the calendar.
    Month,
}

/// A part of a day, named instead of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// "First thing": two hours from opening.
    FirstThing,
    /// Until noon.
    Morning,
    /// Noon.
    Noon,
    /// Until two in the afternoon.
    Lunch,
    /// Until the office closes.
    Afternoon,
    /// When the office closes: "end of day", "close of business".
    Close,
    /// Until ten in the evening.
    Evening,
    /// Until midnight.
    Night,
}

/// A stretch of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A day.
    Day,
    /// Monday to Sunday; its end is the end of its last working day.
    Week,
    /// Saturday and Sunday.
    Weekend,
    /// A month of the calendar.
    Month,
    /// Three months from January, April, July or October.
    Quarter,
    /// A year of the calendar.
    Year,
}

/// What a slot's words stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number, in halves: "half an" is 1, "two" is 4.
    Number(u32),
    /// A unit of time.
    Unit(Unit),
    /// A day of the week, Monday 1 to Sunday 7.
    Weekday(i8),
    /// A month, January 1 to December 12.
    Month(i8),
    /// A part of a day.
    Part(Part),
    /// A stretch of the calendar.
    Period(Period),
    /// Whether an hour is of the afternoon ("pm").
    Afternoon(bool),
    /// Minutes past the hour that follows; negative before it.
    MinutesPast(i8),
    /// A time zone.
    Zone(TimeZone),
}

/// Slots of which the language gives the words.
pub(super) const WORD_SLOTS: [&str; 9] =
    ["number", "unit", "weekday", "month", "part", "period", "half-day", "minutes-past", "zone"];
/// Slots that read figures.
pub(super) const FIGURE_SLOTS: [&str; 5] = ["hour", "minutes", "day-number", "year", "date"];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Value {
    /// The value called `name` of the slot `slot`, or what is allowed.
    pub(super) fn parse(slot: &str, name: &str) -> Result<Self, String> {
        fn one_of<T: Copy>(names: &[(&str, T)], name: &str) -> Result<T, String> {
            let all = || names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            names.iter().find(|(other, _)| *other == name).map(|(_, value)| *value).ok_or_else(all)
        }
        fn position(names: &[&str], name: &str) -> Result<i8, String> {
            let at = names.iter().position(|other| *other == name);
            at.and_then(|at| i8::try_from(at + 1).ok()).ok_or_else(|| names.join(", "))
        }
        match slot {
            "number" => match name.parse::<f64>() {
                Ok(number) if (0.5..=1000.0).contains(&number) && (number * 2.0).fract() == 0.0 => {
                    Ok(Self::Number((number * 2.0) as u32))
                }
                _ => Err("numbers from 0.5 to 1000 in steps of a half".into()),
            },
            "unit" => one_of(
                &[
                    ("minute", Unit::Minute),
                    ("hour", Unit::Hour),
                    ("working-hour", Unit::WorkingHour),
                    ("day", Unit::Day),
                    ("working-day", Unit::WorkingDay),
                    ("week", Unit::Week),
                    ("month", Unit::Month),
                ],
                name,
            )
            .map(Self::Unit),
            "weekday" => position(&WEEKDAYS, name).map(Self::Weekday),
            "month" => position(&MONTHS, name).map(Self::Month),
            "part" => one_of(
                &[
                    ("first-thing", Part::FirstThing),
                    ("morning", Part::Morning),
                    ("noon", Part::Noon),
                    ("lunch", Part::Lunch),
                    ("afternoon", Part::Afternoon),
                    ("close", Part::Close),
                    ("evening", Part::Evening),
                    ("night", Part::Night),
                ],
                name,
            )
            .map(Self::Part),
            "period" => one_of(
                &[
                    ("day", Period::Day),
                    ("week", Period::Week),
                    ("weekend", Period::Weekend),
                    ("month", Period::Month),
                    ("quarter", Period::Quarter),
                    ("year", Period::Year),
                ],
                name,
            )
            .map(Self::Period),
            "half-day" => one_of(&[("am", false), ("pm", true)], name).map(Self::Afternoon),
            "minutes-past" => {
                let minutes = name.parse().ok().filter(|minutes| (-59..=59).contains(minutes));
                minutes.map(Self::MinutesPast).ok_or_else(|| "minutes from -59 to 59".into())
            }
            // The zones that are built in, so that nothing hangs on the machine's files.
            _ => TimeZoneDatabase::bundled()
                .get(name)
                .map(Self::Zone)
                .map_err(|_| "names of the IANA time zone database, such as Europe/London".into()),
        }
    }
}
