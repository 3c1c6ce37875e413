//! Messages to learn from, with the evidence marked in them.

use super::words;
use crate::audit::example::Example;
use crate::audit::plan::Plan;
use crate::lexicon::Family;

/// A message.
#[derive(Debug)]
pub(super) struct ExampleView<'e> {
    pub(super) agent: String,
    /// When and where it was written.
    pub(super) place: String,
    pub(super) score: String,
    pub(super) segments: Vec<SegmentView>,
    pub(super) notes: Vec<Note<'e>>,
    /// Questions and advice of criteria that it does not meet.
    pub(super) unmet: Vec<(&'e str, &'e str)>,
}

/// A stretch of text.
#[derive(Debug)]
pub(super) struct SegmentView {
    pub(super) text: String,
    pub(super) authored: bool,
    /// `breaks`, `restores`, or nothing where it is no evidence.
    pub(super) class: &'static str,
    /// Labels of the evidence that ends here.
    pub(super) labels: Vec<(&'static str, String)>,
}

/// Mails and posts have many of them; a report has little room.
fn without_blank_lines(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() || !lines.ends_with('\n') {
            lines.push_str(line);
        }
    }
    lines
}

/// What was found in it.
#[derive(Debug)]
pub(super) struct Note<'e> {
    pub(super) class: &'static str,
    pub(super) label: String,
    pub(super) rule: &'e str,
    pub(super) what: &'e str,
    /// What to write instead; of what breaks trust only.
    pub(super) advice: &'e str,
}

fn class(family: Family) -> &'static str {
    if family == Family::BreaksTrust { "breaks" } else { "restores" }
}

impl<'e> ExampleView<'e> {
    pub(super) fn new(plan: &'e Plan<'_>, example: &'e Example) -> Self {
        let marks = &example.marks;
        let segments = example.segments.iter().enumerate().map(|(at, segment)| {
            let next = example.segments.get(at + 1);
            let family = |index: &usize| marks.get(*index).map(|mark| mark.label.family());
            let families: Vec<Family> = segment.detections.iter().filter_map(family).collect();
            let breaks = families.contains(&Family::BreaksTrust);
            let ends = |index: &&usize| next.is_none_or(|next| !next.detections.contains(index));
            let mut labels: Vec<(&'static str, String)> = segment
                .detections
                .iter()
                .filter(ends)
                .filter_map(|index| marks.get(*index))
                .map(|mark| (class(mark.label.family()), words::plain(mark.label.name())))
                .collect();
            labels.dedup();
            SegmentView {
                text: without_blank_lines(&segment.text),
                authored: segment.authored,
                class: match (families.is_empty(), breaks) {
                    (true, _) => "",
                    (false, true) => "breaks",
                    (false, false) => "restores",
                },
                labels,
            }
        });
        let (mut rules, mut labels) = (Vec::new(), Vec::new());
        let mut notes: Vec<Note<'e>> = Vec::new();
        for mark in marks.iter().filter(|mark| mark.label.is_behaviour()) {
            // Of what restores trust one rule of each label tells enough.
            let breaks = mark.label.family() == Family::BreaksTrust;
            if rules.contains(&mark.rule) || !breaks && labels.contains(&mark.label) {
                continue;
            }
            rules.push(mark.rule);
            labels.push(mark.label);
            let rule = &plan.lexicon.rules()[mark.rule as usize];
            notes.push(Note {
                class: class(mark.label.family()),
                label: words::plain(mark.label.name()),
                rule: &rule.id,
                what: &rule.what,
                advice: if breaks { &rule.advice } else { "" },
            });
        }
        let criterion = |index: &usize| {
            let criterion = plan.card.criteria.get(*index)?;
            Some((criterion.question.as_str(), criterion.advice.as_str()))
        };
        let sent = example.sent.as_deref().map(|sent| match sent.parse() {
            Ok(at) => words::time(at, &plan.zone),
            Err(_) => sent.to_owned(),
        });
        let number = example.index + 1;
        let place = format!("conversation {}, message {number}", example.conversation);
        Self {
            agent: example.agent.name.clone().unwrap_or_else(|| example.agent.id.clone()),
            place: sent.map_or_else(|| place.clone(), |sent| format!("{sent} · {place}")),
            score: format!("{:.0}", example.score),
            segments: segments.collect(),
            notes,
            unmet: example.unmet.iter().filter_map(criterion).collect(),
        }
    }
}
