//! The machine's clock is wrong or set back. That sessions, throttles and signed deliveries bear it is shown in
//! `access` and `webhook`, where the moment is a parameter; here, that nothing of it is in what is kept and read.

use crate::ingest::{read_all, shown};
use amends::ingest;
use amends::store::{Store, deliveries};
use amends::webhook;
use jiff::Timestamp;

/// What is kept of the same deliveries, the clock standing as told when each comes.
fn kept(clock: [&str; 4]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let tool = webhook::tool("standard").unwrap();
    let messages = [
        ("1", "2026-03-02T08:00:00Z", "customer", "My lamp came broken!"),
        ("2", "2026-03-02T09:00:00Z", "agent", "I'm sorry that your lamp came broken. I will send a new one tomorrow."),
        ("3", "2026-03-06T09:00:00Z", "customer", "Nothing came!"),
        ("4", "2026-03-06T10:00:00Z", "agent", "That is the courier's fault."),
    ];
    for ((id, sent, role, body), clock) in messages.into_iter().zip(clock) {
        let received: Timestamp = clock.parse().unwrap();
        let body = format!(
            r#"{{"type": "message.created", "timestamp": "{sent}", "data": {{"conversation": "7", "message":
            {{"id": "{id}", "sent": "{sent}", "author": {{"role": "{role}", "id": "{role}-1"}}, "body": "{body}"}}}}}}"#
        );
        let said = ingest::said(tool, body.as_bytes(), received, Some("shop"));
        let taken = store.write(move |transaction| {
            deliveries::take(transaction, ("standard", id), received, body.as_bytes(), &said)
        });
        assert!(taken.wait().unwrap());
        read_all(&store);
    }
    shown(&store)
}

#[test]
fn what_is_kept_and_read_does_not_hang_on_the_clock() {
    let right = kept(["2026-03-02T08:00:01Z", "2026-03-02T09:00:01Z", "2026-03-06T09:00:01Z", "2026-03-06T10:00:01Z"]);
    assert!(right.iter().any(|row| row.contains("broken") && row.contains("send")), "a promise is judged: {right:?}");
    let back = kept(["2031-01-01T00:00:00Z", "2026-03-02T09:00:01Z", "1999-12-31T23:59:59Z", "2026-03-01T00:00:00Z"]);
    assert_eq!(right, back);
}
