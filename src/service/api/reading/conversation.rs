//! One conversation, one message: what was said, and what was read in it.

use super::values::{key_in_path, not_there};
use super::view::{ConversationView, MessageView};
use super::view_of::Shown;
use crate::access::Principal;
use crate::ingest::{Method, Whole};
use crate::service::Service;
use crate::service::gate::{May, Read};
use crate::service::problem::Problem;
use crate::service::sight::Sight;
use crate::service::versions::Versions;
use crate::store::{conversations, promises};
use actix_web::{HttpResponse, web};
use rusqlite::Transaction;

/// A conversation with all that was read in it
///
/// Messages in order, scores with their evidence, promises and what became of them, and how a failure was made
/// good. It shows what was scored when it was scored, also after a change of the rules. An agent sees conversations in
/// which they wrote, and of what was read in them only what concerns their own messages.
#[utoipa::path(
    get, path = "/v1/conversations/{key}", tag = "conversations", operation_id = "getConversation",
    params(("key" = String, Path, description = "key of the conversation", example = "17")),
    responses(
        (status = 200, description = "the conversation", body = ConversationView),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is none, or not for who asks", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    caller: May<Read>,
    service: web::Data<Service>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let text = path.into_inner();
    let key = key_in_path("conversation", &text)?;
    let found = view(caller, service, move |_| Ok(Some(key))).await?;
    found.map(|view| HttpResponse::Ok().json(view)).ok_or_else(|| not_there("conversation", &text))
}

/// A conversation by the tool's identifier
///
/// By its identifier in the ticketing tool: the same answer as by its key.
#[utoipa::path(
    get, path = "/v1/conversations/{source}/{id}", tag = "conversations", operation_id = "getConversationById",
    params(
        ("source" = String, Path, description = "the ticketing tool", example = "zendesk"),
        ("id" = String, Path, description = "its identifier there", example = "4711"),
    ),
    responses(
        (status = 200, description = "the conversation", body = ConversationView),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is none, or not for who asks", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get_by_id(
    caller: May<Read>,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (source, id) = path.into_inner();
    let text = format!("{source}/{id}");
    let found = view(caller, service, move |transaction| Ok(conversations::key_of(transaction, &source, &id)?));
    found.await?.map(|view| HttpResponse::Ok().json(view)).ok_or_else(|| not_there("conversation", &text))
}

/// A message with all that was read in it, as its conversation shows it
///
/// An agent sees the messages of conversations in which they wrote, and what was read in their own.
#[utoipa::path(
    get, path = "/v1/messages/{key}", tag = "messages", operation_id = "getMessage",
    params(("key" = String, Path, description = "key of the message", example = "230")),
    responses(
        (status = 200, description = "the message", body = MessageView),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is none, or not for who asks", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get_message(
    caller: May<Read>,
    service: web::Data<Service>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let text = path.into_inner();
    let key = key_in_path("message", &text)?;
    let found = view(caller, service, move |transaction| Ok(conversations::of_message(transaction, key)?)).await?;
    let message = |view: ConversationView| view.messages.into_iter().find(|message| message.key == text);
    let message: Option<MessageView> = found.and_then(message);
    message.map(|view| HttpResponse::Ok().json(view)).ok_or_else(|| not_there("message", &text))
}

async fn view(
    caller: May<Read>,
    service: web::Data<Service>,
    key: impl FnOnce(&Transaction<'_>) -> Result<Option<i64>, Problem> + Send + 'static,
) -> Result<Option<ConversationView>, Problem> {
    let service = service.into_inner();
    let method = service.method();
    let read = move |transaction: &Transaction<'_>| match key(transaction)? {
        Some(key) => shown(transaction, &caller, &method, key),
        None => Ok(None),
    };
    service.read(read).await
}

/// The conversation of that key as `caller` is shown it; `None` where there is none, or not for them.
///
/// # Errors
/// Where the store fails.
pub fn shown(
    transaction: &Transaction<'_>,
    caller: &Principal,
    method: &Method,
    key: i64,
) -> Result<Option<ConversationView>, Problem> {
    let sight = Sight::of(caller, transaction)?;
    let Some(row) = conversations::conversation(transaction, key)? else { return Ok(None) };
    if let Some(only) = sight.only()
        && !conversations::wrote(transaction, key, only)?
    {
        return Ok(None);
    }
    let (piece, stored) = conversations::piece(transaction, &row)?;
    let versions = Versions::new(conversations::versions(transaction)?, method)?;
    let shown = Shown {
        row,
        whole: Whole::of(piece, &stored),
        analyses: conversations::analyses(transaction, key, sight.only())?,
        promises: promises::of_conversation(transaction, key, sight.only())?,
        versions,
        all: sight == Sight::Everybody,
    };
    Ok(Some(shown.view(method)?))
}
