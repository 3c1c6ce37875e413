//! Fields as ticketing tools write them: ids that are numbers here and strings there, times in five forms.

use crate::conversation::Format;
use crate::conversation::neutral::is_rfc3339;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::fmt;

/// An identifier: a string, or a number, kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Id(pub String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id: a string or a whole number")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id, E> {
                Ok(Id(text.to_owned()))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Id, E> {
                Ok(Id(number.to_string()))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Id, E> {
                Ok(Id(number.to_string()))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

/// A time, as RFC 3339 text; an offset that was written is kept.
///
/// Read from RFC 3339 or ISO 8601 text (`2026-03-02T08:14:00Z`, `2026-03-02 08:14:00 +0100`,
/// `2026-03-02T08:14:00.000+0000`, `2026-03-02 08:14:00 UTC`; without an offset: UTC), or from seconds
/// (whole or with a fraction) or milliseconds since 1970. A number from 100,000,000,000 up is milliseconds:
/// as seconds it would lie beyond the year 5000.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time(pub String);

/// Numbers from here up are milliseconds.
const LEAST_MILLISECONDS: f64 = 1e11;

impl Time {
    /// Reads `text`; the error says what is allowed.
    ///
    /// # Errors
    /// Where it is no time in one of the forms above.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if is_rfc3339(text) {
            return Ok(Self(text.to_owned()));
        }
        if let Ok(number) = text.parse::<f64>() {
            return Self::of_number(number);
        }
        let (civil, offset) = split_offset(text);
        let known: Option<Timestamp> = civil.parse::<DateTime>().ok().and_then(|civil| match offset {
            None => civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()),
            Some(minutes) => {
                let offset = jiff::tz::Offset::from_seconds(minutes * 60).ok()?;
                offset.to_timestamp(civil).ok()
            }
        });
        match (known, offset) {
            (Some(time), None | Some(0)) => Ok(Self(time.to_string())),
            (Some(time), Some(minutes)) => {
                let offset = jiff::tz::Offset::from_seconds(minutes * 60).map_err(|error| error.to_string())?;
                Ok(Self(Zoned::new(time, TimeZone::fixed(offset)).strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()))
            }
            (None, _) => {
                let shown: String = text.chars().take(40).collect();
                Err(format!("`{shown}` is no time; expected one such as 2026-03-02T08:14:00Z, or seconds since 1970"))
            }
        }
    }

    /// Reads seconds or milliseconds since 1970.
    ///
    /// # Errors
    /// Where no year from 1 to 9999 has such a time.
    pub fn of_number(number: f64) -> Result<Self, String> {
        let seconds = if number.abs() >= LEAST_MILLISECONDS { number / 1000.0 } else { number };
        // Milliseconds are as fine as any tool writes; more digits would only show the floating point.
        #[expect(clippy::cast_possible_truncation, reason = "rounded, and out of range is an error just below")]
        let milliseconds = (seconds * 1000.0).round() as i64;
        let time = Timestamp::from_millisecond(milliseconds);
        time.map(|time| Self(time.to_string())).map_err(|_| format!("`{number}` seconds since 1970 is no time"))
    }
}

/// `text` without the offset at its end, and the offset in minutes: `+0100`, `+01:00`, `Z`, `UTC`, `GMT`.
fn split_offset(text: &str) -> (&str, Option<i32>) {
    for name in ["UTC", "GMT", "Z"] {
        if let Some(civil) = text.strip_suffix(name) {
            return (civil.trim_end(), Some(0));
        }
    }
    // A date alone has signs too, so only what follows a time of day is an offset.
    let Some(at) = text.rfind(['+', '-']).filter(|&at| text[..at].contains(':')) else { return (text, None) };
    let digits: String = text[at + 1..].chars().filter(|c| *c != ':').collect();
    let minutes = match (digits.len(), digits.parse::<i32>()) {
        (2, Ok(hours)) => hours * 60,
        (4, Ok(number)) => number / 100 * 60 + number % 100,
        _ => return (text, None),
    };
    let sign = if text.as_bytes()[at] == b'-' { -1 } else { 1 };
    (text[..at].trim_end(), Some(sign * minutes))
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Time;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time: RFC 3339 text, or seconds since 1970")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Time, E> {
                Time::parse(text).map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Time, E> {
                self.visit_f64(number as f64)
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Time, E> {
                self.visit_f64(number as f64)
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Time, E> {
                Time::of_number(number).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Text)
    }
}

/// The first of `bodies` that has words, with how it is written: tools give a message in several forms.
#[must_use]
pub fn body<const N: usize>(bodies: [(Option<String>, Option<Format>); N]) -> Option<(String, Option<Format>)> {
    bodies.into_iter().find_map(|(body, format)| Some((body.filter(|body| !body.trim().is_empty())?, format)))
}

#[cfg(test)]
mod tests {
    use super::{Id, Time};

    #[test]
    fn times_of_all_forms() {
        for (written, read) in [
            ("2026-03-02T08:14:00+01:00", "2026-03-02T08:14:00+01:00"),
            ("2026-03-02T08:14:00.000+0100", "2026-03-02T08:14:00+01:00"),
            ("2026-03-02 08:14:00 +0000", "2026-03-02T08:14:00Z"),
            ("2026-03-02 08:14:00 UTC", "2026-03-02T08:14:00Z"),
            ("2026-03-02 08:14", "2026-03-02T08:14:00Z"),
            ("2026-03-02", "2026-03-02T00:00:00Z"),
            ("2026-03-02T08:14:00-0530", "2026-03-02T08:14:00-05:30"),
            ("1772439240", "2026-03-02T08:14:00Z"),
            ("1772439240123", "2026-03-02T08:14:00.123Z"),
            ("1772439240.5", "2026-03-02T08:14:00.5Z"),
        ] {
            assert_eq!(Time::parse(written).map(|time| time.0).as_deref(), Ok(read), "{written}");
        }
        for wrong in ["", "yesterday", "2026-13-02", "2026-03-02T25:00:00Z", "1e300"] {
            assert!(Time::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ids_are_text_whatever_they_are_written_as() {
        let ids: Vec<Id> = serde_json::from_str(r#"[1, "1", 18446744073709551615, -2]"#).unwrap();
        let ids: Vec<&str> = ids.iter().map(|id| id.0.as_str()).collect();
        assert_eq!(ids, ["1", "1", "18446744073709551615", "-2"]);
    }
}
