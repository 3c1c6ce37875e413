//! The comments of a TOML file.

/// Every comment of `text`, without `#` and the space around, sorted: what must not be lost.
pub(super) fn all(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'#' => {
                let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
                found.push(text[at..end].trim_start_matches('#').trim());
                at = end;
            }
            b'"' | b'\'' => at = string_end(bytes, at),
            _ => at += 1,
        }
    }
    found.sort_unstable();
    found
}

/// One past the string that starts at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let width = if bytes[at..].starts_with(&[quote; 3]) { 3 } else { 1 };
    let mut at = at + width;
    while at < bytes.len() {
        if bytes[at] == b'\\' && quote == b'"' {
            at += 2;
        } else if bytes[at..].starts_with(&[quote; 3][..width]) {
            return at + width;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// The comment lines in the space before something: each with its `#`, `""` for a blank line
/// between two; no blank line at the start.
pub(super) fn before(space: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = Vec::new();
    // What follows the last newline is the thing's own indentation.
    for line in space[..space.rfind('\n').map_or(0, |end| end + 1)].lines().map(str::trim) {
        let blank_again = line.is_empty() && lines.last().is_none_or(|last| last.is_empty());
        if !blank_again {
            lines.push(line);
        }
    }
    lines
}

/// The comment that stands in `space` behind something on its line.
pub(super) fn behind(space: &str) -> Option<&str> {
    let line = space.lines().next()?.trim();
    line.starts_with('#').then_some(line)
}

#[cfg(test)]
mod tests {
    use super::{all, before, behind};

    #[test]
    fn comments_are_told_from_strings() {
        let text = "a = \"# no\" # yes\nb = '\"# no' #two\nc = \"\"\"\n# \"no\" \\\" \"\"\"\n## three\n";
        assert_eq!(all(text), ["three", "two", "yes"]);
    }

    #[test]
    fn space_is_cut_into_comments() {
        assert_eq!(before("\n\n# a\n\n\n# b\n\n  "), ["# a", "", "# b", ""]);
        assert_eq!(before("  "), [""; 0]);
        assert_eq!(behind(" # c\n# d\n"), Some("# c"));
        assert_eq!(behind("\n# d\n"), None);
    }
}
