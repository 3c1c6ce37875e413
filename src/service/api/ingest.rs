//! Messages and conversations that are brought: one, or any number in a stream.

use super::conversations::Stored;
use crate::conversation::{Conversation, ConversationId, Message};
use crate::service::Service;
use crate::service::batch::{self, AnswerForm};
use crate::service::body;
use crate::service::gate::{Ingest, May};
use crate::service::idempotency::{self, Kept};
use crate::service::problem::{Fault, Problem};
use crate::service::routes::at;
use crate::source::{Piece, Record};
use crate::store::pieces;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

/// Its routes, but for [`post`], whose path `reading` has.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/v1/messages:batch", &[Method::POST]).route(web::post().to(post_batch)));
}

/// A message with the conversation that it belongs to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BroughtMessage {
    /// The ticketing tool.
    #[schema(example = "shop")]
    pub source: String,
    /// Identifier of the conversation there.
    #[schema(example = "4711")]
    pub conversation: String,
    /// How the message travelled.
    #[schema(example = "email")]
    pub channel: Option<String>,
    /// The message in the neutral form (`GET /v1/schema`). Its `id` and `sent` are needed, so that it does not
    /// matter in which order messages come, and how often.
    #[schema(value_type = Object)]
    pub message: Message,
}

impl BroughtMessage {
    /// The record that it is.
    ///
    /// # Errors
    /// The values that are not allowed.
    pub fn record(self) -> Result<Record, Vec<Fault>> {
        let mut faults = Vec::new();
        body::check_name(&self.source, "/source", &mut faults);
        body::check_name(&self.conversation, "/conversation", &mut faults);
        body::check_message(&self.message, "/message", &mut faults);
        for (field, missing) in [("id", self.message.id.is_none()), ("sent", self.message.sent.is_none())] {
            if missing {
                let detail = format!("`{field}` is needed, so that messages may come in any order and twice");
                faults.push(Fault { pointer: format!("/message/{field}"), detail });
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Record::Piece(Piece {
            source: self.source.into(),
            conversation: Some(ConversationId(self.conversation)),
            channel: self.channel,
            requester: None,
            messages: vec![self.message.into()],
        }))
    }
}

/// A row of a batch: a message with its conversation, or a whole conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRow {
    /// The ticketing tool.
    #[schema(example = "shop")]
    pub source: Option<String>,
    /// With `message`: identifier of its conversation.
    #[schema(example = "4711")]
    pub conversation: Option<String>,
    /// With `messages`: identifier of the conversation.
    pub id: Option<String>,
    /// How the messages travelled.
    pub channel: Option<String>,
    /// A message in the neutral form, with `id` and `sent`.
    #[schema(value_type = Option<Object>)]
    pub message: Option<Message>,
    /// All messages of a conversation.
    #[schema(value_type = Option<Vec<Object>>)]
    pub messages: Option<Vec<Message>>,
}

impl BatchRow {
    /// The record that it is.
    ///
    /// # Errors
    /// The values that are not allowed.
    pub fn record(self) -> Result<Record, Vec<Fault>> {
        let needed = |field: &str| vec![Fault { pointer: format!("/{field}"), detail: format!("`{field}` is needed") }];
        let source = self.source.ok_or_else(|| needed("source"))?;
        match (self.message, self.messages) {
            (Some(message), None) => {
                if self.id.is_some() {
                    let detail = "with `message` the conversation is named by `conversation`".to_owned();
                    return Err(vec![Fault { pointer: "/id".into(), detail }]);
                }
                let conversation = self.conversation.ok_or_else(|| needed("conversation"))?;
                BroughtMessage { source, conversation, channel: self.channel, message }.record()
            }
            (None, Some(messages)) => {
                if self.conversation.is_some() {
                    let detail = "with `messages` the conversation is named by `id`".to_owned();
                    return Err(vec![Fault { pointer: "/conversation".into(), detail }]);
                }
                let id = Some(ConversationId(self.id.ok_or_else(|| needed("id"))?));
                conversation_record(Conversation { id, source: Some(source), channel: self.channel, messages })
            }
            _ => Err(vec![Fault {
                pointer: String::new(),
                detail: "a row holds either `message` with its `conversation`, or the `messages` of a conversation"
                    .into(),
            }]),
        }
    }
}

