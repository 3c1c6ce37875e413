//! Masks what tells who a person is: names, e-mail addresses, telephone and card numbers.
//!
//! Best effort, and told so to the user: a name that the export does not give and no greeting shows is not
//! found. Marks are short and plain so that a sentence still reads: `[name]`, `[email]`, `[phone]`, `[card]`.

use crate::conversation::Conversation;
use once_cell::sync::Lazy;
use regex::{Captures, Regex};
use std::borrow::Cow;

/// Compiles a pattern of this file.
fn pattern(text: &str) -> Option<Regex> {
    // Every pattern below is compiled by the tests, so that none is missing in use.
    Regex::new(text).ok()
}

static EMAIL: Lazy<Option<Regex>> = Lazy::new(|| pattern(r"(?i)\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"));
/// Digits in groups, as cards and telephones have them.
static NUMBER: Lazy<Option<Regex>> = Lazy::new(|| pattern(r"\+?\(?\d(?:[ .()/-]?\d){6,18}"));
/// A name after a greeting, a title or a sign-off's "I am".
static GREETED: Lazy<Option<Regex>> = Lazy::new(|| {
    pattern(
        r"\b((?i:hi|hello|hey|dear|thanks|thank you|good (?:morning|afternoon|evening)),? |(?:Mr|Mrs|Ms|Miss|Dr|Mx)\.? )(\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+)?)",
    )
});

/// Words that stand after a greeting and name nobody.
const NOBODY: [&str; 12] =
    ["There", "Team", "All", "Everyone", "Customer", "Sir", "Madam", "Support", "Again", "For", "So", "You"];

/// `text` of `conversation` with people masked.
#[must_use]
pub fn masked(text: &str, conversation: &Conversation) -> String {
    let mut masked = Cow::Borrowed(text);
    for (regex, replace) in
        [(&EMAIL, mask_email as fn(&Captures<'_>) -> String), (&NUMBER, mask_number), (&GREETED, mask_greeted)]
    {
        if let Some(regex) = regex.as_ref() {
            masked = Cow::Owned(regex.replace_all(&masked, replace).into_owned());
        }
    }
    let mut masked = masked.into_owned();
    for name in names(conversation) {
        masked = without_word(&masked, name);
    }
    masked
}

fn mask_email(_: &Captures<'_>) -> String {
    "[email]".into()
}

fn mask_number(found: &Captures<'_>) -> String {
    let written = &found[0];
    let digits: Vec<u32> = written.chars().filter_map(|c| c.to_digit(10)).collect();
    match digits.len() {
        13..=19 if luhn(&digits) => "[card]".into(),
        7..=15 => "[phone]".into(),
        _ => written.to_owned(),
    }
}

fn mask_greeted(found: &Captures<'_>) -> String {
    let first = found[2].split(' ').next().unwrap_or_default();
    if NOBODY.contains(&first) { found[0].to_owned() } else { format!("{}[name]", &found[1]) }
}

/// The check digit of card numbers (ISO/IEC 7812-1, annex B).
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, &digit)| if index % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
        .sum();
    sum.is_multiple_of(10)
}

/// The words of the participants' names that are likely to be names.
fn names(conversation: &Conversation) -> Vec<&str> {
    let mut names: Vec<&str> = conversation
        .messages
        .iter()
        .filter_map(|message| message.author.name.as_deref())
        .flat_map(|name| name.split(|c: char| !(c.is_alphabetic() || c == '\'' || c == '-')))
        .filter(|word| word.chars().count() > 2 && word.chars().next().is_some_and(char::is_uppercase))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// `text` with the whole word `name` masked, as it is written or in capitals.
fn without_word(text: &str, name: &str) -> String {
    let capitals = name.to_uppercase();
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, found)) =
        [name, capitals.as_str()].iter().filter_map(|form| rest.find(form).map(|at| (at, *form))).min()
    {
        let (before, after) = (&rest[..at], &rest[at + found.len()..]);
        let inside = before.chars().next_back().is_some_and(char::is_alphanumeric)
            || after.chars().next().is_some_and(char::is_alphanumeric);
        masked.push_str(before);
        masked.push_str(if inside { found } else { "[name]" });
        rest = after;
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::{EMAIL, GREETED, NUMBER, masked};
    use crate::conversation::neutral::json;

    #[test]
    fn people_are_masked_and_orders_are_not() {
        assert!(EMAIL.is_some() && NUMBER.is_some() && GREETED.is_some());
        let text = r#"{"messages": [{"author": {"role": "customer", "name": "Ines Moreau"}, "body": "Hi"}]}"#;
        let conversation = json(text.as_bytes()).unwrap().remove(0).unwrap();
        for (written, shown) in [
            ("Hi Ines, sorry.", "Hi [name], sorry."),
            ("Dear Mr Okafor, sorry.", "Dear [name], sorry."),
            ("Hello there, sorry.", "Hello there, sorry."),
            ("Thank you For your patience", "Thank you For your patience"),
            ("INES, we wrote to ines.m@example.org", "[name], we wrote to [email]"),
            ("Call +44 20 7946 0958 today", "Call [phone] today"),
            ("card 4111 1111 1111 1111.", "card [card]."),
            ("Order 12345 costs 19.99", "Order 12345 costs 19.99"),
            ("Inestimable", "Inestimable"),
        ] {
            assert_eq!(masked(written, &conversation), shown);
        }
    }
}
