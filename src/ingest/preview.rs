//! What a change of a scorecard or of rules would do, tried on what is stored before it holds.

use super::kept::{DetectionRow, Evidence};
use super::{Method, Whole};
use crate::conversation::{Message, Role, Visibility};
use crate::lexicon::{Label, Lexicon};
use crate::marked;
use crate::reading::Reader;
use crate::score::{LabelKind, Scorecard, score_of_sure};
use crate::situation::Situation;
use crate::store::StoreError;
use crate::store::analysis::{Unread, situation};
use crate::store::recent::Scored;
use crate::text::Span;

/// The score of a stored message by `card`, in hundredths of a point; `None` where the scorecard asks nothing of it.
/// It is told from what was found in it when it was last read: the text is not read again.
///
/// # Errors
/// Where what is stored cannot be read.
pub fn score_by(card: &Scorecard, message: &Scored) -> Result<Option<i64>, StoreError> {
    let evidence: Evidence = serde_json::from_str(&message.evidence)?;
    let found = |row: &DetectionRow| {
        let label = Label::from_name(&row.label)?;
        let named = |kind: &String| label.kinds().iter().copied().find(|known| known.name() == kind);
        Some(LabelKind { label, kind: row.kind.as_ref().and_then(named) })
    };
    let all: Vec<LabelKind> = evidence.detections.iter().filter_map(found).collect();
    let sure: Vec<LabelKind> = evidence.detections.iter().filter(|row| !row.in_doubt).filter_map(found).collect();
    let told = |bit: i64| message.situation & bit != 0;
    let situation = Situation {
        service_failure: told(situation::SERVICE_FAILURE),
        apology_due: told(situation::APOLOGY_DUE),
        follow_up_due: told(situation::FOLLOW_UP_DUE),
        ..Situation::default()
    };
    Ok(score_of_sure(card, &all, &sure, &situation).score.map(super::hundredths))
}

/// Words that a rule finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firing {
    /// The rule.
    pub rule: String,
    /// The key of the conversation.
    pub conversation: i64,
    /// The key of the message.
    pub message: i64,
    /// The words with those around them, and whether they are those that are found.
    pub words: Vec<(String, bool)>,
}

/// Characters around what a rule finds.
const AROUND: usize = 120;

impl Firing {
    fn of(rule: &str, (conversation, key): (i64, i64), message: &Message, span: Span) -> Self {
        let mut authored = marked::segments_of(message, &[span]);
        authored.retain(|segment| segment.authored);
        let around = marked::excerpt(&authored, AROUND);
        let words = around.into_iter().map(|segment| (in_one_line(&segment.text), !segment.detections.is_empty()));
        Self { rule: rule.to_owned(), conversation, message: key, words: words.collect() }
    }
}

/// `text` with each run of white space as one space.
fn in_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_whitespace() {
            false => line.push(c),
            true if !line.ends_with(' ') => line.push(' '),
            true => {}
        }
    }
    line
}

/// What rules find in stored conversations, and how scores change by them.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    /// Messages that were read: those of agents and customers that people can see.
    pub messages: usize,
    /// Messages in which one of the rules looked at fires.
    pub firing: usize,
    /// What they find, the first so many.
    pub firings: Vec<Firing>,
    /// Agents' messages that are scored otherwise.
    pub scored_otherwise: usize,
    /// Sum of the scores, in hundredths of a point, and their number: as it is, and as it would be.
    pub scores: [(i64, i64); 2],
}

impl Tried {
    /// Mean score as it is and as it would be, 0 to 100; `None` where nothing is scored.
    #[must_use]
    pub fn means(&self) -> [Option<f64>; 2] {
        self.scores.map(|(sum, count)| (count > 0).then(|| sum as f64 / count as f64 / 100.0))
    }
}

/// Reads `conversations` as they are read now, by `method`, and with `lexicon` in its place; tells what those of its
/// rules find for which `looked_at` holds, at most `most` times.
#[must_use]
pub fn try_rules(
    method: &Method,
    lexicon: &Lexicon,
    looked_at: &dyn Fn(&str) -> bool,
    conversations: Vec<Unread>,
    most: usize,
) -> Tried {
    let reader = |lexicon| Reader::new(lexicon, method.card).with_least_confidence(method.least_confidence);
    let (mut as_is, mut as_would_be) = (reader(method.lexicon), reader(lexicon));
    let looked_at: Vec<bool> = lexicon.rules().iter().map(|rule| looked_at(&rule.id)).collect();
    let mut tried = Tried::default();
    for Unread { key, piece, messages, .. } in conversations {
        let Whole { conversation, stored, .. } = Whole::of(piece, &messages);
        let readings = as_is.conversation(&conversation).into_iter().zip(as_would_be.conversation(&conversation));
        for ((before, after), (message, stored)) in readings.zip(conversation.messages.iter().zip(&stored)) {
            let by_people = matches!(message.author.role, Role::Agent | Role::Customer);
            if !by_people || message.visibility == Visibility::Internal || stored.dropped {
                continue;
            }
            tried.messages += 1;
            let mut found = after.detections.iter().filter(|one| looked_at[one.rule as usize]).peekable();
            tried.firing += usize::from(found.peek().is_some());
            for one in found.take(most - tried.firings.len()) {
                let rule = &lexicon.rules()[one.rule as usize].id;
                tried.firings.push(Firing::of(rule, (key, stored.key), message, one.span));
            }
            let scores = [before, after].map(|reading| reading.score.and_then(|score| score.score));
            let scores = scores.map(|score| score.map(super::hundredths));
            tried.scored_otherwise += usize::from(scores[0] != scores[1]);
            for (sums, score) in tried.scores.iter_mut().zip(scores) {
                sums.0 += score.unwrap_or(0);
                sums.1 += i64::from(score.is_some());
            }
        }
    }
    tried
}
