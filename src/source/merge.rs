//! Puts the pieces of a conversation together: each message once, in the order of time, every author on a side.

use super::{Author, Person, Piece, PieceMessage};
use crate::conversation::{Conversation, Message, Participant, ParticipantId, Role};
use jiff::Timestamp;
use rustc_hash::FxHashSet;

/// Knows who people are, by source and id.
pub trait People {
    /// The person, where an export told of them.
    fn person(&self, source: &str, id: &ParticipantId) -> Option<Person>;
}

/// Nobody is known but by what messages say themselves.
impl People for () {
    fn person(&self, _: &str, _: &ParticipantId) -> Option<Person> {
        None
    }
}

/// A conversation put together, and what had to be decided for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The conversation.
    pub conversation: Conversation,
    /// Messages that came more than once and were taken once.
    pub duplicates: u64,
    /// Messages whose author was taken for an agent because the export names another as the customer and
    /// says nothing else of the author.
    pub taken_as_agents: u64,
    /// Messages left out because nothing tells on which side their author is, with the author's id.
    pub sideless: Vec<Option<ParticipantId>>,
}

/// Merges `pieces` of one conversation, given in the order in which they were read.
///
/// Where all messages have times they are ordered by them, and by the order of reading where times are
/// equal; otherwise the order of reading stays. Of messages with the same identifier the last one read
/// counts: exports are taken again because something was mended.
#[must_use]
pub fn merge(pieces: Vec<Piece>, people: &dyn People) -> Merged {
    let (mut source, mut id, mut channel, mut requester) = (None, None, None, None);
    let mut messages = Vec::new();
    for piece in pieces {
        source.get_or_insert(piece.source);
        id = id.or(piece.conversation);
        channel = channel.or(piece.channel);
        requester = requester.or(piece.requester);
        messages.extend(piece.messages);
    }
    let source = source.unwrap_or_default();
    let read = messages.len();
    let mut messages = in_order(once(messages));
    let duplicates = (read - messages.len()) as u64;
    let (mut taken_as_agents, mut sideless) = (0, Vec::new());
    messages.retain_mut(|message| {
        let author = &mut message.author;
        match role(author, &source, requester.as_ref(), people) {
            Side::Told(role) => author.role = Some(role),
            Side::TakenAsAgent => {
                taken_as_agents += 1;
                author.role = Some(Role::Agent);
            }
            Side::Unknown => {
                sideless.push(author.id.take());
                return false;
            }
        }
        true
    });
    let messages = messages.into_iter().filter_map(finished).collect();
    let conversation = Conversation { id, source: Some(source.into_owned()), channel, messages };
    Merged { conversation, duplicates, taken_as_agents, sideless }
}

fn finished(message: PieceMessage) -> Option<Message> {
    let Author { role, id, name } = message.author;
    Some(Message {
        id: message.id,
        author: Participant { role: role?, id, name },
        sent: message.sent,
        visibility: message.visibility,
        format: message.format,
        automatic: message.automatic,
        body: message.body,
    })
}

/// Each message once: of those with one identifier the last, without identifier those that differ, and not
/// what its author sent at the same moment with an identifier: a ticket of Zendesk shows its first comment as
/// its description, too.
fn once(messages: Vec<PieceMessage>) -> Vec<PieceMessage> {
    if messages.len() < 2 {
        return messages;
    }
    let named = messages.iter().filter(|message| message.id.is_some() && message.author.id.is_some());
    let sent: FxHashSet<_> = named.map(|message| (&message.sent, &message.author.id)).collect();
    let mut ids = FxHashSet::default();
    let mut contents = FxHashSet::default();
    let mut keep: Vec<bool> = Vec::with_capacity(messages.len());
    for message in messages.iter().rev() {
        keep.push(match &message.id {
            Some(id) => ids.insert(id),
            // Without a time "Yes please" may well be said twice.
            None if message.sent.is_none() => true,
            None if sent.contains(&(&message.sent, &message.author.id)) => false,
            None => contents.insert((&message.sent, &message.author.id, &message.body)),
        });
    }
    let mut keep = keep.into_iter().rev();
    let mut messages = messages;
    messages.retain(|_| keep.next().unwrap_or(true));
    messages
}

fn in_order(messages: Vec<PieceMessage>) -> Vec<PieceMessage> {
    let times: Option<Vec<Timestamp>> =
        messages.iter().map(|message| message.sent.as_ref().and_then(|sent| sent.parse().ok())).collect();
    let Some(times) = times else { return messages };
    if times.is_sorted() {
        return messages;
    }
    let newest_first = times.first() > times.last();
    let mut timed: Vec<(Timestamp, PieceMessage)> = times.into_iter().zip(messages).collect();
    if newest_first {
        // Some tools list the newest first; what has the same time stands in that order as well.
        timed.reverse();
    }
    timed.sort_by_key(|(time, _)| *time);
    timed.into_iter().map(|(_, message)| message).collect()
}

