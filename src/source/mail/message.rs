//! One mail as one message.

use super::ours::Ours;
use super::threads::{Links, Threads};
use crate::conversation::neutral::{LARGEST_BODY, is_rfc3339};
use crate::conversation::{ConversationId, Format, MessageId, ParticipantId, Role, Visibility};
use crate::source::{Author, Piece, PieceMessage};
use mail_parser::{Addr, Address, HeaderValue, Message, PartType};

/// The source of all mails, from whatever file.
pub(super) const SOURCE: &str = "mail";

/// A mail that was read.
#[derive(Debug)]
pub(super) struct Read {
    /// Its message.
    pub(super) piece: Piece,
    /// What could not be read of it.
    pub(super) wrong: Option<String>,
}

/// The message of `mail`; `None` where it has no text or is a draft.
///
/// # Errors
/// Where nothing tells who wrote it.
pub(super) fn read(mail: &Message<'_>, ours: &Ours, threads: &mut Threads) -> Result<Option<Read>, String> {
    if header(mail, "X-Gmail-Labels").is_some_and(|labels| labels.split(',').any(|label| label.trim() == "drafts")) {
        return Ok(None);
    }
    let from = mail.from().and_then(Address::first).ok_or("no From line tells who wrote it")?;
    let from_address = address(from).ok_or("the From line holds no address that tells who wrote it")?;
    let Some((format, body)) = body(mail) else { return Ok(None) };
    if body.len() > LARGEST_BODY {
        return Err(format!("the body has {} bytes; the most is {} MiB", body.len(), LARGEST_BODY >> 20));
    }
    let side = Side::of(mail, from, from_address, ours);
    let links = Links {
        own: mail.message_id(),
        earlier: ids(mail.references()).chain(ids(mail.in_reply_to())).collect(),
        subject: mail.subject().unwrap_or_default(),
        customer: &side.customer,
    };
    let threaded = threads.conversation(&links).map(|id| ConversationId::from(&*id));
    let by_provider = header(mail, "X-GM-THRID").map(|id| ConversationId::from(id.as_str()));
    let date = mail.date().filter(|date| date.is_valid()).map(mail_parser::DateTime::to_rfc3339);
    let sent = date.filter(|date| is_rfc3339(date));
    let wrong = sent.is_none().then(|| "no Date that can be read; the mail is taken without a time".to_owned());
    let message = PieceMessage {
        id: mail.message_id().map(MessageId::from),
        author: side.author,
        sent,
        visibility: side.visibility,
        format: Some(format),
        automatic: is_automatic(mail, ours),
        body,
    };
    let piece = Piece {
        source: SOURCE.into(),
        conversation: by_provider.or(threaded),
        channel: Some("email".into()),
        requester: None,
        messages: vec![message],
    };
    Ok(Some(Read { piece, wrong }))
}

/// Who wrote a mail and who can read it.
struct Side {
    author: Author,
    visibility: Visibility,
    /// Address of the customer; empty where none takes part.
    customer: String,
}

impl Side {
    fn of(mail: &Message<'_>, from: &Addr<'_>, from_address: String, ours: &Ours) -> Self {
        let author = |role, who: &Addr<'_>, id: &str| {
            let name = who.name.as_deref().map(str::trim).filter(|name| !name.is_empty() && *name != id);
            Author { role: Some(role), id: Some(ParticipantId::from(id)), name: name.map(str::to_owned) }
        };
        if ["mailer-daemon@", "postmaster@"].iter().any(|machine| from_address.starts_with(machine)) {
            let author = author(Role::System, from, &from_address);
            return Self { author, visibility: Visibility::Public, customer: String::new() };
        }
        if !ours.has(&from_address) {
            let author = author(Role::Customer, from, &from_address);
            return Self { author, visibility: Visibility::Public, customer: from_address };
        }
        let lists = [mail.to(), mail.cc(), mail.bcc()];
        let recipients: Vec<String> =
            lists.into_iter().flatten().flat_map(|list| list.iter().filter_map(address)).collect();
        if let Some(customer) = recipients.iter().find(|recipient| !ours.has(recipient)) {
            let author = author(Role::Agent, from, &from_address);
            return Self { author, visibility: Visibility::Public, customer: customer.clone() };
        }
        // Forms and shared inboxes pass a customer's words on in their own name; who is to get the answer
        // is the customer.
        let answer_to = mail.reply_to().and_then(Address::first);
        if let Some((who, id)) = answer_to.and_then(|who| Some((who, address(who)?))).filter(|(_, id)| !ours.has(id)) {
            let author = author(Role::Customer, who, &id);
            return Self { author, visibility: Visibility::Public, customer: id };
        }
        // Without recipients it went out to hidden ones.
        let visibility = if recipients.is_empty() { Visibility::Public } else { Visibility::Internal };
        Self { author: author(Role::Agent, from, &from_address), visibility, customer: String::new() }
    }
}

