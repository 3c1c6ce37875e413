//! Messages with people's labels: one JSON object a line.

use crate::lexicon::{Kind, Label};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use thiserror::Error;

/// What is wrong in a line of labels.
#[derive(Debug, Error)]
pub enum GoldError {
    /// Not the JSON that is expected.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A label has a value that it cannot have.
    #[error("the label `{label}` is {found}; allowed are {allowed}")]
    Value {
        /// Which label.
        label: String,
        /// Its value.
        found: Value,
        /// What it may be.
        allowed: String,
    },
}

/// A message with the turns before it and what people say of it.
#[derive(Debug, Clone, Deserialize)]
pub struct GoldMessage {
    /// Name of the message.
    pub id: String,
    /// Where it comes from, for figures by corpus.
    #[serde(default)]
    pub corpus: String,
    /// The turns before it, oldest first.
    #[serde(default)]
    pub context: Vec<GoldTurn>,
    /// The outgoing message.
    pub text: String,
    labels: BTreeMap<String, Value>,
}

/// A turn before the message.
#[derive(Debug, Clone, Deserialize)]
pub struct GoldTurn {
    role: GoldRole,
    /// What was said.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum GoldRole {
    Customer,
    Agent,
}

impl GoldTurn {
    /// Whether an agent said it.
    #[must_use]
    pub fn is_agent(&self) -> bool {
        self.role == GoldRole::Agent
    }
}

/// Reads one line.
///
/// # Errors
/// Where the line is not a labelled message, or a label has a value that it cannot have.
pub fn parse_line(line: &str) -> Result<GoldMessage, GoldError> {
    let message: GoldMessage = serde_json::from_str(line)?;
    for (label, value) in &message.labels {
        let graded = Label::from_name(label).filter(|label| matches!(label, Label::Apology | Label::FollowUp));
        let (right, allowed) = match (graded, value) {
            (_, Value::Null) => (true, String::new()),
            (Some(label), value) => {
                let mut names = vec!["none".to_owned()];
                names.extend(label.kinds().iter().map(|kind| kind.name().to_owned()));
                names.push(either(label));
                (value.as_str().is_some_and(|value| names.iter().any(|name| name == value)), names.join(", "))
            }
            (None, value) => (value.is_boolean(), "true, false".to_owned()),
        };
        if !right {
            let allowed = format!("{allowed}, null");
            return Err(GoldError::Value { label: label.clone(), found: value.clone(), allowed });
        }
    }
    Ok(message)
}

/// The value of a label whose kind people differed about.
fn either(label: Label) -> String {
    if label == Label::Apology { "formulaic_or_specific".into() } else { "vague_or_dated".into() }
}

impl GoldMessage {
    /// What people say of a yes-or-no label; `None` where they differed or did not say.
    #[must_use]
    pub fn flag(&self, label: &str) -> Option<bool> {
        self.labels.get(label)?.as_bool()
    }

    /// Whether people find a graded label, of whatever kind.
    #[must_use]
    pub fn any(&self, label: Label) -> Option<bool> {
        Some(self.labels.get(label.name())?.as_str()? != "none")
    }

    /// Whether people find that kind of a graded label.
    #[must_use]
    pub fn kind(&self, label: Label, kind: Kind) -> Option<bool> {
        let value = self.labels.get(label.name())?.as_str()?;
        (value != either(label)).then(|| value == kind.name())
    }
}
