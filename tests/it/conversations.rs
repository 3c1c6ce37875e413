//! Whole conversations in Markdown, with what is to be found in them (`tests/conversations/*.md`).
//!
//! A heading starts a conversation. Its turns are fenced blocks, told apart by their info string:
//! `customer`, `agent`, `note` (internal) and `bot`, followed by `html` or `automatic` where that is
//! so. An `expect` block says what the agent's message before it comes to, one expectation a line:
//!
//! | line | holds when |
//! |---|---|
//! | `apology`, `apology:specific` | the label (of that kind) is found |
//! | `excuse «very busy»` | it is found in words that overlap these |
//! | `no apology` | it is not found |
//! | `missing_apology`, `no missing_follow_up` | the finding is made, is not made |
//! | `service_failure yes`, `apology_due no` | the situation is read so |
//! | `score < 50`, `score > 80`, `no score` | the default scorecard says so |
//! | `not scored: automatic` | the message has no score, for that reason |
//! | `no findings` | none of the four headline findings is made |
//! | `known miss: …` | the machine is wrong today: the rest of the line is right and does not hold |
//!
//! `TEST_CONVERSATIONS=word` reads only conversations whose heading holds the word.

use amends::conversation::{Conversation, Format, Message, Participant, Role, Visibility};
use amends::detect::Detection;
use amends::lexicon::{Label, Lexicon};
use amends::library::{DEFAULT_SCORECARD, Library};
use amends::reading::{MessageReading, Reader};
use std::fmt::Write;
use std::path::Path;

/// A conversation of a file, with expectations by message.
pub struct Case {
    pub title: String,
    pub messages: Vec<Message>,
    /// Message, line in the file, the line's text.
    expectations: Vec<(usize, usize, String)>,
}

fn message(info: &str, body: String) -> Option<Message> {
    let mut words = info.split_whitespace();
    let (role, visibility) = match words.next()? {
        "customer" => (Role::Customer, Visibility::Public),
        "agent" => (Role::Agent, Visibility::Public),
        "note" => (Role::Agent, Visibility::Internal),
        "bot" => (Role::Bot, Visibility::Public),
        _ => return None,
    };
    let mut message = Message {
        id: None,
        author: Participant { role, id: None, name: None },
        sent: None,
        visibility,
        format: Some(Format::Plain),
        automatic: false,
        body,
    };
    for word in words {
        match word {
            "html" => message.format = Some(Format::Html),
            "automatic" => message.automatic = true,
            _ => return None,
        }
    }
    Some(message)
}

/// The conversations of the file `name`.
pub fn parse(name: &str, text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case { title: title.to_owned(), messages: Vec::new(), expectations: Vec::new() });
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let place = format!("{name}:{}", index + 1);
        let mut body: Vec<(usize, &str)> = Vec::new();
        loop {
            match lines.next() {
                Some((_, "```")) => break,
                Some(line) => body.push(line),
                None => panic!("{place}: this block has no end"),
            }
        }
        let case = cases.last_mut().unwrap_or_else(|| panic!("{place}: a block before the first `## ` heading"));
        if info != "expect" {
            let body = body.iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
            let Some(message) = message(info, body) else {
                panic!(
                    "{place}: `{info}` is no block; allowed are customer, agent, note, bot (html, automatic) and expect"
                )
            };
            case.messages.push(message);
            continue;
        }
        let about = case.messages.len().checked_sub(1).unwrap_or_else(|| panic!("{place}: nothing was said yet"));
        for (index, line) in body.into_iter().filter(|(_, line)| !line.trim().is_empty()) {
            case.expectations.push((about, index + 1, line.trim().to_owned()));
        }
    }
    cases
}

/// Whether `line` holds of `reading`; an error where the line is not understood.
fn holds(line: &str, reading: &MessageReading, body: &str) -> Result<bool, String> {
    if let Some(wrong) = line.strip_prefix("known miss:") {
        return if holds(wrong.trim(), reading, body)? {
            Err("holds now: take `known miss:` away".into())
        } else {
            Ok(true)
        };
    }
    let score = reading.score.and_then(|score| score.score);
    if let Some(code) = line.strip_prefix("not scored: ") {
        return Ok(reading.not_scored.is_some_and(|reason| reason.code() == code));
    }
    match line {
        "no score" => return Ok(score.is_none()),
        "no findings" => return Ok(reading.findings.named().iter().all(|(_, made)| !made)),
        _ => {}
    }
    if let Some(bound) = line.strip_prefix("score ") {
        let number = |text: &str| text.trim().parse::<f64>().map_err(|_| format!("`{text}` is no number"));
        return match (bound.strip_prefix('<'), bound.strip_prefix('>')) {
            (Some(bound), _) => number(bound).map(|bound| score.is_some_and(|score| score < bound)),
            (_, Some(bound)) => number(bound).map(|bound| score.is_some_and(|score| score > bound)),
            _ => Err("write `score < 50` or `score > 80`".into()),
        };
    }
    let situation = &reading.situation;
    for (name, is) in [
        ("service_failure ", situation.service_failure),
        ("apology_due ", situation.apology_due),
        ("follow_up_due ", situation.follow_up_due),
    ] {
        match line.strip_prefix(name) {
            Some("yes") => return Ok(is),
            Some("no") => return Ok(!is),
            Some(_) => return Err(format!("write `{name}yes` or `{name}no`")),
            None => {}
        }
    }
    let (wanted, rest) = line.strip_prefix("no ").map_or((true, line), |rest| (false, rest));
    // `excuse` and `finger_pointing` are findings and labels both: labels, so that words can be given.
    if let Some((_, made)) =
        reading.findings.named().iter().find(|(name, _)| *name == rest && name.starts_with("missing"))
    {
        return Ok(*made == wanted);
    }
    let (name, words) = match rest.split_once(" «") {
        Some((name, words)) => (name, Some(words.strip_suffix('»').ok_or("the words end with »")?)),
        None => (rest, None),
    };
    let (name, kind) = name.split_once(':').map_or((name, None), |(name, kind)| (name, Some(kind)));
    let label = Label::from_name(name).ok_or_else(|| format!("`{name}` is no label and no finding"))?;
    if let Some(kind) = kind.filter(|kind| label.kinds().iter().all(|known| known.name() != *kind)) {
        return Err(format!("`{kind}` is no kind of {label}"));
    }
    let place = match words {
        None => None,
        Some(words) => Some(body.find(words).ok_or_else(|| format!("the message does not say «{words}»"))?),
    };
    let fits = |one: &Detection| {
        let kind_fits = kind.is_none_or(|kind| one.kind.is_some_and(|own| own.name() == kind));
        let place_fits = place.zip(words).is_none_or(|(start, words)| {
            (one.span.start as usize) < start + words.len() && start < one.span.end as usize
        });
        one.label == label && kind_fits && place_fits
    };
    Ok(reading.detections.iter().any(fits) == wanted)
}

