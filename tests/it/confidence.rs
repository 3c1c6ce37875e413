//! How far detections are to be trusted: the figures, the file, and what a threshold leaves out.

use super::support::{english, reader};
use amends::lexicon::confidence::{Claim, Measurements, Share};
use amends::lexicon::{Label, Lexicon, LexiconFile};
use amends::library::{Additions, Library};
use amends::reading::{LeastConfidence, MessageReading, Reader, ThresholdError};
use amends::score::Verdict;
use amends::situation::History;
use amends::text::Markup;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// In the small lexicon of the tests: an excuse that is often wrong, blame that is nearly always right, apologies
/// that are not sure either.
const MEASURED: &str = r#"
version = 1
measured-on = "2026-11-22"
rules = "other"
readers = "two of us"

[unseen]
messages = 400
corpora = { "mail, chat" = 400 }

[unseen.labels]
excuse = { right = 40, of = 100 }
finger_pointing = { right = 95, of = 100 }
apology = { right = 50, of = 100 }
follow_up = { right = 90, of = 100 }
missing_apology = { right = 80, of = 100 }
missing_follow_up = { right = 30, of = 60 }

[unseen.rules]
excuse-busy = { right = 40, of = 100 }
blame-courier = { right = 95, of = 100 }
"#;

fn files() -> Vec<LexiconFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/lexicon/en");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let file = |path: &PathBuf| LexiconFile {
        path: path.file_name().unwrap().to_string_lossy().into_owned(),
        text: std::fs::read_to_string(path).unwrap(),
    };
    paths.iter().map(file).collect()
}

fn measured_by(text: &str) -> Lexicon {
    let confidence = LexiconFile { path: "confidence.toml".into(), text: text.into() };
    Lexicon::compile("en", vec![[files(), vec![confidence]].concat()]).unwrap()
}

fn of_rule(lexicon: &Lexicon, id: &str) -> Option<(f64, u32)> {
    let rule = lexicon.rules().iter().position(|rule| rule.id == id).unwrap();
    lexicon.confidence(u32::try_from(rule).unwrap()).map(|one| (one.value, one.n))
}

/// The confidence of a rule of `label` with these counts.
fn alone(measured: &Measurements, id: Option<&str>, label: Label) -> f64 {
    measured.confidences([(id, label)].into_iter())[0].unwrap().value
}

fn counts(unseen_label: Share, unseen_rule: Share, label: Share, rule: Share) -> Measurements {
    let mut measured = Measurements::default();
    measured.unseen.labels.insert("excuse".into(), unseen_label);
    measured.unseen.rules.insert("r".into(), unseen_rule);
    measured.written_from.labels.insert("excuse".into(), label);
    measured.written_from.rules.insert("r".into(), rule);
    measured
}

const fn share(right: u32, of: u32) -> Share {
    Share { right, of }
}

#[test]
fn figures_are_those_worked_out_by_hand() {
    let measured = counts(share(60, 100), share(0, 0), share(190, 200), share(0, 0));
    // The family is this label alone: 60.5 of 101. With eight messages at that: (60 + 8 * 0.59901) / 108 = 0.59993.
    assert!((alone(&measured, None, Label::Excuse) - 0.60).abs() < 1e-9);
    // Nothing of the rule itself: its label's figure.
    assert!((alone(&measured, Some("r"), Label::Excuse) - 0.60).abs() < 1e-9);
    // 6 wrong of 18 where 18 * (1 - 190.5 / 201) = 0.9403 were expected: odds 0.66687 * 10 / 4.9403 = 1.34986.
    let weak = counts(share(60, 100), share(0, 0), share(190, 200), share(12, 18));
    assert!((alone(&weak, Some("r"), Label::Excuse) - 0.43).abs() < 1e-9, "1 / 2.34986 = 0.4256");
    // None wrong of 6 where 0.3134 were expected: odds 0.66687 * 4 / 4.3134 = 0.61841.
    let few = counts(share(60, 100), share(0, 0), share(190, 200), share(6, 6));
    assert!((alone(&few, Some("r"), Label::Excuse) - 0.62).abs() < 1e-9, "1 / 1.61841 = 0.6179");
    // Its own unseen messages, 20 of 20, weigh as much as all that: (20 + 20 * 0.6179) / 40 = 0.80895.
    let own = counts(share(60, 100), share(20, 20), share(190, 200), share(6, 6));
    assert!((alone(&own, Some("r"), Label::Excuse) - 0.81).abs() < 1e-9);
    assert_eq!(own.confidences([(Some("r"), Label::Excuse)].into_iter())[0].unwrap().n, 26);
    // Of a label that nobody saw the family tells: 60.5 of 101.
    assert!((alone(&measured, None, Label::Denial) - 0.60).abs() < 1e-9);
    // Of what nobody measured nothing is known.
    assert!((measured.claim(Claim::MissingApology).value - 0.5).abs() < 1e-9);
    // Cues have none.
    assert_eq!(measured.confidences([(None, Label::TimeBound), (None, Label::Thanks)].into_iter()), [None, None]);
}

