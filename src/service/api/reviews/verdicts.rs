//! What somebody says of a message, held to what is there to speak of.

use super::ReviewKind;
use crate::ingest::{CriterionRow, DetectionRow, Evidence};
use crate::reading::Findings;
use crate::service::problem::Problem;
use crate::store::StoreError;
use crate::store::reviews::{MachineRow, VerdictRow};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Characters of a comment, at most.
const MOST_COMMENT: usize = 10_000;

/// How a criterion stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CriterionVerdict {
    /// The message does what it asks for.
    Met,
    /// It does not.
    Unmet,
    /// It asks nothing of this message.
    NotApplicable,
}

impl CriterionVerdict {
    const fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Unmet => "unmet",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// A verdict on something that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DetectionVerdict {
    /// The rule.
    #[schema(example = "excuse-swamped")]
    pub rule: String,
    /// First byte in the message's body: `span` of the detection.
    #[schema(example = 23)]
    pub start: u32,
    /// One past the last.
    #[schema(example = 39)]
    pub end: u32,
    /// Whether it is what the rule says.
    pub right: bool,
}

/// What somebody says of a message. What they are silent about is left open.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "comment": "The courier is named, not blamed.", "criteria": {"no-finger-pointing": "met"}, "findings": {"excuse": false},
}))]
pub struct ReviewRequest {
    /// `review` unless the caller is an agent, who can only dispute.
    pub kind: Option<ReviewKind>,
    /// Whether the machine's score was not seen yet.
    #[serde(default)]
    pub blind: bool,
    /// What else there is to say, at most 10,000 characters.
    #[schema(max_length = 10_000)]
    pub comment: Option<String>,
    /// By criterion.
    #[serde(default)]
    pub criteria: BTreeMap<String, CriterionVerdict>,
    /// By headline finding (`excuse`, `finger_pointing`, `missing_apology`, `missing_follow_up`): whether it is there.
    #[serde(default)]
    pub findings: BTreeMap<String, bool>,
    /// On what rules found.
    #[serde(default)]
    pub detections: Vec<DetectionVerdict>,
}

impl ReviewRequest {
    /// The verdicts, where all are about something that `machine` speaks of.
    pub(super) fn verdicts(&self, machine: &MachineRow) -> Result<Vec<VerdictRow>, Problem> {
        let kept = |error: serde_json::Error| Problem::from(StoreError::from(error));
        let criteria: Vec<CriterionRow> = serde_json::from_str(&machine.criteria).map_err(kept)?;
        let evidence: Evidence = serde_json::from_str(&machine.evidence).map_err(kept)?;
        let mut problem = Problem::invalid("a verdict is about something that the message was not asked");
        let mut verdicts = Vec::new();
        let mut add = |about: &str, subject: String, verdict: &str| {
            verdicts.push(VerdictRow { about: about.to_owned(), subject, verdict: verdict.to_owned() });
        };
        let criteria: Vec<&str> = criteria.iter().map(|criterion| criterion.id.as_str()).collect();
        for (id, verdict) in &self.criteria {
            if !criteria.contains(&id.as_str()) {
                let why = format!("the message was scored by no criterion `{id}`; allowed are {}", criteria.join(", "));
                problem = problem.at(format!("/criteria/{}", escaped(id)), why);
            }
            add("criterion", id.clone(), verdict.name());
        }
        let findings = Findings::default().named().map(|(name, _)| name);
        for (name, made) in &self.findings {
            if !findings.contains(&name.as_str()) {
                let why = format!("there is no finding `{name}`; allowed are {}", findings.join(", "));
                problem = problem.at(format!("/findings/{}", escaped(name)), why);
            }
            add("finding", name.clone(), yes_or_no(*made));
        }
        let mut seen = BTreeSet::new();
        for (index, one) in self.detections.iter().enumerate() {
            let DetectionVerdict { rule, start, end, right } = one;
            let found = |row: &&DetectionRow| (&row.rule, row.start, row.end) == (rule, *start, *end);
            if evidence.detections.iter().find(found).is_none() {
                let why = format!("`{rule}` found nothing from {start} to {end}");
                problem = problem.at(format!("/detections/{index}"), why);
            } else if !seen.insert((rule, start, end)) {
                problem = problem.at(format!("/detections/{index}"), "the same was said of before");
            }
            add("detection", format!("{rule}@{start}-{end}"), yes_or_no(*right));
        }
        if let Some(comment) = self.comment.as_ref().filter(|comment| comment.chars().count() > MOST_COMMENT) {
            let long = comment.chars().count();
            problem = problem.at("/comment", format!("{long} characters; allowed are {MOST_COMMENT}"));
        }
        if problem.errors.is_empty() { Ok(verdicts) } else { Err(problem) }
    }
}

const fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// A name within a JSON pointer (RFC 6901 §3).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// `rule@start-end` as a verdict; `None` where it is not so written.
#[must_use]
pub fn detection_verdict(subject: &str, right: bool) -> Option<DetectionVerdict> {
    let (rule, place) = subject.rsplit_once('@')?;
    let (start, end) = place.split_once('-')?;
    Some(DetectionVerdict { rule: rule.to_owned(), start: start.parse().ok()?, end: end.parse().ok()?, right })
}
