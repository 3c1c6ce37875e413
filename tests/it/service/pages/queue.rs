//! The queue: what is in it and why, and working through it.

use super::super::Running;
use super::words;
use actix_web::test::TestRequest;
use amends::access::Role;
use serde_json::{Value, json};

/// A conversation in which an agent answers a failure on that day of November 2026.
fn answered(id: &str, agent: &str, day: u32, channel: &str, answer: &str) -> Value {
    json!({"id": id, "source": "shop", "channel": channel, "messages": [
        {"author": {"role": "customer", "name": "Bo"}, "sent": format!("2026-11-{day:02}T08:00:00Z"), "body": "My parcel never arrived. Where is it?"},
        {"author": {"role": "agent", "id": agent, "name": agent}, "sent": format!("2026-11-{day:02}T09:00:00Z"), "body": answer}]})
}

const BAD: &str = "Sorry to hear that. We are very busy at the moment, and the courier lost your parcel.";
const GOOD: &str = "I'm sorry that your parcel did not arrive: I sent it to the wrong address. I have sent a new one today, and I will write to you tomorrow with its number.";

fn running() -> Running {
    let running = Running::new();
    running.bring(&json!([
        answered("bad-1", "dana", 3, "email", BAD),
        answered("bad-2", "omar", 4, "chat", BAD),
        answered("good", "dana", 5, "email", GOOD),
    ]));
    running
}

