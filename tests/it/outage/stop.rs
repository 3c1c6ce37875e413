//! The service is asked to stop in the middle of its work, or to start where one runs already.

use super::Data;
use super::client::Request;
use super::load::{Sender, Way};
use serde_json::{Value, json};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

#[test]
fn asked_to_stop_it_answers_what_was_begun_and_goes_on_later_without_a_new_index() {
    let data = Data::new();
    let running = data.serve();
    let mut senders = [
        Sender::new("batch", Way::Batch),
        Sender::new("put", Way::Conversation),
        Sender::new("hook", Way::Webhook),
        Sender::new("import", Way::Import),
    ];
    // Once before, so that there is an index to go on with.
    for sender in &mut senders {
        sender.send(&running.connect(), 0, &AtomicBool::new(true));
    }
    running.settle();

    let rows: String = (0..2000)
        .map(|row| {
            let message = json!({
                "id": row.to_string(), "sent": "2026-03-02T08:14:00Z", "author": {"role": "agent", "id": "kim"},
                "body": "I'm sorry for the wait.",
            });
            json!({"source": "shop", "conversation": "begun", "message": message}).to_string() + "\n"
        })
        .collect();
    let begun = Request::new("POST", "/v1/messages:batch", &rows).with("Content-Type", "application/x-ndjson");
    let (connection, stop) = (running.connect(), AtomicBool::new(false));
    let answer = std::thread::scope(|scope| {
        for sender in &mut senders {
            scope.spawn(|| sender.send(&connection, 1, &stop));
        }
        let between = || {
            std::thread::sleep(Duration::from_millis(300));
            running.terminate();
            std::thread::sleep(Duration::from_millis(300));
        };
        connection.send_in_two(&begun, between).unwrap()
    });
    assert!(answer.whole && answer.status == 200, "{answer:?}");
    let stored = |line: &str| serde_json::from_str::<Value>(line).unwrap()["status"] == "stored";
    assert_eq!(answer.text().lines().filter(|line| stored(line)).count(), 2000);
    assert_eq!(running.ended().0, Some(0));

    let running = data.serve();
    running.settle();
    let kept = running.kept();
    assert!(kept.values().all(|times| *times == 1));
    assert_eq!(kept.keys().filter(|(conversation, _)| conversation == "begun").count(), 2000);
    for sender in &senders {
        assert!(sender.refused.is_empty(), "{:?}", sender.refused);
        assert_eq!(sender.cut_off, 0, "{:?}: an answer that was begun is sent to its end", sender.way);
        assert!(sender.kept.iter().all(|name| kept.contains_key(name)));
    }
    assert!(!running.stop().contains("anew"), "the index is gone on with");
    data.assert_whole();
}

#[test]
fn a_second_service_on_the_same_folder_refuses() {
    let data = Data::new();
    let running = data.serve();
    let second = data.run(&["serve", "--address", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(2));
    assert_eq!(second.stdout, b"");
    let told = String::from_utf8(second.stderr).unwrap();
    let folder = data.path().display().to_string();
    assert_eq!(told, format!("amends: {folder} is in use by another program: stop it first\n"));
    running.ready();
    // The lock goes with the program, however that ends.
    running.kill();
    let running = data.serve();
    running.ready();
    running.stop();
}
