//! What most needs a human look, and why; and a sample by chance beside it.

use super::Problem;
use crate::access::Principal;
use crate::index::{Cursor, CursorError, Hit, Index, Scope, SearchRequest, Sort};
use crate::query::{Days, Fate, Filter, Query, ScoreRange};
use crate::score::Scorecard;
use crate::store::milliseconds;
use crate::store::queue::{self, QueueFilter};
use crate::summary::HEADLINES;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rusqlite::Transaction;
use std::fmt;
use std::str::FromStr;

/// Why a message needs a look; the strongest reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Its author disputes what is said of it, and nobody looked since.
    Disputed,
    /// It fails a criterion that makes the score 0.
    Critical,
    /// A promise was made in it and broken.
    BrokenPromise,
    /// One reviewer sees it otherwise than the machine, and nobody else looked.
    Differs,
    /// Its score is below the threshold.
    LowScore,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Disputed, Self::Critical, Self::BrokenPromise, Self::Differs, Self::LowScore];

    /// The name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disputed => "disputed",
            Self::Critical => "critical",
            Self::BrokenPromise => "broken-promise",
            Self::Differs => "differs",
            Self::LowScore => "low-score",
        }
    }

    /// As the tabs call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Disputed => "Disputed",
            Self::Critical => "Critical failure",
            Self::BrokenPromise => "Broken promise",
            Self::Differs => "Reviewer disagrees",
            Self::LowScore => "Low score",
        }
    }

    /// Whether a person's review takes it out of the queue.
    #[must_use]
    pub const fn is_unreviewed(self) -> bool {
        matches!(self, Self::Critical | Self::BrokenPromise | Self::LowScore)
    }

    /// What finds such messages; none where people's words tell.
    fn query(self, below: f64, card: &Scorecard) -> Option<Query> {
        let found = match self {
            Self::Disputed | Self::Differs => return None,
            Self::Critical => {
                let critical = card.criteria.iter().filter(|criterion| criterion.critical);
                let unmet: Vec<Query> =
                    critical.map(|criterion| Query::Is(Filter::Unmet(criterion.id.clone()))).collect();
                if unmet.is_empty() {
                    return None;
                }
                Query::or(unmet)
            }
            Self::BrokenPromise => Query::Is(Filter::Promise(Fate::Broken)),
            Self::LowScore => Query::Is(Filter::Score(ScoreRange::Below(below))),
        };
        Some(Query::and(vec![found, Query::Is(Filter::Reviewed(false))]))
    }
}

/// Which messages a reviewer wants to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// By agents of that team.
    pub team: Option<String>,
    /// By the agent of that key.
    pub agent: Option<i64>,
    /// Sent through that channel.
    pub channel: Option<String>,
    /// In which that label was found.
    pub label: Option<String>,
    /// Sent on that day or later, in the office's zone.
    pub since: Option<Date>,
    /// Scores below this are low.
    pub below: f64,
}

impl Wanted {
    /// Sent in the last `days` days up to `now`.
    #[must_use]
    pub fn since(days: i64, now: Timestamp, zone: &TimeZone) -> Option<Date> {
        now.to_zoned(zone.clone()).date().checked_sub(days.days()).ok()
    }

    /// What finds them all; what a search shows by the same words, but for the agent.
    #[must_use]
    pub fn query(&self) -> Query {
        let label = self.label.clone().map(Filter::Label);
        let since = self.since.and_then(|first| Days::new(Some(first), None)).map(Filter::Sent);
        let filters = [self.team.clone().map(Filter::Team), self.channel.clone().map(Filter::Channel), label, since];
        Query::and(filters.into_iter().flatten().map(Query::Is).collect())
    }

    fn scope(&self) -> Scope {
        self.agent.map_or(Scope::All, |agent| Scope::Agent(agent.to_string()))
    }

    fn stored(&self, zone: &TimeZone) -> QueueFilter {
        let since = self.since.and_then(|day| day.to_zoned(zone.clone()).ok());
        QueueFilter {
            team: self.team.clone(),
            agent: self.agent,
            channel: self.channel.clone(),
            label: self.label.clone(),
            since: since.map(|start| milliseconds(start.timestamp())),
        }
    }
}

/// What the queue is chosen from.
#[derive(Debug, Clone, Copy)]
pub struct Chooser<'c> {
    /// Where messages are found.
    pub index: &'c Index,
    /// What they are scored by.
    pub card: &'c Scorecard,
    /// The office's zone.
    pub zone: &'c TimeZone,
}

/// What waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// For each reason that there can be how many messages wait by it.
    pub counts: Vec<(Reason, u64)>,
    /// The messages with their reasons, in the order in which they need a look.
    pub messages: Vec<(Hit, Vec<Reason>)>,
    /// Where the next page goes on.
    pub next: Option<Place>,
}

