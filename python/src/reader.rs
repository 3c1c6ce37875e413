//! Reading as Python sees it; `amends/__init__.py` gives it its names, types and documentation.

use crate::error::{Error, setting};
use crate::gather::Gathered;
use crate::input::{self, Rows};
use crate::method::{Method, Settings};
use crate::rows::{Column, Columns, Flag, Text, Time};
use crate::scores::{Batches, Scores};
use crate::scoring::score;
use crate::stream::{Stream, Table, import};
use crate::sums::{self, Groups};
use amends::conversation::{Conversation, Format, Message, Participant, Role, Visibility};
use amends::summary::Dimension;
use amends::trend::{Grain, Minimum, period};
use amends::wire;
use arrow_array::ArrayRef;
use arrow_schema::{Field, Fields, Schema};
use jiff::Timestamp;
use jiff::civil::Date;
use pyo3::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Reads messages, conversations and tables with one set of rules and one scorecard.
#[pyclass(frozen, module = "amends._amends")]
#[derive(Debug)]
pub struct Reader(Arc<Method>);

#[pymethods]
impl Reader {
    #[new]
    #[pyo3(signature = (*, lexicons, alone, language, scorecard, least_confidence, teams, timezone, working_days, office_hours, holidays, threads))]
    #[expect(clippy::too_many_arguments, reason = "keywords, each with its name at the call")]
    fn new(
        py: Python<'_>,
        lexicons: Option<PathBuf>,
        alone: bool,
        language: String,
        scorecard: String,
        least_confidence: f64,
        teams: BTreeMap<String, String>,
        timezone: String,
        working_days: Vec<String>,
        office_hours: String,
        holidays: Vec<String>,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        let settings = Settings {
            lexicons,
            alone,
            language,
            scorecard,
            least_confidence,
            teams,
            timezone,
            working_days,
            office_hours,
            holidays,
            threads,
        };
        let method = py.detach(|| Method::new(settings))?;
        Ok(Self(Arc::new(method)))
    }

    /// The last of the messages, read after the others, as JSON.
    fn score(&self, py: Python<'_>, messages: Vec<(String, String)>, format: Option<String>) -> PyResult<String> {
        Ok(py.detach(|| self.one(messages, format.as_deref()))?)
    }

    fn score_table(&self, py: Python<'_>, messages: &Bound<'_, PyAny>, as_of: Option<&str>) -> PyResult<Scores> {
        let (stream, as_of) = (import(messages)?, moment(as_of)?);
        Ok(py.detach(|| self.whole(stream, as_of))?)
    }

    fn score_batches(&self, messages: &Bound<'_, PyAny>, as_of: &str) -> PyResult<Batches> {
        let stream = import(messages)?;
        input::check(&stream.schema())?;
        let now = moment(Some(as_of))?.unwrap_or(Timestamp::MIN);
        Ok(Batches::new(Arc::clone(&self.0), stream, now))
    }

    /// Scores of nothing: what their columns are.
    fn nothing(&self) -> PyResult<Scores> {
        Ok(Scores::new(Vec::new(), &self.0)?)
    }

    fn sums(&self, py: Python<'_>, nested: &Bound<'_, PyAny>, grain: &str) -> PyResult<Table> {
        let stream = import(nested)?;
        let grain: Grain = grain.parse().map_err(|error| setting("period", error))?;
        let sums = || {
            let mut groups = Groups::new();
            sums::of_nested(&mut groups, stream, (grain, self.0.office.zone()), &self.0)?;
            sums::write(&groups, &self.0)
        };
        Ok(py.detach(sums)?)
    }

    fn merge(&self, py: Python<'_>, tables: Vec<Bound<'_, PyAny>>) -> PyResult<Table> {
        let streams = tables.iter().map(import).collect::<PyResult<Vec<_>>>()?;
        Ok(py.detach(|| sums::write(&self.groups(streams)?, &self.0))?)
    }

    fn agents(&self, py: Python<'_>, sums: &Bound<'_, PyAny>, min_messages: u64) -> PyResult<Table> {
        let stream = import(sums)?;
        Ok(py.detach(|| sums::agents(&self.groups(vec![stream])?, minimum(min_messages), &self.0))?)
    }

    fn trend(
        &self,
        py: Python<'_>,
        sums: &Bound<'_, PyAny>,
        measure: &str,
        dimension: &str,
        name: &str,
        min_messages: u64,
    ) -> PyResult<Table> {
        let stream = import(sums)?;
        let known = || {
            let names = Dimension::ALL.map(Dimension::name).join(", ");
            setting("dimension", format!("found `{dimension}`; there are {names}"))
        };
        let dimension = Dimension::ALL.into_iter().find(|one| one.name() == dimension).ok_or_else(known)?;
        let trend = || {
            let groups = self.groups(vec![stream])?;
            sums::trend(&groups, measure, (dimension, name), minimum(min_messages), &self.0)
        };
        Ok(py.detach(trend)?)
    }
}

fn minimum(messages: u64) -> Minimum {
    Minimum { applicable: messages, ..Minimum::default() }
}

