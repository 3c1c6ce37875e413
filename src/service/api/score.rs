//! A draft, or a whole conversation, scored without being stored.

use crate::conversation::{Conversation, Message, Participant, Role, Visibility, neutral};
use crate::ingest::Method as ReadBy;
use crate::reading::Reader;
use crate::service::Service;
use crate::service::gate::{May, Score};
use crate::service::in_force::wire_context;
use crate::service::problem::{Problem, of_json};
use crate::service::routes::at;
use crate::wire;
use actix_web::http::Method;
use actix_web::http::header::ContentType;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use std::cell::{RefCell, RefMut};
use utoipa::ToSchema;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/v1/score", &[Method::POST]).route(web::post().to(score)));
}

/// What is to be scored: a draft with what it answers, or a whole conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreRequest {
    /// The text of a draft.
    #[schema(example = "We are sorry that your parcel is late. It leaves today.")]
    pub draft: Option<String>,
    /// What the customer wrote last; with `draft`.
    #[schema(example = "My parcel never came!")]
    pub customer: Option<String>,
    /// The conversation in the neutral form (`GET /v1/schema`); with `draft` what it answers.
    #[schema(value_type = Option<Object>)]
    pub conversation: Option<Conversation>,
}

/// The answer to a draft with what it answers has about so many bytes; room for it is made once.
const USUAL_ANSWER: usize = 12 << 10;

/// The reader of this thread.
pub type ThreadReader = RefCell<Reader<'static>>;

/// The reader of this thread, made anew where rules or scorecard are others since it was last used.
pub fn up_to_date<'r>(reader: &'r ThreadReader, method: &ReadBy) -> RefMut<'r, Reader<'static>> {
    let mut reader = reader.borrow_mut();
    if !std::ptr::eq(reader.lexicon(), method.lexicon) || !std::ptr::eq(reader.scorecard(), method.card) {
        *reader = Reader::new(method.lexicon, method.card).with_least_confidence(method.least_confidence);
    }
    reader
}

/// Scores a draft or a conversation
///
/// A draft with what the customer wrote, or a whole conversation in the neutral form. The answer holds each
/// message's score with its evidence (offsets in bytes and in UTF-16 code units) and advice. Nothing is stored.
#[utoipa::path(
    post, path = "/v1/score", operation_id = "score", tag = "score",
    request_body(
        content = ScoreRequest,
        example = json!({"customer": "My parcel never came!", "draft": "We are sorry that your parcel is late. It leaves today."}),
    ),
    responses(
        (status = 200, description = "what was read, with its evidence", body = wire::ConversationResult),
        (status = 400, description = "the body is no JSON", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "a value cannot be", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn score(
    _caller: May<Score>,
    service: web::Data<Service>,
    reader: web::Data<ThreadReader>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let request: ScoreRequest = serde_json::from_slice(&body).map_err(|error| of_json(&error))?;
    let conversation = request.conversation()?;
    let now = service.now();
    let method = &now.in_force.method;
    let readings = up_to_date(&reader, method).conversation(&conversation);
    let mut answer = Vec::with_capacity(USUAL_ANSWER);
    now.prepared.write(&mut answer, &wire_context(method), &conversation, "draft", &readings);
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(answer))
}

impl ScoreRequest {
    /// The conversation that it asks of.
    ///
    /// # Errors
    /// Where there is nothing in it, or a value that cannot be.
    pub(crate) fn conversation(self) -> Result<Conversation, Problem> {
        let empty = Conversation { id: None, source: None, channel: None, messages: Vec::new() };
        let mut conversation = self.conversation.unwrap_or(empty);
        let said = |role, body| Message {
            id: None,
            author: Participant { role, id: None, name: None },
            sent: None,
            visibility: Visibility::Public,
            format: None,
            automatic: false,
            body,
        };
        conversation.messages.extend(self.customer.map(|body| said(Role::Customer, body)));
        conversation.messages.extend(self.draft.map(|body| said(Role::Agent, body)));
        if conversation.messages.is_empty() {
            return Err(Problem::invalid("there is nothing to score: send `draft` or `conversation`"));
        }
        for (index, message) in conversation.messages.iter().enumerate() {
            if let Some((field, problem)) = neutral::wrong_value(message) {
                let pointer = format!("/conversation/messages/{index}/{field}");
                return Err(Problem::invalid("a message holds a value that cannot be").at(pointer, problem));
            }
        }
        Ok(conversation)
    }
}
