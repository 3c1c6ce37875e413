//! Sign-offs and signatures.

use super::words::{self, Groups, any, is_any, starts, starts_any};
use super::{Rest, notice, quote};

/// How many lines may follow a sign-off.
const MOST_LINES: usize = 8;
/// How many lines may follow "--": RFC 3676 asks for the space after it that many programs cut off,
/// and without it "--" may be a rule between two parts of a text.
const MOST_LINES_BELOW_RULE: usize = 12;
/// No name, title or address line is longer.
const LONGEST_CONTACT: usize = 90;
/// No sign-off is longer.
const LONGEST_SIGN_OFF: usize = 64;

/// Sign-offs that can stand only at a letter's end.
pub(super) const REGARDS: [&str; 53] = [
    "best",
    "best regards",
    "best wishes",
    "br",
    "regards",
    "respectfully",
    "respectfully yours",
    "kind regards",
    "kindest regards",
    "kindly",
    "kr",
    "warm regards",
    "warmest regards",
    "warm wishes",
    "warmly",
    "many regards",
    "with kind regards",
    "with best regards",
    "with warm regards",
    "with best wishes",
    "with regards",
    "wishing you well",
    "all the best",
    "all my best",
    "sincerely",
    "sincerely yours",
    "yours",
    "yours sincerely",
    "yours truly",
    "yours faithfully",
    "yours kindly",
    "cheers",
    "take care",
    "cordially",
    "very best",
    "best always",
    "mit freundlichen grüßen",
    "mit freundlichem gruß",
    "viele grüße",
    "freundliche grüße",
    "liebe grüße",
    "beste grüße",
    "cordialement",
    "bien cordialement",
    "bien à vous",
    "saludos",
    "saludos cordiales",
    "un saludo",
    "atentamente",
    "met vriendelijke groet",
    "groeten",
    "cordiali saluti",
    "atenciosamente",
];

/// Sign-offs that are also a sentence of their own.
pub(super) const THANKS: [&str; 18] = [
    "thanks",
    "thank you",
    "many thanks",
    "thanks again",
    "thank you again",
    "thanks so much",
    "thank you so much",
    "thanks very much",
    "thank you very much",
    "thanks a lot",
    "thanks and regards",
    "thanks & regards",
    "with thanks",
    "with many thanks",
    "thanks in advance",
    "thank you and best regards",
    "thanks and best regards",
    "muchas gracias",
];

/// Lines that programs on phones add.
pub(super) const DEVICES: [&str; 17] = [
    "Sent from my ",
    "Sent from Mail for Windows",
    "Sent from Outlook",
    "Sent from Yahoo Mail",
    "Sent from Proton",
    "Sent with Proton",
    "Sent from the all-new",
    "Sent from Gmail",
    "Sent via ",
    "Get Outlook for ",
    "Von meinem ",
    "Gesendet von ",
    "Envoyé de mon ",
    "Envoyé depuis ",
    "Enviado desde mi ",
    "Inviato da ",
    "Verstuurd vanaf ",
];

/// Words that start a sentence, not a name.
const NOT_NAMES: [&str; 34] = [
    "i", "i'm", "i'll", "i've", "i’m", "i’ll", "i’ve", "we", "we'll", "we’ll", "we're", "we’re", "you", "your", "it",
    "if", "this", "that", "please", "let", "and", "but", "for", "our", "my", "as", "could", "can", "sorry", "to",
    "there", "ps", "p.s.", "ps:",
];

/// If the line is a sign-off with nothing but a signature below: where that ends.
pub(super) fn sign_off(rest: &Rest<'_>, groups: Groups, line: &str, after: usize) -> Option<usize> {
    let regards = groups & words::SIGN_OFF != 0;
    if !regards && groups & words::THANKS == 0 {
        return None;
    }
    if regards && line.len() <= LONGEST_CONTACT && starts_any(line, &DEVICES) {
        return device(rest, line, after);
    }
    if line.len() > LONGEST_SIGN_OFF {
        return None;
    }
    let phrase = line.trim_end_matches([',', '.', '!', '-', '–', '—', ':', ';', ' ']);
    let thanks = !regards && is_any(phrase, &THANKS);
    if thanks || (regards && (is_any(phrase, &REGARDS) || is_any(phrase, &THANKS))) {
        let end = below(rest, after)?;
        // A last "Thank you!" is part of the message; with a comma a name was to follow.
        let named = rest.plain.get(after..end).is_some_and(any);
        return (named || !thanks || line.ends_with(',')).then_some(end);
    }
    if !regards {
        return None;
    }
    let (head, name) = line.split_once([',', '-', '–', '—'])?;
    let names = name.split_whitespace().count();
    if is_any(head.trim(), &REGARDS) && (1..=6).contains(&names) && is_name(name.trim()) {
        below(rest, after)
    } else {
        None
    }
}

