//! `confidence.toml`, written: always in the same order and layout.

use super::read::VERSION;
use super::{Measurements, Sample, Share};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What a reader of the file needs to know.
const HEAD: &str = "\
# confidence: how often each rule was right on messages that people labelled.
#
# Written by `amends eval --write-confidence`; measure again rather than change a figure by hand. A rule that is
# deleted leaves this file too; `amends lexicon check` names what is out of date.
#
# `right` counts the messages that carry the label by the readers' word, `of` all messages in which the rule (or any
# rule of the label) finds it; several detections in one message are one. A message on which readers differed is left out.
#
# [unseen] are messages that no rule was written from: only they tell how far a label is to be trusted. [written-from]
# are messages that rules were written from. They flatter, as a rule is nearly always right on what it was fitted to,
# and serve only to tell the stronger rules of a label from the weaker. How a confidence comes of both is told in
# src/lexicon/confidence/mod.rs; `amends lexicon explain RULE` shows it for a rule.
";

impl Measurements {
    /// The text of the file.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = format!("{HEAD}\nversion = {VERSION}\n");
        for (key, value) in [("measured-on", &self.measured_on), ("rules", &self.rules), ("readers", &self.readers)] {
            line(&mut out, format_args!("{key} = {}", toml::Value::from(value.as_str())));
        }
        sample(&mut out, "unseen", &self.unseen);
        if self.written_from.messages > 0 {
            sample(&mut out, "written-from", &self.written_from);
        }
        out
    }
}

fn sample(out: &mut String, name: &str, sample: &Sample) {
    line(out, format_args!("\n[{name}]\nmessages = {}", sample.messages));
    let corpora: Vec<String> =
        sample.corpora.iter().map(|(corpus, n)| format!("{} = {n}", toml_edit::Key::new(corpus))).collect();
    line(out, format_args!("corpora = {{ {} }}", corpora.join(", ")));
    shares(out, name, "labels", &sample.labels);
    shares(out, name, "rules", &sample.rules);
}

fn shares(out: &mut String, sample: &str, what: &str, shares: &BTreeMap<String, Share>) {
    line(out, format_args!("\n[{sample}.{what}]"));
    for (name, Share { right, of }) in shares {
        line(out, format_args!("{name} = {{ right = {right}, of = {of} }}"));
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}
