//! What holds of every text, whatever it says.

use crate::support::{Chance, english, hits, reader};
use amends::conversation::{Format, Message, Participant, Role, Visibility};
use amends::detect::{Detection, Detector};
use amends::lexicon::{Lexicon, LexiconFile, Speaker};
use amends::marked::segments;
use amends::situation::History;
use amends::text::fold::is_invisible;
use amends::text::{Markup, Span, Text};
use proptest::prelude::*;
use std::sync::OnceLock;

/// Words that rules look for, and marks, so that invented texts say something now and then.
fn vocabulary() -> &'static [String] {
    static WORDS: OnceLock<Vec<String>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words: Vec<String> = [Speaker::Agent, Speaker::Customer]
            .into_iter()
            .flat_map(hits)
            .flat_map(|hit| hit.split(' ').map(str::to_owned).collect::<Vec<_>>())
            .filter(|word| word.is_ascii())
            .collect();
        words.sort();
        words.dedup();
        words
    })
}

/// ASCII that looks like a message, and sometimes like nothing.
fn ascii() -> impl Strategy<Value = String> {
    let word = any::<prop::sample::Index>().prop_map(|index| index.get(vocabulary()).clone());
    let hit = any::<prop::sample::Index>().prop_map(|index| index.get(&hits(Speaker::Agent)).clone());
    let mark = prop::sample::select(vec![
        " ", " ", " ", ", ", ". ", "? ", "! ", "\n", "\n\n", "\t", "'", "\"", "> ", "-- \n", " - ",
    ]);
    let piece = prop_oneof![6 => word, 1 => hit.prop_filter("ASCII", |hit| hit.is_ascii()), 1 => "[ -~]{0,6}"];
    prop::collection::vec((piece, mark), 0..30)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, mark)| piece + mark).collect())
}

/// Any text at all: messages, HTML that may be broken, characters of all kinds.
fn anything() -> impl Strategy<Value = String> {
    let html = prop::collection::vec(
        prop_oneof![
            prop::sample::select(vec![
                "<p>",
                "</p>",
                "<br>",
                "<div class=\"gmail_quote\">",
                "<blockquote>",
                "<script>",
                "</script>",
                "<!--",
                "-->",
                "&#39;",
                "&nbsp;",
                "&amp",
                "<",
                ">",
                "<a href='x'>",
                "<style>",
                "]]>",
                "<td",
                "&#0;",
                "&#xFFFFFFFF;",
            ])
            .prop_map(str::to_owned),
            ascii(),
            any::<String>(),
        ],
        0..12,
    );
    prop_oneof![any::<String>(), ascii(), html.prop_map(|parts| parts.concat())]
}

fn find(detector: &mut Detector<'_>, body: &str, markup: Markup, speaker: Speaker) -> Vec<Detection> {
    let text = Text::read(body, markup);
    detector.find(&text, speaker).settle(detector.lexicon(), true)
}

/// What is compared where the places of sentences may differ.
fn essence(detections: &[Detection]) -> Vec<(u32, Span)> {
    detections.iter().map(|one| (one.rule, one.span)).collect()
}