/// What was read, for a failure's text.
fn told(lexicon: &Lexicon, reading: &MessageReading, body: &str) -> String {
    let mut out = String::new();
    for one in &reading.detections {
        let kind = one.kind.map(|kind| format!(":{}", kind.name())).unwrap_or_default();
        let rule = &lexicon.rules()[one.rule as usize].id;
        writeln!(out, "    {}{kind} «{}» ({rule})", one.label, one.span.of(body)).unwrap();
    }
    let situation = &reading.situation;
    writeln!(
        out,
        "    service_failure {}, apology_due {}, follow_up_due {}; score {:?}{}",
        situation.service_failure,
        situation.apology_due,
        situation.follow_up_due,
        reading.score.and_then(|score| score.score),
        reading.not_scored.map(|reason| format!(", not scored: {}", reason.code())).unwrap_or_default()
    )
    .unwrap();
    out
}

fn check(name: &str, text: &str, reader: &mut Reader<'_>, failures: &mut Vec<String>) -> usize {
    let only = std::env::var("TEST_CONVERSATIONS").ok();
    let mut checked = 0;
    for case in parse(name, text) {
        if only.as_ref().is_some_and(|only| !case.title.contains(only.as_str())) {
            continue;
        }
        let conversation = Conversation { id: None, source: None, channel: None, messages: case.messages };
        let readings = reader.conversation(&conversation);
        for (message, line, expectation) in case.expectations {
            checked += 1;
            let (reading, body) = (&readings[message], conversation.messages[message].body.as_str());
            let problem = match holds(&expectation, reading, body) {
                Ok(true) => continue,
                Ok(false) => "does not hold".to_owned(),
                Err(problem) => problem,
            };
            let found = told(reader.lexicon(), reading, body);
            failures.push(format!("{name}:{line} ({}): `{expectation}`: {problem}; found\n{found}", case.title));
        }
    }
    checked
}

fn reader() -> Reader<'static> {
    let library = Library::built_in().unwrap();
    Reader::new(library.lexicon("en").unwrap(), library.scorecard(DEFAULT_SCORECARD).unwrap())
}

#[test]
fn conversations_come_to_what_they_are_said_to() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut reader, mut failures, mut checked) = (reader(), Vec::new(), 0);
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let name = format!("tests/conversations/{}", path.file_name().unwrap().to_string_lossy());
        checked += check(&name, &std::fs::read_to_string(path).unwrap(), &mut reader, &mut failures);
    }
    assert!(failures.is_empty(), "{} of {checked} expectations fail:\n\n{}", failures.len(), failures.join("\n"));
    assert!(checked > 0, "no expectation was read");
}

#[test]
fn a_wrong_expectation_is_told_with_its_place_and_what_was_found() {
    let text = "# File\n\n## A title\n\n```customer\nMy lamp came broken.\n```\n\n```agent\nI'm sorry that your lamp came broken.\n```\n\n```expect\napology\nno apology\nexcuses\nscore > 101\napology «sory»\nknown miss: apology\nknown miss: excuse\n```\n";
    let mut failures = Vec::new();
    assert_eq!(check("x.md", text, &mut reader(), &mut failures), 7);
    let told: Vec<&str> = failures.iter().filter_map(|failure| failure.split("; found").next()).collect();
    assert_eq!(
        told,
        [
            "x.md:15 (A title): `no apology`: does not hold",
            "x.md:16 (A title): `excuses`: `excuses` is no label and no finding",
            "x.md:17 (A title): `score > 101`: does not hold",
            "x.md:18 (A title): `apology «sory»`: the message does not say «sory»",
            "x.md:19 (A title): `known miss: apology`: holds now: take `known miss:` away",
        ]
    );
    assert!(failures[0].contains("apology:specific «I'm sorry"), "{}", failures[0]);
}
