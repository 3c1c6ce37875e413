//! Which column says what.

use super::kind::{ASSIGNEES, Kind, SYNONYMS, folded};

/// What a column may say of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The conversation it belongs to.
    Conversation,
    /// Its identifier.
    Message,
    /// Who wrote it, an identifier.
    Author,
    /// Who wrote it, where it comes from the company.
    Agent,
    /// Who wrote it, where it comes from the customer.
    Customer,
    /// Name of who wrote it.
    Name,
    /// The side of who wrote it, in words.
    Role,
    /// Whether it comes in or goes out, in words.
    Direction,
    /// Whether it comes from the customer: yes or no.
    Incoming,
    /// Whether it comes from the company: yes or no.
    Outgoing,
    /// Whether the customer can see it, in words.
    Visibility,
    /// Whether the customer can see it: yes or no.
    Public,
    /// Whether it is a note among agents: yes or no.
    Internal,
    /// When it was sent.
    Time,
    /// How it travelled.
    Channel,
    /// What it says.
    Body,
    /// What it says, as plain text.
    Plain,
    /// What it says, as HTML: read where the other body is empty.
    Html,
    /// Whether its body is HTML or plain text.
    Format,
    /// Whether a machine sent it: yes or no.
    Automatic,
    /// Whether it is a draft: yes or no. Drafts are left out.
    Draft,
    /// Its state, in words; what is called `draft` is left out.
    Status,
}

impl Field {
    /// All fields.
    pub const ALL: [Self; 22] = [
        Self::Conversation,
        Self::Message,
        Self::Author,
        Self::Agent,
        Self::Customer,
        Self::Name,
        Self::Role,
        Self::Direction,
        Self::Incoming,
        Self::Outgoing,
        Self::Visibility,
        Self::Public,
        Self::Internal,
        Self::Time,
        Self::Channel,
        Self::Body,
        Self::Plain,
        Self::Html,
        Self::Format,
        Self::Automatic,
        Self::Draft,
        Self::Status,
    ];

    /// Name as in `--map`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Message => "message",
            Self::Author => "author",
            Self::Agent => "agent",
            Self::Customer => "customer",
            Self::Name => "name",
            Self::Role => "role",
            Self::Direction => "direction",
            Self::Incoming => "incoming",
            Self::Outgoing => "outgoing",
            Self::Visibility => "visibility",
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Time => "time",
            Self::Channel => "channel",
            Self::Body => "body",
            Self::Plain => "plain",
            Self::Html => "html",
            Self::Format => "format",
            Self::Automatic => "automatic",
            Self::Draft => "draft",
            Self::Status => "status",
        }
    }

    /// Fields that say the same: where the user names a column for one, no column is guessed for the others.
    const fn family(self) -> u8 {
        match self {
            Self::Role | Self::Direction | Self::Incoming | Self::Outgoing => 100,
            Self::Visibility | Self::Public | Self::Internal => 101,
            Self::Body | Self::Plain | Self::Html => 102,
            other => other as u8,
        }
    }
}

/// Fields that tell on which side an author is.
pub(super) const SIDES: [Field; 4] = [Field::Role, Field::Direction, Field::Incoming, Field::Outgoing];

/// Columns as a user names them: `conversation=Ticket ID,body=Text`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Given(Vec<(Field, String)>);

impl Given {
    /// Reads what `--map` says. A comma in a column's name is part of it, as long as no `=` follows.
    ///
    /// # Errors
    /// Where a field is not known; the reason lists those that are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut given: Vec<(Field, String)> = Vec::new();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            match (part.split_once('='), given.last_mut()) {
                (Some((name, column)), _) => {
                    let field = Field::ALL.into_iter().find(|field| field.name() == name.trim().to_lowercase());
                    let Some(field) = field else {
                        let names: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
                        return Err(format!("`{}` is no field; there are {}", name.trim(), names.join(", ")));
                    };
                    if let Some((_, other)) = given.iter().find(|(other, _)| *other == field) {
                        return Err(format!("`{}` has two columns: `{other}` and `{}`", field.name(), column.trim()));
                    }
                    given.push((field, column.trim().to_owned()));
                }
                (None, Some((_, column))) => {
                    column.push(',');
                    column.push_str(part);
                }
                (None, None) => return Err(format!("`{part}` is not of the form field=column")),
            }
        }
        Ok(Self(given))
    }
}

/// Which column says what, for one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Name of each column that is read, with its index.
    columns: Vec<(Field, usize, String)>,
    /// Whether the agent is only the one to whom the conversation is assigned.
    assignee: bool,
    /// How many columns there are.
    pub(super) width: usize,
}

