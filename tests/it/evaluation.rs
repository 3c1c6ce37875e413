//! Figures of agreement against numbers worked out by hand or published, and the answer's shape.

use crate::support::{PROGRAM, without_settings};
use amends::evaluation::{Agreement, GoldMessage, Measured, Nominal, evaluate, parse_line};
use amends::library::{DEFAULT_SCORECARD, Library};
use amends::reading::Reader;
use serde_json::{Value, json};

/// The labels of the codebook and what is worked out from them, in the order of the answer.
const MEASURED: [&str; 27] = [
    "service_failure",
    "apology_due",
    "follow_up_due",
    "excuse",
    "finger_pointing",
    "denial",
    "minimization",
    "non_apology",
    "buck_passing",
    "overpromise",
    "dismissiveness",
    "acknowledgement",
    "empathy",
    "apology",
    "responsibility",
    "explanation",
    "repair",
    "compensation",
    "follow_up",
    "prevention",
    "remedy_inquiry",
    "forgiveness_request",
    "satisfaction_check",
    "apology_specific",
    "follow_up_dated",
    "missing_apology",
    "missing_follow_up",
];

fn assert_near(found: Option<f64>, wanted: f64) {
    assert!(found.is_some_and(|found| (found - wanted).abs() < 0.000_5), "{found:?} instead of {wanted}");
}

#[test]
fn figures_are_those_worked_out_by_hand() {
    let one = Agreement { tp: 20, fp: 5, false_negative: 10, tn: 15 };
    assert_eq!(one.n(), 50);
    assert_near(one.precision(), 20.0 / 25.0);
    assert_near(one.recall(), 20.0 / 30.0);
    assert_near(one.f1(), 40.0 / 55.0);
    // Observed 0.7; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
    assert_near(one.kappa(), 0.4);
    // By chance 2 * 0.55 * 0.45 = 0.495.
    assert_near(one.ac1(), 0.205 / 0.505);
}

#[test]
fn figures_are_those_published_for_rare_labels() {
    // Two tables of which the literature on the kappa paradox is fond: Feinstein & Cicchetti 1990 …
    let skewed = Agreement { tp: 80, fp: 10, false_negative: 5, tn: 5 };
    assert_near(skewed.kappa(), 0.07 / 0.22);
    assert_near(skewed.ac1(), 0.808);
    // … and Gwet 2002, where readers agree on 94 of 100 and kappa is below nothing.
    let rare = Agreement { tp: 118, fp: 5, false_negative: 2, tn: 0 };
    assert_near(rare.kappa(), -0.0234);
    assert_near(rare.ac1(), 0.9408);
}

#[test]
fn a_figure_without_ground_is_missing() {
    let nothing = Agreement::default();
    let figures = [nothing.precision(), nothing.recall(), nothing.f1(), nothing.kappa(), nothing.ac1()];
    assert_eq!(figures, [None; 5]);
    // Nobody finds any: precision, recall and kappa say nothing, AC1 says that all agree.
    let none = Agreement { tn: 9, ..Agreement::default() };
    assert_eq!([none.precision(), none.recall(), none.f1(), none.kappa()], [None; 4]);
    assert_near(none.ac1(), 1.0);
    assert_eq!(Agreement { false_negative: 3, ..none }.precision(), None);
    assert_eq!(Agreement { false_negative: 3, ..none }.recall(), Some(0.0));
}

#[test]
fn counting_fills_the_right_cell() {
    let mut one = Agreement::default();
    for (machine, people) in [(true, true), (true, false), (true, false), (false, true), (false, false)] {
        one.count(machine, people);
    }
    assert_eq!(one, Agreement { tp: 1, fp: 2, false_negative: 1, tn: 1 });
}

fn gold(labels: Value) -> GoldMessage {
    let line = json!({"id": "m", "text": "Hello, here is the form that you asked for.", "labels": labels});
    parse_line(&line.to_string()).unwrap()
}

#[test]
fn what_people_differ_about_is_left_out() {
    let mut labels = serde_json::Map::new();
    for label in MEASURED {
        let value = match label {
            "apology" | "follow_up" => json!("none"),
            _ => json!(false),
        };
        labels.insert(label.to_owned(), value);
    }
    labels.retain(|label, _| !label.contains("missing") && label != "apology_specific" && label != "follow_up_dated");
    let all_said = gold(Value::Object(labels.clone()));
    labels.insert("excuse".into(), Value::Null);
    labels.insert("apology".into(), Value::Null);
    labels.remove("denial");
    labels.insert("follow_up".into(), json!("vague_or_dated"));
    let some_said = gold(Value::Object(labels));

    let library = Library::built_in().unwrap();
    let mut reader = Reader::new(library.lexicon("en").unwrap(), library.scorecard(DEFAULT_SCORECARD).unwrap());
    let evaluation = evaluate(&mut reader, &[all_said, some_said]);
    assert_eq!(evaluation.n, 2);
    for (measured, agreement) in &evaluation.labels {
        let counted = match measured.name().as_str() {
            "excuse" | "denial" | "apology" | "apology_specific" => 1,
            // That there is one is agreed upon; which kind is not.
            "follow_up_dated" => 1,
            // None is due, so that none is missing, whatever else people say.
            _ => 2,
        };
        assert_eq!(agreement.n(), counted, "{}", measured.name());
    }
}

