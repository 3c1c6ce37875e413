//! A draft, read as it is written.

use super::Problem;
use super::frame::{Frame, page};
use super::visitor::Visitor;
use crate::access::Scope;
use crate::lexicon::{Family, Label};
use crate::report::words;
use crate::service::Service;
use crate::service::api::score::{ScoreRequest, ThreadReader, up_to_date};
use crate::service::routes::at;
use crate::wire::{self, DetectionResult, MessageResult};
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Form, FormConfig, ServiceConfig};
use askama::Template;
use serde::Deserialize;

/// Bytes of a form at most: a long mail with what it answers.
const LONGEST: usize = 1 << 20;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        at("/try", &[Method::GET, Method::POST])
            .app_data(FormConfig::default().limit(LONGEST))
            .route(web::get().to(empty_page))
            .route(web::post().to(filled_page)),
    );
}

#[derive(Deserialize)]
struct Draft {
    #[serde(default)]
    customer: String,
    #[serde(default)]
    draft: String,
}

#[derive(Template)]
#[template(path = "try_it.html", config = "src/service/pages/askama.toml")]
struct TryPage {
    frame: Frame,
    customer: String,
    draft: String,
    read: Option<Read>,
}

/// What was read in a draft.
struct Read {
    score: Option<String>,
    not_scored: Option<String>,
    /// What it answers, in sentences.
    situation: Vec<&'static str>,
    parts: Vec<Part>,
    notes: Vec<Note>,
    criteria: Vec<Criterion>,
}

/// Words of the draft; evidence or not.
struct Part {
    text: String,
    class: &'static str,
    label: String,
}

struct Note {
    class: &'static str,
    label: String,
    rule: String,
    text: String,
    what: String,
    why: String,
    advice: String,
    in_doubt: bool,
}

struct Criterion {
    question: String,
    verdict: &'static str,
    class: &'static str,
    advice: String,
}

async fn empty_page(visitor: Visitor) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Score)?;
    page(&TryPage { frame: visitor.frame("Try it"), customer: String::new(), draft: String::new(), read: None })
}

async fn filled_page(
    visitor: Visitor,
    service: web::Data<Service>,
    reader: web::Data<ThreadReader>,
    form: Form<Draft>,
) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Score)?;
    let Draft { customer, draft } = form.into_inner();
    // Forms send line ends as CR LF.
    let (customer, draft) = (customer.replace("\r\n", "\n"), draft.replace("\r\n", "\n"));
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
    let read = match given(&draft) {
        None => None,
        Some(text) => {
            let asked = ScoreRequest { draft: Some(text), customer: given(&customer), conversation: None };
            let conversation = asked.conversation()?;
            let method = service.method();
            let readings = up_to_date(&reader, &method).conversation(&conversation);
            let context = wire::Context { lexicon: method.lexicon, card: method.card, only: None };
            let result = wire::conversation(&context, &conversation, "draft", &readings);
            result.messages.last().map(|message| Read::of(message, &draft))
        }
    };
    page(&TryPage { frame: visitor.frame("Try it"), customer, draft, read })
}

fn class(label: &str) -> &'static str {
    match Label::from_name(label).map(|label| label.family()) {
        Some(Family::BreaksTrust) => "breaks",
        Some(Family::RestoresTrust) => "restores",
        _ => "",
    }
}

impl Read {
    fn of(message: &MessageResult<'_>, draft: &str) -> Self {
        // Cues only tell about the situation.
        let detections: Vec<&DetectionResult<'_>> =
            message.detections.iter().filter(|one| !class(one.label).is_empty()).collect();
        let mut situation = Vec::new();
        if let Some(told) = &message.situation {
            situation.push(if told.service_failure {
                "Something went wrong for the customer."
            } else {
                "Nothing here says that something went wrong."
            });
            if told.apology_due {
                situation.push("An apology is due.");
            }
            if told.follow_up_due {
                situation.push("Something stays open: say what happens next, and when.");
            }
        }
        let note = |one: &&DetectionResult<'_>| Note {
            class: class(one.label),
            label: words::plain(one.label),
            rule: one.rule.to_owned(),
            text: one.text.to_owned(),
            what: one.what.to_owned(),
            why: one.why.to_owned(),
            advice: one.advice.unwrap_or_default().to_owned(),
            in_doubt: one.in_doubt,
        };
        let criteria = message.criteria.iter().map(|one| Criterion {
            question: one.question.to_owned(),
            verdict: match one.verdict {
                "met" => "yes",
                "unmet" => "no",
                _ => "not asked here",
            },
            class: match one.verdict {
                "met" => "restores",
                "unmet" => "breaks",
                _ => "",
            },
            advice: one.advice.unwrap_or_default().to_owned(),
        });
        Self {
            score: message.score.map(|score| format!("{score:.0}")),
            not_scored: message.not_scored.as_ref().map(|why| why.reason.clone()),
            situation,
            parts: parts(draft, &detections),
            notes: detections.iter().map(note).collect(),
            criteria: criteria.collect(),
        }
    }
}

/// The draft in parts; of evidence that overlaps what breaks trust is marked, else the first.
fn parts(draft: &str, detections: &[&DetectionResult<'_>]) -> Vec<Part> {
    let mut by_weight: Vec<&DetectionResult<'_>> = detections.to_vec();
    by_weight.sort_by_key(|one| class(one.label) != "breaks");
    let mut chosen: Vec<&DetectionResult<'_>> = Vec::new();
    for one in by_weight {
        if chosen.iter().all(|other| one.span.end <= other.span.start || other.span.end <= one.span.start) {
            chosen.push(one);
        }
    }
    chosen.sort_by_key(|one| one.span.start);
    let mut parts = Vec::new();
    let mut at = 0;
    for one in chosen {
        let (start, end) = (one.span.start as usize, one.span.end as usize);
        let (Some(before), Some(marked)) = (draft.get(at..start), draft.get(start..end)) else { continue };
        parts.push(Part { text: before.to_owned(), class: "", label: String::new() });
        parts.push(Part { text: marked.to_owned(), class: class(one.label), label: words::plain(one.label) });
        at = end;
    }
    parts.push(Part { text: draft.get(at..).unwrap_or_default().to_owned(), class: "", label: String::new() });
    parts.retain(|part| !part.text.is_empty());
    parts
}
