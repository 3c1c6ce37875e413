//! `findings.jsonl`: what each message says and lacks, each with its words and how far it is to be trusted.

use super::rows::Placed;
use crate::lexicon::Lexicon;
use crate::lexicon::confidence::{Claim, Confidence};
use crate::reading::MessageReading;
use serde::Serialize;
use std::borrow::Cow;

/// A line of `findings.jsonl`: something that a message says, with its words, or lacks, with what shows that.
#[derive(Debug, Serialize)]
struct Finding<'f> {
    conversation: &'f str,
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'f str>,
    agent: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<&'f str>,
    label: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'f str>,
    /// The words; for something that is missing those that show that it is due.
    evidence: Option<Cow<'f, str>>,
    /// Index of the message that holds the words, and where in its body, in bytes.
    evidence_message: Option<usize>,
    start: Option<u32>,
    end: Option<u32>,
    /// How far it is to be trusted, and on how many labelled messages that rests.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence_n: Option<u32>,
    /// Whether that is below the confidence asked for, so that it counts for nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    in_doubt: bool,
}

impl Finding<'_> {
    fn with(self, confidence: Option<Confidence>) -> Self {
        Self { confidence: confidence.map(|one| one.value), confidence_n: confidence.map(|one| one.n), ..self }
    }
}

/// The lines of a message in `findings.jsonl`.
pub(super) fn findings(
    lines: &mut Vec<u8>,
    placed: &Placed<'_>,
    reading: &MessageReading,
    lexicon: &Lexicon,
    mask: &dyn Fn(&str) -> Option<String>,
) -> Result<(), serde_json::Error> {
    let message = placed.message();
    let shown = |text: &str| mask(text);
    let base = || Finding {
        conversation: placed.name,
        index: placed.index,
        message: message.id.as_ref().map(|id| id.as_str()),
        agent: &placed.agent.id,
        sent: message.sent.as_deref(),
        label: "",
        kind: None,
        rule: None,
        evidence: None,
        evidence_message: None,
        start: None,
        end: None,
        confidence: None,
        confidence_n: None,
        in_doubt: false,
    };
    let mut write = |finding: &Finding<'_>| {
        serde_json::to_writer(&mut *lines, finding)?;
        lines.push(b'\n');
        Ok::<(), serde_json::Error>(())
    };
    for (number, one) in reading.detections.iter().enumerate().filter(|(_, one)| one.label.is_behaviour()) {
        let words = one.span.of(&message.body);
        let finding = Finding {
            label: one.label.name(),
            kind: one.kind.map(crate::lexicon::Kind::name),
            rule: Some(lexicon.rules()[one.rule as usize].id.as_str()),
            evidence: Some(shown(words).map_or(Cow::Borrowed(words), Cow::Owned)),
            evidence_message: Some(placed.index),
            start: Some(one.span.start),
            end: Some(one.span.end),
            in_doubt: reading.is_in_doubt(number),
            ..base()
        };
        write(&finding.with(lexicon.confidence(one.rule)))?;
    }
    let situation = &reading.situation;
    for (claim, missing, cue) in [
        (Claim::MissingApology, reading.findings.missing_apology, situation.failure_cue),
        (Claim::MissingFollowUp, reading.findings.missing_follow_up, situation.follow_up_cue.or(situation.failure_cue)),
    ] {
        if !missing {
            continue;
        }
        let told = cue.and_then(|cue| {
            let body = &placed.conversation.messages.get(cue.turn as usize)?.body;
            Some((cue, cue.span.of(body)))
        });
        let finding = Finding {
            label: claim.name(),
            rule: told.and_then(|(cue, _)| Some(lexicon.rules()[cue.rule? as usize].id.as_str())),
            evidence: told.map(|(_, words)| shown(words).map_or(Cow::Borrowed(words), Cow::Owned)),
            evidence_message: told.map(|(cue, _)| cue.turn as usize),
            start: told.map(|(cue, _)| cue.span.start),
            end: told.map(|(cue, _)| cue.span.end),
            ..base()
        };
        write(&finding.with(lexicon.claim_confidence(claim)))?;
    }
    Ok(())
}
