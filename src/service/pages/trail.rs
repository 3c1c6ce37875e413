//! The way through a list: whoever opens a message from one has the next and the previous one at hand.
//!
//! It stands in the address, `/conversations/7?list=%2Fsearch%3Fq%3Drefund&of=12.40.7&at=2#m7`: so it needs no script,
//! each tab has its own, and it is still there after a verdict or after signing in again.

use super::Problem;
use super::frame::own_path;
use super::problem::encoded;
use crate::store::conversations;
use rusqlite::Transaction;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Messages of a list, at most; more are left out at the end.
const MOST: usize = 100;

/// Where a message is read.
#[must_use]
pub fn place(conversation: i64, message: i64) -> String {
    format!("/conversations/{conversation}#m{message}")
}

/// A list of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// Its own address.
    list: String,
    /// Its messages, in its order, each once.
    messages: Vec<i64>,
}

impl Trail {
    /// The list at the address `list`, of `messages`.
    #[must_use]
    pub fn new(list: &str, messages: impl IntoIterator<Item = i64>) -> Self {
        let mut known = BTreeSet::new();
        let messages = messages.into_iter().filter(|message| known.insert(*message));
        Self { list: list.to_owned(), messages: messages.take(MOST).collect() }
    }

    /// Where `message` of `conversation` is read, with the way on from there.
    #[must_use]
    pub fn path(&self, conversation: i64, message: i64) -> String {
        self.messages
            .iter()
            .position(|one| *one == message)
            .map_or_else(|| place(conversation, message), |at| self.path_at(conversation, at))
    }

    fn path_at(&self, conversation: i64, at: usize) -> String {
        let keys = self.messages.iter().map(i64::to_string).collect::<Vec<_>>().join(".");
        let list = encoded(&self.list);
        format!("/conversations/{conversation}?list={list}&of={keys}&at={at}#m{}", self.messages[at])
    }

    /// The nearest message of `places` that is still stored.
    fn nearest(
        &self,
        transaction: &Transaction<'_>,
        places: impl Iterator<Item = usize>,
    ) -> Result<Option<String>, Problem> {
        for at in places {
            if let Some(conversation) = conversations::of_message(transaction, self.messages[at])? {
                return Ok(Some(self.path_at(conversation, at)));
            }
        }
        Ok(None)
    }
}

/// What the address of a conversation says of the list that it was opened from.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct TrailQuery {
    list: Option<String>,
    of: Option<String>,
    at: Option<String>,
}

/// The ways on from a message of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ways {
    /// The list.
    pub list: String,
    /// Its place in it, 1 is the first.
    pub number: usize,
    /// How many there are.
    pub all: usize,
    /// The message before it.
    pub previous: Option<String>,
    /// The message after it.
    pub next: Option<String>,
}

impl TrailQuery {
    /// The ways on; none where the address names no list, or not as this service does.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn ways(&self, transaction: &Transaction<'_>) -> Result<Option<Ways>, Problem> {
        let (Some(list), Some(of), Some(at)) = (&self.list, &self.of, &self.at) else { return Ok(None) };
        let messages: Result<Vec<i64>, _> = of.split('.').take(MOST).map(str::parse).collect();
        let (Ok(messages), Ok(at)) = (messages, at.parse::<usize>()) else { return Ok(None) };
        if at >= messages.len() {
            return Ok(None);
        }
        let trail = Trail { list: own_path(list).to_owned(), messages };
        let all = trail.messages.len();
        Ok(Some(Ways {
            previous: trail.nearest(transaction, (0..at).rev())?,
            next: trail.nearest(transaction, at + 1..all)?,
            list: trail.list,
            number: at + 1,
            all,
        }))
    }
}
