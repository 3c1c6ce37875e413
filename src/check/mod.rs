//! Does each rule do what its examples say?
//!
//! The same check for built-in and users' own lexicons: every hit is found once and exactly where
//! it is marked, nothing fires on what must stay silent, known mistakes still are mistakes (so that
//! a cure is noticed and the example moves).

use crate::detect::{Detection, Detector};
use crate::lexicon::{Lexicon, LexiconError, Rule, Speaker, Written};
use crate::promise;
use crate::text::{Markup, Text};

/// Runs all examples of `lexicon`; gives what does not hold, in the order of the files.
#[must_use]
pub fn check(lexicon: &Lexicon) -> Vec<LexiconError> {
    let mut checker = Checker { detector: Detector::new(lexicon), failures: Vec::new() };
    for (index, rule) in lexicon.rules().iter().enumerate() {
        checker.check_rule(index as u32, rule);
    }
    checker.failures.extend(promise::check(lexicon));
    checker.failures.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    checker.failures
}

/// How many examples `rule` has.
#[must_use]
pub fn example_count(rule: &Rule) -> usize {
    let examples = &rule.examples;
    [&examples.hits, &examples.silent, &examples.left_to_others, &examples.wrong, &examples.missed]
        .iter()
        .map(|list| list.len())
        .sum()
}

struct Checker<'l> {
    detector: Detector<'l>,
    failures: Vec<LexiconError>,
}

impl Checker<'_> {
    fn check_rule(&mut self, index: u32, rule: &Rule) {
        for example in &rule.examples.hits {
            self.check_hit(index, rule, example, "");
        }
        for example in &rule.examples.wrong {
            self.check_hit(index, rule, example, "a known false alarm is cured: move it to `silent`; ");
        }
        for example in &rule.examples.silent {
            if let Some(found) = self.read(rule, &example.value).iter().find(|one| one.label == rule.label) {
                let problem =
                    format!("must be silent, but {} found «{}»", self.name(found.rule), found.span.of(&example.value));
                self.fail(example, problem);
            }
        }
        for example in &rule.examples.left_to_others {
            let found = self.read(rule, &example.value);
            if found.iter().any(|one| one.rule == index) {
                self.fail(example, format!("is left to other rules, but `{}` found it", rule.id));
            } else if !found.iter().any(|one| one.label == rule.label) {
                self.fail(example, format!("is left to other rules of {}, but none found it", rule.label));
            }
        }
        for example in &rule.examples.missed {
            if let Some(found) = self.read(rule, &example.value).iter().find(|one| one.label == rule.label) {
                let problem = format!(
                    "a known miss is cured by {}: move it to `hits` or `left-to-others`",
                    self.name(found.rule)
                );
                self.fail(example, problem);
            }
        }
    }

    fn check_hit(&mut self, index: u32, rule: &Rule, example: &Written<String>, hint: &str) {
        let (before, rest) = example.value.split_once('«').unwrap_or(("", &example.value));
        let (evidence, after) = rest.split_once('»').unwrap_or((rest, ""));
        let text = format!("{before}{evidence}{after}");
        let found = self.read(rule, &text);
        let mine: Vec<&Detection> = found.iter().filter(|one| one.rule == index).collect();
        let wanted = before.len()..before.len() + evidence.len();
        match mine[..] {
            [one] if one.span.range() == wanted => {}
            [] => {
                let others: Vec<String> =
                    found.iter().filter(|one| one.label == rule.label).map(|one| self.name(one.rule)).collect();
                let others =
                    if others.is_empty() { String::new() } else { format!(" (found by {})", others.join(", ")) };
                self.fail(example, format!("{hint}`{}` does not find this{others}", rule.id));
            }
            [one] => self.fail(example, format!("{hint}`{}` finds «{}» instead", rule.id, one.span.of(&text))),
            _ => {
                let all: Vec<String> = mine.iter().map(|one| format!("«{}»", one.span.of(&text))).collect();
                self.fail(example, format!("{hint}`{}` finds it {} times: {}", rule.id, mine.len(), all.join(", ")));
            }
        }
    }

    /// What stands in an example, read as a whole message after a service failure.
    fn read(&mut self, rule: &Rule, example: &str) -> Vec<Detection> {
        let speaker = if rule.speaker == Speaker::Customer { Speaker::Customer } else { Speaker::Agent };
        let found = self.detector.find(&Text::read(example, Markup::Plain), speaker);
        found.standing(self.detector.lexicon(), true)
    }

    fn name(&self, rule: u32) -> String {
        format!("`{}`", self.detector.lexicon().rules()[rule as usize].id)
    }

    fn fail(&mut self, example: &Written<String>, problem: String) {
        self.failures.push(self.detector.lexicon().error_at(example.place, problem));
    }
}