impl Mapping {
    /// The mapping of a table of `kind` with `headers`: what is `given`, and what the names tell.
    ///
    /// # Errors
    /// A given column that is not there, a kind whose columns are missing, or no column for the body; the
    /// reason lists the columns that there are.
    pub fn of(headers: &[String], kind: &Kind, given: &Given) -> Result<Self, String> {
        let mut mapping = Self { columns: Vec::new(), assignee: false, width: headers.len() };
        let find = |name: &str| {
            let exact = headers.iter().position(|header| header.trim() == name.trim());
            exact.or_else(|| headers.iter().position(|header| folded(header) == folded(name)))
        };
        for (field, name) in &given.0 {
            let index = find(name).ok_or_else(|| format!("there is no column `{name}`; {}", there_are(headers)))?;
            mapping.columns.push((*field, index, headers[index].trim().to_owned()));
        }
        let told: Vec<u8> = mapping.columns.iter().map(|(field, ..)| field.family()).collect();
        let mut add = |field: Field, name: &str| {
            let free = |index: &usize| mapping.columns.iter().all(|(_, taken, _)| taken != index);
            let index = find(name).filter(|_| !told.contains(&field.family())).filter(free)?;
            mapping.columns.push((field, index, headers[index].trim().to_owned()));
            Some(())
        };
        if kind.columns.is_empty() {
            for (field, names) in SYNONYMS {
                let _ = names.iter().find_map(|name| add(field, name));
            }
        } else {
            for (field, name) in kind.columns {
                add(*field, name);
            }
        }
        if kind.columns.is_empty() && !mapping.has(&[Field::Author, Field::Agent]) {
            let assignee = ASSIGNEES.iter().find_map(|name| find(name));
            if let Some(index) = assignee {
                mapping.columns.push((Field::Agent, index, headers[index].trim().to_owned()));
                mapping.assignee = true;
            }
        }
        if mapping.has(&[Field::Body, Field::Plain, Field::Html]) {
            return Ok(mapping);
        }
        Err(format!(
            "no column is known to hold what messages say; give it with --map body=COLUMN; {}",
            there_are(headers)
        ))
    }

    /// Whether one of `fields` has a column.
    pub(super) fn has(&self, fields: &[Field]) -> bool {
        fields.iter().any(|field| self.column(*field).is_some())
    }

    /// Name of the column for `field`.
    pub(super) fn column(&self, field: Field) -> Option<&str> {
        self.columns.iter().find(|(own, ..)| *own == field).map(|(.., name)| name.as_str())
    }

    /// What `row` says of `field`, without spaces around it; `None` for nothing, and for what databases
    /// write for nothing.
    pub(super) fn cell<'r>(&self, field: Field, row: &'r [String]) -> Option<&'r str> {
        let (_, index, _) = self.columns.iter().find(|(own, ..)| *own == field)?;
        let cell = row.get(*index)?.trim();
        (!matches!(cell, "" | "NULL" | "null" | "\\N" | "NaN" | "nan" | "None")).then_some(cell)
    }

    /// The body in the column for `field`, word for word; `None` where it has none.
    pub(super) fn body<'r>(&self, field: Field, row: &'r [String]) -> Option<&'r str> {
        let (_, index, _) = self.columns.iter().find(|(own, ..)| *own == field)?;
        row.get(*index).map(String::as_str).filter(|body| !body.trim().is_empty() && *body != "\\N" && *body != "NULL")
    }

    /// What is to be said to people of it: which column is what, and what is done without one.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let columns: Vec<String> =
            self.columns.iter().map(|(field, _, name)| format!("{} ← {name}", field.name())).collect();
        let mut told = vec![columns.join(", ")];
        if !self.has(&[Field::Conversation]) {
            told.push("no column for the conversation: each row is taken as a conversation of its own".into());
        }
        if !self.has(&[Field::Visibility, Field::Public, Field::Internal]) {
            let notes = if self.has(&[Field::Role, Field::Direction]) { " but notes" } else { "" };
            told.push(format!("no column for visibility: all messages{notes} are taken as public"));
        }
        if !self.has(&[Field::Author, Field::Agent]) {
            told.push("no column for the author: agents cannot be told from one another".into());
        }
        if let Some(column) = self.column(Field::Agent).filter(|_| self.assignee) {
            told.push(format!(
                "no column for the author: who is in `{column}` is taken as the author of all that the company \
                 wrote, though others may have written"
            ));
        }
        if let Some(author) = self.column(Field::Author).filter(|_| !self.has(&SIDES)) {
            told.push(format!("no column for the side of an author: it is told by the mail address in `{author}`"));
        }
        if !self.has(&[Field::Time]) {
            told.push("no column for the time: messages are taken in the order of their rows".into());
        }
        told
    }
}

/// The columns of a table, for people.
pub(super) fn there_are(headers: &[String]) -> String {
    let names: Vec<String> = headers.iter().take(60).map(|header| format!("`{}`", header.trim())).collect();
    let more = if headers.len() > 60 { format!(" and {} more", headers.len() - 60) } else { String::new() };
    format!("the columns are {}{more}", names.join(", "))
}
