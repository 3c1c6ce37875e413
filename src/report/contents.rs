//! What was read and what was not scored, and why.

use super::words::{self, counted, number};
use crate::audit::plan::Plan;
use crate::audit::summary::Tally;
use crate::audit::{Audit, Read};

/// Inputs shown by name; of an export in thousands of files it is said how many more.
const MOST_INPUTS: usize = 20;

/// What was read.
#[derive(Debug)]
pub(super) struct Contents {
    /// The whole in a sentence.
    pub(super) whole: String,
    /// Set where reading was stopped early.
    pub(super) stopped: bool,
    pub(super) inputs: Vec<Input>,
    pub(super) more_inputs: String,
    /// Inputs that could not be read, or not to their end.
    pub(super) unread: Vec<String>,
    /// Each kind of message with its number.
    pub(super) counted: Vec<Line>,
    /// What was not scored, and why.
    pub(super) not_scored: Vec<Line>,
    /// What else the reader should know.
    pub(super) remarks: Vec<String>,
}

/// A file.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) form: String,
    /// What is to be said of how it was read.
    pub(super) told: Vec<String>,
}

/// A number with what it counts.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) number: String,
    pub(super) what: String,
}

impl Contents {
    pub(super) fn new(plan: &Plan<'_>, audit: &Audit) -> Self {
        let tally = &audit.summary.tally;
        let line = |count: u64, what: &str| (count > 0).then(|| Line { number: number(count), what: what.to_owned() });
        let [customers, agents, bots, system] = tally.roles;
        let kinds = [
            line(tally.conversations, "conversations that count"),
            line(tally.left_out, "conversations without a message that counts, left out"),
            line(tally.empty, "conversations without a message in the export; export the messages as well"),
            line(agents, "messages of agents"),
            line(customers, "messages of customers, read to know what they answer"),
            line(bots, "messages of bots, never scored"),
            line(system, "messages of the system, never scored"),
        ];
        let mut not_scored: Vec<Line> =
            tally.not_scored.iter().filter_map(|(reason, count)| line(*count, not_scored_words(reason))).collect();
        not_scored.extend(line(
            tally.nothing_to_score,
            "messages to which no criterion applies: they answer no failure, and a plain question wants a plain answer",
        ));
        not_scored.extend(line(
            tally.context_only,
            "messages outside the chosen time or of other agents, read for their context only",
        ));
        Self {
            whole: whole(tally),
            stopped: audit.stopped,
            inputs: audit.inputs.iter().take(MOST_INPUTS).map(input).collect(),
            more_inputs: match audit.inputs.len().saturating_sub(MOST_INPUTS) {
                0 => String::new(),
                more => format!("and {}", counted(more as u64, "more", "more")),
            },
            unread: audit.unread.iter().take(MOST_INPUTS).map(|(name, reason)| format!("{name}: {reason}")).collect(),
            counted: kinds.into_iter().flatten().collect(),
            not_scored,
            remarks: remarks(plan, audit),
        }
    }
}

fn whole(tally: &Tally) -> String {
    format!(
        "{} with {}; {} got a score. In {} something had gone wrong, as far as the words show.",
        counted(tally.conversations, "conversation", "conversations"),
        counted(tally.agent_messages(), "message of an agent", "messages of agents"),
        number(tally.scored),
        counted(tally.failures, "conversation", "conversations"),
    )
}

fn input(read: &Read) -> Input {
    let encoding = read.encoding.map_or_else(String::new, |encoding| format!(", converted from {encoding}"));
    Input { name: read.name.clone(), form: format!("{}{encoding}", read.format), told: read.told.clone() }
}

/// A reason as said to people, after "12".
fn not_scored_words(code: &str) -> &str {
    match code {
        "not_an_agent" => "messages that no agent wrote",
        "internal_note" => "internal notes, which no customer sees",
        "automatic" => "automatic answers",
        "no_words" => "messages without words of the author's own",
        "too_short" => "messages of too few words to be judged fairly",
        "no_lexicon_for_language" => "messages in a language for which there are no rules",
        other => other,
    }
}

fn remarks(plan: &Plan<'_>, audit: &Audit) -> Vec<String> {
    let tally = &audit.summary.tally;
    let mut remarks = Vec::new();
    let mut remark = |holds: bool, text: String| {
        if holds {
            remarks.push(text);
        }
    };
    let time = |at| words::time(at, &plan.zone);
    let window = match (plan.since, plan.until) {
        (None, None) => String::new(),
        (Some(since), None) => format!("Messages count from {}.", time(since)),
        (None, Some(until)) => format!("Messages count until {}.", time(until)),
        (Some(since), Some(until)) => format!("Messages count from {} until {}.", time(since), time(until)),
    };
    remark(!window.is_empty(), window);
    let chosen = counted(plan.agents.len() as u64, "chosen agent", "chosen agents");
    remark(!plan.agents.is_empty(), format!("Only the messages of {chosen} count."));
    remark(
        tally.rejected > 0,
        format!(
            "{} could not be read; rejected.jsonl says where and why. The rest was read.",
            counted(tally.rejected, "row or message", "rows or messages")
        ),
    );
    remark(
        tally.duplicates > 0,
        format!("{} more than once and counted once.", counted(tally.duplicates, "message came", "messages came")),
    );
    remark(
        tally.taken_as_agents > 0,
        format!(
            "Of {} the export does not say who wrote it; the author was taken for an agent. \
             Look whether names of customers stand among the agents below.",
            counted(tally.taken_as_agents, "message", "messages")
        ),
    );
    remark(
        tally.timeless > 0,
        format!(
            "{} no time: they count, but are missing in the trend and in times to an answer.",
            counted(tally.timeless, "message of an agent has", "messages of agents have")
        ),
    );
    remark(plan.redact, "Names, addresses and numbers of people are masked as far as they were found.".to_owned());
    remark(plan.anonymise.is_some(), "Agents have invented names.".to_owned());
    remarks
}
