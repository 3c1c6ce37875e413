//! Where a text holds the words of a query.

use super::analyser::Analyser;
use crate::query::Query;
use crate::text::Span;
use rustc_hash::FxHashMap;

/// The spans of `text` that `query`'s words and phrases find, in bytes, in order, without overlap.
///
/// A phrase is marked as a whole. Words under NOT are not marked.
#[must_use]
pub fn highlight(query: &Query, text: &str) -> Vec<Span> {
    let mut analyser = Analyser::default();
    let mut wanted = Vec::new();
    collect(query, true, &mut analyser, &mut wanted);
    let mut by_first: FxHashMap<&str, Vec<&[String]>> = FxHashMap::default();
    for phrase in &wanted {
        if let Some(first) = phrase.first() {
            by_first.entry(first).or_default().push(phrase);
        }
    }
    if by_first.is_empty() {
        return Vec::new();
    }
    let words = analyser.words(text);
    let mut marked: Vec<Span> = Vec::new();
    for (at, (span, stem)) in words.iter().enumerate() {
        let phrases = by_first.get(stem.as_str()).into_iter().flatten();
        let longest = phrases.filter(|phrase| stands_at(phrase, &words[at..])).map(|phrase| phrase.len()).max();
        let Some((last, _)) = longest.and_then(|length| words.get(at + length - 1)) else { continue };
        match marked.last_mut() {
            Some(before) if span.start < before.end => before.end = before.end.max(last.end),
            _ => marked.push(Span::new(span.start, last.end)),
        }
    }
    marked
}

/// Whether the words of `phrase` are the next ones.
fn stands_at(phrase: &[String], words: &[(Span, String)]) -> bool {
    words.len() >= phrase.len() && phrase.iter().zip(words).all(|(wanted, (_, stem))| wanted == stem)
}

/// The stems of each word and phrase that makes `query` find something.
fn collect(query: &Query, finds: bool, analyser: &mut Analyser, wanted: &mut Vec<Vec<String>>) {
    match query {
        Query::Text(text) if finds => wanted.push(analyser.words(text).into_iter().map(|(_, stem)| stem).collect()),
        Query::All | Query::Text(_) | Query::Is(_) => {}
        Query::Not(inner) => collect(inner, !finds, analyser, wanted),
        Query::And(parts) | Query::Or(parts) => {
            parts.iter().for_each(|part| collect(part, finds, analyser, wanted));
        }
    }
}
