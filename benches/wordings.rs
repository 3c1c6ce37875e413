//! The wordings that patterns stand for, as a plain keyword search would need them.

use aho_corasick::AhoCorasick;
use amends::lexicon::{Lexicon, LexiconFile, Pattern, pattern};
use std::collections::HashMap;
use std::rc::Rc;

/// The most phrases in all.
const MOST: u64 = 50_000;

/// A search for the wordings of all patterns, evenly sampled from each, [`MOST`] at most.
pub fn automaton_of(lexicon: &Lexicon) -> AhoCorasick {
    let mut classes = Classes::of(lexicon.files());
    let patterns = lexicon.rules().iter().flat_map(|rule| &rule.patterns);
    let all: Vec<Rc<Wordings>> =
        patterns.map(|pattern| classes.wordings(pattern.place.file as usize, &pattern.value)).collect();
    let total = |each: u64| all.iter().map(|one| one.count.min(each)).sum::<u64>();
    let each = (1..=MOST).take_while(|&each| total(each) <= MOST).last().unwrap_or(1);
    let mut phrases: Vec<String> = all.iter().flat_map(|one| one.sample(each)).collect();
    phrases.sort_unstable();
    phrases.dedup();
    phrases.retain(|phrase| !phrase.is_empty());
    let all = all.iter().fold(0_u64, |all, one| all.saturating_add(one.count)) as f64;
    println!("yardstick 2: aho-corasick with {} of {all:.1e} wordings, at most {each} a pattern", phrases.len());
    super::automaton(&phrases)
}

/// All wordings of a pattern, not written out.
struct Wordings {
    /// How many, as far as 64 bits tell.
    count: u64,
    kind: Kind,
}

enum Kind {
    Word(String),
    /// All in order.
    All(Vec<Rc<Wordings>>),
    /// One of them.
    One(Vec<Rc<Wordings>>),
}

impl Wordings {
    fn all(items: Vec<Rc<Self>>) -> Self {
        let count = items.iter().fold(1_u64, |all, one| all.saturating_mul(one.count));
        Self { count, kind: Kind::All(items) }
    }

    fn one(items: Vec<Rc<Self>>) -> Self {
        let count = items.iter().fold(0_u64, |all, one| all.saturating_add(one.count));
        Self { count, kind: Kind::One(items) }
    }

    /// At most `most` of them, evenly spread.
    fn sample(&self, most: u64) -> Vec<String> {
        let step = (self.count / most).max(1);
        let phrase = |number: u64| {
            // Somewhere in its step (Fibonacci hashing), so that no choice is always made alike.
            let within = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % step;
            let mut words = Vec::new();
            self.write(number * step + within, &mut words);
            words.join(" ")
        };
        (0..self.count.min(most)).map(phrase).collect()
    }

    /// Adds the words of wording `number`.
    fn write<'w>(&'w self, mut number: u64, words: &mut Vec<&'w str>) {
        match &self.kind {
            Kind::Word(word) => words.push(word),
            Kind::All(items) => {
                for item in items {
                    item.write(number % item.count, words);
                    number /= item.count;
                }
            }
            Kind::One(items) => {
                for item in items {
                    if number < item.count {
                        return item.write(number, words);
                    }
                    number -= item.count;
                }
            }
        }
    }
}

/// The classes of all files, those looked up kept.
struct Classes {
    /// By file.
    own: Vec<toml::Table>,
    shared: usize,
    known: HashMap<(usize, String), Rc<Wordings>>,
}

impl Classes {
    fn of(files: &[LexiconFile]) -> Self {
        let table = |file: &LexiconFile| {
            let whole: toml::Table = file.text.parse().unwrap();
            whole.get("classes").and_then(toml::Value::as_table).cloned().unwrap_or_default()
        };
        let shared = files.iter().position(|file| file.path.ends_with("classes.toml")).unwrap();
        Self { own: files.iter().map(table).collect(), shared, known: HashMap::new() }
    }

    fn wordings(&mut self, file: usize, pattern: &Pattern) -> Rc<Wordings> {
        let mut each = |items: &[Pattern]| items.iter().map(|item| self.wordings(file, item)).collect();
        Rc::new(match pattern {
            Pattern::Stem(word) | Pattern::Exact(word) => Wordings { count: 1, kind: Kind::Word(word.clone()) },
            Pattern::Class(name) => return self.class(file, name),
            Pattern::Sequence(items) => Wordings::all(each(items)),
            Pattern::Choice(items) => Wordings::one(each(items)),
            Pattern::Optional(item) => {
                Wordings::one(vec![Rc::new(Wordings::all(Vec::new())), self.wordings(file, item)])
            }
            // A shape stands for words that no list holds: any one will do, and nothing is matched less for it.
            Pattern::Shape(_) | Pattern::Gap(_) | Pattern::Start | Pattern::End => Wordings::all(Vec::new()),
        })
    }

    fn class(&mut self, file: usize, name: &str) -> Rc<Wordings> {
        let file = if self.own[file].contains_key(name) { file } else { self.shared };
        let key = (file, name.to_owned());
        if let Some(known) = self.known.get(&key) {
            return Rc::clone(known);
        }
        let members = self.own[file][name].as_array().unwrap().clone();
        let parsed = members.iter().map(|member| pattern::parse(member.as_str().unwrap()).unwrap());
        let items = parsed.map(|member| self.wordings(file, &member)).collect();
        let made = Rc::new(Wordings::one(items));
        self.known.insert(key, Rc::clone(&made));
        made
    }
}
