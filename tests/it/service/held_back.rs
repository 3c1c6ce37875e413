//! Who brings more than can soon be found is held back: slower, without loss, and alone.

use super::{Running, request_of};
use actix_web::test::TestRequest;
use amends::service::lag::Lag;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Some lots of them.
const ROWS: usize = 3500;

fn row(id: &str, conversation: usize) -> Value {
    json!({"source": "shop", "conversation": conversation.to_string(), "message": {
        "id": id, "sent": "2026-03-02T08:00:00Z", "author": {"role": "agent", "id": "dana"},
        "body": "I'm sorry that your lamp came broken. A new one leaves today."}})
}

fn batch(rows: impl Iterator<Item = Value>) -> TestRequest {
    let lines: String = rows.map(|row| row.to_string() + "\n").collect();
    let request = TestRequest::post().uri("/v1/messages:batch");
    request.insert_header(("Content-Type", "application/x-ndjson")).set_payload(lines)
}

/// How many lots have had to wait so far.
fn held_back(running: &Running) -> u64 {
    let metrics = running.get("/metrics").text();
    let figure = metrics.lines().find_map(|line| line.strip_prefix("amends_held_back_total "));
    figure.unwrap_or_else(|| panic!("{metrics}")).parse().unwrap()
}

fn found(running: &Running) -> Value {
    running.get("/v1/search?q=lamp&limit=1").expect(200)["total"].clone()
}

/// The messages that are kept, by their identifiers.
fn exported(running: &Running) -> Vec<String> {
    let exported = running.get("/v1/export?what=messages&format=jsonl").text();
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["message_id"].as_str().unwrap().to_owned();
    exported.lines().map(id).collect()
}

#[test]
fn who_brings_much_waits_until_what_came_before_is_found() {
    // Whatever is not found yet holds back what comes after it, however long that takes: nothing is read or indexed here
    // before the test says so.
    let running = Running::changed(&[], |service| service.lag = Lag::new(Duration::ZERO, Duration::MAX));
    let first = running.request(batch(std::iter::once(row("first", 0)))).text();
    assert!(first.contains("\"status\":\"stored\""), "{first}");
    assert_eq!((held_back(&running), found(&running)), (0, json!(0)));
    let (service, token) = (Arc::clone(&running.service), running.token.clone());
    let sender = std::thread::spawn(move || {
        let rows = (0..ROWS).map(|number| row(&number.to_string(), number % 50));
        request_of(&service, &token, batch(rows)).text()
    });
    while held_back(&running) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    // It waits. Whoever brings little, asks or reads does not.
    assert_eq!(running.send("POST", "/v1/score", &json!({"draft": "We are very busy."})).status, 200);
    assert_eq!(running.send("POST", "/v1/messages", &row("single", 0)).status, 200);
    assert_eq!(exported(&running), ["first", "single"].map(str::to_owned));
    assert!(!sender.is_finished(), "it was answered before what came first could be found");
    assert_eq!(held_back(&running), 1);
    while !sender.is_finished() {
        running.read_all();
        std::thread::sleep(Duration::from_millis(5));
    }
    // Nothing is lost and nothing is there twice.
    let answer = sender.join().unwrap();
    let stored = answer.lines().filter(|line| line.contains("\"status\":\"stored\",") && line.contains("\"added\":1"));
    assert_eq!((stored.count(), answer.lines().count()), (ROWS, ROWS));
    running.read_all();
    assert_eq!(found(&running), json!(ROWS + 2));
    let exported = exported(&running);
    let once: BTreeSet<&String> = exported.iter().collect();
    assert_eq!((exported.len(), once.len()), (ROWS + 2, ROWS + 2));
}
