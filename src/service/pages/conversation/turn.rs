//! A message as its conversation's page shows it: the words with the evidence marked, notes to each mark.

use super::words::confidence;
use crate::lexicon::{Family, Label, Lexicon};
use crate::report::words::plain;
use crate::service::api::reading::view::{CueView, DetectionView, MessageView, SegmentView};
use crate::service::api::reviews::DetectionVerdict;
use crate::service::pages::moment::Moment;
use jiff::tz::TimeZone;

/// From so many bytes on a message has its own bar to scroll by.
const LONG: usize = 6_000;

/// So many places in a message are marked, the first ones: nobody reads thousands of notes, and no browser shows them
/// in good time.
pub(super) const MOST_NOTES: usize = 150;

/// A message.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) key: String,
    /// 1 is the first.
    pub(super) number: usize,
    pub(super) author: String,
    /// `customer`, `agent`, `bot`, `system` or `note`: for the style sheet.
    pub(super) class: &'static str,
    /// Who or what its author is, in words.
    pub(super) role: &'static str,
    pub(super) sent: Option<Moment>,
    pub(super) automatic: bool,
    /// Whether the text was dropped.
    pub(super) dropped: bool,
    pub(super) long: bool,
    pub(super) parts: Vec<Part>,
    pub(super) notes: Vec<Note>,
    /// Places that are not marked, as there are too many.
    pub(super) unmarked: usize,
}

/// Text of its author, or text that they quote or sign with, which is folded.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) folded: bool,
    pub(super) stretches: Vec<Stretch>,
}

/// A stretch of text.
#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) text: String,
    pub(super) mark: Option<Mark>,
}

/// Words that are evidence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) class: &'static str,
    /// The notes that speak of them, separated by spaces, and the first one.
    pub(super) notes: String,
    pub(super) first: String,
    /// Labels of the evidence that ends here.
    pub(super) tags: Vec<Tag>,
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) class: &'static str,
    pub(super) name: String,
}

/// What is said of a mark.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) id: String,
    pub(super) tag: Tag,
    pub(super) words: Option<String>,
    pub(super) what: Option<String>,
    pub(super) why: Option<String>,
    /// What to write instead.
    pub(super) better: Option<String>,
    pub(super) fair: Option<String>,
    pub(super) confidence: Option<String>,
    pub(super) rule: Option<String>,
    pub(super) in_doubt: bool,
    /// As verdicts name it: `rule@start-end`; nothing of cues, which nobody is judged by.
    pub(super) subject: Option<String>,
    /// What the visitor said of it: `yes` or `no`.
    pub(super) own: &'static str,
}

impl Note {
    /// Whether the visitor's verdict is `value`.
    pub(super) fn said(&self, value: &str) -> bool {
        self.own == value
    }
}

fn class_of(label: &str) -> &'static str {
    match Label::from_name(label).map(Label::family) {
        Some(Family::BreaksTrust) => "breaks",
        Some(Family::RestoresTrust) => "restores",
        _ => "tells",
    }
}

fn tag(label: &str, kind: Option<&str>) -> Tag {
    let name = plain(label);
    Tag { class: class_of(label), name: kind.map_or_else(|| name.clone(), |kind| format!("{name}: {}", plain(kind))) }
}

fn detection(message: &str, index: usize, one: &DetectionView, lexicon: &Lexicon) -> Note {
    let rule = lexicon.rule(&one.rule);
    Note {
        id: format!("note-{message}-{index}"),
        tag: tag(&one.label, one.kind.as_deref()),
        words: one.text.clone(),
        what: one.what.clone(),
        why: one.why.clone(),
        better: one.advice.clone(),
        fair: rule.map(|rule| rule.fair_when.clone()).filter(|_| one.advice.is_some()),
        confidence: confidence(one.confidence, one.confidence_n),
        rule: rule.map(|rule| rule.id.clone()),
        in_doubt: one.in_doubt,
        subject: Some(format!("{}@{}-{}", one.rule, one.span.start, one.span.end)),
        own: "",
    }
}

fn cue(message: &str, index: usize, one: &CueView, lexicon: &Lexicon) -> Option<Note> {
    let label = one.label.as_deref()?;
    let rule = one.rule.as_deref().and_then(|rule| lexicon.rule(rule));
    Some(Note {
        id: format!("cue-{message}-{index}"),
        tag: tag(label, None),
        words: one.text.clone(),
        what: rule.map(|rule| rule.what.clone()),
        why: rule.map(|rule| rule.why.clone()),
        better: None,
        fair: None,
        confidence: None,
        rule: rule.map(|rule| rule.id.clone()),
        in_doubt: false,
        subject: None,
        own: "",
    })
}

