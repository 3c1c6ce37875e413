//! A conversation's view, made of what is stored, with words of the present rules where these are known.

use super::values::{points, time};
use super::view::{
    AnalysisView, ConversationView, CriterionView, CueView, DetectionView, FindingView, MessageView, NotScoredView,
    ParticipantView, PromiseView, RecoveryView, SegmentView, SituationView, SpanView,
};
use crate::conversation::{Conversation, Format, Message, Role, Visibility};
use crate::ingest::{CriterionRow, CueRow, DetectionRow, Evidence, Method, RecoveryRow, Whole};
use crate::lexicon::confidence::{Claim, Confidence};
use crate::lexicon::{Family, Label, Lexicon};
use crate::marked;
use crate::score::LabelKind;
use crate::service::problem::Problem;
use crate::service::versions::Versions;
use crate::store::StoreError;
use crate::store::analysis::situation;
use crate::store::conversations::{ConversationRow, StoredAnalysis};
use crate::store::promises::StoredPromise;
use crate::summary::{HEADLINES, Headline};
use crate::text::Span;
use crate::wire::utf16_offsets;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is shown of a conversation.
pub(super) struct Shown {
    pub(super) row: ConversationRow,
    pub(super) whole: Whole,
    pub(super) analyses: Vec<StoredAnalysis>,
    pub(super) promises: Vec<StoredPromise>,
    pub(super) versions: Versions,
    /// Whether everybody's scores may be seen.
    pub(super) all: bool,
}

impl Shown {
    pub(super) fn view(self, method: &Method) -> Result<ConversationView, Problem> {
        let Self { row, whole, analyses, promises, versions, all } = self;
        let bodies: HashMap<i64, &str> = (whole.stored.iter().zip(&whole.conversation.messages))
            .filter(|(stored, _)| !stored.dropped)
            .map(|(stored, message)| (stored.key, message.body.as_str()))
            .collect();
        let page = Page { bodies: &bodies, versions: &versions, method };
        let used: BTreeSet<i64> = analyses.iter().map(|one| one.version).collect();
        let mut read: HashMap<i64, (AnalysisView, Vec<Span>)> = HashMap::new();
        let mut cues: BTreeMap<(i64, u32, u32), CueView> = BTreeMap::new();
        for stored in analyses {
            let evidence: Evidence = serde_json::from_str(&stored.evidence).map_err(StoreError::from)?;
            for cue in [&evidence.failure, &evidence.earlier_apology, &evidence.follow_up].into_iter().flatten() {
                cues.entry((cue.message, cue.start, cue.end)).or_insert_with(|| page.cue(cue));
            }
            let spans = evidence.detections.iter().map(|one| Span::new(one.start, one.end)).collect();
            read.insert(stored.message, (page.analysis(stored, &evidence), spans));
        }
        let words = |promise: &StoredPromise| page.words(promise.message, promise.start, promise.end);
        let promises = promises.into_iter().map(|promise| {
            let text = words(&promise);
            PromiseView::of(promise, text)
        });
        let promises = promises.collect();
        let participants = participants(&whole.conversation);
        let key = row.key.to_string();
        let messages = whole.conversation.messages.iter().zip(&whole.stored).enumerate();
        let messages = messages.map(|(index, (message, stored))| {
            let of_it = cues.range((stored.key, 0, 0)..=(stored.key, u32::MAX, u32::MAX));
            let (places, cues): (Vec<_>, Vec<_>) =
                of_it.map(|((_, start, end), cue)| (Span::new(*start, *end), cue.clone())).unzip();
            let (analysis, spans) = read.remove(&stored.key).unzip();
            let spans: Vec<Span> = spans.unwrap_or_default();
            MessageView {
                key: stored.key.to_string(),
                conversation: key.clone(),
                index,
                id: message.id.as_ref().map(|id| id.as_str().to_owned()),
                author: participant(message),
                sent: message.sent.as_ref().and_then(|sent| Some(sent.parse::<jiff::Timestamp>().ok()?.to_string())),
                visibility: match message.visibility {
                    Visibility::Public => "public",
                    Visibility::Internal => "internal",
                },
                format: message.format.map(|format| match format {
                    Format::Plain => "plain",
                    Format::Html => "html",
                }),
                automatic: message.automatic,
                body: (!stored.dropped).then(|| message.body.clone()),
                segments: if stored.dropped { Vec::new() } else { segments(message, &spans, &places) },
                cues,
                analysis,
            }
        });
        let messages = messages.collect();
        let recovery: Option<RecoveryRow> =
            row.recovery.as_deref().map(serde_json::from_str).transpose().map_err(StoreError::from)?;
        Ok(ConversationView {
            key,
            source: row.source,
            id: Some(row.id).filter(|id| !id.starts_with('~')),
            channel: row.channel,
            is_read: row.is_read,
            first_sent: time(row.first_sent),
            last_sent: time(row.last_sent),
            service_failure: row.service_failure,
            participants,
            sideless: row.sideless,
            messages,
            promises,
            recovery: recovery.map(|recovery| self::recovery(recovery, all)),
            versions: used.into_iter().filter_map(|key| versions.view(key)).collect(),
        })
    }
}

