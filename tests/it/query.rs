//! The reviewer's query language: what is understood, what is refused and how it is said.

use amends::query::{Days, Fate, Filter, Finding, LONGEST, Query, QueryError, ScoreRange, Vocabulary, help};
use jiff::civil::{Date, date};
use proptest::prelude::*;

fn parsed(text: &str) -> Query {
    Query::parse(text, &Vocabulary::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> QueryError {
    let error = Query::parse(text, &Vocabulary::default()).unwrap_err();
    assert!(!error.allowed.is_empty(), "{text}: what is allowed is not told");
    assert!((error.span.end as usize) <= text.len() && error.span.start <= error.span.end, "{text}: {error:?}");
    error
}

/// The words of `text` that the error points at.
fn pointed_at(text: &str) -> String {
    let error = refused(text);
    let by_characters: String = text.chars().skip(error.characters.start).take(error.characters.len()).collect();
    assert_eq!(by_characters, error.span.of(text), "{text}");
    by_characters
}

#[test]
fn queries_read_as_people_mean_them() {
    for (text, canonical) in [
        ("", ""),
        ("   ", ""),
        ("refund", "refund"),
        ("refund delay", "refund delay"),
        ("refund AND delay", "refund delay"),
        ("a b OR c d", "a b OR c d"),
        ("a (b OR c) d", "a (b OR c) d"),
        ("((a)) (b c)", "a b c"),
        ("-refund", "NOT refund"),
        ("NOT NOT a", "NOT NOT a"),
        ("NOT (a b)", "NOT (a b)"),
        ("and or not", "and or not"),
        (r#""AND""#, r#""AND""#),
        ("10:30", "10:30"),
        ("follow-up", "follow-up"),
        ("don’t", "don’t"),
        ("“by friday”", r#""by friday""#),
        (r#""say \"hi\"""#, r#""say \"hi\"""#),
        (r#"AGENT:"Dana K.""#, r#"agent:"Dana K.""#),
        ("agent:(dana OR sam)", "agent:dana OR agent:sam"),
        ("agent:(dana OR sam) refund", "(agent:dana OR agent:sam) refund"),
        ("label:apology:formulaic", "label:apology:formulaic"),
        ("missing:apology", "finding:missing_apology"),
        ("missing:Follow_Up", "finding:missing_follow_up"),
        ("score:<50", "score:<50"),
        ("score:40..60", "score:40..60"),
        ("score:..60", "score:<=60"),
        ("score:80..", "score:>=80"),
        ("score:50", "score:50"),
        ("score:NONE", "score:none"),
        ("sent:2026-10..2026-11", "sent:2026-10-01..2026-11-30"),
        ("sent:2026-W47", "sent:2026-11-16..2026-11-22"),
        ("sent:2026-W53", "sent:2026-12-28..2027-01-03"),
        ("sent:2026-11-20", "sent:2026-11-20"),
        ("sent:>=2026-11-01", "sent:2026-11-01.."),
        ("sent:>2026-11", "sent:2026-12-01.."),
        ("sent:<2026-11", "sent:..2026-10-31"),
        ("sent:<=2026", "sent:..2026-12-31"),
        ("sent:..2026-W01", "sent:..2026-01-04"),
        ("promise:Broken reviewed:no failure:YES scored:no", "promise:broken reviewed:no failure:yes scored:no"),
    ] {
        assert_eq!(parsed(text).to_string(), canonical, "{text}");
    }
}

#[test]
fn errors_point_at_the_place_and_say_what_is_allowed() {
    for (text, place, problem) in [
        ("refund (delay", "(", "not closed"),
        ("refund) delay", ")", "closes nothing"),
        ("()", ")", "missing before `)`"),
        ("refund OR", "", "missing at the end"),
        ("OR refund", "OR", "missing before `OR`"),
        ("é “open", "“", "not closed"),
        ("é labl:apology", "labl", "no field `labl`"),
        ("refun*", "refun*", "beginnings of words"),
        ("a - b", "-", "no word"),
        ("\"!!\"", "\"!!\"", "no word"),
        ("agent: dana", "", "has no value"),
        ("agent:", "", "has no value"),
        ("agent:(dana sam)", "sam", "OR is missing"),
        ("agent:(dana", "(", "not closed"),
        ("reviewed:maybe", "maybe", "unknown"),
        ("score:101", "101", "no number from 0 to 100"),
        ("score:1e1", "1e1", "no number"),
        ("score:60..40", "60..40", "above"),
        ("score:..", "..", "no end on either side"),
        ("sent:2026-13", "2026-13", "no day, week, month or year"),
        ("sent:2026-02-30", "2026-02-30", "no day"),
        ("sent:2025-W53", "2025-W53", "no day"),
        ("sent:2026-11..2026-10", "2026-11..2026-10", "before it begins"),
        ("sent:yesterday", "yesterday", "no day"),
        ("sent:>9999", ">9999", "holds no day"),
    ] {
        assert_eq!(pointed_at(text), place, "{text}: {}", refused(text));
        assert!(refused(text).problem.contains(problem), "{text}: {}", refused(text));
    }
    let error = refused("é labl:apology");
    assert!(error.to_string().starts_with("character 3: there is no field `labl`; allowed: agent, team, "), "{error}");
    assert!(error.to_string().ends_with("did you mean `label:`?"), "{error}");
}

#[test]
fn misspelt_names_get_a_suggestion() {
    assert_eq!(refused("promise:brokn").did_you_mean.as_deref(), Some("broken"));
    assert_eq!(refused("finding:fingerpointing").did_you_mean.as_deref(), Some("finger_pointing"));
    assert_eq!(refused("http://shop.example").did_you_mean, None);
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let vocabulary = Vocabulary {
        labels: names(&["apology", "apology:formulaic", "excuse"]),
        rules: names(&["excuse-swamped"]),
        criteria: Vec::new(),
    };
    let error = Query::parse("label:apologie", &vocabulary).unwrap_err();
    assert_eq!(error.did_you_mean.as_deref(), Some("apology"));
    assert_eq!(error.allowed, "apology, apology:formulaic, excuse");
    let error = Query::parse("rule:excuse-swampt", &vocabulary).unwrap_err();
    assert_eq!(error.did_you_mean.as_deref(), Some("excuse-swamped"));
    assert_eq!(Query::parse("label:APOLOGY", &vocabulary).unwrap().to_string(), "label:apology");
    assert!(Query::parse("unmet:anything", &vocabulary).is_ok(), "an empty list is not checked");
}

#[test]
fn hostile_queries_are_refused_soon() {
    for text in ["(".repeat(100_000), "-".repeat(100_000), "NOT ".repeat(30_000), "a ".repeat(60_000)] {
        assert!(refused(&text).problem.contains("bytes long"));
    }
    for text in ["(".repeat(LONGEST), "-".repeat(LONGEST - 1) + "a", "NOT ".repeat(LONGEST / 4 - 1) + "a"] {
        assert!(refused(&text).problem.contains("nested too deep"), "{}", refused(&text));
    }
    let deep = format!("{}a{}", "(".repeat(32), ")".repeat(32));
    assert_eq!(parsed(&deep).to_string(), "a");
}

#[test]
fn every_field_is_told_with_an_example_that_is_understood() {
    for field in help() {
        assert!(field.example.starts_with(&format!("{}:", field.name)), "{field:?}");
        assert!(field.what.ends_with('.') && !matches!(parsed(field.example), Query::All), "{field:?}");
    }
}

fn any_day() -> impl Strategy<Value = Date> {
    (1990_i16..2100, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let value = "\\PC{0,12}".prop_filter("a value is not blank", |value: &String| !value.trim().is_empty());
    let score = (0_u16..=1000).prop_map(|tenths| f64::from(tenths) / 10.0);
    let range = prop_oneof![
        Just(ScoreRange::None),
        score.clone().prop_map(ScoreRange::Below),
        score.clone().prop_map(ScoreRange::AtMost),
        score.clone().prop_map(ScoreRange::Above),
        score.clone().prop_map(ScoreRange::AtLeast),
        (score.clone(), score).prop_map(|(one, other)| ScoreRange::Between(one.min(other), one.max(other))),
    ];
    let days = (any_day(), any_day(), 0..3).prop_filter_map("no day", |(one, other, open)| {
        Days::new((open != 1).then_some(one.min(other)), (open != 2).then_some(one.max(other)))
    });
    prop_oneof![
        value.clone().prop_map(Filter::Agent),
        value.clone().prop_map(Filter::Team),
        value.clone().prop_map(Filter::Channel),
        value.clone().prop_map(Filter::Source),
        value.clone().prop_map(Filter::Label),
        value.clone().prop_map(Filter::Rule),
        value.clone().prop_map(Filter::Criterion),
        value.clone().prop_map(Filter::Met),
        value.prop_map(Filter::Unmet),
        proptest::sample::select(&Finding::ALL[..]).prop_map(Filter::Finding),
        proptest::sample::select(&Fate::ALL[..]).prop_map(Filter::Promise),
        range.prop_map(Filter::Score),
        days.prop_map(Filter::Sent),
        any::<bool>().prop_map(Filter::Reviewed),
        any::<bool>().prop_map(Filter::Failure),
        any::<bool>().prop_map(Filter::Scored),
    ]
}

fn any_query() -> impl Strategy<Value = Query> {
    let text = prop_oneof!["\\PC{0,10}", "AND|OR|NOT|-a|a:b|a\\*|a-b|don't|a b|\"a|\\(a\\)|a\\\\b"];
    let leaf = prop_oneof![
        text.prop_filter_map("without a word", |text| Query::text(&text)),
        any_filter().prop_map(Query::Is),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let some = proptest::collection::vec(inner.clone(), 1..4);
        prop_oneof![some.clone().prop_map(Query::and), some.prop_map(Query::or), inner.prop_map(|query| !query)]
    })
}

proptest! {
    #[test]
    fn the_canonical_form_reads_as_the_same_query(query in any_query()) {
        let text = query.to_string();
        prop_assert_eq!(Query::parse(&text, &Vocabulary::default()), Ok(query), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused_in_place(text in "[-a-c():.\"“ A-ZéW0-9*\\\\<>=]{0,40}") {
        match Query::parse(&text, &Vocabulary::default()) {
            Ok(query) => {
                let canonical = query.to_string();
                prop_assert_eq!(Query::parse(&canonical, &Vocabulary::default()), Ok(query), "{}", canonical);
            }
            Err(error) => {
                let place = text.get(error.span.range());
                prop_assert!(place.is_some());
                prop_assert_eq!(place.map(|place| place.chars().count()), Some(error.characters.len()));
            }
        }
    }
}
