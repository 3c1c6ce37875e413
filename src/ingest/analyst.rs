//! Reads conversations that have something new.

use super::handed::{Handed, Words};
use super::kept::{CueRow, DetectionRow, Evidence, RecoveryRow};
use super::whole::Whole;
use super::{Method, hundredths};
use crate::conversation::{Role, Visibility};
use crate::detect::Detection;
use crate::promise::{Fate, Outcome, Promise, Terms, Turn, Why, turns};
use crate::reading::{MessageReading, Reader};
use crate::recovery::Recovery;
use crate::situation::Cue;
use crate::store::analysed::{Analysed, AnalysisRow, FirstRead, PromiseRow, keep};
use crate::store::analysis::{self, StoredMessage, Unread, situation, unread};
use crate::store::rereading::judge_due_promises;
use crate::store::{Pending, Store, StoreError};
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// So many conversations are read and kept together: each time costs a wait for the disk, and what lies where all are
/// written is written anew.
const TOGETHER: usize = 512;

/// So many lots of each thread may wait to be written while the next one is read.
const AHEAD: usize = 8;

/// The agent of messages that name none.
const NOBODY: &str = "(unnamed)";

/// Reads conversations of a store with one method.
#[derive(Debug)]
pub struct Analyst<'s> {
    store: &'s Store,
    method: Method,
    version: i64,
    threads: usize,
    handed: Option<Arc<Handed>>,
    /// Those that nobody reads with now: they remember words.
    readers: Mutex<Vec<Reader<'static>>>,
}

