//! Conversations read side by side.

use crate::error::Error;
use crate::gather::Gathered;
use crate::method::Method;
use crate::rows::{Columns, ConversationRows, MessageRows, Placed, PromiseRows};
use amends::conversation::Role;
use amends::promise::turns;
use amends::reading::Reader;
use amends::recovery::Recovery;
use amends::summary::Agent;
use arrow_array::RecordBatch;
use jiff::Timestamp;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// So many conversations are read by one thread before it takes the next ones.
const TOGETHER: usize = 64;

/// What some conversations come to.
#[derive(Debug, Clone)]
pub struct Block {
    pub conversations: RecordBatch,
    pub messages: RecordBatch,
    pub promises: RecordBatch,
    /// How many rows of `messages` and of `promises` belong to each row of `conversations`.
    pub lengths: Vec<(usize, usize)>,
}

/// Reads all conversations, as known at `now`, the end of the data.
pub fn score(method: &Method, gathered: &Gathered, now: Timestamp) -> Result<Vec<Block>, Error> {
    let blocks = gathered.len().div_ceil(TOGETHER);
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || -> Vec<(usize, Result<Block, Error>)> {
        let mut done = Vec::new();
        let mut reader = match method.reader() {
            Ok(reader) => reader,
            Err(error) => return vec![(0, Err(error))],
        };
        while !failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= blocks {
                break;
            }
            let block = block(method, &mut reader, gathered, index, now);
            failed.fetch_or(block.is_err(), Ordering::Relaxed);
            done.push((index, block));
        }
        done
    };
    let threads = method.threads.min(blocks);
    let mut done = if threads < 2 {
        work()
    } else {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let done = threads.into_iter().map(|thread| thread.join().map_err(|_| Error::Thread));
            done.collect::<Result<Vec<_>, _>>()
        })?
        .into_iter()
        .flatten()
        .collect()
    };
    // Blocks are handed out in order and finished, so that of several wrong rows the first is told.
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, block)| block).collect()
}

fn block(
    method: &Method,
    reader: &mut Reader<'_>,
    gathered: &Gathered,
    index: usize,
    now: Timestamp,
) -> Result<Block, Error> {
    let mut rows = BlockRows::default();
    for index in index * TOGETHER..gathered.len().min((index + 1) * TOGETHER) {
        rows.conversation(method, reader, gathered, index, now)?;
    }
    Ok(Block {
        conversations: rows.conversations.finish()?,
        messages: rows.messages.finish()?,
        promises: rows.promises.finish()?,
        lengths: rows.lengths,
    })
}

#[derive(Default)]
struct BlockRows {
    conversations: ConversationRows,
    messages: MessageRows,
    promises: PromiseRows,
    lengths: Vec<(usize, usize)>,
}

impl BlockRows {
    fn conversation(
        &mut self,
        method: &Method,
        reader: &mut Reader<'_>,
        gathered: &Gathered,
        index: usize,
        now: Timestamp,
    ) -> Result<(), Error> {
        let conversation = gathered.conversation(index)?;
        let of_agents = |index: &usize| conversation.messages[*index].author.role == Role::Agent;
        let of_agents: Vec<usize> = (0..conversation.messages.len()).filter(of_agents).collect();
        if of_agents.is_empty() {
            return Ok(());
        }
        let readings = reader.conversation(&conversation);
        let turns = turns(&conversation, &readings);
        let recovery = Recovery::of(method.lexicon()?, &method.office, &turns, now, &method.terms);
        let sent: Vec<Option<Timestamp>> = turns.iter().map(|turn| turn.sent).collect();
        let failure = of_agents.iter().any(|index| readings[*index].situation.service_failure);
        for &index in &of_agents {
            let agent = Agent::of(&conversation.messages[index].author, &method.teams);
            let placed = Placed { conversation: &conversation, index, agent: &agent, sent: sent[index] };
            self.messages.push(&placed, &readings[index], method)?;
            for (promise, outcome) in recovery.promises.iter().filter(|(promise, _)| promise.turn as usize == index) {
                self.promises.push(&placed, promise, outcome, method);
            }
        }
        self.conversations.push(&conversation, &sent, failure, &recovery);
        self.lengths.push((of_agents.len(), recovery.promises.len()));
        Ok(())
    }
}
