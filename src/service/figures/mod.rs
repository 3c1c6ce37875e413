//! The figures that an audit gives, of what is stored: the numbers of messages, added up.

mod by_conversation;
mod rows;

use super::Service;
use super::versions::Versions;
use crate::score::Scorecard;
use crate::store::analysis::situation;
use crate::store::figures::{Whose, Window};
use crate::store::{StoreError, agents, conversations};
use crate::summary::part::{Asked, MessageFigures, Part};
use crate::summary::recovered::Promises;
use crate::summary::{Group, HEADLINES};
use crate::trend::{Count, Grain, Period};
use jiff::tz::TimeZone;
use rows::{Marks, Message, Rows};
use rusqlite::Transaction;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

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

    /// Which measures a message of such marks meets, and which apply to it.
    fn measured(&self, marks: &Marks) -> Measured {
        let told = |bit: i64| marks.situation & bit != 0;
        let asked = marks.asked.then(|| Asked {
            service_failure: told(situation::SERVICE_FAILURE),
            apology_due: told(situation::APOLOGY_DUE),
            follow_up_due: told(situation::FOLLOW_UP_DUE),
            found: std::array::from_fn(|index| marks.findings >> index & 1 == 1),
            met: self.bits(marks.version, marks.met),
            unmet: self.bits(marks.version, marks.unmet),
        });
        let mut part = Part::default();
        part.add(&MessageFigures { asked, score_hundredths: None }, self.criteria);
        let bit = |(index, is): (usize, u32)| u128::from(is) << index;
        let counted = || part.measures().iter().enumerate();
        Measured {
            asked: marks.asked,
            met: counted().map(|(index, (met, _))| bit((index, *met))).sum(),
            applicable: counted().map(|(index, (_, applicable))| bit((index, *applicable))).sum(),
        }
    }

    /// The measures of a group: the headlines, then the criteria.
    #[must_use]
    pub const fn measures(&self) -> usize {
        HEADLINES.len() + self.criteria
    }
}

/// What a message counts for: a bit for each measure, of which there are at most 4 and 64.
#[derive(Debug, Clone, Copy)]
struct Measured {
    asked: bool,
    met: u128,
    applicable: u128,
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

/// The numbers of all messages, kept in memory from one request to the next.
#[derive(Debug)]
pub struct Numbers(RwLock<Rows>);

impl Numbers {
    /// None yet; days begin and end in `zone`.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self(RwLock::new(Rows::new(zone)))
    }

    /// Brings them up to the store that `transaction` sees.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn follow(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        self.up_to(transaction).map(drop)
    }

    fn up_to(&self, transaction: &Transaction<'_>) -> Result<RwLockReadGuard<'_, Rows>, StoreError> {
        // Where somebody ended half-way they are read again: see `Rows`.
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if rows.are_up_to(transaction)? {
            return Ok(rows);
        }
        drop(rows);
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !rows.are_up_to(transaction)? {
            rows.follow(transaction)?;
        }
        Ok(RwLockWriteGuard::downgrade(rows))
    }
}

/// The figures of a store as `transaction` sees it.
#[derive(Debug)]
pub struct Figures<'f> {
    /// The store.
    pub transaction: &'f Transaction<'f>,
    /// What messages were read with.
    pub versions: Versions,
    rows: RwLockReadGuard<'f, Rows>,
    ruler: Ruler,
}

impl Service {
    /// The figures of what `transaction` sees, by today's scorecard.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn figures<'f>(&'f self, transaction: &'f Transaction<'_>) -> Result<Figures<'f>, StoreError> {
        let method = self.method();
        let versions = Versions::new(conversations::versions(transaction)?, &method)?;
        let ruler = Ruler::new(method.card, &versions);
        Ok(Figures { transaction, versions, rows: self.numbers.up_to(transaction)?, ruler })
    }
}

