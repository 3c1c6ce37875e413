//! Puts the pieces of a conversation together: each message once, in the order of time, every author on a side.

use super::{Author, Person, Piece, PieceMessage};
use crate::conversation::order::{self, Entry};
use crate::conversation::{Conversation, Message, Participant, ParticipantId, Role};

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
    /// For each of its messages its number among those of the pieces, from 0, in the order in which they were read.
    pub places: Vec<usize>,
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
/// Each message counts once, and stands where [`order`] puts it.
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
    let mut messages = in_order(messages);
    let duplicates = (read - messages.len()) as u64;
    let (mut taken_as_agents, mut sideless) = (0, Vec::new());
    messages.retain_mut(|(_, message)| {
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
    let finished = messages.into_iter().filter_map(|(place, message)| Some((place, finished(message)?)));
    let (places, messages) = finished.unzip();
    let conversation = Conversation { id, source: Some(source.into_owned()), channel, messages };
    Merged { conversation, places, duplicates, taken_as_agents, sideless }
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

/// The messages that count, in their order, each with its place before.
fn in_order(messages: Vec<PieceMessage>) -> Vec<(usize, PieceMessage)> {
    fn entry(message: &PieceMessage) -> Entry<'_> {
        Entry {
            id: message.id.as_ref().map(|id| id.as_str()),
            author: message.author.id.as_ref().map(|id| id.as_str()),
            sent: message.sent.as_deref(),
            body: &message.body,
        }
    }
    let order = order::in_order(&messages.iter().map(entry).collect::<Vec<_>>());
    let mut messages: Vec<Option<PieceMessage>> = messages.into_iter().map(Some).collect();
    order.into_iter().filter_map(|index| Some((index, messages[index].take()?))).collect()
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
