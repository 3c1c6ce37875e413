//! A stored conversation as it is read: put together, each message with its key.

use crate::conversation::Conversation;
use crate::source::Piece;
use crate::source::merge::merge;
use crate::store::analysis::StoredMessage;

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
    /// The conversation that is stored as `piece`, with what the store knows of each of its messages in `stored`.
    #[must_use]
    pub fn of(piece: Piece, stored: &[StoredMessage]) -> Self {
        let merged = merge(vec![piece], &());
        let stored = merged.places.iter().map(|&place| stored[place]).collect();
        Self { conversation: merged.conversation, stored, sideless: merged.sideless.len() }
    }
}
