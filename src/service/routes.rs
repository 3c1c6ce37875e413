//! What is answered where: each file of the API tells its own routes.

use super::answer;
use super::api;
use super::pages;
use super::problem::Problem;
use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource, guard};

/// All routes; bodies of more than `body_limit` bytes are refused where a handler does not say otherwise.
pub fn configure(body_limit: usize) -> impl Fn(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(
                web::JsonConfig::default().limit(body_limit).error_handler(|error, _| Problem::from(error).into()),
            )
            .app_data(web::PayloadConfig::new(body_limit))
            .app_data(web::QueryConfig::default().error_handler(|error, _| Problem::from(error).into()))
            .app_data(web::PathConfig::default().error_handler(|error, _| Problem::from(error).into()))
            .service(
                // Around all routes, the last one first.
                web::scope("")
                    .wrap(Compress::default())
                    .wrap(from_fn(answer::finish))
                    .configure(things)
                    .default_service(web::to(nothing_here)),
            );
    }
}

/// What each file of the API answers.
fn things(config: &mut ServiceConfig) {
    config
        .configure(api::health::routes)
        .configure(api::metrics::routes)
        .configure(api::documents::routes)
        .configure(api::score::routes)
        .configure(api::setup::routes)
        .configure(api::sessions::routes)
        .configure(api::users::routes)
        .configure(api::tokens::routes)
        .configure(api::audit_log::routes)
        .configure(api::conversations::routes)
        .configure(api::deliveries::routes)
        .configure(api::hooks::routes)
        .configure(api::reading::routes)
        .configure(api::rules::routes)
        .configure(api::scorecards::routes)
        .configure(api::search::routes)
        .configure(api::ingest::routes)
        .configure(api::imports::routes)
        .configure(api::rescore::routes)
        .configure(api::erasure::routes)
        .configure(api::export::routes)
        .configure(api::reviews::routes)
        .configure(api::agreement::routes)
        .configure(pages::routes);
}

/// A resource that answers other methods than `allowed` with 405.
pub(super) fn at(path: &str, allowed: &'static [Method]) -> Resource {
    web::resource(path).default_service(web::route().guard(guard::fn_guard(|_| true)).to(move || not_allowed(allowed)))
}

async fn not_allowed(allowed: &'static [Method]) -> Result<HttpResponse, Problem> {
    let mut names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    if allowed.contains(&Method::GET) {
        // Whatever answers GET answers HEAD: see `answer`.
        names.push("HEAD");
    }
    let names = names.join(", ");
    let detail = format!("this answers {names}");
    let mut problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail);
    problem.allow = HeaderValue::from_str(&names).ok();
    Err(problem)
}

async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Err(Problem::not_found(format!("there is nothing at {}", request.path())))
}
