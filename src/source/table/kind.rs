//! What is known of tables beforehand: those of tools whose columns are fixed, and how columns are called
//! elsewhere.

use super::mapping::Field;

/// A kind of table.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Name as in `--format` and as the source of what is read.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// A table with all these columns is of this kind; none where any table is.
    marks: &'static [&'static str],
    /// Its columns; found out by their names where there are none.
    pub(super) columns: &'static [(Field, &'static str)],
    /// How its messages travelled.
    pub(super) channel: Option<&'static str>,
}

/// All kinds; the last one is any table.
pub static KINDS: [Kind; 3] = [
    // Object `EmailMessage`, after the vendor's object reference.
    Kind {
        name: "salesforce",
        title: "Salesforce EmailMessage",
        marks: &["ParentId", "Incoming", "TextBody", "MessageDate", "FromAddress"],
        columns: &[
            (Field::Conversation, "ParentId"),
            (Field::Message, "Id"),
            (Field::Agent, "CreatedById"),
            (Field::Customer, "FromAddress"),
            (Field::Name, "FromName"),
            (Field::Incoming, "Incoming"),
            (Field::Public, "IsExternallyVisible"),
            (Field::Time, "MessageDate"),
            (Field::Plain, "TextBody"),
            (Field::Html, "HtmlBody"),
            (Field::Status, "Status"),
        ],
        channel: Some("email"),
    },
    // Table `thread_entry`: type M is a message of the user, R a response of the staff, N a note.
    Kind {
        name: "osticket",
        title: "osTicket thread entries",
        marks: &["thread_id", "staff_id", "user_id", "type", "poster", "body", "format", "created"],
        columns: &[
            (Field::Conversation, "thread_id"),
            (Field::Message, "id"),
            (Field::Agent, "staff_id"),
            (Field::Customer, "user_id"),
            (Field::Name, "poster"),
            (Field::Role, "type"),
            (Field::Time, "created"),
            (Field::Body, "body"),
            (Field::Format, "format"),
        ],
        channel: None,
    },
    Kind { name: "csv", title: "a table (CSV, TSV)", marks: &[], columns: &[], channel: None },
];

impl Kind {
    /// The kind of a table with `headers`.
    pub(super) fn of(headers: &[String]) -> &'static Self {
        let folded: Vec<String> = headers.iter().map(|header| folded(header)).collect();
        let has = |mark: &&str| folded.contains(&self::folded(mark));
        KINDS.iter().find(|kind| kind.marks.iter().all(has)).unwrap_or(&KINDS[KINDS.len() - 1])
    }
}

/// A column's name without case, spaces and marks: `Ticket ID`, `ticket_id` and `ticketId` are one.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How the column of each field is called, the best first.
pub(super) const SYNONYMS: [(Field, &[&str]); 21] = [
    (
        Field::Conversation,
        &[
            "conversation id",
            "ticket id",
            "case id",
            "thread id",
            "chat id",
            "issue id",
            "request id",
            "session id",
            "conversation number",
            "ticket number",
            "ticket no",
            "ticket key",
            "case number",
            "case no",
            "conversation",
            "ticket",
            "case",
            "thread",
            "chat",
            "parent id",
        ],
    ),
    (
        Field::Message,
        &[
            "message id",
            "comment id",
            "entry id",
            "article id",
            "reply id",
            "post id",
            "part id",
            "tweet id",
            "event id",
            "id",
            "uuid",
        ],
    ),
    (
        Field::Author,
        &[
            "author id",
            "sender id",
            "author email",
            "sender email",
            "from address",
            "from email",
            "email from",
            "author",
            "sender",
            "from",
            "created by id",
            "created by",
            "written by",
            "replied by",
            "posted by",
            "commenter",
        ],
    ),
    (Field::Agent, &["agent id", "agent email", "agent", "agent name", "staff id", "staff", "operator"]),
    (
        Field::Customer,
        &[
            "customer id",
            "customer email",
            "customer",
            "requester id",
            "requester email",
            "requester",
            "contact id",
            "contact email",
            "contact",
            "end user id",
            "end user",
        ],
    ),
    (Field::Name, &["author name", "sender name", "from name", "display name", "poster", "name"]),
    (
        Field::Role,
        &[
            "author role",
            "sender role",
            "author type",
            "sender type",
            "from type",
            "created by type",
            "participant type",
            "participant role",
            "user role",
            "user type",
            "speaker",
            "role",
        ],
    ),
    (Field::Direction, &["direction", "message direction", "email direction", "message type"]),
    (
        Field::Incoming,
        &["incoming", "is incoming", "inbound", "is inbound", "from customer", "is from customer", "is customer"],
    ),
    (
        Field::Outgoing,
        &[
            "outgoing",
            "is outgoing",
            "outbound",
            "is outbound",
            "from agent",
            "is from agent",
            "is agent",
            "is staff",
            "author is not client",
        ],
    ),
    (Field::Visibility, &["visibility", "message visibility", "comment visibility"]),
    (Field::Public, &["public", "is public", "is externally visible", "visible to customer", "customer visible"]),
    (
        Field::Internal,
        &["private", "is private", "internal", "is internal", "internal note", "is internal note", "is note"],
    ),
    (
        Field::Time,
        &[
            "created at",
            "sent at",
            "message date",
            "message time",
            "created time",
            "created date",
            "date created",
            "sent date",
            "sent time",
            "sent on",
            "created on",
            "posted at",
            "date time",
            "timestamp",
            "created",
            "sent",
            "date",
            "time",
        ],
    ),
    (Field::Channel, &["channel", "message channel", "via", "medium"]),
    (Field::Plain, &["plain body", "body plain", "text body", "body text", "plain text"]),
    (
        Field::Body,
        &[
            "message body",
            "comment body",
            "body",
            "message text",
            "message content",
            "message",
            "comment",
            "content",
            "text",
            "reply",
        ],
    ),
    (Field::Html, &["html body", "body html", "message html", "html content", "content html", "html"]),
    (Field::Format, &["format", "body format", "body type", "content type", "mime type"]),
    (Field::Automatic, &["automatic", "is automatic", "automated", "is automated", "auto reply", "is auto reply"]),
    (Field::Draft, &["draft", "is draft"]),
];

/// Columns that name who is to answer, not who wrote: taken for the agent where nothing better is there.
pub(super) const ASSIGNEES: [&str; 8] = [
    "assignee id",
    "assignee email",
    "assignee",
    "assignee name",
    "assigned to",
    "assigned agent",
    "owner id",
    "owner",
];