fn moment(text: Option<&str>) -> Result<Option<Timestamp>, Error> {
    text.map(|text| period::parse_time(text).map_err(|error| setting("as_of", error))).transpose()
}

impl Reader {
    fn groups(&self, streams: Vec<Stream>) -> Result<Groups, Error> {
        let mut groups = Groups::new();
        streams.into_iter().try_for_each(|stream| sums::read(&mut groups, stream, &self.0))?;
        Ok(groups)
    }

    fn whole(&self, stream: Stream, as_of: Option<Timestamp>) -> Result<Scores, Error> {
        input::check(&stream.schema())?;
        let (mut batches, mut rows) = (Vec::new(), 0);
        for batch in stream {
            let batch = Rows::new(&batch?, rows)?;
            rows += batch.len() as u64;
            batches.push(batch);
        }
        let gathered = Gathered::from_any_order(batches)?;
        // Without any time there is no end of the data, and no promise is judged by time.
        let now = as_of.or_else(|| gathered.newest()).unwrap_or(Timestamp::MIN);
        Scores::new(score(&self.0, &gathered, now)?, &self.0)
    }

    fn one(&self, messages: Vec<(String, String)>, format: Option<&str>) -> Result<String, Error> {
        let format = match format {
            None => None,
            Some("plain") => Some(Format::Plain),
            Some("html") => Some(Format::Html),
            Some(other) => return Err(setting("format", format!("found `{other}`; there are plain, html"))),
        };
        let mut read = Vec::with_capacity(messages.len());
        for (role, body) in messages {
            let role = match role.as_str() {
                "customer" => Role::Customer,
                "agent" => Role::Agent,
                "bot" => Role::Bot,
                "system" => Role::System,
                other => {
                    let problem = format!("found the role `{other}`; there are customer, agent, bot, system");
                    return Err(setting("context", problem));
                }
            };
            let author = Participant { role, id: None, name: None };
            let visibility = Visibility::Public;
            read.push(Message { id: None, author, sent: None, visibility, format, automatic: false, body });
        }
        let conversation = Conversation { id: None, source: None, channel: None, messages: read };
        let readings = self.0.reader()?.conversation(&conversation);
        let context = wire::Context { lexicon: self.0.lexicon()?, card: &self.0.card, only: None };
        let result = wire::conversation(&context, &conversation, "", &readings);
        let last = result.messages.last();
        serde_json::to_string(&(last, result.version)).map_err(|error| Error::Setting(error.to_string()))
    }
}

#[derive(Default)]
struct DemoRows {
    conversation: Text,
    message: Text,
    role: Text,
    author: Text,
    author_name: Text,
    time: Time,
    body: Text,
    visibility: Text,
    automatic: Flag,
    format: Text,
    channel: Text,
}

impl Columns for DemoRows {
    fn fields() -> Fields {
        let text = |name: &str| Field::new(name, Text::data_type(), true);
        let mut fields = ["conversation", "message", "role", "author", "author_name"].map(text).to_vec();
        fields.push(Field::new("time", Time::data_type(), true));
        fields.extend(["body", "visibility"].map(text));
        fields.push(Field::new("automatic", Flag::data_type(), true));
        fields.extend(["format", "channel"].map(text));
        fields.into()
    }

    fn arrays(&mut self) -> Vec<ArrayRef> {
        vec![
            self.conversation.finish(),
            self.message.finish(),
            self.role.finish(),
            self.author.finish(),
            self.author_name.finish(),
            self.time.finish(),
            self.body.finish(),
            self.visibility.finish(),
            self.automatic.finish(),
            self.format.finish(),
            self.channel.finish(),
        ]
    }
}

/// The messages of invented conversations of a small shop, in the half-year before the day `until`.
#[pyfunction]
pub fn demo(until: &str, seed: u64) -> PyResult<Table> {
    let problem = |_| setting("until", format!("expected a day such as 2026-11-20, found `{until}`"));
    let until: Date = until.parse().map_err(problem)?;
    let mut rows = DemoRows::default();
    for conversation in amends::demo::conversations(until, seed) {
        for message in &conversation.messages {
            rows.conversation.push(conversation.id.as_ref().map(|id| id.as_str()));
            rows.message.push(message.id.as_ref().map(|id| id.as_str()));
            rows.role.push(match message.author.role {
                Role::Customer => "customer",
                Role::Agent => "agent",
                Role::Bot => "bot",
                Role::System => "system",
            });
            rows.author.push(message.author.id.as_ref().map(|id| id.as_str()));
            rows.author_name.push(message.author.name.as_deref());
            rows.time.push(message.sent.as_ref().and_then(|sent| sent.parse().ok()));
            rows.body.push(message.body.as_str());
            rows.visibility.push(match message.visibility {
                Visibility::Public => "public",
                Visibility::Internal => "internal",
            });
            rows.automatic.push(message.automatic);
            rows.format.push(message.format.map(|format| match format {
                Format::Plain => "plain",
                Format::Html => "html",
            }));
            rows.channel.push(conversation.channel.as_deref());
        }
    }
    let batch = rows.finish().map_err(Error::from)?;
    Ok(Table::new(Arc::new(Schema::new(DemoRows::fields())), vec![batch]))
}
