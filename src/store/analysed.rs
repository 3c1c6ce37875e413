//! What was read in conversations is kept.

use super::counter::Counter;
use super::documents::{MessageRow, ShownAgent};
use super::{StoreError, milliseconds};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What was read in a conversation.
#[derive(Debug)]
pub struct Analysed {
    /// Its key.
    pub key: i64,
    /// The revision that was read.
    pub revision: i64,
    /// What it was read with.
    pub version: i64,
    /// The ticketing tool.
    pub source: String,
    /// When its first and last messages were sent.
    pub sent: Option<(Timestamp, Timestamp)>,
    /// How many messages it has.
    pub messages: usize,
    /// Of how many nothing tells on which side their author is.
    pub sideless: usize,
    /// Whether there is a service failure.
    pub service_failure: bool,
    /// How it was made good (JSON).
    pub recovery: String,
    /// The time from which an open promise may be judged otherwise.
    pub judge_at: Option<Timestamp>,
    /// What was read in the agents' public messages.
    pub analyses: Vec<AnalysisRow>,
    /// What was promised.
    pub promises: Vec<PromiseRow>,
}

/// What was read in a message.
#[derive(Debug)]
pub struct AnalysisRow {
    /// Its key.
    pub message: i64,
    /// Who wrote it: identifier and name.
    pub agent: (String, Option<String>),
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// Hundredths of a point.
    pub score: Option<i64>,
    /// The same without critical criteria.
    pub uncritical_score: Option<i64>,
    /// Why it has no score.
    pub not_scored: Option<&'static str>,
    /// How many words its author wrote.
    pub words: u32,
    /// Bits of [`super::analysis::situation`].
    pub situation: i64,
    /// A bit for each of the four headline findings.
    pub findings: i64,
    /// A bit for each criterion that is met.
    pub met: i64,
    /// A bit for each criterion that is not.
    pub unmet: i64,
    /// Detections and cues (JSON).
    pub evidence: String,
}

/// Something promised.
#[derive(Debug)]
pub struct PromiseRow {
    /// The message that promises it.
    pub message: i64,
    /// Who wrote that.
    pub agent: (String, Option<String>),
    /// The words, in bytes of the raw body.
    pub words: (u32, u32),
    /// What kind of act.
    pub act: &'static str,
    /// Whether it hangs on a condition.
    pub conditional: bool,
    /// When it was made.
    pub made: Option<Timestamp>,
    /// When it is due, and how precisely that is said.
    pub due: Option<(Timestamp, &'static str)>,
    /// What became of it.
    pub fate: &'static str,
    /// The message that kept it, and when.
    pub kept: Option<(i64, Option<Timestamp>)>,
    /// What became of it, in a sentence.
    pub told: String,
}

/// A conversation that was read for the first time: what the search index wants to know of it, but for the words.
#[derive(Debug)]
pub struct FirstRead {
    /// Its key.
    pub conversation: i64,
    /// The change by which it is shown so. What changes later has a later one.
    pub change: i64,
    /// The agents' public messages, in the order of [`Analysed::analyses`].
    pub messages: Vec<MessageRow>,
}

/// Keeps what was read in conversations, in place of what was read before; tells of each whether that was the first
/// time. Where there is no such conversation any more nothing is kept.
///
/// # Errors
/// Where the store fails.
pub fn keep(transaction: &Transaction<'_>, analysed: &[Analysed]) -> Result<Vec<Option<FirstRead>>, StoreError> {
    let mut lot = Lot::begin(transaction)?;
    let first = analysed.iter().map(|analysed| lot.keep(analysed)).collect::<Result<_, _>>()?;
    lot.finish()?;
    Ok(first)
}

/// What is kept together.
struct Lot<'t> {
    transaction: &'t Transaction<'t>,
    changes: Counter<'t>,
    /// By version the conversations that were read with another before.
    versions: BTreeMap<i64, Vec<i64>>,
    /// The agents who wrote in it, by source and identifier.
    agents: HashMap<String, HashMap<String, Arc<ShownAgent>>>,
}

impl<'t> Lot<'t> {
    fn begin(transaction: &'t Transaction<'t>) -> Result<Self, StoreError> {
        let changes = Counter::of_changes(transaction)?;
        Ok(Self { transaction, changes, versions: BTreeMap::new(), agents: HashMap::new() })
    }

