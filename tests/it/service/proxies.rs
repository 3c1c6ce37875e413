//! Behind a proxy: who asked is told by headers, and anybody can send headers.

use super::Running;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

/// Somebody tries a password: sent here by `peer`, with what stands in `X-Forwarded-For`.
fn guess(running: &Running, peer: &str, forwarded: &str) -> u16 {
    let request = TestRequest::post()
        .uri("/v1/sessions")
        .insert_header(("sec-fetch-site", "same-origin"))
        .insert_header(("x-forwarded-for", forwarded))
        .set_json(json!({"name": "dana", "password": "copper meadow telescope"}))
        .peer_addr(format!("{peer}:4000").parse().unwrap());
    running.request(request).status
}

fn behind(proxies: &str) -> (Running, String) {
    let mut running = Running::with(&[
        ("--logins", "limits.logins_per_minute", "3"),
        ("--proxies", "server.trusted_proxies", proxies),
    ]);
    let token = std::mem::take(&mut running.token);
    (running, token)
}

#[test]
fn each_client_of_a_trusted_proxy_is_counted_by_itself() {
    let (mut running, token) = behind("10.0.0.0/8");
    for _ in 0..3 {
        assert_eq!(guess(&running, "10.0.0.1", "192.0.2.1"), 401);
    }
    assert_eq!(guess(&running, "10.0.0.1", "192.0.2.1"), 429);
    // What the client wrote itself, before what the proxy added, changes nothing.
    assert_eq!(guess(&running, "10.0.0.1", "198.51.100.7, 192.0.2.1"), 429);
    assert_eq!(guess(&running, "10.0.0.1", "192.0.2.2"), 401, "somebody else behind the same proxy");
    running.as_(&token);
    let log = running.get("/v1/audit-log?action=sign_in_failed").expect(200);
    let told: Vec<&Value> = log["items"].as_array().unwrap().iter().map(|line| &line["detail"]).collect();
    assert_eq!(told, ["from 192.0.2.2", "from 192.0.2.1", "from 192.0.2.1", "from 192.0.2.1"]);
}

#[test]
fn nobody_else_is_believed_whom_they_ask_for() {
    for proxies in ["", "10.0.0.0/8"] {
        let (running, _) = behind(proxies);
        for attempt in 0..3 {
            assert_eq!(guess(&running, "203.0.113.9", &format!("192.0.2.{attempt}")), 401);
        }
        assert_eq!(guess(&running, "203.0.113.9", "192.0.2.77"), 429, "another header each time does not help");
    }
}

#[test]
fn figures_for_prometheus_are_not_open_to_all_behind_a_proxy_on_the_same_machine() {
    let (mut running, token) = behind("127.0.0.1");
    assert_eq!(running.get("/metrics").status, 401);
    running.as_(&token);
    assert_eq!(running.get("/metrics").status, 200);
}
