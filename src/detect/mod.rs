//! Finds what a message says: lexicon matches, then the context in which they stand.
//!
//! Two steps, because some rules ask whether there is a service failure, which is only known when
//! the whole conversation has been looked at: [`Detector::find`] gives what the message's own words
//! show, [`Found::settle`] what stands once the situation is known.

mod context;
mod exceptions;
mod names;
mod overlap;
mod quotes;

use crate::language::WordSample;
use crate::lexicon::{
    Hit, Kind, Label, LabelSet, Lexicon, Occurrence, Roles, Rule, SentenceWords, Signature, Speaker, WaitsForCustomer,
    WordBit, WordCache, WordId, is_named,
};
use crate::text::{Span, Text};
use context::SentenceView;
use exceptions::{MessageExceptions, SentenceExceptions};
use quotes::Quotes;

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
    /// Whether that sentence ends with a question mark.
    pub in_question: bool,
    /// Of a commitment: on what of the customer's it waits.
    pub waits: WaitsForCustomer,
    /// Whether it stands whatever the situation.
    unconditional: bool,
    /// First token and one past the last, in [`Text::tokens`].
    tokens: (u32, u32),
}

/// What a message's own words show, before the situation is known.
#[derive(Debug, Clone, Default)]
pub struct Found {
    candidates: Vec<Detection>,
    /// How many words its author wrote.
    pub words: u32,
    /// What the first words say about the language.
    pub sample: WordSample,
    /// Whether a sentence ends with a question mark.
    pub asks: bool,
    /// Whether a word opens a condition ("if", "unless").
    pub supposes: bool,
    /// Whether a word speaks for the company ("we", "our"), or addresses the customer as a letter does ("dear").
    pub of_house: bool,
    /// How many words the longest sentence has.
    pub longest_sentence: u32,
    /// From the first to the last word that its author wrote, in the raw body.
    pub authored: Span,
}

/// How many words are looked at to tell the language.
const SAMPLE: usize = 48;

/// Looks through messages with one lexicon; one for each thread.
///
/// It keeps the words that it has seen, which changes its speed and nothing else: the same message
/// always gives the same detections.
#[derive(Debug)]
pub struct Detector<'l> {
    lexicon: &'l Lexicon,
    cache: WordCache,
    ids: Vec<WordId>,
    bits: Vec<WordBit>,
    signatures: Vec<Signature>,
    hits: Vec<Hit>,
}

impl<'l> Detector<'l> {
    /// A detector for `lexicon`.
    #[must_use]
    pub fn new(lexicon: &'l Lexicon) -> Self {
        Self {
            lexicon,
            cache: WordCache::default(),
            ids: Vec::new(),
            bits: Vec::new(),
            signatures: Vec::new(),
            hits: Vec::new(),
        }
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
        names::mark(text, &mut self.ids);
        self.bits.clear();
        self.bits.extend(self.ids.iter().map(|&id| WordBit::of(id)));
        self.lexicon.signatures(&self.ids, &mut self.signatures);
        let (first, last) = (text.tokens().span(0), text.tokens().span(self.ids.len().saturating_sub(1)));
        let roles = self.ids.iter().fold(Roles::default(), |all, &id| all.and(self.lexicon.roles(id)));
        Found {
            candidates: self.candidates(text, speaker),
            words: self.ids.len() as u32,
            sample: self.sample(),
            asks: text.sentences().iter().any(|sentence| sentence.question),
            supposes: roles.is(Roles::CONDITIONAL),
            of_house: roles.is(Roles::HOUSE),
            longest_sentence: text.sentences().iter().map(|sentence| sentence.len() as u32).max().unwrap_or(0),
            authored: text.raw_span(Span::new(first.start, last.end)),
        }
    }

    /// What the first words say about the language.
    fn sample(&self) -> WordSample {
        let mut sample = WordSample::default();
        for &id in self.ids.iter().take(SAMPLE) {
            sample.words += 1;
            sample.known += u32::from(is_named(id));
            sample.function += u32::from(self.lexicon.roles(id).is(Roles::FUNCTION));
        }
        sample
    }

    /// The matches of `speaker`'s rules whose context and exceptions let them stand, ordered by rule and place.
    fn candidates(&mut self, text: &Text<'_>, speaker: Speaker) -> Vec<Detection> {
        let Self { lexicon, ids, bits, signatures, hits, .. } = self;
        let quotes = Quotes::of(text.plain());
        let mut candidates = Vec::new();
        for (number, sentence) in text.sentences().iter().enumerate() {
            let place = sentence.first as usize..sentence.last as usize;
            let words = SentenceWords::new(&ids[place.clone()], &bits[place.clone()]);
            hits.clear();
            lexicon.find(speaker, &words, place, signatures, hits);
            if hits.is_empty() {
                continue;
            }
            longest_leftmost(hits);
            let view = SentenceView::new(lexicon, text, ids, &quotes, number);
            let exceptions = SentenceExceptions::new(lexicon, &words, sentence.first);
            for hit in &*hits {
                let rule = &lexicon.rules()[hit.rule as usize];
                if view.allows(rule, hit) && exceptions.allow(hit) {
                    candidates.push(Detection::new(rule, hit, text, number));
                }
            }
        }
        let mut exceptions = MessageExceptions::new(lexicon, text.sentences(), ids, bits);
        candidates.retain(|one| exceptions.allow(one.rule));
        candidates.sort_unstable_by_key(|one| (one.rule, one.tokens.0));
        candidates
    }
}

impl Detection {
    /// What `hit` of `rule` in the sentence with that number of `text` shows.
    fn new(rule: &Rule, hit: &Hit, text: &Text<'_>, sentence: usize) -> Self {
        let (first, last) = (text.tokens().span(hit.first as usize), text.tokens().span(hit.last as usize - 1));
        Self {
            rule: hit.rule,
            label: rule.label,
            kind: rule.kind,
            span: text.raw_span(Span::new(first.start, last.end)),
            sentence: sentence as u32,
            in_question: text.sentences()[sentence].question,
            waits: rule.waits_for_customer,
            unconditional: rule.conditions.failure == Occurrence::Any,
            tokens: (hit.first, hit.last),
        }
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
    /// All that may stand, once the situation is known and some yield to others.
    pub fn candidates(&self) -> impl Iterator<Item = &Detection> {
        self.candidates.iter()
    }

    /// The detections that stand whatever the situation: what the situation is told from.
    pub fn unconditional(&self) -> impl Iterator<Item = &Detection> {
        self.candidates.iter().filter(|one| one.unconditional)
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
    // Detections are in the order of their places, and so are these sentences.
    let bounded: Vec<u32> =
        detections.iter().filter(|one| one.label == Label::TimeBound).map(|one| one.sentence).collect();
    for one in detections {
        let Detection { label, kind, sentence, .. } = *one;
        let stated = match (label, kind) {
            (Label::FollowUp, None | Some(Kind::Vague)) => {
                if bounded.binary_search(&sentence).is_ok() {
                    Kind::Dated
                } else {
                    Kind::Vague
                }
            }
            (Label::Apology, None) => Kind::Formulaic,
            (label, None) if label.kinds().contains(&Kind::Strong) => Kind::Strong,
            _ => continue,
        };
        one.kind = Some(stated);
    }
}
