//! Patterns of `deadlines.toml` matched on the words of a sentence, with the values that they catch.
//!
//! Apart from the lexicon's matcher, because slots catch values and marks between figures count
//! ("3:30", "3/3", "2026-03-05"). It looks only at sentences that promise something, so that it
//! may be simple.

use crate::lexicon::deadlines::{Deadlines, FirstWords, Lists, Part, PatternList, Period, Unit, Value};
use crate::lexicon::pattern::Pattern;
use crate::text::stem::Stems;
use crate::text::{Span, Text, fold};
use jiff::tz::TimeZone;
use std::ops::Range;

/// A word, "5pm" and "24h" parted into figure and letters.
#[derive(Debug)]
pub(super) struct Word<'t> {
    folded: String,
    stem: String,
    /// Its place in the plain text.
    pub(super) plain: Span,
    /// The lists of patterns that it can begin.
    begins: Lists,
    /// What stands between the word before and this one.
    before: &'t str,
    /// The character that follows.
    next: Option<char>,
}

/// The words of sentence `index` of `text`.
pub(super) fn words<'t>(text: &'t Text<'_>, stems: &Stems, first: &FirstWords, index: usize) -> Vec<Word<'t>> {
    let Some(sentence) = text.sentences().get(index) else { return Vec::new() };
    let plain = text.plain();
    let mut words: Vec<Word<'t>> = Vec::with_capacity(sentence.len());
    for at in sentence.first..sentence.last {
        let token = text.tokens().span(at as usize);
        for span in parts(plain, token) {
            let folded = fold::fold(span.of(plain));
            let from = words.last().map_or(span.start, |last| last.plain.end);
            let stem = stems.stem(&folded).into_owned();
            let is_figure = folded.bytes().all(|byte| byte.is_ascii_digit());
            words.push(Word {
                begins: first.of(&folded, &stem, is_figure),
                stem,
                folded,
                plain: span,
                before: Span::new(from, span.start).of(plain),
                next: plain.get(span.end as usize..).and_then(|rest| rest.chars().next()),
            });
        }
    }
    words
}

/// A token in runs of digits and runs of other characters, where it begins with a digit.
fn parts(plain: &str, token: Span) -> Vec<Span> {
    let word = token.of(plain);
    if !word.starts_with(|c: char| c.is_ascii_digit()) || word.bytes().all(|byte| byte.is_ascii_digit()) {
        return vec![token];
    }
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, pair) in word.as_bytes().windows(2).enumerate() {
        if pair[0].is_ascii_digit() != pair[1].is_ascii_digit() {
            parts.push((start, at + 1));
            start = at + 1;
        }
    }
    parts.push((start, word.len()));
    parts.into_iter().map(|(from, to)| Span::new(token.start + from as u32, token.start + to as u32)).collect()
}

/// A date in figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figures {
    /// Year, month, day.
    Iso(i16, i8, i8),
    /// Two figures of which either may be the day, and the year where it is told.
    Pair(i8, i8, Option<i16>),
}

/// What the slots of a match have caught.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Caught {
    /// In halves; the largest where there are several ("2-3 days").
    pub(super) number: Option<u32>,
    pub(super) unit: Option<Unit>,
    pub(super) weekday: Option<i8>,
    pub(super) month: Option<i8>,
    pub(super) part: Option<Part>,
    pub(super) period: Option<Period>,
    pub(super) hour: Option<i8>,
    pub(super) minutes: Option<i8>,
    pub(super) afternoon: Option<bool>,
    pub(super) minutes_past: Option<i8>,
    pub(super) day: Option<i8>,
    pub(super) year: Option<i16>,
    pub(super) figures: Option<Figures>,
    pub(super) zone: Option<TimeZone>,
}

/// Where the caller wants to hear of the end of a match.
type Then<'k> = &'k mut dyn FnMut(usize, &Caught);

/// A sentence to be looked through.
pub(super) struct Phrase<'s, 't> {
    pub(super) words: &'s [Word<'t>],
    pub(super) deadlines: &'s Deadlines,
}

impl Phrase<'_, '_> {
    /// The longest match of any pattern of `list` that starts at word `start`: its end, and what it caught.
    pub(super) fn longest(&self, list: &PatternList, start: usize) -> Option<(usize, Caught)> {
        if self.words[start].begins & list.bit == 0 {
            return None;
        }
        let mut best: Option<(usize, Caught)> = None;
        for pattern in &list.patterns {
            self.one(pattern, start, &Caught::default(), &mut |end, caught| {
                if end > start && best.as_ref().is_none_or(|(longest, _)| end > *longest) {
                    best = Some((end, caught.clone()));
                }
            });
        }
        best
    }

