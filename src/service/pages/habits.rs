//! What somebody does mostly well and mostly not, with messages that show it.

use super::Problem;
use super::measured::{Measured, is_grey};
use super::moment::Moment;
use super::trail::place;
use crate::marked;
use crate::reading::markup_of;
use crate::service::api::reading::figures::MeasureView;
use crate::service::versions::Versions;
use crate::store::figures::Window;
use crate::store::{found, people};
use crate::summary::Group;
use jiff::tz::TimeZone;
use rusqlite::Transaction;
use std::collections::BTreeSet;

/// So many habits of each kind.
const HABITS: usize = 3;

/// The newest so many are looked at for one that is not shown yet.
const LOOKED_AT: usize = 6;

/// Characters of an example.
const LONGEST: usize = 240;

/// A criterion that somebody mostly meets, or mostly does not.
pub struct Habit {
    /// The criterion.
    pub measured: Measured,
    /// A message that meets it.
    pub good: Option<Example>,
    /// One that does not.
    pub bad: Option<Example>,
}

/// A message that shows a habit.
pub struct Example {
    /// Where it is read.
    pub path: String,
    /// When it was sent.
    pub sent: Option<Moment>,
    /// How it begins; none where its text was dropped.
    pub excerpt: Option<String>,
}

/// The strongest and the weakest habits of `group`, of the criteria that can be judged: those met in half of the
/// messages or more, and those met in fewer or least.
///
/// # Errors
/// What `example` fails with.
pub fn of(
    measures: &[MeasureView],
    group: &Group,
    mut example: impl FnMut(&str, bool) -> Result<Option<Example>, Problem>,
) -> Result<(Vec<Habit>, Vec<Habit>), Problem> {
    let judged = measures
        .iter()
        .enumerate()
        .filter(|(index, measure)| measure.kind == "criterion" && !is_grey(&group.measure(*index)));
    let mut judged: Vec<(usize, f64)> =
        judged.filter_map(|(index, _)| Some((index, group.measure(index).rate()?))).collect();
    judged.sort_by(|a, b| b.1.total_cmp(&a.1));
    // With few criteria none is both.
    let weak = judged.len().div_ceil(2).min(HABITS).min(judged.len() / 2);
    let strong = (judged.len() - weak).min(HABITS);
    let mut habit = |&(index, _): &(usize, f64)| {
        let measure = &measures[index];
        let id = measure.name.strip_prefix("criterion:").unwrap_or(&measure.name);
        Ok(Habit {
            measured: Measured::new(measure, &group.measure(index), None),
            good: example(id, true)?,
            bad: example(id, false)?,
        })
    };
    let strongest = judged[..strong].iter().map(&mut habit).collect::<Result<_, Problem>>()?;
    let weakest = judged[judged.len() - weak..].iter().rev().map(habit).collect::<Result<_, Problem>>()?;
    Ok((strongest, weakest))
}

/// One of the newest messages of `agent` that meet a criterion, or do not: where there is one, none of those that are
/// `shown` already.
///
/// # Errors
/// Where the store fails.
pub fn example(
    transaction: &Transaction<'_>,
    agent: i64,
    window: Window,
    (versions, criterion, met): (&Versions, &str, bool),
    shown: &mut BTreeSet<i64>,
    zone: &TimeZone,
) -> Result<Option<Example>, Problem> {
    let keys = people::examples(transaction, agent, window, (&versions.bits_of(criterion), met), LOOKED_AT)?;
    let Some(key) = keys.iter().find(|key| !shown.contains(key)).or(keys.first()) else { return Ok(None) };
    shown.insert(*key);
    let example = |row: found::FoundRow| Example {
        path: place(row.conversation, row.message),
        sent: Moment::of_stored(row.sent, zone),
        excerpt: row.body.map(|body| beginning(&marked::authored(&body, markup_of(row.format)))),
    };
    Ok(found::found(transaction, &[*key])?.into_iter().next().map(example))
}

fn beginning(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= LONGEST {
        return words;
    }
    words.chars().take(LONGEST - 1).chain(['…']).collect()
}
