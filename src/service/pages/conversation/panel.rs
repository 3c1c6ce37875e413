//! What the machine says of an agent's message, and beside it what people say.

use super::turn::MOST_NOTES;
use super::words::{Reason, Turns, finding_confidence, situation};
use crate::report::words::plain;
use crate::service::api::reading::view::{AnalysisView, CriterionView, MessageView};
use crate::service::api::reviews::ReviewAnswer;
use crate::service::pages::moment::Moment;
use jiff::tz::TimeZone;

/// So many places are cited beside a criterion.
const MOST_CITED: usize = 5;

/// How an agent's message is judged.
#[derive(Debug)]
pub(super) struct Panel {
    /// The message's key, and its turn.
    pub(super) message: String,
    pub(super) number: usize,
    /// Whether the visitor's own verdict has to come first.
    pub(super) hidden: bool,
    /// 0 to 100, rounded.
    pub(super) score: Option<String>,
    /// The score as it would be without critical criteria, where that is another.
    pub(super) uncritical: Option<String>,
    pub(super) not_scored: Option<String>,
    pub(super) outdated: bool,
    pub(super) zoning_uncertain: bool,
    pub(super) reasons: Vec<Reason>,
    pub(super) findings: Vec<FindingLine>,
    /// Criteria that apply; all of them where what the machine says is hidden.
    pub(super) criteria: Vec<CriterionLine>,
    /// Criteria that do not.
    pub(super) others: Vec<CriterionLine>,
    /// What the visitor may write.
    pub(super) form: Option<Form>,
    /// What others say.
    pub(super) reviews: Vec<ReviewLine>,
}

/// A headline finding.
#[derive(Debug)]
pub(super) struct FindingLine {
    pub(super) name: &'static str,
    pub(super) shown: String,
    pub(super) made: bool,
    pub(super) confidence: Option<String>,
    /// What the visitor said: `yes`, `no` or nothing.
    pub(super) own: &'static str,
}

/// A criterion.
#[derive(Debug)]
pub(super) struct CriterionLine {
    pub(super) id: String,
    pub(super) question: String,
    pub(super) verdict: &'static str,
    /// The verdict in words.
    pub(super) shown: &'static str,
    pub(super) critical: bool,
    pub(super) advice: Option<String>,
    /// Its evidence: the note's identifier and the words.
    pub(super) evidence: Vec<(String, String)>,
    /// What the visitor said: a verdict, or nothing.
    pub(super) own: String,
}

/// What the visitor may write, with what they wrote.
#[derive(Debug)]
pub(super) struct Form {
    /// `review` or `dispute`.
    pub(super) kind: &'static str,
    pub(super) comment: String,
    /// Whether there is one already, and since when.
    pub(super) given: bool,
    pub(super) when: Option<Moment>,
    pub(super) blind: bool,
}

impl Form {
    pub(super) fn dispute(&self) -> bool {
        self.kind == "dispute"
    }
}

/// What somebody said of the message.
#[derive(Debug)]
pub(super) struct ReviewLine {
    pub(super) reviewer: String,
    pub(super) dispute: bool,
    pub(super) blind: bool,
    pub(super) when: Option<Moment>,
    pub(super) comment: Option<String>,
    /// `agrees with the machine on 5 of 7`; nothing where it only comments.
    pub(super) agrees: Option<String>,
    /// Where it differs.
    pub(super) differs: Vec<String>,
}

/// A verdict on a criterion, in words.
pub(super) fn verdict(name: &str) -> &'static str {
    match name {
        "met" => "met",
        "unmet" => "not met",
        _ => "does not apply",
    }
}

/// Whom a panel is for.
pub(super) struct Viewer<'v> {
    /// What they may write about the message: `review` or `dispute`.
    pub(super) kind: Option<&'static str>,
    /// Whether their own verdict has to come first.
    pub(super) hidden: bool,
    pub(super) zone: &'v TimeZone,
    pub(super) turns: &'v Turns,
}