impl Turn {
    /// A message's turn; without marks and notes where what was read in the conversation is `hidden`.
    pub(super) fn of(view: &MessageView, hidden: bool, lexicon: &Lexicon, zone: &TimeZone) -> Self {
        let author = &view.author;
        let (class, role) = match (view.visibility, author.role) {
            ("internal", _) => ("note", "internal note"),
            (_, "customer") => ("customer", "customer"),
            (_, "agent") => ("agent", "agent"),
            (_, "bot") => ("bot", "bot"),
            (_, _) => ("system", "system"),
        };
        let notes = if hidden { Notes::default() } else { Notes::of(view, lexicon) };
        let parts = parts(&view.segments, &notes);
        let name = author.name.clone().or_else(|| author.id.clone());
        Self {
            key: view.key.clone(),
            number: view.index + 1,
            author: name.unwrap_or_else(|| format!("Unnamed {}", author.role)),
            class,
            role,
            sent: view.sent.as_deref().and_then(|sent| Some(Moment::of(sent.parse().ok()?, zone))),
            automatic: view.automatic,
            dropped: view.body.is_none(),
            long: parts.iter().flat_map(|part| &part.stretches).map(|one| one.text.len()).sum::<usize>() > LONG,
            parts,
            unmarked: notes.left_out,
            notes: notes.detections.into_iter().chain(notes.cues).flatten().collect(),
        }
    }
}

/// The notes by the indices of detections and cues.
#[derive(Default)]
struct Notes {
    detections: Vec<Option<Note>>,
    cues: Vec<Option<Note>>,
    left_out: usize,
}

impl Notes {
    fn of(view: &MessageView, lexicon: &Lexicon) -> Self {
        let all = view.analysis.iter().map(|analysis| analysis.detections.len()).sum::<usize>();
        let left_out = all.saturating_sub(MOST_NOTES) + view.cues.len().saturating_sub(MOST_NOTES);
        let detections = view.analysis.iter().flat_map(|analysis| &analysis.detections).take(MOST_NOTES).enumerate();
        let detections: Vec<_> = detections.map(|(at, one)| Some(detection(&view.key, at, one, lexicon))).collect();
        // What an agent's words tell of the situation is found as what they say, too.
        let seen = |cue: &CueView| {
            let mut found = view.analysis.iter().flat_map(|analysis| &analysis.detections);
            found.any(|one| (one.span.start, one.span.end) == (cue.span.start, cue.span.end))
        };
        let cues = view.cues.iter().take(MOST_NOTES).enumerate();
        let cues = cues.map(|(at, one)| if seen(one) { None } else { cue(&view.key, at, one, lexicon) }).collect();
        Self { detections, cues, left_out }
    }

    fn at<'n>(&'n self, segment: &'n SegmentView) -> impl Iterator<Item = &'n Note> {
        let detections = segment.detections.iter().filter_map(|index| self.detections.get(*index)?.as_ref());
        detections.chain(segment.cues.iter().filter_map(|index| self.cues.get(*index)?.as_ref()))
    }

    fn mark(&self, segment: &SegmentView, next: Option<&SegmentView>) -> Option<Mark> {
        let first = self.at(segment).next()?.id.clone();
        let classes: Vec<&str> = self.at(segment).map(|note| note.tag.class).collect();
        let class = ["breaks", "restores", "tells"].into_iter().find(|class| classes.contains(class))?;
        let goes_on = |note: &Note| next.is_some_and(|next| self.at(next).any(|other| other.id == note.id));
        // What an agent's words tell of the situation is no judgement of them: its note says it, the text stays calm.
        let tagged = |note: &&Note| !goes_on(note) && (note.tag.class != "tells" || note.subject.is_none());
        let mut tags: Vec<Tag> = self.at(segment).filter(tagged).map(|note| note.tag.clone()).collect();
        tags.dedup();
        let notes = self.at(segment).map(|note| note.id.as_str()).collect::<Vec<_>>().join(" ");
        Some(Mark { class, notes, first, tags })
    }
}

/// Text of the author and text beside it by turns; what is nothing but space is left out between them.
fn parts(segments: &[SegmentView], notes: &Notes) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let mark = notes.mark(segment, segments.get(at + 1));
        let stretch = Stretch { text: segment.text.clone(), mark };
        let blank = segment.text.trim().is_empty();
        match parts.last_mut() {
            Some(part) if blank || part.folded != segment.authored => part.stretches.push(stretch),
            _ if blank => {}
            _ => parts.push(Part { folded: !segment.authored, stretches: vec![stretch] }),
        }
    }
    for part in &mut parts {
        if let Some(first) = part.stretches.first_mut() {
            first.text = first.text.trim_start_matches(['\n', '\r', ' ']).to_owned();
        }
        if let Some(last) = part.stretches.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
    }
    parts
}

impl Turn {
    /// Sets what the visitor said of the evidence.
    pub(super) fn mark_own(&mut self, said: &[DetectionVerdict]) {
        for one in said {
            let subject = format!("{}@{}-{}", one.rule, one.start, one.end);
            for note in self.notes.iter_mut().filter(|note| note.subject.as_deref() == Some(&subject)) {
                note.own = super::panel::yes_or_no(one.right);
            }
        }
    }
}
