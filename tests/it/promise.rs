//! Promises: when they fall due, and what became of them.

use crate::support::{self, Chance};
use amends::conversation::{Conversation, Message, Participant, Role, Visibility};
use amends::promise::{self, DateOrder, Fate, Office, Outcome, Promise, Reason, Terms, Why};
use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Timestamp};

const ZONES: [&str; 4] = ["Europe/Amsterdam", "America/New_York", "Australia/Sydney", "UTC"];

fn amsterdam() -> Office {
    Office::in_zone("Europe/Amsterdam").unwrap()
}

/// A message of `who` ("agent" is Dana, another name another agent) at `sent`; "" for no time.
pub(crate) fn message(who: &str, sent: &str, body: &str) -> Message {
    let role = match who {
        "customer" => Role::Customer,
        "bot" => Role::Bot,
        _ => Role::Agent,
    };
    Message {
        id: None,
        author: Participant { role, id: Some(who.into()), name: None },
        sent: (!sent.is_empty()).then(|| sent.to_owned()),
        visibility: if who == "note" { Visibility::Internal } else { Visibility::Public },
        format: None,
        automatic: who == "auto",
        body: body.to_owned(),
    }
}

pub(crate) fn conversation(turns: &[(&str, &str, &str)]) -> Conversation {
    let messages = turns.iter().map(|(who, sent, body)| message(who, sent, body)).collect();
    Conversation { id: None, source: None, channel: None, messages }
}

/// The promises of `conversation` with what became of each by `now`.
fn outcomes(conversation: &Conversation, office: &Office, now: &str) -> Vec<(Promise, Outcome)> {
    let readings = support::reader().conversation(conversation);
    let turns = promise::turns(conversation, &readings);
    let judged = |one: Promise| {
        let outcome = promise::judge(&one, &turns, now.parse().unwrap(), &Terms::default());
        (one, outcome)
    };
    promise::promises(support::english(), office, &turns).into_iter().map(judged).collect()
}