fn any_share() -> impl Strategy<Value = Share> {
    (0..300_u32).prop_flat_map(|of| (0..=of).prop_map(move |right| Share { right, of }))
}

proptest! {
    #[test]
    fn a_confidence_is_never_certain_and_more_right_is_never_less_sure(
        label in any_share(), rule in any_share(), there in any_share(), rule_there in any_share(),
    ) {
        let at = |measured: &Measurements| alone(measured, Some("r"), Label::Excuse);
        let base = at(&counts(label, rule, there, rule_there));
        prop_assert!((0.01..=0.99).contains(&base));
        prop_assert!((base * 100.0 - (base * 100.0).round()).abs() < 1e-9, "in hundredths");
        let more = |share: Share| Share { right: (share.right + 1).min(share.of), of: share.of };
        prop_assert!(at(&counts(more(label), rule, there, rule_there)) >= base);
        prop_assert!(at(&counts(label, more(rule), there, rule_there)) >= base);
        prop_assert!(at(&counts(label, rule, there, more(rule_there))) >= base);
    }

    #[test]
    fn what_is_written_is_what_is_read(
        unseen in any_share(), rule in any_share(), there in any_share(), readers in ".{0,20}", corpus in ".{0,12}",
        messages in 1..1000_u32,
    ) {
        let mut measured = counts(unseen, rule, there, rule);
        measured.readers = readers;
        measured.written_from.messages = messages;
        measured.unseen.corpora.insert(corpus, 7);
        let text = measured.to_toml();
        prop_assert_eq!(Measurements::parse("confidence.toml", &text).unwrap(), measured);
    }
}

#[test]
fn what_is_wrong_in_the_file_is_told_with_its_place() {
    let wrong = MEASURED
        .replace("version = 1", "version = 2")
        .replace("excuse = { right = 40", "excuses = { right = 40")
        .replace("blame-courier = { right = 95", "blame-courier = { right = 950");
    let told = Measurements::parse("en/confidence.toml", &wrong).unwrap_err().to_string();
    assert!(told.contains("en/confidence.toml:2:11: version 2 is not known; this program reads 1"), "{told}");
    assert!(told.contains("en/confidence.toml:12:1: `excuses` is not measured; allowed are service_failure"), "{told}");
    assert!(told.contains(":21:17: `blame-courier` cannot be right in 950 of 100 messages"), "{told}");
    let told = Measurements::parse("c.toml", "version = 1\nmesured = 3").unwrap_err().to_string();
    assert!(told.contains("unknown field `mesured`"), "{told}");
}

#[test]
fn a_rule_that_replaces_a_measured_one_has_the_figure_of_its_label() {
    let confidence = LexiconFile { path: "confidence.toml".into(), text: MEASURED.into() };
    let own = files().into_iter().filter(|file| file.path == "excuse.toml").collect();
    let lexicon = Lexicon::compile("en", vec![[files(), vec![confidence]].concat(), own]).unwrap();
    assert_eq!(of_rule(&lexicon, "excuse-busy"), Some((0.42, 0)));
    assert_eq!(of_rule(&lexicon, "blame-courier"), Some((0.95, 100)));
    assert_eq!(of_rule(&lexicon, "not-arrived"), None);
    assert!(lexicon.changed_since_measured());
    // What the rules find does not hang on the file, and neither does their digest.
    assert_eq!(measured_by(MEASURED).rules_digest(), Lexicon::compile("en", vec![files()]).unwrap().rules_digest());
    assert_ne!(measured_by(MEASURED).digest(), Lexicon::compile("en", vec![files()]).unwrap().digest());
}

#[test]
fn the_built_in_file_names_only_rules_that_there_are() {
    let measured = english().measurements().unwrap();
    let gone: Vec<&str> = measured.rule_ids().filter(|id| english().rule(id).is_none()).collect();
    assert!(gone.is_empty(), "no longer rules: measure again, or take their lines out of confidence.toml: {gone:?}");
    assert!(measured.unseen.messages > 300 && measured.written_from.messages > 1000);
    for (index, rule) in (0..).zip(english().rules()) {
        assert_eq!(english().confidence(index).is_some(), rule.label.is_behaviour(), "{}", rule.id);
    }
}

