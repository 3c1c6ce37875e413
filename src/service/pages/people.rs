//! Agents and teams, page by page.

use super::Problem;
use super::measured::{self, Measured};
use super::problem::encoded;
use super::span::Span;
use crate::report::words;
use crate::service::api::reading::figures::MeasureView;
use crate::store::agents::AgentRow;
use crate::summary::recovered::Promises;
use crate::summary::{Group, HEADLINES};
use crate::trend::Minimum;
use serde::Deserialize;

/// What the address of a page about people says.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PeopleQuery {
    /// How many days.
    pub days: Option<String>,
    /// Key of a team.
    pub team: Option<String>,
    /// The measure whose chart is wanted beside the others.
    pub measure: Option<String>,
    /// The length of periods: `week` or `month`.
    pub grain: Option<String>,
    /// The chart whose figures are wanted as a file.
    pub chart: Option<String>,
    /// `csv` for the table as a file.
    pub format: Option<String>,
}

impl PeopleQuery {
    /// Whether a file is wanted.
    #[must_use]
    pub fn is_csv(&self) -> bool {
        self.format.as_deref() == Some("csv")
    }

    /// The same with `name` set to `value`, at `path`.
    #[must_use]
    pub fn path(&self, path: &str, name: &str, value: &str) -> String {
        let own = [
            ("days", self.days.as_deref()),
            ("team", self.team.as_deref()),
            ("measure", self.measure.as_deref()),
            ("grain", self.grain.as_deref()),
        ];
        let kept = own.iter().filter(|(own, _)| *own != name).filter_map(|(own, value)| Some((*own, (*value)?)));
        let pairs = kept.filter(|(_, value)| !value.is_empty()).chain([(name, value)]);
        let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("{path}?{}", pairs.join("&"))
    }

    /// Which messages.
    ///
    /// # Errors
    /// 400 where that is not allowed.
    pub fn span(&self) -> Result<Span, Problem> {
        Span::of(self.days.as_deref())
    }
}

/// A row of the table of agents (`people.html`).
pub struct PersonRow {
    /// Key.
    pub key: i64,
    /// Name.
    pub name: String,
    /// The team's key and name.
    pub team: Option<(i64, String)>,
    /// Their messages.
    pub messages: String,
    /// The headline findings.
    pub findings: Vec<Measured>,
    /// What became of promises with a date.
    pub promises: PromiseWords,
}

/// What became of promises, for people.
pub struct PromiseWords {
    /// Kept in time, of those that are decided.
    pub kept: String,
    /// Kept late.
    pub late: String,
    /// Broken.
    pub broken: String,
    /// Not yet due, or not yet decided.
    pub open: String,
    /// Those that say no time.
    pub undated: String,
}

impl From<&Promises> for PromiseWords {
    fn from(promises: &Promises) -> Self {
        Self {
            kept: words::of(promises.kept, promises.kept + promises.late + promises.broken),
            late: words::number(promises.late),
            broken: words::number(promises.broken),
            open: words::number(promises.open),
            undated: words::number(promises.undated),
        }
    }
}

/// Agents with their groups, by name.
pub type People = Vec<(AgentRow, Group)>;

/// The rows of `people`, compared with each other.
#[must_use]
pub fn rows(people: &People, measures: &[MeasureView]) -> Vec<PersonRow> {
    let funnels = measured::funnels(people.iter().map(|(_, group)| group), HEADLINES.len());
    let row = |(row, group): &(AgentRow, Group)| PersonRow {
        key: row.key,
        name: row.shown().to_owned(),
        team: row.team.clone(),
        messages: words::number(group.messages),
        findings: Measured::all(&measures[..HEADLINES.len()], group, &funnels),
        promises: (&group.promises).into(),
    };
    people.iter().map(row).collect()
}

/// The least that a figure rests on, in words.
#[must_use]
pub fn least() -> String {
    let Minimum { applicable, conversations } = Minimum::default();
    format!("{applicable} messages in {conversations} conversations")
}

/// The table as a file: a row for each agent and measure.
///
/// # Errors
/// Where it cannot be written.
pub fn csv(name: &str, people: &People, measures: &[MeasureView]) -> Result<actix_web::HttpResponse, Problem> {
    let funnels = measured::funnels(people.iter().map(|(_, group)| group), measures.len());
    let columns: Vec<&str> = ["agent", "agent_name", "team"].into_iter().chain(measured::COLUMNS).collect();
    let mut rows = Vec::new();
    for (row, group) in people {
        for (index, one) in Measured::all(measures, group, &funnels).iter().enumerate() {
            let team = row.team.as_ref().map_or("", |(_, name)| name);
            let mut cells = vec![row.id.clone(), row.shown().to_owned(), team.to_owned()];
            cells.extend(one.row(&group.measure(index)));
            rows.push(cells);
        }
    }
    super::table_csv::answer(name, &columns, &rows)
}
