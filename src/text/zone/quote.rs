//! Lines that mail programs put above an earlier message.

use super::words::{holds, holds_any, is_any, starts_any};
use super::{Rest, words};

/// No line above a quote is longer, wrapped parts taken together.
const LONGEST: usize = 400;
/// Over how many lines mail programs wrap "On …, … wrote:".
const MOST_LINES: usize = 3;
/// How many header lines are looked at.
const MOST_HEADERS: usize = 10;

/// How "On <date>, <name> wrote:" starts: English, Dutch, German, French, Spanish, Portuguese, Italian, Danish.
pub(super) const OPENERS: [&str; 8] = ["On ", "Op ", "Am ", "Le ", "El ", "Em ", "Il ", "Den "];

/// The verb in it.
const WROTE: [&str; 9] =
    ["wrote", "schrieb", "a écrit", "escribió", "schreef", "ha scritto", "escreveu", "skrev", "a ecrit"];

/// What stands between dashes above an earlier message (Outlook, Gmail, Thunderbird, Samsung).
const BETWEEN_DASHES: [&str; 14] = [
    "original message",
    "forwarded message",
    "reply message",
    "original appointment",
    "ursprüngliche nachricht",
    "originalnachricht",
    "weitergeleitete nachricht",
    "message d'origine",
    "message original",
    "message transféré",
    "mensaje original",
    "oorspronkelijk bericht",
    "messaggio originale",
    "mensagem original",
];

/// Apple Mail's line above a forwarded message.
pub(super) const FORWARDED: [&str; 2] = ["Begin forwarded message:", "Anfang der weitergeleiteten"];

/// Names of the header line that tells the sender.
pub(super) const FROM: [&str; 5] = ["From", "Von", "De", "Da", "Van"];
/// Names of the other header lines that Outlook and Apple Mail write; the English ones can come first.
const OTHER: [&str; 29] = [
    "Date",
    "Sent",
    "To",
    "Subject",
    "Cc",
    "Reply-To",
    "Importance",
    "Attachments",
    "Gesendet",
    "Datum",
    "An",
    "Betreff",
    "Kopie",
    "Envoyé",
    "Date d'envoi",
    "À",
    "Objet",
    "Enviado",
    "Enviado el",
    "Fecha",
    "Para",
    "Asunto",
    "Verzonden",
    "Aan",
    "Onderwerp",
    "Inviato",
    "A",
    "Oggetto",
    "Assunto",
];
pub(super) const OTHER_FIRST: [&str; 4] = ["Date", "Sent", "To", "Subject"];

/// If the line at `at` starts what stands above an earlier message: where that ends.
pub(super) fn marker(rest: &Rest<'_>, at: usize, line: &str, after: usize) -> Option<usize> {
    if line.len() > LONGEST {
        return None;
    }
    match line.as_bytes() {
        [b'-', b'-', ..] => dashed(line).then(|| headers(rest, after).unwrap_or(after)),
        [b'_', b'_', b'_', b'_', b'_', ..] => {
            let rule = line.bytes().all(|byte| byte == b'_');
            rest.next_line(after).filter(|_| rule).and_then(|(from, ..)| headers(rest, from))
        }
        [b'*', ..] => headers(rest, at),
        _ => if starts_any(line, &OPENERS) || line.ends_with(':') { attribution(rest, at, line, after) } else { None }
            .or_else(|| starts_any(line, &FORWARDED).then(|| headers(rest, after).unwrap_or(after)))
            .or_else(|| headers(rest, at)),
    }
}

/// "-----Original Message-----" and its like; Zoho's "---- On …, … wrote ----".
fn dashed(line: &str) -> bool {
    let inner = line.trim_matches(['-', ' ']);
    let dashes = line.len() - inner.len();
    dashes >= 4
        && (is_any(inner, &BETWEEN_DASHES)
            || starts_any(inner, &["forwarded message", "original message"])
            || (starts_any(inner, &OPENERS) && holds_any(inner, &WROTE, LONGEST) && has_digit(inner)))
}

/// "On <date>, <name> wrote:", wrapped or not.
fn attribution(rest: &Rest<'_>, at: usize, line: &str, after: usize) -> Option<usize> {
    let opens = starts_any(line, &OPENERS);
    let (mut last, mut end) = (line, after);
    for _ in 0..MOST_LINES {
        if last.ends_with(':') {
            let whole = rest.plain.get(at..end)?.trim();
            let quoted = is_attribution(whole, opens) || (names_moment(whole) && rest.goes_on_quoted(end));
            // "On 3 May you wrote:" is how authors themselves refer back.
            let own = holds(whole, " you wrote", LONGEST) && !rest.goes_on_quoted(end);
            return (quoted && !own).then_some(end);
        }
        if !opens {
            return None;
        }
        let (next, after) = rest.line(end);
        if next.is_empty() || next.starts_with('>') {
            return None;
        }
        (last, end) = (next, after);
    }
    None
}