enum Side {
    Told(Role),
    TakenAsAgent,
    Unknown,
}

fn role(author: &mut Author, source: &str, requester: Option<&ParticipantId>, people: &dyn People) -> Side {
    if author.role.is_some() && author.name.is_some() {
        return author.role.map_or(Side::Unknown, Side::Told);
    }
    let person = author.id.as_ref().and_then(|id| people.person(source, id));
    if let Some(person) = &person
        && author.name.is_none()
    {
        author.name.clone_from(&person.name);
    }
    match (author.role.or(person.and_then(|person| person.role)), requester) {
        (Some(role), _) => Side::Told(role),
        _ if author.id.is_none() => Side::Unknown,
        (None, Some(requester)) if author.id.as_ref() == Some(requester) => Side::Told(Role::Customer),
        (None, Some(_)) => Side::TakenAsAgent,
        (None, None) => Side::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{People, merge};
    use crate::conversation::{ConversationId, MessageId, ParticipantId, Role, Visibility};
    use crate::source::{Author, Person, Piece, PieceMessage};

    struct Dana;

    impl People for Dana {
        fn person(&self, source: &str, id: &ParticipantId) -> Option<Person> {
            let known = source == "shop" && id.as_str() == "5";
            known.then(|| Person {
                source: "shop".into(),
                id: id.clone(),
                role: Some(Role::Agent),
                name: Some("Dana".into()),
            })
        }
    }

    fn said(id: &str, author: Option<&str>, minute: u32, body: &str) -> PieceMessage {
        PieceMessage {
            id: Some(MessageId::from(id)),
            author: Author { role: None, id: author.map(ParticipantId::from), name: None },
            sent: Some(format!("2026-03-02T10:{minute:02}:00Z")),
            visibility: Visibility::Public,
            format: None,
            automatic: false,
            body: body.into(),
        }
    }

    fn piece(messages: Vec<PieceMessage>) -> Piece {
        Piece {
            source: "shop".into(),
            conversation: Some(ConversationId::from("1")),
            channel: None,
            requester: Some(ParticipantId::from("9")),
            messages,
        }
    }

    #[test]
    fn pieces_in_any_order_make_one_conversation() {
        let late = piece(vec![said("c", Some("5"), 30, "It is mended."), said("b", Some("5"), 20, "We look.")]);
        let early = piece(vec![said("a", Some("9"), 10, "It is broken."), said("b", Some("5"), 20, "We look at it.")]);
        let merged = merge(vec![late, early], &Dana);
        let told: Vec<_> = merged
            .conversation
            .messages
            .iter()
            .map(|message| (message.author.role, message.author.name.as_deref(), message.body.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (Role::Customer, None, "It is broken."),
                (Role::Agent, Some("Dana"), "We look at it."),
                (Role::Agent, Some("Dana"), "It is mended."),
            ]
        );
        assert_eq!((merged.duplicates, merged.taken_as_agents, merged.sideless.len()), (1, 0, 0));
    }

    #[test]
    fn a_description_is_not_said_besides_the_comment_that_it_is() {
        let comment = said("a", Some("9"), 10, "<p>It is broken.</p>");
        let description = PieceMessage { id: None, body: "It is broken.".into(), ..comment.clone() };
        let later = PieceMessage { id: None, ..said("", Some("9"), 11, "It is broken.") };
        let merged = merge(vec![piece(vec![description]), piece(vec![comment, later])], &());
        let bodies: Vec<_> = merged.conversation.messages.iter().map(|message| message.body.as_str()).collect();
        assert_eq!(bodies, ["<p>It is broken.</p>", "It is broken."]);
        assert_eq!(merged.duplicates, 1);
    }

    #[test]
    fn who_is_not_the_customer_is_taken_for_an_agent_and_it_is_said() {
        let merged =
            merge(vec![piece(vec![said("a", Some("9"), 1, "Hello?"), said("b", Some("7"), 2, "Hello!")])], &());
        assert_eq!(merged.taken_as_agents, 1);
        assert_eq!(merged.conversation.messages[1].author.role, Role::Agent);
        let mut alone = piece(vec![said("a", Some("9"), 1, "Hello?"), said("b", None, 2, "Hello!")]);
        alone.requester = None;
        let merged = merge(vec![alone], &());
        assert_eq!(merged.conversation.messages.len(), 0);
        assert_eq!(merged.sideless, [Some(ParticipantId::from("9")), None]);
    }
}
