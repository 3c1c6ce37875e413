//! The built-in lexicons: every example holds, the files are the folder's, no rule hangs on how a text is typed.

use amends::check;
use amends::detect::{Detection, Detector};
use amends::lexicon::{Family, Label, Lexicon, Rule, Speaker};
use amends::lexicon_format;
use amends::library::Library;
use amends::text::{Markup, Text};
use std::collections::BTreeMap;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Rules that a label needs at least: those that QA teams look at first.
const LEAST: [(Label, usize); 5] =
    [(Label::Excuse, 30), (Label::FingerPointing, 12), (Label::FollowUp, 12), (Label::Repair, 12), (Label::Apology, 8)];
/// Of any other behaviour.
const LEAST_OF_A_BEHAVIOUR: usize = 4;
const LEAST_PATTERNS_OF_A_BEHAVIOUR: usize = 25;

fn lexicons() -> &'static [Lexicon] {
    Library::built_in().unwrap().lexicons()
}

#[test]
fn every_example_holds() {
    for lexicon in lexicons() {
        let failures: Vec<String> = check::check(lexicon).iter().map(ToString::to_string).collect();
        assert!(failures.is_empty(), "{} examples fail:\n{}", failures.len(), failures.join("\n"));
    }
}

#[test]
fn the_program_holds_the_files_of_the_folder() {
    for lexicon in lexicons() {
        let folder = Path::new(ROOT).join("lexicons").join(lexicon.language());
        let mut on_disk = Vec::new();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(ROOT).unwrap().to_string_lossy().replace('\\', "/");
            on_disk.push((name, std::fs::read_to_string(&path).unwrap()));
        }
        on_disk.sort();
        let embedded: Vec<(String, String)> =
            lexicon.files().iter().map(|file| (file.path.clone(), file.text.clone())).collect();
        let names = |files: &[(String, String)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&embedded), names(&on_disk));
        assert!(embedded == on_disk, "a file differs from the one built in");
    }
}

#[test]
fn every_label_has_rules() {
    let lexicon = Library::built_in().unwrap().lexicon("en").unwrap();
    // Rules and patterns by label.
    let mut counts: BTreeMap<Label, (usize, usize)> = BTreeMap::new();
    for rule in lexicon.rules() {
        let (rules, patterns) = counts.entry(rule.label).or_default();
        *rules += 1;
        *patterns += rule.patterns.len();
    }
    let least = |label: Label| match LEAST.iter().find(|(other, _)| *other == label) {
        Some((_, least)) => (*least, LEAST_PATTERNS_OF_A_BEHAVIOUR),
        None if label.is_behaviour() => (LEAST_OF_A_BEHAVIOUR, LEAST_PATTERNS_OF_A_BEHAVIOUR),
        None => (1, 1),
    };
    let mut few = Vec::new();
    for &label in Label::ALL {
        let (rules, patterns) = counts.get(&label).copied().unwrap_or_default();
        let (least_rules, least_patterns) = least(label);
        if rules < least_rules || patterns < least_patterns {
            few.push(format!("{label}: {rules} of {least_rules} rules, {patterns} of {least_patterns} patterns"));
        }
    }
    assert!(few.is_empty(), "{}", few.join("\n"));
}

#[test]
fn a_rule_reads_the_speaker_that_its_label_is_about() {
    for rule in lexicons().iter().flat_map(Lexicon::rules) {
        let wanted = if rule.label.family() == Family::CustomerCue { Speaker::Customer } else { Speaker::Agent };
        assert_eq!(rule.speaker, wanted, "{}", rule.id);
    }
}

#[test]
fn what_people_read_in_a_rule_are_sentences() {
    for rule in lexicons().iter().flat_map(Lexicon::rules) {
        for (field, text) in
            [("what", &rule.what), ("why", &rule.why), ("fair-when", &rule.fair_when), ("advice", &rule.advice)]
        {
            let closed = text.trim_end_matches(['"', '”', ')']).ends_with(['.', '?', '!', '…']);
            assert!(closed && text.starts_with(|c: char| !c.is_lowercase()), "{} of {}: {text}", field, rule.id);
            assert!(text.len() < 400, "{field} of {} is long: {text}", rule.id);
        }
    }
}

/// A way of typing a text that says the same.
type Typed = fn(&str) -> String;

const UPPER_CASE: &str = "upper case";
const LOWER_CASE: &str = "lower case";

const TYPED: [(&str, Typed); 7] = [
    (UPPER_CASE, |text| text.to_uppercase()),
    (LOWER_CASE, |text| text.to_lowercase()),
    ("curly apostrophes", |text| text.replace('\'', "\u{2019}")),
    ("double spaces", |text| text.replace(' ', "  ")),
    ("tabs", |text| text.replace(' ', "\t")),
    ("no-break spaces", |text| text.replace(' ', "\u{a0}")),
    ("a zero-width space in each word", |text| text.replace("e", "\u{200b}e")),
];

/// The words of the marked evidence, and the example without its marks.
fn unmarked(example: &str) -> String {
    example.replace(['«', '»'], "")
}

/// Whether a capital letter in the evidence may tell a name that the rule looks for.
fn may_show_a_name(lexicon: &Lexicon, rule: &Rule, example: &str) -> bool {
    let own = &lexicon.files()[rule.place.file as usize];
    let shared = lexicon.files().iter().filter(|file| file.path.ends_with("classes.toml"));
    let evidence = example.split(['«', '»']).nth(1).unwrap_or_default();
    shared.chain([own]).any(|file| file.text.contains("{#name}")) && evidence.contains(char::is_uppercase)
}

/// How many words precede the evidence and how many it has, for each time that `rule` fires.
fn found(detector: &mut Detector<'_>, index: usize, rule: &Rule, body: &str) -> Vec<(usize, usize)> {
    let text = Text::read(body, Markup::Plain);
    let speaker = if rule.speaker == Speaker::Customer { Speaker::Customer } else { Speaker::Agent };
    let standing = detector.find(&text, speaker).standing(detector.lexicon(), true);
    let place = |one: &Detection| {
        let before = text.tokens().spans().filter(|word| word.end <= one.span.start).count();
        let within = text.tokens().spans().filter(|word| one.span.contains(*word)).count();
        (before, within)
    };
    standing.iter().filter(|one| one.rule == index as u32).map(place).collect()
}

#[test]
fn a_rule_does_not_hang_on_how_a_text_is_typed() {
    let mut wrong = Vec::new();
    for lexicon in lexicons() {
        let mut detector = Detector::new(lexicon);
        for (index, rule) in lexicon.rules().iter().enumerate() {
            for example in rule.examples.hits.iter().chain(&rule.examples.wrong) {
                let body = unmarked(&example.value);
                let wanted = found(&mut detector, index, rule, &body);
                let named = may_show_a_name(lexicon, rule, &example.value);
                for (name, typed) in TYPED {
                    if named && [UPPER_CASE, LOWER_CASE].contains(&name) {
                        continue;
                    }
                    let other = typed(&body);
                    let found = found(&mut detector, index, rule, &other);
                    if found != wanted {
                        wrong.push(format!("{} in {name}: {wanted:?} became {found:?}: {other}", rule.id));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn label_files_are_in_canonical_form() {
    let mut wrong = Vec::new();
    for file in lexicons().iter().flat_map(Lexicon::files).filter(|file| lexicon_format::is_label_file(&file.text)) {
        match lexicon_format::format(&file.text) {
            Ok(formatted) if formatted == file.text => {}
            Ok(_) => wrong.push(format!("{}: run `amends lexicon format lexicons`", file.path)),
            Err(error) => wrong.push(format!("{}: {error}", file.path)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