/// The answer to a parcel that never arrived, read with a threshold.
fn answer(lexicon: &Lexicon, least: f64, text: &str) -> MessageReading {
    let library = Library::open(&Additions {
        folder: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/lexicon")),
        alone: true,
    })
    .unwrap();
    let card = library.scorecard("amends").unwrap();
    let mut reader = Reader::new(lexicon, card).with_least_confidence(LeastConfidence::new(least, lexicon).unwrap());
    let mut history = History::default();
    reader.customer("My parcel never arrived.", Markup::Plain, &mut history);
    // Who answers an agent waits for something.
    reader.agent("Good morning to you, Ines.", Markup::Plain, false, &mut history);
    reader.customer("My parcel never arrived.", Markup::Plain, &mut history);
    reader.agent(text, Markup::Plain, false, &mut history)
}

fn verdicts(reading: &MessageReading) -> [Verdict; 3] {
    [0, 1, 2].map(|index| reading.score.unwrap().verdict(index))
}

#[test]
fn doubtful_words_are_held_neither_against_a_message_nor_for_it() {
    use Verdict::{Met, NotApplicable, Unmet};
    let lexicon = measured_by(MEASURED);
    let text = "Hello Ines, I am sorry that we are very busy.";
    let all = answer(&lexicon, 0.0, text);
    assert_eq!(all.findings.named().map(|(_, made)| made), [true, false, false, true]);
    assert_eq!(verdicts(&all), [Unmet, Met, Unmet]);
    assert!(all.in_doubt.is_empty());
    assert_eq!(all.finding_confidences(&lexicon)[0].map(|one| (one.value, one.n)), Some((0.40, 100)));
    assert_eq!(all.finding_confidences(&lexicon)[1], None);

    // The excuse (0.40) is in doubt, the apology (0.51) is not; that the follow-up is missing (0.52) stands.
    let some = answer(&lexicon, 0.45, text);
    assert_eq!(some.findings.named().map(|(_, made)| made), [false, false, false, true]);
    assert_eq!(verdicts(&some), [NotApplicable, Met, Unmet]);
    assert_eq!(some.in_doubt.len(), 1);

    // Now the apology is as well. It is no apology for the score, and the message does not lack one either.
    let few = answer(&lexicon, 0.7, text);
    assert_eq!(few.findings.named().map(|(_, made)| made), [false; 4]);
    assert_eq!(verdicts(&few), [NotApplicable, NotApplicable, Unmet]);
    assert_eq!(few.in_doubt.len(), 2);
    assert_eq!(few.sure().count() + 2, few.detections.len());

    // What is found, and the situation, stay what they are.
    for other in [&some, &few] {
        assert_eq!((&other.detections, other.situation), (&all.detections, all.situation));
    }
    // An excuse in doubt beside blame that is sure: the criterion that both break stays broken.
    let blame = answer(&lexicon, 0.45, "Hello Ines, we are very busy and the courier lost it.");
    assert_eq!(verdicts(&blame)[0], Unmet);
    assert!(blame.findings.finger_pointing && !blame.findings.excuse);
}

#[test]
fn a_threshold_is_a_number_from_0_to_1_for_rules_that_were_measured() {
    let lexicon = Lexicon::compile("en", vec![files()]).unwrap();
    assert_eq!(LeastConfidence::new(0.5, &lexicon), Err(ThresholdError::NotMeasured));
    assert_eq!(LeastConfidence::new(0.0, &lexicon).map(LeastConfidence::value), Ok(0.0));
    for wrong in [-0.1, 1.1, f64::NAN] {
        assert_eq!(LeastConfidence::new(wrong, english()), Err(ThresholdError::Outside));
    }
}

#[test]
fn without_a_threshold_nothing_is_in_doubt() {
    let mut reader = reader();
    let mut history = History::default();
    reader.customer("My parcel never arrived!", Markup::Plain, &mut history);
    let reading = reader.agent("That is the courier's fault, not ours.", Markup::Plain, false, &mut history);
    assert!(reading.in_doubt.is_empty() && reading.sure().eq(&reading.detections));
    let made = reading.findings.named().map(|(_, made)| made);
    assert_eq!(reading.finding_confidences(english()).map(|one| one.is_some()), made);
}
