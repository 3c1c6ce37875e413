//! By when: the words of a sentence that tell a time, and the time that they tell.
//!
//! Rules find a day ("tomorrow", "by Friday"), a time of day ("noon", "by 5pm"), a span ("within 24
//! hours"), an empty time ("soon") or an event ("once it is here"). A day and a time of day side by
//! side are one: "by 10 am tomorrow".

use super::office::Office;
use super::phrase::{Caught, Phrase, Word, words};
use super::resolve::{Expression, resolve};
use crate::lexicon::Lexicon;
use crate::lexicon::deadlines::{DeadlineRule, Deadlines, Means};
use crate::text::stem::Stems;
use crate::text::{Span, Text};
use jiff::Timestamp;
use std::ops::Range;

/// How exactly a time is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// "In 10 minutes", "at 3:30".
    Minute,
    /// "Within 24 hours", "by 5pm".
    Hour,
    /// "Tomorrow morning", "by noon".
    HalfDay,
    /// "By Friday", "in 2 business days".
    Day,
    /// "Next week", "within a week".
    Week,
    /// "By the end of the month", or longer.
    Month,
}

impl Precision {
    /// The name used in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::HalfDay => "half_day",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// When something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The last instant at which it is in time.
    pub at: Timestamp,
    /// How exactly the words tell it.
    pub precision: Precision,
    /// The words, in the raw body.
    pub words: Span,
    /// The first rule that found them: index into [`Deadlines::rules`].
    pub rule: u32,
}

/// Why it is not known when something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No words tell a time.
    NoTimeTold,
    /// The words are empty: "soon".
    Vague,
    /// It waits for an event: "once the part is here".
    Event,
    /// The message has no time of its own to count from.
    MessageWithoutTime,
    /// "3/4" may be two dates; an office's date order tells which.
    AmbiguousDate,
    /// No calendar has that day: "31 June".
    NoSuchDay,
    /// The words tell a time before the message.
    Past,
    /// Farther off than a promise can be held to.
    TooFar,
}

impl Reason {
    /// The machine-readable reason.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoTimeTold => "no-time-told",
            Self::Vague => "vague",
            Self::Event => "event",
            Self::MessageWithoutTime => "message-without-time",
            Self::AmbiguousDate => "ambiguous-date",
            Self::NoSuchDay => "no-such-day",
            Self::Past => "past",
            Self::TooFar => "too-far",
        }
    }

    /// The reason in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoTimeTold => "no time is told",
            Self::Vague => "the time told is empty",
            Self::Event => "it waits for something that must happen first",
            Self::MessageWithoutTime => "the message has no time to count from",
            Self::AmbiguousDate => "the date can be read in two ways",
            Self::NoSuchDay => "there is no such day",
            Self::Past => "the time told lies before the message",
            Self::TooFar => "the time told is too far off",
        }
    }
}

/// Why a due time is not known, with the words that make it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undated {
    /// Why.
    pub reason: Reason,
    /// The words, in the raw body, and the rule that found them.
    pub told_by: Option<(Span, u32)>,
}

/// What a rule found.
struct Hit {
    rule: usize,
    words: Range<usize>,
    caught: Caught,
}

/// Words that tell one time.
struct Told {
    expression: Expression,
    /// In the plain text.
    plain: Span,
    rule: u32,
}

/// A sentence with the times that it tells, in their order.
pub(super) struct Sentence<'t> {
    pub(super) words: Vec<Word<'t>>,
    told: Vec<Told>,
}

/// What tells the times of a text's sentences.
pub(super) struct Teller<'a> {
    pub(super) deadlines: &'a Deadlines,
    pub(super) stems: Option<Stems>,
    pub(super) office: &'a Office,
}

impl<'a> Teller<'a> {
    pub(super) fn new(lexicon: &'a Lexicon, office: &'a Office) -> Self {
        Self { deadlines: lexicon.deadlines(), stems: Stems::for_language(lexicon.language()), office }
    }

    /// Sentence `index` of `text`, looked through.
    pub(super) fn sentence<'t>(&self, text: &'t Text<'_>, index: usize) -> Sentence<'t> {
        let words =
            self.stems.as_ref().map_or_else(Vec::new, |stems| words(text, stems, &self.deadlines.first_words, index));
        let told = self.told(&words);
        Sentence { words, told }
    }