impl<'s> Analyst<'s> {
    /// One that reads with `method`, on `threads` threads.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn new(store: &'s Store, method: Method, threads: usize) -> Result<Self, StoreError> {
        let row = method.version()?;
        let version = store.write(move |transaction| analysis::version(transaction, &row)).wait()?;
        Ok(Self { store, method, version, threads: threads.max(1), handed: None, readers: Mutex::default() })
    }

    /// The same, which hands over to the search index what it reads.
    #[must_use]
    pub fn handing_over(self, handed: Arc<Handed>) -> Self {
        Self { handed: Some(handed), ..self }
    }

    /// The key of the version that it reads with.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// Reads all that is to be read, until there is nothing more or `stop` says so; gives how many
    /// conversations that were.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn read_all(&self, stop: &(dyn Fn() -> bool + Sync)) -> Result<usize, StoreError> {
        let mut read = 0;
        while !stop() {
            let round = self.round(stop)?;
            read += round;
            // The data may now reach beyond promises of conversations that were read before.
            if round == 0 && self.store.write(judge_due_promises).wait()? == 0 {
                break;
            }
        }
        Ok(read)
    }

    /// Reads what is to be read now, on several threads where it is much, and waits until it is kept.
    fn round(&self, stop: &(dyn Fn() -> bool + Sync)) -> Result<usize, StoreError> {
        let after = Mutex::new(0);
        let first = self.next(&after)?;
        let helpers = if first.len() < TOGETHER { 0 } else { self.threads - 1 };
        std::thread::scope(|scope| {
            let helping = || self.next(&after).and_then(|lot| self.read_on(lot, &after, stop));
            let helpers: Vec<_> = (0..helpers).map(|_| scope.spawn(helping)).collect();
            let read = self.read_on(first, &after, stop);
            // Reading does not panic; what a thread did not keep stays to be read.
            helpers.into_iter().try_fold(read?, |read, helper| Ok(read + helper.join().unwrap_or(Ok(0))?))
        })
    }

    /// The next lot of conversations that are to be read; none where all are taken.
    fn next(&self, after: &Mutex<i64>) -> Result<Vec<Unread>, StoreError> {
        let mut after = after.lock().unwrap_or_else(PoisonError::into_inner);
        let lot = self.store.read(|transaction| unread(transaction, *after, TOGETHER))?;
        *after = lot.last().map_or(*after, |last| last.revision);
        Ok(lot)
    }

    /// Reads `lot` and the lots after it.
    fn read_on(
        &self,
        mut lot: Vec<Unread>,
        after: &Mutex<i64>,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<usize, StoreError> {
        let readers = || self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = readers().pop();
        let mut reader = known.unwrap_or_else(|| {
            Reader::new(self.method.lexicon, self.method.card).with_least_confidence(self.method.least_confidence)
        });
        let mut waiting: VecDeque<Pending<()>> = VecDeque::new();
        let mut read = 0;
        while !lot.is_empty() {
            read += lot.len();
            waiting.push_back(self.keep(lot.into_iter().map(|unread| self.conversation(&mut reader, unread))));
            if waiting.len() >= AHEAD {
                waiting.pop_front().map_or(Ok(()), Pending::wait)?;
            }
            lot = if stop() { Vec::new() } else { self.next(after)? };
        }
        readers().push(reader);
        waiting.into_iter().try_for_each(Pending::wait)?;
        Ok(read)
    }

    /// Keeps what was read; once it is kept the index may have it.
    fn keep(&self, read: impl Iterator<Item = (Analysed, Vec<Words>)>) -> Pending<()> {
        let (analysed, words): (Vec<Analysed>, Vec<Vec<Words>>) = read.unzip();
        let handed = self.handed.clone();
        let then = move |first: Vec<Option<FirstRead>>| {
            if let Some(handed) = handed {
                handed.put(first.into_iter().zip(words).filter_map(|(first, words)| Some((first?, words))));
            }
        };
        self.store.write_lot_then(move |transaction| keep(transaction, &analysed), then)
    }

    /// What is read in a conversation, and the words of its messages where the index is to have them.
    fn conversation(&self, reader: &mut Reader<'static>, unread: Unread) -> (Analysed, Vec<Words>) {
        let Unread { key, revision, piece, messages: stored, newest } = unread;
        let source = piece.source.clone().into_owned();
        let Whole { conversation, stored, sideless } = Whole::of(piece, &stored);
        let readings = reader.conversation(&conversation);
        let turns = turns(&conversation, &readings);
        let now = newest.unwrap_or(Timestamp::MIN);
        let recovery = Recovery::of(self.method.lexicon, &self.method.office, &turns, now, &self.method.terms);
        let (mut analyses, mut words) = (Vec::new(), Vec::new());
        for (index, turn) in turns.iter().enumerate() {
            let of_agent = turn.message.author.role == Role::Agent && turn.message.visibility == Visibility::Public;
            if of_agent && !stored[index].dropped {
                analyses.push(self.analysis(turn, &stored, index));
                words.extend(self.handed.as_ref().map(|_| self.words(turn)));
            }
        }
        let promises = recovery.promises.iter().filter(|(promise, _)| !stored[promise.turn as usize].dropped);
        let sent: Vec<Timestamp> = turns.iter().filter_map(|turn| turn.sent).collect();
        let analysed = Analysed {
            key,
            revision,
            version: self.version,
            source,
            sent: sent.iter().min().copied().zip(sent.iter().max().copied()),
            messages: turns.len(),
            sideless,
            service_failure: readings.iter().any(|reading| reading.situation.service_failure),
            recovery: json(&recovery_row(&recovery, &stored)),
            judge_at: recovery.promises.iter().filter_map(|one| judge_at(one, &self.method.terms)).min().max(
                // Judged by now already: not before the data reach further.
                recovery.promises.iter().any(|one| judge_at(one, &self.method.terms).is_some()).then_some(now),
            ),
            analyses,
            promises: promises.map(|one| self.promise(one, &turns, &stored)).collect(),
        };
        (analysed, words)
    }

    fn words(&self, turn: &Turn<'_>) -> Words {
        let Turn { message, reading, .. } = turn;
        Words::read(&message.body, message.format, &reading.detections, self.method.lexicon)
    }

    fn analysis(&self, turn: &Turn<'_>, stored: &[StoredMessage], index: usize) -> AnalysisRow {
        let reading = turn.reading;
        let bit = |is: bool, bit: i64| if is { bit } else { 0 };
        let told = &reading.situation;
        let (mut met, mut unmet) = (0, 0);
        if let Some(score) = &reading.score {
            for criterion in 0..self.method.card.criteria.len() {
                match score.verdict(criterion) {
                    crate::score::Verdict::Met => met |= 1 << criterion,
                    crate::score::Verdict::Unmet => unmet |= 1 << criterion,
                    crate::score::Verdict::NotApplicable => {}
                }
            }
        }
        let score = reading.score.filter(|score| score.score.is_some());
        let not_scored = crate::wire::not_scored(reading).map(|reason| reason.code);
        AnalysisRow {
            message: stored[index].key,
            agent: agent(turn),
            sent_at: turn.sent,
            score: score.and_then(|score| score.score).map(hundredths),
            uncritical_score: score.and_then(|score| score.uncritical_score).map(hundredths),
            not_scored,
            words: reading.words,
            situation: bit(told.service_failure, situation::SERVICE_FAILURE)
                | bit(told.apology_due, situation::APOLOGY_DUE)
                | bit(told.follow_up_due, situation::FOLLOW_UP_DUE),
            findings: reading
                .findings
                .named()
                .iter()
                .enumerate()
                .map(|(index, (_, found))| bit(*found, 1 << index))
                .sum(),
            met,
            unmet,
            evidence: json(&self.evidence(reading, stored)),
        }
    }

    fn evidence(&self, reading: &MessageReading, stored: &[StoredMessage]) -> Evidence {
        let rule = |rule: u32| self.method.lexicon.rules()[rule as usize].id.clone();
        let detection = |(index, one): (usize, &Detection)| DetectionRow {
            label: one.label.name().to_owned(),
            kind: one.kind.map(|kind| kind.name().to_owned()),
            rule: rule(one.rule),
            start: one.span.start,
            end: one.span.end,
            in_doubt: reading.is_in_doubt(index),
        };
        let cue = |cue: Option<Cue>| {
            let cue = cue?;
            Some(CueRow {
                message: stored.get(cue.turn as usize)?.key,
                label: cue.label.map(|label| label.name().to_owned()),
                rule: cue.rule.map(rule),
                start: cue.span.start,
                end: cue.span.end,
            })
        };
        Evidence {
            detections: reading.detections.iter().enumerate().map(detection).collect(),
            failure: cue(reading.situation.failure_cue),
            earlier_apology: cue(reading.situation.apology_cue),
            follow_up: cue(reading.situation.follow_up_cue),
            zoning_uncertain: reading.zoning_uncertain,
        }
    }

    fn promise(
        &self,
        (promise, outcome): &(Promise, Outcome),
        turns: &[Turn<'_>],
        stored: &[StoredMessage],
    ) -> PromiseRow {
        let key = |turn: u32| stored[turn as usize].key;
        PromiseRow {
            message: key(promise.turn),
            agent: agent(&turns[promise.turn as usize]),
            words: (promise.words.start, promise.words.end),
            act: promise.act.name(),
            conditional: promise.condition.is_some(),
            made: promise.made,
            due: promise.due.ok().map(|due| (due.at, due.precision.name())),
            fate: outcome.fate.name(),
            kept: match outcome.fate {
                Fate::Kept { by_turn, at } => Some((key(by_turn), at)),
                Fate::Late { by_turn, at, .. } => Some((key(by_turn), Some(at))),
                _ => None,
            },
            told: outcome.sentence(promise, &self.method.office),
        }
    }
}

/// Who wrote a message: identifier and name.
fn agent(turn: &Turn<'_>) -> (String, Option<String>) {
    let author = &turn.message.author;
    let id = author.id.as_ref().map(|id| id.as_str().trim()).filter(|id| !id.is_empty());
    let name = author.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let shown = id.or(name).unwrap_or(NOBODY);
    (shown.to_owned(), name.map(str::to_owned))
}

/// When an open promise may be judged otherwise, once the data reach so far.
fn judge_at((promise, outcome): &(Promise, Outcome), terms: &Terms) -> Option<Timestamp> {
    if !matches!(outcome.fate, Fate::Open { why: Why::NotYetDue }) {
        return None;
    }
    match &promise.due {
        Ok(due) => due.at.checked_add(terms.grace).ok(),
        Err(_) => promise.made?.checked_add(terms.undated).ok(),
    }
}

fn recovery_row(recovery: &Recovery, stored: &[StoredMessage]) -> RecoveryRow {
    let key = |turn: u32| stored.get(turn as usize).map(|stored| stored.key);
    RecoveryRow {
        first_complaint: recovery.first_complaint.and_then(|moment| key(moment.turn)),
        seconds_to_first_response: recovery.time_to_first_response.map(|time| time.as_secs()),
        seconds_to_apology: recovery.apology.and_then(|apology| apology.after).map(|time| time.as_secs()),
        apology_in_answer: recovery.apology.map(|apology| apology.answers),
        proactive_apology: recovery.proactive_apology.is_some(),
        over_apologising: recovery.over_apologising.is_some(),
        same_failure_again: recovery.failure_again.is_some(),
        checked_back: recovery.checked_back.is_some(),
        ending: recovery.ending.name().to_owned(),
        resolved: recovery.ending.is_resolved(),
        mean_score: recovery.score.map(|score| crate::wire::two_decimals(score.mean)),
        worst_score: recovery.score.map(|score| crate::wire::two_decimals(score.worst)),
        worst_message: recovery.score.and_then(|score| key(score.worst_turn)),
    }
}

/// These are plain structures of texts and numbers, which are always JSON.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
