//! The JSON of what was read, as it is kept beside the numbers.

use serde::{Deserialize, Serialize};

/// What a message's analysis rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// What it says, ordered by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detections: Vec<DetectionRow>,
    /// What shows the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<CueRow>,
    /// The earlier apology.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_apology: Option<CueRow>,
    /// What shows that something is open, or that nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<CueRow>,
    /// Whether it was hard to tell the author's words from quoted mail.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub zoning_uncertain: bool,
}

/// A rule's match that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectionRow {
    /// What was found.
    pub label: String,
    /// Which kind of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The rule that found it.
    pub rule: String,
    /// First byte in the raw body.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// Whether it counts for no finding and no criterion.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_doubt: bool,
}

/// Words of some message that tell about the situation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CueRow {
    /// The key of that message.
    pub message: i64,
    /// What they show; none where the message as a whole tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The rule that found them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// First byte in the raw body.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// How a failure was made good.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RecoveryRow {
    /// The key of the message in which the customer first tells of the failure.
    pub first_complaint: Option<i64>,
    /// Seconds from the customer's first message to the first answer by a person.
    pub seconds_to_first_response: Option<i64>,
    /// Seconds from the complaint to the first apology after it.
    pub seconds_to_apology: Option<i64>,
    /// In which answer after the complaint that stands: 1 is the first.
    pub apology_in_answer: Option<u32>,
    /// Whether an apology came before any complaint.
    pub proactive_apology: bool,
    /// Whether apologies are drawn out.
    pub over_apologising: bool,
    /// Whether the same thing went wrong again.
    pub same_failure_again: bool,
    /// Whether the agent's side asked if the fix worked.
    pub checked_back: bool,
    /// How it ended.
    pub ending: String,
    /// Whether that is a good end.
    pub resolved: bool,
    /// Mean of the scores, 0 to 100.
    pub mean_score: Option<f64>,
    /// The lowest score.
    pub worst_score: Option<f64>,
    /// The key of the first message that has it.
    pub worst_message: Option<i64>,
}
