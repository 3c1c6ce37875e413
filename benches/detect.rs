//! How fast messages are read, beside what a plain keyword search over the same bytes costs.
//!
//! `cargo bench` prints ratios first: each round runs all contestants one after another in this
//! process, so that a machine that slows down slows all of them. The yardsticks are `aho-corasick`
//! (default kind, leftmost-longest, case-insensitive) with (1) as many phrases as the lexicon has
//! patterns, and (2) the wordings that the patterns stand for: classes and alternatives written
//! out, gaps left out, evenly sampled from each pattern, at most 50,000. Neither finds what the
//! rules find. Then Criterion's absolute figures.
//!
//! The text is invented (the rules' own examples, put together); `BENCH_TEXT=FILE` takes
//! messages of yours instead: one JSON object a line with `messages: [{role, text | body}]`.

#![expect(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a benchmark asks the clock")]

mod wordings;

use aho_corasick::{AhoCorasick, MatchKind};
use amends::detect::Detector;
use amends::lexicon::{Lexicon, LexiconFile, Pattern, Speaker};
use amends::library::{DEFAULT_SCORECARD, Library};
use amends::reading::Reader;
use amends::situation::History;
use amends::text::{Markup, Text};
use criterion::{Criterion, Throughput};
use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    let test = std::env::args().any(|argument| argument == "--test");
    let started = Instant::now();
    let library = Library::built_in().unwrap();
    let start_up = started.elapsed();
    let lexicon = &library.lexicons()[0];
    let messages = messages(lexicon, if test { 200 } else { 20_000 });
    println!(
        "{} rules, {} patterns, compiled {:.1} MB, start-up {:.1} ms",
        lexicon.rules().len(),
        lexicon.pattern_count(),
        lexicon.compiled_bytes() as f64 / 1e6,
        start_up.as_secs_f64() * 1e3
    );
    ratios(library, lexicon, &messages, if test { 1 } else { 15 });
    let mut criterion = Criterion::default().configure_from_args();
    absolute(&mut criterion, library, lexicon, &messages);
    criterion.final_summary();
}

