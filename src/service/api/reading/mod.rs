//! What is read back: conversations, messages, agents, teams, trends, promises.

#![expect(unused_qualifications, reason = "the macro of utoipa writes them")]

pub mod agents;
pub mod conversation;
pub mod figure_request;
pub mod figures;
pub mod lists;
pub mod promises;
pub mod teams;
pub mod trends;
pub mod values;
pub mod view;
mod view_of;

use super::{erasure, ingest};
use crate::service::routes::at;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};

/// Their routes, with what else is done at the same paths; `GET /v1/conversations/{source}/{id}` stands with its
/// `PUT`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/v1/conversations", &[Method::GET]).route(web::get().to(lists::conversations)))
        .service(
            at("/v1/conversations/{key}", &[Method::GET, Method::DELETE])
                .route(web::get().to(conversation::get))
                .route(web::delete().to(erasure::conversation)),
        )
        .service(
            at("/v1/messages", &[Method::GET, Method::POST])
                .route(web::get().to(lists::messages))
                .route(web::post().to(ingest::post)),
        )
        .service(at("/v1/messages/{key}", &[Method::GET]).route(web::get().to(conversation::get_message)))
        .service(at("/v1/agents", &[Method::GET]).route(web::get().to(agents::list)))
        .service(at("/v1/agents/{key}", &[Method::GET]).route(web::get().to(agents::get)))
        .service(at("/v1/agents/{key}/trend", &[Method::GET]).route(web::get().to(trends::of_agent)))
        .service(at("/v1/teams", &[Method::GET]).route(web::get().to(teams::list)))
        .service(
            // By its name where it is set, by its key where it is read: names change nothing for who links to it.
            at("/v1/teams/{key}", &[Method::GET, Method::PUT])
                .route(web::get().to(teams::get))
                .route(web::put().to(teams::put)),
        )
        .service(at("/v1/teams/{key}/trend", &[Method::GET]).route(web::get().to(trends::of_team)))
        .service(at("/v1/teams/{key}/funnel", &[Method::GET]).route(web::get().to(teams::funnel)))
        .service(at("/v1/trend", &[Method::GET]).route(web::get().to(trends::of_all)))
        .service(at("/v1/promises", &[Method::GET]).route(web::get().to(promises::list)));
}
