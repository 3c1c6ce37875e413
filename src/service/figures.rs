//! Stored numbers of messages added up to the figures that an audit gives.

use super::versions::Versions;
use crate::audit::part::{Asked, MessageFigures, Part};
use crate::audit::recovered::Promises;
use crate::audit::summary::{Group, HEADLINES};
use crate::score::Scorecard;
use crate::store::StoreError;
use crate::store::analysis::situation;
use crate::store::figures::{self, FigureRow, Whose, Window};
use crate::store::timestamp;
use crate::trend::{Grain, Period};
use jiff::tz::TimeZone;
use rusqlite::Transaction;
use std::collections::BTreeMap;

/// Reads the bits of every version by the criteria of one scorecard. Criteria that it does not have are left out.
#[derive(Debug)]
pub struct Ruler {
    criteria: usize,
    /// For each version and bit the place of the criterion; none for versions whose places are the same.
    places: BTreeMap<i64, Vec<Option<usize>>>,
}

impl Ruler {
    /// The ruler of `card`.
    #[must_use]
    pub fn new(card: &Scorecard, versions: &Versions) -> Self {
        let mut places = BTreeMap::new();
        for (key, criteria) in versions.iter() {
            let place = |id: &str| card.criteria.iter().position(|own| own.id == id);
            let of_version: Vec<Option<usize>> = criteria.iter().map(|one| place(&one.id)).collect();
            if !of_version.iter().enumerate().all(|(index, place)| *place == Some(index)) {
                places.insert(key, of_version);
            }
        }
        Self { criteria: card.criteria.len(), places }
    }

    fn bits(&self, version: i64, bits: i64) -> u64 {
        let bits = bits.cast_unsigned();
        let Some(places) = self.places.get(&version) else { return bits };
        let moved =
            |(index, place): (usize, &Option<usize>)| place.filter(|_| bits >> index & 1 == 1).map(|to| 1 << to);
        places.iter().enumerate().filter_map(moved).fold(0, |all, bit: u64| all | bit)
    }

    fn figures(&self, row: &FigureRow) -> MessageFigures {
        let told = |bit: i64| row.situation & bit != 0;
        let asked = row.asked.then(|| Asked {
            service_failure: told(situation::SERVICE_FAILURE),
            apology_due: told(situation::APOLOGY_DUE),
            follow_up_due: told(situation::FOLLOW_UP_DUE),
            found: std::array::from_fn(|index| row.findings >> index & 1 == 1),
            met: self.bits(row.version, row.met),
            unmet: self.bits(row.version, row.unmet),
        });
        MessageFigures { asked, score_hundredths: row.score.and_then(|score| u64::try_from(score).ok()) }
    }

    /// The groups of `rows`, each with its group and its conversation.
    fn groups<K: Ord + Copy>(&self, rows: &mut [(K, i64, MessageFigures)]) -> BTreeMap<K, Group> {
        rows.sort_unstable_by_key(|(group, conversation, _)| (*group, *conversation));
        let mut groups: BTreeMap<K, Group> = BTreeMap::new();
        for together in rows.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let mut part = Part::default();
            together.iter().for_each(|(_, _, figures)| part.add(figures, self.criteria));
            groups.entry(together[0].0).or_default().merge(&part.group());
        }
        groups
    }

    /// The measures of a group: the headlines, then the criteria.
    #[must_use]
    pub const fn measures(&self) -> usize {
        HEADLINES.len() + self.criteria
    }
}

/// A version and a period: figures of different versions are not compared, so each has a series of its own.
pub type Step = (i64, Period);

/// The figures of somebody over time.
#[derive(Debug, Default)]
pub struct Series {
    /// All messages together.
    pub total: Group,
    /// Those with a time, by version and period; periods without a message are empty groups.
    pub steps: Vec<(Step, Group)>,
}

/// The figures of `whose` over time.
///
/// # Errors
/// Where the store fails.
pub fn series(
    transaction: &Transaction<'_>,
    ruler: &Ruler,
    whose: Whose,
    window: Window,
    (grain, zone): (Grain, &TimeZone),
) -> Result<Series, StoreError> {
    let (mut whole, mut timed) = (Vec::new(), Vec::new());
    // Neighbours are mostly of one day; what a time zone makes of it is not asked again.
    let mut last: Option<(i64, Period)> = None;
    let mut period = |sent: Option<i64>| {
        let sent = sent?;
        let quarter = sent.div_euclid(QUARTER);
        if let Some((known, period)) = last
            && known == quarter
        {
            return Some(period);
        }
        let period = Period::of(timestamp(sent)?, grain, zone);
        last = Some((quarter, period));
        Some(period)
    };
    figures::messages(transaction, whose, window, |row| {
        let figures = ruler.figures(&row);
        whole.push(((), row.conversation, figures));
        if let Some(period) = period(row.sent_at) {
            timed.push(((row.version, period), row.conversation, figures));
        }
    })?;
    let mut total = ruler.groups(&mut whole).remove(&()).unwrap_or_default();
    figures::promises(transaction, whose, window, |row| total.promises.add(row.dated, &row.fate))?;
    let mut versions: BTreeMap<i64, BTreeMap<Period, Group>> = BTreeMap::new();
    for ((version, period), group) in ruler.groups(&mut timed) {
        versions.entry(version).or_default().insert(period, group);
    }
    let steps = versions.into_iter().flat_map(|(version, periods)| {
        let all = crate::trend::period::without_gaps(periods);
        all.into_iter().map(move |(period, group)| ((version, period), group))
    });
    Ok(Series { total, steps: steps.collect() })
}

/// A quarter of an hour: no time zone changes within one.
const QUARTER: i64 = 15 * 60 * 1000;

/// The figures of each agent of `whose` who wrote in `window`.
///
/// # Errors
/// Where the store fails.
pub fn by_agent(
    transaction: &Transaction<'_>,
    ruler: &Ruler,
    whose: Whose,
    window: Window,
) -> Result<BTreeMap<i64, Group>, StoreError> {
    let mut groups: BTreeMap<i64, Group> = BTreeMap::new();
    // They come agent by agent, so that no more than one agent's rows are held.
    let mut rows: Vec<(i64, i64, MessageFigures)> = Vec::new();
    figures::messages(transaction, whose, window, |row| {
        if rows.first().is_some_and(|(agent, ..)| *agent != row.agent) {
            groups.extend(ruler.groups(&mut rows));
            rows.clear();
        }
        rows.push((row.agent, row.conversation, ruler.figures(&row)));
    })?;
    groups.extend(ruler.groups(&mut rows));
    let mut promises: BTreeMap<i64, Promises> = BTreeMap::new();
    figures::promises(transaction, whose, window, |row| {
        promises.entry(row.agent).or_default().add(row.dated, &row.fate);
    })?;
    for (agent, promises) in promises {
        if let Some(group) = groups.get_mut(&agent) {
            group.promises = promises;
        }
    }
    Ok(groups)
}

/// The figures of all messages of `whose` in `window`.
///
/// # Errors
/// Where the store fails.
pub fn total(transaction: &Transaction<'_>, ruler: &Ruler, whose: Whose, window: Window) -> Result<Group, StoreError> {
    let mut rows = Vec::new();
    figures::messages(transaction, whose, window, |row| rows.push(((), row.conversation, ruler.figures(&row))))?;
    let mut total = ruler.groups(&mut rows).remove(&()).unwrap_or_default();
    figures::promises(transaction, whose, window, |row| total.promises.add(row.dated, &row.fate))?;
    Ok(total)
}
