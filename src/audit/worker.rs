//! Reads conversations and turns them into rows and sums; one for each thread.

use super::pipeline::Job;
use super::plan::{self, Agent, Plan};
use super::rows::{self, Placed};
use super::summary::{Dimension, Fired, GroupKey, Part, Summary};
use crate::conversation::{Conversation, Role};
use crate::reading::{MessageReading, Reader};
use crate::source::merge::{Merged, merge};
use crate::source::{Piece, Problem, Record, export};
use crate::trend::Period;
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
    /// A number for each conversation that was read, by its source and identifier.
    pub(super) read: Vec<u64>,
    /// Pieces of conversations that come in several.
    pub(super) aside: Vec<Piece>,
    /// How many messages of agents were read.
    pub(super) agent_messages: u64,
    /// The first row that cannot be read, for an audit that stops at it: the file and the problem.
    pub(super) problem: Option<(Arc<str>, Problem)>,
    /// A row that could not be written; none is expected, memory takes all.
    pub(super) unwritten: Option<String>,
}

/// Reads conversations.
#[derive(Debug)]
pub(super) struct Worker<'p> {
    plan: &'p Plan<'p>,
    reader: Reader<'p>,
    /// Conversations that come in several pieces, by [`number`].
    scattered: &'p FxHashSet<u64>,
    pub(super) summary: Summary,
}

/// A number for a conversation. Two of them may share one: they are then put aside without need, not mixed up.
fn number(piece: &Piece) -> Option<u64> {
    let id = piece.conversation.as_ref()?;
    let mut hasher = FxHasher::default();
    (piece.source.as_ref(), id).hash(&mut hasher);
    Some(hasher.finish())
}

impl<'p> Worker<'p> {
    pub(super) fn new(plan: &'p Plan<'p>, scattered: &'p FxHashSet<u64>) -> Self {
        let fired = vec![Fired::default(); plan.lexicon.rules().len()];
        let summary = Summary { fired, ..Summary::default() };
        Self { plan, reader: Reader::new(plan.lexicon, plan.card), scattered, summary }
    }

    pub(super) fn work(&mut self, job: Job) -> Product {
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
        let written = rows::rejected(&mut product.rejected, file, &problem, self.plan.shows_raw());
        product.unwritten = written.err().map(|error| error.to_string()).or(product.unwritten.take());
        if product.problem.is_none() {
            product.problem = Some((Arc::clone(file), problem));
        }
    }

    fn piece(&mut self, name: &str, piece: Piece, product: &mut Product) {
        if let Some(number) = number(&piece) {
            if self.scattered.contains(&number) {
                product.aside.push(piece);
                return;
            }
            product.read.push(number);
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
        if !counts.contains(&true) {
            self.summary.tally.left_out += 1;
            return;
        }
        self.summary.tally.conversations += 1;
        let readings = self.reader.conversation(conversation);
        let failure =
            readings.iter().zip(&counts).any(|(reading, counts)| *counts && reading.situation.service_failure);
        self.summary.tally.failures += u64::from(failure);
        let mut parts: BTreeMap<GroupKey, (Part, Option<Agent>)> = BTreeMap::new();
        let mut csv = csv::Writer::from_writer(std::mem::take(&mut product.messages));
        for (index, message) in conversation.messages.iter().enumerate() {
            if message.author.role != Role::Agent {
                continue;
            }
            let (reading, counted) = (&readings[index], counts[index]);
            let agent = plan.agent(&message.author);
            let placed = Placed { conversation, name, index, agent: &agent, counted };
            let row = rows::message(&mut csv, &placed, reading, plan.card);
            product.unwritten = row.err().map(|error| error.to_string()).or(product.unwritten.take());
            if !counted {
                self.summary.tally.context_only += 1;
                continue;
            }
            self.summary.tally.timeless += u64::from(times[index].is_none());
            self.summary.tally.reading(reading);
            self.fired(reading);
            self.parts(&mut parts, conversation, agent.clone(), times[index], reading);
            if reading.score.is_some() {
                let mask = |text: &str| plan.masked(text, conversation);
                let lines = rows::findings(&mut product.findings, &placed, reading, plan.lexicon, &mask);
                product.unwritten = lines.err().map(|error| error.to_string()).or(product.unwritten.take());
            }
        }
        match csv.into_inner() {
            Ok(bytes) => product.messages = bytes,
            Err(error) => product.unwritten = Some(error.to_string()),
        }
        for (key, (part, agent)) in parts {
            let group = self.summary.group(key, &part);
            if let Some(agent) = agent {
                group.title = group.title.take().or(agent.name);
                group.team = group.team.take().or(agent.team);
            }
        }
    }

    fn fired(&mut self, reading: &MessageReading) {
        if reading.score.is_none() {
            return;
        }
        let mut rules: Vec<u32> =
            reading.detections.iter().filter(|one| one.label.is_behaviour()).map(|one| one.rule).collect();
        rules.sort_unstable();
        for same in rules.chunk_by(|a, b| a == b) {
            let fired = &mut self.summary.fired[same[0] as usize];
            fired.messages += 1;
            fired.detections += same.len() as u64;
        }
    }

    /// Adds a message to the groups that it belongs to.
    fn parts(
        &self,
        parts: &mut BTreeMap<GroupKey, (Part, Option<Agent>)>,
        conversation: &Conversation,
        agent: Agent,
        sent: Option<Timestamp>,
        reading: &MessageReading,
    ) {
        let period = sent.map(|sent| Period::of(sent, self.plan.grain, &self.plan.zone));
        let team = agent.team.clone();
        let groups = [
            (Dimension::All, Some(String::new()), None),
            (Dimension::Agent, Some(agent.id.clone()), Some(agent)),
            (Dimension::Team, team, None),
            (Dimension::Channel, conversation.channel.clone(), None),
        ];
        for (dimension, name, agent) in groups {
            let Some(name) = name else { continue };
            let whole = GroupKey { dimension, name, period: None };
            if period.is_some() {
                let key = GroupKey { period, ..whole.clone() };
                parts.entry(key).or_default().0.add(reading, self.plan.card);
            }
            let (part, title) = parts.entry(whole).or_default();
            part.add(reading, self.plan.card);
            *title = title.take().or(agent);
        }
    }
}
