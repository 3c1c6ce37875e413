//! Conversations: brought in whole, read with all that was found.

use super::reading;
use crate::conversation::{Conversation, ConversationId};
use crate::service::Service;
use crate::service::gate::{Ingest, May};
use crate::service::problem::{Problem, of_json};
use crate::service::routes::at;
use crate::source::Record;
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

/// Brings a conversation: what is new is added, what differs is changed, nothing is removed.
#[utoipa::path(
    put, path = "/v1/conversations/{source}/{id}", tag = "conversations", request_body = Object,
    params(("source" = String, Path, description = "the ticketing tool"), ("id" = String, Path, description = "its identifier there")),
    responses((status = 200, body = Stored), (status = 201, body = Stored))
)]
pub async fn put(
    _caller: May<Ingest>,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (source, id) = path.into_inner();
    let mut conversation: Conversation = serde_json::from_slice(&body).map_err(|error| of_json(&error))?;
    conversation.source = Some(source);
    conversation.id = Some(ConversationId(id));
    let record = Record::Piece(conversation.into());
    let taken = service.write(move |transaction| pieces::take(transaction, &record)).await?;
    service.unread.wake();
    let taken = taken.ok_or_else(|| Problem::internal("a conversation was not taken for one"))?;
    let mut answer = if taken.new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(Stored::from(taken)))
}
