//! The figures: how far machine and people agree.

use crate::evaluation::{Agreement, Nominal, Tally};
use crate::ingest::CriterionRow;
use crate::lexicon::Lexicon;
use crate::reading::Findings;
use crate::store::StoreError;
use crate::store::agreement::{self, JudgedRow};
use crate::store::reviews::VerdictRow;
use crate::trend::{Interval, Z_95};
use rusqlite::Transaction;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

/// With fewer cases than that no figure is given: `trend::Minimum` has the same for the same reason.
const MINIMUM: u64 = 20;

/// Categories of a criterion, in the order in which they are counted.
const VERDICTS: [&str; 3] = ["unmet", "met", "not_applicable"];

/// How far machine and people agree. Disputes are not counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgreementAnswer {
    /// With fewer cases no figure is given.
    #[schema(example = 20)]
    pub minimum: u64,
    /// Messages that were reviewed.
    pub messages: u64,
    /// By criterion, headline finding, label and rule.
    pub items: Vec<AgreementItem>,
}

/// How far they agree about one thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgreementItem {
    /// `criterion`, `finding`, `label` or `rule`.
    #[schema(example = "finding")]
    pub about: &'static str,
    /// Which one.
    #[schema(example = "excuse")]
    pub subject: String,
    /// The machine against most of the people who reviewed a message.
    pub machine: MachineAgreement,
    /// The people among themselves, where two or more reviewed a message.
    pub people: PeopleAgreement,
}

/// The machine against people. What it says is `unmet` of a criterion, that a finding is made, or that words are
/// what a rule says.
#[derive(Debug, Serialize, ToSchema)]
pub struct MachineAgreement {
    /// Cases compared.
    pub cases: u64,
    /// Whether these are too few for any figure.
    pub too_few: bool,
    /// Both say so.
    pub both: u64,
    /// Only the machine says so.
    pub machine_only: u64,
    /// Only people say so; null where nobody was asked what the machine left out: of labels and rules.
    pub people_only: Option<u64>,
    /// Neither says so; null as above.
    pub neither: Option<u64>,
    /// Cases in which people differed and none prevailed; they are left out.
    pub split: u64,
    /// Of all cases those in which both say the same; null as above.
    pub agreement: Option<Share>,
    /// Of what the machine says, the share that people say too.
    pub precision: Option<Share>,
    /// Of what people say, the share that the machine says too; null as above.
    pub recall: Option<Share>,
    /// Krippendorff's alpha: 1 for full agreement, 0 for what chance gives.
    pub alpha: Option<f64>,
    /// Gwet's AC1, which stays sensible where something is rare.
    pub ac1: Option<f64>,
}

/// People among themselves.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeopleAgreement {
    /// Cases on which two or more people gave a verdict.
    pub cases: u64,
    /// Whether these are too few for any figure.
    pub too_few: bool,
    /// The share of pairs of people that say the same.
    pub agreement: Option<f64>,
    /// Krippendorff's alpha.
    pub alpha: Option<f64>,
    /// Gwet's AC1.
    pub ac1: Option<f64>,
}

/// A share with its 95 % Wilson interval.
#[derive(Debug, Serialize, ToSchema)]
pub struct Share {
    /// So many …
    pub k: u64,
    /// … of so many.
    pub n: u64,
    /// The share, 0 to 1.
    pub share: f64,
    /// Where the interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

impl Share {
    fn of(k: u64, n: u64) -> Option<Self> {
        let Interval { low, high } = Interval::wilson(k as f64, n as f64, Z_95)?;
        Some(Self { k, n, share: k as f64 / n as f64, low, high })
    }
}

impl PeopleAgreement {
    fn of<const K: usize>(people: &Nominal<K>) -> Self {
        let cases = people.cases();
        let enough = cases >= MINIMUM;
        let figure = |figure: Option<f64>| figure.filter(|_| enough);
        Self {
            cases,
            too_few: !enough,
            agreement: figure(people.agreement()),
            alpha: figure(people.alpha()),
            ac1: figure(people.ac1()),
        }
    }
}

impl AgreementItem {
    fn of<const K: usize>(about: &'static str, subject: String, tally: &Tally<K>) -> Self {
        let Agreement { tp, fp, false_negative, tn } = tally.counts;
        let cases = tally.counts.n();
        let enough = cases >= MINIMUM;
        // Of what a rule leaves out nobody was asked.
        let only_found = matches!(about, "label" | "rule");
        let whole = |figure: Option<Share>| figure.filter(|_| enough && !only_found);
        let chance = |figure: Option<f64>| figure.filter(|_| enough && !only_found);
        let machine = MachineAgreement {
            cases,
            too_few: !enough,
            both: tp,
            machine_only: fp,
            people_only: (!only_found).then_some(false_negative),
            neither: (!only_found).then_some(tn),
            split: tally.split,
            agreement: whole(Share::of(tally.same, cases)),
            precision: Share::of(tp, tp + fp).filter(|share| share.n >= MINIMUM),
            recall: Share::of(tp, tp + false_negative).filter(|share| !only_found && share.n >= MINIMUM),
            alpha: chance(tally.machine.alpha()),
            ac1: chance(tally.machine.ac1()),
        };
        Self { about, subject, machine, people: PeopleAgreement::of(&tally.people) }
    }
}

/// The criteria of each version, by name in the order of the bits.
pub(super) struct Versions(HashMap<i64, Vec<String>>);

impl Versions {
    pub(super) fn read(transaction: &Transaction<'_>) -> Result<Self, StoreError> {
        let kept = agreement::criteria(transaction)?.into_iter().map(|(version, criteria)| {
            let criteria: Vec<CriterionRow> = serde_json::from_str(&criteria)?;
            Ok((version, criteria.into_iter().map(|criterion| criterion.id).collect()))
        });
        Ok(Self(kept.collect::<Result<_, StoreError>>()?))
    }

