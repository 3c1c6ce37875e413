//! What is brought: messages, batches, conversations, exports.

use super::Running;
use actix_web::test::TestRequest;
use amends::access::Role;
use amends::service::jobs::run_next;
use amends::store::answered::{self, Asked};
use serde_json::{Value, json};

fn message(id: &str, sent: &str, body: &str) -> Value {
    json!({"source": "shop", "conversation": "7", "channel": "email",
           "message": {"id": id, "sent": sent, "author": {"role": "agent", "id": "dana"}, "body": body}})
}

#[test]
fn a_message_is_kept_once_however_often_it_comes() {
    let running = Running::new();
    let first = message("a", "2026-03-02T08:00:00Z", "I'm sorry that your lamp came broken.");
    let stored = running.send("POST", "/v1/messages", &first).expect(201);
    assert_eq!((&stored["added"], &stored["known"]), (&json!(1), &json!(0)));
    let again = running.send("POST", "/v1/messages", &first).expect(200);
    assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(1)));
    let changed = message("a", "2026-03-02T08:00:00Z", "I'm sorry that your lamp came in two.");
    assert_eq!(running.send("POST", "/v1/messages", &changed).expect(200)["changed"], 1);
    assert_eq!(running.read_all(), 1);
}

#[test]
fn what_is_wrong_in_a_message_is_told_with_its_place() {
    let running = Running::new();
    let answer = running.send(
        "POST",
        "/v1/messages",
        &json!({"source": "", "conversation": "7", "message": {"author": {"role": "agent"}, "body": "Hi", "sent": "today"}}),
    );
    let problem = answer.expect(422);
    let pointers: Vec<&Value> = problem["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/source", "/message/sent", "/message/id"]);
    let problem = running
        .send(
            "POST",
            "/v1/messages",
            &json!({"source": "a", "conversation": "7", "message": {"author": {"role": "boss"}, "body": "Hi"}}),
        )
        .expect(422);
    assert_eq!(problem["errors"][0]["pointer"], "/message/author/role");
    let broken = TestRequest::post().uri("/v1/messages").set_payload("{\"source\": ");
    assert_eq!(running.request(broken).status, 400);
    let reviewer = TestRequest::post()
        .uri("/v1/messages")
        .insert_header(("Authorization", format!("Bearer {}", running.token(Role::Reviewer))));
    assert_eq!(running.request(reviewer.set_json(message("a", "2026-03-02T08:00:00Z", "Hi"))).status, 403);
}

