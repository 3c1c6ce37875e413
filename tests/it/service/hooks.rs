//! Webhooks over HTTP: who is let in, what is kept, that each message counts once.

use super::{Answer, Running};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use amends::access::Role;
use amends::service::background;
use amends::store::deliveries::{self, Outcome, Said};
use amends::webhook::TOOLS;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Transaction;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::Sha256;
use std::collections::BTreeSet;

const SECRET: &str = "a secret of the tool";
const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PUBLIC: &str = "https://quality.example.com/amends";

/// A service to which every tool may send.
fn service() -> Running {
    let keys: Vec<(&str, &str)> = TOOLS.iter().map(|tool| (key(tool.name()), secret(tool.name()))).collect();
    let mut set: Vec<(&str, &str, &str)> = keys.iter().map(|(key, secret)| ("--secret", *key, *secret)).collect();
    set.push(("--public-url", "server.public_url", PUBLIC));
    Running::with(&set)
}

fn key(tool: &str) -> &'static str {
    Box::leak(format!("hooks.{tool}.secrets").into_boxed_str())
}

fn secret(tool: &str) -> &'static str {
    if tool == "standard" { STANDARD_SECRET } else { SECRET }
}

fn hash<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = <M as Mac>::new_from_slice(key).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The headers with which `tool` sends `body` at `now`, as its documentation tells.
fn signed(tool: &str, secret: &str, body: &[u8], now: Timestamp) -> Vec<(&'static str, String)> {
    let key = secret.as_bytes();
    let (seconds, milliseconds) = (now.as_second().to_string(), now.as_millisecond().to_string());
    match tool {
        "zendesk" => {
            let time = Timestamp::from_second(now.as_second()).unwrap().to_string();
            let signature = STANDARD.encode(hash::<Hmac<Sha256>>(key, &[time.as_bytes(), body]));
            vec![("X-Zendesk-Webhook-Signature-Timestamp", time), ("X-Zendesk-Webhook-Signature", signature)]
        }
        "intercom" | "zammad" => {
            vec![("X-Hub-Signature", format!("sha1={}", hex(&hash::<Hmac<Sha1>>(key, &[body]))))]
        }
        "helpscout" => vec![("X-HelpScout-Signature", STANDARD.encode(hash::<Hmac<Sha1>>(key, &[body])))],
        "front" => {
            let signature = STANDARD.encode(hash::<Hmac<Sha256>>(key, &[milliseconds.as_bytes(), b":", body]));
            vec![("X-Front-Request-Timestamp", milliseconds), ("X-Front-Signature", signature)]
        }
        "chatwoot" => {
            let signature = hex(&hash::<Hmac<Sha256>>(key, &[seconds.as_bytes(), b".", body]));
            vec![("X-Chatwoot-Timestamp", seconds), ("X-Chatwoot-Signature", format!("sha256={signature}"))]
        }
        "hubspot" => {
            let parts = ["POST", PUBLIC, "/hooks/hubspot"].map(str::as_bytes);
            let parts = [&parts[..], &[body, milliseconds.as_bytes()]].concat();
            let signature = STANDARD.encode(hash::<Hmac<Sha256>>(key, &parts));
            vec![("X-HubSpot-Request-Timestamp", milliseconds), ("X-HubSpot-Signature-v3", signature)]
        }
        "standard" => {
            let key = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap();
            let id = format!("msg_{}", &hex(&hash::<Hmac<Sha256>>(b"id", &[body]))[..16]);
            let parts: [&[u8]; 5] = [id.as_bytes(), b".", seconds.as_bytes(), b".", body];
            let signature = format!("v1,{}", STANDARD.encode(hash::<Hmac<Sha256>>(&key, &parts)));
            vec![("webhook-id", id), ("webhook-timestamp", seconds), ("webhook-signature", signature)]
        }
        _ => vec![("X-Amends-Secret", secret.to_owned())],
    }
}

