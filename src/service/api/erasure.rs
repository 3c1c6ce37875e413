//! Erasure: of a conversation, or of all that is known of a customer.

use crate::service::Service;
use crate::service::gate::{Erase, May};
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::store::{StoreError, audit_log, erasure};
use actix_web::http::Method;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use utoipa::ToSchema;

/// Its routes; that of a conversation stands with its `GET`.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/v1/customers/{source}/{id}", &[Method::DELETE]).route(web::delete().to(customer)));
}

/// What was erased.
#[derive(Debug, Serialize, ToSchema)]
pub struct Erased {
    /// The number of conversations.
    pub conversations: usize,
    /// Whether no file of the store holds it any more. Where somebody reads an earlier state at the moment it is
    /// false, and done by itself within seconds after.
    pub cleared: bool,
}

/// Erases a conversation.
///
/// Its messages, scores, promises and reviews go, and it is not found by searching any more. Where its tool sends
/// it again it is there again.
#[utoipa::path(
    delete, path = "/v1/conversations/{key}", tag = "erasure", operation_id = "erase_conversation",
    params(("key" = String, Path, description = "the conversation", example = "17")),
    responses(
        (status = 200, description = "it is erased", body = Erased),
        (status = 404, description = "there is no such conversation", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn conversation(
    caller: May<Erase>,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let nothing = || Problem::not_found(format!("there is no conversation {key}"));
    let number: i64 = key.parse().map_err(|_| nothing())?;
    let principal = (*caller).clone();
    let erased = service.write(move |transaction| {
        let was = erasure::conversation(transaction, number)?;
        if was {
            let subject = format!("conversation:{number}");
            audit_log::add(transaction, Some(&principal), "erase", Some(&subject), None)?;
        }
        Ok(was)
    });
    if !erased.await? {
        return Err(nothing());
    }
    let cleared = cleared(&service.into_inner()).await?;
    Ok(HttpResponse::Ok().json(Erased { conversations: 1, cleared }))
}

/// Erases a customer.
///
/// All conversations in which they wrote, or for which they asked, go with all that was made of them, and their name.
/// The audit log keeps that it was done, and not whom it was about.
#[utoipa::path(
    delete, path = "/v1/customers/{source}/{id}", tag = "erasure", operation_id = "erase_customer",
    params(
        ("source" = String, Path, description = "the ticketing tool", example = "shop"),
        ("id" = String, Path, description = "the customer's identifier there", example = "ines"),
    ),
    responses(
        (status = 200, description = "they are erased", body = Erased),
        (status = 404, description = "there is nothing of such a customer", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn customer(
    caller: May<Erase>,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (source, id) = path.into_inner();
    let principal = (*caller).clone();
    let erased = service.write(move |transaction| {
        let erased = erasure::customer(transaction, &source, &id)?;
        if let Some(count) = erased {
            let (subject, detail) = (format!("customer of {source}"), format!("{count} conversations"));
            audit_log::add(transaction, Some(&principal), "erase", Some(&subject), Some(&detail))?;
        }
        Ok(erased)
    });
    let Some(conversations) = erased.await? else {
        return Err(Problem::not_found("there is nothing of such a customer"));
    };
    let cleared = cleared(&service.into_inner()).await?;
    Ok(HttpResponse::Ok().json(Erased { conversations, cleared }))
}

/// Lets the index follow, and brings what was erased out of the store's log.
async fn cleared(service: &Arc<Service>) -> Result<bool, Problem> {
    service.changed.wake();
    let shared = Arc::clone(service);
    let cleared = web::block(move || shared.store.clear_log()).await.map_err(|_| StoreError::Closed)??;
    if !cleared {
        service.erasure_waits.store(true, Ordering::SeqCst);
        service.forgetting.wake();
    }
    Ok(cleared)
}