/// A phone's line: the last one of what the author wrote.
fn device(rest: &Rest<'_>, line: &str, after: usize) -> Option<usize> {
    let words = line.split_whitespace().count();
    let last = match rest.next_line(after) {
        None => true,
        Some((at, next, after)) => ends_message(rest, at, next, after) || starts_any(next, &DEVICES),
    };
    let sentence = line.ends_with('.') && words > 6;
    (last && words <= 9 && !sentence).then_some(after)
}

/// Where the signature that starts at `at` ends, if there are only short lines of names and addresses.
fn below(rest: &Rest<'_>, mut at: usize) -> Option<usize> {
    let mut end = at;
    for nth in 0..=MOST_LINES {
        let Some((start, line, after)) = rest.next_line(at) else { return Some(rest.end) };
        if ends_message(rest, start, line, after) {
            return Some(start);
        }
        let is_contact = if nth == 0 { is_name(line) || is_contact(line) } else { is_contact(line) };
        if nth == MOST_LINES || !is_contact {
            return None;
        }
        (at, end) = (after, after);
    }
    Some(end)
}

/// Whether what the author wrote is over at this line.
fn ends_message(rest: &Rest<'_>, at: usize, line: &str, after: usize) -> bool {
    let groups = words::groups(line);
    line.starts_with('>')
        || (groups & words::RULE != 0 && is_rule(line))
        || (groups & words::SIGN_OFF != 0 && line.len() <= LONGEST_CONTACT && starts_any(line, &DEVICES))
        || (groups & words::REPLY != 0 && notice::is_reply_line(line))
        || (groups & words::NOTICE != 0 && notice::is_notice(rest, at, line, true))
        || (groups & words::QUOTE != 0 && quote::marker(rest, at, line, after).is_some())
}

/// Whether a line is a name, a role or a firm: few words, most with a capital.
fn is_name(line: &str) -> bool {
    if line.len() > LONGEST_CONTACT || line.ends_with(['?', '!', ':']) {
        return false;
    }
    let (mut count, mut capitals) = (0, 0);
    for word in line.split_whitespace() {
        let word = word.trim_matches(|sign: char| !sign.is_alphanumeric() && !matches!(sign, '\'' | '’' | '.'));
        if count == 0 && is_any(word, &NOT_NAMES) {
            return false;
        }
        let Some(first) = word.chars().next() else { continue };
        count += 1;
        capitals += usize::from(!first.is_lowercase());
    }
    let sentence = line.ends_with('.') && count > 3;
    (1..=8).contains(&count) && capitals * 2 >= count && !sentence
}

/// Whether a line is part of an address block: a name, or something with an address or a number in it.
fn is_contact(line: &str) -> bool {
    if is_name(line) || !any(line) {
        return true;
    }
    let spaced = line.split_whitespace().count();
    let has = line.contains('@') || line.contains("://") || starts(line, "www.") || line.contains('|');
    line.len() <= 2 * LONGEST_CONTACT && has && spaced <= 10 && !line.ends_with(['?', '!'])
}

/// Whether this is "--", or what programs make of it.
fn is_rule(line: &str) -> bool {
    matches!(line, "--" | "—" | "–")
}

/// Whether the signature starts here: RFC 3676's "-- ", or "--" with few lines below it.
pub(super) fn is_divider(rest: &Rest<'_>, at: usize, line: &str, after: usize) -> bool {
    if !is_rule(line) {
        return false;
    }
    if rest.plain.get(at..after).is_some_and(|whole| whole.trim_end_matches(['\r', '\n']) == "-- ") {
        return true;
    }
    let mut from = after;
    for _ in 0..=MOST_LINES_BELOW_RULE {
        match rest.next_line(from) {
            Some((at, next, after)) if !next.starts_with('>') && quote::marker(rest, at, next, after).is_none() => {
                from = after
            }
            _ => return true,
        }
    }
    false
}

/// An agent's initials at the end of a short public message: "^AB" or "*SR".
pub(super) fn initials(line: &str) -> Option<&str> {
    let at = line.len().saturating_sub(4);
    let from = memchr::memrchr2(b'^', b'*', line.as_bytes().get(at..)?)? + at;
    let (sign, letters) = (line.get(from..)?, line.get(from + 1..)?);
    let apart = line.get(..from).is_some_and(|before| before.ends_with([' ', '.', '!', '?', '\u{a0}']));
    (apart && (1..=3).contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(sign)
}