    /// The leftmost longest matches of `list`, by the words that they take.
    pub(super) fn all(&self, list: &PatternList) -> Vec<(Range<usize>, Caught)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.words.len() {
            match self.longest(list, at) {
                Some((end, caught)) => {
                    found.push((at..end, caught));
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }

    /// Whether the words in `range` as a whole match one of `patterns`.
    pub(super) fn is(&self, patterns: &[Pattern], range: Range<usize>) -> bool {
        let mut whole = false;
        for pattern in patterns {
            self.one(pattern, range.start, &Caught::default(), &mut |end, _| whole |= end == range.end);
        }
        whole
    }

    fn sequence(&self, items: &[Pattern], at: usize, caught: &Caught, then: Then<'_>) {
        match items.split_first() {
            None => then(at, caught),
            Some((first, rest)) => {
                self.one(first, at, caught, &mut |end, caught| self.sequence(rest, end, caught, then));
            }
        }
    }

    fn one(&self, pattern: &Pattern, at: usize, caught: &Caught, then: Then<'_>) {
        match pattern {
            Pattern::Stem(stem) => {
                if self.words.get(at).is_some_and(|word| word.stem == *stem) {
                    then(at + 1, caught);
                }
            }
            Pattern::Exact(form) => {
                if self.words.get(at).is_some_and(|word| word.folded == *form) {
                    then(at + 1, caught);
                }
            }
            Pattern::Class(slot) => self.slot(slot, at, caught, then),
            Pattern::Sequence(items) => self.sequence(items, at, caught, then),
            Pattern::Choice(items) => items.iter().for_each(|item| self.one(item, at, caught, then)),
            Pattern::Optional(item) => {
                self.one(item, at, caught, then);
                then(at, caught);
            }
            Pattern::Gap(most) => {
                (at..=(at + usize::from(*most)).min(self.words.len())).for_each(|end| then(end, caught));
            }
            Pattern::Start if at == 0 => then(at, caught),
            Pattern::End if at == self.words.len() => then(at, caught),
            // No deadline names a shape.
            Pattern::Start | Pattern::End | Pattern::Shape(_) => {}
        }
    }

    fn slot(&self, slot: &str, at: usize, caught: &Caught, then: Then<'_>) {
        if let Some((end, caught)) = self.figure(slot, at, caught) {
            then(end, &caught);
        }
        for words in self.deadlines.values.iter().filter(|words| words.belong_to(slot)) {
            self.one(&words.pattern, at, caught, &mut |end, caught| then(end, &caught.with(&words.value)));
        }
        if slot == "hour" {
            self.slot("number", at, &Caught::default(), &mut |end, number| {
                let hour = number.number.filter(|halves| halves % 2 == 0 && *halves <= 24 && end == at + 1);
                if let Some(halves) = hour.filter(|_| !self.is_figure(at)) {
                    then(end, &Caught { hour: Some((halves / 2) as i8), ..caught.clone() });
                }
            });
        }
    }

    fn is_figure(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(|word| word.folded.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// The figure at `at` of at most `digits` digits, no sum of money and no share.
    fn plain_figure(&self, at: usize, digits: usize) -> Option<i16> {
        let word = self.words.get(at).filter(|word| word.folded.len() <= digits && self.is_figure(at))?;
        let money = word.before.ends_with(['$', '€', '£', '¥', '#']) || matches!(word.next, Some('%' | '€' | '£'));
        word.folded.parse().ok().filter(|_| !money)
    }

    /// What a slot of figures catches at `at`.
    fn figure(&self, slot: &str, at: usize, caught: &Caught) -> Option<(usize, Caught)> {
        let mut caught = caught.clone();
        match slot {
            "number" => {
                let number = u32::try_from(self.plain_figure(at, 4)?).ok().filter(|number| (1..=1000).contains(number));
                caught.number = Some(caught.number.unwrap_or(0).max(2 * number?));
            }
            "hour" => caught.hour = Some(small(self.plain_figure(at, 2)?, 0..=24)?),
            "minutes" => {
                let word = self.words.get(at).filter(|word| word.folded.len() == 2 && matches!(word.before, ":" | "."));
                caught.minutes = Some(small(word.and(self.plain_figure(at, 2))?, 0..=59)?);
            }
            "day-number" => caught.day = Some(small(self.plain_figure(at, 2)?, 1..=31)?),
            "year" => caught.year = Some(self.plain_figure(at, 4).filter(|year| (1970..=2199).contains(year))?),
            "date" => {
                let (end, figures) = self.date(at)?;
                caught.figures = Some(figures);
                return Some((end, caught));
            }
            _ => return None,
        }
        Some((at + 1, caught))
    }

    /// A date in figures at `at`: `2026-03-05`, `3/3`, `3/3/26`, `3.3.2026`.
    fn date(&self, at: usize) -> Option<(usize, Figures)> {
        let mark = self.words.get(at + 1).map(|word| word.before)?;
        let third =
            self.words.get(at + 2).filter(|word| word.before == mark).and_then(|_| self.plain_figure(at + 2, 4));
        let (first, second) = (self.plain_figure(at, 4)?, self.plain_figure(at + 1, 2)?);
        match (mark, third) {
            ("-" | "/", Some(day)) if first >= 1970 => {
                Some((at + 3, Figures::Iso(first, small(second, 1..=12)?, small(day, 1..=31)?)))
            }
            ("/" | "." | "-", Some(year)) => {
                let year = if year < 100 { 2000 + year } else { year };
                Some((at + 3, Figures::Pair(small(first, 1..=31)?, small(second, 1..=31)?, Some(year))))
            }
            // "24/7" is no date.
            ("/", None) if (first, second) != (24, 7) => {
                Some((at + 2, Figures::Pair(small(first, 1..=31)?, small(second, 1..=31)?, None)))
            }
            _ => None,
        }
    }
}

impl Caught {
    fn with(&self, value: &Value) -> Self {
        let mut caught = self.clone();
        match value {
            Value::Number(halves) => caught.number = Some(caught.number.unwrap_or(0).max(*halves)),
            Value::Unit(unit) => caught.unit = Some(*unit),
            Value::Weekday(day) => caught.weekday = Some(*day),
            Value::Month(month) => caught.month = Some(*month),
            Value::Part(part) => caught.part = Some(*part),
            Value::Period(period) => caught.period = Some(*period),
            Value::Afternoon(afternoon) => caught.afternoon = Some(*afternoon),
            Value::MinutesPast(minutes) => caught.minutes_past = Some(*minutes),
            Value::Zone(zone) => caught.zone = Some(zone.clone()),
        }
        caught
    }
}

fn small(number: i16, allowed: std::ops::RangeInclusive<i8>) -> Option<i8> {
    i8::try_from(number).ok().filter(|number| allowed.contains(number))
}
