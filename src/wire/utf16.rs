//! Byte offsets to UTF-16 offsets, for readers whose strings are UTF-16 (JavaScript, Java, .NET).

/// The UTF-16 offset of each byte offset in `offsets`, in their order; one pass over `text`.
///
/// An offset past the end of the text counts as its end.
#[must_use]
pub fn utf16_offsets(text: &str, offsets: &[u32]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_unstable_by_key(|&index| offsets[index]);
    let mut answer = vec![0; offsets.len()];
    let (mut at, mut units) = (0, 0);
    for index in order {
        let wanted = (offsets[index] as usize).clamp(at, text.len());
        units += units_in(&text.as_bytes()[at..wanted]);
        at = wanted;
        answer[index] = units;
    }
    answer
}

/// UTF-16 code units of the UTF-8 `bytes`: one a character, two beyond the basic plane.
fn units_in(bytes: &[u8]) -> u32 {
    bytes.iter().map(|&byte| u32::from(byte & 0xC0 != 0x80) + u32::from(byte >= 0xF0)).sum()
}

#[cfg(test)]
mod tests {
    use super::utf16_offsets;

    #[test]
    fn offsets_agree_with_the_standard_library_in_any_order() {
        let text = "Grüße, 😀 «sorry» \u{10FFFF}!";
        let offsets: Vec<u32> = text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).rev().collect();
        let expected: Vec<u32> = offsets.iter().map(|&at| text[..at as usize].encode_utf16().count() as u32).collect();
        assert_eq!(utf16_offsets(text, &offsets), expected);
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(utf16_offsets("ab", &[9, 1]), [2, 1]);
    }
}