    /// Keeps what was read in a conversation but for the version.
    fn keep(&mut self, analysed: &Analysed) -> Result<Option<FirstRead>, StoreError> {
        let (transaction, key) = (self.transaction, analysed.key);
        let sql = "SELECT analysed, version FROM conversation WHERE key = ?1";
        let before = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?));
        let before = transaction.prepare_cached(sql)?.query_row([key], before).optional()?;
        // Erased, or read already in a later state.
        let Some((before, version)) = before.filter(|(before, _)| *before < analysed.revision) else { return Ok(None) };
        if before > 0 {
            for sql in [
                "DELETE FROM analysis WHERE conversation = ?1
                 AND message IN (SELECT key FROM message WHERE conversation = ?1 AND body IS NOT NULL)",
                "DELETE FROM promise WHERE conversation = ?1
                 AND message IN (SELECT key FROM message WHERE conversation = ?1 AND body IS NOT NULL)",
            ] {
                transaction.prepare_cached(sql)?.execute([key])?;
            }
        }
        let mut messages = Vec::with_capacity(analysed.analyses.len());
        for row in &analysed.analyses {
            let agent = self.agent(&analysed.source, &row.agent)?;
            self.analysis(analysed, row, agent.key)?;
            messages.push(indexed(analysed, row, agent));
        }
        for row in &analysed.promises {
            let agent = self.agent(&analysed.source, &row.agent)?;
            self.promise(key, row, agent.key)?;
        }
        let change = self.changes.next();
        let sql = "UPDATE conversation SET analysed = ?2, change = ?3, judge_at = ?4, first_sent = ?5, last_sent = ?6,
                   messages = ?7, sideless = ?8, service_failure = ?9, recovery = ?10 WHERE key = ?1";
        transaction.prepare_cached(sql)?.execute(params![
            key,
            analysed.revision,
            change,
            analysed.judge_at.map(milliseconds),
            analysed.sent.map(|(first, _)| milliseconds(first)),
            analysed.sent.map(|(_, last)| milliseconds(last)),
            i64::try_from(analysed.messages).unwrap_or(i64::MAX),
            i64::try_from(analysed.sideless).unwrap_or(i64::MAX),
            analysed.service_failure,
            analysed.recovery,
        ])?;
        if version != Some(analysed.version) {
            self.versions.entry(analysed.version).or_default().push(key);
        }
        // Of one that was read before there may be reviews, and messages whose text was dropped.
        Ok((before == 0).then_some(FirstRead { conversation: key, change, messages }))
    }

    fn analysis(&self, analysed: &Analysed, row: &AnalysisRow, agent: i64) -> Result<(), StoreError> {
        // What is still there was read in a text that has been dropped, and stays.
        let sql = "INSERT INTO analysis VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                   ON CONFLICT (message) DO NOTHING";
        self.transaction.prepare_cached(sql)?.execute(params![
            row.message,
            analysed.key,
            agent,
            analysed.version,
            row.sent_at.map(milliseconds),
            row.score,
            row.uncritical_score,
            row.not_scored,
            row.words,
            row.situation,
            row.findings,
            row.met,
            row.unmet,
            row.evidence,
        ])?;
        Ok(())
    }

    fn promise(&self, conversation: i64, row: &PromiseRow, agent: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO promise (message, conversation, agent, start, end, act, conditional, made, due,
                   precision, fate, kept_by, kept_at, told)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        self.transaction.prepare_cached(sql)?.execute(params![
            row.message,
            conversation,
            agent,
            row.words.0,
            row.words.1,
            row.act,
            row.conditional,
            row.made.map(milliseconds),
            row.due.map(|(due, _)| milliseconds(due)),
            row.due.map(|(_, precision)| precision),
            row.fate,
            row.kept.map(|(by, _)| by),
            row.kept.and_then(|(_, at)| at).map(milliseconds),
            row.told,
        ])?;
        Ok(())
    }

    /// An agent; a new one is kept, and a name that was not known.
    fn agent(&mut self, source: &str, (id, name): &(String, Option<String>)) -> Result<Arc<ShownAgent>, StoreError> {
        let known = self.agents.get(source).and_then(|agents| agents.get(id));
        let mut agent = match known {
            Some(known) if name.is_none() || known.name == *name => return Ok(Arc::clone(known)),
            Some(known) => ShownAgent::clone(known),
            None => self.stored_agent(source, id, name.as_deref())?,
        };
        // Of two names the one that sorts first, so that the order of arrival changes nothing.
        if name.is_some() && agent.name.as_ref().is_none_or(|old| Some(old) > name.as_ref()) {
            let sql = "UPDATE agent SET name = ?2 WHERE key = ?1";
            self.transaction.prepare_cached(sql)?.execute(params![agent.key, name])?;
            agent.name.clone_from(name);
        }
        let agent = Arc::new(agent);
        self.agents.entry(source.to_owned()).or_default().insert(id.clone(), Arc::clone(&agent));
        Ok(agent)
    }

    fn stored_agent(&self, source: &str, id: &str, name: Option<&str>) -> Result<ShownAgent, StoreError> {
        let sql = "SELECT agent.key, agent.name, team.name FROM agent LEFT JOIN team ON team.key = team
                   WHERE source = ?1 AND id = ?2";
        let agent = |row: &Row<'_>| {
            Ok(ShownAgent { key: row.get(0)?, id: id.to_owned(), name: row.get(1)?, team: row.get(2)? })
        };
        if let Some(known) = self.transaction.prepare_cached(sql)?.query_row([source, id], agent).optional()? {
            return Ok(known);
        }
        let sql = "INSERT INTO agent (source, id, name) VALUES (?1, ?2, ?3)";
        self.transaction.prepare_cached(sql)?.execute(params![source, id, name])?;
        let key = self.transaction.last_insert_rowid();
        Ok(ShownAgent { key, id: id.to_owned(), name: name.map(str::to_owned), team: None })
    }

    fn finish(self) -> Result<(), StoreError> {
        self.changes.end()?;
        // All at once: what refers to another table is changed by a statement that may fail half-way, and so that it
        // can be undone SQLite keeps each page as it was until the statement has ended.
        for (version, keys) in self.versions {
            let sql = "UPDATE conversation SET version = ?1 WHERE key IN (SELECT value FROM json_each(?2))";
            self.transaction.prepare_cached(sql)?.execute(params![version, serde_json::to_string(&keys)?])?;
        }
        Ok(())
    }
}

/// What the search index wants to know of a message that was just read for the first time.
fn indexed(analysed: &Analysed, row: &AnalysisRow, agent: Arc<ShownAgent>) -> MessageRow {
    let promises = analysed.promises.iter().filter(|promise| promise.message == row.message);
    MessageRow {
        message: row.message,
        sent: row.sent_at,
        agent,
        version: analysed.version,
        score: row.score,
        situation: row.situation,
        findings: row.findings,
        met: row.met,
        unmet: row.unmet,
        fates: promises.map(|promise| promise.fate.to_owned()).collect(),
        reviewed: false,
    }
}
