//! What programs are written by: the description of this API, and the form of conversations.

use crate::conversation;
use crate::service::etag::Tag;
use crate::service::openapi;
use crate::service::problem::Problem;
use crate::service::routes::at;
use actix_web::http::Method;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/openapi.json", &[Method::GET]).route(web::get().to(openapi)))
        .service(at("/v1/schema", &[Method::GET]).route(web::get().to(schema)));
}

/// The description of this API
///
/// An OpenAPI 3.1 document, from which clients can be generated. It needs no token.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "getOpenapi", tag = "service", security(()),
    responses(
        (status = 200, description = "the document", body = Object, example = json!({"openapi": "3.1.0"})),
        (status = 304, description = "the client has it already: `If-None-Match`"),
    ),
)]
pub async fn openapi(request: HttpRequest) -> Result<HttpResponse, Problem> {
    document(&request, "application/json", &openapi::document())
}

/// The form of conversations
///
/// The JSON Schema of the neutral form in which conversations are brought and scored. It needs no token.
#[utoipa::path(
    get, path = "/v1/schema", operation_id = "getSchema", tag = "service", security(()),
    responses(
        (
            status = 200, description = "the schema", body = Object, content_type = "application/schema+json",
            example = json!({"title": "Conversation", "type": "object", "required": ["messages"]}),
        ),
        (status = 304, description = "the client has it already: `If-None-Match`"),
    ),
)]
pub async fn schema(request: HttpRequest) -> Result<HttpResponse, Problem> {
    document(&request, "application/schema+json", &conversation::schema())
}

fn document(
    request: &HttpRequest,
    kind: &'static str,
    document: &impl serde::Serialize,
) -> Result<HttpResponse, Problem> {
    let text = serde_json::to_string(document).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Tag::of(&[&text]).answer(request, || HttpResponse::Ok().content_type(kind).body(text)))
}