/// The address in lower case.
pub(super) fn address(who: &Addr<'_>) -> Option<String> {
    who.address.as_deref().map(|address| address.trim().to_lowercase()).filter(|address| address.contains('@'))
}

/// A header as written, in lower case, without spaces around it.
fn header(mail: &Message<'_>, name: &str) -> Option<String> {
    let found = mail.headers_raw().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().to_lowercase()).filter(|value| !value.is_empty())
}

fn ids<'m>(value: &'m HeaderValue<'m>) -> impl Iterator<Item = &'m str> {
    let (one, many) = match value {
        HeaderValue::Text(id) => (Some(id), [].as_slice()),
        HeaderValue::TextList(ids) => (None, ids.as_slice()),
        _ => (None, [].as_slice()),
    };
    one.into_iter().chain(many).map(AsRef::as_ref)
}

/// Whether a machine sent it, by what it says itself (RFC 3834 and older habits).
fn is_automatic(mail: &Message<'_>, ours: &Ours) -> bool {
    let says = |name: &str| header(mail, name).filter(|value| value.split([';', ' ']).next() != Some("no"));
    let precedence = header(mail, "Precedence")
        .is_some_and(|value| ["bulk", "auto_reply", "auto-reply", "junk"].iter().any(|word| value.starts_with(word)));
    let replies = ["X-Autoreply", "X-Autorespond", "X-Autoresponder", "Auto-Submitted"];
    let list = ["List-Id", "List-Unsubscribe"].iter().any(|name| header(mail, name).is_some());
    // A group's inbox is a list too, and its mails are written by people.
    let own_inbox = || header(mail, "List-Post").is_some_and(|post| ours.are_named_in(&post));
    let nobody = mail.from().and_then(Address::first).and_then(address).is_some_and(|from| {
        let name: String = from.split('@').next().unwrap_or_default().chars().filter(|c| c.is_alphabetic()).collect();
        name == "noreply" || name == "donotreply"
    });
    precedence || replies.iter().any(|name| says(name).is_some()) || nobody || (list && !own_inbox())
}

/// What a mail says: its text, or its HTML where a part of it has no text.
fn body(mail: &Message<'_>) -> Option<(Format, String)> {
    let is_text = |part: &mail_parser::MessagePart<'_>| matches!(part.body, PartType::Text(_));
    let texts: Vec<&str> = mail.text_bodies().filter_map(mail_parser::MessagePart::text_contents).collect();
    let text = texts.join("\n");
    if mail.text_bodies().all(is_text) && !text.trim().is_empty() {
        return Some((Format::Plain, with_line_feeds(&text)));
    }
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('\n', "<br>\n");
    let htmls = mail.html_bodies().filter_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        PartType::Text(text) => Some(format!("<div>{}</div>", escaped(text))),
        _ => None,
    });
    let html = htmls.collect::<Vec<_>>().join("\n");
    (!html.trim().is_empty()).then(|| (Format::Html, with_line_feeds(&html)))
}

/// Mail ends its lines with CR LF on its way; that is no part of what was said.
fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end().to_owned()
}
