//! Reads conversations that have something new.

use super::kept::{CueRow, DetectionRow, Evidence, RecoveryRow};
use super::whole::Whole;
use super::{Method, hundredths};
use crate::conversation::{Role, Visibility};
use crate::detect::Detection;
use crate::promise::{Fate, Outcome, Promise, Terms, Turn, Why, turns};
use crate::reading::{MessageReading, Reader};
use crate::recovery::Recovery;
use crate::situation::Cue;
use crate::store::analysis::{self, Analysed, AnalysisRow, PromiseRow, StoredMessage, Unread, situation, unread};
use crate::store::rereading::judge_due_promises;
use crate::store::{Pending, Store, StoreError};
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// So many conversations are read and kept together.
const TOGETHER: usize = 256;

/// So many lots may wait to be written while the next ones are read.
const AHEAD: usize = 3;

/// The agent of messages that name none.
const NOBODY: &str = "(unnamed)";

/// Reads conversations of a store with one method.
#[derive(Debug)]
pub struct Analyst<'s> {
    store: &'s Store,
    method: Method,
    version: i64,
    threads: usize,
    /// Those that nobody reads with now: they remember words.
    readers: Mutex<Vec<Reader<'static>>>,
}

impl<'s> Analyst<'s> {
    /// One that reads with `method`, `threads` conversations side by side.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn new(store: &'s Store, method: Method, threads: usize) -> Result<Self, StoreError> {
        let row = method.version()?;
        let version = store.write(move |transaction| analysis::version(transaction, &row)).wait()?;
        Ok(Self { store, method, version, threads: threads.max(1), readers: Mutex::default() })
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
    pub fn read_all(&self, stop: &dyn Fn() -> bool) -> Result<usize, StoreError> {
        let mut waiting: VecDeque<Pending<()>> = VecDeque::new();
        let (mut read, mut after) = (0, 0);
        while !stop() {
            let lot = self.store.read(|transaction| unread(transaction, after, TOGETHER))?;
            let Some(last) = lot.last() else {
                if waiting.is_empty() {
                    // The data may now reach beyond promises of conversations that were read before.
                    if self.store.write(judge_due_promises).wait()? == 0 {
                        break;
                    }
                }
                waiting.drain(..).try_for_each(Pending::wait)?;
                after = 0;
                continue;
            };
            after = last.revision;
            read += lot.len();
            let analysed = self.lot(lot);
            waiting.push_back(self.store.write_lot(move |transaction| analysis::keep(transaction, &analysed)));
            if waiting.len() >= AHEAD {
                waiting.pop_front().map_or(Ok(()), Pending::wait)?;
            }
        }
        waiting.into_iter().try_for_each(Pending::wait)?;
        Ok(read)
    }

    fn lot(&self, lot: Vec<Unread>) -> Vec<Analysed> {
        if lot.len() < 8 {
            return self.part(lot);
        }
        let each = lot.len().div_ceil(self.threads);
        let mut lots: Vec<Vec<Unread>> = Vec::new();
        let mut rest = lot.into_iter().peekable();
        while rest.peek().is_some() {
            lots.push(rest.by_ref().take(each).collect());
        }
        std::thread::scope(|scope| {
            let threads: Vec<_> = lots.into_iter().map(|lot| scope.spawn(move || self.part(lot))).collect();
            // Reading does not panic; what a thread did not give stays to be read.
            threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
        })
    }

    /// Reads conversations one after the other.
    fn part(&self, lot: Vec<Unread>) -> Vec<Analysed> {
        let readers = || self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = readers().pop();
        let mut reader = known.unwrap_or_else(|| {
            Reader::new(self.method.lexicon, self.method.card).with_least_confidence(self.method.least_confidence)
        });
        let analysed = lot.into_iter().map(|unread| self.conversation(&mut reader, unread)).collect();
        readers().push(reader);
        analysed
    }

    fn conversation(&self, reader: &mut Reader<'static>, unread: Unread) -> Analysed {
        let Unread { key, revision, piece, messages: stored, newest } = unread;
        let source = piece.source.clone().into_owned();
        let Whole { conversation, stored, sideless } = Whole::of(piece, &stored);
        let readings = reader.conversation(&conversation);
        let turns = turns(&conversation, &readings);
        let now = newest.unwrap_or(Timestamp::MIN);
        let recovery = Recovery::of(self.method.lexicon, &self.method.office, &turns, now, &self.method.terms);
        let mut analyses = Vec::new();
        for (index, turn) in turns.iter().enumerate() {
            let of_agent = turn.message.author.role == Role::Agent && turn.message.visibility == Visibility::Public;
            if of_agent && !stored[index].dropped {
                analyses.push(self.analysis(turn, &stored, index));
            }
        }
        let promises = recovery.promises.iter().filter(|(promise, _)| !stored[promise.turn as usize].dropped);
        let sent: Vec<Timestamp> = turns.iter().filter_map(|turn| turn.sent).collect();
        Analysed {
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
        }
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