/// Sends `body` as `tool` would, with headers of its own beside those that sign it.
fn post(running: &Running, tool: &str, headers: &[(&str, String)], body: &[u8]) -> Answer {
    let request = TestRequest::post().uri(&format!("/hooks/{tool}")).set_payload(body.to_vec());
    let nobody = ("Authorization", "None".to_owned());
    let headers = std::iter::once(&nobody).chain(headers);
    running.request(headers.fold(request, |request, (name, value)| request.insert_header((*name, value.as_str()))))
}

fn deliver(running: &Running, tool: &str, body: &str) -> String {
    let headers = signed(tool, secret(tool), body.as_bytes(), Timestamp::now());
    let answer = post(running, tool, &headers, body.as_bytes());
    answer.expect(200)["outcome"].as_str().unwrap().to_owned()
}

fn bodies(tool: &str) -> Vec<String> {
    let file = format!("{}/tests/webhooks/{tool}.jsonl", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect()
}

/// What is kept and what was read in it, in no order; keys, which tell of the order of arrival, left out.
fn kept(running: &Running) -> BTreeSet<String> {
    running.read_all();
    let rows = running.get("/v1/export?what=messages&format=jsonl");
    assert_eq!(rows.status, 200, "{}", rows.text());
    let row = |line: &str| {
        let mut row: Value = serde_json::from_str(line).unwrap();
        row.as_object_mut().unwrap().retain(|name, _| !["message", "conversation", "agent"].contains(&name.as_str()));
        row.to_string()
    };
    rows.text().lines().map(row).collect()
}

fn items(running: &Running, path: &str) -> Vec<Value> {
    running.get(path).expect(200)["items"].as_array().unwrap().clone()
}

#[test]
fn what_a_tool_signs_is_kept_once_and_nothing_else_is() {
    for tool in TOOLS.map(|tool| tool.name()) {
        let running = service();
        for body in bodies(tool) {
            let forged = signed(tool, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", body.as_bytes(), Timestamp::now());
            let refused = post(&running, tool, &forged, body.as_bytes());
            assert_eq!(refused.expect(401)["code"], "unauthorized", "{tool}");
            assert_eq!(post(&running, tool, &[], body.as_bytes()).status, 401, "{tool}");
        }
        assert!(kept(&running).is_empty() && items(&running, "/v1/deliveries").is_empty(), "{tool}");

        let now = Timestamp::now();
        let mut outcomes = BTreeSet::new();
        for body in bodies(tool) {
            let headers = signed(tool, secret(tool), body.as_bytes(), now);
            let first = post(&running, tool, &headers, body.as_bytes()).expect(200);
            assert_ne!(first["outcome"], "known", "{tool}: {body}");
            outcomes.insert(first["outcome"].to_string());
            let second = post(&running, tool, &headers, body.as_bytes()).expect(200);
            assert_eq!((&second["outcome"], &second["id"]), (&json!("known"), &first["id"]), "{tool}");
        }
        assert_eq!(items(&running, "/v1/deliveries?limit=200").len(), bodies(tool).len(), "{tool}");
        let awaited = items(&running, "/v1/awaited").len();
        assert!(kept(&running).len() + awaited >= 2, "{tool}: {outcomes:?}");
    }
}

#[test]
fn copies_of_old_deliveries_are_refused_where_the_tool_signs_a_time() {
    let running = service();
    for tool in ["zendesk", "front", "chatwoot", "hubspot", "standard"] {
        let body = &bodies(tool)[0];
        for (shift, told) in [(-301, "ago"), (305, "ahead")] {
            let then = Timestamp::now() + SignedDuration::from_secs(shift);
            let headers = signed(tool, secret(tool), body.as_bytes(), then);
            let refused = post(&running, tool, &headers, body.as_bytes()).expect(401);
            assert!(refused["detail"].as_str().unwrap().contains(told), "{tool}: {refused}");
        }
        // A new time on an old signature is no way round.
        let mut headers = signed(tool, secret(tool), body.as_bytes(), Timestamp::now() - SignedDuration::from_hours(1));
        let fresh = signed(tool, secret(tool), body.as_bytes(), Timestamp::now());
        let time = headers.iter().position(|(name, _)| name.to_lowercase().contains("timestamp")).unwrap();
        headers[time] = fresh[time].clone();
        assert_eq!(post(&running, tool, &headers, body.as_bytes()).status, 401, "{tool}");
    }
    assert!(items(&running, "/v1/deliveries").is_empty());
}

#[test]
fn late_pieces_in_any_order_come_to_the_same_scores() {
    // Freshdesk tells no time but that of arrival, HubSpot no messages.
    for tool in TOOLS.map(|tool| tool.name()).into_iter().filter(|tool| !["freshdesk", "hubspot"].contains(tool)) {
        let (in_order, late) = (service(), service());
        bodies(tool).iter().for_each(|body| drop(deliver(&in_order, tool, body)));
        for body in bodies(tool).iter().rev().chain(&bodies(tool)) {
            deliver(&late, tool, body);
            late.read_all();
        }
        assert!(!kept(&in_order).is_empty(), "{tool}");
        let (in_order, late) = (kept(&in_order), kept(&late));
        let differ: Vec<&String> = in_order.symmetric_difference(&late).collect();
        assert!(differ.is_empty(), "{tool}: {differ:#?}");
    }
}

#[test]
fn a_tool_that_tries_the_address_out_hears_what_it_wants() {
    let running = service();
    let head = |tool: &str| {
        let request = TestRequest::default().method(Method::HEAD).uri(&format!("/hooks/{tool}"));
        running.request(request.insert_header(("Authorization", "None")))
    };
    assert_eq!(head("intercom").status, 200);
    assert_eq!(head("front").status, 401);
    assert_eq!(head("fax").status, 404);
    let ping =
        r#"{"type": "notification_event", "topic": "ping", "data": {"item": {"type": "ping", "message": "hi"}}}"#;
    assert_eq!(deliver(&running, "intercom", ping), "nothing");

    let mut headers = signed("front", SECRET, b"{}", Timestamp::now());
    headers.push(("X-Front-Challenge", "c-1".to_owned()));
    assert_eq!(post(&running, "front", &headers, b"{}").expect(200), json!({ "challenge": "c-1" }));
    headers[1].1 = STANDARD.encode([0; 32]);
    assert_eq!(post(&running, "front", &headers, b"{}").status, 401);
    assert_eq!(items(&running, "/v1/deliveries?source=front").len(), 0);
}

#[test]
fn strangers_learn_nothing_about_what_is_set_up() {
    let running = Running::with(&[("--secret", key("zendesk"), SECRET)]);
    let unknown = post(&running, "fax", &[], b"{}").expect(404);
    let not_set_up = post(&running, "front", &signed("front", SECRET, b"{}", Timestamp::now()), b"{}").expect(404);
    assert_eq!(unknown["detail"], not_set_up["detail"]);
    assert_eq!(running.send("PUT", "/hooks/zendesk", &json!({})).status, 405);
    for path in ["/v1/hooks", "/v1/deliveries", "/v1/deliveries/zendesk/1", "/v1/awaited"] {
        let mut running = Running::new();
        let token = running.token(Role::Reviewer);
        assert_eq!(running.as_(&token).get(path).status, 403, "{path}");
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let running = Running::with(&[("--secret", key("neutral"), SECRET), ("--limit", "server.body_limit", "65536")]);
    let body = " ".repeat(65_537);
    let refused = post(&running, "neutral", &[("X-Amends-Secret", SECRET.to_owned())], body.as_bytes());
    assert_eq!(refused.status, 413, "{}", refused.text());
}

#[test]
fn what_only_tells_of_a_conversation_is_awaited_until_it_comes() {
    let running = service();
    assert_eq!(deliver(&running, "hubspot", &bodies("hubspot")[0]), "thin");
    let awaited = |running: &Running| -> Vec<String> {
        items(running, "/v1/awaited?source=hubspot")
            .iter()
            .map(|item| format!("{} {}", item["conversation"]["id"].as_str().unwrap(), item["what"].as_str().unwrap()))
            .collect()
    };
    let both = ["6001 conversation.newMessage", "6002 conversation.privacyDeletion"];
    assert_eq!(awaited(&running), both);
    let message = |id: &str, sent: Timestamp| json!({"id": id, "sent": sent.to_string(), "author": {"role": "customer"}, "body": "Where is it?"});
    let bring = |messages: Value| running.bring(&json!([{"id": "6001", "source": "hubspot", "messages": messages}]));
    // One that was sent after the hint is not the one that is awaited.
    bring(json!([message("2", Timestamp::now() + SignedDuration::from_hours(1))]));
    assert_eq!(awaited(&running), both);
    bring(json!([message("1", Timestamp::now() - SignedDuration::from_hours(1))]));
    assert_eq!(awaited(&running), both[1..]);
    // A page at a time.
    let page = running.get("/v1/awaited?limit=1").expect(200);
    assert_eq!((page["items"].as_array().unwrap().len(), &page["next_cursor"]), (1, &Value::Null));
    assert_eq!(running.get("/v1/awaited?limit=0").status, 400);
}

#[test]
fn what_cannot_be_read_is_kept_and_shown_and_read_again() {
    let running = service();
    assert_eq!(deliver(&running, "zendesk", "{\"type\": 1"), "unread");
    let listed = items(&running, "/v1/deliveries?source=zendesk&outcome=unread");
    assert_eq!((listed.len(), &listed[0]["kept"]), (1, &json!(true)));
    let path = format!("/v1/deliveries/zendesk/{}", listed[0]["id"].as_str().unwrap());
    let whole = running.get(&path).expect(200);
    assert_eq!(whole["body"], "{\"type\": 1");
    assert!(!whole["detail"].as_str().unwrap().is_empty());
    let again = running.send("POST", &format!("{path}/retry"), &json!({})).expect(200);
    assert_eq!(again["outcome"], "unread");

    // As an earlier version left it, which could not read this.
    let body = bodies("zendesk")[1].clone();
    let said = Said { outcome: Outcome::Unread, records: vec![], hints: vec![], about: None, detail: Some("?".into()) };
    let take = move |transaction: &Transaction<'_>| {
        deliveries::take(transaction, ("zendesk", "a/b c"), Timestamp::now(), body.as_bytes(), &said)
    };
    assert!(store(&running, take));
    let again = || running.send("POST", "/v1/deliveries/zendesk/a%2Fb%20c/retry", &json!({}));
    let taken = again().expect(200);
    assert_eq!((&taken["outcome"], &taken["kept"], &taken["detail"]), (&json!("taken"), &json!(false), &Value::Null));
    assert_eq!(kept(&running).len(), 1);
    assert_eq!(again().expect(409)["code"], "conflict");
    assert_eq!(running.send("POST", "/v1/deliveries/zendesk/none/retry", &json!({})).status, 404);
    assert_eq!(running.get("/v1/deliveries?outcome=lost").expect(400)["errors"][0]["pointer"], "outcome");
    let page = running.get("/v1/deliveries?limit=1").expect(200);
    let next = format!("/v1/deliveries?limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(items(&running, &next).len(), 1);
}

fn store<T: Send + 'static>(running: &Running, task: impl amends::store::Task<T>) -> T {
    running.service.store.write(task).wait().unwrap()
}

#[test]
fn what_can_be_read_in_part_is_taken_in_part() {
    let running = service();
    let outcomes: BTreeSet<String> = ["zendesk", "chatwoot", "helpscout", "intercom", "zammad", "front"]
        .into_iter()
        .flat_map(|tool| bodies(tool).into_iter().map(move |body| (tool, body)))
        .map(|(tool, body)| deliver(&running, tool, &body))
        .collect();
    for outcome in &outcomes {
        for item in items(&running, &format!("/v1/deliveries?limit=200&outcome={outcome}")) {
            let waits = ["partly", "thin", "unread"].contains(&outcome.as_str());
            assert_eq!(item["kept"], waits, "{item}");
            assert_eq!(item["detail"].is_string(), ["partly", "unread"].contains(&outcome.as_str()), "{item}");
        }
    }
    assert!(["taken", "nothing"].iter().all(|outcome| outcomes.contains(*outcome)), "{outcomes:?}");
}

#[test]
fn a_tool_may_be_kept_under_another_name() {
    let as_source = ("--as", "hooks.standard.as_source", "shop-europe");
    let running = Running::with(&[("--secret", key("standard"), STANDARD_SECRET), as_source]);
    assert_eq!(deliver(&running, "standard", &bodies("standard")[0]), "taken");
    let kept = kept(&running);
    assert!(kept.len() == 1 && kept.iter().all(|row| row.contains("\"shop-europe\"")), "{kept:?}");
}

#[test]
fn tools_are_told_with_their_addresses_and_guides() {
    let running = service();
    deliver(&running, "chatwoot", &bodies("chatwoot")[0]);
    deliver(&running, "chatwoot", "{");
    let hooks = items(&running, "/v1/hooks");
    assert_eq!(hooks.len(), TOOLS.len());
    for hook in &hooks {
        let guide = hook["guide"].as_str().unwrap();
        assert!(!guide.contains("YOUR-ADDRESS") && guide.contains("quality.example.com/amends/hooks/"), "{guide}");
        assert_eq!(hook["secrets"], 1);
    }
    let chatwoot = &hooks[0];
    assert_eq!(chatwoot["address"], "https://quality.example.com/amends/hooks/chatwoot");
    assert_eq!((&chatwoot["unread"], &chatwoot["last"]["outcome"]), (&json!(1), &json!("unread")));
    assert_eq!(hooks[1]["last"], Value::Null);
    let without = items(&Running::new(), "/v1/hooks");
    assert_eq!(without[0]["secrets"], 0);
    assert_eq!(without[0]["address"], "http://localhost:8080/hooks/chatwoot");
}

#[test]
fn deliveries_are_forgotten_save_those_that_wait() {
    let running = service();
    deliver(&running, "zendesk", &bodies("zendesk")[0]);
    deliver(&running, "zendesk", "{");
    deliver(&running, "hubspot", &bodies("hubspot")[0]);
    let later = |days: i64| Timestamp::now() + SignedDuration::from_hours(24 * days);
    background::forget_now(&running.service, later(29)).unwrap();
    assert_eq!(items(&running, "/v1/deliveries").len(), 3);
    background::forget_now(&running.service, later(31)).unwrap();
    let left: BTreeSet<String> =
        items(&running, "/v1/deliveries").iter().map(|item| item["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(left, ["thin", "unread"].map(str::to_owned).into());
    assert_eq!(items(&running, "/v1/awaited").len(), 0);
}

#[test]
fn an_erasure_reaches_what_waits() {
    let running = service();
    assert_eq!(deliver(&running, "zendesk", &bodies("zendesk")[0]), "taken");
    let broken = bodies("zendesk")[0].replace("}, \"event\"", ", \"event\"");
    assert_eq!(deliver(&running, "zendesk", &broken), "unread");
    running.read_all();
    assert_eq!(running.send("DELETE", "/v1/customers/zendesk/1001", &json!({})).status, 200);
    let left = items(&running, "/v1/deliveries?outcome=unread");
    assert_eq!((left.len(), &left[0]["kept"], &left[0]["detail"]), (1, &json!(false), &Value::Null));
}
