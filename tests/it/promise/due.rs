//! When promises fall due.

use super::{END, amsterdam, conversation, outcomes};
use crate::support::{self, Chance};
use amends::promise::{Office, Reason};
use amends::text::DateOrder;
use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Timestamp};

const ZONES: [&str; 4] = ["Europe/Amsterdam", "America/New_York", "Australia/Sydney", "UTC"];

/// When `words` are due in `office`, of a message sent at `sent`.
fn due(words: &str, sent: &str, office: &Office) -> Result<Timestamp, Reason> {
    let body = format!("I'm sorry about the delay. I will email you {words}.");
    let turns = [("agent", sent, body.as_str())];
    let (promise, _) = outcomes(&conversation(&turns), office, END).remove(0);
    promise.due.map(|due| due.at).map_err(|undated| undated.reason)
}

fn at(time: &str) -> Result<Timestamp, Reason> {
    Ok(time.parse().unwrap())
}

#[test]
fn the_office_decides() {
    let monday = "2026-03-02T10:00:00+01:00";
    let office = amsterdam();
    assert_eq!(due("on 4/3", monday, &office), Err(Reason::AmbiguousDate));
    let first = |order| amsterdam().with_date_order(order);
    assert_eq!(due("on 4/3", monday, &first(DateOrder::DayFirst)), at("2026-03-04T17:00:00+01:00"));
    assert_eq!(due("on 4/3", monday, &first(DateOrder::MonthFirst)), at("2026-04-03T17:00:00+02:00"));
    let holiday = amsterdam().with_holidays(["2026-03-03".parse::<Date>().unwrap()]);
    assert_eq!(due("in 2 business days", monday, &holiday), at("2026-03-05T17:00:00+01:00"));
    let short = amsterdam().with_hours(Time::constant(8, 0, 0, 0), Time::constant(12, 30, 0, 0)).unwrap();
    assert_eq!(due("tomorrow", monday, &short), at("2026-03-03T12:30:00+01:00"));
    let sunday = amsterdam().with_working_days(&[Weekday::Sunday, Weekday::Monday]).unwrap();
    assert_eq!(due("in 2 business days", monday, &sunday), at("2026-03-09T17:00:00+01:00"));
    assert!(amsterdam().with_working_days(&[]).is_err());
    assert!(amsterdam().with_hours(Time::midnight(), Time::midnight()).is_err());
    assert!(Office::in_zone("Mars/Base").is_err());
}

#[test]
fn days_on_which_the_clocks_change() {
    // Forward on 29 March 2026 in Amsterdam, on 8 March in New York; back on 25 October, 1 November.
    let newyork = Office::in_zone("America/New_York").unwrap();
    let saturday = "2026-03-28T10:00:00+01:00";
    assert_eq!(due("within 24 hours", saturday, &amsterdam()), at("2026-03-29T11:00:00+02:00"));
    assert_eq!(due("tomorrow", saturday, &amsterdam()), at("2026-03-29T17:00:00+02:00"));
    assert_eq!(due("on Monday at 9", saturday, &amsterdam()), at("2026-03-30T09:00:00+02:00"));
    assert_eq!(due("tomorrow at 2:30 am", "2026-03-07T10:00:00-05:00", &newyork), at("2026-03-08T03:30:00-04:00"));
    assert_eq!(due("in 2 days", "2026-03-07T10:00:00-05:00", &newyork), at("2026-03-09T17:00:00-04:00"));
    // Half past one comes twice: the later one.
    assert_eq!(due("tomorrow at 1:30 am", "2026-10-31T10:00:00-04:00", &newyork), at("2026-11-01T01:30:00-05:00"));
    assert_eq!(due("within 24 hours", "2026-10-24T12:00:00+02:00", &amsterdam()), at("2026-10-25T11:00:00+01:00"));
    assert_eq!(
        due("within 4 working hours", "2026-10-23T15:00:00+02:00", &amsterdam()),
        at("2026-10-26T11:00:00+01:00")
    );
    // The message's own offset tells when it was sent, the office's zone what its words mean.
    assert_eq!(due("by noon", "2026-03-02T22:30:00+09:00", &newyork), at("2026-03-02T12:00:00-05:00"));
}

const WORDS: [&str; 30] = [
    "by Friday",
    "by Friday noon",
    "on Friday",
    "next Tuesday",
    "this Thursday",
    "within 24 hours",
    "in the next hour",
    "in half an hour",
    "in 2 business days",
    "within 2-3 working days",
    "within a week",
    "in a couple of days",
    "tomorrow",
    "tomorrow morning",
    "first thing tomorrow",
    "first thing Monday",
    "this afternoon",
    "tonight",
    "today",
    "by EOD",
    "by close of business",
    "by the end of the week",
    "by the weekend",
    "next week",
    "early next week",
    "by 5pm",
    "before noon",
    "at 3:30",
    "by 10 am tomorrow",
    "in 10 minutes",
];

