//! Reads conversations and turns them into rows and sums; one for each thread.

use super::findings;
use super::pipeline::{Job, Work};
use super::plan::{self, Agent, Plan};
use super::rows::{self, Placed};
use super::summary::{Fired, Summary};
use crate::conversation::{Conversation, Role};
use crate::promise::turns;
use crate::reading::{MessageReading, Reader};
use crate::recovery::Recovery;
use crate::source::merge::{Merged, merge};
use crate::source::{Piece, Problem, Record, export, rejected};
use crate::summary::{Dimension, GroupKey, MessageFigures, Part};
use jiff::Timestamp;
use rustc_hash::{FxHashSet, FxHasher};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What a job comes to, besides the worker's sums.
#[derive(Debug, Default)]
pub(super) struct Product {
    pub(super) messages: Vec<u8>,
    pub(super) conversations: Vec<u8>,
    pub(super) promises: Vec<u8>,
    pub(super) findings: Vec<u8>,
    pub(super) rejected: Vec<u8>,
    /// A number for each conversation that was looked at, by its source and identifier.
    pub(super) seen: Vec<u64>,
    /// The time of the newest message that was looked at.
    pub(super) newest: Option<Timestamp>,
    /// Pieces of conversations that come in several.
    pub(super) aside: Vec<Piece>,
    /// How many messages of agents were read.
    pub(super) agent_messages: u64,
    /// The first row that cannot be read, for an audit that stops at it: the file and the problem.
    pub(super) problem: Option<(Arc<str>, Problem)>,
    /// A row that could not be written; none is expected, memory takes all.
    pub(super) unwritten: Option<String>,
}

impl Product {
    fn reject(&mut self, plan: &Plan<'_>, file: &Arc<str>, problem: Problem) {
        let written = rejected::line(&mut self.rejected, file, &problem, plan.shows_raw());
        self.wrote(written);
        if self.problem.is_none() {
            self.problem = Some((Arc::clone(file), problem));
        }
    }

    /// Takes note of a row that could not be written.
    fn wrote<E: ToString>(&mut self, written: Result<(), E>) {
        if let Err(error) = written {
            self.unwritten.get_or_insert(error.to_string());
        }
    }
}

/// What a first look at the whole export tells.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Conversations that come in several pieces, by [`number`].
    pub(super) scattered: FxHashSet<u64>,
    /// The time of the newest message: the end of the data, by which promises are judged.
    pub(super) newest: Option<Timestamp>,
}

/// Looks at an export without reading its messages.
#[derive(Debug)]
pub(super) struct Looker<'p> {
    plan: &'p Plan<'p>,
    /// How many rows could not be read.
    pub(super) rejected: u64,
}

impl<'p> Looker<'p> {
    pub(super) const fn new(plan: &'p Plan<'p>) -> Self {
        Self { plan, rejected: 0 }
    }
}

impl Work for Looker<'_> {
    fn work(&mut self, job: Job) -> Product {
        let mut product = Product::default();
        let mut look = |piece: &Piece| {
            product.seen.extend(number(piece));
            product.newest = product.newest.max(newest(piece));
        };
        match job {
            // What is wrong in them is told when they are read.
            Job::Lines(_, tool, chunk) => {
                for (number, bytes) in chunk.lines() {
                    export::line(tool, number, bytes, &mut |_, record| {
                        if let Ok(Record::Piece(piece)) = record {
                            look(&piece);
                        }
                    });
                }
            }
            Job::Pieces(_, pieces) => pieces.iter().for_each(|(_, piece)| look(piece)),
            Job::Merged(_) => {}
            Job::Rejected(file, problems) => {
                for problem in problems {
                    self.rejected += 1;
                    product.reject(self.plan, &file, problem);
                }
            }
        }
        product
    }
}

/// The time of the newest message of a piece.
pub(super) fn newest(piece: &Piece) -> Option<Timestamp> {
    piece.messages.iter().filter_map(|message| message.sent.as_ref()?.parse().ok()).max()
}

