//! Days, weeks and months of an office.

use amends::trend::period::{Grain, Period, PeriodError, parse_time, time_zone, without_gaps};
use jiff::Timestamp;
use jiff::civil::Date;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The day, week and month of a time in a zone.
fn periods(time: &str, zone: &str) -> [String; 3] {
    let (time, zone) = (parse_time(time).unwrap(), time_zone(zone).unwrap());
    Grain::ALL.map(|grain| Period::of(time, grain, &zone).to_string())
}

#[test]
fn a_time_belongs_to_the_days_of_the_office() {
    assert_eq!(periods("2026-11-20T09:30:00+01:00", "Europe/Berlin"), ["2026-11-20", "2026-W47", "2026-11"]);
    // Sunday evening in New York is Monday, next week and next month in London and Auckland.
    let evening = "2026-05-31T23:30:00-04:00";
    assert_eq!(periods(evening, "America/New_York"), ["2026-05-31", "2026-W22", "2026-05"]);
    assert_eq!(periods(evening, "Europe/London"), ["2026-06-01", "2026-W23", "2026-06"]);
    assert_eq!(periods(evening, "Pacific/Auckland"), ["2026-06-01", "2026-W23", "2026-06"]);
    // The offset of the message says when it was, the office which day that is.
    assert_eq!(periods("2026-06-01T12:29:00+14:00", "UTC"), ["2026-05-31", "2026-W22", "2026-05"]);
}

#[test]
fn daylight_saving_moves_midnight() {
    // Midnight in Berlin is 23:00 UTC in winter and 22:00 UTC in summer; clocks change on 29 March and 25 October 2026.
    for (time, day) in [
        ("2026-03-28T22:59:59Z", "2026-03-28"),
        ("2026-03-28T23:00:00Z", "2026-03-29"),
        ("2026-03-29T21:59:59Z", "2026-03-29"),
        ("2026-03-29T22:00:00Z", "2026-03-30"),
        ("2026-10-25T22:59:59Z", "2026-10-25"),
        ("2026-10-25T23:00:00Z", "2026-10-26"),
    ] {
        assert_eq!(periods(time, "Europe/Berlin")[0], day, "{time}");
    }
    // Both runs of the hour that comes twice are of the same day.
    assert_eq!(periods("2026-11-01T01:30:00-04:00", "America/New_York")[0], "2026-11-01");
    assert_eq!(periods("2026-11-01T01:30:00-05:00", "America/New_York")[0], "2026-11-01");
}

/// Python 3: `date(y, m, d).isocalendar()`.
#[test]
fn weeks_at_the_turn_of_the_year() {
    for (day, week) in [
        ("1995-01-01", "1994-W52"),
        ("2020-12-31", "2020-W53"),
        ("2024-12-30", "2025-W01"),
        ("2026-12-31", "2026-W53"),
        ("2027-01-01", "2026-W53"),
        ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"),
    ] {
        assert_eq!(Period::of_day(day.parse().unwrap(), Grain::Week).to_string(), week, "{day}");
    }
}

#[test]
fn times_without_an_offset_and_unknown_zones_are_refused() {
    for bad in ["", "yesterday", "2026-11-20", "2026-11-20T09:30:00", "2026-02-30T09:30:00Z", "2026-11-20T25:00:00Z"] {
        assert_eq!(parse_time(bad), Err(PeriodError::Time(bad.into())));
    }
    assert_eq!(
        parse_time("noon").unwrap_err().to_string(),
        "`noon` is no RFC 3339 time with an offset, such as 2026-11-20T09:30:00+01:00 or 2026-11-20T08:30:00Z"
    );
    assert_eq!(
        time_zone("Mars/Olympus").unwrap_err().to_string(),
        "`Mars/Olympus` is no time zone of the IANA database, such as Europe/Berlin or UTC"
    );
    for good in ["2026-11-20t08:30:00z", "2026-11-20T08:30:00.123456Z", "2026-11-20 08:30:00-00:00"] {
        assert!(parse_time(good).is_ok(), "{good}");
    }
}

