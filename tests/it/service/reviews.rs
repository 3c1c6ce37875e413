//! What people say of a message stands beside what the machine says of it.

use super::{Running, without};
use amends::access::Role;
use serde_json::{Value, json};

/// A service in which Dana (message 2) and Sam (message 4) answered complaints.
fn with_two_agents() -> Running {
    let running = Running::new();
    let conversation = |id: &str, agent: &str, body: &str| {
        json!({"source": "shop", "id": id, "messages": [
            {"id": "a", "author": {"role": "customer", "id": "c"}, "sent": "2026-03-02T08:00:00Z",
             "body": "My parcel never came! Where is it?"},
            {"id": "b", "author": {"role": "agent", "id": agent}, "sent": "2026-03-02T09:00:00Z", "body": body}]})
    };
    running.bring(&json!([
        conversation("1", "dana", "We are very busy at the moment, so please be patient with us."),
        conversation("2", "sam", "I am sorry that your parcel never came. I will send a new one today."),
    ]));
    running
}

fn pretty(json: &Value) -> String {
    serde_json::to_string_pretty(json).unwrap()
}

/// What a rule found in Dana's message.
fn detection(running: &Running) -> (String, u64, u64) {
    let evidence: String = running
        .service
        .store
        .read(|transaction| {
            let machine = amends::store::reviews::machine(transaction, 2)?.unwrap();
            Ok::<_, amends::store::StoreError>(machine.evidence)
        })
        .unwrap();
    let evidence: Value = serde_json::from_str(&evidence).unwrap();
    let first = &evidence["detections"][0];
    (first["rule"].as_str().unwrap().into(), first["start"].as_u64().unwrap(), first["end"].as_u64().unwrap())
}

