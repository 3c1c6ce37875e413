//! Groups to a table of sums and back.
//!
//! One row a group: what it is grouped by, and whole numbers. Rows of one group, from whichever machine, add up
//! column by column; of two names or teams the one that sorts first stays.

use super::{Groups, long, measures, table, text};
use crate::error::Error;
use crate::method::Method;
use crate::stream::{Stream, Table};
use crate::texts::{Texts, whole_numbers};
use amends::summary::{Dimension, Group, GroupKey, Promises};
use amends::trend::{Count, Sums};
use arrow_array::{ArrayRef, RecordBatch};

/// A sum that is shown as it is.
type Sum<T> = (&'static str, fn(&T) -> u64);

const MESSAGES: [Sum<Group>; 4] = [
    ("conversations", |group| group.conversations),
    ("messages", |group| group.messages),
    ("scored", |group| group.scored),
    ("score_hundredths", |group| group.score_hundredths),
];

pub const PROMISES: [Sum<Promises>; 8] = [
    ("promises_dated", |promises| promises.dated),
    ("promises_undated", |promises| promises.undated),
    ("promises_kept", |promises| promises.kept),
    ("promises_late", |promises| promises.late),
    ("promises_broken", |promises| promises.broken),
    ("promises_open", |promises| promises.open),
    ("promises_undated_kept", |promises| promises.undated_kept),
    ("promises_undated_unkept", |promises| promises.undated_unkept),
];

const MEASURE: [Sum<Sums>; 6] = [
    ("conversations", |sums| sums.conversations),
    ("applicable", |sums| sums.applicable),
    ("met", |sums| sums.met),
    ("met_squared", |sums| sums.met_squared),
    ("met_times_applicable", |sums| sums.met_times_applicable),
    ("applicable_squared", |sums| sums.applicable_squared),
];

/// The table of `groups`.
pub fn write(groups: &Groups, method: &Method) -> Result<Table, Error> {
    let (keys, groups): (Vec<&GroupKey>, Vec<&Group>) = groups.iter().unzip();
    let mut columns = vec![
        ("dimension".to_owned(), text(keys.iter().map(|key| Some(key.dimension.name())))),
        ("name".to_owned(), text(keys.iter().map(|key| Some(&key.name)))),
        ("period".to_owned(), text(keys.iter().map(|key| key.period.map(|period| period.to_string())))),
        ("agent_name".to_owned(), text(groups.iter().map(|group| group.title.as_ref()))),
        ("team".to_owned(), text(groups.iter().map(|group| group.team.as_ref()))),
    ];
    for (name, sum) in MESSAGES {
        columns.push((name.to_owned(), long(groups.iter().map(|group| Some(sum(group))))));
    }
    for (name, sum) in PROMISES {
        columns.push((name.to_owned(), long(groups.iter().map(|group| Some(sum(&group.promises))))));
    }
    for (index, measure) in measures(method).iter().enumerate() {
        for (name, sum) in MEASURE {
            let sums = groups.iter().map(|group| Some(sum(&group.measure(index).sums())));
            columns.push((format!("{measure}:{name}"), long(sums)));
        }
    }
    table(columns, method)
}

/// Adds the rows of `stream` to `groups`.
pub fn read(groups: &mut Groups, stream: Stream, method: &Method) -> Result<(), Error> {
    for batch in stream {
        add(groups, &batch?, &measures(method))?;
    }
    Ok(())
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef, Error> {
    let missing = || {
        Error::Columns(format!(
            "there is no column `{name}`; expected a table made by sums() with the same scorecard, added up or not"
        ))
    };
    batch.column_by_name(name).ok_or_else(missing)
}

fn texts(batch: &RecordBatch, name: &str) -> Result<Texts, Error> {
    let array = column(batch, name)?;
    let wrong = || Error::Columns(format!("column `{name}` holds {}; expected text", array.data_type()));
    Texts::of(array).ok_or_else(wrong)
}

fn sums(batch: &RecordBatch, name: &str) -> Result<Vec<u64>, Error> {
    let array = column(batch, name)?;
    let wrong = || Error::Columns(format!("column `{name}` holds {}; expected whole numbers", array.data_type()));
    let numbers = whole_numbers(array).ok_or_else(wrong)?;
    let read = |number: &Option<i128>| u64::try_from(number.unwrap_or_default());
    let negative = |_| Error::Columns(format!("column `{name}` holds a number that is no sum of counts"));
    numbers.iter().map(read).collect::<Result<_, _>>().map_err(negative)
}

fn add(groups: &mut Groups, batch: &RecordBatch, measures: &[String]) -> Result<(), Error> {
    let [dimension, name, period, agent_name, team] =
        ["dimension", "name", "period", "agent_name", "team"].map(|name| texts(batch, name));
    let (dimension, name, period, agent_name, team) = (dimension?, name?, period?, agent_name?, team?);
    let all = |names: &[&str]| names.iter().map(|name| sums(batch, name)).collect::<Result<Vec<_>, _>>();
    let messages = all(&MESSAGES.map(|(name, _)| name))?;
    let promises = all(&PROMISES.map(|(name, _)| name))?;
    let mut measured = Vec::with_capacity(measures.len());
    for measure in measures {
        let names = MEASURE.map(|(name, _)| format!("{measure}:{name}"));
        measured.push(all(&names.each_ref().map(String::as_str))?);
    }
    for row in 0..batch.num_rows() {
        let wrong = |column: &'static str, problem: String| Error::Value { column, row: row as u64, problem };
        let found = dimension.get(row);
        let dimension = Dimension::ALL.into_iter().find(|one| Some(one.name()) == found.as_deref());
        let Some(dimension) = dimension else {
            let names = Dimension::ALL.map(Dimension::name).join(", ");
            return Err(wrong("dimension", format!("found `{}`; there are {names}", found.unwrap_or_default())));
        };
        let period = period.get(row).map(|period| period.parse()).transpose();
        let key = GroupKey {
            dimension,
            name: name.get(row).map(Into::into).unwrap_or_default(),
            period: period.map_err(|error| wrong("period", format!("{error}")))?,
        };
        let mut measures = Vec::with_capacity(measured.len());
        for columns in &measured {
            let sums = Sums {
                conversations: columns[0][row],
                applicable: columns[1][row],
                met: columns[2][row],
                met_squared: columns[3][row],
                met_times_applicable: columns[4][row],
                applicable_squared: columns[5][row],
            };
            measures.push(Count::try_from(sums).map_err(|error| wrong("name", format!("{error}")))?);
        }
        let group = Group {
            title: agent_name.get(row).map(Into::into),
            team: team.get(row).map(Into::into),
            conversations: messages[0][row],
            messages: messages[1][row],
            scored: messages[2][row],
            score_hundredths: messages[3][row],
            measures,
            promises: Promises {
                dated: promises[0][row],
                undated: promises[1][row],
                kept: promises[2][row],
                late: promises[3][row],
                broken: promises[4][row],
                open: promises[5][row],
                undated_kept: promises[6][row],
                undated_unkept: promises[7][row],
            },
        };
        groups.entry(key).or_default().merge(&group);
    }
    Ok(())
}