/// The record of a whole conversation.
///
/// # Errors
/// The values that are not allowed.
pub fn conversation_record(conversation: Conversation) -> Result<Record, Vec<Fault>> {
    let mut faults = Vec::new();
    body::check_name(conversation.source.as_deref().unwrap_or_default(), "/source", &mut faults);
    body::check_name(conversation.id.as_ref().map_or("", |id| id.as_str()), "/id", &mut faults);
    for (index, message) in conversation.messages.iter().enumerate() {
        body::check_message(message, &format!("/messages/{index}"), &mut faults);
    }
    if faults.is_empty() { Ok(Record::Piece(conversation.into())) } else { Err(faults) }
}

/// Brings a message
///
/// It is added to its conversation, which is made where it is not known yet, and read soon after. The same message
/// again changes nothing; with the same `id` and other content it is replaced.
#[utoipa::path(
    post, path = "/v1/messages", tag = "ingest", operation_id = "bringMessage", request_body = BroughtMessage,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key with the same body gives the first answer again")),
    responses(
        (status = 200, description = "kept; its conversation was known", body = Stored),
        (status = 201, description = "kept; its conversation is new", body = Stored),
        (status = 400, description = "the body is no JSON", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "the request with this key is still running", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "a value is not allowed", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(
    caller: May<Ingest>,
    service: web::Data<Service>,
    request: HttpRequest,
    bytes: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    idempotency::once(&service, &caller, &request, &idempotency::digest(&bytes), async {
        let record = body::read::<BroughtMessage>(&bytes)?.record().map_err(body::invalid)?;
        let taken = service.write(move |transaction| pieces::take(transaction, &record)).await?;
        service.unread.wake();
        let taken = taken.ok_or_else(|| Problem::internal("a message was not taken for one"))?;
        Kept::of(if taken.new { StatusCode::CREATED } else { StatusCode::OK }, &Stored::from(taken))
    })
    .await
}

/// Brings any number of messages and conversations, in a stream
///
/// The body is a JSON list, or JSON Lines (`application/x-ndjson`), of rows; it may be as long as it likes. Rows are
/// kept some hundreds at a time, and what became of each is answered once it is safely kept: as JSON Lines where
/// they are accepted or sent, else as one JSON list. A row that cannot be read stops no other.
#[utoipa::path(
    post, path = "/v1/messages:batch", tag = "ingest", operation_id = "bringBatch",
    request_body(content(
        (Vec<BatchRow> = "application/json"),
        (String = "application/x-ndjson", example = "{\"source\": \"shop\", \"conversation\": \"4711\", \"message\": {\"id\": \"1\", \"sent\": \"2026-03-02T08:14:00Z\", \"author\": {\"role\": \"customer\"}, \"body\": \"Where is my parcel?\"}}\n"),
    )),
    responses(
        (status = 200, description = "what became of each row, in their order", content(
            (Vec<batch::RowResult> = "application/json"), (String = "application/x-ndjson"),
        )),
        (status = 415, description = "the body is neither JSON nor JSON Lines", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post_batch(
    _caller: May<Ingest>,
    service: web::Data<Service>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let named = |name: header::HeaderName| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.to_ascii_lowercase()
    };
    let (content, accepted) = (named(header::CONTENT_TYPE), named(header::ACCEPT));
    let is_lines = |types: &str| ["ndjson", "jsonl", "jsonlines"].iter().any(|name| types.contains(name));
    if !is_lines(&content) && !content.starts_with("application/json") {
        return Err(Problem::unsupported("the body must be application/json (a list) or application/x-ndjson (lines)"));
    }
    let lines = is_lines(&accepted) || (is_lines(&content) && !accepted.contains("application/json"));
    let form = if lines { AnswerForm::Lines } else { AnswerForm::List };
    let results = batch::take(service.into_inner(), payload, form);
    // Packing would hold results back.
    let unpacked = header::ContentEncoding::Identity;
    Ok(HttpResponse::Ok().content_type(form.content_type()).insert_header(unpacked).streaming(results))
}
