//! Invented conversations of an invented shop, so that every page shows life before the first real message.
//!
//! Wickhollow sells things for the house. Fourteen agents in three teams answer some 1,500 conversations in
//! 26 weeks; they differ in their habits ([`agents`]), so that findings, promises, trends and comparisons have
//! something to show. All texts, people and firms are made up. Pure: the same day and seed give the same
//! conversations.
//!
//! ```
//! use amends::demo;
//! use jiff::civil::date;
//!
//! let conversations: Vec<_> = demo::conversations(date(2026, 11, 22), 1).collect();
//! assert!(conversations.len() > 1_400);
//! assert_eq!(demo::agents().len(), 14);
//! assert!(conversations[0].messages[0].sent.as_deref().is_some_and(|sent| sent.starts_with("2026-05-2")));
//! ```

mod chance;
mod letter;
mod oddity;
mod phrases;
mod staff;
mod story;
mod thread;
mod when;

pub use staff::{Agent, agents};

use crate::conversation::{Conversation, ParticipantId};
use chance::Chance;
use jiff::civil::{Date, DateTime};

/// The source of the conversations.
pub const SOURCE: &str = "demo";

/// The weeks that they span.
pub const WEEKS: u32 = 26;

/// The conversations that began in the 26 weeks before the day `until`, by the time of their first message.
/// No message was sent on that day or later.
pub fn conversations(until: Date, seed: u64) -> impl Iterator<Item = Conversation> {
    let starts = when::starts(until, &mut Chance::new(seed));
    let end = until.to_datetime(jiff::civil::Time::midnight());
    starts.into_iter().enumerate().map(move |(index, (week, start))| one(index, week, start, end, seed))
}

fn one(index: usize, week: u32, start: DateTime, end: DateTime, seed: u64) -> Conversation {
    // Of its own seed, so that a change to one story leaves the others as they are.
    let mut chance = Chance::new(seed ^ (index as u64 + 1).wrapping_mul(0xA24B_AED4_963E_E407));
    let mut conversation = story::tell(index, week, start, end, &mut chance);
    oddity::add(index, &mut conversation);
    conversation
}

/// Each agent with the name of the team.
pub fn teams() -> impl Iterator<Item = (ParticipantId, &'static str)> {
    agents().iter().map(|agent| (ParticipantId::from(agent.id), agent.team))
}
