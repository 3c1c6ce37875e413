//! Do the rules of `deadlines.toml` do what their examples say?

use super::deadline::{Due, Teller, Undated};
use super::office::Office;
use crate::lexicon::deadlines::{DeadlineExample, DeadlineRule};
use crate::lexicon::{Lexicon, LexiconError, Written};
use crate::text::{Markup, Span, Text};
use jiff::Timestamp;

/// The zone of the office in the examples.
const ZONE: &str = "Europe/Amsterdam";

/// Runs all examples of the rules of `lexicon` that tell deadlines; gives what does not hold.
#[must_use]
pub fn check(lexicon: &Lexicon) -> Vec<LexiconError> {
    let office = match Office::in_zone(ZONE) {
        Ok(office) => office,
        // The zone is built in; without it no example can be held to anything.
        Err(error) => return vec![LexiconError::of_file(lexicon.language(), error.to_string())],
    };
    let checker = Checker { lexicon, teller: Teller::new(lexicon, &office), zone: office.zone() };
    let mut failures = Vec::new();
    for (index, rule) in lexicon.deadlines().rules().iter().enumerate() {
        let problems = rule.examples.iter().map(|one| (&one.text, checker.example(index, rule, one)));
        let silent = rule.silent.iter().map(|text| (text, checker.silent(index, rule, text)));
        for (text, problem) in problems.chain(silent) {
            failures.extend(problem.map(|problem| lexicon.error_at(text.place, problem)));
        }
    }
    failures
}

/// How many examples `rule` has.
#[must_use]
pub const fn example_count(rule: &DeadlineRule) -> usize {
    rule.examples.len() + rule.silent.len()
}

struct Checker<'a> {
    lexicon: &'a Lexicon,
    teller: Teller<'a>,
    zone: &'a jiff::tz::TimeZone,
}

type Told = (Span, u32, Result<Due, Undated>);

impl Checker<'_> {
    /// All times told in `body`.
    fn told(&self, body: &str, sent: Option<Timestamp>) -> Vec<Told> {
        let text = Text::read(body, Markup::Plain);
        (0..text.sentences().len()).flat_map(|sentence| self.teller.each(&text, sentence, sent)).collect()
    }

    /// What is wrong with an example of rule number `index`.
    fn example(&self, index: usize, rule: &DeadlineRule, example: &DeadlineExample) -> Option<String> {
        let (before, rest) = example.text.value.split_once('«')?;
        let (words, after) = rest.split_once('»')?;
        let body = format!("{before}{words}{after}");
        // Read already when the file was.
        let sent = example.sent.as_ref().and_then(|sent| sent.value.parse().ok());
        let told = self.told(&body, sent);
        let [(span, by, result)] = &told[..] else {
            let all: Vec<String> = told.iter().map(|one| self.shown(&body, one)).collect();
            return Some(format!(
                "`{}` must find one time here, found are {}: {}",
                rule.id,
                told.len(),
                all.join(", ")
            ));
        };
        let wanted = (before.len()..before.len() + words.len(), index as u32);
        let due = match result {
            Ok(due) => example.due.value.parse::<Timestamp>().is_ok_and(|wanted| wanted == due.at),
            Err(undated) => undated.reason.code() == example.due.value,
        };
        ((span.range(), *by) != wanted || !due).then(|| format!("found is {}", self.shown(&body, &told[0])))
    }

    /// What is wrong with an example in which rule number `index` finds nothing.
    fn silent(&self, index: usize, rule: &DeadlineRule, text: &Written<String>) -> Option<String> {
        // A time of its own, so that a reason does not hide what is found.
        let sent = "2026-03-02T10:00:00+01:00".parse().ok();
        let told = self.told(&text.value, sent);
        let found = told.iter().find(|(_, by, _)| *by == index as u32)?;
        Some(format!("`{}` must find nothing here, but found is {}", rule.id, self.shown(&text.value, found)))
    }

    fn shown(&self, body: &str, (span, by, result): &Told) -> String {
        let due = match result {
            Ok(due) => due.at.to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            Err(undated) => undated.reason.code().to_owned(),
        };
        let rule = self.lexicon.deadlines().rules().get(*by as usize).map_or("", |rule| &rule.id);
        format!("«{}», due {due} (`{rule}`)", span.of(body))
    }
}
