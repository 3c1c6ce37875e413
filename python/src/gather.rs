//! Rows of a conversation put together.

use crate::error::Error;
use crate::input::Rows;
use amends::conversation::order::{self, Entry};
use amends::conversation::{Conversation, ConversationId, Message};
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::HashMap;

/// A row: of which batch, and which of its rows.
pub type Place = (u32, u32);

/// Conversations whose rows are all here.
#[derive(Debug, Default)]
pub struct Gathered {
    batches: Vec<Rows>,
    /// The rows of all conversations, each conversation's together and in the order of reading.
    places: Vec<Place>,
    /// Where the rows of each conversation end in `places`.
    ends: Vec<usize>,
}

/// What tells conversations apart: the tool that it comes from, and its identifier there.
pub fn identity(rows: &Rows, row: usize, identity: &mut String) -> Result<(), Error> {
    identity.clear();
    if let Some(source) = rows.source(row) {
        identity.push_str(&source);
    }
    identity.push('\0');
    identity.push_str(&rows.conversation(row)?);
    Ok(())
}

impl Gathered {
    /// Puts together the rows of `batches`, whichever their order; conversations stand in the order of their first row.
    pub fn from_any_order(batches: Vec<Rows>) -> Result<Self, Error> {
        let mut known: HashMap<String, u32> = HashMap::new();
        let (mut of_row, mut counts, mut buffer) = (Vec::new(), Vec::<usize>::new(), String::new());
        for rows in &batches {
            for row in 0..rows.len() {
                identity(rows, row, &mut buffer)?;
                let conversation = match known.get(&buffer) {
                    Some(known) => *known,
                    None => {
                        let new = counts.len() as u32;
                        known.insert(buffer.clone(), new);
                        counts.push(0);
                        new
                    }
                };
                counts[conversation as usize] += 1;
                of_row.push(conversation);
            }
        }
        let ends: Vec<usize> = counts
            .iter()
            .scan(0, |end, count| {
                *end += count;
                Some(*end)
            })
            .collect();
        let mut next: Vec<usize> = ends.iter().zip(&counts).map(|(end, count)| end - count).collect();
        let mut places = vec![(0, 0); of_row.len()];
        let all = batches.iter().enumerate().flat_map(|(batch, rows)| (0..rows.len()).map(move |row| (batch, row)));
        for ((batch, row), conversation) in all.zip(of_row) {
            let next = &mut next[conversation as usize];
            places[*next] = (batch as u32, row as u32);
            *next += 1;
        }
        Ok(Self { batches, places, ends })
    }

    /// Conversations that follow one another: the `places` of their rows, and where each conversation ends in them.
    pub const fn from_clustered(batches: Vec<Rows>, places: Vec<Place>, ends: Vec<usize>) -> Self {
        Self { batches, places, ends }
    }

    /// How many conversations there are.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// The batches, for those who go on with the rows that are left.
    pub fn into_batches(self) -> Vec<Rows> {
        self.batches
    }

    /// When the newest message was sent.
    pub fn newest(&self) -> Option<Timestamp> {
        self.batches.iter().flat_map(|rows| (0..rows.len()).filter_map(|row| rows.sent(row))).max()
    }

    /// Conversation `index`: its messages once each and in order.
    pub fn conversation(&self, index: usize) -> Result<Conversation, Error> {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        let places = &self.places[start..self.ends[index]];
        let rows = |place: &Place| (&self.batches[place.0 as usize], place.1 as usize);
        let mut messages = Vec::with_capacity(places.len());
        for place in places {
            let (rows, row) = rows(place);
            messages.push(rows.message(row)?);
        }
        let order = order::in_order(&messages.iter().map(entry).collect::<Vec<_>>());
        let mut messages: Vec<Option<Message>> = messages.into_iter().map(Some).collect();
        let (first, row) = rows(&places[0]);
        let channel = places.iter().map(rows).find_map(|(rows, row)| rows.channel(row));
        Ok(Conversation {
            id: Some(ConversationId(first.conversation(row)?.into_owned())),
            source: first.source(row).map(Cow::into_owned),
            channel: channel.map(Cow::into_owned),
            messages: order.into_iter().filter_map(|index| messages[index].take()).collect(),
        })
    }
}

fn entry(message: &Message) -> Entry<'_> {
    Entry {
        id: message.id.as_ref().map(|id| id.as_str()),
        author: message.author.id.as_ref().map(|id| id.as_str()),
        sent: message.sent.as_deref(),
        body: &message.body,
    }
}