fn check_spans(body: &str, detections: &[Detection]) -> Result<(), TestCaseError> {
    for one in detections {
        let words = body.get(one.span.range());
        prop_assert!(words.is_some(), "{:?} is no slice of {body:?}", one.span);
        let seen = words.unwrap_or_default().chars().any(|c| c.is_alphanumeric() && !is_invisible(c));
        prop_assert!(seen, "no word in {words:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_and_evidence_is_a_slice_of_it(body in anything()) {
        let mut reader = reader();
        for markup in [Markup::Plain, Markup::Html, Markup::Sniff] {
            let mut history = History::default();
            let customer = reader.customer(&body, markup, &mut history);
            check_spans(&body, &customer.detections)?;
            let agent = reader.agent(&body, markup, false, &mut history);
            check_spans(&body, &agent.detections)?;
            let cues = [agent.situation.failure_cue, agent.situation.follow_up_cue];
            for cue in cues.into_iter().flatten() {
                prop_assert!(body.get(cue.span.range()).is_some(), "{cue:?} is no slice of {body:?}");
            }
            if let Some(score) = agent.score.and_then(|score| score.score) {
                prop_assert!((0.0..=100.0).contains(&score), "{score}");
            }
        }
    }

    #[test]
    fn from_plain_to_raw_and_back(body in anything()) {
        for markup in [Markup::Plain, Markup::Html] {
            let text = Text::read(&body, markup);
            for span in text.tokens().spans() {
                prop_assert_eq!(text.plain_span(text.raw_span(span)), span, "{:?}", text.plain());
            }
        }
    }

    #[test]
    fn the_segments_of_a_message_are_its_text(body in anything()) {
        let mut reader = reader();
        let detections = reader.agent(&body, Markup::Html, false, &mut History::default()).detections;
        let message = Message {
            id: None,
            author: Participant { role: Role::Agent, id: None, name: None },
            sent: None,
            visibility: Visibility::Public,
            format: Some(Format::Html),
            automatic: false,
            body,
        };
        let segments = segments(&message, &detections);
        let text = Text::read(&message.body, Markup::Html);
        let joined: String = segments.iter().map(|segment| segment.text.as_str()).collect();
        prop_assert_eq!(joined, text.plain());
        for index in 0..detections.len() {
            prop_assert!(segments.iter().any(|segment| segment.detections.contains(&index)));
        }
    }

    #[test]
    fn reading_twice_is_reading_once(body in anything()) {
        let mut used = reader();
        let read = |reader: &mut amends::reading::Reader<'_>| {
            let mut history = History::default();
            reader.customer("It never arrived.", Markup::Plain, &mut history);
            reader.agent(&body, Markup::Sniff, false, &mut history)
        };
        let first = read(&mut used);
        prop_assert_eq!(&first, &read(&mut used));
        // What a reader has seen before changes nothing.
        prop_assert_eq!(&first, &read(&mut reader()));
    }

    #[test]
    fn words_and_sentences_are_in_order_and_inside(body in anything()) {
        for markup in [Markup::Plain, Markup::Html] {
            let text = Text::read(&body, markup);
            let mut end = 0;
            for word in text.tokens().spans() {
                prop_assert!(end <= word.start && word.start < word.end, "{word:?} after {end}");
                prop_assert!(text.plain().get(word.range()).is_some());
                end = word.end;
            }
            let mut next = 0;
            for sentence in text.sentences() {
                prop_assert!(sentence.first == next && !sentence.is_empty(), "{sentence:?} after {next}");
                next = sentence.last;
            }
            prop_assert_eq!(next as usize, text.tokens().len());
            let mut end = 0;
            for zone in text.zones() {
                prop_assert_eq!(zone.span.start, end);
                end = zone.span.end;
            }
            prop_assert_eq!(end as usize, text.plain().len());
        }
    }

    #[test]
    fn the_quick_way_finds_what_the_unicode_way_finds(body in ascii()) {
        // A character without width at the end sends the last word the other way.
        let mut detector = Detector::new(english());
        for speaker in [Speaker::Agent, Speaker::Customer] {
            let quick = find(&mut detector, &body, Markup::Plain, speaker);
            let other = find(&mut detector, &format!("{body}\u{200b}"), Markup::Plain, speaker);
            prop_assert_eq!(essence(&quick), essence(&other), "{:?}", body);
        }
    }
}

#[test]
fn the_order_of_files_does_not_matter() {
    let lexicon = english();
    let bodies = hits(Speaker::Agent);
    let read = |lexicon: &Lexicon| {
        let mut detector = Detector::new(lexicon);
        let mut all = Vec::new();
        for body in bodies.iter().step_by(3) {
            let found = find(&mut detector, body, Markup::Plain, Speaker::Agent);
            let mut named: Vec<(String, Span)> =
                found.iter().map(|one| (lexicon.rules()[one.rule as usize].label.to_string(), one.span)).collect();
            named.sort();
            all.push((body, named));
        }
        all
    };
    let wanted = read(lexicon);
    for seed in [7, 77] {
        let mut files: Vec<LexiconFile> = lexicon.files().to_vec();
        Chance::new(seed).shuffle(&mut files);
        let shuffled = Lexicon::compile("en", vec![files]).unwrap();
        for (wanted, found) in wanted.iter().zip(read(&shuffled)) {
            assert_eq!(*wanted, found);
        }
    }
}

#[test]
fn a_sentence_before_takes_nothing_from_those_after() {
    const BEFORE: &str = "The lamp is green. ";
    let mut detector = Detector::new(english());
    let mut wrong = Vec::new();
    for speaker in [Speaker::Agent, Speaker::Customer] {
        for body in hits(speaker) {
            let alone = find(&mut detector, &body, Markup::Plain, speaker);
            let together = find(&mut detector, &format!("{BEFORE}{body}"), Markup::Plain, speaker);
            let moved: Vec<(u32, Span)> = alone
                .iter()
                .map(|one| {
                    let by = BEFORE.len() as u32;
                    (one.rule, Span::new(one.span.start + by, one.span.end + by))
                })
                .collect();
            if moved != essence(&together) {
                let named = |list: &[(u32, Span)]| {
                    list.iter()
                        .map(|(rule, _)| english().rules()[*rule as usize].id.as_str())
                        .collect::<Vec<_>>()
                        .join(" ")
                };
                wrong.push(format!("{body}\n  alone {}\n  after {}", named(&moved), named(&essence(&together))));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
