//! Is it alive, is it ready?

use crate::service::Service;
use crate::service::problem::Problem;
use crate::service::routes::at;
use actix_web::http::Method;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/healthz", &[Method::GET]).route(web::get().to(alive)))
        .service(at("/readyz", &[Method::GET]).route(web::get().to(ready)));
}

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok` where there is an answer of status 200.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Whether it is alive
///
/// Whether the service answers at all. It needs no token.
#[utoipa::path(
    get, path = "/healthz", operation_id = "getHealth", tag = "service", security(()),
    responses((status = 200, description = "it does", body = Health)),
)]
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Whether it is ready
///
/// Whether the service can read its store, so that it can do its work. It needs no token.
#[utoipa::path(
    get, path = "/readyz", operation_id = "getReadiness", tag = "service", security(()),
    responses(
        (status = 200, description = "it can", body = Health),
        (status = 503, description = "it cannot", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn ready(service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    service.read(|transaction| Ok(crate::store::change(transaction)?)).await?;
    Ok(HttpResponse::Ok().json(Health { status: "ok" }))
}
