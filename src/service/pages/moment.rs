//! Times on pages.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time as a page shows it: `<time datetime="{{ at }}">{{ shown }}</time>`. `amends.js` rewrites the words to the
/// viewer's own zone; without it they are the office's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// RFC 3339, in UTC.
    pub at: String,
    /// In the office's zone.
    pub shown: String,
}

impl Moment {
    /// The time `at`, in an office in `zone`.
    #[must_use]
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let shown = at.to_zoned(zone.clone()).strftime("%-d %b %Y, %H:%M").to_string();
        Self { at: at.to_string(), shown }
    }

    /// The same for a time as the store keeps it; `None` where there is none.
    #[must_use]
    pub fn of_stored(milliseconds: Option<i64>, zone: &TimeZone) -> Option<Self> {
        Some(Self::of(crate::store::timestamp(milliseconds?)?, zone))
    }
}
