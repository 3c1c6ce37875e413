//! Results to their JSON form.

use super::{
    ConversationResult, CriterionResult, CueResult, DetectionResult, FindingFigures, FindingsResult, MessageResult,
    NotScoredResult, Offsets, ScorecardVersion, SituationConfidence, SituationEvidence, SituationResult, Version,
    utf16_offsets,
};
use crate::conversation::{Conversation, Message, Role, Visibility};
use crate::detect::Detection;
use crate::lexicon::confidence::{Claim, Confidence};
use crate::lexicon::{Family, Kind, Label, LabelSet, Lexicon};
use crate::reading::{MessageReading, NotScored};
use crate::score::{Criterion, MessageScore, Scorecard, Verdict};
use crate::situation::{Cue, Situation};
use std::borrow::Cow;

/// What readings were made with.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The rules.
    pub lexicon: &'a Lexicon,
    /// The scorecard.
    pub card: &'a Scorecard,
    /// Give detections of these labels only; of all where `None`.
    pub only: Option<LabelSet>,
}

impl<'a> Context<'a> {
    /// What results are stamped with.
    #[must_use]
    pub fn version(&self) -> Version<'a> {
        Version {
            amends: env!("CARGO_PKG_VERSION"),
            language: self.lexicon.language(),
            lexicon: self.lexicon.digest(),
            scorecard: ScorecardVersion { id: &self.card.id, version: &self.card.version, digest: &self.card.digest },
        }
    }

    fn rule_id(&self, rule: u32) -> &'a str {
        &self.lexicon.rules()[rule as usize].id
    }
}

/// The JSON form of `readings`, one for each message of `conversation`; `fallback` names it where it has no id.
#[must_use]
pub fn conversation<'a>(
    context: &Context<'a>,
    conversation: &'a Conversation,
    fallback: &str,
    readings: &'a [MessageReading],
) -> ConversationResult<'a> {
    let mut cues = Cues::new(context, conversation);
    let messages = conversation.messages.iter().zip(readings).enumerate();
    let messages = messages.map(|(index, (message, reading))| {
        let shown = shown(context, reading);
        MessageResult {
            criteria: scored(reading).map(|score| criteria(context, &score, &shown)).unwrap_or_default(),
            detections: detections(context, &message.body, &shown),
            ..outline(context, &mut cues, index, message, reading)
        }
    });
    ConversationResult { messages: messages.collect(), ..frame(context, conversation, fallback) }
}

/// The same without its messages.
pub(super) fn frame<'a>(
    context: &Context<'a>,
    conversation: &'a Conversation,
    fallback: &str,
) -> ConversationResult<'a> {
    ConversationResult {
        id: conversation.id.as_ref().map_or_else(|| Cow::Owned(fallback.to_owned()), |id| Cow::Borrowed(id.as_str())),
        source: conversation.source.as_deref(),
        channel: conversation.channel.as_deref(),
        messages: Vec::new(),
        version: context.version(),
    }
}

/// Read, and no criterion applies.
const NO_CRITERION: (&str, &str) = ("no_criterion_applies", "no criterion of the scorecard applies to it");

/// Why `reading` gives no score; `None` where it gives one.
#[must_use]
pub fn not_scored(reading: &MessageReading) -> Option<NotScoredResult> {
    if let Some(reason) = reading.not_scored {
        return Some(NotScoredResult { code: reason.code(), reason: reason.reason() });
    }
    let without = reading.score.is_none_or(|score| score.score.is_none());
    without.then(|| NotScoredResult { code: NO_CRITERION.0, reason: NO_CRITERION.1.into() })
}

/// Why an agent's public message has no score, in words, where no more than the code is known.
#[must_use]
pub fn not_scored_reason(code: &str) -> String {
    let known = [NotScored::Automatic, NotScored::Empty, NotScored::TooShort];
    match code {
        code if code == NO_CRITERION.0 => NO_CRITERION.1.to_owned(),
        "no_lexicon_for_language" => "written in a language without a lexicon".to_owned(),
        code => known.iter().find(|reason| reason.code() == code).map_or_else(|| code.to_owned(), |one| one.reason()),
    }
}

/// A detection that is given in the answer.
pub(super) struct Shown<'r> {
    pub(super) detection: &'r Detection,
    pub(super) in_doubt: bool,
}

