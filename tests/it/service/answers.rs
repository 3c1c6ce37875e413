//! What every answer carries, whatever was asked.

use super::Running;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, HttpResponse, web};
use amends::service::answer;
use serde_json::{Value, json};
use std::sync::Arc;

#[test]
fn every_error_is_a_problem_that_names_its_request() {
    let mut running = Running::new();
    let large = vec![b' '; 9 * 1024 * 1024];
    let cases = [
        (TestRequest::get().uri("/v1/nothing"), 404, "not_found"),
        (TestRequest::get().uri("/nothing"), 404, "not_found"),
        (TestRequest::delete().uri("/v1/score"), 405, "method_not_allowed"),
        (TestRequest::post().uri("/v1/score").set_payload(large), 413, "too_large"),
        (TestRequest::post().uri("/v1/score").set_payload("{"), 400, "bad_request"),
        (TestRequest::post().uri("/v1/score").set_json(json!({"draft": 1})), 422, "invalid"),
        (TestRequest::post().uri("/v1/score").set_json(json!({"drafft": "x"})), 422, "invalid"),
        (TestRequest::get().uri("/v1/rules?limit=0"), 400, "bad_request"),
        (TestRequest::get().uri("/v1/rules?limit=x"), 400, "bad_request"),
        (TestRequest::get().uri("/v1/rules?cursor=x"), 400, "bad_request"),
        (TestRequest::get().uri("/v1/rules/no-such-rule"), 404, "not_found"),
        (TestRequest::get().uri("/v1/rules").insert_header(("authorization", "Basic eA==")), 401, "unauthorized"),
    ];
    for (request, status, code) in cases {
        let answer = running.request(request.insert_header(("x-request-id", "mine-1")));
        let problem = answer.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{problem}");
        assert_eq!(answer.header("x-request-id"), Some("mine-1"));
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)), "{problem}");
        assert_eq!(problem["request_id"], "mine-1");
        assert_eq!(problem["type"], "about:blank");
    }
    let wrong = running.send("POST", "/healthz", &json!({}));
    assert_eq!(wrong.header("allow"), Some("GET, HEAD"));
    let token = running.agent_token("shop", "dana");
    running.as_(&token);
    let refused = running.send("PUT", "/v1/conversations/shop/1", &json!({"messages": []})).expect(403);
    assert!(refused["detail"].as_str().unwrap().contains("ingest"), "{refused}");
}

