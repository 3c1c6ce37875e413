//! The search index follows the store.

use super::CriterionRow;
use super::kept::Evidence;
use crate::index::{Document, Index, IndexError, Opened, Rebuilt, Stamp, Writer};
use crate::marked::authored;
use crate::reading::{Findings, markup_of};
use crate::store::analysis::situation;
use crate::store::documents::{Changed, MessageRow, analysed, changes, criteria, has_removed, identity};
use crate::store::{Store, StoreError, change};
use jiff::tz::TimeZone;
use rusqlite::Transaction;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use thiserror::Error;

/// So many conversations are taken from the store at once.
const TOGETHER: usize = 500;

/// So many messages are committed together at most.
const COMMITTED_TOGETHER: usize = 20_000;

/// Why the index does not follow.
#[derive(Debug, Error)]
pub enum FollowError {
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index fails.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// Feeds the index of a store.
#[derive(Debug)]
pub struct Follower {
    writer: Writer,
    index: Index,
    /// Whether words that were erased may still lie in the index's files.
    erased: bool,
    zone: TimeZone,
    /// The criteria of each version, in the order of the bits.
    versions: HashMap<i64, Vec<String>>,
    /// Up to which change documents were given to the writer, and how many since the last commit.
    given: (i64, usize),
}

impl Follower {
    /// Opens the index in `folder` for `store`, whose days begin and end in `zone`; says why where it is begun anew.
    ///
    /// # Errors
    /// Where the folder cannot be used.
    pub fn open(folder: &Path, store: &Store, zone: TimeZone) -> Result<(Self, Option<Rebuilt>), FollowError> {
        let known = |transaction: &Transaction<'_>| {
            Ok::<_, StoreError>((identity(transaction)?, change(transaction)?, has_removed(transaction)?))
        };
        // An earlier run may have ended between an erasure and its end.
        let (identity, head, erased) = store.read(known)?;
        let name = zone.iana_name().unwrap_or("UTC").to_owned();
        let stamp = Stamp::current(format!("{identity:x} {name}"));
        let opened = Index::open_for(folder, &stamp, head.unsigned_abs())?;
        let Opened { index, writer, rebuilt } = opened;
        let change = i64::try_from(index.change()).unwrap_or(0);
        let (versions, given) = (HashMap::new(), (change, 0));
        Ok((Self { writer, index, erased, zone, versions, given }, rebuilt))
    }

    /// The index, for searching.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Brings the index up to the store, until it is or `stop` says so; gives how many messages were indexed.
    ///
    /// # Errors
    /// Where the store or the index fails; what was committed stands, and the next call goes on from there.
    pub fn follow(&mut self, store: &Store, stop: &dyn Fn() -> bool) -> Result<usize, FollowError> {
        let followed = self.follow_on(store, stop);
        if followed.is_err() {
            self.writer.rollback()?;
            self.given = (i64::try_from(self.index.change()).unwrap_or(0), 0);
        }
        followed
    }

    fn follow_on(&mut self, store: &Store, stop: &dyn Fn() -> bool) -> Result<usize, FollowError> {
        let (mut messages, mut head) = (0, i64::MAX);
        while !stop() {
            let after = self.given.0;
            let lot = store.read(|transaction| changes(transaction, after, TOGETHER))?;
            if lot.up_to == after {
                break;
            }
            self.erased |= !lot.removed.is_empty();
            lot.removed.into_iter().for_each(|conversation| self.writer.remove(conversation));
            for changed in lot.changed {
                let documents = self.documents(store, &changed)?;
                self.given.1 += documents.len();
                messages += documents.len();
                self.writer.replace(changed.conversation, documents)?;
            }
            self.given.0 = lot.up_to;
            if self.given.1 >= COMMITTED_TOGETHER {
                self.commit(lot.head)?;
            }
            if lot.up_to == lot.head {
                // What came meanwhile waits for the next time, or a steady stream would never be committed.
                head = lot.head;
                break;
            }
        }
        if self.given.0 > i64::try_from(self.index.change()).unwrap_or(0) {
            self.commit(head)?;
        }
        if self.erased {
            self.writer.expunge()?;
            self.erased = false;
        }
        Ok(messages)
    }

