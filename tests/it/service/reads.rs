//! What was brought is read back: conversations, messages, promises.

use super::{Running, without};
use amends::access::Role;
use insta::assert_snapshot;
use serde_json::{Value, json};

/// A parcel that is lost; Dana blames the courier and promises, Sam sends a new one.
fn lost_parcel(id: &str) -> Value {
    json!({"source": "shop", "id": id, "channel": "email", "messages": [
        {"id": "1", "author": {"role": "customer", "id": "ines", "name": "Ines"}, "sent": "2026-03-02T08:14:00+01:00",
         "body": "My parcel never came 😀!"},
        {"id": "2", "author": {"role": "agent", "id": "dana", "name": "Dana"}, "sent": "2026-03-02T10:00:00+01:00",
         "format": "html", "body": "<p>😀 The courier lost your parcel, <b>not us</b>. I will write to you by tomorrow.</p>"},
        {"id": "3", "author": {"role": "agent", "id": "sam", "name": "Sam"}, "sent": "2026-03-02T10:05:00+01:00",
         "visibility": "internal", "body": "Ask the warehouse."},
        {"id": "4", "author": {"role": "agent", "id": "sam", "name": "Sam"}, "sent": "2026-03-03T09:00:00+01:00",
         "body": "I'm so sorry that your parcel was lost, that is our fault. I have sent you a new one today."}]})
}

fn running() -> Running {
    let running = Running::new();
    running.bring(&json!([lost_parcel("17")]));
    running
}

/// What a message's view says, each thing a line.
fn told(message: &Value) -> String {
    let list =
        |of: &Value, line: &dyn Fn(&Value) -> String| -> String { of.as_array().unwrap().iter().map(line).collect() };
    let analysis = &message["analysis"];
    let segment = |one: &Value| format!("[{}|{}{}]", one["text"].as_str().unwrap(), one["detections"], one["cues"]);
    let criterion = |one: &Value| format!("{} {} {}\n", one["id"], one["verdict"], one["evidence"]);
    let finding = |one: &Value| format!("{} {}\n", one["name"], one["made"]);
    let detection = |one: &Value| format!("{} {} {} {}\n", one["label"], one["kind"], one["rule"], one["text"]);
    let told = [
        list(&message["segments"], &segment) + "\n",
        list(&analysis["criteria"], &criterion),
        list(&analysis["findings"], &finding),
        list(&analysis["detections"], &detection),
        format!("failure shown by {}\n", analysis["situation"]["failure_cue"]["text"]),
        format!("score {}\n", analysis["score"]),
    ];
    told.concat().replace('"', "")
}

