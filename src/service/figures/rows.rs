//! The numbers of all messages and promises in memory, some fifty bytes each: figures are added up from them, and
//! not from the store, which would take ten times as long. They follow the store by its change numbers.

use super::by_conversation::ByConversation;
use crate::store::figures::{self, FigureRow, PromiseFigureRow};
use crate::store::{StoreError, change, timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::Transaction;
use rustc_hash::FxHashMap;

/// Where more than this share of all conversations changed everything is read again, which is one step through an
/// index and not many.
const MOST_CHANGED: usize = 8;

/// A quarter of an hour: no time zone changes within one.
const QUARTER: i64 = 15 * 60 * 1000;

/// What is counted of a message. Few differ in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Marks {
    pub(super) version: i64,
    pub(super) asked: bool,
    pub(super) situation: i64,
    pub(super) findings: i64,
    pub(super) met: i64,
    pub(super) unmet: i64,
}

/// A message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message {
    pub(super) agent: i64,
    /// When it was sent, and the day in the office.
    pub(super) sent: Option<(i64, Date)>,
    /// Index of its marks.
    pub(super) marks: u32,
    /// Hundredths of a point.
    pub(super) score: Option<u16>,
}

/// A promise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Promised {
    pub(super) agent: i64,
    pub(super) made: Option<i64>,
    pub(super) dated: bool,
    /// Index of its fate.
    pub(super) fate: u8,
}

/// The numbers of all messages and promises, as they were at some change of the store.
#[derive(Debug)]
pub(super) struct Rows {
    zone: TimeZone,
    /// 0 until they are read for the first time, and while they are changed: what ends half-way is read again.
    change: i64,
    pub(super) marks: Vec<Marks>,
    known: FxHashMap<Marks, u32>,
    pub(super) fates: Vec<String>,
    days: FxHashMap<i64, Date>,
    pub(super) messages: ByConversation<Message>,
    pub(super) promises: ByConversation<Promised>,
}

impl Rows {
    /// None yet; days begin and end in `zone`.
    pub(super) fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            change: 0,
            marks: Vec::new(),
            known: FxHashMap::default(),
            fates: Vec::new(),
            days: FxHashMap::default(),
            messages: ByConversation::default(),
            promises: ByConversation::default(),
        }
    }

    /// Whether they are as new as the store that `transaction` sees, or newer.
    pub(super) fn are_up_to(&self, transaction: &Transaction<'_>) -> Result<bool, StoreError> {
        Ok(self.change >= change(transaction)?)
    }

    /// Brings them up to the store that `transaction` sees.
    pub(super) fn follow(&mut self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        let head = change(transaction)?;
        let after = std::mem::take(&mut self.change);
        let changed = if after == 0 { Vec::new() } else { figures::changed(transaction, after)? };
        if after == 0 || changed.len() > self.messages.conversations() / MOST_CHANGED {
            self.read_all(transaction)?;
        } else {
            changed.into_iter().try_for_each(|conversation| self.read(transaction, conversation))?;
        }
        self.change = head;
        Ok(())
    }

    fn read_all(&mut self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        let (mut messages, mut promises) = (Vec::new(), Vec::new());
        figures::messages(transaction, None, |row| messages.push((row.conversation, self.message(&row))))?;
        figures::promises(transaction, None, |row| promises.push((row.conversation, self.promised(&row))))?;
        self.messages = ByConversation::of(messages);
        self.promises = ByConversation::of(promises);
        Ok(())
    }

    fn read(&mut self, transaction: &Transaction<'_>, conversation: i64) -> Result<(), StoreError> {
        let (mut messages, mut promises) = (Vec::new(), Vec::new());
        figures::messages(transaction, Some(conversation), |row| messages.push(self.message(&row)))?;
        figures::promises(transaction, Some(conversation), |row| promises.push(self.promised(&row)))?;
        self.messages.replace(conversation, &messages);
        self.promises.replace(conversation, &promises);
        Ok(())
    }

    fn message(&mut self, row: &FigureRow) -> Message {
        let FigureRow { version, asked, situation, findings, met, unmet, .. } = *row;
        let marks = Marks { version, asked, situation, findings, met, unmet };
        let marks = *self.known.entry(marks).or_insert_with(|| {
            self.marks.push(marks);
            // Of each there is a message.
            (self.marks.len() - 1) as u32
        });
        let day = |sent_at: i64| {
            let day = match self.days.get(&sent_at.div_euclid(QUARTER)) {
                Some(day) => *day,
                None => {
                    let day = self.zone.to_datetime(timestamp(sent_at)?).date();
                    self.days.insert(sent_at.div_euclid(QUARTER), day);
                    day
                }
            };
            Some((sent_at, day))
        };
        Message {
            agent: row.agent,
            sent: row.sent_at.and_then(day),
            marks,
            score: row.score.and_then(|score| u16::try_from(score).ok()),
        }
    }

    fn promised(&mut self, row: &PromiseFigureRow) -> Promised {
        let fate = self.fates.iter().position(|fate| *fate == row.fate).unwrap_or_else(|| {
            self.fates.push(row.fate.clone());
            self.fates.len() - 1
        });
        // There are five fates.
        Promised { agent: row.agent, made: row.made, dated: row.dated, fate: fate as u8 }
    }
}