/// What views are made with.
struct Page<'p> {
    /// The bodies that are kept, by their messages' keys.
    bodies: &'p HashMap<i64, &'p str>,
    versions: &'p Versions,
    method: &'p Method,
}

impl Page<'_> {
    fn words(&self, message: i64, start: u32, end: u32) -> Option<String> {
        let body = self.bodies.get(&message)?;
        body.get(start as usize..end as usize).map(str::to_owned)
    }

    fn utf16(&self, message: i64, start: u32, end: u32) -> Option<SpanView> {
        let body = self.bodies.get(&message)?;
        match utf16_offsets(body, &[start, end])[..] {
            [start, end] => Some(SpanView { start, end }),
            _ => None,
        }
    }

    fn cue(&self, cue: &CueRow) -> CueView {
        CueView {
            message: cue.message.to_string(),
            label: cue.label.clone(),
            rule: cue.rule.clone(),
            text: self.words(cue.message, cue.start, cue.end),
            span: SpanView { start: cue.start, end: cue.end },
            utf16: self.utf16(cue.message, cue.start, cue.end),
        }
    }

    fn analysis(&self, stored: StoredAnalysis, evidence: &Evidence) -> AnalysisView {
        let cue = |cue: &Option<CueRow>| cue.as_ref().map(|cue| self.cue(cue));
        let bit = |bits: i64, bit: i64| bits & bit != 0;
        let reason = |code: String| NotScoredView { reason: crate::wire::not_scored_reason(&code), code };
        AnalysisView {
            score: points(stored.score),
            uncritical_score: points(stored.uncritical_score),
            situation: SituationView {
                service_failure: bit(stored.situation, situation::SERVICE_FAILURE),
                apology_due: bit(stored.situation, situation::APOLOGY_DUE),
                follow_up_due: bit(stored.situation, situation::FOLLOW_UP_DUE),
                failure_cue: cue(&evidence.failure),
                earlier_apology: cue(&evidence.earlier_apology),
                follow_up_cue: cue(&evidence.follow_up),
            },
            findings: self.findings(stored.findings, &evidence.detections),
            criteria: self.criteria(&stored, &evidence.detections),
            detections: self.detections(stored.message, &evidence.detections),
            words: stored.words,
            zoning_uncertain: evidence.zoning_uncertain,
            version: stored.version.to_string(),
            outdated: self.versions.is_outdated(stored.version),
            not_scored: stored.not_scored.map(reason),
            agent: stored.agent.into(),
        }
    }

    fn findings(&self, bits: i64, detections: &[DetectionRow]) -> Vec<FindingView> {
        let lexicon = self.method.lexicon;
        let highest = |label: &str| {
            let of_label = detections.iter().filter(|one| one.label == label && !one.in_doubt);
            let confidences = of_label.filter_map(|one| confidence(lexicon, &one.rule));
            confidences.max_by(|a, b| a.value.total_cmp(&b.value).then(a.n.cmp(&b.n)))
        };
        let confidence = |name: &str| match name {
            "missing_apology" => lexicon.claim_confidence(Claim::MissingApology),
            "missing_follow_up" => lexicon.claim_confidence(Claim::MissingFollowUp),
            label => highest(label),
        };
        let finding = |(index, headline): (usize, &Headline)| {
            let made = bits >> index & 1 == 1;
            let confidence = made.then(|| confidence(headline.name)).flatten();
            FindingView {
                name: headline.name,
                made,
                confidence: confidence.map(|one| one.value),
                confidence_n: confidence.map(|one| one.n),
            }
        };
        HEADLINES.iter().enumerate().map(finding).collect()
    }

    fn criteria(&self, stored: &StoredAnalysis, detections: &[DetectionRow]) -> Vec<CriterionView> {
        if stored.score.is_none() {
            return Vec::new();
        }
        let evidence = |id: &str| -> Vec<usize> {
            let Some(criterion) = self.method.card.criteria.iter().find(|one| one.id == id) else { return Vec::new() };
            let speaks = |one: &DetectionRow| {
                let is = |label: &LabelKind| {
                    label.label.name() == one.label
                        && label.kind.is_none_or(|kind| Some(kind.name()) == one.kind.as_deref())
                };
                !one.in_doubt && criterion.broken_by.iter().chain(&criterion.met_by).any(is)
            };
            detections.iter().enumerate().filter(|(_, one)| speaks(one)).map(|(index, _)| index).collect()
        };
        let criterion = |(index, row): (usize, &CriterionRow)| {
            let verdict = match (stored.met >> index & 1, stored.unmet >> index & 1) {
                (1, _) => "met",
                (_, 1) => "unmet",
                _ => "not_applicable",
            };
            CriterionView {
                id: row.id.clone(),
                question: row.question.clone(),
                verdict,
                weight: row.weight,
                critical: row.critical,
                advice: (verdict == "unmet").then(|| row.advice.clone()),
                evidence: if verdict == "not_applicable" { Vec::new() } else { evidence(&row.id) },
            }
        };
        self.versions.criteria(stored.version).iter().enumerate().map(criterion).collect()
    }

    fn detections(&self, message: i64, rows: &[DetectionRow]) -> Vec<DetectionView> {
        let detection = |row: &DetectionRow| {
            let rule = self.method.lexicon.rule(&row.rule);
            let confidence = confidence(self.method.lexicon, &row.rule);
            let breaks = Label::from_name(&row.label).is_some_and(|label| label.family() == Family::BreaksTrust);
            DetectionView {
                label: row.label.clone(),
                kind: row.kind.clone(),
                rule: row.rule.clone(),
                text: self.words(message, row.start, row.end),
                span: SpanView { start: row.start, end: row.end },
                utf16: self.utf16(message, row.start, row.end),
                in_doubt: row.in_doubt,
                confidence: confidence.map(|one| one.value),
                confidence_n: confidence.map(|one| one.n),
                what: rule.map(|rule| rule.what.clone()),
                why: rule.map(|rule| rule.why.clone()),
                advice: rule.filter(|_| breaks).map(|rule| rule.advice.clone()),
            }
        };
        rows.iter().map(detection).collect()
    }
}

