//! A scorecard file: criteria with a plain question, what meets or breaks them, when they apply.

use super::Labelled;
use crate::lexicon::{Kind, Label, LexiconError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use toml::Spanned;

/// What is wrong in a scorecard file, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct ScorecardError(#[from] pub LexiconError);

/// When a criterion asks something of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// The conversation shows a service failure.
    ServiceFailure,
    /// An apology is due.
    ApologyDue,
    /// A commitment is due.
    FollowUpDue,
    /// The message makes a commitment.
    Commitment,
    /// The message tells of a fix or of compensation.
    Fix,
}

/// A label, or one kind of it (`follow_up:dated`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelKind {
    /// The label.
    pub label: Label,
    /// The kind; `None` for any.
    pub kind: Option<Kind>,
}

impl LabelKind {
    /// Whether `found` is one.
    #[must_use]
    pub fn is(self, found: &impl Labelled) -> bool {
        found.label() == self.label && (self.kind.is_none() || self.kind == found.kind())
    }

    /// As it stands in a file.
    #[must_use]
    pub fn text(self) -> String {
        match self.kind {
            Some(kind) => format!("{}:{}", self.label.name(), kind.name()),
            None => self.label.name().to_owned(),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let (name, kind) = text.split_once(':').map_or((text, None), |(name, kind)| (name, Some(kind)));
        let label = Label::from_name(name).filter(|label| label.is_behaviour()).ok_or_else(|| {
            let known: Vec<&str> =
                Label::ALL.iter().filter(|label| label.is_behaviour()).map(|label| label.name()).collect();
            format!("no behaviour is called `{name}`; allowed are {}", known.join(", "))
        })?;
        let kind = kind.map(|kind| {
            label.kinds().iter().copied().find(|known| known.name() == kind).ok_or_else(|| {
                let known: Vec<&str> = label.kinds().iter().map(|kind| kind.name()).collect();
                format!("`{kind}` is no kind of {label}; allowed: {}", known.join(", "))
            })
        });
        Ok(Self { label, kind: kind.transpose()? })
    }
}

/// One question of a scorecard.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// Stable name.
    pub id: String,
    /// A plain question that "yes" answers well.
    pub question: String,
    /// Any of these breaks it.
    pub broken_by: Vec<LabelKind>,
    /// One of these must be there; empty where nothing is asked for.
    pub met_by: Vec<LabelKind>,
    /// All of these must hold for it to apply; empty for always.
    pub applies: Vec<Applies>,
    /// Its share in the score, above 0.
    pub weight: f64,
    /// Why it weighs so much.
    pub reason: String,
    /// Whether failing it makes the score 0.
    pub critical: bool,
    /// One sentence that an agent can act on.
    pub advice: String,
}

/// Criteria that make a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorecard {
    /// Stable name.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// Raised with every change.
    pub version: String,
    /// What it looks at, and where that comes from.
    pub what: String,
    /// Its questions, at most 64.
    pub criteria: Vec<Criterion>,
    /// SHA-256 of its file, in hexadecimal.
    pub digest: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ScorecardForm {
    id: Spanned<String>,
    name: String,
    version: String,
    what: String,
    criterion: Vec<CriterionForm>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CriterionForm {
    id: Spanned<String>,
    question: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    broken_by: Vec<Spanned<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    met_by: Vec<Spanned<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    applies: Vec<Applies>,
    weight: Spanned<f64>,
    reason: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    critical: bool,
    advice: String,
}

impl From<&Criterion> for CriterionForm {
    fn from(criterion: &Criterion) -> Self {
        let labels = |labels: &[LabelKind]| labels.iter().map(|label| written(label.text())).collect();
        Self {
            id: written(criterion.id.clone()),
            question: criterion.question.clone(),
            broken_by: labels(&criterion.broken_by),
            met_by: labels(&criterion.met_by),
            applies: criterion.applies.clone(),
            weight: written(criterion.weight),
            reason: criterion.reason.clone(),
            critical: criterion.critical,
            advice: criterion.advice.clone(),
        }
    }
}

/// A value of a file that is yet to be written.
fn written<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

/// SHA-256 of a scorecard's file, in hexadecimal.
#[must_use]
pub fn digest_of(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Scorecard {
    /// Reads the file `path` with text `text`.
    ///
    /// # Errors
    /// What is wrong in it, and where.
    pub fn parse(path: &str, text: &str) -> Result<Self, ScorecardError> {
        let refuse = |at: usize, problem: String| ScorecardError(LexiconError::at(path, text, at, problem));
        let form: ScorecardForm = toml::from_str(text)
            .map_err(|error| refuse(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        let labels = |names: &[Spanned<String>]| -> Result<Vec<LabelKind>, ScorecardError> {
            names
                .iter()
                .map(|name| LabelKind::parse(name.get_ref()).map_err(|problem| refuse(name.span().start, problem)))
                .collect()
        };
        if form.criterion.is_empty() || form.criterion.len() > 64 {
            return Err(refuse(form.id.span().start, "a scorecard has 1 to 64 criteria".into()));
        }
        let mut criteria: Vec<Criterion> = Vec::with_capacity(form.criterion.len());
        for one in form.criterion {
            let at = one.id.span().start;
            let id = one.id.into_inner();
            if criteria.iter().any(|other| other.id == id) {
                return Err(refuse(at, format!("the criterion `{id}` stands twice")));
            }
            if one.broken_by.is_empty() && one.met_by.is_empty() {
                return Err(refuse(at, format!("`{id}` needs `met-by` or `broken-by`, or it could never fail")));
            }
            let weight = *one.weight.get_ref();
            if !(weight.is_finite() && weight > 0.0) {
                return Err(refuse(one.weight.span().start, format!("the weight of `{id}` is a number above 0")));
            }
            criteria.push(Criterion {
                broken_by: labels(&one.broken_by)?,
                met_by: labels(&one.met_by)?,
                id,
                question: one.question,
                applies: one.applies,
                weight,
                reason: one.reason,
                critical: one.critical,
                advice: one.advice,
            });
        }
        let digest = digest_of(text);
        Ok(Self { id: form.id.into_inner(), name: form.name, version: form.version, what: form.what, criteria, digest })
    }

    /// A file that [`Self::parse`] reads as this scorecard.
    ///
    /// # Errors
    /// None is expected: a scorecard is made of texts and numbers.
    pub fn text(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&ScorecardForm {
            id: written(self.id.clone()),
            name: self.name.clone(),
            version: self.version.clone(),
            what: self.what.clone(),
            criterion: self.criteria.iter().map(CriterionForm::from).collect(),
        })
    }
}