/// Reads conversations.
#[derive(Debug)]
pub(super) struct Worker<'p> {
    plan: &'p Plan<'p>,
    reader: Reader<'p>,
    survey: &'p Survey,
    pub(super) summary: Summary,
}

impl Work for Worker<'_> {
    fn work(&mut self, job: Job) -> Product {
        self.read(job)
    }
}

/// A number for a conversation. Two of them may share one: they are then put aside without need, not mixed up.
fn number(piece: &Piece) -> Option<u64> {
    let id = piece.conversation.as_ref()?;
    let mut hasher = FxHasher::default();
    (piece.source.as_ref(), id).hash(&mut hasher);
    Some(hasher.finish())
}

impl<'p> Worker<'p> {
    pub(super) fn new(plan: &'p Plan<'p>, survey: &'p Survey) -> Self {
        let fired = vec![Fired::default(); plan.lexicon.rules().len()];
        let summary = Summary { fired, ..Summary::default() };
        Self {
            plan,
            reader: Reader::new(plan.lexicon, plan.card).with_least_confidence(plan.least_confidence),
            survey,
            summary,
        }
    }

    fn read(&mut self, job: Job) -> Product {
        let mut product = Product::default();
        match job {
            Job::Lines(file, tool, chunk) => {
                for (number, bytes) in chunk.lines() {
                    export::line(tool, number, bytes, &mut |place, record| match record {
                        Ok(Record::Piece(piece)) => self.piece(&format!("{file}:{place}"), piece, &mut product),
                        // A tool whose records are whole conversations tells of people in them only.
                        Ok(Record::Person(_)) => {}
                        Err(problem) => self.reject(&file, problem, &mut product),
                    });
                }
            }
            Job::Pieces(file, pieces) => {
                for (place, piece) in pieces {
                    self.piece(&format!("{file}:{place}"), piece, &mut product);
                }
            }
            Job::Merged(conversations) => {
                for merged in conversations {
                    self.merged("", merged, &mut product);
                }
            }
            Job::Rejected(file, problems) => {
                for problem in problems {
                    self.reject(&file, problem, &mut product);
                }
            }
        }
        product
    }

    fn reject(&mut self, file: &Arc<str>, problem: Problem, product: &mut Product) {
        self.summary.tally.rejected += 1;
        product.reject(self.plan, file, problem);
    }

    fn piece(&mut self, name: &str, piece: Piece, product: &mut Product) {
        if number(&piece).is_some_and(|number| self.survey.scattered.contains(&number)) {
            product.aside.push(piece);
            return;
        }
        self.merged(name, merge(vec![piece], &()), product);
    }

    fn merged(&mut self, name: &str, merged: Merged, product: &mut Product) {
        let tally = &mut self.summary.tally;
        tally.duplicates += merged.duplicates;
        tally.taken_as_agents += merged.taken_as_agents;
        let conversation = merged.conversation;
        let name = conversation.id.as_ref().map_or(name, |id| id.as_str());
        for author in merged.sideless {
            let author = author.map_or_else(|| "a message without an author".to_owned(), |id| format!("author {id}"));
            let reason = format!(
                "conversation {name}: nothing tells whether {author} is a customer or an agent; \
                 export the users as well, or map a column of roles"
            );
            self.reject(&Arc::from("(conversations put together)"), Problem::of(reason), product);
        }
        self.conversation(name, &conversation, product);
    }

