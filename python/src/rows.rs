//! The tables of results: their columns, and a row of each. The README documents them; a change that is more than a
//! new column at the end is a new [`SCHEMA_VERSION`].

use crate::method::Method;
use amends::conversation::{Conversation, Message, Role};
use amends::lexicon::Kind;
use amends::promise::{Fate, Outcome, Promise};
use amends::reading::MessageReading;
use amends::recovery::Recovery;
use amends::score::Verdict;
use amends::summary::Agent;
use amends::wire::two_decimals;
use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, ListArray, RecordBatch, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, TimeUnit};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// The version of the tables' columns.
pub const SCHEMA_VERSION: u32 = 1;

/// A column that is filled row by row.
pub trait Column {
    fn data_type() -> DataType;
    fn finish(&mut self) -> ArrayRef;
}

macro_rules! column {
    ($name:ident, $builder:ty, $value:ty, $kind:expr) => {
        #[derive(Debug, Default)]
        pub struct $name($builder);

        impl $name {
            pub fn push(&mut self, value: impl Into<Option<$value>>) {
                self.0.append_option(value.into());
            }
        }

        impl Column for $name {
            fn data_type() -> DataType {
                $kind
            }

            fn finish(&mut self) -> ArrayRef {
                Arc::new(self.0.finish())
            }
        }
    };
}

column!(Small, Int32Builder, i32, DataType::Int32);
column!(Long, Int64Builder, i64, DataType::Int64);
column!(Number, Float64Builder, f64, DataType::Float64);
column!(Flag, BooleanBuilder, bool, DataType::Boolean);

#[derive(Debug, Default)]
pub struct Text(StringBuilder);

impl Text {
    pub fn push<'t>(&mut self, value: impl Into<Option<&'t str>>) {
        self.0.append_option(value.into());
    }
}

impl Column for Text {
    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// Moments, in UTC.
#[derive(Debug, Default)]
pub struct Time(TimestampMicrosecondBuilder);

impl Time {
    pub fn push(&mut self, value: Option<Timestamp>) {
        self.0.append_option(value.map(Timestamp::as_microsecond));
    }
}

impl Column for Time {
    fn data_type() -> DataType {
        DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.0.finish().with_timezone("UTC"))
    }
}

/// Columns side by side.
pub trait Columns: Default {
    fn fields() -> Fields;
    fn arrays(&mut self) -> Vec<ArrayRef>;

    fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(Arc::new(Schema::new(Self::fields())), self.arrays())
    }
}

/// A list in each row.
#[derive(Debug, Default)]
pub struct List<C> {
    rows: C,
    lengths: Vec<usize>,
}

impl<C: Columns> List<C> {
    /// Fills the list of the next row; `add` gives how many it added.
    fn push(&mut self, add: impl FnOnce(&mut C) -> usize) {
        let length = add(&mut self.rows);
        self.lengths.push(length);
    }
}

impl<C: Columns> Column for List<C> {
    fn data_type() -> DataType {
        list_of(C::fields())
    }

    fn finish(&mut self) -> ArrayRef {
        let item = Arc::new(Field::new("item", DataType::Struct(C::fields()), true));
        let offsets = OffsetBuffer::from_lengths(std::mem::take(&mut self.lengths));
        let rows = StructArray::new(C::fields(), self.rows.arrays(), None);
        Arc::new(ListArray::new(item, offsets, Arc::new(rows), None))
    }
}

/// The type of a list of such rows.
pub fn list_of(fields: Fields) -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Struct(fields), true)))
}

