//! Whether a text names somebody by an identifier: as a whole, and not as a part of another one.

/// Whether `id` stands in `text` as a whole: `7` in `{"id":7}` and in `/tickets/7.json`, and not in `17`, `7.5`,
/// `07:12`, `2026-07-01`, `a7` or `7@shop.example`. Where a number says something else it is named all the same: rather
/// too much is erased than too little.
pub(super) fn names(text: &[u8], id: &str) -> bool {
    let id = id.as_bytes();
    let stands_at = |at: &usize| {
        let before = text[..*at].iter().rev().copied();
        let after = text[at + id.len()..].iter().copied();
        !goes_on(before) && !goes_on(after)
    };
    !id.is_empty()
        && (0..=text.len().saturating_sub(id.len())).filter(|at| text[*at..].starts_with(id)).any(|at| stands_at(&at))
}

/// Whether a word or a number goes on with these bytes.
fn goes_on(mut bytes: impl Iterator<Item = u8>) -> bool {
    // Beyond ASCII there are letters for the most part.
    let of_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    match (bytes.next(), bytes.next()) {
        (Some(byte), _) if of_word(byte) => true,
        (Some(b'-' | b'@' | b'+'), Some(next)) => of_word(next),
        (Some(b'.' | b':' | b','), Some(next)) => next.is_ascii_digit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn an_identifier_is_named_as_a_whole() {
        for text in
            ["7", "{\"id\":7}", "{\"id\": \"7\",", "GET /tickets/7.json", "4;7;9", "ticket 7.", "(7)", "#7", "17, 7"]
        {
            assert!(names(text.as_bytes(), "7"), "{text}");
        }
        for text in
            ["", "17", "70", "7.5", "1.7", "07:12", "10:7:3", "2026-7-01", "a7", "7a", "7@shop.example", "é7", "7_1"]
        {
            assert!(!names(text.as_bytes(), "7"), "{text}");
        }
        assert!(names("from ines@shop.example.".as_bytes(), "ines@shop.example"));
        assert!(!names("from ines@shop.example".as_bytes(), "ines"));
        assert!(names("asked by ines, who".as_bytes(), "ines"));
        assert!(!names(b"anything", ""));
    }
}
