//! A stored conversation as it is read: put together, each message with its key.

use crate::conversation::{Conversation, Message};
use crate::source::merge::merge;
use crate::source::{Piece, PieceMessage};
use crate::store::analysis::StoredMessage;
use std::collections::{HashMap, VecDeque};

/// A conversation as it is read.
#[derive(Debug)]
pub struct Whole {
    /// Its messages in their order, each once, with the side of its author.
    pub conversation: Conversation,
    /// For each of them what the store knows of it.
    pub stored: Vec<StoredMessage>,
    /// Messages of which nothing tells on which side their author is; they are left out.
    pub sideless: usize,
}

impl Whole {
    /// The conversation that is stored as `piece`, with the keys of its messages in `stored`.
    #[must_use]
    pub fn of(piece: Piece, stored: &[StoredMessage]) -> Self {
        let keys = Keys::of(&piece.messages, stored);
        let merged = merge(vec![piece], &());
        let stored = keys.of_messages(&merged.conversation);
        Self { conversation: merged.conversation, stored, sideless: merged.sideless.len() }
    }
}

/// Finds the keys of messages again once they were put together.
struct Keys {
    named: HashMap<String, StoredMessage>,
    /// Those without an identifier, by time and text; the same twice in their order.
    nameless: HashMap<(Option<String>, String), VecDeque<StoredMessage>>,
}

impl Keys {
    fn of(messages: &[PieceMessage], stored: &[StoredMessage]) -> Self {
        let mut keys = Self { named: HashMap::new(), nameless: HashMap::new() };
        for (message, stored) in messages.iter().zip(stored) {
            match &message.id {
                Some(id) => {
                    keys.named.insert(id.as_str().to_owned(), *stored);
                }
                None => {
                    let alike = keys.nameless.entry((message.sent.clone(), message.body.clone())).or_default();
                    alike.push_back(*stored);
                }
            }
        }
        keys
    }

    fn of_messages(mut self, conversation: &Conversation) -> Vec<StoredMessage> {
        let lost = StoredMessage { key: 0, dropped: true };
        let mut key = |message: &Message| match &message.id {
            Some(id) => self.named.get(id.as_str()).copied(),
            None => self.nameless.get_mut(&(message.sent.clone(), message.body.clone()))?.pop_front(),
        };
        conversation.messages.iter().map(|message| key(message).unwrap_or(lost)).collect()
    }
}