/// The detections that are given.
pub(super) fn shown<'r>(context: &Context<'_>, reading: &'r MessageReading) -> Vec<Shown<'r>> {
    let wanted = reading.detections.iter().enumerate();
    let wanted = wanted.filter(|(_, one)| context.only.is_none_or(|only| only.contains(one.label)));
    wanted.map(|(index, one)| Shown { detection: one, in_doubt: reading.is_in_doubt(index) }).collect()
}

/// How a message does, where it has a score.
pub(super) fn scored(reading: &MessageReading) -> Option<MessageScore> {
    reading.score.filter(|score| score.score.is_some())
}

/// A message's result without its criteria and detections.
pub(super) fn outline<'a>(
    context: &Context<'a>,
    cues: &mut Cues<'a>,
    index: usize,
    message: &'a Message,
    reading: &'a MessageReading,
) -> MessageResult<'a> {
    let score = scored(reading);
    let read = message.author.role == Role::Agent
        && message.visibility == Visibility::Public
        && !matches!(reading.not_scored, Some(NotScored::Automatic | NotScored::OtherLanguage(_)));
    MessageResult {
        index,
        id: message.id.as_ref().map(|id| id.as_str()),
        role: role_name(message.author.role),
        scored: score.is_some(),
        score: score.and_then(|score| score.score).map(two_decimals),
        uncritical_score: score.and_then(|score| score.uncritical_score).map(two_decimals),
        not_scored: not_scored(reading),
        situation: read.then(|| situation(cues, &reading.situation)),
        findings: score.map(|_| findings(context, reading)),
        criteria: Vec::new(),
        detections: Vec::new(),
        words: reading.words,
        zoning_uncertain: reading.zoning_uncertain,
    }
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Customer => "customer",
        Role::Agent => "agent",
        Role::Bot => "bot",
        Role::System => "system",
    }
}

/// A score as it is shown: finer figures would claim more than a score can say.
#[must_use]
pub fn two_decimals(score: f64) -> f64 {
    (score * 100.0).round() / 100.0
}

fn findings(context: &Context<'_>, reading: &MessageReading) -> FindingsResult {
    let findings = &reading.findings;
    let confidences = reading.finding_confidences(context.lexicon);
    FindingsResult {
        excuse: findings.excuse,
        finger_pointing: findings.finger_pointing,
        missing_apology: findings.missing_apology,
        missing_follow_up: findings.missing_follow_up,
        confidence: figures(confidences, |confidence| confidence.value),
        confidence_n: figures(confidences, |confidence| confidence.n),
    }
}

fn figures<T>(confidences: [Option<Confidence>; 4], figure: impl Fn(Confidence) -> T) -> FindingFigures<T> {
    let [excuse, finger_pointing, missing_apology, missing_follow_up] =
        confidences.map(|confidence| confidence.map(&figure));
    FindingFigures { excuse, finger_pointing, missing_apology, missing_follow_up }
}

fn criteria<'a>(context: &Context<'a>, score: &MessageScore, shown: &[Shown<'_>]) -> Vec<CriterionResult<'a>> {
    let stated = context.card.criteria.iter().enumerate().map(|(index, one)| {
        let verdict = score.verdict(index);
        CriterionResult { evidence: evidence(one, verdict, shown).collect(), ..criterion(one, verdict) }
    });
    stated.collect()
}

/// How a criterion stands, without its evidence.
pub(super) fn criterion(criterion: &Criterion, verdict: Verdict) -> CriterionResult<'_> {
    CriterionResult {
        id: &criterion.id,
        question: &criterion.question,
        verdict: verdict.name(),
        weight: criterion.weight,
        critical: criterion.critical,
        advice: (verdict == Verdict::Unmet).then_some(criterion.advice.as_str()),
        evidence: Vec::new(),
    }
}

/// Indices of the detections that make a criterion stand so.
pub(super) fn evidence(criterion: &Criterion, verdict: Verdict, shown: &[Shown<'_>]) -> impl Iterator<Item = usize> {
    let speaks = move |one: &Shown<'_>| {
        let mut labels = criterion.broken_by.iter().chain(&criterion.met_by);
        verdict != Verdict::NotApplicable && !one.in_doubt && labels.any(|label| label.is(one.detection))
    };
    shown.iter().enumerate().filter(move |(_, one)| speaks(one)).map(|(index, _)| index)
}

