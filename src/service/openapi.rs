//! The description of the API (OpenAPI 3.1), made from the code. `tests/it/service/openapi.rs` holds it to what
//! is answered.

use super::api::reading::{agents, conversation, lists, promises, teams, trends};
use super::api::{
    agreement, audit_log, conversations, deliveries, documents, erasure, export, health, hooks, imports, ingest,
    metrics, rescore, reviews, rules, score, scorecards, search, sessions, setup, tokens, users,
};
use super::problem::Problem;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
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
    security(("token" = []), ("session" = [])),
    modifiers(&Security, &Problems),
    tags(
        (name = "score", description = "Drafts and conversations, scored without being stored"),
        (name = "ingest", description = "What tools bring"),
        (name = "imports", description = "Uploaded exports"),
        (name = "conversations", description = "What was brought, with what was read in it"),
        (name = "messages", description = "Agents' messages, with what was read in them"),
        (name = "search", description = "Messages found by what is in them"),
        (name = "agents", description = "Agents and their figures"),
        (name = "teams", description = "Teams and their figures"),
        (name = "trends", description = "Figures over time"),
        (name = "promises", description = "What was promised, and what became of it"),
        (name = "reviews", description = "What people say of the machine's scores, and how far they agree"),
        (name = "webhooks", description = "What ticketing tools send by themselves"),
        (name = "rules", description = "What messages are read with"),
        (name = "export", description = "Everything, as files"),
        (name = "erasure", description = "What goes for good"),
        (name = "access", description = "Who signs in, who may, and who did what"),
        (name = "service", description = "How the service is"),
    ),
    paths(
        score::score,
        ingest::post,
        ingest::post_batch,
        conversations::put,
        imports::post,
        imports::list,
        imports::get,
        imports::rejected,
        imports::events,
        imports::delete,
        lists::conversations,
        conversation::get,
        conversation::get_by_id,
        lists::messages,
        conversation::get_message,
        search::search,
        search::counts,
        search::fields,
        agents::list,
        agents::get,
        trends::of_agent,
        teams::list,
        teams::get,
        teams::put,
        teams::funnel,
        trends::of_team,
        trends::of_all,
        promises::list,
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
        rescore::post,
        rescore::get,
        export::get,
        erasure::conversation,
        erasure::customer,
        documents::schema,
        documents::openapi,
        setup::set_up,
        sessions::sign_in,
        sessions::sign_out,
        sessions::me,
        sessions::change_password,
        users::list,
        users::add,
        users::change,
        users::delete,
        tokens::list,
        tokens::create,
        tokens::revoke,
        audit_log::list,
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
        let told = "The session of somebody who signed in (`POST /v1/sessions`); `__Host-amends` where browsers come by HTTPS. What changes something is refused unless `Sec-Fetch-Site` or `Origin` says that it comes from the service's own pages.";
        let cookie = ApiKey::Cookie(ApiKeyValue::with_description("amends", told));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
}

/// What may go wrong with any request, so that no operation has to tell it.
struct Problems;

impl Problems {
    /// With requests that need a token.
    const OF_CALLER: [(&str, &str); 3] = [
        ("401", "nobody knows who asks: token or session is missing, wrong, or has ended"),
        ("403", "who asks may not"),
        ("429", "too many requests; `Retry-After` says when to come again"),
    ];
    /// With requests that have a body.
    const OF_BODY: [(&str, &str); 4] = [
        ("400", "the body or a parameter cannot be understood"),
        ("413", "the body is larger than is allowed"),
        ("415", "the body is not in a form that is read"),
        ("422", "a value of the body cannot be"),
    ];
    /// With requests that may be sent again under the same key.
    const OF_KEY: [(&str, &str); 2] = [
        ("409", "the request of the same `Idempotency-Key` is still at work"),
        ("422", "another request came with the same `Idempotency-Key`"),
    ];
    /// With requests that have parameters.
    const OF_PARAMETERS: [(&str, &str); 1] = [("400", "a parameter is wrong")];
    /// With requests that name something in their path.
    const OF_PATH: [(&str, &str); 1] = [("404", "there is no such thing")];
    /// With all.
    const OF_SERVICE: [(&str, &str); 2] =
        [("500", "something that must not happen did"), ("503", "the service has too much to do, or is stopping")];

    fn of(path: &str, operation: &mut Operation) {
        let body = operation.request_body.is_some();
        let parameters = operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty());
        // `security(())` stands for "anybody".
        let open = operation.security.is_some();
        let keyed = operation
            .parameters
            .iter()
            .flatten()
            .any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == "Idempotency-Key"));
        let groups: [(bool, &[(&str, &str)]); 6] = [
            (!open, &Self::OF_CALLER),
            (body, &Self::OF_BODY),
            (keyed, &Self::OF_KEY),
            (parameters, &Self::OF_PARAMETERS),
            (path.contains('{'), &Self::OF_PATH),
            (true, &Self::OF_SERVICE),
        ];
        for (status, told) in groups.into_iter().filter(|(applies, _)| *applies).flat_map(|(_, group)| group) {
            operation.responses.responses.entry((*status).to_owned()).or_insert_with(|| {
                let schema = Ref::from_schema_name("Problem");
                let content = ContentBuilder::new().schema(Some(schema)).build();
                RefOr::T(ResponseBuilder::new().description(*told).content(Problem::MEDIA_TYPE, content).build())
            });
        }
    }
}

impl Modify for Problems {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut document.paths.paths {
            let PathItem { get, put, post, patch, delete, .. } = item;
            for operation in [get, put, post, patch, delete].into_iter().flatten() {
                Self::of(path, operation);
            }
        }
    }
}

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Api::openapi()
}
