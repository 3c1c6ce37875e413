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

/// Whether it answers at all.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, body = Health)))]
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Whether it can read its store.
#[utoipa::path(
    get, path = "/readyz", tag = "service",
    responses((status = 200, body = Health), (status = 503, body = Problem, content_type = "application/problem+json"))
)]
pub async fn ready(service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    service.read(|transaction| Ok(crate::store::change(transaction)?)).await?;
    Ok(HttpResponse::Ok().json(Health { status: "ok" }))
}