#[test]
fn a_missing_apology_is_one_that_is_due_and_not_made() {
    let missing = |due: Value, apology: Value| {
        Measured::MissingApology.of_people(&gold(json!({"apology_due": due, "apology": apology})))
    };
    assert_eq!(missing(json!(true), json!("none")), Some(true));
    assert_eq!(missing(json!(true), json!("formulaic")), Some(false));
    assert_eq!(missing(json!(true), json!("formulaic_or_specific")), Some(false));
    assert_eq!(missing(json!(false), json!("none")), Some(false));
    assert_eq!(missing(Value::Null, json!("none")), None);
    assert_eq!(missing(json!(true), Value::Null), None);
}

#[test]
fn labels_that_cannot_be_are_refused() {
    let problem = |labels: Value| {
        let line = json!({"id": "m", "text": "Hello", "labels": labels}).to_string();
        parse_line(&line).unwrap_err().to_string()
    };
    assert_eq!(
        problem(json!({"apology": "big"})),
        "the label `apology` is \"big\"; allowed are none, specific, formulaic, formulaic_or_specific, null"
    );
    assert_eq!(problem(json!({"excuse": "yes"})), "the label `excuse` is \"yes\"; allowed are true, false, null");
    assert!(parse_line("{\"id\": 1}").is_err());
}

#[test]
fn the_answer_has_every_label() {
    let folder = tempfile::TempDir::new().unwrap();
    let line = json!({
        "id": "m", "corpus": "invented",
        "context": [{"role": "customer", "text": "My lamp came broken."}],
        "text": "I'm sorry that your lamp came broken. A new one leaves us today.",
        "labels": {"apology": "specific", "excuse": false, "service_failure": true, "apology_due": true},
    });
    let file = folder.path().join("gold.jsonl");
    std::fs::write(&file, format!("{line}\n")).unwrap();
    let output = without_settings(PROGRAM)
        .args(["eval", "--format", "json", "--by", "corpus", "--gold"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["n"], 1);
    for labels in [&answer["labels"], &answer["by"]["corpus"]["invented"]["labels"]] {
        let mut names: Vec<&str> = labels.as_object().unwrap().keys().map(String::as_str).collect();
        let mut wanted = MEASURED;
        names.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(names, wanted);
        for figures in labels.as_object().unwrap().values() {
            let keys: Vec<&String> = figures.as_object().unwrap().keys().collect();
            assert_eq!(keys.len(), 9, "{keys:?}");
        }
        assert_eq!(labels["apology"]["tp"], 1);
        assert_eq!(labels["apology_specific"]["tp"], 1);
        assert_eq!(labels["missing_apology"]["tn"], 1);
        assert_eq!(
            labels["denial"],
            json!({"tp": 0, "fp": 0, "fn": 0, "tn": 0, "precision": null, "recall": null, "f1": null, "kappa": null, "ac1": null})
        );
    }
}

/// The example of Krippendorff (2011): four readers, twelve cases, five categories, some left out. Its alpha is his;
/// its AC1 is that of Gwet's own program on the same data.
#[test]
fn agreement_of_many_readers_is_that_of_the_books() {
    let readers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ];
    let mut agreement = Nominal::<5>::default();
    for case in 0..12 {
        let mut counts = [0; 5];
        for said in readers.iter().map(|reader| reader[case]).filter(|said| *said > 0) {
            counts[said - 1] += 1;
        }
        agreement.count(&counts);
    }
    assert_eq!(agreement.cases(), 11, "one case was read by one reader");
    assert!((agreement.alpha().unwrap() - 0.743_421).abs() < 1e-5, "{:?}", agreement.alpha());
    assert!((agreement.ac1().unwrap() - 0.775_44).abs() < 1e-4, "{:?}", agreement.ac1());
    assert_eq!(Nominal::<2>::default().alpha(), None);
    assert_eq!(Nominal::<2>::default().ac1(), None);
}

/// With two readers and a yes or no both ways of counting are one.
#[test]
fn two_readers_agree_as_much_either_way() {
    let (mut pairs, mut table) = (Nominal::<2>::default(), Agreement::default());
    for (machine, people, times) in [(true, true, 9), (true, false, 4), (false, true, 2), (false, false, 25)] {
        for _ in 0..times {
            let mut readers = [0; 2];
            readers[usize::from(machine)] += 1;
            readers[usize::from(people)] += 1;
            pairs.count(&readers);
            table.count(machine, people);
        }
    }
    assert!((pairs.ac1().unwrap() - table.ac1().unwrap()).abs() < 1e-12);
}