#[test]
fn a_batch_tells_what_became_of_each_row() {
    let running = Running::new();
    let lines = [
        message("a", "2026-03-02T08:00:00Z", "I'm sorry.").to_string(),
        String::new(),
        "{\"source\": \"shop\", \"conversation\": 7}".to_owned(),
        json!({"source": "shop", "id": "8", "messages": [{"author": {"role": "customer"}, "body": "Where is it?"},
               {"author": {"role": "agent", "id": "sam"}, "body": "On its way, I promise."}]})
        .to_string(),
        "{\"source\": \"shop\", \"id\": \"9\", \"messages\": [{\"author\": {\"role\": \"agent\"}, \"body\": \"a\", \"sent\": \"x\"}]}".to_owned(),
        message("a", "2026-03-02T08:00:00Z", "I'm sorry.").to_string(),
    ];
    let batch = |lines: &str| {
        let request =
            TestRequest::post().uri("/v1/messages:batch").insert_header(("Content-Type", "application/x-ndjson"));
        running.request(request.set_payload(lines.to_owned()))
    };
    let answer = batch(&lines.join("\n"));
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    insta::assert_snapshot!(answer.text(), @r#"
    {"row":1,"line":1,"status":"stored","conversation":"1","added":1}
    {"row":2,"line":3,"status":"rejected","errors":[{"pointer":"/conversation","detail":"invalid type: integer `7`, expected a string"}]}
    {"row":3,"line":4,"status":"stored","conversation":"2","added":2}
    {"row":4,"line":5,"status":"rejected","errors":[{"pointer":"/messages/0/sent","detail":"`x` is not an RFC 3339 time such as 2026-03-05T09:30:00Z or 2026-03-05T09:30:00+01:00"}]}
    {"row":5,"line":6,"status":"stored","conversation":"1","known":1}
    "#);
    // The same as a list: nothing is new.
    let list = format!("[{}, {}]", lines[0], lines[3]);
    let request = TestRequest::post().uri("/v1/messages:batch").insert_header(("Content-Type", "application/json"));
    insta::assert_snapshot!(running.request(request.set_payload(list)).text(), @r#"
    [{"row":1,"line":1,"status":"stored","conversation":"1","known":1},
    {"row":2,"line":1,"status":"stored","conversation":"2","known":2}]
    "#);
    assert_eq!(running.read_all(), 2);
}

#[test]
fn a_batch_may_be_long_and_may_be_cut_off() {
    let running = Running::new();
    let rows: Vec<Value> = (0..1700)
        .map(|number| {
            let mut row = message(&number.to_string(), "2026-03-02T08:00:00Z", "I'm sorry.");
            row["conversation"] = json!(format!("c{}", number % 40));
            row
        })
        .collect();
    let post = |payload: String, kind: &str| {
        let request = TestRequest::post().uri("/v1/messages:batch").insert_header(("Content-Type", kind.to_owned()));
        running.request(request.set_payload(payload))
    };
    let results = post(json!(rows).to_string(), "application/json").expect(200);
    let stored =
        results.as_array().unwrap().iter().filter(|row| row["status"] == "stored" && row["added"] == 1).count();
    assert_eq!((stored, results.as_array().unwrap().len()), (1700, 1700));
    assert_eq!(running.read_all(), 40);
    let text = json!(rows[..2]).to_string();
    let cut = post(text[..text.len() - 10].to_owned(), "application/json").expect(200);
    assert_eq!(cut[0]["known"], 1);
    assert_eq!(cut[1]["errors"][0]["detail"], "the list of rows is cut off: no `]` closes it");
    assert_eq!(post(String::new(), "application/json").expect(200), json!([]));
    assert_eq!(post("a".into(), "text/plain").status, 415);
}

#[test]
fn a_conversation_that_is_brought_says_what_its_path_says() {
    let running = Running::new();
    let body =
        json!({"id": "8", "source": "shop", "messages": [{"author": {"role": "agent"}, "body": "Hi", "sent": "now"}]});
    let problem = running.send("PUT", "/v1/conversations/shop/7", &body).expect(422);
    assert_eq!(problem["errors"][0]["pointer"], "/id");
    let problem = running.send("PUT", "/v1/conversations/shop/8", &body).expect(422);
    assert_eq!(problem["errors"][0]["pointer"], "/messages/0/sent");
    let body = json!({"messages": [{"author": {"role": "agent", "id": "dana"}, "body": "We are sorry for the wait."}]});
    running.send("PUT", "/v1/conversations/shop/8", &body).expect(201);
    assert_eq!(running.send("PUT", "/v1/conversations/shop/8", &body).expect(200)["known"], 1);
}

#[test]
fn the_same_key_is_answered_once() {
    let running = Running::new();
    let post = |key: &str, body: &Value| {
        let request = TestRequest::post().uri("/v1/messages").insert_header(("Idempotency-Key", key.to_owned()));
        running.request(request.set_json(body))
    };
    let body = message("a", "2026-03-02T08:00:00Z", "I'm sorry.");
    let first = post("\"k-1\"", &body);
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, None));
    // Bare, as many clients send it.
    let again = post("k-1", &body);
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!(first.body, again.body);
    let other = message("b", "2026-03-02T08:00:00Z", "I'm sorry.");
    assert_eq!(post("k-1", &other).status, 422);
    // What is wrong stays wrong, and is told the same.
    let wrong = json!({"source": "shop"});
    let told = post("k-2", &wrong);
    assert_eq!((told.status, &post("k-2", &wrong).json()["detail"]), (422, &told.json()["detail"]));
    assert_eq!(post("", &body).status, 400);
    // The first one is still at work.
    let asked = Asked { token: "token:1".into(), key: "k-3".into() };
    let request = TestRequest::post().uri("/v1/rescore").insert_header(("Idempotency-Key", "k-3"));
    let fingerprint = {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        hash.update(b"POST\0/v1/rescore\0\0");
        hash.update(Sha256::digest(b""));
        hash.finalize().to_vec()
    };
    let begun = running
        .service
        .store
        .write(move |transaction| answered::begin(transaction, &asked, &fingerprint, jiff::Timestamp::now()));
    begun.wait().unwrap();
    assert_eq!(running.request(request).status, 409);
}