/// So many messages of each reason are shown where all reasons are.
const OF_EACH: usize = 15;

/// So many messages of one reason are a page.
const PAGE: usize = 30;

/// Where a page ended, as its address says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// After that message of those that the index finds.
    Found(Cursor),
    /// After so many of those that people's words bring.
    Rows(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(cursor) => cursor.fmt(f),
            Self::Rows(rows) => write!(f, "rows-{rows}"),
        }
    }
}

impl FromStr for Place {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        match text.strip_prefix("rows-") {
            Some(rows) => rows.parse().map(Self::Rows).map_err(|_| CursorError),
            None => text.parse().map(Self::Found),
        }
    }
}

impl Chooser<'_> {
    /// What waits for `visitor`: by `only` that reason where there is one, after the place `after`.
    ///
    /// # Errors
    /// Where store or index fail.
    pub fn waiting(
        &self,
        transaction: &Transaction<'_>,
        visitor: &Principal,
        wanted: &Wanted,
        only: Option<Reason>,
        after: Option<Place>,
    ) -> Result<Waiting, Problem> {
        let mut waiting = Waiting { counts: Vec::new(), messages: Vec::new(), next: None };
        for reason in Reason::ALL {
            let shown = only.is_none_or(|only| only == reason);
            let room = if only.is_some() { PAGE } else { OF_EACH };
            let Some((total, hits, next)) =
                self.by(transaction, visitor, wanted, reason, room, after.filter(|_| shown))?
            else {
                continue;
            };
            waiting.counts.push((reason, total));
            if !shown {
                continue;
            }
            for hit in hits {
                match waiting.messages.iter_mut().find(|(known, _)| known.message == hit.message) {
                    Some((_, reasons)) => reasons.push(reason),
                    None => waiting.messages.push((hit, vec![reason])),
                }
            }
            waiting.next = next.filter(|_| only.is_some());
        }
        // Who has several reasons comes first; else they stand by the strongest, the newest first.
        waiting.messages.sort_by_key(|(_, reasons)| std::cmp::Reverse(reasons.len()));
        Ok(waiting)
    }

    #[expect(clippy::type_complexity, reason = "a total, a page, and where the next goes on")]
    fn by(
        &self,
        transaction: &Transaction<'_>,
        visitor: &Principal,
        wanted: &Wanted,
        reason: Reason,
        room: usize,
        after: Option<Place>,
    ) -> Result<Option<(u64, Vec<Hit>, Option<Place>)>, Problem> {
        let findings = HEADLINES.map(|headline| headline.name);
        let actor = visitor.credential.to_string();
        let stored = wanted.stored(self.zone);
        let (cursor, first) = match after {
            Some(Place::Found(cursor)) => (Some(cursor), 0),
            Some(Place::Rows(rows)) => (None, rows),
            None => (None, 0),
        };
        let rows = first..first.saturating_add(room);
        let (total, by_people) = match reason {
            Reason::Disputed => queue::disputed(transaction, &stored, rows)?,
            Reason::Differs => queue::differing(transaction, &actor, &findings, &stored, rows)?,
            _ => {
                let Some(query) = reason.query(wanted.below, self.card) else { return Ok(None) };
                let query = Query::and(vec![query, wanted.query()]);
                let request =
                    SearchRequest { scope: wanted.scope(), sort: Sort::NewestFirst, limit: room, after: cursor };
                let hits = self.index.search(&query, &request)?;
                return Ok(Some((hits.total, hits.hits, hits.next.map(Place::Found))));
            }
        };
        let last = first + by_people.len();
        let next = (!by_people.is_empty() && (last as u64) < total).then_some(Place::Rows(last));
        let hits = by_people.into_iter().map(|(message, conversation)| Hit { message, conversation });
        Ok(Some((total, hits.collect(), next)))
    }

    /// A sample of `size` messages that have a score, drawn by chance on `day`: the same all day long, and
    /// unbiased, as whether a message needs a look plays no part in it. Gives too from how many it was drawn.
    ///
    /// # Errors
    /// Where the index fails.
    pub fn sample(&self, wanted: &Wanted, day: Date, size: usize) -> Result<(u64, Vec<Hit>), Problem> {
        let scored = Query::Is(Filter::Score(ScoreRange::AtLeast(0.0)));
        let seed = u64::from(day.year().unsigned_abs()) * 1_000 + u64::from(day.day_of_year().unsigned_abs());
        let query = Query::and(vec![scored, wanted.query()]);
        let drawn = self.index.sample(&query, &wanted.scope(), seed, size)?;
        Ok((drawn.total, drawn.hits))
    }
}
