//! What the form of a scorecard says: weights, what is critical, what is asked.

use crate::score::{Criterion, Scorecard};
use std::collections::BTreeMap;

/// Characters of a name at most.
const LONGEST_NAME: usize = 100;

/// Characters of an identifier at most.
const LONGEST_ID: usize = 40;

/// A scorecard as its form stands, right or wrong.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CardForm {
    /// Identifier of the scorecard that is saved.
    pub(super) id: String,
    /// Name shown to people.
    pub(super) name: String,
    /// What it looks at.
    pub(super) what: String,
    /// The key of the newest change of it that its writer has seen, 0 where there was none.
    pub(super) seen: i64,
    /// Its questions, those that are left out included.
    pub(super) criteria: Vec<CriterionForm>,
}

/// A question of the form.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CriterionForm {
    /// The question as it was before.
    pub(super) before: Criterion,
    /// Its weight, as written.
    pub(super) weight: String,
    /// Why it weighs so much.
    pub(super) reason: String,
    /// Whether failing it makes the score 0.
    pub(super) critical: bool,
    /// Whether it is asked at all.
    pub(super) asked: bool,
}

impl CardForm {
    /// The form as `card` fills it.
    pub(super) fn of(card: &Scorecard) -> Self {
        let criterion = |before: &Criterion| CriterionForm {
            before: before.clone(),
            weight: before.weight.to_string(),
            reason: before.reason.clone(),
            critical: before.critical,
            asked: true,
        };
        Self {
            id: card.id.clone(),
            name: card.name.clone(),
            what: card.what.clone(),
            seen: 0,
            criteria: card.criteria.iter().map(criterion).collect(),
        }
    }

    /// The form that was filled in, of `card` before.
    pub(super) fn filled(card: &Scorecard, fields: &BTreeMap<String, String>) -> Self {
        let text = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
        let criterion = |before: &Criterion| {
            let field = |name: &str| format!("{name}-{}", before.id);
            CriterionForm {
                before: before.clone(),
                weight: text(&field("weight")),
                reason: text(&field("reason")),
                critical: fields.contains_key(&field("critical")),
                asked: fields.contains_key(&field("asked")),
            }
        };
        Self {
            id: text("id"),
            name: text("name"),
            what: text("what"),
            seen: text("seen").parse().unwrap_or_default(),
            criteria: card.criteria.iter().map(criterion).collect(),
        }
    }

    /// The scorecard that it describes, in that version; else all that is wrong.
    pub(super) fn scorecard(&self, version: &str) -> Result<Scorecard, Vec<String>> {
        let mut wrong = Vec::new();
        let is_id = |id: &str| {
            id.starts_with(|c: char| c.is_ascii_lowercase())
                && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        if !is_id(&self.id) || self.id.len() > LONGEST_ID {
            wrong.push(format!(
                "The short name begins with a letter and has at most {LONGEST_ID} lower-case letters, digits and `-`."
            ));
        }
        if self.name.is_empty() || self.name.chars().count() > LONGEST_NAME {
            wrong.push(format!("The name has 1 to {LONGEST_NAME} characters."));
        }
        if self.what.is_empty() {
            wrong.push("Say in a sentence what the scorecard looks at.".to_owned());
        }
        let mut criteria = Vec::new();
        for one in self.criteria.iter().filter(|one| one.asked) {
            match one.weight.replace(',', ".").parse::<f64>() {
                Ok(weight) if weight.is_finite() && weight > 0.0 && weight <= 1000.0 => criteria.push(Criterion {
                    weight,
                    reason: one.reason.clone(),
                    critical: one.critical,
                    ..one.before.clone()
                }),
                _ => wrong.push(format!(
                    "“{}”: the weight is a number above 0 and at most 1000. Leave the question out where it should not count.",
                    one.before.question
                )),
            }
        }
        if criteria.is_empty() && wrong.is_empty() {
            wrong.push("A scorecard asks at least one question.".to_owned());
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Scorecard {
            id: self.id.clone(),
            name: self.name.clone(),
            version: version.to_owned(),
            what: self.what.clone(),
            criteria,
            digest: String::new(),
        })
    }
}

/// The version after `version`: one more where that is a number.
pub(super) fn next_version(version: &str) -> String {
    version.parse::<u32>().map_or_else(|_| format!("{version}.1"), |number| number.saturating_add(1).to_string())
}
