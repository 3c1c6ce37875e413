//! Mail: mailbox files (mbox) and single mails (`.eml`), one message a mail.
//!
//! Who belongs to the company is told by addresses ([`Ours`]), never guessed; all others are customers.
//! A mail to colleagues only is an internal note. Mails belong together by their References and
//! In-Reply-To lines, and where an answer has none, by subject and customer. Attachments are not read.
//! Mails that say themselves that a machine sent them are marked as automatic.
//!
//! ```
//! use amends::source::{Record, mail::{Kind, Mails, Ours}};
//!
//! let mail = "From: Dana <dana@shop.example>\nTo: bea@mail.example\nDate: Mon, 2 Mar 2026 08:14:00 +0100\n\nOn its way.\n";
//! let mut mails = Mails::open(mail.as_bytes(), Kind::Eml, &Ours::parse("@shop.example")?)?;
//! while mails.read_mail(&mut |_, record| if let Ok(Record::Piece(piece)) = record {
//!     assert_eq!(piece.messages[0].body, "On its way.");
//! }) {}
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod mbox;
mod message;
mod ours;
mod threads;

pub use ours::Ours;
pub(super) use ours::named;

use super::{LARGEST_SHOWN, Place, Problem, Record, json};
use mail_parser::{Address, MessageParser};
use mbox::{LARGEST_MAIL, Mbox, RawMail};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, Read};
use threads::Threads;

/// So many mails are looked at to tell who sends.
const SAMPLED: usize = 1000;

/// What a file of mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Many mails after one another.
    Mbox,
    /// One mail.
    Eml,
}

impl Kind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Mbox, Self::Eml];

    /// Name as in `--format`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mbox => "mbox",
            Self::Eml => "eml",
        }
    }

    /// Name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Mbox => "a mailbox (mbox)",
            Self::Eml => "a mail (.eml)",
        }
    }
}

/// What a file is that starts with `start`, where that looks like mail: a `From ` line, or lines of a
/// header among which one tells of mail.
#[must_use]
pub fn recognised(start: &[u8]) -> Option<Kind> {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let start = start.trim_ascii_start();
    if mbox::is_separator(start.split(|&byte| byte == b'\n').next()?, true) {
        return Some(Kind::Mbox);
    }
    let mut known = 0;
    for line in start.split(|&byte| byte == b'\n').take(200) {
        if line.trim_ascii().is_empty() {
            break;
        }
        if matches!(line.first(), Some(b' ' | b'\t')) {
            continue;
        }
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = &line[..colon];
        if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let tells = ["from", "to", "date", "subject", "message-id", "received", "return-path", "mime-version"];
        known += usize::from(tells.iter().any(|tell| name.eq_ignore_ascii_case(tell.as_bytes())));
    }
    (known >= 3).then_some(Kind::Eml)
}

/// Mails that are being read.
pub struct Mails<R> {
    raw: Raw<R>,
    ours: Ours,
    threads: Threads,
    parser: MessageParser,
}

impl<R> fmt::Debug for Mails<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mails").field("ours", &self.ours).finish_non_exhaustive()
    }
}

enum Raw<R> {
    Mbox(Mbox<R>),
    Eml(Option<R>),
}

impl<R: BufRead> Iterator for Raw<R> {
    type Item = Result<RawMail, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Mbox(mbox) => mbox.next(),
            Self::Eml(reader) => reader.take().map(whole),
        }
    }
}

/// The one mail of `reader`.
fn whole(mut reader: impl BufRead) -> Result<RawMail, Problem> {
    let mut bytes = Vec::new();
    let read = reader.by_ref().take(LARGEST_MAIL as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Problem::cut_off(1, &error))?;
    if bytes.len() > LARGEST_MAIL {
        return Err(Problem::of(format!("the mail is larger than {} MiB", LARGEST_MAIL >> 20)));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").map(<[u8]>::to_vec).unwrap_or(bytes);
    Ok(RawMail { place: Place::default(), bytes })
}

impl<R: BufRead> Mails<R> {
    /// Opens the mails that `reader` holds, as they are: their encodings are told in each.
    ///
    /// # Errors
    /// Where `ours` is empty: the reason says who sends the mails, so that the user can tell who is who.
    pub fn open(reader: R, kind: Kind, ours: &Ours) -> Result<Self, Problem> {
        let raw = match kind {
            Kind::Mbox => Raw::Mbox(Mbox::new(reader)),
            Kind::Eml => Raw::Eml(Some(reader)),
        };
        let parser = MessageParser::default();
        if ours.is_empty() {
            return Err(Problem::of(format!(
                "nothing tells which mails are the company's; say which addresses are, for example with \
                 --our-addresses support@example.com,@example.com{}",
                senders(raw, &parser)
            )));
        }
        Ok(Self { raw, ours: ours.clone(), threads: Threads::default(), parser })
    }

    /// Reads one mail more; whether there may be others.
    pub fn read_mail(&mut self, sink: &mut json::Sink<'_>) -> bool {
        let RawMail { place, bytes } = match self.raw.next() {
            None => return false,
            Some(Ok(mail)) => mail,
            Some(Err(problem)) => {
                sink(problem.place.clone(), Err(problem));
                return true;
            }
        };
        let mut wrong = |reason: String| {
            let raw = Some(String::from_utf8_lossy(&bytes[..bytes.len().min(LARGEST_SHOWN)]).into_owned());
            sink(place.clone(), Err(Problem { place: place.clone(), reason, raw, fatal: false }));
        };
        let Some(mail) = self.parser.parse(&bytes).filter(|mail| !mail.headers().is_empty()) else {
            wrong("this is no mail: it has no header".into());
            return true;
        };
        match message::read(&mail, &self.ours, &mut self.threads) {
            Err(reason) => wrong(reason),
            Ok(None) => {}
            Ok(Some(read)) => {
                if let Some(reason) = read.wrong {
                    wrong(reason);
                }
                sink(place, Ok(Record::Piece(read.piece)));
            }
        }
        true
    }
}

/// Who sends most of the mails, for people; empty where nobody does.
fn senders(mails: impl Iterator<Item = Result<RawMail, Problem>>, parser: &MessageParser) -> String {
    let mut domains: BTreeMap<String, usize> = BTreeMap::new();
    for mail in mails.take(SAMPLED).flatten() {
        let headers = parser.parse_headers(&mail.bytes);
        let from = headers.as_ref().and_then(|mail| mail.from()).and_then(Address::first).and_then(message::address);
        if let Some((_, domain)) = from.as_deref().and_then(|from| from.rsplit_once('@')) {
            *domains.entry(domain.to_owned()).or_default() += 1;
        }
    }
    let mut domains: Vec<(String, usize)> = domains.into_iter().collect();
    domains.sort_by(|(a, mails_a), (b, mails_b)| mails_b.cmp(mails_a).then_with(|| a.cmp(b)));
    let most: Vec<String> = domains.iter().take(5).map(|(domain, mails)| format!("@{domain} ({mails})")).collect();
    if most.is_empty() { String::new() } else { format!("; most mails are from {}", most.join(", ")) }
}
