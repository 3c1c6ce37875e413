//! The fields of the index: the one place that spells their names.

use super::Document;
use super::analyser::{EXACT, FOLDED, WORDS};
use jiff::civil::Date;
use tantivy::TantivyDocument;
use tantivy::schema::{Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};

pub(super) const MESSAGE: &str = "message";
pub(super) const CONVERSATION: &str = "conversation";
pub(super) const SENT: &str = "sent";
pub(super) const SCORE: &str = "score";
pub(super) const AGENT: &str = "agent";
pub(super) const TEAM: &str = "team";
pub(super) const CHANNEL: &str = "channel";
pub(super) const SOURCE: &str = "source";
pub(super) const LABEL: &str = "label";
pub(super) const RULE: &str = "rule";
pub(super) const FINDING: &str = "finding";
pub(super) const MET: &str = "met";
pub(super) const UNMET: &str = "unmet";
pub(super) const PROMISE: &str = "promise";
pub(super) const WEEK: &str = "week";
pub(super) const MONTH: &str = "month";

/// Handles to the fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) message: Field,
    /// What a conversation's messages are deleted by.
    pub(super) conversation: Field,
    pub(super) body: Field,
    /// What tells the author from everybody else.
    pub(super) agent: Field,
    /// The author's names, for people who type them.
    pub(super) author: Field,
    pub(super) team: Field,
    pub(super) channel: Field,
    pub(super) source: Field,
    pub(super) label: Field,
    pub(super) rule: Field,
    pub(super) finding: Field,
    pub(super) met: Field,
    pub(super) unmet: Field,
    pub(super) promise: Field,
    pub(super) score: Field,
    pub(super) failure: Field,
    pub(super) scored: Field,
    pub(super) reviewed: Field,
    /// Microseconds since 1970.
    pub(super) sent: Field,
    /// The day as [`day_number`] tells it.
    pub(super) day: Field,
    pub(super) week: Field,
    pub(super) month: Field,
}

/// The schema, and its fields. Nothing is stored: what people read comes from the store.
pub(super) fn schema() -> (Schema, Fields) {
    let indexed_by =
        |analyser: &str, option| TextFieldIndexing::default().set_tokenizer(analyser).set_index_option(option);
    let words = indexed_by(WORDS, IndexRecordOption::WithFreqsAndPositions);
    let body = TextOptions::default().set_indexing_options(words);
    let value = |analyser: &str| {
        let indexing = indexed_by(analyser, IndexRecordOption::Basic).set_fieldnorms(false);
        TextOptions::default().set_indexing_options(indexing)
    };
    let counted = || value(FOLDED).set_fast(EXACT);
    let indexed = NumericOptions::default().set_indexed();
    let fast = NumericOptions::default().set_fast();
    let mut builder = Schema::builder();
    let fields = Fields {
        message: builder.add_i64_field(MESSAGE, fast.clone()),
        conversation: builder.add_i64_field(CONVERSATION, fast.clone().set_indexed()),
        body: builder.add_text_field("body", body),
        agent: builder.add_text_field(AGENT, value(EXACT).set_fast(EXACT)),
        author: builder.add_text_field("author", value(FOLDED)),
        team: builder.add_text_field(TEAM, counted()),
        channel: builder.add_text_field(CHANNEL, counted()),
        source: builder.add_text_field(SOURCE, counted()),
        label: builder.add_text_field(LABEL, counted()),
        rule: builder.add_text_field(RULE, counted()),
        finding: builder.add_text_field(FINDING, counted()),
        met: builder.add_text_field(MET, counted()),
        unmet: builder.add_text_field(UNMET, counted()),
        promise: builder.add_text_field(PROMISE, counted()),
        score: builder.add_f64_field(SCORE, fast.clone()),
        failure: builder.add_bool_field("failure", indexed.clone()),
        scored: builder.add_bool_field("scored", indexed.clone()),
        reviewed: builder.add_bool_field("reviewed", indexed),
        sent: builder.add_i64_field(SENT, fast.clone()),
        day: builder.add_i64_field("day", fast),
        week: builder.add_text_field(WEEK, counted()),
        month: builder.add_text_field(MONTH, counted()),
    };
    (builder.build(), fields)
}

/// A day as a number that sorts by time: 20261120.
pub(super) fn day_number(day: Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

impl Fields {
    /// What is indexed of a message.
    pub(super) fn document(&self, conversation: i64, message: &Document) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_i64(self.message, message.message);
        document.add_i64(self.conversation, conversation);
        document.add_text(self.body, &message.body);
        let single = [
            (self.agent, &message.agent),
            (self.team, &message.team),
            (self.channel, &message.channel),
            (self.source, &message.source),
        ];
        for (field, value) in single {
            value.iter().for_each(|value| document.add_text(field, value));
        }
        let several = [
            (self.author, &message.agent_names),
            (self.label, &message.labels),
            (self.rule, &message.rules),
            (self.finding, &message.findings),
            (self.met, &message.met),
            (self.unmet, &message.unmet),
            (self.promise, &message.promises),
        ];
        for (field, values) in several {
            // A value counts once for a message, however often it was found.
            let mut values: Vec<&String> = values.iter().collect();
            values.sort_unstable();
            values.dedup();
            values.into_iter().for_each(|value| document.add_text(field, value));
        }
        message.score.iter().for_each(|score| document.add_f64(self.score, *score));
        document.add_bool(self.failure, message.failure);
        document.add_bool(self.scored, message.scored);
        document.add_bool(self.reviewed, message.reviewed);
        if let Some(sent) = &message.sent {
            let day = sent.date();
            let week = day.iso_week_date();
            document.add_i64(self.sent, sent.timestamp().as_microsecond());
            document.add_i64(self.day, day_number(day));
            document.add_text(self.week, format!("{:04}-W{:02}", week.year(), week.week()));
            document.add_text(self.month, format!("{:04}-{:02}", day.year(), day.month()));
        }
        document
    }
}
