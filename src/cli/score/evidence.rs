//! Which lines of a message to show, and where in them the evidence stands.
//!
//! Bodies are cut into rows as wide as the page; of a long message only the rows with evidence and
//! those beside them are shown.

use std::ops::Range;

/// Messages of at most this many rows are shown whole.
const WHOLE: usize = 12;
/// Rows shown before and after one with evidence.
const BESIDE: usize = 1;
/// More marks than this are counted, not shown.
pub(super) const MOST_MARKS: usize = 40;
/// Stands for rows left out.
const LEFT_OUT: &str = "[…]";

/// Part of a message to show.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// Rows, joined by newlines.
    pub(super) text: String,
    /// Where in `text` each mark stands: index of the mark, range, whether it is the mark's last part.
    pub(super) parts: Vec<(usize, Range<usize>, bool)>,
}

/// The part of `body` to show for `marks` (byte ranges, ordered by start), in rows of `width` characters.
pub(super) fn excerpt(body: &str, marks: &[Range<usize>], width: usize) -> Excerpt {
    let marks = &marks[..marks.len().min(MOST_MARKS)];
    let rows = rows(body, width);
    let mut shown = vec![rows.len() <= WHOLE; rows.len()];
    let mut touched: Vec<Range<usize>> = Vec::with_capacity(marks.len());
    for mark in marks {
        let first = rows.partition_point(|row| row.end <= mark.start).min(rows.len().saturating_sub(1));
        let last = rows.partition_point(|row| row.start < mark.end).max(first + 1).min(rows.len());
        let around = first.saturating_sub(BESIDE)..(last + BESIDE).min(rows.len());
        shown[around].fill(true);
        touched.push(first..last);
    }
    if marks.is_empty() {
        shown.iter_mut().take(WHOLE / 4).for_each(|row| *row = true);
    }
    let mut answer = Excerpt::default();
    // Where each shown row begins in the excerpt.
    let mut begins = vec![0; rows.len()];
    let mut gap = false;
    for (index, row) in rows.iter().enumerate() {
        if !shown[index] {
            gap = true;
            continue;
        }
        answer.begin_row(std::mem::take(&mut gap));
        begins[index] = answer.text.len();
        // C1 control characters could steer a terminal; what stands for them has as many bytes.
        answer.text.extend(body[row.clone()].chars().map(|c| if matches!(c, '\u{80}'..='\u{9F}') { '·' } else { c }));
    }
    if gap {
        answer.begin_row(true);
        answer.text.truncate(answer.text.trim_end().len());
    }
    for (index, (mark, touched)) in marks.iter().zip(touched).enumerate() {
        let pieces = touched.filter_map(|row| {
            let (start, end) = (mark.start.max(rows[row].start), mark.end.min(rows[row].end));
            let begin = begins[row];
            (start < end).then(|| begin + start - rows[row].start..begin + end - rows[row].start)
        });
        let mut pieces: Vec<Range<usize>> = pieces.collect();
        let last = pieces.pop();
        answer.parts.extend(pieces.into_iter().map(|piece| (index, piece, false)));
        answer.parts.extend(last.map(|piece| (index, piece, true)));
    }
    answer
}

impl Excerpt {
    fn begin_row(&mut self, gap: bool) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        if gap {
            self.text.push_str(LEFT_OUT);
            self.text.push('\n');
        }
    }
}

/// Cuts `body` into rows of at most `width` characters: at line ends, else at spaces, else anywhere.
fn rows(body: &str, width: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let mut line_start = 0;
    for line in body.split('\n') {
        let end = line_start + line.trim_end().len();
        let mut start = line_start;
        let (mut length, mut space) = (0, None);
        for (at, c) in body[line_start..end].char_indices().map(|(at, c)| (line_start + at, c)) {
            if length == width {
                let cut = space.filter(|&space| space > start).unwrap_or(at);
                rows.push(start..cut);
                // The space at which a row is cut is shown in neither.
                start = if space == Some(cut) { cut + 1 } else { cut };
                length = body[start..at].chars().count();
                space = None;
            }
            if c == ' ' {
                space = Some(at);
            }
            length += 1;
        }
        rows.push(start..end);
        line_start += line.len() + 1;
    }
    while rows.len() > 1 && rows.last().is_some_and(|row| row.is_empty()) {
        rows.pop();
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{MOST_MARKS, excerpt, rows};

    fn cut(body: &str, width: usize) -> Vec<&str> {
        rows(body, width).into_iter().map(|row| &body[row]).collect()
    }

    #[test]
    fn rows_break_at_spaces_where_there_are_any() {
        assert_eq!(cut("one two three\r\nfour\n\n", 8), ["one two", "three", "four"]);
        assert_eq!(cut("äääääääääää", 4), ["ääää", "ääää", "äää"]);
        assert_eq!(cut("", 4), [""]);
    }

    #[test]
    fn a_mark_over_a_break_has_two_parts() {
        let answer = excerpt("one two three", std::slice::from_ref(&(4..13)), 8);
        assert_eq!(answer.text, "one two\nthree");
        assert_eq!(answer.parts, [(0, 4..7, false), (0, 8..13, true)]);
    }

    #[test]
    fn of_a_long_message_the_rows_beside_the_evidence_are_shown() {
        let body: String = (0..40).map(|number| format!("line {number}\n")).collect();
        let at = body.find("line 20").unwrap_or_default();
        let answer = excerpt(&body, std::slice::from_ref(&(at..at + 4)), 80);
        assert_eq!(answer.text, "[…]\nline 19\nline 20\nline 21\n[…]");
        assert_eq!(answer.parts.len(), 1);
        assert_eq!(&answer.text[answer.parts[0].1.clone()], "line");
    }

    #[test]
    fn marks_are_limited() {
        let body = "x ".repeat(10_000);
        let marks: Vec<_> = (0..10_000).map(|number| number * 2..number * 2 + 1).collect();
        assert_eq!(excerpt(&body, &marks, 80).parts.len(), MOST_MARKS);
    }
}
