//! One row as one message.

use super::dates::{self, Unread};
use super::kind::Kind;
use super::mapping::{Field, Mapping};
use super::rows::Row;
use super::words::{self, Side};
use crate::conversation::neutral::LARGEST_BODY;
use crate::conversation::{ConversationId, Format, MessageId, ParticipantId, Role, Visibility};
use crate::source::mail::{self, Ours};
use crate::source::{Author, Piece, PieceMessage};
use crate::text::DateOrder;

/// What is known of whole columns, some of it only after some rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// The order of day and month.
    pub(super) dates: Option<DateOrder>,
    /// Who is called `user`.
    pub(super) user: Option<Role>,
}

/// Why a row is no message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// Another row may tell how to read it; the reason where none does.
    Undecided(String),
    /// It cannot be read.
    Wrong(String),
}

use Failure::{Undecided, Wrong};

impl Known {
    /// Learns from `row`; whether something new is known.
    pub(super) fn learn(&mut self, row: &Row, mapping: &Mapping) -> bool {
        let before = (self.dates, self.user);
        if self.dates.is_none() {
            self.dates = mapping.cell(Field::Time, &row.fields).and_then(dates::tells);
        }
        if self.user.is_none() {
            self.user = match mapping.cell(Field::Role, &row.fields).and_then(words::role) {
                Some(Side::Is(Role::Customer)) => Some(Role::Agent),
                Some(Side::Is(Role::Agent | Role::Bot)) => Some(Role::Customer),
                _ => None,
            };
        }
        before != (self.dates, self.user)
    }
}

/// The message of `row`; `None` where it says nothing or is a draft.
pub(super) fn piece(
    row: &Row,
    kind: &'static Kind,
    mapping: &Mapping,
    ours: &Ours,
    known: Known,
) -> Result<Option<Piece>, Failure> {
    let cells = Cells { row: &row.fields, mapping };
    let (plain, html) = (mapping.body(Field::Plain, cells.row), mapping.body(Field::Html, cells.row));
    let body = mapping.body(Field::Body, cells.row);
    let Some(said) = plain.or(body).or(html) else { return Ok(None) };
    if said.len() > LARGEST_BODY {
        return Err(Wrong(format!("the body has {} bytes; the most is {} MiB", said.len(), LARGEST_BODY >> 20)));
    }
    if cells.yes(Field::Draft)? == Some(true) || cells.cell(Field::Status).is_some_and(words::is_draft) {
        return Ok(None);
    }
    let format = match (plain, body) {
        (Some(_), _) => Some(Format::Plain),
        (None, Some(_)) => cells.word(Field::Format, "no format; known are html and text", words::format)?,
        (None, None) => Some(Format::Html),
    };
    let (role, note) = cells.side(ours, known)?;
    let visibility = if note { Visibility::Internal } else { cells.visibility()? };
    let message = PieceMessage {
        id: cells.cell(Field::Message).map(MessageId::from),
        author: cells.author(role),
        sent: cells.time(known)?,
        visibility,
        format,
        automatic: cells.yes(Field::Automatic)?.unwrap_or(false),
        body: said.to_owned(),
    };
    Ok(Some(Piece {
        source: kind.name.into(),
        conversation: cells.cell(Field::Conversation).map(ConversationId::from),
        channel: cells.cell(Field::Channel).map(str::to_lowercase).or(kind.channel.map(str::to_owned)),
        requester: None,
        messages: vec![message],
    }))
}

struct Cells<'r> {
    row: &'r [String],
    mapping: &'r Mapping,
}