#[test]
fn browsers_are_told_to_do_nothing_with_it() {
    let running = Running::new();
    for path in ["/healthz", "/v1/nothing"] {
        let answer = running.get(path);
        assert_eq!(answer.header("content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("strict-transport-security"), None, "it does not speak TLS");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[test]
fn request_ids_that_are_not_fit_for_a_log_are_replaced() {
    let running = Running::new();
    for sent in ["", "a b", "x\"y", &"x".repeat(129)] {
        let answer = running.request(TestRequest::get().uri("/healthz").insert_header(("x-request-id", sent)));
        let id = answer.header("x-request-id").unwrap();
        assert!(id.len() == 36 && id != sent, "{id}");
    }
}

#[test]
fn head_is_answered_like_get_without_a_body() {
    let running = Running::new();
    let get = running.get("/v1/scorecards");
    let head = running.request(TestRequest::default().method("HEAD".parse().unwrap()).uri("/v1/scorecards"));
    assert_eq!((get.status, head.status), (200, 200));
    assert_eq!(get.header("etag"), head.header("etag"));
    assert!(!get.body.is_empty() && head.body.is_empty());
}

#[test]
fn answers_are_packed_for_those_who_can_unpack_them() {
    let running = Running::new();
    let packed = running.request(TestRequest::get().uri("/openapi.json").insert_header(("accept-encoding", "gzip")));
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.headers.get_all("vary").any(|vary| vary == "accept-encoding"));
    assert_eq!(packed.body[..2], [0x1f, 0x8b]);
    assert!(packed.body.len() < running.get("/openapi.json").body.len() / 2);
}

#[test]
fn who_has_an_answer_already_is_told_so() {
    let running = Running::new();
    for path in ["/v1/rules/excuse-swamped", "/v1/scorecards", "/v1/schema", "/openapi.json"] {
        let first = running.get(path);
        assert_eq!(first.status, 200, "{}", first.text());
        let tag = first.header("etag").unwrap().to_owned();
        assert!(tag.starts_with("W/\""), "{tag}");
        assert_eq!(first.header("cache-control"), Some("private, no-cache"));
        for sent in [tag.clone(), format!("\"other\", {tag}"), tag.trim_start_matches("W/").to_owned(), "*".into()] {
            let again = running.request(TestRequest::get().uri(path).insert_header(("if-none-match", sent)));
            assert_eq!((again.status, again.header("etag")), (304, Some(tag.as_str())), "{path}");
            assert!(again.body.is_empty());
        }
        let other = running.request(TestRequest::get().uri(path).insert_header(("if-none-match", "W/\"other\"")));
        assert_eq!(other.status, 200);
    }
    let path = "/v1/rules/excuse-swamped";
    let tag = running.get(path).header("etag").unwrap().to_owned();
    running.bring(&json!([{"source": "shop", "id": "1", "messages": [
        {"id": "1", "author": {"role": "customer"}, "body": "My parcel never came!"}]}]));
    let changed = running.request(TestRequest::get().uri(path).insert_header(("if-none-match", tag)));
    assert_eq!(changed.status, 200, "something was brought meanwhile");
}

#[test]
fn scripts_of_other_sites_may_call_only_where_the_settings_say_so() {
    let asks = |origin: &'static str| {
        let preflight = TestRequest::default().method("OPTIONS".parse().unwrap()).uri("/v1/score");
        preflight.insert_header(("origin", origin)).insert_header(("access-control-request-method", "POST"))
    };
    let closed = Running::new();
    assert_eq!(closed.request(asks("https://desk.example")).status, 405);
    let open = Running::with(&[("--cors", "server.cors_origins", "https://desk.example")]);
    let allowed = open.request(asks("https://desk.example"));
    assert_eq!(allowed.status, 204);
    assert_eq!(allowed.header("access-control-allow-origin"), Some("https://desk.example"));
    assert_eq!(allowed.header("access-control-allow-credentials"), None, "cookies are not for them");
    let score = TestRequest::post().uri("/v1/score").set_json(json!({"draft": "Sorry."}));
    let answer = open.request(score.insert_header(("origin", "https://desk.example")));
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://desk.example"));
    assert!(answer.headers.get_all("vary").any(|vary| vary == "Origin"));
    for other in ["https://desk.example.org", "http://desk.example", "null"] {
        assert_eq!(open.request(asks(other)).header("access-control-allow-origin"), None, "{other}");
    }
}

#[test]
fn metrics_are_open_to_this_machine_alone() {
    let mut near = Running::new();
    near.get("/v1/rules/excuse-swamped");
    near.get("/v1/nothing/of/Dana");
    near.as_("");
    let answer = near.get("/metrics");
    assert_eq!(answer.status, 200);
    let text = answer.text();
    for line in [
        "amends_request_duration_seconds_count{route=\"/v1/rules/{id}\",method=\"GET\",status=\"200\"} 1",
        "amends_request_duration_seconds_count{route=\"(none)\",method=\"GET\",status=\"404\"} 1",
        "amends_store_waiting 0",
        "amends_unread_conversations 0",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("Dana") && text.contains("amends_build_info{"), "{text}");
    let mut far = Running::with(&[("--public-url", "server.public_url", "https://quality.example")]);
    assert_eq!(far.get("/metrics").status, 200);
    assert_eq!(far.get("/metrics").header("strict-transport-security"), Some("max-age=31536000"));
    let token = far.token(amends::access::Role::Reviewer);
    assert_eq!(far.as_(&token).get("/metrics").status, 403);
    assert_eq!(far.as_("").get("/metrics").status, 401);
}

async fn panics() -> HttpResponse {
    panic!("the text of a message")
}

#[test]
fn a_panic_is_a_problem_and_tells_nothing() {
    let running = Running::new();
    let body = actix_web::rt::System::new().block_on(async {
        let service = web::Data::from(Arc::clone(&running.service));
        let app = App::new().app_data(service).wrap(from_fn(answer::finish)).route("/boom", web::get().to(panics));
        let app = init_service(app).await;
        let error = try_call_service(&app, TestRequest::get().uri("/boom").to_request()).await.unwrap_err();
        let answer = error.error_response();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers().get("content-type").unwrap(), "application/problem+json");
        assert_eq!(answer.headers().get("x-request-id").unwrap().len(), 36);
        actix_web::body::to_bytes(answer.into_body()).await.unwrap()
    });
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["code"], "internal");
    assert!(!problem.to_string().contains("message"), "{problem}");
}
