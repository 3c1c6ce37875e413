//! Sums of conversations that were read before, one row each with its messages and promises: nothing is read again.

use super::Groups;
use crate::error::Error;
use crate::method::Method;
use crate::stream::Stream;
use crate::texts::{Texts, flags, moments, numbers};
use amends::summary::{Agent, Asked, Dimension, GroupKey, MessageFigures, Part};
use amends::trend::Grain;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::ops::Range;

/// Adds the conversations of `stream` to `groups`, in periods of the office's `zone`.
pub fn of_nested(
    groups: &mut Groups,
    stream: Stream,
    (grain, zone): (Grain, &TimeZone),
    method: &Method,
) -> Result<(), Error> {
    for batch in stream {
        let batch = batch?;
        let (messages, promises) = (Messages::of(&batch)?, PromiseColumns::of(&batch)?);
        for row in 0..batch.num_rows() {
            let mut parts: BTreeMap<GroupKey, (Part, Agent)> = BTreeMap::new();
            for message in messages.lists.range(row) {
                let figures = messages.figures(message, method);
                for (key, agent) in messages.who.keys(message, grain, zone) {
                    parts
                        .entry(key)
                        .or_insert_with(|| (Part::default(), agent))
                        .0
                        .add(&figures, method.card.criteria.len());
                }
            }
            for promise in promises.lists.range(row) {
                let fate = promises.fate.get(promise).unwrap_or_default();
                for (key, agent) in promises.who.keys(promise, grain, zone) {
                    let part = &mut parts.entry(key).or_insert_with(|| (Part::default(), agent)).0;
                    part.promised(promises.due[promise].is_some(), &fate);
                }
            }
            for (key, (part, agent)) in parts {
                let mut group = part.group();
                if key.dimension == Dimension::Agent {
                    (group.title, group.team) = (agent.name, agent.team);
                }
                groups.entry(key).or_default().merge(&group);
            }
        }
    }
    Ok(())
}

/// A column of lists of rows.
struct Lists {
    ranges: Vec<Range<usize>>,
    rows: StructArray,
}

impl Lists {
    fn of(array: &ArrayRef, name: &str) -> Result<Self, Error> {
        let wrong = || wrong(name, array, "a list of rows");
        let (values, ends): (&ArrayRef, Vec<usize>) = if let Some(lists) = array.as_list_opt::<i32>() {
            (lists.values(), lists.value_offsets().iter().map(|end| *end as usize).collect())
        } else {
            let lists = array.as_list_opt::<i64>().ok_or_else(wrong)?;
            (lists.values(), lists.value_offsets().iter().map(|end| *end as usize).collect())
        };
        let range = |(row, ends): (usize, &[usize])| if array.is_valid(row) { ends[0]..ends[1] } else { 0..0 };
        Ok(Self {
            ranges: ends.windows(2).enumerate().map(range).collect(),
            rows: values.as_struct_opt().ok_or_else(wrong)?.clone(),
        })
    }

    fn range(&self, row: usize) -> Range<usize> {
        self.ranges[row].clone()
    }

    fn column(&self, name: &str) -> Result<&ArrayRef, Error> {
        self.rows.column_by_name(name).ok_or_else(|| missing(name))
    }

    fn texts(&self, name: &str) -> Result<Texts, Error> {
        let array = self.column(name)?;
        Texts::of(array).ok_or_else(|| wrong(name, array, "text"))
    }

    fn flags(&self, name: &str) -> Result<Vec<Option<bool>>, Error> {
        let array = self.column(name)?;
        flags(array).ok_or_else(|| wrong(name, array, "true and false"))
    }

    fn moments(&self, name: &str) -> Result<Vec<Option<Timestamp>>, Error> {
        let array = self.column(name)?;
        moments(array).ok_or_else(|| wrong(name, array, "timestamps with a time zone"))
    }
}

fn missing(name: &str) -> Error {
    Error::Columns(format!("there is no column `{name}`; expected the table `nested` of scores, its lists as they are"))
}

fn wrong(name: &str, array: &ArrayRef, expected: &str) -> Error {
    Error::Columns(format!("column `{name}` holds {}; expected {expected}", array.data_type()))
}

