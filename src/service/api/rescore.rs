//! Reading everything anew, with the rules and the scorecard of today.

use super::imports::{JobAnswer, job};
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::idempotency::{self, Kept};
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::store::audit_log;
use crate::store::jobs::{self, Kind};
use actix_web::http::{Method, StatusCode};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/v1/rescore", &[Method::POST]).route(web::post().to(post)))
        .service(at("/v1/rescore/{key}", &[Method::GET]).route(web::get().to(get)));
}

/// Reads everything anew that was read with other rules
///
/// That goes on beside answering; new messages do not wait for it. Text that was dropped cannot be read anew: those
/// scores stay. One goes on at a time.
#[utoipa::path(
    post, path = "/v1/rescore", tag = "rules", operation_id = "startRescore",
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key gives the first answer again")),
    responses(
        (status = 202, description = "it will be done", body = JobAnswer),
        (status = 409, description = "it is being done already, or the request of the same `Idempotency-Key` is still at work", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(
    caller: May<Manage>,
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let (shared, principal) = (Arc::clone(&service), (*caller).clone());
    idempotency::once(&service, &caller, &request, &idempotency::digest(&[]), async {
        let added = shared.write(move |transaction| {
            if let Some(key) = jobs::unfinished(transaction, Kind::Rescore)? {
                return Ok(Err(key));
            }
            let actor = principal.credential.to_string();
            let key = jobs::add(transaction, Kind::Rescore, "{}", Some(&actor), Timestamp::now())?;
            audit_log::add(transaction, Some(&principal), "rescore", Some(&format!("rescore:{key}")), None)?;
            Ok(Ok(jobs::get(transaction, Kind::Rescore, key)?))
        });
        let under_way = |key: i64| {
            Problem::conflict(format!("everything is being read anew already: /v1/rescore/{key} tells how far it is"))
        };
        let added = added.await?.map_err(under_way)?.ok_or_else(|| Problem::internal("a job is not there"))?;
        shared.jobs.signal.wake();
        Kept::of(StatusCode::ACCEPTED, &JobAnswer::of(&shared, added))
    })
    .await
}

/// Scoring anew
///
/// How far it is.
#[utoipa::path(
    get, path = "/v1/rescore/{key}", tag = "rules", operation_id = "getRescore",
    params(("key" = String, Path, description = "the job")),
    responses(
        (status = 200, description = "how far it is", body = JobAnswer),
        (status = 404, description = "there is no such job", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    _caller: May<Manage>,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let job = job(&service, Kind::Rescore, &key).await?;
    Ok(HttpResponse::Ok().json(JobAnswer::of(&service, job)))
}