impl Cells<'_> {
    fn cell(&self, field: Field) -> Option<&str> {
        self.mapping.cell(field, self.row)
    }

    /// `cell`, of the column for `field`, is `what`.
    fn wrong(&self, field: Field, cell: &str, what: &str) -> Failure {
        let shown: String = cell.chars().take(40).collect();
        Wrong(format!("`{shown}` in the column `{}` is {what}", self.mapping.column(field).unwrap_or_default()))
    }

    /// What the word for `field` means; `None` where there is none.
    fn word<T>(&self, field: Field, what: &str, meaning: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Failure> {
        let Some(cell) = self.cell(field) else { return Ok(None) };
        meaning(cell).map(Some).ok_or_else(|| self.wrong(field, cell, what))
    }

    fn yes(&self, field: Field) -> Result<Option<bool>, Failure> {
        self.word(field, "neither yes nor no", words::yes)
    }

    /// On which side the author is, and whether the message is a note among agents.
    fn side(&self, ours: &Ours, known: Known) -> Result<(Role, bool), Failure> {
        let role = self.word(Field::Role, "no role; known are agent, customer, bot and system", words::role)?;
        let direction =
            self.word(Field::Direction, "no direction; known are incoming and outgoing", words::direction)?;
        let incoming = self.yes(Field::Incoming)?;
        let incoming = incoming.or(self.yes(Field::Outgoing)?.map(|outgoing| !outgoing));
        let by_address = self.cell(Field::Author).filter(|_| !ours.is_empty()).map(|author| !ours.has(author));
        let of_customer = |customer| if customer { Role::Customer } else { Role::Agent };
        let told = direction.or(incoming.map(of_customer).map(Side::Is));
        match role.filter(|role| *role != Side::User).or(told) {
            Some(Side::Is(role)) => Ok((role, direction == Some(Side::Note))),
            Some(Side::Note) => Ok((Role::Agent, true)),
            Some(Side::User) | None if role.is_some() => known.user.map(|role| (role, false)).ok_or_else(|| {
                Undecided(format!(
                    "`user` in the column `{}` may be a customer or an agent, and no other row tells; write one of \
                     these instead",
                    self.mapping.column(Field::Role).unwrap_or_default()
                ))
            }),
            _ => by_address.map(|customer| (of_customer(customer), false)).ok_or_else(|| {
                Wrong("nothing tells whether the customer or the company wrote it: the cell is empty".into())
            }),
        }
    }

    /// Where a mark is missing in a column of marks it is not set.
    fn visibility(&self) -> Result<Visibility, Failure> {
        let of = |public| if public { Visibility::Public } else { Visibility::Internal };
        let what = "no visibility; known are public and internal";
        if let Some(visibility) = self.word(Field::Visibility, what, words::visibility)? {
            return Ok(visibility);
        }
        let has = |field| self.mapping.has(&[field]);
        match (self.yes(Field::Internal)?, self.yes(Field::Public)?) {
            (Some(true), _) | (_, Some(false)) => Ok(Visibility::Internal),
            (Some(false), _) | (_, Some(true)) => Ok(Visibility::Public),
            (None, None) if has(Field::Public) => Ok(of(false)),
            (None, None) if has(Field::Visibility) => Err(Wrong(format!(
                "the column `{}` is empty: nothing tells whether the customer can see it",
                self.mapping.column(Field::Visibility).unwrap_or_default()
            ))),
            (None, None) => Ok(Visibility::Public),
        }
    }

    fn author(&self, role: Role) -> Author {
        let own = if role == Role::Customer { Field::Customer } else { Field::Agent };
        // Databases write 0 for nobody.
        let cell = [Field::Author, own].into_iter().find_map(|field| self.cell(field).filter(|id| *id != "0"));
        let (name, id) = cell.map(mail::named).unzip();
        let name = self.cell(Field::Name).or(name.flatten()).map(str::to_owned);
        let id = id.map(|id| match id.contains('@') {
            true => ParticipantId::from(id.to_lowercase().as_str()),
            false => ParticipantId::from(id),
        });
        Author { role: Some(role), id, name }
    }

    fn time(&self, known: Known) -> Result<Option<String>, Failure> {
        let Some(cell) = self.cell(Field::Time) else { return Ok(None) };
        match dates::read(cell, known.dates) {
            Ok(time) => Ok(Some(time.0)),
            Err(Unread::Wrong(reason)) => Err(Wrong(reason)),
            Err(Unread::Ambiguous) => Err(Undecided(format!(
                "`{cell}` may have the day or the month first, and no other date tells; say --dates day-first or \
                 --dates month-first"
            ))),
        }
    }
}
