//! The page of a conversation, and what people write on it.

use super::super::{Answer, Running};
use super::words;
use actix_web::test::TestRequest;
use amends::access::Role;
use serde_json::json;

const COMPLAINT: &str = "My parcel never came!";
const EXCUSE: &str = "We are very busy at the moment, so please be patient with us. The courier lost your parcel.";

fn with_messages(messages: serde_json::Value) -> Running {
    let running = Running::new();
    running.bring(&json!([{"source": "shop", "id": "T-1", "channel": "email", "messages": messages}]));
    running
}

fn message(role: &str, id: &str, hour: u32, body: &str) -> serde_json::Value {
    json!({"author": {"role": role, "id": id}, "sent": format!("2026-03-02T{hour:02}:00:00Z"), "body": body})
}

/// Dana (message 2) answers a complaint.
fn with_an_excuse() -> Running {
    with_messages(json!([message("customer", "ines", 8, COMPLAINT), message("agent", "dana", 9, EXCUSE)]))
}

/// The page as somebody sees it who judges first.
fn blind(running: &Running, path: &str) -> Answer {
    let request = TestRequest::get().uri(path).insert_header(("accept", "text/html"));
    running.request(request.insert_header(("cookie", "amends_blind=on")))
}

#[test]
fn a_conversation_shows_what_was_read_in_it_and_why() {
    let page = with_an_excuse().page("/conversations/1");
    assert_eq!(page.status, 200);
    let (html, text) = (page.text(), words(&page.text()));
    for shown in [
        "Conversation T-1",
        "1 ines customer",
        "2 dana agent",
        "An apology is due since turn 1: «never came»",
        "excuse found",
        "missing apology found",
        "Does the message do without excuses? not met",
        "Leave the reason out or own it",
        "How it went",
        "No apology followed.",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert!(html.contains(r##"<a href="#note-2-0" data-notes="note-2-0">We are very busy"##), "{html}");
    assert!(html.contains(r#"<li id="note-2-0" tabindex="-1">"#), "without a script the mark leads to its note");
    assert!(html.contains(r#"href="/rules/excuse-swamped""#));
    assert!(text.contains("Fair when:") && text.contains("Better:") && text.contains("Confidence"), "{text}");
    assert_eq!(Running::new().page("/conversations/1").status, 404);
    assert_eq!(Running::new().page("/conversations/x").status, 404);
}

#[test]
fn notes_bots_and_quoted_mail_are_set_apart() {
    let quoted = "I am sorry, I will send a new one today.\n\nOn Mon, 2 Mar 2026, Ines wrote:\n> My parcel never came!";
    let mut note = message("agent", "dana", 9, "Ask the warehouse first.");
    note["visibility"] = "internal".into();
    let running = with_messages(json!([
        message("customer", "ines", 8, COMPLAINT),
        note,
        message("bot", "helper", 10, "We got your message."),
        message("agent", "dana", 11, quoted),
    ]));
    let html = running.page("/conversations/1").text();
    for shown in [r#"class="turn note" id="m2""#, r#"class="turn bot" id="m3""#, r#"class="turn agent read" id="m4""#] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    let folded = html.split(r#"<details class="folded">"#).nth(1).unwrap().split("</details>").next().unwrap();
    assert!(words(folded).contains("Quoted mail or signature On Mon, 2 Mar 2026"), "{folded}");
    assert!(words(&html).contains("promise: "), "what was promised stands below its message: {}", words(&html));
}

#[test]
fn a_message_can_hold_anything_and_nothing_of_it_is_run() {
    let hostile = "<script>alert(1)</script> \"'><img src=x onerror=alert(2)> {{ key }} \u{202e}desrever\u{202c} 👩‍👩‍👧 שלום, החבילה לא הגיעה";
    let html = r#"<p onclick="alert(3)">I'm sorry</p><script>alert(4)</script><style>p{display:none}</style>"#;
    let mut marked_up = message("agent", "dana\"><u>", 10, html);
    marked_up["format"] = "html".into();
    let mut plain = message("customer", "<i>ines", 8, hostile);
    plain["format"] = "plain".into();
    let running = with_messages(json!([
        plain,
        message("agent", "dana", 9, &"I am sorry that your parcel never came. ".repeat(2_600)),
        marked_up,
    ]));
    let page = running.page("/conversations/1");
    let shown = page.text();
    assert_eq!(page.status, 200);
    for never in ["<script>alert", "<img", "onclick", "<i>ines", "\"><u>", "<style"] {
        let of_layout = never == "<img" && shown.matches(never).count() == 1;
        assert!(of_layout || !shown.contains(never), "{never}");
    }
    assert!(words(&shown).contains("<script>alert(1)</script>"), "it is shown as it was written");
    assert!(shown.contains("שלום, החבילה לא הגיעה") && shown.contains("👩‍👩‍👧"));
    assert!(shown.matches(r#"dir="auto""#).count() >= 3, "each text has its own direction");
    assert!(shown.contains(r#"class="words long" tabindex="0" role="region""#), "100 kB scroll on their own");
    assert!(!shown.contains("style=") && !shown.contains("onload="), "the policy forbids both");
}

#[test]
fn a_reviewer_agrees_changes_their_mind_and_takes_it_back() {
    let mut running = with_an_excuse();
    let reviewer = running.token(Role::Reviewer);
    running.as_(&reviewer);
    let agreed = running.form("/messages/2/agree", &[("then", "/conversations/1#m2")]);
    assert_eq!((agreed.status, agreed.header("location")), (303, Some("/conversations/1#m2")));
    let review = running.get("/v1/reviews").expect(200)["items"][0].clone();
    assert_eq!((&review["criteria"]["no-excuse"], &review["findings"]["excuse"]), (&json!("unmet"), &json!(true)));
    let fields = [
        ("kind", "review"),
        ("criterion:no-excuse", "met"),
        ("criterion:apology", ""),
        ("finding:excuse", "no"),
        ("comment", "A courier is named,\r\nnot blamed."),
        ("then", "/search?q=busy"),
    ];
    let changed = running.form("/messages/2/review", &fields);
    assert_eq!((changed.status, changed.header("location")), (303, Some("/search?q=busy")));
    let elsewhere = running.form("/messages/2/review", &[("finding:excuse", "no"), ("then", "//elsewhere.example")]);
    assert_eq!(elsewhere.header("location"), Some("/"));
    running.form("/messages/2/review", &fields);
    let review = running.get("/v1/reviews").expect(200)["items"][0].clone();
    assert_eq!((&review["criteria"], &review["findings"]), (&json!({"no-excuse": "met"}), &json!({"excuse": false})));
    assert_eq!((&review["comment"], &review["blind"]), (&json!("A courier is named,\nnot blamed."), &json!(false)));
    let html = running.page("/conversations/1").text();
    assert!(html.contains(r#"name="criterion:no-excuse" value="met" checked"#), "{html}");
    assert!(words(&html).contains("Does the message do without excuses? not met"), "the machine's stays");

    let other = running.token(Role::Reviewer);
    let text = words(&running.as_(&other).page("/conversations/1").text());
    assert!(text.contains("reviewer of a test agrees with the machine on 0 of 2"), "{text}");
    assert!(text.contains("Does the message do without excuses? met (machine: not met)"), "{text}");
    assert!(text.contains("A courier is named, not blamed."), "{text}");

    running.as_(&reviewer);
    let back = running.form("/messages/2/take-back", &[("kind", "review"), ("then", "/conversations/1#m2")]);
    assert_eq!((back.status, back.header("location")), (303, Some("/conversations/1#m2")));
    assert_eq!(running.get("/v1/reviews").expect(200)["items"], json!([]));
    assert_eq!(running.form("/messages/2/review", &[("criterion:no-excuse", "perhaps")]).status, 422);
    assert_eq!(running.form("/messages/1/review", &[("finding:excuse", "no")]).status, 404, "a customer's message");
}

#[test]
fn who_judges_first_sees_the_machines_verdict_afterwards() {
    let mut running = with_an_excuse();
    let set = running.form("/blind", &[("blind", "on"), ("then", "/conversations/1")]);
    assert_eq!((set.status, set.header("location")), (303, Some("/conversations/1")));
    assert!(set.header("set-cookie").unwrap().starts_with("amends_blind=on;"), "{:?}", set.header("set-cookie"));
    running.form("/messages/2/review", &[("kind", "review"), ("comment", "Seen before."), ("finding:excuse", "yes")]);

    let reviewer = running.token(Role::Reviewer);
    running.as_(&reviewer);
    let html = blind(&running, "/conversations/1").text();
    for kept in [
        "data-notes",
        "class=\"tag",
        "of 100",
        "apology is due",
        "not met",
        "never came»",
        "How it went",
        "Seen before.",
    ] {
        assert!(!html.contains(kept), "{kept}: {html}");
    }
    assert!(words(&html).contains("Your verdict on message 2") && html.contains("criterion:no-excuse"));
    let fields = [("kind", "review"), ("blind", "1"), ("finding:excuse", "yes")];
    let post = |path: &str| {
        let request = TestRequest::post().uri(path).insert_header(("accept", "text/html")).set_form(fields);
        running.request(request.insert_header(("cookie", "amends_blind=on")))
    };
    assert_eq!(post("/messages/2/agree").status, 409, "nobody agrees with what they have not seen");
    assert_eq!(post("/messages/2/review").status, 303);
    let own = running.get("/v1/reviews").expect(200)["items"][0].clone();
    assert_eq!((&own["blind"], &own["own"]), (&json!(true), &json!(true)));
    let html = blind(&running, "/conversations/1").text();
    assert!(html.contains("data-notes") && html.contains("of 100") && html.contains("Seen before."));
    assert_eq!(post("/messages/2/review").status, 303);
    let own = running.get("/v1/reviews").expect(200)["items"][0].clone();
    assert_eq!(own["blind"], json!(false), "what is changed afterwards is not blind any more");
}

#[test]
fn an_agent_disputes_and_sees_only_their_own() {
    let mut running = with_messages(json!([
        message("customer", "ines", 8, COMPLAINT),
        message("agent", "dana", 9, EXCUSE),
        message("agent", "sam", 10, "It is the fault of the warehouse team, they are always late with parcels."),
    ]));
    running.bring(&json!([{"source": "shop", "id": "T-2", "messages": [
        message("customer", "ben", 8, COMPLAINT), message("agent", "sam", 9, EXCUSE)]}]));
    let dana = running.agent_token("shop", "dana");
    running.as_(&dana);
    assert_eq!(running.page("/conversations/2").status, 404, "Sam's");
    let html = running.page("/conversations/1").text();
    assert!(html.contains(r#"id="review-2""#) && !html.contains(r#"id="review-3""#));
    assert!(words(&html).contains("What is wrong here?") && !html.contains("warehouse team</mark>"));
    assert_eq!(running.form("/messages/3/review", &[("kind", "dispute"), ("comment", "No.")]).status, 404);
    let said = [("kind", "dispute"), ("comment", "The courier did lose it."), ("criterion:no-excuse", "met")];
    assert_eq!(running.form("/messages/2/review", &said).status, 303);
    assert_eq!(running.page("/calibration").status, 403);
    let reviewer = running.token(Role::Reviewer);
    let text = words(&running.as_(&reviewer).page("/conversations/1").text());
    assert!(text.contains("disputes this") && text.contains("The courier did lose it."), "{text}");
}