    fn commit(&mut self, head: i64) -> Result<(), FollowError> {
        // Numbers of changes are counted from 1.
        self.writer.commit(self.given.0.unsigned_abs(), head.unsigned_abs())?;
        self.given.1 = 0;
        Ok(())
    }

    /// In what the index and the store differ, for people; nothing where they agree. An index that has not come
    /// up to the store yet is no difference: see [`Self::follow`].
    ///
    /// # Errors
    /// Where the store or the index cannot be read.
    pub fn differences(&self, store: &Store) -> Result<Vec<String>, FollowError> {
        let (stored, head) =
            store.read(|transaction| Ok::<_, StoreError>((analysed(transaction)?, change(transaction)?)))?;
        if self.index.change() < head.unsigned_abs() {
            return Ok(Vec::new());
        }
        let indexed = self.index.messages()?;
        let twice = indexed.windows(2).filter(|pair| pair[0] == pair[1]).count();
        let missing = stored.iter().filter(|key| indexed.binary_search(key).is_err()).count();
        let strange = indexed.iter().filter(|key| stored.binary_search(key).is_err()).count();
        let told = [
            (twice, "are in the search index twice"),
            (missing, "are missing in the search index"),
            (strange, "are in the search index and no more in the store"),
        ];
        let told = told.into_iter().filter(|(count, _)| *count > 0);
        Ok(told.map(|(count, what)| format!("{count} messages {what}: `amends reindex` makes it anew")).collect())
    }

    /// Ends the following.
    ///
    /// # Errors
    /// Where the index's work in the background failed.
    pub fn close(self) -> Result<(), FollowError> {
        Ok(self.writer.close()?)
    }

    fn documents(&mut self, store: &Store, changed: &Changed) -> Result<Vec<Document>, FollowError> {
        let mut documents = Vec::with_capacity(changed.messages.len());
        for row in &changed.messages {
            let criteria = match self.versions.entry(row.version) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    let json = store.read(|transaction| criteria(transaction, row.version))?;
                    let rows: Vec<CriterionRow> = serde_json::from_str(&json).map_err(StoreError::from)?;
                    unknown.insert(rows.into_iter().map(|row| row.id).collect())
                }
            };
            documents.push(document(changed, row, criteria, &self.zone)?);
        }
        Ok(documents)
    }
}

fn document(changed: &Changed, row: &MessageRow, criteria: &[String], zone: &TimeZone) -> Result<Document, StoreError> {
    let evidence: Evidence = serde_json::from_str(&row.evidence)?;
    let (mut labels, mut rules) = (Vec::new(), Vec::new());
    for detection in evidence.detections {
        if let Some(kind) = &detection.kind {
            labels.push(format!("{}:{kind}", detection.label));
        }
        labels.push(detection.label);
        rules.push(detection.rule);
    }
    for names in [&mut labels, &mut rules] {
        names.sort_unstable();
        names.dedup();
    }
    let of_bits = |bits: i64| {
        let named = criteria.iter().enumerate().filter(move |(bit, _)| bits >> bit & 1 == 1);
        named.map(|(_, id)| id.clone()).collect()
    };
    let findings = Findings::default().named();
    let findings = findings.iter().enumerate().filter(|(bit, _)| row.findings >> bit & 1 == 1);
    #[expect(clippy::cast_precision_loss, reason = "a score is 0 to 10,000 hundredths")]
    let score = row.score.map(|score| score as f64 / 100.0);
    Ok(Document {
        message: row.message,
        body: row.body.as_deref().map(|body| authored(body, markup_of(row.format))).unwrap_or_default(),
        agent: Some(row.agent.to_string()),
        agent_names: std::iter::once(&row.agent_id).chain(&row.agent_name).cloned().collect(),
        team: row.team.clone(),
        channel: changed.channel.clone(),
        source: Some(changed.source.clone()),
        labels,
        rules,
        findings: findings.map(|(_, (name, _))| (*name).to_owned()).collect(),
        met: of_bits(row.met),
        unmet: of_bits(row.unmet),
        promises: row.fates.iter().flat_map(|fates| fates.split(',')).map(str::to_owned).collect(),
        score,
        failure: row.situation & situation::SERVICE_FAILURE != 0,
        scored: row.score.is_some(),
        reviewed: row.reviewed,
        sent: row.sent.map(|sent| sent.to_zoned(zone.clone())),
    })
}
