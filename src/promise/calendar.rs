//! The days that words name: weekdays, dates, weeks and months, seen from the day of sending.

use super::deadline::{Precision, Reason};
use super::office::Office;
use super::phrase::{Caught, Figures};
use super::resolve::Day;
use crate::lexicon::deadlines::{Means, Period};
use crate::text::DateOrder;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};

/// The last working day before the day or period that `day` names.
pub(super) fn day_before(day: &Day, now: DateTime, office: &Office) -> Result<(Date, Precision), Reason> {
    let (means, _, caught) = day;
    let first = match (means, caught.period) {
        (Means::Period | Means::NextPeriod, Some(named)) => {
            let next = *means == Means::NextPeriod || (named == Period::Weekend && !now_is_weekday(now));
            period_days(named, next, now.date())?.0
        }
        _ => date(day, now, office)?.0,
    };
    let farthest = first.checked_sub(14.days()).map_err(|_| Reason::TooFar)?;
    Ok((office.last_working_day(farthest, yesterday(first)?), Precision::Day))
}

fn now_is_weekday(now: DateTime) -> bool {
    now.date().weekday().to_monday_zero_offset() < 5
}

/// The day that `day` names, seen from `now`.
pub(super) fn date((means, days, caught): &Day, now: DateTime, office: &Office) -> Result<(Date, Precision), Reason> {
    let today = now.date();
    let plus = |date: Date, days: i64| date.checked_add(days.days()).map_err(|_| Reason::TooFar);
    let monday = plus(today, -i64::from(today.weekday().to_monday_zero_offset()))?;
    let weekday = || {
        let day = caught.weekday.ok_or(Reason::NoTimeTold)?;
        Weekday::from_monday_one_offset(day).map_err(|_| Reason::NoSuchDay)
    };
    let date = match means {
        Means::Day => plus(today, i64::from(days.unwrap_or(0)))?,
        Means::Weekday => today.nth_weekday(1, weekday()?).map_err(|_| Reason::TooFar)?,
        Means::ThisWeekday if today.weekday() == weekday()? => today,
        Means::ThisWeekday => today.nth_weekday(1, weekday()?).map_err(|_| Reason::TooFar)?,
        Means::NextWeekday => plus(monday, 7 + i64::from(weekday()?.to_monday_zero_offset()))?,
        Means::Date => named(caught, today)?,
        Means::Figures => figures(caught, today, office)?,
        Means::DayOfMonth => day_of_month(caught.day.ok_or(Reason::NoTimeTold)?, today)?,
        Means::Period | Means::NextPeriod => {
            let named = caught.period.ok_or(Reason::NoTimeTold)?;
            return period_end(named, *means == Means::NextPeriod, *days, now, office);
        }
        Means::Span | Means::Time | Means::Vague | Means::Event => return Err(Reason::NoTimeTold),
    };
    Ok((date, Precision::Day))
}

/// "3 March", with or without a year.
fn named(caught: &Caught, today: Date) -> Result<Date, Reason> {
    let (day, month) = (caught.day.ok_or(Reason::NoTimeTold)?, caught.month.ok_or(Reason::NoTimeTold)?);
    without_year(day, month, caught.year, today)
}

fn without_year(day: i8, month: i8, year: Option<i16>, today: Date) -> Result<Date, Reason> {
    let of = |year: i16| Date::new(year, month, day).map_err(|_| Reason::NoSuchDay);
    if let Some(year) = year {
        return of(year);
    }
    // 29 February may be years off; then it is no day of this year or the next.
    let this = of(today.year());
    match this {
        Ok(date) if date >= today => Ok(date),
        Ok(date) if date.saturating_add(6.months()) > today => Err(Reason::Past),
        _ => of(today.year() + 1),
    }
}

fn figures(caught: &Caught, today: Date, office: &Office) -> Result<Date, Reason> {
    match caught.figures.ok_or(Reason::NoTimeTold)? {
        Figures::Iso(year, month, day) => Date::new(year, month, day).map_err(|_| Reason::NoSuchDay),
        Figures::Pair(first, second, year) => {
            let (day, month) = match (first > 12, second > 12, office.date_order()) {
                (true, false, _) => (first, second),
                (false, true, _) => (second, first),
                (true, true, _) => return Err(Reason::NoSuchDay),
                _ if first == second => (first, second),
                (.., Some(DateOrder::DayFirst)) => (first, second),
                (.., Some(DateOrder::MonthFirst)) => (second, first),
                (.., None) => return Err(Reason::AmbiguousDate),
            };
            without_year(day, month, year, today)
        }
    }
}

fn day_of_month(day: i8, today: Date) -> Result<Date, Reason> {
    let mut month = today.first_of_month();
    for _ in 0..12 {
        if day <= month.days_in_month()
            && (month.year(), month.month(), day) >= (today.year(), today.month(), today.day())
        {
            return Date::new(month.year(), month.month(), day).map_err(|_| Reason::NoSuchDay);
        }
        month = month.checked_add(1.month()).map_err(|_| Reason::TooFar)?;
    }
    Err(Reason::NoSuchDay)
}

/// The first and last day of the period that holds `today`, or of the next one.
fn period_days(period: Period, next: bool, today: Date) -> Result<(Date, Date), Reason> {
    let far = |_| Reason::TooFar;
    let steps = i64::from(next);
    let (first, last) = match period {
        Period::Day => {
            let day = today.checked_add(steps.days()).map_err(far)?;
            (day, day)
        }
        Period::Week | Period::Weekend => {
            let back = i64::from(today.weekday().to_monday_zero_offset());
            let monday = today.checked_add((7 * steps - back).days()).map_err(far)?;
            let first = if period == Period::Week { monday } else { monday.checked_add(5.days()).map_err(far)? };
            (first, monday.checked_add(6.days()).map_err(far)?)
        }
        Period::Month => {
            let first = today.first_of_month().checked_add(steps.months()).map_err(far)?;
            (first, first.last_of_month())
        }
        Period::Quarter => {
            let back = i64::from((today.month() - 1) % 3);
            let first = today.first_of_month().checked_add((3 * steps - back).months()).map_err(far)?;
            (first, first.checked_add(2.months()).map_err(far)?.last_of_month())
        }
        Period::Year => {
            let first = today.first_of_year().checked_add(steps.years()).map_err(far)?;
            (first, first.last_of_year())
        }
    };
    Ok((first, last))
}

/// The day on which a period ends, or its so-manieth working day.
fn period_end(
    period: Period,
    next: bool,
    working_days: Option<u8>,
    now: DateTime,
    office: &Office,
) -> Result<(Date, Precision), Reason> {
    let (mut first, mut last) = period_days(period, next, now.date())?;
    let precision = match period {
        Period::Day | Period::Weekend => Precision::Day,
        Period::Week => Precision::Week,
        Period::Month | Period::Quarter | Period::Year => Precision::Month,
    };
    if period == Period::Week {
        // In the weekend "this week" is the one that comes.
        let end = office.last_working_day(first, last).to_datetime(office.closes());
        if !next && now > end && now.date() > end.date() {
            (first, last) = period_days(period, true, now.date())?;
        }
    }
    match working_days {
        Some(count) => {
            let day = office.working_day_after(yesterday(first)?, count.into()).ok_or(Reason::TooFar)?;
            Ok((day.min(last), Precision::Day))
        }
        None if period == Period::Week => Ok((office.last_working_day(first, last), precision)),
        None => Ok((last, precision)),
    }
}

fn yesterday(date: Date) -> Result<Date, Reason> {
    date.yesterday().map_err(|_| Reason::TooFar)
}