fn confidence(lexicon: &Lexicon, rule: &str) -> Option<Confidence> {
    let index = lexicon.rules().iter().position(|one| one.id == rule)?;
    lexicon.confidence(u32::try_from(index).ok()?)
}

fn segments(message: &Message, detections: &[Span], cues: &[Span]) -> Vec<SegmentView> {
    let evidence: Vec<Span> = detections.iter().chain(cues).copied().collect();
    let segment = |segment: marked::Segment| {
        let (found, told): (Vec<usize>, Vec<usize>) =
            segment.detections.into_iter().partition(|index| *index < detections.len());
        SegmentView {
            text: segment.text,
            authored: segment.authored,
            detections: found,
            cues: told.into_iter().map(|index| index - detections.len()).collect(),
        }
    };
    marked::segments_of(message, &evidence).into_iter().map(segment).collect()
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::Customer => "customer",
        Role::Agent => "agent",
        Role::Bot => "bot",
        Role::System => "system",
    }
}

fn participant(message: &Message) -> ParticipantView {
    let author = &message.author;
    let id = author.id.as_ref().map(|id| id.as_str().to_owned());
    ParticipantView { role: role(author.role), id, name: author.name.clone() }
}

/// Each once, in the order of their first messages.
fn participants(conversation: &Conversation) -> Vec<ParticipantView> {
    let mut seen = BTreeSet::new();
    conversation.messages.iter().map(participant).filter(|one| seen.insert(one.clone())).collect()
}

fn recovery(row: RecoveryRow, all: bool) -> RecoveryView {
    let key = |key: Option<i64>| key.map(|key| key.to_string());
    RecoveryView {
        first_complaint: key(row.first_complaint),
        seconds_to_first_response: row.seconds_to_first_response,
        seconds_to_apology: row.seconds_to_apology,
        apology_in_answer: row.apology_in_answer,
        proactive_apology: row.proactive_apology,
        over_apologising: row.over_apologising,
        same_failure_again: row.same_failure_again,
        checked_back: row.checked_back,
        ending: row.ending,
        resolved: row.resolved,
        mean_score: row.mean_score.filter(|_| all),
        worst_score: row.worst_score.filter(|_| all),
        worst_message: key(row.worst_message.filter(|_| all)),
    }
}