/// Whether a text that ends in a colon reads "On <date>, <name> wrote:" or "<name> <address> wrote:".
fn is_attribution(text: &str, opens: bool) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    let wrote = holds_any(text, &WROTE, LONGEST);
    // "wrote" must be the end, or what follows be a name: German puts the name last.
    let ends = text.trim_end_matches([':', ' ', '\u{a0}', '\u{202f}']);
    let verb_last = WROTE.iter().any(|verb| ends.len() >= verb.len() && ends.ends_with(verb));
    let german = holds(text, "schrieb", LONGEST) || holds(text, "schreef", LONGEST) || holds(text, "skrev", LONGEST);
    let address = text.contains('@');
    (wrote && opens && has_digit(text) && (verb_last || german || address))
        || (wrote && address && (verb_last || german))
        || (address && text.ends_with(">:") && text.starts_with(|first: char| first.is_ascii_digit()))
}

/// Verbs of the line that forums put above what a post answers: "NAME said", "NAME wrote:".
const FORUM_VERBS: [&str; 2] = [" said", " wrote"];

/// Words with which an author's own sentence starts, or that stand before its verb, and no name.
const NO_NAME: [&str; 22] = [
    "i", "we", "you", "he", "she", "they", "it", "the", "as", "my", "our", "your", "his", "her", "their", "that",
    "this", "who", "what", "like", "a", "an",
];

/// Names in forums have no more words.
const MOST_NAME_WORDS: usize = 4;

/// Whether a line stands above a paragraph that a forum quotes: a name and a verb, and nothing else.
pub(super) fn is_forum_line(line: &str) -> bool {
    let line = line.trim_end_matches([':', ' ']);
    let Some(name) = FORUM_VERBS.iter().find_map(|verb| line.strip_suffix(verb)) else { return false };
    let words = name.split_whitespace();
    let no_name = |word: Option<&str>| word.is_none_or(|word| NO_NAME.iter().any(|no| word.eq_ignore_ascii_case(no)));
    words.clone().count() <= MOST_NAME_WORDS
        && !no_name(words.clone().next())
        && !no_name(words.last())
        && !name.contains([',', ';', '"', '\u{201c}'])
}

/// Whether it names an address or a date with a time, as the line above a quote does in any language.
fn names_moment(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let time = text.as_bytes().windows(3).any(|part| matches!(part, [b'0'..=b'9', b':', b'0'..=b'9']));
    text.len() <= LONGEST && digits >= 4 && (text.contains('@') || (time && digits >= 7))
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether `text` ends with the line above a quote; for markup that says that a quote follows, but not whose.
pub(in super::super) fn ends_with_attribution(text: &str) -> bool {
    let text = text.trim_end();
    if !text.ends_with(':') {
        return false;
    }
    let bytes = text.as_bytes();
    let from = bytes.len().saturating_sub(LONGEST);
    let starts = memchr::memrchr_iter(b'\n', bytes.get(from..).unwrap_or_default()).map(|at| from + at + 1);
    starts.chain((from == 0).then_some(0)).take(MOST_LINES).any(|start| {
        let whole = text.get(start..).unwrap_or_default().trim();
        is_attribution(whole, starts_any(whole, &OPENERS))
    })
}

/// If a block of mail headers starts at `at`: where it ends.
///
/// It takes the sender and two more in a row, or the sender's address and one more, so that an
/// appointment's "Date: 3 March" is left alone (talon #11).
fn headers(rest: &Rest<'_>, at: usize) -> Option<usize> {
    let (line, mut after) = rest.line(at);
    let (name, value) = header(line)?;
    if !is_any(name, &FROM) && !is_any(name, &OTHER_FIRST) {
        return None;
    }
    let mut from = is_any(name, &FROM);
    let mut address = from && value.contains('@');
    let (mut count, mut end) = (1, after);
    // A long list of recipients is wrapped: one line that is no header may stand between two.
    let mut wrapped = false;
    for _ in 0..MOST_HEADERS {
        let (line, next) = rest.line(after);
        if line.is_empty() {
            break;
        }
        match header(line).filter(|(name, _)| is_any(name, &FROM) || is_any(name, &OTHER)) {
            Some((name, value)) => {
                from |= is_any(name, &FROM);
                address |= is_any(name, &FROM) && value.contains('@');
                count += 1;
                wrapped = false;
                end = next;
            }
            None if wrapped => break,
            None => wrapped = true,
        }
        after = next;
    }
    (from && (count >= 3 || (count == 2 && address))).then_some(end)
}

/// A header line's name and value; Gmail writes names in bold as `*From:*`.
fn header(line: &str) -> Option<(&str, &str)> {
    let colon = memchr::memchr(b':', line.as_bytes().get(..24).unwrap_or(line.as_bytes()))?;
    let name = line.get(..colon)?.trim_matches(['*', ' ', '\u{a0}']);
    (!name.is_empty() && words::any(name)).then_some((name, line.get(colon + 1..)?.trim_start_matches('*').trim()))
}
