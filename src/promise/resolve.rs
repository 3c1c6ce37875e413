//! What words mean on the calendar and the clock of an office.
//!
//! | words | due |
//! |---|---|
//! | "within 24 hours", "in 10 minutes" | so long after sending, to the second |
//! | "in 2 days", "within a week" | closing on that day of the calendar, or the time of sending if that is later in the day |
//! | "in 2 business days" | closing on the second working day after the day of sending |
//! | "in 4 working hours" | when the office has been open so long |
//! | "today" | closing; midnight when the office has closed |
//! | "tomorrow", "on Friday", "3 March" | closing on that day, working day or not |
//! | "by Friday", said on a Friday | the Friday after; "this Friday" is that same day |
//! | "next Tuesday" | Tuesday of the next week (weeks begin on Mondays) |
//! | "by the 20th" | this month's, or the first later one still to come |
//! | "3 March", without a year | the next one; a date that lies less than half a year back is past |
//! | "this week", "end of the week" | closing on its last working day; in the weekend, that of the next week |
//! | "next week", "early next week" | closing on its last, second working day |
//! | "this weekend" | midnight after Sunday |
//! | "end of the month" | closing on the month's last day |
//! | "before Friday", "by the weekend" | closing on the last working day before |
//! | "by 5pm", without a day | the next time the clock shows it, on this day or the next working day |
//! | "at 4" | the 4 o'clock nearer to opening hours, in doubt the later one |
//! | "this afternoon", "by EOD" | closing; midnight when the office has closed |
//! | "in the morning", when it is over | noon of the next working day |

