//! What ticketing tools send by themselves: `POST /hooks/{source}`.
//!
//! A genuine delivery is acknowledged once it is safely on disk, and read afterwards. The sender waits for no more
//! than a commit, and what it was told 2xx for is never lost.

use crate::ingest;
use crate::service::Service;
use crate::service::client;
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::settings::Hook;
use crate::store::deliveries;
use crate::webhook::{self, Delivery, Received, Tool};
use actix_web::http::{Method, header};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use rusqlite::Transaction;
use serde::Serialize;
use utoipa::ToSchema;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    let hook = at("/hooks/{source}", &[Method::POST, Method::GET]);
    config.service(hook.route(web::post().to(receive)).route(web::get().to(try_out)));
}

/// What became of a delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct Acknowledged {
    /// `taken`, `partly` (some of it could not be read), `nothing` (it tells of no message), `thin` (it does not hold
    /// the message it tells of), `unread` (it could not be read), or `known` (it came before).
    #[schema(example = "taken")]
    pub outcome: &'static str,
    /// Its identifier, by which administrators find it among the deliveries.
    pub id: String,
}

/// Takes a delivery of a ticketing tool
///
/// What the tool must sign, and how, tells its guide (`GET /v1/hooks`). What was answered with 200 is safely kept; the
/// same delivery counts once, however often it comes.
#[utoipa::path(
    post, path = "/hooks/{source}", tag = "webhooks", operation_id = "receiveDelivery", security(()),
    params(("source" = String, Path, description = "the tool", example = "zendesk")),
    request_body(content = Vec<u8>, description = "what the tool sends, as it sends it", content_type = "*/*"),
    responses(
        (status = 200, description = "it is safely kept, or was before; or the answer to a tool's set-up call", body = Acknowledged),
        (status = 401, description = "its signature is wrong, or it is too old", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "the tool is not set up", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn receive(
    request: HttpRequest,
    service: web::Data<Service>,
    source: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (tool, hook) = set_up(&service, &source)?;
    let received = Timestamp::now();
    match verify(&request, "POST", &service, (tool, &hook), &body, received)? {
        Received::Answer(answer) => Ok(HttpResponse::Ok().content_type(answer.content_type).body(answer.body)),
        Received::Delivered(verified) => {
            let said = ingest::said(tool, &body, received, hook.as_source.as_deref());
            let (outcome, id) = (said.outcome.name(), verified.id.clone());
            let take = move |transaction: &Transaction<'_>| {
                deliveries::take(transaction, (tool.name(), &verified.id), received, &body, &said)
            };
            let outcome = if service.write(take).await? { outcome } else { "known" };
            service.metrics.delivery(tool.name(), outcome);
            service.unread.wake();
            Ok(HttpResponse::Ok().json(Acknowledged { outcome, id }))
        }
    }
}

/// Answers a tool that tries an address out
///
/// Intercom sends a `HEAD` before it saves an address. There is nothing to sign yet, and nothing is kept.
#[utoipa::path(
    get, path = "/hooks/{source}", tag = "webhooks", operation_id = "tryHook", security(()),
    params(("source" = String, Path, description = "the tool", example = "intercom")),
    responses(
        (status = 200, description = "deliveries may come"),
        (status = 401, description = "this tool does not try addresses out", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "the tool is not set up", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn try_out(
    request: HttpRequest,
    service: web::Data<Service>,
    source: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (tool, hook) = set_up(&service, &source)?;
    // GET is here only because HEAD is answered as it is.
    match verify(&request, "HEAD", &service, (tool, &hook), &[], Timestamp::now())? {
        Received::Answer(answer) => Ok(HttpResponse::Ok().content_type(answer.content_type).body(answer.body)),
        Received::Delivered(_) => Ok(HttpResponse::Ok().finish()),
    }
}

/// The tool called `source`, and how it is set up.
fn set_up(service: &Service, source: &str) -> Result<(&'static dyn Tool, Hook), Problem> {
    // The same answer for tools that we know and do not: strangers learn nothing about what is used here.
    let detail = "no webhooks are taken at this address; administrators find at /v1/hooks how to set them up";
    let hook = service.hook(source);
    webhook::tool(source).zip(hook).ok_or_else(|| Problem::not_found(detail))
}

/// Whether the request is genuine, and what is to be done with it.
fn verify(
    request: &HttpRequest,
    method: &str,
    service: &Service,
    (tool, hook): (&dyn Tool, &Hook),
    body: &[u8],
    now: Timestamp,
) -> Result<Received, Problem> {
    let header = |name: &str| request.headers().get(name)?.to_str().ok();
    let url = address(request, service, &request.uri().to_string());
    let delivery = Delivery { method, url: &url, headers: &header, body };
    webhook::receive(tool, &delivery, &hook.secrets, now, service.settings.hooks.window).map_err(|refused| {
        tracing::warn!(source = tool.name(), %refused, "a webhook is refused");
        service.metrics.delivery(tool.name(), "refused");
        Problem::unauthorized(refused.to_string())
    })
}

/// The address by which others reach `path` here: as the settings say, else as this request did.
#[must_use]
pub fn address(request: &HttpRequest, service: &Service, path: &str) -> String {
    match &service.settings.server.public_url {
        Some(url) => format!("{url}{path}"),
        None => {
            let connection = request.connection_info();
            // Headers of proxies are believed of those alone that are trusted.
            if client::is_by_proxy(request, &service.settings.server) {
                return format!("{}://{}{path}", connection.scheme(), connection.host());
            }
            let scheme = if service.settings.server.tls.is_some() { "https" } else { "http" };
            let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
            let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
            format!("{scheme}://{}{path}", host.unwrap_or_else(|| connection.host()))
        }
    }
}