/// `contact, due 2026-03-06T12:00:00+01:00: kept by 2`.
fn shown((promise, outcome): &(Promise, Outcome), office: &Office) -> String {
    let due = match promise.due {
        Ok(due) => due.at.to_zoned(office.zone().clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Err(undated) => undated.reason.code().to_owned(),
    };
    let fate = match outcome.fate {
        Fate::Open { why } => format!("open, {why:?}"),
        Fate::Kept { by_turn, at } => format!("kept by {by_turn}{}", if at.is_none() { ", no time" } else { "" }),
        Fate::Late { by_turn, by, .. } => format!("late by {by_turn}, {} minutes", by.as_mins()),
        Fate::Broken { chased_in, .. } => format!("broken, chased {chased_in:?}"),
        Fate::Unkept { .. } => "unkept".to_owned(),
    };
    format!("{}, due {due}: {fate}", promise.act.name())
}

const COMPLAINT: (&str, &str, &str) = ("customer", "2026-03-02T09:00:00+01:00", "My lamp came broken!");
const WILL_WRITE: (&str, &str, &str) =
    ("agent", "2026-03-02T10:00:00+01:00", "I'm sorry about the lamp. I will email you by Friday noon.");
const WILL_REFUND: (&str, &str, &str) =
    ("agent", "2026-03-02T10:00:00+01:00", "I'm sorry about the lamp. We will refund you within 3 business days.");
const END: &str = "2026-03-31T00:00:00Z";

type Case = (&'static str, &'static [(&'static str, &'static str, &'static str)], &'static [&'static str]);

const CASES: [Case; 25] = [
    (
        "kept",
        &[COMPLAINT, WILL_WRITE, ("agent", "2026-03-05T10:00:00+01:00", "The depot has found your lamp.")],
        &["contact, due 2026-03-06T12:00:00+01:00: kept by 2"],
    ),
    (
        "another agent keeps it, with no news",
        &[COMPLAINT, WILL_WRITE, ("Ben", "2026-03-06T11:00:00+01:00", "I am sorry, there is no news from the depot.")],
        &["contact, due 2026-03-06T12:00:00+01:00: kept by 2"],
    ),
    (
        "asking again keeps a promise to write",
        &[COMPLAINT, WILL_WRITE, ("agent", "2026-03-06T11:00:00+01:00", "Could you send us a photo of the lamp?")],
        &["contact, due 2026-03-06T12:00:00+01:00: kept by 2"],
    ),
    (
        "late",
        &[
            COMPLAINT,
            WILL_WRITE,
            ("agent", "2026-03-06T14:00:00+01:00", "I am sorry, there is no news from the depot."),
        ],
        &["contact, due 2026-03-06T12:00:00+01:00: late by 2, 120 minutes"],
    ),
    (
        "a few minutes are in time",
        &[COMPLAINT, WILL_WRITE, ("agent", "2026-03-06T12:04:00+01:00", "There is news from the depot for you.")],
        &["contact, due 2026-03-06T12:00:00+01:00: kept by 2"],
    ),
    (
        "late after the customer asked",
        &[
            COMPLAINT,
            WILL_WRITE,
            ("customer", "2026-03-06T13:00:00+01:00", "I still have no answer?"),
            ("agent", "2026-03-06T14:00:00+01:00", "I am sorry, there is no news from the depot."),
        ],
        &["contact, due 2026-03-06T12:00:00+01:00: late by 3, 120 minutes"],
    ),
    ("nothing came", &[COMPLAINT, WILL_WRITE], &["contact, due 2026-03-06T12:00:00+01:00: broken, chased None"]),
    (
        "asking before it is due breaks nothing, asking after it shows that it broke",
        &[
            COMPLAINT,
            WILL_WRITE,
            ("customer", "2026-03-04T13:00:00+01:00", "Any news?"),
            ("customer", "2026-03-09T13:00:00+01:00", "I still have no answer!"),
        ],
        &["contact, due 2026-03-06T12:00:00+01:00: broken, chased Some(3)"],
    ),
    (
        "notes, bots and automatic answers keep nothing",
        &[
            COMPLAINT,
            WILL_WRITE,
            ("note", "2026-03-03T10:00:00+01:00", "I have asked the depot about the lamp."),
            ("bot", "2026-03-03T10:00:00+01:00", "Your ticket is being looked at."),
            ("auto", "2026-03-03T10:00:00+01:00", "We have received your message, thank you."),
        ],
        &["contact, due 2026-03-06T12:00:00+01:00: broken, chased None"],
    ),
    (
        "a second message in the same breath keeps nothing",
        &[COMPLAINT, WILL_WRITE, ("agent", "2026-03-02T10:02:00+01:00", "Your case number is 4711, by the way.")],
        &["contact, due 2026-03-06T12:00:00+01:00: broken, chased None"],
    ),
    (
        "the customer no longer needs it",
        &[COMPLAINT, WILL_WRITE, ("customer", "2026-03-03T10:00:00+01:00", "It works now, thank you.")],
        &["contact, due 2026-03-06T12:00:00+01:00: open, NoLongerNeeded"],
    ),
    ("a refund without a word", &[COMPLAINT, WILL_REFUND], &["do, due 2026-03-05T17:00:00+01:00: open, CannotTell"]),
    (
        "a refund told",
        &[COMPLAINT, WILL_REFUND, ("agent", "2026-03-04T10:00:00+01:00", "I have refunded the lamp to your card.")],
        &["do, due 2026-03-05T17:00:00+01:00: kept by 2"],
    ),
    (
        "no news does not keep a promise to refund",
        &[
            COMPLAINT,
            WILL_REFUND,
            ("agent", "2026-03-04T10:00:00+01:00", "Sorry, we have no news yet."),
            ("customer", "2026-03-10T10:00:00+01:00", "Where is my money? I am still waiting."),
        ],
        &["do, due 2026-03-05T17:00:00+01:00: broken, chased Some(3)"],
    ),
    (
        "the customer says that it came",
        &[COMPLAINT, WILL_REFUND, ("customer", "2026-03-10T10:00:00+01:00", "It's all sorted now, thank you.")],
        &["do, due 2026-03-05T17:00:00+01:00: kept by 2, no time"],
    ),
    (
        "a call leaves no words",
        &[COMPLAINT, ("agent", "2026-03-02T10:00:00+01:00", "I'm sorry about that. I'll call you tomorrow at 9.")],
        &["call, due 2026-03-03T09:00:00+01:00: open, CannotTell"],
    ),
    (
        "an empty time",
        &[COMPLAINT, ("agent", "2026-03-02T10:00:00+01:00", "I'm sorry about that. We'll get back to you shortly.")],
        &["contact, due vague: unkept"],
    ),
    (
        "an empty time, kept within a week",
        &[
            COMPLAINT,
            ("agent", "2026-03-02T10:00:00+01:00", "I'm sorry about that. We'll get back to you shortly."),
            ("agent", "2026-03-07T10:00:00+01:00", "The depot has found your lamp."),
        ],
        &["contact, due vague: kept by 2"],
    ),
    (
        "an empty time is never late",
        &[
            COMPLAINT,
            ("agent", "2026-03-02T10:00:00+01:00", "I'm sorry about that. We'll get back to you shortly."),
            ("agent", "2026-03-17T10:00:00+01:00", "The depot has found your lamp."),
        ],
        &["contact, due vague: unkept"],
    ),
    (
        "a condition",
        &[
            COMPLAINT,
            ("agent", "2026-03-02T10:00:00+01:00", "I'm sorry. If it is not there by Friday, we will send a new one."),
        ],
        &["do, due 2026-03-06T17:00:00+01:00: open, Conditional"],
    ),
    (
        "the customer's own step comes first",
        &[COMPLAINT, ("agent", "2026-03-02T10:00:00+01:00", "Please send us a photo and we'll refund you tomorrow.")],
        &[],
    ),
    (
        "two promises of one sentence have each its time",
        &[
            COMPLAINT,
            (
                "agent",
                "2026-03-02T10:00:00+01:00",
                "I'm sorry about that. I will email you tomorrow and we will refund the lamp by Friday.",
            ),
        ],
        &[
            "contact, due 2026-03-03T17:00:00+01:00: broken, chased None",
            "do, due 2026-03-06T17:00:00+01:00: open, CannotTell",
        ],
    ),
    (
        "without times nothing is late",
        &[
            ("customer", "", "My lamp came broken!"),
            ("agent", "", "I'm sorry about the lamp. I will email you by Friday noon."),
            ("agent", "", "The depot has found your lamp."),
        ],
        &["contact, due message-without-time: kept by 2, no time"],
    ),
    (
        "a time against the order of the messages is not believed",
        &[COMPLAINT, WILL_WRITE, ("agent", "2026-01-05T10:00:00+01:00", "The depot has found your lamp.")],
        &["contact, due 2026-03-06T12:00:00+01:00: kept by 2, no time"],
    ),
    (
        "a promise in HTML",
        &[
            COMPLAINT,
            ("agent", "2026-03-02T10:00:00+01:00", "<p>Sorry!</p><p>I will <b>email</b> you&nbsp;tomorrow.</p>"),
        ],
        &["contact, due 2026-03-03T17:00:00+01:00: broken, chased None"],
    ),
];

#[test]
fn promises_have_the_fate_that_the_messages_tell() {
    let office = amsterdam();
    let mut wrong = Vec::new();
    for (title, turns, expected) in CASES {
        let conversation = conversation(turns);
        let found = outcomes(&conversation, &office, END);
        let shown: Vec<String> = found.iter().map(|one| shown(one, &office)).collect();
        if shown != expected {
            wrong.push(format!("{title}:\n  found    {shown:?}\n  expected {expected:?}"));
        }
        for (promise, outcome) in &found {
            assert_eq!(outcome.evidence[0].span, Some(promise.words), "{title}");
            let sentence = outcome.sentence(promise, &office);
            assert!(sentence.ends_with('.') && sentence.starts_with(char::is_uppercase), "{title}: {sentence}");
            for span in outcome.evidence.iter().filter_map(|one| Some((one.turn, one.span?))) {
                assert!(!span.1.of(&conversation.messages[span.0 as usize].body).is_empty(), "{title}");
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_promise_is_open_until_it_is_due() {
    let found = outcomes(&conversation(&[COMPLAINT, WILL_WRITE]), &amsterdam(), "2026-03-05T00:00:00Z");
    assert_eq!(found[0].1.fate, Fate::Open { why: Why::NotYetDue });
}

#[test]
fn an_outcome_has_a_sentence_for_people() {
    let office = amsterdam();
    let late = ("agent", "2026-03-06T14:30:00+01:00", "I am sorry, there is no news from the depot.");
    let found = outcomes(&conversation(&[COMPLAINT, WILL_WRITE, late]), &office, END);
    assert_eq!(
        found[0].1.sentence(&found[0].0, &office),
        "Due Friday 6 March 2026, 12:00: first shown by turn 3 on Friday 6 March 2026, 14:30, 2 hours 30 minutes late."
    );
}

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
fn the_order_of_notes_does_not_matter() {
    let mut chance = Chance::new(7);
    let office = amsterdam();
    let public = [
        COMPLAINT,
        WILL_WRITE,
        ("customer", "2026-03-04T10:00:00+01:00", "Any news?"),
        ("agent", "2026-03-06T14:00:00+01:00", "I am sorry, there is no news from the depot."),
    ];
    let bare = outcomes(&conversation(&public), &office, END);
    for _ in 0..40 {
        let mut turns = public.to_vec();
        for at in 0..3 {
            let note =
                ("note", ["", "2026-03-03T10:00:00+01:00"][at % 2], "I'll call the customer tomorrow, all done.");
            turns.insert(chance.below(turns.len() + 1), note);
        }
        let found = outcomes(&conversation(&turns), &office, END);
        assert_eq!(found.len(), bare.len());
        for ((promise, outcome), (other, same)) in found.iter().zip(&bare) {
            assert_eq!((promise.due, promise.act, promise.words), (other.due, other.act, other.words));
            let by = |fate: Fate| match fate {
                Fate::Late { at, by, .. } => Some((at, by)),
                _ => None,
            };
            assert!(by(outcome.fate).is_some() && by(outcome.fate) == by(same.fate), "{:?}", outcome.fate);
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
