//! Bounded fuzzing: real inputs, broken at random, through every door that takes a user's bytes.
//!
//! `TEST_FUZZ_SECONDS` says how long (2 where missing), `TEST_FUZZ_SEED` repeats a run: the seed
//! is printed, and a failure shows its input. What is looked for is a panic or a hang; what the
//! answers are is other tests' business.

use crate::support::{Chance, english, hits, reader};
use amends::conversation::neutral;
use amends::evaluation::parse_line;
use amends::lexicon::{Lexicon, LexiconFile, Speaker, pattern};
use amends::library::Library;
use amends::score::Scorecard;
use amends::situation::History;
use amends::source::export::{self, Format, Receiver, Recognised, Settings};
use amends::source::lines::Chunk;
use amends::source::merge::merge;
use amends::source::{JsonTool, Piece, Place, Problem, Record};
use amends::text::Markup;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// No input is longer, so that many are tried.
const LONGEST: usize = 20_000;

fn number_from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a whole number, not `{text}`")))
}

/// All files under `folder` whose names end so.
fn files(folder: &str, endings: &[&str]) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)))
        .collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// What takes a user's bytes.
type Enter = Box<dyn FnMut(&[u8])>;

/// A door, its seeds, and what goes through it.
struct Door {
    name: &'static str,
    seeds: Vec<Vec<u8>>,
    enter: Enter,
}

/// All invented exports, of whatever tool.
fn exports() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports");
    let mut tools: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    tools.sort();
    let of_tool = |tool: &std::ffi::OsString| {
        let folder = format!("tests/exports/{}", tool.to_string_lossy());
        files(&folder, &[".json", ".jsonl", ".csv", ".tsv", ".mbox", ".eml"])
    };
    tools.iter().flat_map(of_tool).collect()
}

/// Takes all that is read in an export, and puts it together.
#[derive(Default)]
struct Everything {
    pieces: Vec<Piece>,
}

impl Receiver for Everything {
    fn opened(&mut self, _: &str, _: &Recognised) -> bool {
        true
    }

    fn lines(&mut self, _: &str, tool: &'static dyn JsonTool, chunk: Chunk) {
        for (number, line) in chunk.lines() {
            export::line(tool, number, line, &mut |_, record| self.take(record));
        }
    }

    fn record(&mut self, _: &str, _: Place, record: Result<Record, Problem>) {
        self.take(record);
    }

    fn wants_more(&self) -> bool {
        true
    }
}

impl Everything {
    fn take(&mut self, record: Result<Record, Problem>) {
        match record {
            Ok(Record::Piece(piece)) => self.pieces.push(piece),
            Ok(Record::Person(_)) => {}
            Err(problem) => drop(problem.to_string()),
        }
    }
}

fn export_of_any_format(bytes: &[u8]) {
    let formats = std::iter::once(None).chain(Format::all().map(Some));
    for format in formats {
        let settings = Settings { format, ..Settings::default() };
        let mut everything = Everything::default();
        let _ = export::read("x", &mut Cursor::new(bytes), &settings, &mut everything);
        let _ = merge(everything.pieces, &());
    }
}

fn doors() -> Vec<Door> {
    let mut bodies: Vec<Vec<u8>> =
        [Speaker::Agent, Speaker::Customer].into_iter().flat_map(hits).map(String::into_bytes).collect();
    bodies.extend(files("examples", &[".txt"]));
    bodies.extend(files("tests/conversations", &[".md"]));
    let mut html: Vec<Vec<u8>> =
        bodies.iter().step_by(9).map(|body| [b"<div>", &body[..], b"</div>"].concat()).collect();
    html.push(
        b"<p>Hi&nbsp;Bea,</p><div class=\"gmail_quote\"><blockquote type=cite>&#39;sorry&#39;</blockquote></div>"
            .to_vec(),
    );
    html.push(b"<!DOCTYPE html><html><head><style>p{}</style></head><body><table><tr><td>We&rsquo;re sorry".to_vec());
    let json = files("examples", &[".json", ".jsonl"]);
    let mut lines = json.clone();
    lines.push(b"{\"id\": \"m\", \"text\": \"Hi\", \"context\": [{\"role\": \"agent\", \"text\": \"Hi\"}], \"labels\": {\"apology\": \"none\"}}".to_vec());
    let lexicon = files("tests/it/lexicon/en", &[".toml"]);
    let patterns = english()
        .rules()
        .iter()
        .flat_map(|rule| &rule.patterns)
        .map(|one| one.value.to_string().into_bytes())
        .collect();
    let cards = files("lexicons/scorecards", &[".toml"]);

    let read = |markup: Markup| {
        let mut reader = reader();
        Box::new(move |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            let mut history = History::default();
            reader.customer(&text, markup, &mut history);
            let reading = reader.agent(&text, markup, false, &mut history);
            for one in reading.detections {
                assert!(text.get(one.span.range()).is_some_and(|words| !words.is_empty()), "{one:?}");
            }
        })
    };
    vec![
        Door { name: "plain text", seeds: bodies, enter: read(Markup::Plain) },
        Door { name: "HTML", seeds: html, enter: read(Markup::Html) },
        Door {
            name: "JSON Lines",
            seeds: json.clone(),
            enter: Box::new(|bytes| neutral::json_lines(Cursor::new(bytes)).for_each(drop)),
        },
        Door { name: "JSON", seeds: json, enter: Box::new(|bytes| drop(neutral::json(bytes))) },
        Door {
            name: "label file",
            seeds: lexicon,
            enter: Box::new(|bytes| {
                let file = LexiconFile { path: "x.toml".into(), text: String::from_utf8_lossy(bytes).into_owned() };
                match Lexicon::compile("en", vec![vec![file]]) {
                    Ok(lexicon) => drop(amends::check::check(&lexicon)),
                    Err(errors) => drop(errors.to_string()),
                }
                drop(amends::lexicon_format::format(&String::from_utf8_lossy(bytes)));
            }),
        },
        Door {
            name: "pattern",
            seeds: patterns,
            enter: Box::new(|bytes| {
                let text = String::from_utf8_lossy(bytes);
                if let Ok(pattern) = pattern::parse(&text) {
                    // What is written out reads to the same.
                    assert_eq!(pattern::parse(&pattern.to_string()).as_ref(), Ok(&pattern), "{text}");
                }
            }),
        },
        Door {
            name: "scorecard",
            seeds: cards,
            enter: Box::new(|bytes| {
                if let Err(error) = Scorecard::parse("x.toml", &String::from_utf8_lossy(bytes)) {
                    drop(error.to_string());
                }
            }),
        },
        Door { name: "export", seeds: exports(), enter: Box::new(export_of_any_format) },
        Door {
            name: "gold line",
            seeds: lines,
            enter: Box::new(|bytes| drop(parse_line(&String::from_utf8_lossy(bytes)))),
        },
    ]
}

