//! Which words of a message stand between quotation marks.

/// How far an opening or closing quotation mark is looked for: in bytes back, in characters on.
const QUOTE_REACH: usize = 400;

/// The quotation marks of a message, with their places.
#[derive(Debug, Default)]
pub(super) struct Quotes(Vec<(usize, char)>);

impl Quotes {
    /// Those of `plain`.
    pub(super) fn of(plain: &str) -> Self {
        // The curly ones share their first byte with other punctuation.
        let marks = memchr::memchr2_iter(b'"', 0xe2, plain.as_bytes())
            .filter_map(|at| Some((at, plain[at..].chars().next()?)))
            .filter(|(_, mark)| matches!(mark, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}'));
        Self(marks.collect())
    }

    /// Whether the byte `at` of `plain` is between quotation marks of one paragraph.
    pub(super) fn hold(&self, plain: &str, at: usize) -> bool {
        let Self(marks) = self;
        if marks.is_empty() {
            return false;
        }
        let after = marks.partition_point(|(mark, _)| *mark < at);
        let mut from = at.saturating_sub(QUOTE_REACH);
        if let Some(gap) = last_gap(&plain.as_bytes()[from..at]) {
            from += gap;
        }
        let mut open = false;
        for (_, mark) in marks[..after].iter().filter(|(mark, _)| *mark >= from) {
            open = match mark {
                '"' | '\u{201c}' => !open,
                '\u{201e}' => true,
                _ => false,
            };
        }
        let closing = marks[after..].iter().find(|(_, mark)| *mark != '\u{201e}');
        open && closing.is_some_and(|(mark, _)| plain[at..*mark].chars().take(QUOTE_REACH).count() < QUOTE_REACH)
    }
}

/// Where the last empty line of `text` starts.
fn last_gap(text: &[u8]) -> Option<usize> {
    memchr::memrchr_iter(b'\n', text).find(|&at| text.get(at + 1) == Some(&b'\n'))
}