    fn conversation(&mut self, name: &str, conversation: &Conversation, product: &mut Product) {
        let plan = self.plan;
        let times = plan::times(conversation);
        let counts: Vec<bool> =
            conversation.messages.iter().zip(&times).map(|(message, sent)| plan.counts(message, *sent)).collect();
        for message in &conversation.messages {
            self.summary.tally.role(message.author.role);
        }
        product.agent_messages +=
            conversation.messages.iter().filter(|message| message.author.role == Role::Agent).count() as u64;
        if conversation.messages.is_empty() {
            self.summary.tally.empty += 1;
            return;
        }
        if !counts.contains(&true) {
            self.summary.tally.left_out += 1;
            return;
        }
        self.summary.tally.conversations += 1;
        let readings = self.reader.conversation(conversation);
        let failure =
            readings.iter().zip(&counts).any(|(reading, counts)| *counts && reading.situation.service_failure);
        self.summary.tally.failures += u64::from(failure);
        let turns = turns(conversation, &readings);
        // Without any time there is no end of the data, and no promise is judged by time.
        let now = plan.as_of.or(self.survey.newest).unwrap_or(Timestamp::MIN);
        let recovery = Recovery::of(plan.lexicon, &plan.office, &turns, now, &plan.terms);
        if failure {
            self.summary.recoveries.add(&recovery);
        }
        let mut parts: BTreeMap<GroupKey, (Part, Option<Agent>)> = BTreeMap::new();
        let mut csv = csv::Writer::from_writer(std::mem::take(&mut product.messages));
        let mut promise_rows = csv::Writer::from_writer(std::mem::take(&mut product.promises));
        for (index, message) in conversation.messages.iter().enumerate() {
            if message.author.role != Role::Agent {
                continue;
            }
            let (reading, counted) = (&readings[index], counts[index]);
            let agent = plan.agent(&message.author);
            let placed = Placed { conversation, name, index, agent: &agent, counted };
            product.wrote(rows::message(&mut csv, &placed, reading, plan));
            if !counted {
                self.summary.tally.context_only += 1;
                continue;
            }
            self.summary.tally.timeless += u64::from(times[index].is_none());
            self.summary.tally.reading(reading);
            self.fired(reading);
            let promises = recovery.promises.iter().filter(|(promise, _)| promise.turn as usize == index);
            let promises: Vec<_> = promises.collect();
            let figures = MessageFigures::from(reading);
            for key in
                GroupKey::of_message(&agent, conversation.channel.as_deref(), times[index], plan.grain, &plan.zone)
            {
                let (part, title) = parts.entry(key).or_default();
                part.add(&figures, plan.card.criteria.len());
                promises.iter().for_each(|(promise, outcome)| part.promise(promise, outcome));
                title.get_or_insert_with(|| agent.clone());
            }
            for (promise, outcome) in promises {
                product.wrote(rows::promise(&mut promise_rows, &placed, plan, promise, outcome));
            }
            self.summary.examples.offer(plan, conversation, name, index, &agent, reading);
            if reading.score.is_some() {
                let mask = |text: &str| plan.masked(text, conversation);
                let lines = findings::findings(&mut product.findings, &placed, reading, plan.lexicon, &mask);
                product.wrote(lines);
            }
        }
        let mut conversation_rows = csv::Writer::from_writer(std::mem::take(&mut product.conversations));
        product.wrote(rows::conversation(&mut conversation_rows, name, conversation, failure, &recovery));
        for (rows, bytes) in [
            (csv, &mut product.messages),
            (promise_rows, &mut product.promises),
            (conversation_rows, &mut product.conversations),
        ] {
            match rows.into_inner() {
                Ok(written) => *bytes = written,
                Err(error) => product.unwritten = Some(error.to_string()),
            }
        }
        for (key, (part, agent)) in parts {
            let is_agent = key.dimension == Dimension::Agent;
            let group = self.summary.group(key, &part);
            if let Some(agent) = agent.filter(|_| is_agent) {
                // Of two names the one that sorts first, so that the order of reading changes nothing.
                group.title = group.title.take().into_iter().chain(agent.name).min();
                group.team = group.team.take().into_iter().chain(agent.team).min();
            }
        }
    }

    fn fired(&mut self, reading: &MessageReading) {
        if reading.score.is_none() {
            return;
        }
        let mut rules: Vec<u32> = reading.sure().filter(|one| one.label.is_behaviour()).map(|one| one.rule).collect();
        rules.sort_unstable();
        for same in rules.chunk_by(|a, b| a == b) {
            let fired = &mut self.summary.fired[same[0] as usize];
            fired.messages += 1;
            fired.detections += same.len() as u64;
        }
    }
}