fn lists(batch: &RecordBatch, name: &str) -> Result<Lists, Error> {
    Lists::of(batch.column_by_name(name).ok_or_else(|| missing(name))?, name)
}

/// Who wrote, when, and how it travelled.
struct Who {
    agent: Texts,
    agent_name: Texts,
    team: Texts,
    channel: Texts,
    sent: Vec<Option<Timestamp>>,
}

impl Who {
    fn of(lists: &Lists, sent: &str) -> Result<Self, Error> {
        Ok(Self {
            agent: lists.texts("agent")?,
            agent_name: lists.texts("agent_name")?,
            team: lists.texts("team")?,
            channel: lists.texts("channel")?,
            sent: lists.moments(sent)?,
        })
    }

    fn keys(&self, row: usize, grain: Grain, zone: &TimeZone) -> impl Iterator<Item = (GroupKey, Agent)> {
        let owned = |texts: &Texts| texts.get(row).map(Into::into);
        let id = owned(&self.agent).unwrap_or_default();
        let agent = Agent { id, name: owned(&self.agent_name), team: owned(&self.team) };
        let keys = GroupKey::of_message(&agent, self.channel.get(row).as_deref(), self.sent[row], grain, zone);
        keys.into_iter().map(move |key| (key, agent.clone()))
    }
}

struct Messages {
    lists: Lists,
    who: Who,
    score: Vec<Option<f64>>,
    /// Service failure, apology due, follow-up due.
    situation: [Vec<Option<bool>>; 3],
    found: [Vec<Option<bool>>; 4],
    criteria: Lists,
    criterion: Texts,
    verdict: Texts,
}

impl Messages {
    fn of(batch: &RecordBatch) -> Result<Self, Error> {
        let lists = lists(batch, "messages")?;
        let score = lists.column("score")?;
        let criteria = Lists::of(lists.column("criteria")?, "criteria")?;
        Ok(Self {
            who: Who::of(&lists, "sent")?,
            score: numbers(score).ok_or_else(|| wrong("score", score, "numbers"))?,
            situation: [lists.flags("service_failure")?, lists.flags("apology_due")?, lists.flags("follow_up_due")?],
            found: [
                lists.flags("excuse")?,
                lists.flags("finger_pointing")?,
                lists.flags("missing_apology")?,
                lists.flags("missing_follow_up")?,
            ],
            criterion: criteria.texts("criterion")?,
            verdict: criteria.texts("verdict")?,
            criteria,
            lists,
        })
    }

    fn figures(&self, row: usize, method: &Method) -> MessageFigures {
        // Nothing is said of a message that was not read.
        let Some(service_failure) = self.situation[0][row] else { return MessageFigures::default() };
        let yes = |flags: &[Option<bool>]| flags[row] == Some(true);
        let (mut met, mut unmet) = (0, 0);
        for one in self.criteria.range(row) {
            let (id, verdict) = (self.criterion.get(one), self.verdict.get(one));
            let place = method.card.criteria.iter().position(|own| Some(own.id.as_str()) == id.as_deref());
            let bit = place.map_or(0, |place| 1 << place);
            match verdict.as_deref() {
                Some("met") => met |= bit,
                Some("unmet") => unmet |= bit,
                _ => {}
            }
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score is 0 to 100")]
        let hundredths = |score: f64| (score * 100.0).round() as u64;
        MessageFigures {
            asked: Some(Asked {
                service_failure,
                apology_due: yes(&self.situation[1]),
                follow_up_due: yes(&self.situation[2]),
                found: self.found.each_ref().map(|found| yes(found)),
                met,
                unmet,
            }),
            score_hundredths: self.score[row].map(hundredths),
        }
    }
}

struct PromiseColumns {
    lists: Lists,
    who: Who,
    due: Vec<Option<Timestamp>>,
    fate: Texts,
}

impl PromiseColumns {
    fn of(batch: &RecordBatch) -> Result<Self, Error> {
        let lists = lists(batch, "promises")?;
        Ok(Self { who: Who::of(&lists, "made")?, due: lists.moments("due")?, fate: lists.texts("fate")?, lists })
    }
}
