//! Results straight to JSON, where many are asked for: what rules and criteria say is the same in every answer, and
//! is copied as it was written once.
//!
//! The types of the results say the form here, too: what is the same is cut out of their JSON, and the bytes are those
//! of [`super::conversation`].

use super::build::{self, Context, Cues, Shown};
use crate::conversation::{Conversation, Message};
use crate::lexicon::Kind;
use crate::reading::MessageReading;
use crate::score::{MessageScore, Verdict};
use memchr::memmem;
use serde::Serialize;
use std::ops::Range;

/// What answers say of each rule and criterion, as JSON.
#[derive(Debug)]
pub struct Prepared {
    /// By rule; open are kind, words, where both places begin and end, and whether it is in doubt.
    detections: Vec<Form<7>>,
    /// By criterion, met, unmet and not applicable; open is the evidence.
    criteria: Vec<[Form<1>; 3]>,
}

/// What is open in a detection.
const DETECTION: [&str; 7] = [
    r#""kind":null"#,
    r#""text":"""#,
    r#""start":0"#,
    r#""end":0"#,
    r#""start":0"#,
    r#""end":0"#,
    r#""in_doubt":false"#,
];

impl Prepared {
    /// The parts of answers with the rules and the scorecard of `context`.
    #[must_use]
    pub fn new(context: &Context<'_>) -> Self {
        let rules = 0..context.lexicon.rules().len() as u32;
        let detections = rules.map(|rule| Form::of(&build::detection(context, rule), DETECTION));
        let criteria = context.card.criteria.iter().map(|criterion| {
            let verdicts = [Verdict::Met, Verdict::Unmet, Verdict::NotApplicable];
            verdicts.map(|verdict| Form::of(&build::criterion(criterion, verdict), [r#""evidence":[]"#]))
        });
        Self { detections: detections.collect(), criteria: criteria.collect() }
    }

    /// Writes to `out` the JSON form of `readings`, as [`super::conversation`] gives it; `context` is the one that this
    /// was made with.
    pub fn write(
        &self,
        out: &mut Vec<u8>,
        context: &Context<'_>,
        conversation: &Conversation,
        fallback: &str,
        readings: &[MessageReading],
    ) {
        let frame = Form::of(&build::frame(context, conversation, fallback), [r#""messages":[]"#]);
        let mut cues = Cues::new(context, conversation);
        let messages = conversation.messages.iter().zip(readings).enumerate();
        frame.begin(out);
        list(out, messages, |out, (index, (message, reading))| {
            let outline = build::outline(context, &mut cues, index, message, reading);
            let form = Form::of(&outline, [r#""criteria":[]"#, r#""detections":[]"#]);
            let shown = build::shown(context, reading);
            form.begin(out);
            self.criteria(out, context, build::scored(reading), &shown);
            form.go_on(out, 0);
            self.detections(out, message, &shown);
            form.go_on(out, 1);
        });
        frame.go_on(out, 0);
    }

    fn criteria(&self, out: &mut Vec<u8>, context: &Context<'_>, score: Option<MessageScore>, shown: &[Shown<'_>]) {
        let criteria = context.card.criteria.iter().zip(&self.criteria).enumerate();
        let stated = score.into_iter().flat_map(|score| {
            criteria.clone().map(move |(index, (criterion, forms))| (score.verdict(index), criterion, forms))
        });
        list(out, stated, |out, (verdict, criterion, forms)| {
            let [met, unmet, not_applicable] = forms;
            let form = match verdict {
                Verdict::Met => met,
                Verdict::Unmet => unmet,
                Verdict::NotApplicable => not_applicable,
            };
            form.begin(out);
            list(out, build::evidence(criterion, verdict, shown), |out, index| write(out, &index));
            form.go_on(out, 0);
        });
    }

    fn detections(&self, out: &mut Vec<u8>, message: &Message, shown: &[Shown<'_>]) {
        let body = &message.body;
        list(
            out,
            shown.iter().zip(build::places(body, shown)),
            |out, (Shown { detection, in_doubt }, (span, utf16))| {
                let form = &self.detections[detection.rule as usize];
                form.begin(out);
                write(out, &detection.kind.map(Kind::name));
                form.go_on(out, 0);
                write(out, detection.span.of(body));
                form.go_on(out, 1);
                for (index, place) in [span.start, span.end, utf16.start, utf16.end].into_iter().enumerate() {
                    write(out, &place);
                    form.go_on(out, 2 + index);
                }
                write(out, in_doubt);
                form.go_on(out, 6);
            },
        );
    }
}

#[expect(clippy::expect_used, reason = "memory takes all, and these types have nothing that JSON has not")]
fn write(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(out, value).expect("it can be written");
}

fn list<T>(out: &mut Vec<u8>, items: impl Iterator<Item = T>, mut one: impl FnMut(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        one(out, item);
    }
    out.push(b']');
}

/// JSON of which some fields are left open.
#[derive(Debug)]
struct Form<const OPEN: usize> {
    json: Vec<u8>,
    open: [Range<usize>; OPEN],
}

impl<const OPEN: usize> Form<OPEN> {
    /// The JSON of `value`; what the fields `open` hold, in their order and as they stand there, is to be filled in.
    #[expect(clippy::expect_used, reason = "the types above have these fields, and tests write every rule")]
    fn of(value: &impl Serialize, open: [&str; OPEN]) -> Self {
        let mut json = Vec::with_capacity(1024);
        write(&mut json, value);
        let mut from = 0;
        let open = open.map(|field| {
            let (name, held) = field.split_once(':').expect("a name and what it holds");
            // Nothing that somebody wrote is taken for it: quotation marks within a string are escaped.
            from += memmem::find(&json[from..], field.as_bytes()).expect("the field is there") + name.len() + 1;
            from..from + held.len()
        });
        Self { json, open }
    }

    /// Writes up to the first open field.
    fn begin(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.json[..self.open[0].start]);
    }

    /// Writes from behind the open field `index` up to the next one.
    fn go_on(&self, out: &mut Vec<u8>, index: usize) {
        let end = self.open.get(index + 1).map_or(self.json.len(), |next| next.start);
        out.extend_from_slice(&self.json[self.open[index].end..end]);
    }
}
