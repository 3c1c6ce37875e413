//! Finds what a message says: lexicon matches, then the context in which they stand.
//!
//! Two steps, because some rules ask whether there is a service failure, which is only known when
//! the whole conversation has been looked at: [`Detector::find`] gives what the message's own words
//! show, [`Found::settle`] what stands once the situation is known.

mod context;
mod overlap;

use crate::lexicon::{Hit, Kind, Label, LabelSet, Lexicon, Occurrence, Rule, Speaker, WordCache, WordId};
use crate::text::{Span, Text};
use context::SentenceView;

/// A rule's match that stands: the evidence for a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detection {
    /// Index into [`Lexicon::rules`].
    pub rule: u32,
    /// What was found.
    pub label: Label,
    /// Which kind of it.
    pub kind: Option<Kind>,
    /// The words, in the raw body.
    pub span: Span,
    /// Which sentence of [`Text::sentences`] they stand in.
    pub sentence: u32,
    /// First token and one past the last, in [`Text::tokens`].
    tokens: (u32, u32),
}

/// What a message's own words show, before the situation is known.
#[derive(Debug, Clone, Default)]
pub struct Found {
    candidates: Vec<Detection>,
    /// How many words its author wrote.
    pub words: u32,
    /// How many of the first [`SAMPLE`] words are common in the lexicon's language and in no other.
    pub function_words: u32,
}

/// How many words are looked at to tell the language.
pub const SAMPLE: u32 = 48;

/// Looks through messages with one lexicon; one for each thread.
///
/// It keeps the words that it has seen, which changes its speed and nothing else: the same message
/// always gives the same detections.
#[derive(Debug)]
pub struct Detector<'l> {
    lexicon: &'l Lexicon,
    cache: WordCache,
    ids: Vec<WordId>,
    hits: Vec<Hit>,
}

impl<'l> Detector<'l> {
    /// A detector for `lexicon`.
    #[must_use]
    pub fn new(lexicon: &'l Lexicon) -> Self {
        Self { lexicon, cache: WordCache::default(), ids: Vec::new(), hits: Vec::new() }
    }

    /// The lexicon it looks with.
    #[must_use]
    pub const fn lexicon(&self) -> &'l Lexicon {
        self.lexicon
    }

    /// What `speaker`'s message `text` shows by itself.
    pub fn find(&mut self, text: &Text<'_>, speaker: Speaker) -> Found {
        let (words, plain) = (self.lexicon.words(), text.plain());
        self.ids.clear();
        self.ids.extend(text.tokens().spans().map(|span| self.cache.id(words, plain, span)));
        self.hits.clear();
        for sentence in text.sentences() {
            let ids = &self.ids[sentence.first as usize..sentence.last as usize];
            self.lexicon.find(speaker, ids, sentence.first, &mut self.hits);
        }
        longest_leftmost(&mut self.hits);
        let function_words = self.ids.iter().take(SAMPLE as usize).filter(|&&id| context::is_function(self.lexicon, id)).count();
        Found {
            candidates: self.in_context(text),
            words: self.ids.len() as u32,
            function_words: function_words as u32,
        }
    }

    /// The hits whose context and exceptions let them stand.
    fn in_context(&self, text: &Text<'_>) -> Vec<Detection> {
        let mut candidates = Vec::with_capacity(self.hits.len());
        for hit in &self.hits {
            let sentence = text.sentences().partition_point(|sentence| sentence.last <= hit.first);
            let view = SentenceView::new(self.lexicon, text, &self.ids, sentence);
            let rule = &self.lexicon.rules()[hit.rule as usize];
            if view.allows(rule, hit) {
                let plain = Span::new(
                    text.tokens().span(hit.first as usize).start,
                    text.tokens().span(hit.last as usize - 1).end,
                );
                candidates.push(Detection {
                    rule: hit.rule,
                    label: rule.label,
                    kind: rule.kind,
                    span: text.raw_span(plain),
                    sentence: sentence as u32,
                    tokens: (hit.first, hit.last),
                });
            }
        }
        candidates
    }
}

/// Of each rule's matches the leftmost, and of those the longest; no two share a word.
fn longest_leftmost(hits: &mut Vec<Hit>) {
    hits.sort_unstable_by_key(|hit| (hit.rule, hit.first, std::cmp::Reverse(hit.last)));
    let mut end = (u32::MAX, 0);
    hits.retain(|hit| {
        let keep = hit.rule != end.0 || hit.first >= end.1;
        if keep {
            end = (hit.rule, hit.last);
        }
        keep
    });
}

impl Found {
    /// The labels that stand whatever the situation: what the situation is told from.
    #[must_use]
    pub fn labels(&self, lexicon: &Lexicon) -> LabelSet {
        self.unconditional(lexicon).map(|detection| detection.label).collect()
    }

    /// The detections that stand whatever the situation.
    pub fn unconditional<'f>(&'f self, lexicon: &'f Lexicon) -> impl Iterator<Item = &'f Detection> {
        self.candidates.iter().filter(|one| rule_of(lexicon, one).conditions.failure == Occurrence::Any)
    }

    /// What stands given whether the conversation shows a service failure: ordered by place, of
    /// overlapping detections of one label only the strongest.
    #[must_use]
    pub fn settle(&self, lexicon: &Lexicon, failure: bool) -> Vec<Detection> {
        let mut detections = self.standing(lexicon, failure);
        overlap::resolve(&mut detections);
        date_commitments(&mut detections);
        detections
    }

    /// What stands before overlaps within one label are resolved: what rules' examples are held to.
    #[must_use]
    pub fn standing(&self, lexicon: &Lexicon, failure: bool) -> Vec<Detection> {
        let mut detections: Vec<Detection> = self
            .candidates
            .iter()
            .filter(|one| rule_of(lexicon, one).conditions.failure.allows(failure))
            .copied()
            .collect();
        overlap::yield_to_others(lexicon, &mut detections);
        let labels: LabelSet = detections.iter().map(|one| one.label).collect();
        detections.retain(|one| {
            let rule = rule_of(lexicon, one);
            !rule.unless_label.iter().any(|&label| labels.contains(label))
                && (rule.needs_label.is_empty() || rule.needs_label.iter().any(|&label| labels.contains(label)))
        });
        detections
    }
}

fn rule_of<'l>(lexicon: &'l Lexicon, detection: &Detection) -> &'l Rule {
    &lexicon.rules()[detection.rule as usize]
}

/// A commitment is dated where its sentence bounds it in time, vague otherwise; an apology that
/// names no failure is formulaic.
fn date_commitments(detections: &mut [Detection]) {
    for index in 0..detections.len() {
        let Detection { label, kind, sentence, .. } = detections[index];
        let stated = match (label, kind) {
            (Label::FollowUp, None | Some(Kind::Vague)) => {
                let bounded = detections.iter().any(|one| one.label == Label::TimeBound && one.sentence == sentence);
                if bounded { Kind::Dated } else { Kind::Vague }
            }
            (Label::Apology, None) => Kind::Formulaic,
            (label, None) if label.kinds().contains(&Kind::Strong) => Kind::Strong,
            _ => continue,
        };
        detections[index].kind = Some(stated);
    }
}