    /// What the machine says of that subject; `None` where it was not asked.
    pub(super) fn machine(&self, judged: JudgedRow, about: &str, subject: &str) -> Option<&'static str> {
        match about {
            "criterion" => {
                let index = self.0.get(&judged.version)?.iter().position(|id| id == subject)?;
                Some(match (judged.met >> index & 1, judged.unmet >> index & 1) {
                    (1, _) => "met",
                    (_, 1) => "unmet",
                    _ => "not_applicable",
                })
            }
            "finding" => {
                let named = Findings::default().named();
                let index = named.iter().position(|(name, _)| *name == subject)?;
                Some(if judged.findings >> index & 1 == 1 { "yes" } else { "no" })
            }
            // It found what is spoken of.
            _ => Some("yes"),
        }
    }
}

/// Counts verdicts, message by message.
pub(super) struct Counted {
    lexicon: &'static Lexicon,
    messages: u64,
    criteria: BTreeMap<String, Tally<3>>,
    findings: BTreeMap<String, Tally<2>>,
    labels: BTreeMap<&'static str, Tally<2>>,
    rules: BTreeMap<String, Tally<2>>,
}

impl Counted {
    pub(super) fn new(lexicon: &'static Lexicon) -> Self {
        let (criteria, findings) = (BTreeMap::new(), BTreeMap::new());
        let (labels, rules) = (BTreeMap::new(), BTreeMap::new());
        Self { lexicon, messages: 0, criteria, findings, labels, rules }
    }

    /// Counts what was said of a message, on one thing after the other.
    pub(super) fn add(&mut self, versions: &Versions, judged: JudgedRow, said: &[VerdictRow]) {
        self.messages += 1;
        for case in said.chunk_by(|a, b| (&a.about, &a.subject) == (&b.about, &b.subject)) {
            let VerdictRow { about, subject, .. } = &case[0];
            let Some(machine) = versions.machine(judged, about, subject) else { continue };
            let mut readers = [0; 3];
            for one in case {
                readers[category(&one.verdict)] += 1;
            }
            self.count(about, subject, category(machine), readers);
        }
    }

    /// Counts a case: what the machine says, and how many people say each category.
    fn count(&mut self, about: &str, subject: &str, machine: usize, readers: [u32; 3]) {
        let two = [readers[0], readers[1]];
        match about {
            "criterion" => self.criteria.entry(subject.to_owned()).or_default().count(machine, &readers, 0),
            "finding" => self.findings.entry(subject.to_owned()).or_default().count(machine, &two, 0),
            _ => {
                let Some((rule, _)) = subject.rsplit_once('@') else { return };
                if let Some(rule) = self.lexicon.rule(rule) {
                    self.labels.entry(rule.label.name()).or_default().count(machine, &two, 0);
                }
                self.rules.entry(rule.to_owned()).or_default().count(machine, &two, 0);
            }
        }
    }

    pub(super) fn answer(self) -> AgreementAnswer {
        let mut items = Vec::new();
        let named = |name: &str, names: &BTreeMap<String, Tally<2>>| names.get(name).copied();
        items.extend(self.criteria.into_iter().map(|(id, tally)| AgreementItem::of("criterion", id, &tally)));
        for (name, _) in Findings::default().named() {
            items.extend(named(name, &self.findings).map(|tally| AgreementItem::of("finding", name.into(), &tally)));
        }
        items.extend(self.labels.iter().map(|(name, tally)| AgreementItem::of("label", (*name).into(), tally)));
        items.extend(self.rules.into_iter().map(|(id, tally)| AgreementItem::of("rule", id, &tally)));
        AgreementAnswer { minimum: MINIMUM, messages: self.messages, items }
    }
}

/// The place of a verdict among its kind: what is held against a message, or is found, comes first.
fn category(verdict: &str) -> usize {
    match verdict {
        "yes" => 0,
        "no" => 1,
        verdict => VERDICTS.iter().position(|known| *known == verdict).unwrap_or(2),
    }
}
