//! Conversations: brought in whole, read with all that was found.

use super::ingest::conversation_record;
use super::reading;
use crate::conversation::{Conversation, ConversationId};
use crate::service::Service;
use crate::service::body;
use crate::service::gate::{Ingest, May};
use crate::service::problem::{Fault, Problem};
use crate::service::routes::at;
use crate::store::pieces::{self, Taken};
use actix_web::http::Method;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        at("/v1/conversations/{source}/{id}", &[Method::GET, Method::PUT])
            .route(web::get().to(reading::conversation::get_by_id))
            .route(web::put().to(put)),
    );
}

/// What became of what was brought.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stored {
    /// Key of the conversation, by which it is read.
    #[schema(example = "17")]
    pub conversation: String,
    /// Messages that were not known before.
    pub added: u32,
    /// Known messages that differ now.
    pub changed: u32,
    /// Known messages that came once more.
    pub known: u32,
}

impl From<Taken> for Stored {
    fn from(taken: Taken) -> Self {
        let Taken { conversation, added, changed, known, .. } = taken;
        Self { conversation: conversation.to_string(), added, changed, known }
    }
}

/// Brings a conversation
///
/// What is new is added, what differs is changed, nothing is removed: a conversation may be brought again whenever
/// it grew.
#[utoipa::path(
    put, path = "/v1/conversations/{source}/{id}", tag = "ingest", operation_id = "bringConversation",
    request_body(content = Object, description = "the conversation in the neutral form (`GET /v1/schema`)"),
    params(
        ("source" = String, Path, description = "the ticketing tool", example = "shop"),
        ("id" = String, Path, description = "its identifier there", example = "4711"),
    ),
    responses(
        (status = 200, description = "kept; it was known", body = Stored),
        (status = 201, description = "kept; it is new", body = Stored),
        (status = 400, description = "the body is no JSON", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "a value is not allowed", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn put(
    _caller: May<Ingest>,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (source, id) = path.into_inner();
    let mut conversation: Conversation = body::read(&body)?;
    let mut faults = Vec::new();
    let named = conversation.id.as_ref().map(|id| id.as_str());
    for (pointer, inside, outside) in [("/source", conversation.source.as_deref(), &source), ("/id", named, &id)] {
        if inside.is_some_and(|inside| inside != outside.as_str()) {
            let detail = format!("the path says `{outside}`: leave it out, or say the same");
            faults.push(Fault { pointer: pointer.to_owned(), detail });
        }
    }
    if !faults.is_empty() {
        return Err(body::invalid(faults));
    }
    conversation.source = Some(source);
    conversation.id = Some(ConversationId(id));
    let record = conversation_record(conversation).map_err(body::invalid)?;
    let taken = service.write(move |transaction| pieces::take(transaction, &record)).await?;
    service.unread.wake();
    let taken = taken.ok_or_else(|| Problem::internal("a conversation was not taken for one"))?;
    let mut answer = if taken.new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(Stored::from(taken)))
}