/// Real messages where the caller has some, invented ones otherwise.
fn messages(lexicon: &Lexicon, most: usize) -> Vec<String> {
    if let Ok(path) = std::env::var("BENCH_TEXT") {
        let text = std::fs::read_to_string(path).unwrap();
        return text
            .lines()
            .flat_map(|line| {
                let conversation: serde_json::Value = serde_json::from_str(line).unwrap();
                let of_agents = |message: &&serde_json::Value| message["role"] == "agent";
                let body = |message: &serde_json::Value| {
                    message["text"].as_str().or(message["body"].as_str()).unwrap_or_default().to_owned()
                };
                conversation["messages"].as_array().unwrap().iter().filter(of_agents).map(body).collect::<Vec<_>>()
            })
            .take(most)
            .collect();
    }
    let unmarked = |text: &str| text.replace(['«', '»'], "");
    let sentences: Vec<String> = lexicon
        .rules()
        .iter()
        .filter(|rule| rule.speaker == Speaker::Agent)
        .flat_map(|rule| rule.examples.hits.iter().chain(&rule.examples.silent))
        .map(|example| unmarked(&example.value))
        .collect();
    // A fixed linear congruential sequence (Knuth): the same messages in every run.
    let mut state = 1_u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    (0..most)
        .map(|_| {
            (0..1 + next() % 4).map(|_| sentences[next() % sentences.len()].as_str()).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

/// As many phrases as the lexicon has patterns: the evidence of all hits, then parts of it.
fn keyword_search(lexicon: &Lexicon) -> AhoCorasick {
    let evidence = lexicon.rules().iter().flat_map(|rule| &rule.examples.hits).filter_map(|hit| {
        let (_, rest) = hit.value.split_once('«')?;
        Some(rest.split_once('»')?.0.to_lowercase())
    });
    let mut phrases: Vec<String> = evidence.collect();
    let parts: Vec<String> = phrases
        .iter()
        .flat_map(|phrase| {
            let words: Vec<&str> = phrase.split(' ').collect();
            words.windows(2).chain(words.windows(3)).map(|part| part.join(" ")).collect::<Vec<_>>()
        })
        .collect();
    phrases.extend(parts);
    let mut seen = std::collections::HashSet::new();
    phrases.retain(|phrase| seen.insert(phrase.clone()));
    phrases.truncate(lexicon.pattern_count());
    println!("yardstick 1: aho-corasick with {} phrases, as many as there are patterns", phrases.len());
    automaton(&phrases)
}

fn automaton(phrases: &[String]) -> AhoCorasick {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(true).build(phrases).unwrap()
}

/// All rules again with their literal words exchanged for other rules' words: as frequent, but other rules.
fn doubled(lexicon: &Lexicon) -> Lexicon {
    let mut words: Vec<String> = Vec::new();
    for rule in lexicon.rules() {
        rule.patterns.iter().for_each(|pattern| literals(&pattern.value, &mut words));
    }
    words.sort();
    words.dedup();
    let exchange = |word: &str| {
        let at = words.binary_search(&word.to_owned()).unwrap_or(0);
        words[(at + words.len() / 2) % words.len()].clone()
    };
    let mut twins: Vec<LexiconFile> = lexicon.files().to_vec();
    for file in &mut twins {
        if !file.text.contains("[[rule]]") {
            continue;
        }
        let mut twin: toml::Table = file.text.parse().unwrap();
        for rule in twin["rule"].as_array_mut().unwrap() {
            let id = format!("{}-twin", rule["id"].as_str().unwrap());
            rule["id"] = id.into();
            for text in rule["patterns"].as_array_mut().unwrap() {
                let pattern = amends::lexicon::pattern::parse(text.as_str().unwrap()).unwrap();
                *text = match exchanged(&pattern, &exchange) {
                    // Of classes alone: one more word makes it another rule.
                    twin if twin == pattern => format!("{twin} {}", exchange(&id_word(&twin))),
                    twin => twin.to_string(),
                }
                .into();
            }
        }
        file.path = format!("twin/{}", file.path);
        file.text = toml::to_string(&twin).unwrap();
    }
    let twins = twins.into_iter().filter(|file| file.text.contains("[[rule]]")).collect();
    match Lexicon::compile(lexicon.language(), vec![lexicon.files().to_vec(), twins]) {
        Ok(lexicon) => lexicon,
        Err(errors) => panic!("{errors}"),
    }
}

/// A word to tell patterns without words of their own apart by.
fn id_word(pattern: &Pattern) -> String {
    pattern.to_string().chars().filter(char::is_ascii_lowercase).take(6).collect()
}

fn literals(pattern: &Pattern, words: &mut Vec<String>) {
    match pattern {
        Pattern::Stem(word) => words.push(word.clone()),
        Pattern::Sequence(items) | Pattern::Choice(items) => items.iter().for_each(|item| literals(item, words)),
        Pattern::Optional(item) => literals(item, words),
        _ => {}
    }
}

fn exchanged(pattern: &Pattern, exchange: &dyn Fn(&str) -> String) -> Pattern {
    let all = |items: &[Pattern]| items.iter().map(|item| exchanged(item, exchange)).collect();
    match pattern {
        Pattern::Stem(word) => Pattern::Stem(exchange(word)),
        Pattern::Sequence(items) => Pattern::Sequence(all(items)),
        Pattern::Choice(items) => Pattern::Choice(all(items)),
        Pattern::Optional(item) => Pattern::Optional(Box::new(exchanged(item, exchange))),
        other => other.clone(),
    }
}

fn ratios(library: &Library, lexicon: &Lexicon, messages: &[String], rounds: usize) {
    let bytes: usize = messages.iter().map(String::len).sum();
    let search = keyword_search(lexicon);
    let wordings = wordings::automaton_of(lexicon);
    let texts: Vec<Text<'_>> = messages.iter().map(|body| Text::read(body, Markup::Plain)).collect();
    let twice = doubled(lexicon);
    let (mut detector, mut twice_detector) = (Detector::new(lexicon), Detector::new(&twice));
    let mut reader = Reader::new(lexicon, library.scorecard(DEFAULT_SCORECARD).unwrap());
    let mut detections = 0_usize;
    /// A name and one round over all messages.
    type Contestant<'r> = (&'r str, Box<dyn FnMut() + 'r>);
    let mut contestants: Vec<Contestant<'_>> = vec![
        (
            "aho-corasick (1)",
            Box::new(|| {
                messages.iter().for_each(|body| {
                    black_box(search.find_iter(body).count());
                })
            }),
        ),
        (
            "… with wordings (2)",
            Box::new(|| {
                messages.iter().for_each(|body| {
                    black_box(wordings.find_iter(body).count());
                })
            }),
        ),
        (
            "body to tokens",
            Box::new(|| {
                messages.iter().for_each(|body| {
                    black_box(Text::read(body, Markup::Sniff));
                })
            }),
        ),
        (
            "tokens to detections",
            Box::new(|| {
                texts.iter().for_each(|text| {
                    black_box(detector.find(text, Speaker::Agent).settle(lexicon, true));
                });
            }),
        ),
        (
            "… with twice the rules",
            Box::new(|| {
                texts.iter().for_each(|text| {
                    black_box(twice_detector.find(text, Speaker::Agent).settle(&twice, true));
                });
            }),
        ),
        (
            "body to score",
            Box::new(|| {
                for body in messages {
                    let reading = reader.agent(body, Markup::Sniff, false, &mut History::default());
                    detections += black_box(reading).detections.len();
                }
            }),
        ),
    ];
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); contestants.len()];
    for round in 0..=rounds {
        for ((_, run), times) in contestants.iter_mut().zip(&mut times) {
            let started = Instant::now();
            run();
            // The first round warms caches up.
            if round > 0 {
                times.push(started.elapsed());
            }
        }
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!("{} messages, {:.1} MB, median of {rounds} rounds on one core", messages.len(), bytes as f64 / 1e6);
    println!("{:<24} {:>9} {:>8} {:>12} {:>9} {:>9}", "", "ns/msg", "MB/s", "messages/s", "ratio (1)", "ratio (2)");
    for ((name, _), mine) in contestants.iter().zip(&times) {
        let seconds = median(mine.iter().map(Duration::as_secs_f64).collect());
        let ratio = |base: &[Duration]| {
            median(mine.iter().zip(base).map(|(mine, base)| base.as_secs_f64() / mine.as_secs_f64()).collect())
        };
        let per_message = seconds / messages.len() as f64;
        println!(
            "{name:<24} {:>9.0} {:>8.0} {:>12.0} {:>9.2} {:>9.2}",
            per_message * 1e9,
            bytes as f64 / seconds / 1e6,
            1.0 / per_message,
            ratio(&times[0]),
            ratio(&times[1])
        );
    }
    drop(contestants);
    println!("{detections} detections in all rounds of `body to score`\n");
}

fn absolute(criterion: &mut Criterion, library: &Library, lexicon: &Lexicon, messages: &[String]) {
    let bytes: usize = messages.iter().map(String::len).sum();
    let mut group = criterion.benchmark_group("read");
    group.sample_size(10).throughput(Throughput::Bytes(bytes as u64));
    let mut reader = Reader::new(lexicon, library.scorecard(DEFAULT_SCORECARD).unwrap());
    group.bench_function("body to score", |bencher| {
        bencher.iter(|| {
            for body in messages {
                black_box(reader.agent(body, Markup::Sniff, false, &mut History::default()));
            }
        });
    });
    group.bench_function("compile the lexicon", |bencher| {
        bencher.iter(|| Lexicon::compile(lexicon.language(), vec![lexicon.files().to_vec()]));
    });
    group.finish();
}