#[test]
fn due_is_never_before_sent_and_moves_with_the_weeks() {
    let mut chance = Chance::new(20_260_302);
    let hour = SignedDuration::from_hours(1);
    for round in 0..400 {
        let office = Office::in_zone(ZONES[round % ZONES.len()]).unwrap();
        let words = chance.pick(&WORDS);
        let sent = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(29_000_000 + chance.below(1_500_000) as i64);
        let found = due(words, &sent.to_string(), &office);
        let Ok(found) = found else { panic!("{words} at {sent}: {found:?}") };
        assert!(found >= sent, "{words} at {sent} is due at {found}");
        let weeks = 1 + chance.below(30) as i64;
        let later = sent + SignedDuration::from_hours(weeks * 168);
        let moved = due(words, &later.to_string(), &office).unwrap();
        let offset = |at: Timestamp| office.zone().to_offset(at);
        let change = [sent, found, later, moved].map(offset);
        if change.iter().all(|one| *one == change[0]) {
            assert_eq!(moved.duration_since(found), hour * (weeks * 168) as i32, "{words} at {sent} and {later}");
        }
    }
}

#[test]
fn any_words_are_read_without_panic() {
    let mut chance = Chance::new(5);
    let soup: Vec<String> = support::english()
        .deadlines()
        .rules()
        .iter()
        .flat_map(|rule| rule.examples.iter().map(|one| one.text.value.replace(['«', '»'], "")))
        .flat_map(|text| text.split_inclusive(' ').map(ToOwned::to_owned).collect::<Vec<_>>())
        .chain(
            ["24:59 ", "0/0 ", "31/2/26 ", "1000 weeks ", "99 ", "é5pm ", "\u{200b}", "2026-13-41 ", "12am ", "24 "]
                .map(String::from),
        )
        .collect();
    for round in 0..120 {
        let body: String =
            (0..30).map(|_| if chance.below(4) == 0 { "I will email you " } else { chance.pick(&soup) }).collect();
        let sent = ["2026-03-02T10:00:00Z", "9999-12-30T21:59:59Z", "0001-01-02T00:00:00Z", ""][round % 4];
        let office = Office::in_zone(ZONES[round % ZONES.len()]).unwrap();
        for (promise, outcome) in outcomes(&conversation(&[("agent", sent, body.as_str())]), &office, END) {
            assert!(!promise.words.of(&body).is_empty() && !outcome.sentence(&promise, &office).is_empty());
            if let Ok(due) = promise.due {
                assert!(due.at >= promise.made.unwrap() && !due.words.of(&body).is_empty(), "{body}");
            }
        }
    }
}

#[test]
fn a_users_deadlines_are_held_to_their_examples() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("en/deadlines.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let rule = r#"
[values.weekday]
friday = ["friday"]
[[rule]]
id = "by-day"
what = "Names a day."
means = "weekday"
patterns = ["=by {weekday}"]
examples = [
  { text = "It is there «by Friday».", sent = "2026-03-02T10:00:00+01:00", due = "2026-03-06T17:00:00+01:00" },
  { text = "It is there «by Friday».", sent = "2026-03-02T10:00:00+01:00", due = "2026-03-07T17:00:00+01:00" },
]
silent = ["It is there on Friday.", "I come by Friday's market."]
"#;
    let check = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let additions = amends::library::Additions { folder: Some(folder.path().to_owned()), alone: true };
        match amends::library::Library::open(&additions) {
            Ok(library) => amends::check::check(&library.lexicons()[0]).iter().map(ToString::to_string).collect(),
            Err(error) => error.to_string(),
        }
    };
    let failures: String = check(rule);
    assert!(
        failures.contains("en/deadlines.toml:11:12: found is «by Friday», due 2026-03-06T17:00:00+01:00"),
        "{failures}"
    );
    assert_eq!(failures.matches("deadlines.toml:").count(), 2, "{failures}");
    let problem = |from: &str, to: &str| check(&rule.replace(from, to));
    assert!(problem("friday = [", "fryday = [").contains("`fryday` is no value of {weekday}; allowed are monday"));
    assert!(problem("=by {weekday}", "=by {wekday}").contains("no class or slot is called {wekday}; slots are"));
    assert!(problem("means = \"weekday\"", "means = \"day\"").contains("needs `days`"));
    assert!(problem("+01:00\", due", "\", due").contains("write a time with its offset"));
    assert!(problem("«by", "by").contains("mark the words"));
}