macro_rules! rows {
    ($(#[$doc:meta])* $name:ident { $($column:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $name { $($column: $kind),* }

        impl Columns for $name {
            fn fields() -> Fields {
                [$(Field::new(stringify!($column), <$kind>::data_type(), true)),*].into_iter().collect()
            }

            fn arrays(&mut self) -> Vec<ArrayRef> {
                vec![$(self.$column.finish()),*]
            }
        }
    };
}

rows! {
    /// What agents' messages come to, one a row.
    MessageRows {
        conversation: Text, source: Text, channel: Text, index: Small, message: Text,
        agent: Text, agent_name: Text, team: Text, sent: Time,
        score: Number, uncritical_score: Number, not_scored: Text, words: Small,
        service_failure: Flag, apology_due: Flag, follow_up_due: Flag,
        excuse: Flag, finger_pointing: Flag, missing_apology: Flag, missing_follow_up: Flag,
        excuse_confidence: Number, finger_pointing_confidence: Number,
        missing_apology_confidence: Number, missing_follow_up_confidence: Number,
        criteria: List<CriterionRows>, evidence: List<EvidenceRows>,
    }
}

rows! {
    /// The criteria that apply to a message.
    CriterionRows { criterion: Text, verdict: Text }
}

rows! {
    /// What a message says, each with its words.
    EvidenceRows {
        label: Text, kind: Text, rule: Text, words: Text, start: Small, end: Small,
        confidence: Number, in_doubt: Flag,
    }
}

rows! {
    /// Conversations, one a row.
    ConversationRows {
        conversation: Text, source: Text, channel: Text, messages_count: Small, agent_messages: Small,
        first_sent: Time, last_sent: Time, service_failure: Flag, first_complaint: Time,
        seconds_to_first_response: Long, seconds_to_apology: Long, apology_in_answer: Small,
        proactive_apology: Flag, over_apologising: Flag, same_failure_again: Flag, checked_back: Flag,
        ending: Text, resolved: Flag,
        promises_count: Small, promises_kept: Small, promises_late: Small, promises_broken: Small,
        promises_open: Small, mean_score: Number, worst_score: Number, worst_index: Small,
    }
}

rows! {
    /// What was promised, and what became of it.
    PromiseRows {
        conversation: Text, source: Text, channel: Text, index: Small, message: Text,
        agent: Text, agent_name: Text, team: Text, made: Time, words: Text, act: Text, conditional: Flag,
        due: Time, precision: Text, fate: Text, kept_or_late_by_index: Small, told: Text,
    }
}

/// A message in its conversation.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'c> {
    pub conversation: &'c Conversation,
    pub index: usize,
    pub agent: &'c Agent,
    pub sent: Option<Timestamp>,
}

impl<'c> Placed<'c> {
    fn message(&self) -> &'c Message {
        &self.conversation.messages[self.index]
    }

    fn name(&self) -> Option<&'c str> {
        self.conversation.id.as_ref().map(|id| id.as_str())
    }

    fn id(&self) -> Option<&'c str> {
        self.message().id.as_ref().map(|id| id.as_str())
    }
}

impl MessageRows {
    /// Adds the message that was read so.
    pub fn push(
        &mut self,
        placed: &Placed<'_>,
        reading: &MessageReading,
        method: &Method,
    ) -> Result<(), crate::error::Error> {
        let (lexicon, agent, score) = (method.lexicon()?, placed.agent, reading.score);
        let read = |value: bool| score.map(|_| value);
        self.conversation.push(placed.name());
        self.source.push(placed.conversation.source.as_deref());
        self.channel.push(placed.conversation.channel.as_deref());
        self.index.push(placed.index as i32);
        self.message.push(placed.id());
        self.agent.push(agent.id.as_str());
        self.agent_name.push(agent.name.as_deref());
        self.team.push(agent.team.as_deref());
        self.sent.push(placed.sent);
        self.score.push(score.and_then(|score| score.score).map(two_decimals));
        self.uncritical_score.push(score.and_then(|score| score.uncritical_score).map(two_decimals));
        self.not_scored.push(match (reading.not_scored, score) {
            (Some(reason), _) => Some(reason.code()),
            (None, Some(score)) if score.score.is_none() => Some("no_criterion_applies"),
            _ => None,
        });
        self.words.push(reading.words as i32);
        self.service_failure.push(read(reading.situation.service_failure));
        self.apology_due.push(read(reading.situation.apology_due));
        self.follow_up_due.push(read(reading.situation.follow_up_due));
        self.excuse.push(read(reading.findings.excuse));
        self.finger_pointing.push(read(reading.findings.finger_pointing));
        self.missing_apology.push(read(reading.findings.missing_apology));
        self.missing_follow_up.push(read(reading.findings.missing_follow_up));
        let confidences = reading.finding_confidences(lexicon).map(|confidence| confidence.map(|one| one.value));
        self.excuse_confidence.push(confidences[0]);
        self.finger_pointing_confidence.push(confidences[1]);
        self.missing_apology_confidence.push(confidences[2]);
        self.missing_follow_up_confidence.push(confidences[3]);
        self.criteria.push(|rows| {
            let verdicts = method.card.criteria.iter().enumerate().filter_map(|(index, criterion)| {
                let verdict = score?.verdict(index);
                (verdict != Verdict::NotApplicable).then_some((criterion, verdict))
            });
            verdicts
                .map(|(criterion, verdict)| {
                    rows.criterion.push(criterion.id.as_str());
                    rows.verdict.push(verdict.name());
                })
                .count()
        });
        self.evidence.push(|rows| {
            let found =
                reading.detections.iter().enumerate().filter(|(_, one)| score.is_some() && one.label.is_behaviour());
            found
                .map(|(number, one)| {
                    rows.label.push(one.label.name());
                    rows.kind.push(one.kind.map(Kind::name));
                    rows.rule.push(lexicon.rules()[one.rule as usize].id.as_str());
                    rows.words.push(one.span.of(&placed.message().body));
                    rows.start.push(one.span.start as i32);
                    rows.end.push(one.span.end as i32);
                    rows.confidence.push(lexicon.confidence(one.rule).map(|confidence| confidence.value));
                    rows.in_doubt.push(reading.is_in_doubt(number));
                })
                .count()
        });
        Ok(())
    }
}

