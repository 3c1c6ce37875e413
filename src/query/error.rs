//! A query that is not understood: where, why, and what is allowed there.

use crate::text::Span;
use std::fmt;
use std::ops::Range;

/// Why a query is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct QueryError {
    /// The place, in bytes of the query.
    pub span: Span,
    /// The same place in characters (Unicode scalar values), for a page that points at it.
    pub characters: Range<usize>,
    /// What is wrong there.
    pub problem: String,
    /// What is allowed there.
    pub allowed: String,
    /// What may have been meant.
    pub did_you_mean: Option<String>,
}

impl QueryError {
    pub(super) fn new(
        query: &str,
        range: Range<usize>,
        problem: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        let (start, end) = (query.floor_char_boundary(range.start), query.ceil_char_boundary(range.end));
        let first = query[..start].chars().count();
        let characters = first..first + query[start..end].chars().count();
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span::new(offset(start), offset(end));
        Self { span, characters, problem: problem.into(), allowed: allowed.into(), did_you_mean: None }
    }

    pub(super) fn or_meant(mut self, meant: Option<String>) -> Self {
        self.did_you_mean = meant;
        self
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "character {}: {}; allowed: {}", self.characters.start + 1, self.problem, self.allowed)?;
        match &self.did_you_mean {
            Some(meant) => write!(f, "; did you mean `{meant}`?"),
            None => Ok(()),
        }
    }
}

/// Of `known`, the name nearest to `given`, where few letters differ.
pub(super) fn nearest<'k>(given: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    // The distance is quadratic in the lengths, and nobody misspells a name of hundreds of letters.
    if given.len() > 100 {
        return None;
    }
    let given = given.to_lowercase();
    let near = known.filter_map(|name| {
        let distance = strsim::osa_distance(&given, name);
        (distance <= 1 + name.len() / 5).then_some((distance, name))
    });
    near.min().map(|(_, name)| name)
}