impl Panel {
    pub(super) fn of(
        message: &MessageView,
        analysis: &AnalysisView,
        reviews: Vec<ReviewAnswer>,
        viewer: &Viewer<'_>,
    ) -> Self {
        let (own, others): (Vec<_>, Vec<_>) =
            reviews.into_iter().partition(|one| one.own && Some(one.kind.as_str()) == viewer.kind);
        let own = own.into_iter().next();
        let criterion = |one: &CriterionView| CriterionLine::of(one, &message.key, analysis, own.as_ref());
        let applies = |one: &&CriterionView| viewer.hidden || one.verdict != "not_applicable";
        let shown = |points: Option<f64>| points.map(|points| format!("{points:.0}"));
        Self {
            message: message.key.clone(),
            number: message.index + 1,
            hidden: viewer.hidden,
            score: shown(analysis.score),
            uncritical: shown(analysis.uncritical_score).filter(|score| Some(score) != shown(analysis.score).as_ref()),
            not_scored: analysis.not_scored.as_ref().map(|one| one.reason.clone()),
            outdated: analysis.outdated,
            zoning_uncertain: analysis.zoning_uncertain,
            reasons: situation(&analysis.situation, viewer.turns),
            findings: FindingLine::all(analysis, own.as_ref()),
            criteria: analysis.criteria.iter().filter(applies).map(criterion).collect(),
            others: analysis.criteria.iter().filter(|one| !applies(one)).map(criterion).collect(),
            reviews: if viewer.hidden {
                Vec::new()
            } else {
                others.into_iter().map(|one| ReviewLine::of(one, analysis, viewer.zone)).collect()
            },
            form: viewer.kind.map(|kind| Form {
                kind,
                comment: own.as_ref().and_then(|own| own.comment.clone()).unwrap_or_default(),
                given: own.is_some(),
                when: own.as_ref().and_then(|own| Some(Moment::of(own.changed.as_ref()?.0, viewer.zone))),
                blind: viewer.hidden || own.as_ref().is_some_and(|own| own.blind),
            }),
        }
    }

    /// The findings that are made.
    pub(super) fn made(&self) -> impl Iterator<Item = &FindingLine> {
        self.findings.iter().filter(|finding| finding.made)
    }
}

impl FindingLine {
    /// Whether the visitor's verdict is `value`.
    pub(super) fn said(&self, value: &str) -> bool {
        self.own == value
    }

    fn all(analysis: &AnalysisView, own: Option<&ReviewAnswer>) -> Vec<Self> {
        let said = |name: &str| own.and_then(|own| own.findings.get(name)).map_or("", |yes| yes_or_no(*yes));
        let line = |one: &crate::service::api::reading::view::FindingView| Self {
            name: one.name,
            shown: plain(one.name),
            made: one.made,
            confidence: finding_confidence(one),
            own: said(one.name),
        };
        analysis.findings.iter().map(line).collect()
    }
}

/// A verdict's name.
pub(super) const fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

impl CriterionLine {
    /// Whether the visitor's verdict is `value`.
    pub(super) fn said(&self, value: &str) -> bool {
        self.own == value
    }

    fn of(one: &CriterionView, message: &str, analysis: &AnalysisView, own: Option<&ReviewAnswer>) -> Self {
        let words = |index: &usize| {
            let text = analysis.detections.get(*index)?.text.as_deref()?;
            Some((format!("note-{message}-{index}"), super::words::shortened(text, 60)))
        };
        Self {
            id: one.id.clone(),
            question: one.question.clone(),
            verdict: one.verdict,
            shown: verdict(one.verdict),
            critical: one.critical,
            advice: one.advice.clone(),
            evidence: one
                .evidence
                .iter()
                .filter(|index| **index < MOST_NOTES)
                .filter_map(words)
                .take(MOST_CITED)
                .collect(),
            own: own.and_then(|own| own.criteria.get(&one.id)).cloned().unwrap_or_default(),
        }
    }
}

impl ReviewLine {
    fn of(review: ReviewAnswer, analysis: &AnalysisView, zone: &TimeZone) -> Self {
        let mut differs = Vec::new();
        let mut same = 0;
        let mut compare = |what: &str, machine: &str, said: &str| {
            if machine == said {
                same += 1;
            } else {
                differs.push(format!("{what} {said} (machine: {machine})"));
            }
        };
        for (id, said) in &review.criteria {
            if let Some(one) = analysis.criteria.iter().find(|one| one.id == *id) {
                compare(&one.question, verdict(one.verdict), verdict(said));
            }
        }
        for (name, said) in &review.findings {
            if let Some(one) = analysis.findings.iter().find(|one| one.name == name) {
                compare(&format!("{}:", plain(name)), yes_or_no(one.made), yes_or_no(*said));
            }
        }
        for said in &review.detections {
            let found = |one: &&crate::service::api::reading::view::DetectionView| {
                one.rule == said.rule && (one.span.start, one.span.end) == (said.start, said.end)
            };
            if let Some(one) = analysis.detections.iter().find(found) {
                let words = one.text.as_deref().map(|text| super::words::shortened(text, 60)).unwrap_or_default();
                compare(
                    &format!("«{words}» as {}:", plain(&one.label)),
                    "right",
                    if said.right { "right" } else { "wrong" },
                );
            }
        }
        let all = same + differs.len();
        Self {
            dispute: review.kind == "dispute",
            reviewer: review.reviewer,
            blind: review.blind,
            when: review.changed.map(|time| Moment::of(time.0, zone)),
            comment: review.comment,
            agrees: (all > 0).then(|| format!("agrees with the machine on {same} of {all}")),
            differs,
        }
    }
}
