//! What was read in a conversation, in sentences.

use crate::report::words::duration;
use crate::service::api::reading::view::{ConversationView, CueView, FindingView, RecoveryView, SituationView};
use std::collections::HashMap;

/// Turns of a conversation by their messages' keys: 1 is the first.
#[derive(Debug)]
pub(super) struct Turns(HashMap<String, usize>);

impl Turns {
    pub(super) fn of(view: &ConversationView) -> Self {
        Self(view.messages.iter().map(|message| (message.key.clone(), message.index + 1)).collect())
    }

    /// The turn of the message of that key, as a person names it.
    fn named(&self, key: &str) -> String {
        self.0.get(key).map_or_else(|| "an earlier message".to_owned(), |turn| format!("turn {turn}"))
    }

    fn cited(&self, cue: &CueView) -> String {
        let place = self.named(&cue.message);
        match cue.text.as_deref().map(str::trim).filter(|_| cue.label.is_some()) {
            Some(words) if !words.is_empty() => format!("{place}: «{}»", shortened(words, 120)),
            _ => place,
        }
    }
}

/// Where a sentence speaks of words: the key of their message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) sentence: String,
    /// The message that shows it.
    pub(super) message: Option<String>,
}

/// What a message answers, and how one knows.
pub(super) fn situation(situation: &SituationView, turns: &Turns) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut say = |sentence: String, cue: Option<&CueView>| {
        reasons.push(Reason { sentence, message: cue.map(|cue| cue.message.clone()) });
    };
    let failure = situation.failure_cue.as_ref();
    let shown = failure.map(|cue| turns.cited(cue));
    match (situation.apology_due, situation.service_failure, shown) {
        (true, _, Some(shown)) => say(format!("An apology is due since {shown}"), failure),
        (true, _, None) => say("An apology is due.".to_owned(), None),
        (false, true, Some(shown)) => say(format!("Something went wrong, as told in {shown}"), failure),
        (false, true, None) => say("Something went wrong.".to_owned(), None),
        (false, false, _) => say("Nothing that went wrong is in sight here.".to_owned(), None),
    }
    if let Some(earlier) = &situation.earlier_apology {
        say(format!("An apology stands already, in {}", turns.cited(earlier)), Some(earlier));
    }
    let open = situation.follow_up_cue.as_ref();
    match (situation.follow_up_due, open.map(|cue| turns.cited(cue))) {
        (true, Some(_)) if open.is_some_and(|cue| cue.label.is_none()) => {
            say("A follow-up is due: the answer tells, and leaves the failure open.".to_owned(), open);
        }
        (true, Some(shown)) => say(format!("A follow-up is due; something is open since {shown}"), open),
        (true, None) => say("A follow-up is due: something is left open.".to_owned(), None),
        (false, Some(shown)) if situation.service_failure => say(format!("No follow-up is due, see {shown}"), open),
        _ => {}
    }
    reasons
}

/// How sure a finding or a rule is, for people.
pub(super) fn confidence(confidence: Option<f64>, n: Option<u32>) -> Option<String> {
    let (share, n) = (confidence?, n?);
    Some(format!("Confidence {share:.2}: so often people found the same, judged by {n} labelled messages."))
}

/// The same in short, beside a finding.
pub(super) fn finding_confidence(finding: &FindingView) -> Option<String> {
    finding.confidence.map(|confidence| format!("{confidence:.2}"))
}

/// How a failure was made good, in a few sentences.
pub(super) fn recovery(recovery: &RecoveryView, turns: &Turns) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(first) = &recovery.first_complaint {
        told.push(format!("The customer first told what went wrong in {}.", turns.named(first)));
    }
    if let Some(seconds) = recovery.seconds_to_first_response {
        told.push(format!("The first answer by a person came after {}.", duration(seconds)));
    }
    let answer = recovery.apology_in_answer.map(|answer| match answer {
        1 => "in the first answer".to_owned(),
        2 => "in the second answer".to_owned(),
        3 => "in the third answer".to_owned(),
        more => format!("in answer {more}"),
    });
    match (recovery.seconds_to_apology, answer) {
        (Some(seconds), Some(answer)) => {
            told.push(format!("An apology followed {} after the complaint, {answer}.", duration(seconds)));
        }
        (Some(seconds), None) => told.push(format!("An apology followed {} after the complaint.", duration(seconds))),
        (None, Some(answer)) => told.push(format!("An apology followed, {answer}.")),
        (None, None) if recovery.proactive_apology => told.push("An apology came before any complaint.".to_owned()),
        (None, None) if recovery.first_complaint.is_some() => told.push("No apology followed.".to_owned()),
        (None, None) => {}
    }
    if recovery.over_apologising {
        told.push("It was apologised again and again.".to_owned());
    }
    if recovery.same_failure_again {
        told.push("The same thing went wrong again.".to_owned());
    }
    if recovery.checked_back {
        told.push("Somebody asked whether all is well now.".to_owned());
    }
    let end = match recovery.ending.as_str() {
        "customer_content" => "It ended well: the customer was content.",
        "settled_and_silence" => {
            "It ended well as far as one can see: the agent said that it is settled, and the customer was silent."
        }
        "company_last" => "Whether it is solved is not known: the agent's side had the last word.",
        "customer_waits" => "Whether it is solved is not known: the customer had the last word and waits.",
        _ => "",
    };
    told.extend((!end.is_empty()).then(|| end.to_owned()));
    told
}

/// `text` in one line, cut at a word where it is longer than about `most` characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let start: String = line.chars().take(most).collect();
    let start = start.rsplit_once(' ').map_or(start.as_str(), |(start, _)| start);
    format!("{start} …")
}

/// The fate of a promise: its name for the style sheet, and in a word.
pub(super) fn fate(fate: &str) -> (&'static str, &'static str) {
    match fate {
        "kept" => ("restores", "kept"),
        "late" => ("breaks", "kept late"),
        "broken" => ("breaks", "broken"),
        "unkept" => ("plain", "nothing came of it yet"),
        _ => ("plain", "open"),
    }
}
