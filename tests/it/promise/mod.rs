//! Promises: what became of them; [`due`]: when they fall due.

mod due;

use crate::support::{self, Chance};
use amends::conversation::{Conversation, Message, Participant, Role, Visibility};
use amends::promise::{self, Fate, Office, Outcome, Promise, Terms, Why};

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
