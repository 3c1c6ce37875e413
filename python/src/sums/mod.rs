//! Figures of groups as tables of whole numbers, which any engine can add up, and what is made of them.

mod nested;
mod table;

use crate::error::Error;
use crate::method::Method;
use crate::rows::{Column, Long, Number, Text};
use crate::stream::Table;
use amends::summary::{Dimension, Figure, Group, GroupKey, HEADLINES, figures};
use amends::trend::control::{self, Settings};
use amends::trend::{Count, Interval, Minimum, Period, Z_95, period};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use nested::of_nested;
pub use table::{read, write};

/// Groups of messages, by what they are grouped.
pub type Groups = BTreeMap<GroupKey, Group>;

/// Names of the measures: the headline findings, then the scorecard's criteria.
pub fn measures(method: &Method) -> Vec<String> {
    let headlines = HEADLINES.iter().map(|headline| headline.name.to_owned());
    headlines.chain(method.card.criteria.iter().map(|criterion| format!("criterion:{}", criterion.id))).collect()
}

/// A table of these columns.
fn table(columns: Vec<(String, ArrayRef)>, method: &Method) -> Result<Table, Error> {
    let field = |(name, array): &(String, ArrayRef)| Field::new(name, array.data_type().clone(), true);
    let fields: Vec<Field> = columns.iter().map(field).collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, method.stamp()?));
    let batch = RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, array)| array).collect())?;
    Ok(Table::new(schema, vec![batch]))
}

/// A column of `values`.
fn long(values: impl IntoIterator<Item = Option<u64>>) -> ArrayRef {
    let mut column = Long::default();
    values.into_iter().for_each(|value| column.push(value.map(u64::cast_signed)));
    column.finish()
}

fn number(values: impl IntoIterator<Item = Option<f64>>) -> ArrayRef {
    let mut column = Number::default();
    values.into_iter().for_each(|value| column.push(value));
    column.finish()
}

fn text<T: AsRef<str>>(values: impl IntoIterator<Item = Option<T>>) -> ArrayRef {
    let mut column = Text::default();
    values.into_iter().for_each(|value| column.push(value.as_ref().map(AsRef::as_ref)));
    column.finish()
}

/// Every agent with every figure: the columns of the audit's `agents.csv`.
pub fn agents(groups: &Groups, minimum: Minimum, method: &Method) -> Result<Table, Error> {
    let of_agents = |(key, _): &(&GroupKey, &Group)| key.dimension == Dimension::Agent && key.period.is_none();
    let (keys, groups): (Vec<&GroupKey>, Vec<&Group>) = groups.iter().filter(of_agents).unzip();
    let measures = measures(method);
    let figures = figures(&groups, measures.len(), minimum);
    let mut columns = vec![
        ("agent".to_owned(), text(keys.iter().map(|key| Some(&key.name)))),
        ("agent_name".to_owned(), text(groups.iter().map(|group| group.title.as_ref()))),
        ("team".to_owned(), text(groups.iter().map(|group| group.team.as_ref()))),
        ("conversations".to_owned(), long(groups.iter().map(|group| Some(group.conversations)))),
        ("messages".to_owned(), long(groups.iter().map(|group| Some(group.messages)))),
        ("scored".to_owned(), long(groups.iter().map(|group| Some(group.scored)))),
        ("mean_score".to_owned(), number(groups.iter().map(|group| group.mean_score()))),
    ];
    for (index, name) in measures.iter().enumerate() {
        let of: Vec<&Figure> = figures.iter().map(|of| &of[index]).collect();
        let end = |end: fn(&Interval) -> f64| number(of.iter().map(|one| one.interval.as_ref().map(end)));
        columns.extend([
            (format!("{name}:met"), long(of.iter().map(|one| Some(one.count.met())))),
            (format!("{name}:applicable"), long(of.iter().map(|one| Some(one.count.applicable())))),
            (format!("{name}:effective_n"), number(of.iter().map(|one| Some(one.count.effective_n())))),
            (format!("{name}:low95"), end(|interval| interval.low)),
            (format!("{name}:high95"), end(|interval| interval.high)),
            (format!("{name}:standing"), text(of.iter().map(|one| Some(one.standing.name())))),
        ]);
    }
    columns.extend(
        table::PROMISES
            .map(|(name, sum)| (name.to_owned(), long(groups.iter().map(|group| Some(sum(&group.promises)))))),
    );
    table(columns, method)
}

/// A measure of one group over time: the control chart of the audit's report.
pub fn trend(
    groups: &Groups,
    measure: &str,
    (dimension, name): (Dimension, &str),
    minimum: Minimum,
    method: &Method,
) -> Result<Table, Error> {
    let measures = measures(method);
    let known =
        || crate::error::setting("measure", format!("there is no `{measure}`; there are {}", measures.join(", ")));
    let index = measures.iter().position(|one| one == measure).ok_or_else(known)?;
    let of = groups.iter().filter(|(key, _)| key.dimension == dimension && key.name == name);
    let series: BTreeMap<Period, Count> =
        of.filter_map(|(key, group)| Some((key.period?, group.measure(index)))).collect();
    let series = period::without_gaps(series);
    let points: Vec<control::Point> =
        series.iter().map(|(_, count)| control::Point { count: *count, version: String::new() }).collect();
    let settings = Settings { minimum, ..Settings::default() };
    // All that is added up was read with one lexicon and one scorecard: there is one part.
    let lines = control::parts(&points, &settings).into_iter().next().and_then(|part| part.lines.ok());
    let limits = |at: usize| lines.iter().flat_map(|lines| &lines.limits).find(|limits| limits.point == at);
    let signals = |at: usize| {
        let of = lines.iter().flat_map(|lines| &lines.signals).filter(|signal| signal.points.contains(&at));
        let names: Vec<&str> = of.map(|signal| signal.rule.name()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let counts = || series.iter().map(|(_, count)| count);
    let interval = |end: fn(Interval) -> f64| number(counts().map(|count| Interval::of(count, Z_95).map(end)));
    let all = 0..series.len();
    table(
        vec![
            ("period".to_owned(), text(series.iter().map(|(period, _)| Some(period.to_string())))),
            ("met".to_owned(), long(counts().map(|count| Some(count.met())))),
            ("applicable".to_owned(), long(counts().map(|count| Some(count.applicable())))),
            ("effective_n".to_owned(), number(counts().map(|count| Some(count.effective_n())))),
            ("rate".to_owned(), number(counts().map(Count::rate))),
            ("low95".to_owned(), interval(|interval| interval.low)),
            ("high95".to_owned(), interval(|interval| interval.high)),
            (
                "centre".to_owned(),
                number(all.clone().map(|at| limits(at).and(lines.as_ref()).map(|lines| lines.centre))),
            ),
            ("lower_limit".to_owned(), number(all.clone().map(|at| limits(at).map(|limits| limits.low)))),
            ("upper_limit".to_owned(), number(all.clone().map(|at| limits(at).map(|limits| limits.high)))),
            ("unusual".to_owned(), text(all.map(signals))),
        ],
        method,
    )
}