#[test]
fn a_conversation_shows_what_was_read_in_it_with_the_words() {
    let running = running();
    let view = running.get("/v1/conversations/1").expect(200);
    assert_eq!(view, running.get("/v1/conversations/shop/17").expect(200), "by its key and by the tool's identifier");
    assert_snapshot!(told(&view["messages"][1]), @r#"
    [😀 |[][]][The |[0][]][courier lost|[0,1,2][]][ your parcel, |[][]][not us|[3][]][. |[][]][I will write to you |[4,5][0]][by tomorrow|[4,5,6][0]][.|[][]]
    no-excuse met []
    no-finger-pointing unmet [1,3]
    takes-it-seriously met []
    keeps-the-matter met []
    honest-promises met []
    apology unmet []
    apology-for-something unmet []
    responsibility unmet []
    repair met [4,5]
    explanation unmet [0,1,3]
    hears-the-customer unmet []
    prevention unmet []
    follow-up met [5]
    dated-promise met [5]
    checks-back met [5]
    excuse false
    finger_pointing true
    missing_apology true
    missing_follow_up false
    explanation null explanation-narrative The courier lost
    finger_pointing colleague finger-pointing-colleague-failed courier lost
    failure_named strong failure-named-thing-went-wrong courier lost
    finger_pointing third_party finger-pointing-third-party-at-fault not us
    repair null repair-told-will-do-the-deed I will write to you by tomorrow
    follow_up dated follow-up-dated-will I will write to you by tomorrow
    time_bound null time-bound-deadline by tomorrow
    failure shown by never came
    score 52.63
    "#);
    let one = &view["messages"][1]["analysis"]["detections"][1];
    assert_snapshot!(format!("{:#}", without(one.clone(), &["confidence", "confidence_n", "what", "why", "advice"])), @r#"
    {
      "advice": "[advice]",
      "confidence": "[confidence]",
      "confidence_n": "[confidence_n]",
      "in_doubt": false,
      "kind": "colleague",
      "label": "finger_pointing",
      "rule": "finger-pointing-colleague-failed",
      "span": {
        "end": 24,
        "start": 12
      },
      "text": "courier lost",
      "utf16": {
        "end": 22,
        "start": 10
      },
      "what": "[what]",
      "why": "[why]"
    }
    "#);
    assert_snapshot!(format!("{:#}", view["promises"][0]), @r#"
    {
      "act": "contact",
      "agent": {
        "id": "dana",
        "key": "1",
        "name": "Dana",
        "source": "shop",
        "team": null
      },
      "conditional": false,
      "conversation": "1",
      "due": "2026-03-03T17:00:00Z",
      "fate": "kept",
      "kept_at": "2026-03-03T08:00:00Z",
      "kept_by": "4",
      "key": "1",
      "made": "2026-03-02T09:00:00Z",
      "message": "2",
      "precision": "day",
      "sentence": "Due Tuesday 3 March 2026, 17:00: kept by turn 4 on Tuesday 3 March 2026, 08:00.",
      "span": {
        "end": 84,
        "start": 53
      },
      "text": "I will write to you by tomorrow"
    }
    "#);
    assert_snapshot!(format!("{:#}", view["recovery"]), @r#"
    {
      "apology_in_answer": 2,
      "checked_back": false,
      "ending": "settled_and_silence",
      "first_complaint": "1",
      "mean_score": 70.26,
      "over_apologising": false,
      "proactive_apology": false,
      "resolved": true,
      "same_failure_again": false,
      "seconds_to_apology": 89160,
      "seconds_to_first_response": 6360,
      "worst_message": "2",
      "worst_score": 52.63
    }
    "#);
    assert_eq!(view["participants"].as_array().unwrap().len(), 3);
    assert_eq!(view["versions"][0]["outdated"], false);
    let customer = &view["messages"][0];
    assert_eq!(customer["analysis"], json!(null));
    assert_eq!(customer["cues"][0]["text"], "never came");
    let words: String = customer["segments"].as_array().unwrap().iter().map(|s| s["text"].as_str().unwrap()).collect();
    assert_eq!(words, "My parcel never came 😀!");
    assert_eq!(view["messages"][2]["visibility"], "internal");
    assert_eq!(view["messages"][2]["analysis"], json!(null));
    assert_eq!(running.get("/v1/messages/2").expect(200), view["messages"][1]);
}

#[test]
fn utf16_offsets_are_those_of_the_body_as_sent() {
    let message = running().get("/v1/messages/2").expect(200);
    let body: Vec<u16> = message["body"].as_str().unwrap().encode_utf16().collect();
    let detections = message["analysis"]["detections"].as_array().unwrap();
    assert!(!detections.is_empty());
    for one in detections {
        let at = |end: &str| one["utf16"][end].as_u64().unwrap() as usize;
        let words = String::from_utf16(&body[at("start")..at("end")]).unwrap();
        assert_eq!(words, one["text"].as_str().unwrap());
    }
}

#[test]
fn what_is_not_there_is_told_so() {
    let running = running();
    for path in [
        "/v1/conversations/9",
        "/v1/conversations/x",
        "/v1/conversations/shop/18",
        "/v1/messages/99",
        "/v1/agents/99",
        "/v1/teams/1",
        "/v1/teams/1/trend",
    ] {
        let answer = running.get(path);
        assert_eq!(answer.expect(404)["code"], "not_found", "{path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    for path in [
        "/v1/messages?finding=excuses",
        "/v1/messages?since=yesterday",
        "/v1/messages?since=2026-03-02&until=2026-03-01",
        "/v1/messages?limit=0",
        "/v1/messages?cursor=x",
        "/v1/messages?agent=dana",
        "/v1/messages?unmet=no_such",
        "/v1/messages?nothing=1",
        "/v1/messages?score_below=-1",
        "/v1/promises?state=forgotten",
        "/v1/trend?grain=year",
        "/v1/trend?measures=beauty",
        "/v1/agents?order=height",
    ] {
        let answer = running.get(path);
        assert_eq!(answer.expect(400)["code"], "bad_request", "{path}");
    }
    assert_eq!(running.send("DELETE", "/v1/trend", &json!(null)).status, 405);
}

#[test]
fn an_agent_sees_their_own_and_learns_nothing_of_others() {
    let mut running = running();
    let other = json!({"source": "shop", "id": "18", "messages": [
        {"id": "1", "author": {"role": "customer"}, "sent": "2026-03-05T08:00:00Z", "body": "Where is my refund?"},
        {"id": "2", "author": {"role": "agent", "id": "kim"}, "sent": "2026-03-05T09:00:00Z", "body": "It was sent this morning."}]});
    running.bring(&json!([other]));
    let (dana, kim, stranger) =
        (running.agent_token("shop", "dana"), running.agent_token("shop", "kim"), running.agent_token("shop", "lee"));
    running.as_(&dana);
    let view = running.get("/v1/conversations/1").expect(200);
    assert!(view["messages"][1]["analysis"].is_object(), "her own");
    assert!(view["messages"][3]["analysis"].is_null(), "Sam's is not hers");
    assert!(view["recovery"]["mean_score"].is_null(), "it would tell of Sam's score");
    assert_eq!(view["promises"].as_array().unwrap().len(), 1);
    assert_eq!(running.get("/v1/conversations/2").status, 404, "not 403: that it is there is not told");
    assert_eq!(running.get("/v1/messages/6").status, 404);
    let ids =
        |answer: Value| answer["items"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(running.get("/v1/messages").expect(200)), ["2"]);
    assert_eq!(ids(running.get("/v1/messages?agent=2").expect(200)), [""; 0]);
    assert_eq!(ids(running.get("/v1/conversations").expect(200)), ["1"]);
    assert_eq!(ids(running.get("/v1/agents").expect(200)), ["1"]);
    assert_eq!(running.get("/v1/agents/1/trend").status, 200);
    assert_eq!(running.get("/v1/agents/2/trend").status, 404);
    assert_eq!(running.get("/v1/trend").expect(200)["total"]["messages"], 1);
    running.as_(&kim);
    assert_eq!(ids(running.get("/v1/promises?state=broken").expect(200)), [""; 0]);
    // Made for somebody of whom no message came.
    running.as_(&stranger);
    assert_eq!(ids(running.get("/v1/messages").expect(200)), [""; 0]);
    assert_eq!(running.get("/v1/conversations/1").status, 404);
    let reviewer = running.token(Role::Reviewer);
    running.as_(&reviewer);
    assert_eq!(ids(running.get("/v1/messages").expect(200)).len(), 3);
}

/// `count` conversations, a day each; every third is without a time.
pub fn many(count: usize) -> Value {
    let conversation = |number: usize| {
        let sent = (!number.is_multiple_of(3))
            .then(|| format!("2026-{:02}-{:02}T09:00:00Z", number / 28 + 1, number % 28 + 1));
        let body =
            ["We are very busy at the moment, so please wait.", "I am sorry, your parcel was lost by us."][number % 2];
        json!({"source": (["shop", "desk"][number % 2]), "id": format!("c{number}"), "channel": (["email", "chat"][number / 2 % 2]), "messages": [
            {"id": "1", "author": {"role": "customer", "id": "ines"}, "sent": sent, "body": "My parcel never arrived."},
            {"id": "2", "author": {"role": "agent", "id": (["dana", "kim"][number % 2])}, "sent": sent, "body": body}]})
    };
    (0..count).map(conversation).collect()
}

#[test]
fn lists_give_each_item_once_and_in_order_page_by_page() {
    let running = Running::new();
    running.bring(&many(40));
    for path in ["/v1/messages?order=newest", "/v1/messages?order=oldest", "/v1/conversations?scored=true"] {
        let whole = running.get(&format!("{path}&limit=200")).expect(200);
        let whole = whole["items"].as_array().unwrap();
        assert_eq!(whole.len(), 40);
        let sent = |one: &Value| one.get("sent").or(one.get("last_sent")).unwrap().as_str().map(str::to_owned);
        let times: Vec<_> = whole.iter().map(sent).collect();
        let mut sorted: Vec<_> = times.iter().flatten().cloned().collect();
        sorted.sort();
        if !path.contains("oldest") {
            sorted.reverse();
        }
        assert_eq!(times.iter().flatten().cloned().collect::<Vec<_>>(), sorted);
        assert!(times[sorted.len()..].iter().all(Option::is_none), "those without a time come last");
        let (mut paged, mut next) = (Vec::new(), format!("{path}&limit=7"));
        loop {
            let page = running.get(&next);
            paged.extend(page.expect(200)["items"].as_array().unwrap().clone());
            let Some(link) = page.header("link") else { break };
            next = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
        }
        assert_eq!(paged, *whole);
    }
}

#[test]
fn lists_are_filtered_by_what_was_read() {
    let running = Running::new();
    running.bring(&many(24));
    let ids = |path: &str| -> usize { running.get(path).expect(200)["items"].as_array().unwrap().len() };
    assert_eq!(ids("/v1/messages?finding=excuse"), 12);
    assert_eq!(ids("/v1/messages?finding=missing_apology"), 12);
    assert_eq!(ids("/v1/messages?agent=1"), 12);
    assert_eq!(running.get("/v1/messages?agent=1&agent=2").status, 400, "one of them would count for nothing");
    assert_eq!(ids("/v1/messages?source=desk&channel=chat"), 6);
    assert_eq!(ids("/v1/messages?scored=false"), 0);
    assert_eq!(ids("/v1/messages?score_below=50") + ids("/v1/messages?score_from=50"), 24);
    assert_eq!(ids("/v1/messages?since=2026-01-10&until=2026-01-12"), 1);
    assert_eq!(ids("/v1/conversations?agent=2&finding=excuse"), 0);
    assert_eq!(ids("/v1/conversations?finding=excuse"), 12);
    assert_eq!(ids("/v1/conversations?service_failure=false"), 0);
    assert_eq!(ids("/v1/conversations?source=shop"), 12);
    let unmet = running.get("/v1/messages?agent=1&limit=1").expect(200)["items"][0]["unmet"][0].clone();
    assert_eq!(ids(&format!("/v1/messages?agent=1&unmet={}", unmet.as_str().unwrap())), 12);
}

#[test]
fn promises_are_listed_by_what_became_of_them() {
    let running = running();
    let later = json!({"source": "shop", "id": "19", "messages": [
        {"id": "1", "author": {"role": "customer"}, "sent": "2026-03-10T08:00:00Z", "body": "My order never came."},
        {"id": "2", "author": {"role": "agent", "id": "dana"}, "sent": "2026-03-10T09:00:00Z",
         "body": "I am sorry. I will call you by Friday noon. We will send you a new one."}]});
    running.bring(&json!([later]));
    let open = running.get("/v1/promises").expect(200);
    let told = |one: &Value| {
        format!(
            "{} due {}: {}
",
            one["text"], one["due"], one["sentence"]
        )
    };
    let told: String = open["items"].as_array().unwrap().iter().map(told).collect();
    assert_snapshot!(told, @r#"
    "I will call you by Friday noon" due "2026-03-13T12:00:00Z": "Due Friday 13 March 2026, 12:00: there is time left."
    "We will send you a" due null: "Promised in turn 2; no time is told: there is time left."
    "#);
    let due =
        |query: &str| running.get(&format!("/v1/promises?{query}")).expect(200)["items"].as_array().unwrap().len();
    assert_eq!(due("due_until=2026-03-13"), 0);
    assert_eq!(due("due_since=2026-03-13&due_until=2026-03-14"), 1);
    assert_eq!(due("agent=1&limit=1"), 1);
    assert_eq!(due("agent=2"), 0);
}