impl ConversationRows {
    /// Adds a conversation; `sent` tells when each of its messages was sent.
    pub fn push(
        &mut self,
        conversation: &Conversation,
        sent: &[Option<Timestamp>],
        failure: bool,
        recovery: &Recovery,
    ) {
        let seconds = |time: Option<SignedDuration>| time.map(|time| time.as_secs());
        let fates = |wanted: &[&str]| {
            recovery.promises.iter().filter(|(_, outcome)| wanted.contains(&outcome.fate.name())).count() as i32
        };
        let agents = conversation.messages.iter().filter(|message| message.author.role == Role::Agent).count();
        let (apology, score) = (recovery.apology, recovery.score);
        self.conversation.push(conversation.id.as_ref().map(|id| id.as_str()));
        self.source.push(conversation.source.as_deref());
        self.channel.push(conversation.channel.as_deref());
        self.messages_count.push(conversation.messages.len() as i32);
        self.agent_messages.push(agents as i32);
        self.first_sent.push(sent.first().copied().flatten());
        self.last_sent.push(sent.last().copied().flatten());
        self.service_failure.push(failure);
        self.first_complaint.push(recovery.first_complaint.and_then(|complaint| complaint.at));
        self.seconds_to_first_response.push(seconds(recovery.time_to_first_response));
        self.seconds_to_apology.push(seconds(apology.and_then(|apology| apology.after)));
        self.apology_in_answer.push(apology.map(|apology| apology.answers as i32));
        self.proactive_apology.push(failure.then_some(recovery.proactive_apology.is_some()));
        self.over_apologising.push(failure.then_some(recovery.over_apologising.is_some()));
        self.same_failure_again.push(failure.then_some(recovery.failure_again.is_some()));
        self.checked_back.push(failure.then_some(recovery.checked_back.is_some()));
        self.ending.push(recovery.ending.name());
        self.resolved.push(recovery.ending.is_resolved());
        self.promises_count.push(recovery.promises.len() as i32);
        self.promises_kept.push(fates(&["kept"]));
        self.promises_late.push(fates(&["late"]));
        self.promises_broken.push(fates(&["broken", "unkept"]));
        self.promises_open.push(fates(&["open"]));
        self.mean_score.push(score.map(|score| two_decimals(score.mean)));
        self.worst_score.push(score.map(|score| two_decimals(score.worst)));
        self.worst_index.push(score.map(|score| score.worst_turn as i32));
    }
}

impl PromiseRows {
    /// Adds what was promised in a message.
    pub fn push(&mut self, placed: &Placed<'_>, promise: &Promise, outcome: &Outcome, method: &Method) {
        let agent = placed.agent;
        self.conversation.push(placed.name());
        self.source.push(placed.conversation.source.as_deref());
        self.channel.push(placed.conversation.channel.as_deref());
        self.index.push(placed.index as i32);
        self.message.push(placed.id());
        self.agent.push(agent.id.as_str());
        self.agent_name.push(agent.name.as_deref());
        self.team.push(agent.team.as_deref());
        self.made.push(placed.sent);
        self.words.push(promise.words.of(&placed.message().body));
        self.act.push(promise.act.name());
        self.conditional.push(promise.condition.is_some());
        self.due.push(promise.due.ok().map(|due| due.at));
        self.precision.push(promise.due.ok().map(|due| due.precision.name()));
        self.fate.push(outcome.fate.name());
        self.kept_or_late_by_index.push(match outcome.fate {
            Fate::Kept { by_turn, .. } | Fate::Late { by_turn, .. } => Some(by_turn as i32),
            _ => None,
        });
        self.told.push(outcome.sentence(promise, &method.office).as_str());
    }
}