use super::calendar::{date, day_before};
use super::deadline::{Precision, Reason};
use super::office::{Office, end_of_day};
use super::phrase::Caught;
use crate::lexicon::deadlines::{Means, Part, Period, Unit};
use jiff::civil::{Date, DateTime, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// What words tell: a day or span, a time of day, or both; or nothing that a clock can show.
#[derive(Debug, Clone, Default)]
pub(super) struct Expression {
    pub(super) day: Option<(Means, Option<u8>, Caught)>,
    pub(super) time: Option<Caught>,
    /// Due before the day begins.
    pub(super) before: bool,
    /// Why it is no time.
    pub(super) empty: Option<Reason>,
}

impl Expression {
    pub(super) const fn is_time(&self) -> bool {
        self.empty.is_none()
    }

    pub(super) const fn emptiness(&self) -> Option<Reason> {
        self.empty
    }

    /// The two as one, where they go together: a day with a time of day, a weekday with its date or week,
    /// an hour with its part of the day.
    pub(super) fn join(&self, next: &Self) -> Option<Self> {
        if !self.is_time() || !next.is_time() {
            return None;
        }
        let day = match (&self.day, &next.day) {
            (Some(first), Some(second)) => Some(more_exact(first, second)?),
            (day, None) | (None, day) => day.clone(),
        };
        let time = match (&self.time, &next.time) {
            (Some(first), Some(second)) => Some(hour_in_part(first, second)?),
            (time, None) | (None, time) => time.clone(),
        };
        let together = time.is_none() || day.as_ref().is_none_or(|(means, ..)| is_one_day(*means));
        together.then(|| Self { day, time, before: self.before || next.before, empty: None })
    }
}

/// An hour and a part of the day as one time: "8 tonight", "in the morning at 9".
fn hour_in_part(first: &Caught, second: &Caught) -> Option<Caught> {
    let (clock, part) = match (first.part, second.part) {
        (None, Some(part)) => (first, part),
        (Some(part), None) => (second, part),
        _ => return None,
    };
    let afternoon = clock.afternoon.or(match part {
        Part::FirstThing | Part::Morning => Some(false),
        Part::Noon => None,
        _ => Some(true),
    });
    Some(Caught { afternoon, ..clock.clone() })
}

const fn is_one_day(means: Means) -> bool {
    matches!(
        means,
        Means::Day
            | Means::Weekday
            | Means::ThisWeekday
            | Means::NextWeekday
            | Means::Date
            | Means::Figures
            | Means::DayOfMonth
    )
}

/// A way to name a day: what the words mean, `days` of the rule, what was caught.
pub(super) type Day = (Means, Option<u8>, Caught);

/// Of two ways to name a day, the one that leaves less open: "tomorrow, Friday 6 March".
fn more_exact(first: &Day, second: &Day) -> Option<Day> {
    const fn rank(means: Means) -> u8 {
        match means {
            Means::Figures => 5,
            Means::Date => 4,
            Means::DayOfMonth => 3,
            Means::Day => 2,
            _ => 1,
        }
    }
    let weekday = |means| matches!(means, Means::Weekday | Means::ThisWeekday);
    match (first.0, second.0) {
        // "Friday next week", "next week on Friday".
        (Means::NextPeriod, day) if weekday(day) && first.2.period == Some(Period::Week) => {
            Some((Means::NextWeekday, None, second.2.clone()))
        }
        (day, Means::NextPeriod) if weekday(day) && second.2.period == Some(Period::Week) => {
            Some((Means::NextWeekday, None, first.2.clone()))
        }
        (a, b) if is_one_day(a) && is_one_day(b) && rank(a) != rank(b) => {
            Some(if rank(a) > rank(b) { first.clone() } else { second.clone() })
        }
        _ => None,
    }
}

/// Farther off than this, a promise is not followed.
const FARTHEST_DAYS: i64 = 400;

/// When what `told` says is due, of a message sent at `sent`.
pub(super) fn resolve(told: &Expression, sent: Timestamp, office: &Office) -> Result<(Timestamp, Precision), Reason> {
    let zone = told.time.as_ref().and_then(|time| time.zone.clone());
    let office = &zone.map_or_else(|| office.clone(), |zone| office.with_zone(zone));
    let now = sent.to_zoned(office.zone().clone()).datetime();
    let (at, precision) = match (&told.day, &told.time) {
        (Some((Means::Span, _, caught)), _) => return span(caught, sent, now, office),
        (Some(day), time) => {
            let (date, precision) = if told.before { day_before(day, now, office)? } else { date(day, now, office)? };
            at_time(date, precision, time.as_ref(), day, now, office)?
        }
        (None, Some(time)) => next_time(time, now, office)?,
        (None, None) => return Err(Reason::NoTimeTold),
    };
    let at = office.instant(at).ok_or(Reason::TooFar)?;
    if at.duration_since(sent) > SignedDuration::from_hours(24 * FARTHEST_DAYS) {
        return Err(Reason::TooFar);
    }
    Ok((at, precision))
}

/// `date` at `time`, or at its end.
fn at_time(
    date: Date,
    precision: Precision,
    time: Option<&Caught>,
    (means, _, caught): &Day,
    now: DateTime,
    office: &Office,
) -> Result<(DateTime, Precision), Reason> {
    // What is over today leaves the rest of the day.
    let still = |at: DateTime| if at < now && date == now.date() { midnight(date) } else { Ok(at) };
    match time {
        Some(time) => {
            let (at, exact) = on(time, date, office)?;
            Ok((if time.part.is_some() { still(at)? } else { at }, exact))
        }
        None if matches!(means, Means::Period | Means::NextPeriod)
            && caught.period == Some(Period::Weekend)
            && date.weekday() == Weekday::Sunday =>
        {
            Ok((midnight(date)?, precision))
        }
        None => Ok((still(date.to_datetime(office.closes()))?, precision)),
    }
}

fn midnight(date: Date) -> Result<DateTime, Reason> {
    end_of_day(date).ok_or(Reason::TooFar)
}

/// A span from the time of sending.
fn span(caught: &Caught, sent: Timestamp, now: DateTime, office: &Office) -> Result<(Timestamp, Precision), Reason> {
    let halves = i64::from(caught.number.unwrap_or(2));
    let whole = halves.div_euclid(2) + halves % 2;
    let unit = caught.unit.ok_or(Reason::NoTimeTold)?;
    let after =
        |seconds: i64| sent.checked_add(SignedDuration::from_secs(halves * seconds / 2)).map_err(|_| Reason::TooFar);
    let (date, precision) = match unit {
        Unit::Minute => return Ok((after(60)?, Precision::Minute)),
        Unit::Hour => return Ok((after(3600)?, Precision::Hour)),
        Unit::WorkingHour => {
            let at = office.after_open_hours(now, SignedDuration::from_mins(halves * 30)).ok_or(Reason::TooFar)?;
            return Ok((office.instant(at).ok_or(Reason::TooFar)?, Precision::Hour));
        }
        Unit::WorkingDay => {
            let count = u32::try_from(whole).map_err(|_| Reason::TooFar)?;
            (office.working_day_after(now.date(), count).ok_or(Reason::TooFar)?, Precision::Day)
        }
        Unit::Day => (now.date().checked_add(whole.days()).map_err(|_| Reason::TooFar)?, Precision::Day),
        Unit::Week => {
            let days = (halves * 7).div_euclid(2) + (halves * 7) % 2;
            (now.date().checked_add(days.days()).map_err(|_| Reason::TooFar)?, Precision::Week)
        }
        Unit::Month => (now.date().checked_add(whole.months()).map_err(|_| Reason::TooFar)?, Precision::Month),
    };
    let time = if unit == Unit::WorkingDay { office.closes() } else { office.closes().max(now.time()) };
    let at = office.instant(date.to_datetime(time)).ok_or(Reason::TooFar)?;
    if at.duration_since(sent) > SignedDuration::from_hours(24 * FARTHEST_DAYS) {
        return Err(Reason::TooFar);
    }
    Ok((at, precision))
}

/// `time` on `date`.
fn on(time: &Caught, date: Date, office: &Office) -> Result<(DateTime, Precision), Reason> {
    if let Some(part) = time.part {
        return Ok((office.end_of_part(date, part).ok_or(Reason::TooFar)?, Precision::HalfDay));
    }
    let (told, minutes) = (time.hour.ok_or(Reason::NoTimeTold)?, time.minutes.unwrap_or(0));
    let hour = match time.afternoon {
        Some(true) if told < 12 => told + 12,
        Some(false) if told == 12 => 0,
        Some(_) => told,
        None => office.likely_hour(told, time.minutes_past.unwrap_or(0) + minutes),
    };
    let start = match hour {
        24 => midnight(date)?,
        _ => date.at(hour, minutes, 0, 0),
    };
    let past = i64::from(time.minutes_past.unwrap_or(0));
    let exact = time.minutes.is_some() || time.minutes_past.is_some();
    let at = start.checked_add(past.minutes()).map_err(|_| Reason::TooFar)?;
    Ok((at, if exact { Precision::Minute } else { Precision::Hour }))
}

/// The next time that the clock shows `time`.
fn next_time(time: &Caught, now: DateTime, office: &Office) -> Result<(DateTime, Precision), Reason> {
    let today = now.date();
    let (at, precision) = on(time, today, office)?;
    if at >= now {
        return Ok((at, precision));
    }
    // Without "am" or "pm" the other half of the day may still come: "by 8" at six in the evening.
    if time.afternoon.is_none() && time.hour.is_some_and(|hour| (1..=12).contains(&hour)) {
        let later = at.checked_add(12.hours()).map_err(|_| Reason::TooFar)?;
        if later >= now && later.date() == today {
            return Ok((later, precision));
        }
    }
    match time.part {
        // "This afternoon", "by EOD", when that is over: what is left of the day.
        Some(Part::Afternoon | Part::Close | Part::Evening | Part::Night) => Ok((midnight(today)?, precision)),
        _ => on(time, office.working_day_after(today, 1).ok_or(Reason::TooFar)?, office),
    }
}
