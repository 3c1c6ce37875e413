//! Compares the machine with people's labels, label by label.
//!
//! A label on which the people differed (`null`) is left out of that label's counts.

mod agreement;
mod gold;
mod nominal;
mod precision;
mod tally;

pub use agreement::Agreement;
pub use gold::{GoldError, GoldMessage, parse_line};
pub use nominal::Nominal;
pub use precision::{BuiltFrom, measure};
pub use tally::Tally;

use crate::lexicon::{Family, Kind, Label};
use crate::reading::{Findings, MessageReading, Reader};
use crate::situation::History;
use crate::text::Markup;
use std::collections::BTreeMap;

/// Something that people label and the machine finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// A behaviour, of any kind.
    Behaviour(Label),
    /// One kind of a behaviour.
    Kind(Label, Kind),
    /// `service_failure`.
    ServiceFailure,
    /// `apology_due`.
    ApologyDue,
    /// `follow_up_due`.
    FollowUpDue,
    /// `missing_apology`.
    MissingApology,
    /// `missing_follow_up`.
    MissingFollowUp,
}

impl Measured {
    /// All that is measured, in the codebook's order.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let behaviours = |family| Label::ALL.iter().copied().filter(move |label| label.family() == family);
        let mut all = vec![Self::ServiceFailure, Self::ApologyDue, Self::FollowUpDue];
        all.extend(behaviours(Family::BreaksTrust).map(Self::Behaviour));
        all.extend(behaviours(Family::RestoresTrust).map(Self::Behaviour));
        all.extend([
            Self::Kind(Label::Apology, Kind::Specific),
            Self::Kind(Label::FollowUp, Kind::Dated),
            Self::MissingApology,
            Self::MissingFollowUp,
        ]);
        all
    }

    /// The name used in answers.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Behaviour(label) => label.name().into(),
            Self::Kind(label, kind) => format!("{}_{}", label.name(), kind.name()),
            Self::ServiceFailure => "service_failure".into(),
            Self::ApologyDue => "apology_due".into(),
            Self::FollowUpDue => "follow_up_due".into(),
            Self::MissingApology => "missing_apology".into(),
            Self::MissingFollowUp => "missing_follow_up".into(),
        }
    }

    /// What the machine says.
    #[must_use]
    pub fn of_machine(self, reading: &MessageReading) -> bool {
        let says = |label: Label, kind: Option<Kind>| {
            reading.detections.iter().any(|one| one.label == label && (kind.is_none() || one.kind == kind))
        };
        match self {
            Self::Behaviour(label) => says(label, None),
            Self::Kind(label, kind) => says(label, Some(kind)),
            Self::ServiceFailure => reading.situation.service_failure,
            Self::ApologyDue => reading.situation.apology_due,
            Self::FollowUpDue => reading.situation.follow_up_due,
            // As if scored: people label messages that are too short to score as well.
            Self::MissingApology => Findings::of(&reading.detections, &reading.situation).missing_apology,
            Self::MissingFollowUp => Findings::of(&reading.detections, &reading.situation).missing_follow_up,
        }
    }

    /// What people say; `None` where they differed.
    #[must_use]
    pub fn of_people(self, gold: &GoldMessage) -> Option<bool> {
        let missing = |due: &str, label: Label| Some(gold.flag(due)? && !gold.any(label)?);
        match self {
            Self::Behaviour(label @ (Label::Apology | Label::FollowUp)) => gold.any(label),
            Self::Behaviour(label) => gold.flag(label.name()),
            Self::Kind(label, kind) => gold.kind(label, kind),
            Self::ServiceFailure | Self::ApologyDue | Self::FollowUpDue => gold.flag(&self.name()),
            Self::MissingApology => missing("apology_due", Label::Apology),
            Self::MissingFollowUp => missing("follow_up_due", Label::FollowUp),
        }
    }
}

/// A message that the machine reads otherwise than people.
#[derive(Debug, Clone)]
pub struct Confusion {
    /// Index of the message in the gold file.
    pub message: usize,
    /// What the machine said: people said the opposite.
    pub machine: bool,
}

/// How machine and people agree.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// How many messages were read.
    pub n: usize,
    /// By measured label, in the order of [`Measured::all`].
    pub labels: Vec<(Measured, Agreement)>,
    /// The same by corpus.
    pub by_corpus: BTreeMap<String, (usize, Vec<(Measured, Agreement)>)>,
    /// What the machine read in each message.
    pub readings: Vec<MessageReading>,
}

impl Evaluation {
    /// The messages on which machine and people differ about `measured`.
    #[must_use]
    pub fn confusions(&self, gold: &[GoldMessage], measured: Measured) -> Vec<Confusion> {
        self.readings
            .iter()
            .zip(gold)
            .enumerate()
            .filter_map(|(message, (reading, gold))| {
                let machine = measured.of_machine(reading);
                (measured.of_people(gold)? != machine).then_some(Confusion { message, machine })
            })
            .collect()
    }
}

/// Reads every message of `gold` with its context and compares.
pub fn evaluate(reader: &mut Reader<'_>, gold: &[GoldMessage]) -> Evaluation {
    let empty = || Measured::all().into_iter().map(|measured| (measured, Agreement::default())).collect::<Vec<_>>();
    let mut labels = empty();
    let mut by_corpus: BTreeMap<String, (usize, Vec<(Measured, Agreement)>)> = BTreeMap::new();
    let mut readings = Vec::with_capacity(gold.len());
    for message in gold {
        let reading = read(reader, message);
        let corpus = by_corpus.entry(message.corpus.clone()).or_insert_with(|| (0, empty()));
        corpus.0 += 1;
        for ((measured, all), (_, here)) in labels.iter_mut().zip(&mut corpus.1) {
            if let Some(people) = measured.of_people(message) {
                let machine = measured.of_machine(&reading);
                all.count(machine, people);
                here.count(machine, people);
            }
        }
        readings.push(reading);
    }
    Evaluation { n: gold.len(), labels, by_corpus, readings }
}

fn read(reader: &mut Reader<'_>, message: &GoldMessage) -> MessageReading {
    let mut history = History::default();
    for turn in &message.context {
        if turn.is_agent() {
            reader.agent(&turn.text, Markup::Sniff, false, &mut history);
        } else {
            reader.customer(&turn.text, Markup::Sniff, &mut history);
        }
    }
    reader.agent(&message.text, Markup::Sniff, false, &mut history)
}