/// What breaks parsers.
const NASTY: [&[u8]; 24] = [
    b"\0",
    b"\xFF",
    b"\xC3",
    b"\xED\xA0\x80",
    b"\xEF\xBB\xBF",
    "\u{200b}".as_bytes(),
    "\u{2019}".as_bytes(),
    "ﬁ".as_bytes(),
    "e\u{301}".as_bytes(),
    "İ".as_bytes(),
    "«»".as_bytes(),
    "👩‍👩‍👧".as_bytes(),
    b"\r\n",
    b"\n\n",
    b"'''",
    b"\"",
    b"[[",
    b"]?",
    b"..9",
    b"{}",
    b"&#x110000;",
    b"<!--",
    b"\\u0000",
    b"1e999",
];

/// One of `seeds`, changed in one to eight places.
fn mutated(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = chance.pick(seeds).clone();
    for _ in 0..=chance.below(8) {
        let at = chance.below(bytes.len() + 1);
        let to = (at + chance.below(24)).min(bytes.len());
        match chance.below(7) {
            0 => drop(bytes.drain(at..to)),
            1 => bytes.insert(at, chance.next() as u8),
            2 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            3 => drop(bytes.splice(at..at, chance.pick(&NASTY).iter().copied())),
            4 => {
                let part = bytes[at..to].repeat(1 + chance.below(40));
                bytes.splice(at..at, part);
            }
            5 => {
                let other = chance.pick(seeds);
                let from = chance.below(other.len() + 1);
                let part = other[from..(from + chance.below(200)).min(other.len())].to_vec();
                bytes.splice(at..to, part);
            }
            _ => bytes.truncate(at.max(1)),
        }
        bytes.truncate(LONGEST);
    }
    bytes
}

#[test]
fn no_input_stops_the_program() {
    let seconds = number_from_environment("TEST_FUZZ_SECONDS").unwrap_or(2);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_nanos() as u64);
    let seed = number_from_environment("TEST_FUZZ_SEED").unwrap_or(now);
    println!("TEST_FUZZ_SEED={seed}");
    Library::built_in().unwrap();
    let (mut chance, mut doors, started) = (Chance::new(seed), doors(), Instant::now());
    let mut tried = vec![0_usize; doors.len()];
    while started.elapsed() < Duration::from_secs(seconds) {
        for (door, tried) in doors.iter_mut().zip(&mut tried) {
            let input = mutated(&door.seeds, &mut chance);
            let before = Instant::now();
            let outcome = catch_unwind(AssertUnwindSafe(|| (door.enter)(&input)));
            assert!(outcome.is_ok(), "seed {seed}: {} stops at {:?}", door.name, String::from_utf8_lossy(&input));
            // Far above what a slow machine needs for 20 kB: a hang, not a bad day.
            assert!(before.elapsed() < Duration::from_secs(20), "seed {seed}: {} hangs at {input:?}", door.name);
            *tried += 1;
        }
    }
    for (door, tried) in doors.iter().zip(&tried) {
        println!("{:<12} {tried} inputs", door.name);
        assert!(*tried > 0, "{} was not tried", door.name);
    }
}