#[test]
fn a_reviewer_says_what_they_think_and_changes_their_mind() {
    let mut running = with_two_agents();
    let (rule, start, end) = detection(&running);
    let reviewer = running.token(Role::Reviewer);
    running.as_(&reviewer);
    let said = json!({
        "blind": true, "comment": "Busy is no reason.", "findings": {"excuse": true, "missing_apology": false},
        "detections": [{"rule": rule, "start": start, "end": end, "right": true}],
    });
    let first = running.send("PUT", "/v1/messages/2/review", &said).expect(201);
    insta::assert_snapshot!(pretty(&without(first, &["created", "changed"])), @r#"
    {
      "agent": "1",
      "blind": true,
      "changed": "[changed]",
      "comment": "Busy is no reason.",
      "conversation": "1",
      "created": "[created]",
      "criteria": {},
      "detections": [
        {
          "end": 16,
          "right": true,
          "rule": "excuse-swamped",
          "start": 0
        }
      ],
      "findings": {
        "excuse": true,
        "missing_apology": false
      },
      "key": "1",
      "kind": "review",
      "message": "2",
      "own": true,
      "reviewer": "reviewer of a test"
    }
    "#);
    let changed = running.send("PUT", "/v1/messages/2/review", &json!({"findings": {"excuse": false}})).expect(200);
    assert_eq!((&changed["key"], &changed["findings"]), (&json!("1"), &json!({"excuse": false})));
    assert_eq!((&changed["comment"], &changed["detections"]), (&Value::Null, &json!([])));
    let other = running.token(Role::Reviewer);
    running.as_(&other).send("PUT", "/v1/messages/2/review", &json!({"comment": "I see an excuse."})).expect(201);
    let all = running.get("/v1/reviews").expect(200);
    let own: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|review| &review["own"]).collect();
    assert_eq!(own, [true, false], "the newest first");
    assert_eq!(running.request(actix_web::test::TestRequest::delete().uri("/v1/messages/2/review")).status, 204);
    assert_eq!(running.request(actix_web::test::TestRequest::delete().uri("/v1/messages/2/review")).status, 404);
    assert_eq!(running.get("/v1/reviews").expect(200)["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_verdict_is_about_something_that_is_there() {
    let running = with_two_agents();
    let wrong = json!({
        "criteria": {"kindness": "met"}, "findings": {"rude": true},
        "detections": [{"rule": "excuse-swamped", "start": 900, "end": 901, "right": false}],
    });
    let problem = running.send("PUT", "/v1/messages/2/review", &wrong).expect(422);
    let places: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(places, ["/criteria/kindness", "/findings/rude", "/detections/0"]);
    running.send("PUT", "/v1/messages/2/review", &json!({"criteria": {"x": "perhaps"}})).expect(422);
    running.send("PUT", "/v1/messages/2/review", &json!({})).expect(422);
    running.send("PUT", "/v1/messages/2/review", &json!({"comment": "x".repeat(10_001)})).expect(422);
    // A customer's message, one that is not there, one that no key can be.
    for key in ["1", "99", "0", "-1", "x", "99999999999999999999"] {
        let path = format!("/v1/messages/{key}/review");
        running.send("PUT", &path, &json!({"comment": "Hm."})).expect(404);
    }
}

#[test]
fn an_agent_disputes_their_own_messages_and_learns_of_no_others() {
    let mut running = with_two_agents();
    let (reviewer, dana) = (running.token(Role::Reviewer), running.agent_token("shop", "dana"));
    running.as_(&reviewer);
    running.send("PUT", "/v1/messages/2/review", &json!({"comment": "Busy is no reason."})).expect(201);
    running.send("PUT", "/v1/messages/4/review", &json!({"comment": "Well said."})).expect(201);
    running.send("PUT", "/v1/messages/4/review", &json!({"kind": "dispute", "comment": "No."})).expect(403);
    running.as_(&dana);
    let dispute = running.send("PUT", "/v1/messages/2/review", &json!({"comment": "We were flooded."})).expect(201);
    assert_eq!(dispute["kind"], "dispute");
    running.send("PUT", "/v1/messages/2/review", &json!({"kind": "review", "comment": "Fine."})).expect(403);
    running.send("PUT", "/v1/messages/4/review", &json!({"comment": "Sam again."})).expect(404);
    let seen = running.get("/v1/reviews").expect(200);
    let seen: Vec<&Value> = seen["items"].as_array().unwrap().iter().map(|review| &review["message"]).collect();
    assert_eq!(seen, ["2", "2"]);
    assert_eq!(running.get("/v1/reviews?message=4").expect(200)["items"], json!([]));
    assert_eq!(running.get("/v1/reviews?kind=dispute").expect(200)["items"].as_array().unwrap().len(), 1);
    running.get("/v1/agreement").expect(403);
    running.get("/v1/reviews?kind=praise").expect(400);
}

#[test]
fn reviews_come_in_pages() {
    let mut running = with_two_agents();
    for index in 0..5 {
        let token = running.token(Role::Reviewer);
        running.as_(&token);
        let path = if index % 2 == 0 { "/v1/messages/2/review" } else { "/v1/messages/4/review" };
        running.send("PUT", path, &json!({"comment": format!("{index}")})).expect(201);
    }
    let (mut seen, mut path) = (Vec::new(), "/v1/reviews?limit=2".to_owned());
    loop {
        let answer = running.get(&path);
        let page = answer.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|review| review["comment"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/reviews?limit=2&cursor={cursor}");
        assert_eq!(answer.header("link"), Some(format!("<{path}>; rel=\"next\"").as_str()));
    }
    assert_eq!(seen, ["4", "3", "2", "1", "0"]);
    assert_eq!(running.get("/v1/reviews?message=4").expect(200)["items"].as_array().unwrap().len(), 2);
    assert_eq!(running.get("/v1/reviews?conversation=1").expect(200)["items"].as_array().unwrap().len(), 3);
    assert_eq!(running.get("/v1/reviews?agent=1").expect(200)["items"].as_array().unwrap().len(), 3);
    assert_eq!(
        running.get("/v1/reviews?since=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z").expect(200)["items"],
        json!([])
    );
    running.get("/v1/reviews?since=yesterday").expect(400);
}

/// Forty messages with the same excuse; on every fourth the reviewer finds none.
#[test]
fn agreement_is_counted_and_disagreements_lead_to_messages() {
    let mut running = Running::new();
    let conversations: Vec<Value> = (0..40)
        .map(|index| {
            json!({"source": "shop", "id": index.to_string(), "messages": [
                {"id": "a", "author": {"role": "customer"}, "sent": "2026-03-02T08:00:00Z", "body": "My parcel never came!"},
                {"id": "b", "author": {"role": "agent", "id": "dana"}, "sent": "2026-03-02T09:00:00Z",
                 "body": "We are very busy at the moment, so please be patient with us."}]})
        })
        .collect();
    running.bring(&Value::from(conversations));
    let (rule, start, end) = detection(&running);
    let (first, second) = (running.token(Role::Reviewer), running.token(Role::Reviewer));
    for index in 0..40 {
        let path = format!("/v1/messages/{}/review", 2 * index + 2);
        let excuse = index % 4 != 0;
        let said = json!({"findings": {"excuse": excuse}, "criteria": {"apology": "unmet"},
            "detections": [{"rule": rule, "start": start, "end": end, "right": excuse}]});
        let answer = running.as_(&first).send("PUT", &path, &said);
        assert_eq!(answer.status, 201, "{}", answer.text());
        if index < 4 {
            running.as_(&second).send("PUT", &path, &json!({"findings": {"excuse": true}})).expect(201);
        }
    }
    let agreement = running.get("/v1/agreement").expect(200);
    assert_eq!((&agreement["messages"], &agreement["minimum"]), (&json!(40), &json!(20)));
    let item = |about: &str, subject: &str| {
        let items = agreement["items"].as_array().unwrap().iter();
        items.clone().find(|item| item["about"] == about && item["subject"] == subject).unwrap().clone()
    };
    let excuse = item("finding", "excuse");
    insta::assert_snapshot!(pretty(&excuse), @r#"
    {
      "about": "finding",
      "machine": {
        "ac1": 0.7100371747211897,
        "agreement": {
          "high": 0.8735419587485715,
          "k": 30,
          "low": 0.6166374277165825,
          "n": 39,
          "share": 0.7692307692307693
        },
        "alpha": -0.11594202898550732,
        "both": 30,
        "cases": 39,
        "machine_only": 9,
        "neither": 0,
        "people_only": 0,
        "precision": {
          "high": 0.8735419587485715,
          "k": 30,
          "low": 0.6166374277165825,
          "n": 39,
          "share": 0.7692307692307693
        },
        "recall": {
          "high": 1.0,
          "k": 30,
          "low": 0.8864866068260312,
          "n": 30,
          "share": 1.0
        },
        "split": 1,
        "too_few": false
      },
      "people": {
        "ac1": null,
        "agreement": null,
        "alpha": null,
        "cases": 4,
        "too_few": true
      },
      "subject": "excuse"
    }
    "#);
    let by_rule = item("rule", &rule);
    assert_eq!(by_rule["machine"]["both"], 30);
    assert_eq!(by_rule["machine"]["machine_only"], 10);
    assert_eq!((&by_rule["machine"]["recall"], &by_rule["machine"]["alpha"]), (&Value::Null, &Value::Null));
    assert_eq!(item("label", "excuse")["machine"], by_rule["machine"]);
    assert_eq!(item("criterion", "apology")["machine"]["agreement"]["k"], 40);
    assert_eq!(running.get(&format!("/v1/rules/{rule}")).expect(200)["reviewed"], json!({"right": 30, "wrong": 10}));

    let page = running.get("/v1/agreement/disagreements?about=finding&limit=4").expect(200);
    let keys: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|item| item["message"].as_str().unwrap()).collect();
    assert_eq!(keys, ["74", "66", "58", "50"]);
    assert_eq!((&page["items"][0]["machine"], &page["items"][0]["people"]), (&json!("yes"), &json!("no")));
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = running.get(&format!("/v1/agreement/disagreements?about=finding&cursor={cursor}")).expect(200);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (6, &Value::Null));
    let of_rule = format!("/v1/agreement/disagreements?about=rule&subject={rule}");
    assert_eq!(running.get(&of_rule).expect(200)["items"].as_array().unwrap().len(), 10);
    running.get("/v1/agreement/disagreements?about=mood").expect(400);
}
