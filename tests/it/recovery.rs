//! Recovery: a conversation as a whole.

use crate::promise::conversation;
use crate::support::{self, Chance};
use amends::promise::{self, Office, Terms};
use amends::recovery::{Ending, Recovery};

type Turns<'t> = &'t [(&'t str, &'t str, &'t str)];

const END: &str = "2026-03-31T00:00:00Z";

fn recovery(turns: Turns<'_>) -> Recovery {
    let conversation = conversation(turns);
    let readings = support::reader().conversation(&conversation);
    let turns = promise::turns(&conversation, &readings);
    let office = Office::in_zone("Europe/Amsterdam").unwrap();
    Recovery::of(support::english(), &office, &turns, END.parse().unwrap(), &Terms::default())
}

const COMPLAINT: (&str, &str, &str) = ("customer", "2026-03-02T09:00:00+01:00", "My lamp came broken!");
const APOLOGY: (&str, &str, &str) =
    ("agent", "2026-03-02T10:30:00+01:00", "I'm sorry that your lamp came broken. That was our mistake.");
const COLD: (&str, &str, &str) =
    ("agent", "2026-03-02T09:20:00+01:00", "Thank you for your message, please tell us the order number.");
const DONE: (&str, &str, &str) =
    ("agent", "2026-03-03T10:00:00+01:00", "I have refunded the lamp to your card this morning.");
const THANKS: (&str, &str, &str) = ("customer", "2026-03-03T11:00:00+01:00", "Thank you so much!");
const AGAIN: (&str, &str, &str) = ("customer", "2026-03-09T11:00:00+01:00", "The lamp is broken!");

#[test]
fn the_way_to_an_apology_is_told() {
    let whole = recovery(&[COMPLAINT, COLD, APOLOGY]);
    assert_eq!(whole.first_complaint.map(|one| one.turn), Some(0));
    assert_eq!(whole.time_to_first_response.map(|time| time.as_mins()), Some(20));
    let apology = whole.apology.unwrap();
    assert_eq!((apology.moment.turn, apology.answers, apology.after.map(|time| time.as_mins())), (2, 2, Some(90)));
    assert_eq!(whole.proactive_apology, None);
    let score = whole.score.unwrap();
    assert!(score.messages == 2 && score.worst_turn == 1 && score.worst < score.mean, "{score:?}");
}

#[test]
fn notes_and_machines_answer_nothing() {
    let note = ("note", "2026-03-02T09:05:00+01:00", "I'm sorry for this customer.");
    let automatic = ("auto", "2026-03-02T09:00:30+01:00", "Sorry for the wait, we have received your message.");
    let bot = ("bot", "2026-03-02T09:01:00+01:00", "I'm sorry to hear that your lamp came broken.");
    let whole = recovery(&[COMPLAINT, note, automatic, bot, APOLOGY]);
    assert_eq!(whole.time_to_first_response.map(|time| time.as_mins()), Some(90));
    assert_eq!(whole.apology.map(|one| (one.moment.turn, one.answers)), Some((4, 1)));
}

#[test]
fn an_apology_before_the_customer_noticed_is_proactive() {
    let first =
        ("agent", "2026-03-02T08:00:00+01:00", "We're sorry: the lamp that we sent you yesterday is the wrong one.");
    let whole = recovery(&[first, ("customer", "2026-03-02T09:00:00+01:00", "Oh, thank you for telling me!")]);
    assert_eq!(whole.proactive_apology.map(|one| one.turn), Some(0));
    assert_eq!(whole.first_complaint, None);
    assert_eq!(whole.apology, None);
    assert_eq!(recovery(&[COMPLAINT, APOLOGY]).proactive_apology, None);
}

#[test]
fn apologies_can_be_drawn_out() {
    let drama = (
        "agent",
        "2026-03-02T10:00:00+01:00",
        "I'm so sorry about the lamp. We are terribly sorry. Please accept our apologies. I do apologise.",
    );
    let found = recovery(&[COMPLAINT, drama]).over_apologising.unwrap();
    assert!(found.in_one_message && found.apologies > 2 && found.moment.turn == 1, "{found:?}");
    let again = ("agent", "2026-03-03T10:00:00+01:00", "Sorry again for the broken lamp.");
    let found = recovery(&[COMPLAINT, APOLOGY, again, again, again]).over_apologising.unwrap();
    assert_eq!((found.in_one_message, found.apologies, found.moment.turn), (false, 4, 4));
    // A new complaint asks for a new apology.
    assert_eq!(recovery(&[COMPLAINT, APOLOGY, again, AGAIN, again, again]).over_apologising, None);
    assert_eq!(recovery(&[COMPLAINT, APOLOGY]).over_apologising, None);
}

#[test]
fn the_same_failure_again_is_told_or_seen() {
    let told = ("customer", "2026-03-09T11:00:00+01:00", "This is the third time that my lamp comes broken!");
    let found = recovery(&[COMPLAINT, APOLOGY, told]).failure_again.unwrap();
    assert_eq!((found.moment.turn, found.settled_in), (2, None));
    let found = recovery(&[COMPLAINT, APOLOGY, DONE, AGAIN]).failure_again.unwrap();
    assert_eq!((found.moment.turn, found.settled_in), (3, Some(2)));
    assert_eq!(recovery(&[COMPLAINT, APOLOGY, DONE, THANKS]).failure_again, None);
}

#[test]
fn checking_back_comes_with_the_fix_or_later() {
    let check = ("agent", "2026-03-06T10:00:00+01:00", "Did the refund arrive all right?");
    let found = recovery(&[COMPLAINT, APOLOGY, DONE, check]).checked_back.unwrap();
    assert!(found.later && found.moment.turn == 3, "{found:?}");
    let both = ("agent", "2026-03-03T10:00:00+01:00", "I have reset your lamp from here. Is it working now?");
    let found = recovery(&[COMPLAINT, APOLOGY, both]).checked_back.unwrap();
    assert!(!found.later && found.moment.turn == 2, "{found:?}");
    assert_eq!(recovery(&[COMPLAINT, APOLOGY, DONE]).checked_back, None);
}

#[test]
fn the_end_is_told() {
    let ending = |turns: Turns<'_>| recovery(turns).ending;
    assert!(matches!(ending(&[COMPLAINT, APOLOGY, DONE, THANKS]), Ending::CustomerContent(at) if at.turn == 3));
    assert!(matches!(ending(&[COMPLAINT, APOLOGY, DONE]), Ending::SettledAndSilence(at) if at.turn == 2));
    assert!(matches!(ending(&[COMPLAINT, APOLOGY, DONE, AGAIN]), Ending::CustomerWaits(at) if at.turn == 3));
    assert!(matches!(ending(&[COMPLAINT, APOLOGY]), Ending::CompanyLast(at) if at.turn == 1));
    // Thanks are taken back by a complaint after them, and are manners before the first answer.
    assert!(!ending(&[COMPLAINT, APOLOGY, DONE, THANKS, AGAIN]).is_resolved());
    assert!(!ending(&[("customer", "", "Could you look at my lamp? Thanks!"), COLD]).is_resolved());
    assert_eq!(ending(&[]), Ending::Nothing);
}

#[test]
fn promises_have_their_fates() {
    let promise =
        ("agent", "2026-03-02T10:30:00+01:00", "I'm sorry that your lamp came broken. I will email you tomorrow.");
    let whole = recovery(&[COMPLAINT, promise, DONE]);
    assert!(
        matches!(whole.promises[..], [(_, ref outcome)] if matches!(outcome.fate, promise::Fate::Kept { by_turn: 2, .. }))
    );
}

#[test]
fn times_that_are_missing_or_against_the_order_are_not_known() {
    let bare = |(who, _, body): (&'static str, &'static str, &'static str)| (who, "", body);
    let whole = recovery(&[bare(COMPLAINT), bare(APOLOGY)]);
    assert_eq!(whole.time_to_first_response, None);
    assert_eq!(whole.apology.map(|one| (one.answers, one.after)), Some((1, None)));
    let whole = recovery(&[(COMPLAINT.0, "2026-03-05T09:00:00+01:00", COMPLAINT.2), APOLOGY]);
    assert_eq!(whole.time_to_first_response, None);
    assert_eq!(whole.apology.map(|one| (one.answers, one.after)), Some((1, None)));
}

#[test]
fn any_order_of_turns_is_read_without_panic_and_the_same_twice() {
    let mut chance = Chance::new(11);
    let note = ("note", "", "All done, I'll call the customer tomorrow.");
    let mut turns = [COMPLAINT, COLD, APOLOGY, DONE, THANKS, AGAIN, note];
    for _ in 0..60 {
        chance.shuffle(&mut turns);
        let part = &turns[..chance.below(turns.len() + 1)];
        let whole = recovery(part);
        assert_eq!(whole, recovery(part));
        let durations = [whole.time_to_first_response, whole.apology.and_then(|one| one.after)];
        assert!(durations.into_iter().flatten().all(|time| !time.is_negative()), "{part:?}");
        // A note more changes nothing but the numbers of turns.
        let without: Vec<_> = part.iter().copied().filter(|turn| turn.0 != "note").collect();
        let bare = recovery(&without);
        assert_eq!(whole.time_to_first_response, bare.time_to_first_response);
        assert_eq!(whole.ending.name(), bare.ending.name());
        assert_eq!(whole.apology.map(|one| (one.answers, one.after)), bare.apology.map(|one| (one.answers, one.after)));
    }
}
