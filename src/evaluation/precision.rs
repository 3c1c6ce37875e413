//! How often each rule and label is right on labelled messages: what `confidence.toml` keeps.

use super::{GoldMessage, Measured, evaluate};
use crate::lexicon::Label;
use crate::lexicon::confidence::{Claim, Measurements, Sample, Share};
use crate::reading::Reader;
use std::collections::BTreeSet;

/// Labelled messages, by what rules have to do with them.
#[derive(Debug, Clone, Copy)]
pub struct BuiltFrom<'g> {
    /// Messages that no rule was written from.
    pub unseen: &'g [GoldMessage],
    /// Messages that rules were written from; may be none.
    pub written_from: &'g [GoldMessage],
}

/// Measures the rules of `reader` on messages that `readers` labelled; `measured_on` is the day, YYYY-MM-DD.
pub fn measure(reader: &mut Reader<'_>, gold: BuiltFrom<'_>, readers: &str, measured_on: &str) -> Measurements {
    Measurements {
        measured_on: measured_on.to_owned(),
        rules: reader.lexicon().rules_digest(),
        readers: readers.to_owned(),
        unseen: sample(reader, gold.unseen),
        written_from: sample(reader, gold.written_from),
    }
}

fn sample(reader: &mut Reader<'_>, gold: &[GoldMessage]) -> Sample {
    let evaluation = evaluate(reader, gold);
    let mut sample = Sample { messages: number(gold.len() as u64), ..Sample::default() };
    for (corpus, (n, _)) in &evaluation.by_corpus {
        sample.corpora.insert(corpus.clone(), number(*n as u64));
    }
    for (measured, agreement) in evaluation.labels.iter().filter(|(measured, _)| is_kept(*measured)) {
        let share = Share { right: number(agreement.tp), of: number(agreement.tp + agreement.fp) };
        sample.labels.insert(measured.name(), share);
    }
    let rules = reader.lexicon().rules();
    for (message, reading) in gold.iter().zip(&evaluation.readings) {
        let found: BTreeSet<(u32, Label)> = reading.detections.iter().map(|one| (one.rule, one.label)).collect();
        for (rule, label) in found.into_iter().filter(|(_, label)| label.is_behaviour()) {
            if let Some(people) = Measured::Behaviour(label).of_people(message) {
                let id = rules[rule as usize].id.clone();
                sample.rules.entry(id).or_default().count(people);
            }
        }
    }
    sample
}

/// Whether `confidence.toml` keeps its precision.
fn is_kept(measured: Measured) -> bool {
    matches!(measured, Measured::Behaviour(_)) || Claim::ALL.iter().any(|claim| claim.name() == measured.name())
}

/// Counts of messages held in memory.
fn number(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