fn detections<'a>(context: &Context<'a>, body: &'a str, shown: &[Shown<'_>]) -> Vec<DetectionResult<'a>> {
    let stated = shown.iter().zip(places(body, shown)).map(|(Shown { detection: one, in_doubt }, (span, utf16))| {
        let (kind, text) = (one.kind.map(Kind::name), one.span.of(body));
        DetectionResult { kind, text, span, utf16, in_doubt: *in_doubt, ..detection(context, one.rule) }
    });
    stated.collect()
}

/// A detection by `rule`, without its kind, its words and their place.
pub(super) fn detection<'a>(context: &Context<'a>, rule: u32) -> DetectionResult<'a> {
    let confidence = context.lexicon.confidence(rule);
    let rule = &context.lexicon.rules()[rule as usize];
    DetectionResult {
        label: rule.label.name(),
        kind: None,
        rule: &rule.id,
        text: "",
        span: Offsets::default(),
        utf16: Offsets::default(),
        confidence: confidence.map(|confidence| confidence.value),
        confidence_n: confidence.map(|confidence| confidence.n),
        in_doubt: false,
        what: &rule.what,
        why: &rule.why,
        advice: (rule.label.family() == Family::BreaksTrust).then_some(rule.advice.as_str()),
    }
}

/// The place of each detection in bytes and in UTF-16 code units of `body`.
pub(super) fn places(body: &str, shown: &[Shown<'_>]) -> impl Iterator<Item = (Offsets, Offsets)> {
    let ends: Vec<u32> = shown.iter().flat_map(|one| [one.detection.span.start, one.detection.span.end]).collect();
    let utf16 = utf16_offsets(body, &ends);
    let offsets = |pair: &[u32]| Offsets { start: pair[0], end: pair[1] };
    (0..shown.len()).map(move |index| {
        let pair = 2 * index..2 * index + 2;
        (offsets(&ends[pair.clone()]), offsets(&utf16[pair]))
    })
}

fn situation<'a>(cues: &mut Cues<'a>, situation: &Situation) -> SituationResult<'a> {
    let lexicon = cues.context.lexicon;
    let confidence = |said: bool, claim| lexicon.claim_confidence(claim).filter(|_| said).map(|one| one.value);
    let mut stated = |cue: Option<Cue>, kind| cue.and_then(|cue| cues.stated(cue, kind));
    SituationResult {
        service_failure: situation.service_failure,
        apology_due: situation.apology_due,
        follow_up_due: situation.follow_up_due,
        confidence: SituationConfidence {
            service_failure: confidence(situation.service_failure, Claim::ServiceFailure),
            apology_due: confidence(situation.apology_due, Claim::ApologyDue),
            follow_up_due: confidence(situation.follow_up_due, Claim::FollowUpDue),
        },
        evidence: SituationEvidence {
            service_failure: stated(situation.failure_cue, 0),
            earlier_apology: stated(situation.apology_cue, 1),
            follow_up: stated(situation.follow_up_cue, 2),
        },
    }
}

/// States cues; one that several messages on end share is counted out once.
pub(super) struct Cues<'a> {
    context: Context<'a>,
    messages: &'a [Message],
    /// The latest of each kind.
    known: [Option<(Cue, CueResult<'a>)>; 3],
}

impl<'a> Cues<'a> {
    pub(super) fn new(context: &Context<'a>, conversation: &'a Conversation) -> Self {
        Self { context: *context, messages: &conversation.messages, known: [None, None, None] }
    }

    fn stated(&mut self, cue: Cue, kind: usize) -> Option<CueResult<'a>> {
        if let Some((_, known)) = self.known[kind].as_ref().filter(|(other, _)| *other == cue) {
            return Some(known.clone());
        }
        let body = &self.messages.get(cue.turn as usize)?.body;
        let utf16 = utf16_offsets(body, &[cue.span.start, cue.span.end]);
        let stated = CueResult {
            message: cue.turn,
            label: cue.label.map(Label::name),
            rule: cue.rule.map(|rule| self.context.rule_id(rule)),
            text: cue.span.of(body),
            span: Offsets { start: cue.span.start, end: cue.span.end },
            utf16: Offsets { start: utf16[0], end: utf16[1] },
        };
        self.known[kind] = Some((cue, stated.clone()));
        Some(stated)
    }
}