    /// When the promise in `stretch` of a sentence of `text` is due; `sent`: when the message was sent.
    ///
    /// `stretch` is the part of the sentence, in the raw body, that belongs to this promise: of the times
    /// told there the first that is a time counts; otherwise the last one before it ("By Friday we'll …").
    pub(super) fn due(
        &self,
        text: &Text<'_>,
        sentence: &Sentence<'_>,
        stretch: Span,
        sent: Option<Timestamp>,
    ) -> Result<Due, Undated> {
        let raw = |one: &Told| text.raw_span(one.plain);
        let (inside, before): (Vec<&Told>, Vec<&Told>) = sentence
            .told
            .iter()
            .filter(|one| raw(one).start < stretch.end)
            .partition(|one| raw(one).end > stretch.start);
        let order: Vec<&Told> = inside.into_iter().chain(before.into_iter().rev()).collect();
        let Some(one) = order.iter().find(|one| one.expression.is_time()).or(order.first()) else {
            return Err(Undated { reason: Reason::NoTimeTold, told_by: None });
        };
        self.resolved(one, raw(one), sent)
    }

    /// What each time told in sentence `index` comes to, with its words and rule.
    pub(super) fn each(
        &self,
        text: &Text<'_>,
        index: usize,
        sent: Option<Timestamp>,
    ) -> Vec<(Span, u32, Result<Due, Undated>)> {
        let told = self.sentence(text, index).told;
        told.iter()
            .map(|one| (text.raw_span(one.plain), one.rule, self.resolved(one, text.raw_span(one.plain), sent)))
            .collect()
    }

    fn resolved(&self, told: &Told, words: Span, sent: Option<Timestamp>) -> Result<Due, Undated> {
        let undated = |reason| Undated { reason, told_by: Some((words, told.rule)) };
        if let Some(reason) = told.expression.emptiness() {
            return Err(undated(reason));
        }
        let sent = sent.ok_or_else(|| undated(Reason::MessageWithoutTime))?;
        let (at, precision) = resolve(&told.expression, sent, self.office).map_err(undated)?;
        if at < sent { Err(undated(Reason::Past)) } else { Ok(Due { at, precision, words, rule: told.rule }) }
    }

    /// The times told in a sentence, in their order.
    fn told(&self, words: &[Word<'_>]) -> Vec<Told> {
        let phrase = Phrase { words, deadlines: self.deadlines };
        let mut told: Vec<(Range<usize>, Told)> = Vec::new();
        for hit in self.hits(&phrase) {
            let rule = &self.deadlines.rules()[hit.rule];
            let expression = Expression::of(rule, hit.caught);
            if let Some((range, last)) = told.last_mut()
                && (range.end == hit.words.start || phrase.is(&phrase.deadlines.between, range.end..hit.words.start))
                && let Some(joined) = last.expression.join(&expression)
            {
                range.end = hit.words.end;
                // The day's rule stands for both.
                if last.expression.day.is_none() && expression.day.is_some() {
                    last.rule = hit.rule as u32;
                }
                last.expression = joined;
                last.plain.end = words[hit.words.end - 1].plain.end;
                continue;
            }
            let plain = Span::new(words[hit.words.start].plain.start, words[hit.words.end - 1].plain.end);
            told.push((hit.words, Told { expression, plain, rule: hit.rule as u32 }));
        }
        told.into_iter().map(|(_, told)| told).collect()
    }

    /// What the rules find, in the order of the words; of matches that share a word the longest.
    fn hits(&self, phrase: &Phrase<'_, '_>) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for (index, rule) in self.deadlines.rules().iter().enumerate() {
            let found = phrase.all(&rule.patterns);
            if found.is_empty() {
                continue;
            }
            let cancels = |start| phrase.longest(&rule.unless, start).map(|(end, _)| start..end);
            let cancelled: Vec<Range<usize>> = (0..phrase.words.len()).filter_map(cancels).collect();
            let shares = |range: &Range<usize>| cancelled.iter().any(|one| overlap(one, range));
            hits.extend(found.into_iter().filter(|(range, _)| !shares(range)).map(|(words, caught)| Hit {
                rule: index,
                words,
                caught,
            }));
        }
        hits.sort_by_key(|hit| (std::cmp::Reverse(hit.words.len()), hit.words.start, hit.rule));
        let mut kept: Vec<Hit> = Vec::new();
        for hit in hits {
            if !kept.iter().any(|other| overlap(&other.words, &hit.words)) {
                kept.push(hit);
            }
        }
        kept.sort_by_key(|hit| hit.words.start);
        kept
    }
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

impl Expression {
    /// What a match of `rule` tells.
    fn of(rule: &DeadlineRule, caught: Caught) -> Self {
        let mut expression = Self { before: rule.before, ..Self::default() };
        match rule.means {
            Means::Vague => expression.empty = Some(Reason::Vague),
            Means::Event => expression.empty = Some(Reason::Event),
            Means::Time => expression.time = Some(caught),
            means => expression.day = Some((means, rule.days, caught)),
        }
        expression
    }
}