impl Figures<'_> {
    /// The figures of all messages of `whose` in `window`.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn total(&self, whose: Whose, window: Window) -> Result<Group, StoreError> {
        let members = self.members(whose)?;
        let mut total = self.groups(&members, window, |_| Some(())).remove(&()).unwrap_or_default();
        self.promises(&members, window, |_, dated, fate| total.promises.add(dated, fate));
        Ok(total)
    }

    /// The figures of each agent of `whose` who wrote in `window`.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn by_agent(&self, whose: Whose, window: Window) -> Result<BTreeMap<i64, Group>, StoreError> {
        let members = self.members(whose)?;
        let mut groups = self.groups(&members, window, |message| Some(message.agent));
        let mut promises: FxHashMap<i64, Promises> = FxHashMap::default();
        self.promises(&members, window, |agent, dated, fate| promises.entry(agent).or_default().add(dated, fate));
        for (agent, group) in &mut groups {
            group.promises = promises.remove(agent).unwrap_or_default();
        }
        Ok(groups)
    }

    /// The figures of `whose` over time.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn series(&self, whose: Whose, window: Window, grain: Grain) -> Result<Series, StoreError> {
        let total = self.total(whose, window)?;
        let mut versions: BTreeMap<i64, BTreeMap<Period, Group>> = BTreeMap::new();
        let step = |message: &Message| {
            let version = self.rows.marks[message.marks as usize].version;
            message.sent.map(|(_, day)| (version, Period::of_day(day, grain)))
        };
        for ((version, period), group) in self.groups(&self.members(whose)?, window, step) {
            versions.entry(version).or_default().insert(period, group);
        }
        let steps = versions.into_iter().flat_map(|(version, periods)| {
            let all = crate::trend::period::without_gaps(periods);
            all.into_iter().map(move |(period, group)| ((version, period), group))
        });
        Ok(Series { total, steps: steps.collect() })
    }

    fn members(&self, whose: Whose) -> Result<Members, StoreError> {
        Ok(match whose {
            Whose::All => Members::All,
            Whose::Agent(key) => Members::One(key),
            Whose::Team(team) => {
                let agents = agents::agents(self.transaction)?.into_iter();
                let of_team = agents.filter(|agent| agent.team.as_ref().is_some_and(|(key, _)| *key == team));
                Members::Several(of_team.map(|agent| agent.key).collect())
            }
        })
    }

    /// The messages of `members` in `window`, by what `key` says of each. Those of one conversation that are of the
    /// same group are counted together, as they resemble each other.
    fn groups<K: Copy + Ord + Hash>(
        &self,
        members: &Members,
        window: Window,
        key: impl Fn(&Message) -> Option<K>,
    ) -> BTreeMap<K, Group> {
        let measured: Vec<Measured> = self.rows.marks.iter().map(|marks| self.ruler.measured(marks)).collect();
        let mut groups: FxHashMap<K, Group> = FxHashMap::default();
        let mut chosen: Vec<(K, &Message)> = Vec::new();
        for conversation in self.rows.messages.each() {
            chosen.clear();
            let of_members = conversation.iter().map(|(_, message)| message).filter(|message| {
                members.hold(message.agent) && window.holds(message.sent.map(|(sent_at, _)| sent_at))
            });
            chosen.extend(of_members.filter_map(|message| Some((key(message)?, message))));
            chosen.sort_unstable_by_key(|(key, _)| *key);
            for together in chosen.chunk_by(|a, b| a.0 == b.0) {
                let group = groups.entry(together[0].0).or_insert_with(|| Group {
                    measures: vec![Count::default(); self.ruler.measures()],
                    ..Group::default()
                });
                add(group, together, &measured);
            }
        }
        groups.into_iter().collect()
    }

    /// The promises of `members` made in `window`: who made each, whether it says when it is due, its fate.
    fn promises(&self, members: &Members, window: Window, mut each: impl FnMut(i64, bool, &str)) {
        for (_, promise) in self.rows.promises.each().flatten() {
            if members.hold(promise.agent) && window.holds(promise.made) {
                each(promise.agent, promise.dated, &self.rows.fates[usize::from(promise.fate)]);
            }
        }
    }
}

/// Adds messages of one conversation.
fn add<K>(group: &mut Group, together: &[(K, &Message)], measured: &[Measured]) {
    group.conversations += 1;
    group.messages += together.len() as u64;
    let of = |message: &Message| measured[message.marks as usize];
    let mut applicable = 0;
    for (_, message) in together {
        let measured = of(message);
        applicable |= measured.applicable;
        if let Some(score) = message.score.filter(|_| measured.asked) {
            group.scored += 1;
            group.score_hundredths += u64::from(score);
        }
    }
    while applicable != 0 {
        let index = applicable.trailing_zeros();
        applicable &= applicable - 1;
        let count = |bits: fn(Measured) -> u128| {
            together.iter().map(|(_, message)| (bits(of(message)) >> index & 1) as u32).sum::<u32>()
        };
        // Met is never above applicable: what meets a measure is what it applies to.
        let (met, applies) = (count(|one| one.met), count(|one| one.applicable));
        let _ = group.measures[index as usize].add_conversation(met, applies);
    }
}

/// Whose messages are counted.
enum Members {
    All,
    One(i64),
    Several(FxHashSet<i64>),
}

impl Members {
    fn hold(&self, agent: i64) -> bool {
        match self {
            Self::All => true,
            Self::One(key) => *key == agent,
            Self::Several(keys) => keys.contains(&agent),
        }
    }
}
