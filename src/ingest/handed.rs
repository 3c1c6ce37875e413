//! What was just read goes to the search index by hand, so that it need not be looked up, taken apart and read again.
//!
//! The index follows the store by the numbers of changes all the same: the store says what changed, and what was handed
//! over stands in for looking that up only where its number is the same. So nothing hangs on it: what is missing here
//! (there was no room, another program wrote it, the service has just started) comes from the store.

use crate::conversation::Format;
use crate::detect::Detection;
use crate::lexicon::Lexicon;
use crate::marked::authored;
use crate::reading::markup_of;
use crate::store::analysed::FirstRead;
use crate::store::documents::MessageRow;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many bytes of text may wait for the index.
const MOST: usize = 64 << 20;

/// The words of a message, and what was found in them, as they are searched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// What its author wrote, as people read it.
    pub body: String,
    /// Labels, and their kinds: `apology`, `apology:formulaic`. Each once, in their order.
    pub labels: Vec<String>,
    /// Rules, likewise.
    pub rules: Vec<String>,
}

impl Words {
    /// Those of `body`, in which labels (with their kinds) and rules were found.
    pub(super) fn new<'n>(
        body: &str,
        format: Option<Format>,
        found: impl Iterator<Item = (&'n str, Option<&'n str>, &'n str)>,
    ) -> Self {
        let (mut labels, mut rules) = (Vec::new(), Vec::new());
        for (label, kind, rule) in found {
            labels.extend(kind.map(|kind| format!("{label}:{kind}")));
            labels.push(label.to_owned());
            rules.push(rule.to_owned());
        }
        for names in [&mut labels, &mut rules] {
            names.sort_unstable();
            names.dedup();
        }
        Self { body: authored(body, markup_of(format)), labels, rules }
    }

    /// Those of `body`, in which `lexicon` found `detections`.
    pub(super) fn read(body: &str, format: Option<Format>, detections: &[Detection], lexicon: &Lexicon) -> Self {
        let found = detections.iter().map(|one| {
            let kind = one.kind.map(|kind| kind.name());
            (one.label.name(), kind, lexicon.rules()[one.rule as usize].id.as_str())
        });
        Self::new(body, format, found)
    }
}

/// Messages of a conversation, as they are searched.
pub(super) type Messages = Vec<(MessageRow, Words)>;

/// Conversations that were read for the first time and wait for the index.
#[derive(Debug, Default)]
pub struct Handed(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    /// By change.
    conversations: BTreeMap<i64, Conversation>,
    bytes: usize,
}

#[derive(Debug)]
struct Conversation {
    key: i64,
    messages: Messages,
}

impl Conversation {
    fn bytes(&self) -> usize {
        self.messages.iter().map(|(_, words)| words.body.len()).sum()
    }
}

impl Handed {
    /// How many conversations wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting().conversations.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes in conversations that the store holds by now, with the words of their messages; those that there is no
    /// room for are left out.
    pub(super) fn put(&self, read: impl Iterator<Item = (FirstRead, Vec<Words>)>) {
        let mut waiting = self.waiting();
        for (read, words) in read {
            let messages = read.messages.into_iter().zip(words).collect();
            let conversation = Conversation { key: read.conversation, messages };
            let bytes = conversation.bytes();
            if waiting.bytes + bytes <= MOST {
                waiting.bytes += bytes;
                waiting.conversations.insert(read.change, conversation);
            }
        }
    }

    /// Gives the messages of a conversation, where it is here as it was after `change`.
    pub(super) fn take(&self, conversation: i64, change: i64) -> Option<Messages> {
        let mut waiting = self.waiting();
        let taken = waiting.conversations.remove(&change)?;
        waiting.bytes -= taken.bytes();
        (taken.key == conversation).then_some(taken.messages)
    }

    /// Drops what changed again, or went, before the index had come to it: all up to `change`.
    pub(super) fn forget(&self, change: i64) {
        let mut waiting = self.waiting();
        let later = waiting.conversations.split_off(&(change + 1));
        let forgotten = std::mem::replace(&mut waiting.conversations, later);
        waiting.bytes -= forgotten.values().map(Conversation::bytes).sum::<usize>();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