#[test]
fn an_export_is_uploaded_and_taken_in() {
    let running = Running::new();
    let export = "Ticket ID;Direction;Message;Author;Date\n1;in;My lamp came broken.;ines;2026-03-02 08:00\n1;out;I'm sorry. A new one leaves today.;dana;2026-03-02 09:00\n1;sideways;Lost;dana;2026-03-02 09:00\n";
    let upload = |query: &str, body: &str| {
        let request = TestRequest::post().uri(&format!("/v1/imports{query}")).set_payload(body.to_owned());
        running.request(request.insert_header(("Content-Type", "application/octet-stream")))
    };
    let wrong = upload("?format=lotus&dates=weekly", export).expect(400);
    assert_eq!((&wrong["errors"][0]["pointer"], &wrong["errors"][1]["pointer"]), (&json!("format"), &json!("dates")));
    assert_eq!(upload("", "").status, 400);

    let started = upload("?name=tickets.csv", export);
    assert_eq!((started.status, started.header("location")), (202, Some("/v1/imports/1")));
    assert_eq!(running.get("/v1/imports/1").expect(200)["state"], "waiting");
    assert!(run_next(&running.service).unwrap() && !run_next(&running.service).unwrap());
    let done = running.get("/v1/imports/1").expect(200);
    assert_eq!((&done["state"], &done["reading"]["name"]), (&json!("done"), &json!("tickets.csv")));
    let counts =
        ["bytes", "size", "conversations", "messages", "added", "rejected"].map(|name| done["counts"][name].clone());
    assert_eq!(counts, [json!(export.len()), json!(export.len()), json!(1), json!(2), json!(2), json!(1)]);
    let told = done["counts"]["told"][0].as_str().unwrap();
    assert!(told.starts_with("tickets.csv: a table (CSV, TSV), conversation ← Ticket ID"), "{told}");
    insta::assert_snapshot!(running.get("/v1/imports/1/rejected").text(), @r#"{"file":"tickets.csv","row":3,"line":4,"reason":"`sideways` in the column `Direction` is no direction; known are incoming and outgoing","raw":"1;sideways;Lost;dana;2026-03-02 09:00"}"#);
    assert!(running.get("/v1/imports/1/events").text().starts_with("event: over\ndata: {"));
    assert_eq!(running.read_all(), 1);

    // What no tool writes is told, and fails.
    upload("", "Dear diary").expect(202);
    run_next(&running.service).unwrap();
    let failed = running.get("/v1/imports/2").expect(200);
    assert_eq!(failed["state"], "failed");
    assert!(failed["counts"]["problem"].as_str().unwrap().contains("no export that Amends knows"), "{failed}");

    // One that waits can be ended; one that is over is forgotten.
    upload("", export).expect(202);
    let keys =
        |page: Value| page["items"].as_array().unwrap().iter().map(|job| job["state"].clone()).collect::<Vec<_>>();
    assert_eq!(keys(running.get("/v1/imports").expect(200)), ["waiting", "failed", "done"]);
    assert_eq!(running.send("DELETE", "/v1/imports/3", &json!({})).status, 204);
    assert_eq!(running.get("/v1/imports/3").expect(200)["state"], "cancelled");
    assert!(!run_next(&running.service).unwrap());
    assert_eq!(running.send("DELETE", "/v1/imports/3", &json!({})).status, 204);
    assert_eq!(running.get("/v1/imports/3").status, 404);
    let left = std::fs::read_dir(running.service.store.folder().join("uploads")).unwrap().count();
    assert_eq!(left, 0, "uploads are removed once they are taken in");
}

#[test]
fn everything_is_read_anew_when_asked() {
    let running = Running::new();
    running.send("POST", "/v1/messages", &message("a", "2026-03-02T08:00:00Z", "I'm sorry.")).expect(201);
    running.read_all();
    let job = running.request(TestRequest::post().uri("/v1/rescore")).expect(202);
    assert_eq!(job["kind"], "rescore");
    run_next(&running.service).unwrap();
    let done = running.get("/v1/rescore/1").expect(200);
    assert_eq!(
        (&done["state"], &done["counts"]["conversations"]),
        (&json!("done"), &json!(0)),
        "the rules are the same"
    );
    assert_eq!(running.as_reviewer().status, 403);
}

impl Running {
    fn as_reviewer(&self) -> super::Answer {
        let bearer = format!("Bearer {}", self.token(Role::Reviewer));
        self.request(TestRequest::post().uri("/v1/rescore").insert_header(("Authorization", bearer)))
    }
}

#[test]
fn everything_is_read_anew_once_at_a_time() {
    let running = Running::new();
    let first = running.send("POST", "/v1/rescore", &json!({})).expect(202);
    let second = running.send("POST", "/v1/rescore", &json!({}));
    let problem = second.expect(409);
    assert_eq!(second.header("content-type"), Some("application/problem+json"));
    assert!(problem["detail"].as_str().unwrap().contains(&format!("/v1/rescore/{}", first["key"].as_str().unwrap())));
    assert!(run_next(&running.service).unwrap());
    assert_eq!(running.get("/v1/rescore/1").expect(200)["state"], "done");
    running.send("POST", "/v1/rescore", &json!({})).expect(202);
}
