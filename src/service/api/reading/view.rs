//! A conversation as it is shown.

use super::values::{AgentView, time};
use crate::service::versions::VersionView;
use crate::store::promises::StoredPromise;
use serde::Serialize;
use utoipa::ToSchema;

/// A conversation with what was read in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationView {
    /// Its key.
    #[schema(example = "17")]
    pub key: String,
    /// The ticketing tool.
    #[schema(example = "zendesk")]
    pub source: String,
    /// Identifier within it; null where it has none.
    pub id: Option<String>,
    /// How its messages travelled.
    #[schema(example = "email")]
    pub channel: Option<String>,
    /// Whether all that came of it has been read; else what is shown is of before.
    pub is_read: bool,
    /// When its first message was sent.
    pub first_sent: Option<String>,
    /// When its last one was.
    pub last_sent: Option<String>,
    /// Whether there is a service failure.
    pub service_failure: bool,
    /// Who takes part.
    pub participants: Vec<ParticipantView>,
    /// Messages that are left out, as nothing tells on which side their author is.
    pub sideless: i64,
    /// Its messages, oldest first.
    pub messages: Vec<MessageView>,
    /// What was promised in it.
    pub promises: Vec<PromiseView>,
    /// How a failure was made good; null before it is read.
    pub recovery: Option<RecoveryView>,
    /// What its analyses were made with.
    pub versions: Vec<VersionView>,
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct ParticipantView {
    /// `customer`, `agent`, `bot` or `system`.
    pub role: &'static str,
    /// Identifier within the ticketing tool.
    pub id: Option<String>,
    /// Name shown to people.
    pub name: Option<String>,
}

/// A message with what was read in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    /// Its key.
    #[schema(example = "230")]
    pub key: String,
    /// The key of its conversation.
    #[schema(example = "17")]
    pub conversation: String,
    /// Place in the conversation, from 0.
    pub index: usize,
    /// As the tool names it; null where it does not.
    pub id: Option<String>,
    /// Who wrote it.
    pub author: ParticipantView,
    /// When it was sent; null where nothing tells.
    pub sent: Option<String>,
    /// `public`, or `internal` for a note among agents.
    pub visibility: &'static str,
    /// `plain` or `html`; null where it is found out from the body.
    pub format: Option<&'static str>,
    /// Whether the tool marks it as sent by a machine.
    pub automatic: bool,
    /// The body as sent; null once it was dropped.
    pub body: Option<String>,
    /// One after another the plain text of the body, which can be shown as it is; empty once it was dropped.
    pub segments: Vec<SegmentView>,
    /// Words of it that tell about the situation of later messages.
    pub cues: Vec<CueView>,
    /// What was read in it; null where it is not of an agent, or not for who asks.
    pub analysis: Option<AnalysisView>,
}

/// A stretch of text that belongs together.
#[derive(Debug, Serialize, ToSchema)]
pub struct SegmentView {
    /// The words.
    pub text: String,
    /// Whether the author wrote it, rather than quoting or signing.
    pub authored: bool,
    /// Indices of the detections (`analysis.detections`) whose evidence it is part of.
    pub detections: Vec<usize>,
    /// Indices of the message's cues that it is part of.
    pub cues: Vec<usize>,
}

/// Words that tell about the situation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CueView {
    /// The key of the message that holds them.
    pub message: String,
    /// What they show; null where the message as a whole tells.
    pub label: Option<String>,
    /// The rule that found them.
    pub rule: Option<String>,
    /// The words; null once they were dropped.
    pub text: Option<String>,
    /// Where, in bytes of that message's body.
    pub span: SpanView,
    /// Where, in UTF-16 code units of that message's body; null once it was dropped.
    pub utf16: Option<SpanView>,
}

/// A half-open range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpanView {
    /// First unit.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// What was read in a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnalysisView {
    /// Who wrote it.
    pub agent: AgentView,
    /// 0 to 100; null where there is none.
    pub score: Option<f64>,
    /// The score as it would be without critical criteria.
    pub uncritical_score: Option<f64>,
    /// Why it has no score.
    pub not_scored: Option<NotScoredView>,
    /// What it answers.
    pub situation: SituationView,
    /// The four headline findings.
    pub findings: Vec<FindingView>,
    /// The scorecard's criteria as they were when it was scored; empty where it was not.
    pub criteria: Vec<CriterionView>,
    /// What it says, each with its words as evidence, ordered by place.
    pub detections: Vec<DetectionView>,
    /// How many words its author wrote.
    pub words: u32,
    /// Whether it was hard to tell the author's words from quoted mail.
    pub zoning_uncertain: bool,
    /// The key of the version that it was made with.
    pub version: String,
    /// Whether messages are read with another version now.
    pub outdated: bool,
}

