//! Times as spreadsheets and people write them, beyond those that a single value explains.

use crate::source::fields::Time;
use crate::text::DateOrder;

/// Why a time cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unread {
    /// It may be one of two days.
    Ambiguous,
    /// It is none; the reason.
    Wrong(String),
}

/// Numbers below are no seconds of any ticketing tool (they lie before 1973), but days of a spreadsheet.
const LEAST_SECONDS: f64 = 1e8;

/// Reads a time: one that [`Time::parse`] knows, `3/2/2026 2:05 PM`, `02.03.2026 14:05`, `2 Mar 2026 14:05`,
/// `Mon, 02 Mar 2026 14:05:00 +0100`, `March 2, 2026 at 2:05 PM`. Where dots stand between the numbers,
/// the day is first.
pub(super) fn read(text: &str, order: Option<DateOrder>) -> Result<Time, Unread> {
    let text = text.trim();
    if text.parse::<f64>().is_ok_and(|number| number < LEAST_SECONDS) {
        return Err(Unread::Wrong(format!(
            "`{text}` is the number of a day in a spreadsheet; show the column as dates before you export it"
        )));
    }
    let Some(written) = Written::of(text) else { return Time::parse(text).map_err(Unread::Wrong) };
    let (day, month) = match (written.order(), order) {
        (Some(DateOrder::DayFirst), _) | (None, Some(DateOrder::DayFirst)) => (written.first, written.second),
        (Some(DateOrder::MonthFirst), _) | (None, Some(DateOrder::MonthFirst)) => (written.second, written.first),
        (None, None) if written.first == written.second => (written.first, written.second),
        (None, None) => return Err(Unread::Ambiguous),
    };
    if let (Some(own), Some(order)) = (written.order(), order)
        && own != order
        && written.kind == Kind::Numbers
    {
        return Err(Unread::Wrong(format!("`{text}` is not {order}, as the other dates are")));
    }
    let iso = format!("{:04}-{month:02}-{day:02} {}", written.year, written.time);
    Time::parse(iso.trim_end()).map_err(|_| Unread::Wrong(format!("`{}` is no time", shortened(text))))
}

/// What `text` tells of the order of other dates: a number over 12 is no month.
pub(super) fn tells(text: &str) -> Option<DateOrder> {
    Written::of(text.trim()).filter(|written| written.kind == Kind::Numbers).and_then(|written| written.order())
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `3/2/2026`, `3-2-2026`.
    Numbers,
    /// `3.2.2026`, `2026/2/3`: there is no doubt.
    Dots,
    /// `3 Feb 2026`, `Feb 3, 2026`; first is the day.
    Names,
}

/// A date with the year at its end, and what follows it.
#[derive(Debug)]
struct Written {
    kind: Kind,
    first: u32,
    second: u32,
    year: u32,
    /// `14:05:00 +0100`, or nothing.
    time: String,
}

impl Written {
    /// `None` for all else, the year in front for example.
    fn of(text: &str) -> Option<Self> {
        let mut words: Vec<&str> =
            text.split([' ', ',', '\u{A0}', '\u{202F}']).filter(|word| !word.is_empty()).collect();
        words.retain(|word| !word.eq_ignore_ascii_case("at") && !is_weekday(word));
        let first = *words.first()?;
        let split = [('/', Kind::Numbers), ('-', Kind::Numbers), ('.', Kind::Dots)]
            .into_iter()
            .find_map(|(mark, kind)| Some((first.split(mark).collect::<Vec<_>>().try_into().ok()?, kind)));
        let (date, kind, rest): ([&str; 3], Kind, &[&str]) = match split {
            Some((date, kind)) => (date, kind, &words[1..]),
            None => ([words.first()?, words.get(1)?, words.get(2)?], Kind::Names, &words[3..]),
        };
        let [first, second, year] = date;
        // `2026/3/2`.
        let year_first = first.len() == 4 && kind != Kind::Names;
        let (first, year, kind) = if year_first { (year, first, Kind::Dots) } else { (first, year, kind) };
        let year = number(year).filter(|_| year.len() == 4 || (year.len() == 2 && kind != Kind::Names))?;
        let year = if year < 100 { 2000 + year } else { year };
        let time = time_of_day(rest)?;
        let (kind, first, second) = match (number(first), number(second), month(first), month(second)) {
            (Some(first), Some(second), ..) if kind != Kind::Names => (kind, first, second),
            (Some(day), None, _, Some(month)) | (None, Some(day), Some(month), _) => (Kind::Names, day, month),
            _ => return None,
        };
        // `26-03-02` may be anything.
        let short = text.contains('-') && date[2].len() == 2 && kind == Kind::Numbers;
        (!short).then_some(Self { kind, first, second, year, time })
    }

