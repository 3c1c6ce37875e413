//! The description of the API (OpenAPI 3.1), made from the code. `tests/it/service/openapi.rs` holds it to what
//! is answered.

use super::api::{
    agreement, conversations, deliveries, documents, health, hooks, metrics, reviews, rules, score, scorecards,
};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Amends",
        description = "Reads a support team's outgoing messages and says, with the words as evidence, how well each one makes amends when something went wrong.\n\nErrors are problems as RFC 9457 has them. Lists come in pages: `next_cursor` of one page is the `cursor` of the next, and stands in the `Link` header too. Keys are strings, times RFC 3339 in UTC. Every answer names its request in `X-Request-Id`, and so does the log.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact(),
    ),
    servers((url = "/", description = "the service that gave this document")),
    security(("token" = [])),
    modifiers(&Security),
    tags(
        (name = "score", description = "Drafts and conversations, scored without being stored"),
        (name = "conversations", description = "What was brought, with what was read in it"),
        (name = "reviews", description = "What people say of the machine's scores, and how far they agree"),
        (name = "webhooks", description = "What ticketing tools send by themselves"),
        (name = "rules", description = "What messages are read with"),
        (name = "service", description = "How the service is"),
    ),
    paths(
        score::score,
        conversations::put,
        reviews::put,
        reviews::delete,
        reviews::list,
        agreement::all,
        agreement::disagreements,
        hooks::receive,
        hooks::try_out,
        deliveries::hooks,
        deliveries::list,
        deliveries::one,
        deliveries::retry,
        deliveries::awaited,
        rules::list,
        rules::one,
        scorecards::list,
        scorecards::one,
        documents::schema,
        documents::openapi,
        metrics::metrics,
        health::alive,
        health::ready,
    ),
)]
struct Api;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let told = "A token of this service: `Authorization: Bearer amends_…`";
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(told)).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Api::openapi()
}