#[test]
fn periods_are_read_as_they_are_written() {
    for good in ["2026-11-20", "2026-W47", "2026-W53", "2026-11"] {
        assert_eq!(good.parse::<Period>().unwrap().to_string(), good);
    }
    for bad in [
        "",
        "2026",
        "2026-W54",
        "2025-W53",
        "2026-W7",
        "2026-W00",
        "2026-13",
        "2026-11-31",
        "2026-w47",
        "26-11",
        "2026-11-20T00",
        "-W",
    ] {
        assert_eq!(bad.parse::<Period>(), Err(PeriodError::Period(bad.into())));
    }
    assert_eq!("week".parse(), Ok(Grain::Week));
    assert_eq!(
        "year".parse::<Grain>().unwrap_err().to_string(),
        "`year` is no length of a period; there are day, week and month"
    );
}

#[test]
fn empty_periods_are_shown() {
    let counts = [("2026-W51", 4), ("2026-W53", 7), ("2027-W02", 1)];
    let series: BTreeMap<Period, u32> = counts.into_iter().map(|(period, n)| (period.parse().unwrap(), n)).collect();
    let filled: Vec<(String, u32)> =
        without_gaps(series).into_iter().map(|(period, n)| (period.to_string(), n)).collect();
    let expected = [("2026-W51", 4), ("2026-W52", 0), ("2026-W53", 7), ("2027-W01", 0), ("2027-W02", 1)];
    assert_eq!(filled, expected.map(|(period, n)| (period.to_owned(), n)));
    assert_eq!(without_gaps(BTreeMap::<Period, u32>::new()), []);
    let months = BTreeMap::from([
        ("2026-11".parse().unwrap(), 1),
        ("2027-02".parse().unwrap(), 1),
        ("2026-W51".parse().unwrap(), 1),
    ]);
    let names: Vec<String> = without_gaps::<u32>(months).iter().map(|(period, _)| period.to_string()).collect();
    assert_eq!(names, ["2026-W51", "2026-11", "2026-12", "2027-01", "2027-02"]);
}

#[test]
fn the_calendar_has_ends() {
    let (first, last) = (Timestamp::MIN, Timestamp::MAX);
    let zone = time_zone("UTC").unwrap();
    for grain in Grain::ALL {
        for time in [first, last] {
            let period = Period::of(time, grain, &zone);
            assert_eq!(period.to_string().parse(), Ok(period));
        }
        let end = Period::of_day(Date::MAX, grain);
        assert_eq!(end.next(), None);
        assert_eq!(end.through(end).count(), 1);
    }
}

proptest! {
    #[test]
    fn laws_of_periods(seconds in -60_000_000_000_i64..200_000_000_000, grain in prop::sample::select(Grain::ALL.to_vec()),
        zone in prop::sample::select(vec!["UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]),
        later in 0_i64..100_000_000)
    {
        let zone = time_zone(zone).unwrap();
        let time = Timestamp::from_second(seconds).unwrap();
        let period = Period::of(time, grain, &zone);
        prop_assert_eq!(period.to_string().parse(), Ok(period));
        // The day of the time is in it, and not in the next.
        let day = zone.to_datetime(time).date();
        let next = period.next().unwrap();
        prop_assert!(period.first_day() <= day && day < next.first_day());
        prop_assert_eq!(Period::of_day(next.first_day(), grain), next);
        prop_assert_eq!(Period::of_day(next.first_day().yesterday().unwrap(), grain), period);
        // Later times are never of earlier periods.
        let then = Period::of(Timestamp::from_second(seconds + later).unwrap(), grain, &zone);
        prop_assert!(period <= then);
        prop_assert_eq!(period.through(then).last(), Some(then));
    }
}
