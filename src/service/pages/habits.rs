//! What somebody does mostly well and mostly not, with messages that show it.

use super::Problem;
use super::measured::{Measured, is_grey};
use super::moment::Moment;
use crate::audit::summary::Group;
use crate::marked;
use crate::reading::markup_of;
use crate::service::api::reading::figures::MeasureView;
use crate::service::versions::Versions;
use crate::store::figures::Window;
use crate::store::{found, people};
use jiff::tz::TimeZone;
use rusqlite::Transaction;

/// So many habits of each kind.
const HABITS: usize = 3;

/// So many examples of each side.
const EXAMPLES: usize = 2;

/// Characters of an example.
const LONGEST: usize = 240;

/// A criterion that somebody mostly meets, or mostly does not.
pub struct Habit {
    /// The criterion.
    pub measured: Measured,
    /// Messages that meet it.
    pub good: Vec<Example>,
    /// Messages that do not.
    pub bad: Vec<Example>,
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
/// What `examples` fails with.
pub fn of(
    measures: &[MeasureView],
    group: &Group,
    examples: impl Fn(&str, bool) -> Result<Vec<Example>, Problem>,
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
    let habit = |&(index, _): &(usize, f64)| {
        let measure = &measures[index];
        let id = measure.name.strip_prefix("criterion:").unwrap_or(&measure.name);
        Ok(Habit {
            measured: Measured::new(measure, &group.measure(index), None),
            good: examples(id, true)?,
            bad: examples(id, false)?,
        })
    };
    let strongest = judged[..strong].iter().map(habit).collect::<Result<_, Problem>>()?;
    let weakest = judged[judged.len() - weak..].iter().rev().map(habit).collect::<Result<_, Problem>>()?;
    Ok((strongest, weakest))
}

/// The newest messages of `agent` that meet a criterion, or do not.
///
/// # Errors
/// Where the store fails.
pub fn examples(
    transaction: &Transaction<'_>,
    agent: i64,
    window: Window,
    (versions, criterion, met): (&Versions, &str, bool),
    zone: &TimeZone,
) -> Result<Vec<Example>, Problem> {
    let keys = people::examples(transaction, agent, window, (&versions.bits_of(criterion), met), EXAMPLES)?;
    let rows = found::found(transaction, &keys)?;
    let example = |row: found::FoundRow| Example {
        path: format!("/conversations/{}#message-{}", row.conversation, row.message),
        sent: Moment::of_stored(row.sent, zone),
        excerpt: row.body.map(|body| beginning(&marked::authored(&body, markup_of(row.format)))),
    };
    Ok(rows.into_iter().map(example).collect())
}

fn beginning(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= LONGEST {
        return words;
    }
    words.chars().take(LONGEST - 1).chain(['…']).collect()
}
