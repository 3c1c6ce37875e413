//! The search index follows the store.

use super::CriterionRow;
use super::handed::{Handed, Messages, Words};
use super::kept::Evidence;
use crate::index::{Document, Index, IndexError, Opened, Rebuilt, Stamp, Writer};
use crate::reading::Findings;
use crate::store::analysis::situation;
use crate::store::documents::{
    Changed, Changes, MessageRow, WordsRow, analysed, changes, criteria, has_removed, identity, messages,
};
use crate::store::{Store, StoreError, change};
use jiff::tz::TimeZone;
use rusqlite::Transaction;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::Arc;
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
    /// What need not be looked up in the store.
    handed: Arc<Handed>,
    /// The criteria of each version, in the order of the bits.
    versions: HashMap<i64, Vec<String>>,
    given: Given,
}

/// What was given to the index.
#[derive(Debug)]
struct Given {
    /// The change up to which that goes.
    change: i64,
    /// The store's last change at that time.
    head: i64,
    /// How many messages since the last commit.
    messages: usize,
}

impl Given {
    /// What was committed.
    fn of(index: &Index) -> Self {
        Self { change: i64::try_from(index.change()).unwrap_or(0), head: i64::MAX, messages: 0 }
    }
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
        let (handed, versions, given) = (Arc::default(), HashMap::new(), Given::of(&index));
        Ok((Self { writer, index, erased, zone, handed, versions, given }, rebuilt))
    }

    /// The index, for searching.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Where whoever reads hands over what was read.
    #[must_use]
    pub fn handed(&self) -> Arc<Handed> {
        Arc::clone(&self.handed)
    }

    /// Brings the index up to the store, until it is or `stop` says so; gives how many messages were indexed.
    ///
    /// # Errors
    /// Where the store or the index fails; what was committed stands, and the next call goes on from there.
    pub fn follow(&mut self, store: &Store, stop: &dyn Fn() -> bool) -> Result<usize, FollowError> {
        let indexed = self.feed(store, stop)?;
        self.commit()?;
        Ok(indexed)
    }

    /// The same without an end: what is indexed is found after [`Self::commit`], or when much has come together.
    ///
    /// # Errors
    /// As [`Self::follow`].
    pub fn feed(&mut self, store: &Store, stop: &dyn Fn() -> bool) -> Result<usize, FollowError> {
        let fed = self.try_feed(store, stop);
        self.or_forget(fed)
    }

    /// Lets what was indexed be found.
    ///
    /// # Errors
    /// As [`Self::follow`].
    pub fn commit(&mut self) -> Result<(), FollowError> {
        let committed = self.try_commit();
        self.or_forget(committed)
    }

    /// How many messages were indexed that are not found yet.
    #[must_use]
    pub fn uncommitted(&self) -> usize {
        self.given.messages
    }

    /// After a failure begins again with what was committed.
    fn or_forget<T>(&mut self, done: Result<T, FollowError>) -> Result<T, FollowError> {
        if done.is_err() {
            self.writer.rollback()?;
            self.given = Given::of(&self.index);
        }
        done
    }

    fn try_feed(&mut self, store: &Store, stop: &dyn Fn() -> bool) -> Result<usize, FollowError> {
        let mut messages = 0;
        while !stop() {
            let after = self.given.change;
            let (lot, read) = store.read(|transaction| self.changed(transaction, after))?;
            self.given.head = lot.head;
            self.erased |= !lot.removed.is_empty();
            lot.removed.into_iter().for_each(|conversation| self.writer.remove(conversation));
            for (changed, read) in lot.changed.iter().zip(read) {
                let documents = self.documents(store, changed, read)?;
                self.given.messages += documents.len();
                messages += documents.len();
                self.writer.replace(changed.conversation, documents)?;
            }
            self.given.change = lot.up_to;
            self.handed.forget(lot.up_to);
            if self.given.messages >= COMMITTED_TOGETHER {
                self.try_commit()?;
            }
            if lot.up_to == lot.head {
                // What came meanwhile waits for the next time, or a steady stream would never be committed.
                break;
            }
        }
        Ok(messages)
    }

    fn try_commit(&mut self) -> Result<(), FollowError> {
        if self.given.change > Given::of(&self.index).change {
            // Numbers of changes are counted from 1.
            self.writer.commit(self.given.change.unsigned_abs(), self.given.head.unsigned_abs())?;
            self.given.messages = 0;
        }
        if self.erased {
            self.writer.expunge()?;
            self.erased = false;
        }
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

    /// What changed after `after`, and the messages of each conversation among it.
    fn changed(&self, transaction: &Transaction<'_>, after: i64) -> Result<(Changes, Vec<Messages>), StoreError> {
        let lot = changes(transaction, after, TOGETHER)?;
        let read = |changed: &Changed| match self.handed.take(changed.conversation, changed.change) {
            Some(handed) => Ok(handed),
            None => {
                let rows = messages(transaction, changed.conversation)?;
                rows.into_iter().map(|(message, row)| Ok((message, words(&row)?))).collect()
            }
        };
        let read = lot.changed.iter().map(read).collect::<Result<_, StoreError>>()?;
        Ok((lot, read))
    }

    fn documents(&mut self, store: &Store, changed: &Changed, read: Messages) -> Result<Vec<Document>, FollowError> {
        let mut documents = Vec::with_capacity(read.len());
        for (row, words) in read {
            let criteria = match self.versions.entry(row.version) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    let json = store.read(|transaction| criteria(transaction, row.version))?;
                    let rows: Vec<CriterionRow> = serde_json::from_str(&json).map_err(StoreError::from)?;
                    unknown.insert(rows.into_iter().map(|row| row.id).collect())
                }
            };
            documents.push(document(changed, row, words, criteria, &self.zone));
        }
        Ok(documents)
    }
}

/// The words of a stored message.
fn words(row: &WordsRow) -> Result<Words, StoreError> {
    let evidence: Evidence = serde_json::from_str(&row.evidence)?;
    let found = evidence.detections.iter();
    let found = found.map(|one| (one.label.as_str(), one.kind.as_deref(), one.rule.as_str()));
    Ok(Words::new(row.body.as_deref().unwrap_or_default(), row.format, found))
}

fn document(changed: &Changed, row: MessageRow, words: Words, criteria: &[String], zone: &TimeZone) -> Document {
    let of_bits = |bits: i64| {
        let named = criteria.iter().enumerate().filter(move |(bit, _)| bits >> bit & 1 == 1);
        named.map(|(_, id)| id.clone()).collect()
    };
    let findings = Findings::default().named();
    let findings = findings.iter().enumerate().filter(|(bit, _)| row.findings >> bit & 1 == 1);
    #[expect(clippy::cast_precision_loss, reason = "a score is 0 to 10,000 hundredths")]
    let score = row.score.map(|score| score as f64 / 100.0);
    let agent = row.agent;
    Document {
        message: row.message,
        body: words.body,
        agent: Some(agent.key.to_string()),
        agent_names: std::iter::once(&agent.id).chain(&agent.name).cloned().collect(),
        team: agent.team.clone(),
        channel: changed.channel.clone(),
        source: Some(changed.source.clone()),
        labels: words.labels,
        rules: words.rules,
        findings: findings.map(|(_, (name, _))| (*name).to_owned()).collect(),
        met: of_bits(row.met),
        unmet: of_bits(row.unmet),
        promises: row.fates,
        score,
        failure: row.situation & situation::SERVICE_FAILURE != 0,
        scored: row.score.is_some(),
        reviewed: row.reviewed,
        sent: row.sent.map(|sent| sent.to_zoned(zone.clone())),
    }
}
