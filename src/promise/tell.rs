//! A sentence for people about each outcome.

use super::fate::{Fate, Outcome, Why};
use super::{Office, Promise};
use jiff::{SignedDuration, Timestamp};

impl Outcome {
    /// What became of `promise`, in a sentence; times are those of `office`, turns count from 1.
    #[must_use]
    pub fn sentence(&self, promise: &Promise, office: &Office) -> String {
        let when = |at: Timestamp| at.to_zoned(office.zone().clone()).strftime("%A %-d %B %Y, %H:%M").to_string();
        let due = match &promise.due {
            Ok(due) => format!("Due {}", when(due.at)),
            Err(undated) => format!("Promised in turn {}; {}", promise.turn + 1, undated.reason.text()),
        };
        let what = match self.fate {
            Fate::Kept { by_turn, at: Some(at) } => format!("kept by turn {} on {}", by_turn + 1, when(at)),
            Fate::Kept { by_turn, at: None } => {
                format!("kept as turn {} shows; when that was is not told", by_turn + 1)
            }
            Fate::Late { by_turn, at, by } => {
                format!("first shown by turn {} on {}, {} late", by_turn + 1, when(at), in_words(by))
            }
            Fate::Broken { chased_in: Some(turn), .. } => {
                format!("nothing came, and the customer asked after it in turn {}", turn + 1)
            }
            Fate::Broken { chased_in: None, .. } => "nothing came".to_owned(),
            Fate::Unkept { since } => format!("nothing came until {}", when(since)),
            Fate::Open { why } => why.text().to_owned(),
        };
        format!("{due}: {what}.")
    }
}

impl Why {
    /// The reason in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotYetDue => "there is time left",
            Self::CannotTell => "it may have been done without a word here",
            Self::Conditional => "it hangs on a condition",
            Self::WaitsForEvent => "it waits for something without a date",
            Self::NoLongerNeeded => "the customer said that the matter is settled",
            Self::TimesUnknown => "the messages do not tell their times",
        }
    }
}

/// A duration in its two largest units: "2 days 3 hours".
fn in_words(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    let parts = [(minutes / 1440, "day"), (minutes / 60 % 24, "hour"), (minutes % 60, "minute")];
    let counted = |(count, unit): &(i64, &str)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" });
    let words: Vec<String> = parts.iter().filter(|(count, _)| *count > 0).take(2).map(counted).collect();
    if words.is_empty() { "less than a minute".into() } else { words.join(" ") }
}
