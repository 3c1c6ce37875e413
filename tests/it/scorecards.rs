//! The built-in scorecards: they parse, every criterion can be met and unmet, every headline finding has one.

use amends::lexicon::{Label, Lexicon, Speaker};
use amends::library::Library;
use amends::reading::{MessageReading, Reader};
use amends::score::{Applies, Scorecard, Verdict, score};
use amends::situation::History;
use amends::text::Markup;
use std::collections::HashSet;

const NAMES: [&str; 6] = ["amends", "five-steps", "oop-see", "promises", "regain-trust", "restore-confidence"];

fn library() -> &'static Library {
    Library::built_in().unwrap()
}

fn lexicon() -> &'static Lexicon {
    library().lexicon("en").unwrap()
}

/// Messages that show every behaviour, alone and after a fix and a promise, each answering a complaint.
fn readings() -> Vec<MessageReading> {
    let mut kinds = HashSet::new();
    let mut bodies = vec!["We have looked at the matter again today.".to_owned()];
    for rule in lexicon().rules().iter().filter(|rule| rule.speaker != Speaker::Customer && rule.label.is_behaviour()) {
        // Three rules of each kind are enough.
        for nth in 0..3 {
            if kinds.insert((rule.label, rule.kind, nth)) {
                let hit = rule.examples.hits[0].value.replace(['«', '»'], "");
                for before in ["", "I have sent you a new one today. ", "I will write to you by Friday. "] {
                    bodies.push(format!("{before}{hit}"));
                }
                break;
            }
        }
    }
    let mut reader = Reader::new(lexicon(), library().scorecard("amends").unwrap());
    let mut read = |body: &String| {
        let mut history = History::default();
        reader.customer("My parcel never arrived, and I am very disappointed.", Markup::Plain, &mut history);
        reader.agent(body, Markup::Plain, false, &mut history)
    };
    bodies.iter().map(&mut read).collect()
}

#[test]
fn the_built_in_scorecards_are_there() {
    let names: Vec<&str> = library().scorecards().iter().map(|card| card.id.as_str()).collect();
    assert_eq!(names, NAMES);
    for card in library().scorecards() {
        for text in [&card.name, &card.version, &card.what] {
            assert!(!text.trim().is_empty(), "{}: a name, a version and a sentence", card.id);
        }
        for one in &card.criteria {
            let place = format!("{}/{}", card.id, one.id);
            assert!(one.question.ends_with('?'), "{place}: {}", one.question);
            assert!(one.reason.ends_with('.') && one.advice.ends_with(['.', '"']), "{place}: full sentences");
            assert!(!one.critical, "{place}: nothing is critical in a built-in scorecard");
            assert!(
                one.applies.contains(&Applies::ServiceFailure),
                "{place}: a message that answers no failure has no score"
            );
        }
    }
}

#[test]
fn every_criterion_can_be_met_and_unmet() {
    let readings = readings();
    let mut wrong = Vec::new();
    for card in library().scorecards() {
        let scores: Vec<_> = readings.iter().map(|one| score(card, &one.detections, &one.situation)).collect();
        for (index, criterion) in card.criteria.iter().enumerate() {
            for verdict in [Verdict::Met, Verdict::Unmet] {
                if !scores.iter().any(|one| one.verdict(index) == verdict) {
                    wrong.push(format!("{}/{} is never {}", card.id, criterion.id, verdict.name()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_headline_finding_leaves_a_criterion_of_the_default_unmet() {
    let card = library().scorecard("amends").unwrap();
    let unmet = |reading: &MessageReading, asked: &dyn Fn(&amends::score::Criterion) -> bool| {
        let score = score(card, &reading.detections, &reading.situation);
        card.criteria.iter().enumerate().any(|(index, one)| asked(one) && score.verdict(index) == Verdict::Unmet)
    };
    let mut seen = [false; 4];
    for reading in readings().into_iter().filter(|reading| reading.not_scored.is_none()) {
        let found = reading.findings;
        let broken_by = |label: Label| {
            unmet(&reading, &|one| {
                one.met_by.is_empty() && one.broken_by.iter().any(|by| by.label == label && by.kind.is_none())
            })
        };
        let met_by = |label: Label| {
            unmet(&reading, &|one| {
                one.met_by.len() == 1 && one.met_by[0].label == label && one.met_by[0].kind.is_none()
            })
        };
        let answers = [
            (found.excuse, broken_by(Label::Excuse)),
            (found.finger_pointing, broken_by(Label::FingerPointing)),
            (found.missing_apology, met_by(Label::Apology)),
            (found.missing_follow_up, met_by(Label::FollowUp)),
        ];
        for (index, (finding, shown)) in answers.into_iter().enumerate() {
            assert_eq!(finding, shown, "finding {index}: {reading:?}");
            seen[index] |= finding;
        }
    }
    assert_eq!(seen, [true; 4]);
}

/// The weights of `card` by criterion.
fn weight(card: &Scorecard, id: &str) -> f64 {
    card.criteria.iter().find(|one| one.id == id).unwrap().weight
}

#[test]
fn weights_follow_the_order_of_effect() {
    // Lewicki, Polin & Lount 2016: responsibility, repair, then regret, explanation and repentance.
    let card = library().scorecard("amends").unwrap();
    let order = ["responsibility", "repair", "apology", "explanation", "prevention"].map(|id| weight(card, id));
    assert!(order.is_sorted_by(|a, b| a >= b), "{order:?}");
    let all: f64 = card.criteria.iter().map(|one| one.weight).sum();
    let unasked: f64 = card.criteria.iter().filter(|one| one.met_by.is_empty()).map(|one| one.weight).sum();
    assert!(unasked < all / 2.0, "a message that only does no harm stays below half: {unasked} of {all}");
}

#[test]
fn a_message_that_answers_no_failure_has_no_score() {
    let mut reader = Reader::new(lexicon(), library().scorecard("amends").unwrap());
    let mut history = History::default();
    reader.customer("Hello, when do you open on Saturday?", Markup::Plain, &mut history);
    let reading = reader.agent("Hello! We open at nine on Saturday.", Markup::Plain, false, &mut history);
    assert_eq!(reading.score.and_then(|score| score.score), None);
    assert_eq!(reading.not_scored, None);
}

#[test]
fn a_wrong_scorecard_is_told_with_its_place() {
    let text = "id = \"x\"\nname = \"X\"\nversion = \"1\"\nwhat = \"X.\"\n\n[[criterion]]\nid = \"a\"\nquestion = \"A?\"\nbroken-by = [\"excuses\"]\nweight = 1\nreason = \"A.\"\nadvice = \"A.\"\n";
    let problem = |text: &str| Scorecard::parse("x.toml", text).unwrap_err().to_string();
    assert!(
        problem(text).starts_with("x.toml:9:14: no behaviour is called `excuses`; allowed are excuse,"),
        "{}",
        problem(text)
    );
    let text = text.replace("excuses", "follow_up:soon");
    assert!(problem(&text).contains("`soon` is no kind of follow_up; allowed: dated, vague"), "{}", problem(&text));
    let text = text.replace("follow_up:soon", "excuse").replace("weight = 1", "weight = 0");
    assert!(problem(&text).starts_with("x.toml:10:10: the weight of `a` is a number above 0"), "{}", problem(&text));
}

#[test]
fn a_scorecard_written_out_reads_as_the_same() {
    for card in library().scorecards() {
        let text = card.text().unwrap();
        let read = Scorecard::parse("written.toml", &text).unwrap();
        assert_eq!(Scorecard { digest: card.digest.clone(), ..read }, *card);
    }
}