/// Why a message has no score.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotScoredView {
    /// For programs.
    #[schema(example = "too_short")]
    pub code: String,
    /// For people.
    pub reason: String,
}

/// What a message answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct SituationView {
    /// The company let the customer down, or the customer sees it so.
    pub service_failure: bool,
    /// A failure stands for which no agent has apologised before.
    pub apology_due: bool,
    /// Once the message is sent something is still open on the company's side.
    pub follow_up_due: bool,
    /// What shows the failure.
    pub failure_cue: Option<CueView>,
    /// The earlier apology.
    pub earlier_apology: Option<CueView>,
    /// What shows that something is open, or that nothing is.
    pub follow_up_cue: Option<CueView>,
}

/// One of the four headline findings.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingView {
    /// `excuse`, `finger_pointing`, `missing_apology` or `missing_follow_up`.
    pub name: &'static str,
    /// Whether it is made.
    pub made: bool,
    /// How probable it is that people find it too, by the present rules, 0 to 1; null where it is not made or not
    /// known.
    pub confidence: Option<f64>,
    /// On how many labelled messages that rests.
    pub confidence_n: Option<u32>,
}

/// How a criterion stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct CriterionView {
    /// Stable name.
    pub id: String,
    /// The question it asks.
    pub question: String,
    /// `met`, `unmet` or `not_applicable`.
    pub verdict: &'static str,
    /// Its share in the score.
    pub weight: f64,
    /// Whether failing it makes the score 0.
    pub critical: bool,
    /// What the agent can do; where it is unmet.
    pub advice: Option<String>,
    /// Indices into `detections`; empty too where the present scorecard has no such criterion.
    pub evidence: Vec<usize>,
}

/// A rule's match.
#[derive(Debug, Serialize, ToSchema)]
pub struct DetectionView {
    /// What was found.
    pub label: String,
    /// Which kind of it.
    pub kind: Option<String>,
    /// The rule that found it.
    pub rule: String,
    /// The words; null once they were dropped.
    pub text: Option<String>,
    /// Where, in bytes of the body as sent.
    pub span: SpanView,
    /// Where, in UTF-16 code units of the body as sent; null once it was dropped.
    pub utf16: Option<SpanView>,
    /// Whether it counts for no finding and no criterion.
    pub in_doubt: bool,
    /// How probable it is that people find it too, 0 to 1; null where it was never measured or the rule is gone.
    pub confidence: Option<f64>,
    /// On how many labelled messages the rule was tried.
    pub confidence_n: Option<u32>,
    /// What the rule finds; null where it is gone.
    pub what: Option<String>,
    /// Why that matters to the customer.
    pub why: Option<String>,
    /// What the agent can do; where it breaks trust.
    pub advice: Option<String>,
}

/// Something promised.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromiseView {
    /// Its key.
    pub key: String,
    /// The key of the message that makes it.
    pub message: String,
    /// The key of its conversation.
    pub conversation: String,
    /// Who made it.
    pub agent: AgentView,
    /// The words; null once they were dropped.
    pub text: Option<String>,
    /// Where, in bytes of the message's body.
    pub span: SpanView,
    /// What kind of act.
    pub act: String,
    /// Whether it hangs on a condition.
    pub conditional: bool,
    /// When it was made.
    pub made: Option<String>,
    /// When it is due; null where it does not say.
    pub due: Option<String>,
    /// How precisely that is said: `minute`, `hour`, `half_day`, `day`, `week` or `month`.
    pub precision: Option<String>,
    /// What became of it: `open`, `kept`, `late`, `broken` or `unkept`.
    pub fate: String,
    /// The key of the message that kept it.
    pub kept_by: Option<String>,
    /// When it was kept.
    pub kept_at: Option<String>,
    /// What became of it, in a sentence.
    pub sentence: String,
}

impl PromiseView {
    /// The promise of that row, with its words.
    pub(super) fn of(row: StoredPromise, text: Option<String>) -> Self {
        Self {
            key: row.key.to_string(),
            message: row.message.to_string(),
            conversation: row.conversation.to_string(),
            agent: row.agent.into(),
            text,
            span: SpanView { start: row.start, end: row.end },
            act: row.act,
            conditional: row.conditional,
            made: time(row.made),
            due: time(row.due),
            precision: row.precision,
            fate: row.fate,
            kept_by: row.kept_by.map(|key| key.to_string()),
            kept_at: time(row.kept_at),
            sentence: row.told,
        }
    }
}

/// How a failure was made good.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryView {
    /// The key of the message in which the customer first tells of the failure.
    pub first_complaint: Option<String>,
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
    /// Mean of the scores, 0 to 100; null for who sees their own only.
    pub mean_score: Option<f64>,
    /// The lowest score; null for who sees their own only.
    pub worst_score: Option<f64>,
    /// The key of the first message that has it; null for who sees their own only.
    pub worst_message: Option<String>,
}
