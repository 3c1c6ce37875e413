//! Figures about the running service.

use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::metrics::Backlog;
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::store::{self, backlog};
use actix_web::http::Method;
use actix_web::web::ServiceConfig;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use rusqlite::Transaction;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/metrics", &[Method::GET]).route(web::get().to(metrics)));
}

/// Counts and durations, for Prometheus
///
/// None of the figures tells of people. Where the service listens on a loopback address only and nothing says
/// that others reach it (`server.public_url`, `server.trusted_proxies`), anybody may ask; else a token with the scope `manage` is needed.
#[utoipa::path(
    get, path = "/metrics", operation_id = "getMetrics", tag = "service",
    security((), ("token" = ["manage"])),
    responses((
        status = 200, description = "the figures, in the text form of OpenMetrics 1.0",
        body = String, content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8",
        example = "# TYPE amends_unread_conversations gauge\namends_unread_conversations 0\n# EOF\n",
    )),
)]
pub async fn metrics(service: web::Data<Service>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let server = &service.settings.server;
    let local = server.address.ip().is_loopback() && server.public_url.is_none() && server.trusted_proxies.is_empty();
    if !local {
        May::<Manage>::extract(&request).await?;
    }
    let service = service.into_inner();
    let read = |transaction: &Transaction<'_>| Ok((backlog::unread(transaction)?, store::change(transaction)?));
    let (unread, change) = service.read(read).await?;
    let followed = i64::try_from(service.index.change()).unwrap_or(i64::MAX);
    let backlog = Backlog { waiting: service.store.waiting(), unread, index_lag: (change - followed).max(0) };
    let text = service.metrics.text(backlog).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(text))
}