/// The keys of the agents' messages, by their conversations' identifiers.
fn message(running: &Running, id: &str) -> String {
    let found = running.get("/v1/messages").expect(200);
    let items = found["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["conversation_id"] == id || item["conversation"]["id"] == id);
    let item = item.unwrap_or_else(|| panic!("{found}"));
    item["key"].as_str().unwrap().to_owned()
}

#[test]
fn low_scores_wait_with_their_reason_and_leave_when_somebody_agrees() {
    let running = running();
    let page = running.page("/");
    let text = words(&page.text());
    assert_eq!(page.status, 200, "{text}");
    assert!(text.contains("All Disputed 0 Broken promise 0 Reviewer disagrees 0 Low score 2"), "{text}");
    assert!(text.contains("omar, 4 Nov 2026, 09:00 Score"), "{text}");
    assert!(text.contains("drawn today from all 3 scored messages, each as likely as every other"), "{text}");

    let key = message(&running, "bad-1");
    let then = format!("/?reason=low-score&agreed={key}");
    let page = running.page("/?reason=low-score").text().replace("&#38;", "&");
    assert!(page.contains(&format!("name=\"then\" value=\"{then}\"")), "{page}");
    let agreed = running.form(&format!("/messages/{key}/agree"), &[("then", &then)]);
    assert_eq!(agreed.header("location"), Some(then.as_str()), "{}", agreed.text());
    // Also before the index has followed.
    let text = words(&running.page(&format!("/?reason=low-score&agreed={key}")).text());
    assert!(text.contains("You agreed with the machine about one message. Undo"), "{text}");
    assert!(
        text.contains("shop bad-2") && !text.split("A sample by chance").next().unwrap().contains("shop bad-1"),
        "{text}"
    );
    let reviews = running.get("/v1/reviews").expect(200);
    assert_eq!(reviews["items"][0]["findings"]["excuse"], true, "{reviews}");
    running.read_all();
    assert!(words(&running.page("/").text()).contains("Low score 1"));

    let undone = running.form(&format!("/messages/{key}/take-back"), &[("then", "//elsewhere.example")]);
    assert_eq!(undone.header("location"), Some("/"), "{}", undone.text());
    running.read_all();
    assert!(words(&running.page("/").text()).contains("Low score 2"));
    assert_eq!(running.form(&format!("/messages/{key}/take-back"), &[]).status, 404);
    assert!(words(&running.page(&format!("/?undone={key}")).text()).contains("the message is unreviewed again"));
}

#[test]
fn filters_narrow_queue_and_sample() {
    let running = running();
    let count = |path: &str| {
        let text = words(&running.page(path).text());
        let (_, rest) = text.split_once("Low score ").unwrap_or_else(|| panic!("{path}: {text}"));
        rest.split(' ').next().unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(count("/?channel=chat&team=&agent=&label=&days=&below=50"), 1);
    assert_eq!(count("/?label=excuse"), 2);
    assert_eq!(count("/?label=apology:no_such"), 0);
    assert_eq!(count("/?team=nobody"), 0);
    assert_eq!(count("/?below=0"), 0);
    assert_eq!(
        count("/?below=100"),
        2 + u64::from(!words(&running.page("/?below=100").text()).contains("Low score 2"))
    );
    for (path, name) in
        [("/?below=1000", "below"), ("/?reason=none", "reason"), ("/?agent=x", "agent"), ("/?cursor=x", "cursor")]
    {
        let page = running.page(path);
        assert_eq!(page.status, 400, "{path}");
        assert!(page.text().contains(&format!("<code>{name}</code>")), "{}", page.text());
    }
}

#[test]
fn disputes_and_differing_reviewers_wait_for_somebody_else() {
    let mut running = running();
    let (admin, reviewer) = (running.token.clone(), running.token(Role::Reviewer));
    let agent = running.agent_token("shop", "dana");
    let (bad, good) = (message(&running, "bad-1"), message(&running, "good"));
    let dispute = json!({"comment": "The courier did lose it."});
    let answer = running.as_(&agent).send("PUT", &format!("/v1/messages/{bad}/review"), &dispute);
    assert!(answer.status < 300, "{}", answer.text());
    let differs = json!({"findings": {"excuse": true}});
    let answer = running.as_(&reviewer).send("PUT", &format!("/v1/messages/{good}/review"), &differs);
    assert!(answer.status < 300, "{}", answer.text());
    let own = words(&running.page("/").text());
    assert!(own.contains("Disputed 1") && own.contains("Reviewer disagrees 0"), "{own}");
    running.as_(&admin);
    let text = words(&running.page("/?reason=differs").text());
    assert!(text.contains("Disputed 1 Broken promise 0 Reviewer disagrees 1"), "{text}");
    assert!(text.split("A sample by chance").next().unwrap().contains("shop good"), "{text}");
    assert!(words(&running.page("/?reason=differs&label=excuse").text()).contains("Reviewer disagrees 0"));
    assert!(words(&running.page("/?channel=chat").text()).contains("Disputed 0"));
    // A second reviewer settles both.
    running.form(&format!("/messages/{bad}/agree"), &[]);
    running.form(&format!("/messages/{good}/agree"), &[]);
    let text = words(&running.page("/").text());
    assert!(text.contains("Disputed 0") && text.contains("Reviewer disagrees 0"), "{text}");
}

#[test]
fn agents_are_led_to_their_own_page_and_see_no_queue() {
    let mut running = running();
    let agent = running.agent_token("shop", "dana");
    let unknown = running.agent_token("shop", "nobody-yet");
    let key = message(&running, "bad-1");
    running.as_(&agent);
    assert_eq!(running.page("/").header("location"), Some("/agents/me"));
    let own = running.page("/agents/me");
    assert!(own.header("location").is_some_and(|to| to.starts_with("/agents/")), "{}", own.text());
    assert_eq!(running.form(&format!("/messages/{key}/agree"), &[]).status, 403);
    running.as_(&unknown);
    assert!([303, 404].contains(&running.page("/agents/me").status));
}

#[test]
fn an_empty_service_says_how_to_begin() {
    let running = Running::new();
    let text = words(&running.page("/").text());
    assert!(text.contains("No messages yet. Bring some: import an export"), "{text}");
    assert!(text.contains("There is no scored message to draw from."), "{text}");
}

#[test]
fn who_judges_first_sees_no_verdict_of_the_machine_in_lists() {
    let running = running();
    let blind = |path: &str| {
        let request = TestRequest::get().uri(path).insert_header(("accept", "text/html"));
        words(&running.request(request.insert_header(("cookie", "amends_blind=on"))).text())
    };
    let waiting = |path: &str| blind(path).split("A sample by chance").next().unwrap().to_owned();
    let queue = waiting("/");
    assert!(
        queue.contains("You judge first") && queue.contains("you judge first") && queue.contains("Judge it"),
        "{queue}"
    );
    let items = queue.split("Judge it").next().unwrap().rsplit("You judge first").next().unwrap();
    assert!(!items.contains("of 100") && !items.contains("excuse") && !items.contains("Low score"), "{items}");
    assert!(!queue.contains("Agree with the machine"), "{queue}");
    let found = blind("/search?q=parcel");
    assert!(found.contains("3 messages") && found.contains("You judge first"), "{found}");
    let result = found.split("What can be asked").next().unwrap();
    for told in ["mean score", "of 100", "finger-pointing", "Unmet criterion", "JSON Lines"] {
        assert!(!result.contains(told), "{told}: {result}");
    }
    // What they judged is shown to them.
    let key = message(&running, "bad-1");
    running.form(&format!("/messages/{key}/review"), &[("kind", "review"), ("finding:excuse", "yes")]);
    let found = blind("/search?q=parcel");
    assert_eq!(found.matches("you judge first").count(), 2, "{found}");
    assert_eq!(found.matches("of 100").count(), 1, "{found}");
    assert_eq!(words(&running.page("/search?q=parcel").text()).matches("of 100").count(), 3);
}

#[test]
fn many_disputes_have_pages() {
    let mut running = Running::new();
    let many: Vec<Value> = (0..35).map(|number| answered(&format!("c{number}"), "dana", 3, "email", BAD)).collect();
    running.bring(&Value::Array(many));
    let (admin, agent) = (running.token.clone(), running.agent_token("shop", "dana"));
    let found = running.get("/v1/messages?limit=100").expect(200);
    let keys: Vec<String> =
        found["items"].as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap().to_owned()).collect();
    assert_eq!(keys.len(), 35);
    running.as_(&agent);
    for key in &keys {
        running.send("PUT", &format!("/v1/messages/{key}/review"), &json!({"comment": "It was so."}));
    }
    running.as_(&admin);
    let items = |page: &str| page.split("A sample by chance").next().unwrap().matches("data-message=").count();
    let first = running.page("/?reason=disputed").text();
    assert!(words(&first).contains("Disputed 35"), "{}", words(&first));
    assert_eq!(items(&first), 30);
    assert!(first.replace("&#38;", "&").contains("/?reason=disputed&cursor=rows-30"), "{first}");
    let second = running.page("/?reason=disputed&cursor=rows-30").text();
    assert_eq!((items(&second), second.contains("Next page")), (5, false));
}
