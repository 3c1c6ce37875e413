//! Standing texts: the reply line of help desks, legal notices, footers of mailing lists.

use super::Rest;
use super::words::{holds, holds_any, starts, starts_any};

/// How far into a paragraph its purpose must have become clear.
const SOON: usize = 400;
/// No reply line is longer.
const LONGEST_REPLY_LINE: usize = 160;

/// Openings of a legal notice, if [`SECRET`] and [`FOR_WHOM`] follow.
pub(super) const NOTICES: [&str; 15] = [
    "This e-mail",
    "This email",
    "This message",
    "This communication",
    "This transmission",
    "The information",
    "The content",
    "Any views",
    "Confidential",
    "Disclaimer",
    "Important notice",
    "*** ",
    "Diese E-Mail",
    "Ce message",
    "Legal notice",
];
const SECRET: [&str; 7] =
    ["confidential", "privileged", "intended", "vertraulich", "confidentiel", "sole use", "solely"];
const FOR_WHOM: [&str; 9] = [
    "attachment",
    "recipient",
    "addressee",
    "addressed",
    "privileged",
    "named",
    "sender",
    "files transmitted",
    "individual",
];

/// Openings that are a notice by themselves.
pub(super) const PLAIN_NOTICES: [&str; 12] = [
    "If you are not the intended",
    "If you have received this email in error",
    "If you have received this e-mail in error",
    "If you have received this message in error",
    "If you received this email in error",
    "Please consider the environment",
    "Please think of the environment",
    "Think before you print",
    "Registered in England",
    "Registered in Scotland",
    "Registered office:",
    "Company registration n",
];

/// Openings of a mailing list's footer, which an author may write too: only below other standing text.
pub(super) const LIST_FOOTERS: [&str; 8] = [
    "Unsubscribe",
    "To unsubscribe",
    "Click here to unsubscribe",
    "If you no longer wish",
    "You are receiving this",
    "You received this",
    "You're receiving this",
    "To stop receiving",
];

/// Beginnings of reply lines; others start with signs.
pub(super) const REPLY_LINES: [&str; 12] = [
    "Please reply",
    "Please type",
    "Please write",
    "Please respond",
    "Please enter",
    "Please do not",
    "Reply above",
    "Respond above",
    "Write above",
    "Write your",
    "Type your",
    "To reply",
];

/// Whether this is a line that tells a reply from what is below it (Zendesk, Help Scout, Jira).
pub(super) fn is_reply_line(line: &str) -> bool {
    let signs = ['-', '#', '=', '*', '_', '[', '(', '—'];
    if line.len() > LONGEST_REPLY_LINE || !(line.starts_with(signs) || starts_any(line, &REPLY_LINES)) {
        return false;
    }
    holds_any(line, &["above this line", "below this line"], LONGEST_REPLY_LINE)
        && holds_any(line, &["reply", "type", "respond", "write", "response"], LONGEST_REPLY_LINE)
}

/// Whether a notice starts with the line at `at`; `below` tells whether other standing text is above it.
pub(super) fn is_notice(rest: &Rest<'_>, at: usize, line: &str, below: bool) -> bool {
    let paragraph = || rest.plain.get(at..rest.end).unwrap_or_default();
    let link = || line.split_whitespace().count() <= 4 && !holds(line, " from", SOON) && !line.ends_with('.');
    starts_any(line, &PLAIN_NOTICES)
        || (starts_any(line, &NOTICES)
            && holds_any(paragraph(), &SECRET, SOON)
            && holds_any(paragraph(), &FOR_WHOM, SOON))
        || (below && starts_any(line, &LIST_FOOTERS))
        || (starts(line, "Unsubscribe") && line.len() <= LONGEST_REPLY_LINE && link())
}

/// If a notice starts at `at`: where its paragraph ends.
pub(super) fn disclaimer(rest: &Rest<'_>, at: usize, line: &str, below: bool) -> Option<usize> {
    if !is_notice(rest, at, line, below) {
        return None;
    }
    let mut end = at;
    while end < rest.end {
        let (line, after) = rest.line(end);
        if line.is_empty() || line.starts_with('>') {
            break;
        }
        end = after;
    }
    Some(end.min(rest.end))
}
