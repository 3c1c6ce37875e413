//! The JSON form of results: what the command line prints and the API answers.
//!
//! The library's own types know no JSON; these are made from them. The order of fields is fixed,
//! the same result gives the same bytes.

mod build;
mod prepared;
mod utf16;

pub use build::{Context, conversation, not_scored, not_scored_reason, two_decimals};
pub use prepared::Prepared;
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
pub use utf16::utf16_offsets;
use utoipa::ToSchema;

/// What was read in a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, ToSchema)]
pub struct ConversationResult<'a> {
    /// Its identifier, or its place in the input where it has none.
    pub id: Cow<'a, str>,
    /// The ticketing tool it came from.
    pub source: Option<&'a str>,
    /// How the messages travelled.
    pub channel: Option<&'a str>,
    /// The turns, oldest first.
    pub messages: Vec<MessageResult<'a>>,
    /// What it was read with.
    pub version: Version<'a>,
}

/// What was read in a message.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, ToSchema)]
pub struct MessageResult<'a> {
    /// Place in the conversation, from 0.
    pub index: usize,
    /// Its identifier, where it has one.
    pub id: Option<&'a str>,
    /// Who wrote it: `customer`, `agent`, `bot` or `system`.
    pub role: &'static str,
    /// Whether it has a score.
    pub scored: bool,
    /// 0 to 100, to two decimals.
    pub score: Option<f64>,
    /// The score as it would be without critical criteria.
    pub uncritical_score: Option<f64>,
    /// Why it has no score.
    pub not_scored: Option<NotScoredResult>,
    /// What it answers; for agents' messages that were read.
    pub situation: Option<SituationResult<'a>>,
    /// The four headline findings; for scored messages.
    pub findings: Option<FindingsResult>,
    /// The scorecard's criteria, in its order; empty where there is no score.
    pub criteria: Vec<CriterionResult<'a>>,
    /// What the message says, each with its words as evidence, ordered by place.
    pub detections: Vec<DetectionResult<'a>>,
    /// How many words its author wrote.
    pub words: u32,
    /// Whether it was hard to tell the author's words from quoted mail.
    pub zoning_uncertain: bool,
}

/// Why a message has no score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, ToSchema)]
pub struct NotScoredResult {
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub reason: String,
}

/// What a message answers.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, ToSchema)]
pub struct SituationResult<'a> {
    /// The company let the customer down, or the customer sees it so.
    pub service_failure: bool,
    /// A failure stands for which no agent has apologised before.
    pub apology_due: bool,
    /// Once this message is sent something is still open on the company's side.
    pub follow_up_due: bool,
    /// How far each is to be trusted.
    pub confidence: SituationConfidence,
    /// The words that tell so.
    pub evidence: SituationEvidence<'a>,
}

/// How far what is said of a situation is to be trusted: how probable it is that people say so too, 0 to 1. None
/// where it is not said, or was never measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema, ToSchema)]
pub struct SituationConfidence {
    /// That of the service failure.
    pub service_failure: Option<f64>,
    /// That of the apology due.
    pub apology_due: Option<f64>,
    /// That of the follow-up due.
    pub follow_up_due: Option<f64>,
}

/// The words that tell about a situation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, ToSchema)]
pub struct SituationEvidence<'a> {
    /// What shows the failure.
    pub service_failure: Option<CueResult<'a>>,
    /// The earlier apology.
    pub earlier_apology: Option<CueResult<'a>>,
    /// What shows that something of the company's is open, or that nothing is.
    pub follow_up: Option<CueResult<'a>>,
}

/// Words of some turn that tell about the situation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, ToSchema)]
pub struct CueResult<'a> {
    /// Index of the message that holds the words.
    pub message: u32,
    /// What they show.
    pub label: Option<&'static str>,
    /// The rule that found them; none where the turn as a whole tells: a plain statement to a help desk, an answer that only tells.
    pub rule: Option<&'a str>,
    /// The words.
    pub text: &'a str,
    /// Where, in bytes of that message's body.
    pub span: Offsets,
    /// Where, in UTF-16 code units of that message's body.
    pub utf16: Offsets,
}

/// The four headline findings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema, ToSchema)]
pub struct FindingsResult {
    /// An excuse is made.
    pub excuse: bool,
    /// Fault is put on someone.
    pub finger_pointing: bool,
    /// An apology is due and none is made.
    pub missing_apology: bool,
    /// A follow-up is due and none is promised.
    pub missing_follow_up: bool,
    /// How far each is to be trusted: how probable it is that people find it too, 0 to 1.
    pub confidence: FindingFigures<f64>,
    /// How many labelled messages that rests on; 0 where a rule takes the figure of its label.
    pub confidence_n: FindingFigures<u32>,
}

/// A figure for each of the four headline findings; none where it is not made, or was never measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, ToSchema)]
pub struct FindingFigures<T> {
    /// Of the excuse.
    #[schema(value_type = Option<f64>)]
    pub excuse: Option<T>,
    /// Of the finger-pointing.
    #[schema(value_type = Option<f64>)]
    pub finger_pointing: Option<T>,
    /// Of the missing apology.
    #[schema(value_type = Option<f64>)]
    pub missing_apology: Option<T>,
    /// Of the missing follow-up.
    #[schema(value_type = Option<f64>)]
    pub missing_follow_up: Option<T>,
}

/// How a criterion of the scorecard stands.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, ToSchema)]
pub struct CriterionResult<'a> {
    /// Stable name.
    pub id: &'a str,
    /// The question it asks.
    pub question: &'a str,
    /// `met`, `unmet` or `not_applicable`.
    pub verdict: &'static str,
    /// Its share in the score.
    pub weight: f64,
    /// Whether failing it makes the score 0.
    pub critical: bool,
    /// What the agent can do; where it is unmet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'a str>,
    /// Indices into `detections`.
    pub evidence: Vec<usize>,
}

/// A rule's match that stands.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, ToSchema)]
pub struct DetectionResult<'a> {
    /// What was found.
    pub label: &'static str,
    /// Which kind of it.
    pub kind: Option<&'static str>,
    /// The rule that found it.
    pub rule: &'a str,
    /// The words.
    pub text: &'a str,
    /// Where, in bytes of the body as sent.
    pub span: Offsets,
    /// Where, in UTF-16 code units of the body as sent.
    pub utf16: Offsets,
    /// How probable it is that people find it too, 0 to 1; none for cues and for rules that were never measured.
    pub confidence: Option<f64>,
    /// On how many labelled messages the rule itself was tried; 0 where the figure is its label's.
    pub confidence_n: Option<u32>,
    /// Whether its confidence is below the one asked for, so that it counts for no finding and no criterion.
    pub in_doubt: bool,
    /// One sentence: what the rule finds.
    pub what: &'a str,
    /// One sentence: why that matters to the customer.
    pub why: &'a str,
    /// One sentence that an agent can act on; where the finding breaks trust.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'a str>,
}

/// A half-open range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema, ToSchema)]
pub struct Offsets {
    /// First unit.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// What a result was made with: the same version and input give the same result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, ToSchema)]
pub struct Version<'a> {
    /// Version of Amends.
    pub amends: &'static str,
    /// Language of the rules (ISO 639-1).
    pub language: &'a str,
    /// Digest of the rules.
    pub lexicon: &'a str,
    /// The scorecard.
    pub scorecard: ScorecardVersion<'a>,
}

/// Which scorecard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, ToSchema)]
pub struct ScorecardVersion<'a> {
    /// Its name.
    pub id: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Digest of its file.
    pub digest: &'a str,
}
