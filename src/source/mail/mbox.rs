//! The mails of a mailbox file (mbox), one in memory at a time.
//!
//! A mail starts with a line `From address date`. Within a mail such a line has a `>` put before it, one
//! more where it has some already (mboxrd); one is taken off again.

use crate::conversation::neutral::LARGEST_LINE;
use crate::source::{Place, Problem};
use std::io::{BufRead, Read};

/// A mail of more bytes is left out.
pub(super) const LARGEST_MAIL: usize = LARGEST_LINE;

/// A mail as it stands in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawMail {
    /// Its number, from 1, and the line on which it starts.
    pub(super) place: Place,
    /// Headers and body.
    pub(super) bytes: Vec<u8>,
}

/// Splits a mailbox into its mails.
#[derive(Debug)]
pub(super) struct Mbox<R> {
    reader: R,
    /// Number of the line that is read next.
    line: u64,
    /// Mails so far, and the line of the one that has begun.
    number: u64,
    begun: Option<u64>,
    done: bool,
}

impl<R: BufRead> Mbox<R> {
    /// The mails of `reader`.
    pub(super) const fn new(reader: R) -> Self {
        Self { reader, line: 1, number: 0, begun: None, done: false }
    }

    fn place(&self, line: u64) -> Place {
        Place { row: Some(self.number), line: Some(line), ..Place::default() }
    }

    /// What has been read of a mail, when the next one begins or nothing more comes.
    fn mail(&mut self, start: Option<u64>, bytes: Vec<u8>, too_long: bool) -> Option<Result<RawMail, Problem>> {
        let Some(line) = start else {
            let stray = !bytes.trim_ascii().is_empty() || too_long;
            let place = Place { line: Some(1), ..Place::default() };
            let reason = "what stands before the first `From ` line is no mail of a mailbox";
            return stray.then(|| Err(Problem { place, ..Problem::of(reason) }));
        };
        self.number += 1;
        let place = self.place(line);
        if too_long {
            let reason = format!("the mail is larger than {} MiB", LARGEST_MAIL >> 20);
            return Some(Err(Problem { place, ..Problem::of(reason) }));
        }
        Some(Ok(RawMail { place, bytes }))
    }
}

impl<R: BufRead> Iterator for Mbox<R> {
    type Item = Result<RawMail, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut bytes = Vec::new();
        let (mut too_long, mut at_start, mut after_blank) = (false, true, true);
        while !self.done {
            let start = bytes.len();
            // A line may be longer; then it comes in parts.
            let part = self.reader.by_ref().take(1 << 20).read_until(b'\n', &mut bytes);
            match part {
                Err(error) => {
                    self.done = true;
                    return Some(Err(Problem::cut_off(self.line, &error)));
                }
                Ok(0) => {
                    self.done = true;
                    let begun = self.begun.take();
                    return self.mail(begun, bytes, too_long);
                }
                Ok(_) => {}
            }
            let (line, is_first_part) = (&bytes[start..], at_start);
            let number = self.line;
            at_start = line.last() == Some(&b'\n');
            self.line += u64::from(at_start);
            if is_first_part && is_separator(line, after_blank) {
                bytes.truncate(start);
                let mail = self.begun.replace(number);
                if let Some(mail) = self.mail(mail, std::mem::take(&mut bytes), too_long) {
                    return Some(mail);
                }
                (too_long, after_blank) = (false, false);
                continue;
            }
            after_blank = is_first_part && line.trim_ascii().is_empty();
            if is_first_part && is_quoted_separator(line) {
                bytes.remove(start);
            }
            if bytes.len() > LARGEST_MAIL {
                too_long = true;
            }
            if too_long {
                bytes.clear();
            }
        }
        None
    }
}

/// Whether a mail starts with `line`: `From bea@example.com Mon Mar  2 08:14:00 2026`. Some programs write
/// `From -` or only `From `; that counts after an empty line alone.
pub(super) fn is_separator(line: &[u8], after_blank: bool) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let rest = String::from_utf8_lossy(rest);
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    if matches!(words.as_slice(), [] | ["-"]) {
        return after_blank;
    }
    let clock =
        |word: &&str| word.split(':').count() >= 2 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    let year = |word: &&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    // `From 2019 on, from 10:30 to 11:00` is no address.
    let address = words.first().is_some_and(|word| word.contains('@') || *word == "-" || *word == "MAILER-DAEMON");
    words.iter().any(clock) && words.iter().any(year) && (address || after_blank)
}

fn is_quoted_separator(line: &[u8]) -> bool {
    let quotes = line.iter().take_while(|&&byte| byte == b'>').count();
    quotes > 0 && line[quotes..].starts_with(b"From ")
}

#[cfg(test)]
mod tests {
    use super::Mbox;

    #[test]
    fn mails_begin_with_their_from_line_and_nowhere_else() {
        let text = "\nFrom bea@example.com Mon Mar  2 08:14:00 2026\nSubject: One\n\nHello\n>From here on\n>>From there\n\
                    > From a quote\nFrom what I see, it broke at 10:30 in 2026.\n\nFrom - Mon Mar 02 09:00:00 2026\r\n\
                    Subject: Two\r\n\r\n\nFrom \nSubject: Three\n";
        let mails: Vec<_> = Mbox::new(text.as_bytes()).map(Result::unwrap).collect();
        let told: Vec<(String, String)> =
            mails.into_iter().map(|mail| (mail.place.to_string(), String::from_utf8(mail.bytes).unwrap())).collect();
        let one = "Subject: One\n\nHello\nFrom here on\n>From there\n> From a quote\n\
                   From what I see, it broke at 10:30 in 2026.\n\n";
        let expected = [
            ("row 1 (line 2)", one),
            ("row 2 (line 11)", "Subject: Two\r\n\r\n\n"),
            ("row 3 (line 15)", "Subject: Three\n"),
        ];
        assert_eq!(told, expected.map(|(place, text)| (place.to_owned(), text.to_owned())));
    }

    #[test]
    fn what_is_before_the_first_mail_is_said() {
        let mut mails = Mbox::new("Notes\n\nFrom a@b.example Mon Mar  2 08:14:00 2026\nSubject: x\n".as_bytes());
        assert!(mails.next().unwrap().is_err());
        assert!(mails.next().unwrap().is_ok());
        assert!(mails.next().is_none());
    }
}