    const fn order(&self) -> Option<DateOrder> {
        match self.kind {
            Kind::Dots | Kind::Names => Some(DateOrder::DayFirst),
            Kind::Numbers if self.first > 12 => Some(DateOrder::DayFirst),
            Kind::Numbers if self.second > 12 => Some(DateOrder::MonthFirst),
            Kind::Numbers => None,
        }
    }
}

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Whether `word` starts as one of `names` does, with three letters, and has nothing but letters.
fn named(word: &str, names: [&str; 12]) -> Option<usize> {
    let word = word.strip_suffix('.').unwrap_or(word).to_lowercase();
    names.iter().position(|name| word.len() >= 3 && name.starts_with(&word))
}

fn month(word: &str) -> Option<u32> {
    let months = [
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
    // Four letters are as usual as three.
    if word.eq_ignore_ascii_case("sept") {
        return Some(9);
    }
    named(word, months).and_then(|index| u32::try_from(index + 1).ok())
}

fn is_weekday(word: &str) -> bool {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "", "", "", "", ""];
    named(word, days).is_some()
}

/// A time of day and what comes after it, with 24 hours and two digits for each; nothing from nothing.
fn time_of_day(words: &[&str]) -> Option<String> {
    let Some((clock, rest)) = words.split_first() else { return Some(String::new()) };
    let lower = clock.to_ascii_lowercase();
    let glued = ["am", "pm"].into_iter().find(|half| lower.ends_with(half));
    let clock = glued.map_or(*clock, |half| &clock[..clock.len() - half.len()]);
    let next = rest.first().map(|word| word.to_ascii_lowercase().replace('.', ""));
    let after = next.as_deref().filter(|word| matches!(*word, "am" | "pm"));
    let rest = if glued.is_none() && after.is_some() { &rest[1..] } else { rest };
    let (hours, minutes) = clock.split_once(':')?;
    let hours = number(hours).filter(|hours| *hours < 24)?;
    let hours = match glued.or(after) {
        Some(_) if !(1..=12).contains(&hours) => return None,
        Some("am") => hours % 12,
        Some(_) => hours % 12 + 12,
        None => hours,
    };
    Some(format!("{hours:02}:{minutes} {}", rest.join(" ")).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Unread, read, tells};
    use crate::text::DateOrder;

    #[test]
    fn times_as_people_write_them() {
        for (written, time) in [
            ("2026-03-02T08:14:00+01:00", "2026-03-02T08:14:00+01:00"),
            ("2026-03-02 08:14", "2026-03-02T08:14:00Z"),
            ("2026/03/02 08:14", "2026-03-02T08:14:00Z"),
            ("1772439240", "2026-03-02T08:14:00Z"),
            ("31/03/2026 8:14", "2026-03-31T08:14:00Z"),
            ("3/31/2026, 2:05 PM", "2026-03-31T14:05:00Z"),
            ("3/31/2026 12:05:09am", "2026-03-31T00:05:09Z"),
            ("02.03.2026 14:05", "2026-03-02T14:05:00Z"),
            ("2.3.26", "2026-03-02T00:00:00Z"),
            ("03/03/2026", "2026-03-03T00:00:00Z"),
            ("2 Mar 2026 14:05", "2026-03-02T14:05:00Z"),
            ("02-Mar-2026 14:05", "2026-03-02T14:05:00Z"),
            ("Mon, 02 Mar 2026 14:05:00 +0100", "2026-03-02T14:05:00+01:00"),
            ("Monday, March 2, 2026 at 2:05 p.m.", "2026-03-02T14:05:00Z"),
        ] {
            assert_eq!(read(written, None).map(|time| time.0).as_deref(), Ok(time), "{written}");
        }
        for wrong in ["", "soon", "46083.59", "32/13/2026", "31/02/2026", "26-03-02", "3/31/2026 25:00", "1/2", "//"] {
            assert!(matches!(read(wrong, None), Err(Unread::Wrong(_))), "{wrong}");
        }
    }

    #[test]
    fn day_and_month_are_not_guessed() {
        assert_eq!(read("03/02/2026 14:05", None), Err(Unread::Ambiguous));
        let with = |order| read("03/02/2026 14:05", Some(order)).map(|time| time.0);
        assert_eq!(with(DateOrder::DayFirst).as_deref(), Ok("2026-02-03T14:05:00Z"));
        assert_eq!(with(DateOrder::MonthFirst).as_deref(), Ok("2026-03-02T14:05:00Z"));
        assert!(matches!(read("03/25/2026", Some(DateOrder::DayFirst)), Err(Unread::Wrong(_))));
        assert_eq!(tells("03/25/2026"), Some(DateOrder::MonthFirst));
        assert_eq!([tells("03/02/2026"), tells("2026-03-25"), tells("25.03.2026"), tells("")], [None; 4]);
    }
}
