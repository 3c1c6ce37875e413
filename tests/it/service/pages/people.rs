//! Pages about people and what they read by: agents, teams, promises, rules, Try it, imports, settings.

use super::super::Running;
use super::words;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

/// Conversations of this month in which Dana blames the courier in `blamed` of `all`, and promises in each.
fn running(blamed: usize, all: usize) -> Running {
    let running = Running::new();
    let start = Timestamp::now() - (24 * 20).hours();
    let one = |number: usize| {
        let asked = start + i64::try_from(number).unwrap().hours();
        let answer = if number < blamed {
            "The courier lost your parcel, not us. I will write to you by tomorrow."
        } else {
            "I'm so sorry that your parcel is late, that is our fault. I will write to you by tomorrow."
        };
        json!({"source": "shop", "id": number.to_string(), "channel": "email", "messages": [
            {"id": "1", "author": {"role": "customer", "id": "ines"}, "sent": asked.to_string(), "body": "My parcel never came!"},
            {"id": "2", "author": {"role": "agent", "id": "dana", "name": "Dana <b>"}, "sent": (asked + 1.hour()).to_string(), "body": answer}]})
    };
    running.bring(&Value::Array((0..all).map(one).collect()));
    running.send("PUT", "/v1/teams/Second%20level", &json!({"members": ["1"]})).expect(201);
    running
}

fn text(running: &Running, path: &str) -> String {
    let answer = running.page(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    words(&answer.text())
}

#[test]
fn an_agents_page_shows_k_of_n_with_its_range_and_examples_of_both_kinds() {
    let running = running(12, 30);
    let list = text(&running, "/agents");
    assert!(list.contains("Dana <b> Second level 30"), "{list}");
    assert!(list.contains("12 of 30"), "{list}");
    let page = running.page("/agents/1").text();
    assert!(!page.contains("Dana <b>") && page.contains("Dana &#60;b&#62;"), "names are escaped");
    let page = words(&page);
    for said in ["Strongest", "To work on", "12 of 30", "40 %, range", "The courier lost your parcel, not us."] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(page.contains("18 of 30 conversations with a complaint had an apology after it."), "{page}");
    assert!(page.contains("Half of them came within 60 minutes"), "{page}");
    let csv = running.get("/agents/1?format=csv");
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(csv.text().contains("finger_pointing,12,30,30,"), "{}", csv.text());
    let chart = running.get("/agents/1?format=csv&chart=trend-1&days=0").text();
    assert!(chart.starts_with("period,k,n,conversations,low95,high95,limit_low,limit_high,remark\n"), "{chart}");
    assert!(running.page("/agents/1").text().replace("&#38;", "&").contains("chart=trend-1&format=csv"));
    assert_eq!(running.get("/agents/1?format=csv&chart=none").status, 404);
    let chart = running.get("/teams/1?format=csv&chart=funnel-1&days=0").text();
    assert!(chart.starts_with("agent,k,n,") && chart.contains(",12,30,30,"), "{chart}");
    let team = text(&running, "/teams/1");
    assert!(team.contains("Does anybody differ?") && team.contains("12 of 30"), "{team}");
    assert!(text(&running, "/teams").contains("Second level 1 30"));
    assert!(running.get("/teams?format=csv").text().contains("Second level,finger_pointing,12,30,30,"));
    assert_eq!(running.page("/agents/99").status, 404);
    assert_eq!(running.page("/agents?days=3").status, 400);
}

#[test]
fn where_n_is_small_nothing_is_judged() {
    let running = running(2, 6);
    for path in ["/agents", "/agents/1", "/teams", "/teams/1"] {
        let page = text(&running, path);
        assert!(page.contains("too few to judge (n = 6)"), "{path}: {page}");
    }
    assert!(text(&running, "/agents/1").contains("Too few to judge how soon (n = 4)."));
}

#[test]
fn agents_see_their_own_page_and_promises_and_nobody_elses() {
    let mut running = running(12, 30);
    let (dana, other) = (running.agent_token("shop", "dana"), running.agent_token("shop", "sam"));
    running.as_(&dana);
    let page = text(&running, "/agents/1");
    assert!(page.contains("not about you") && page.contains("12 of 30") && !page.contains("Among the team"), "{page}");
    assert!(text(&running, "/promises?state=unkept").len() > 10);
    for path in ["/agents", "/teams", "/teams/1"] {
        assert_eq!(running.page(path).status, 404, "{path}");
    }
    assert_eq!(running.page("/settings").status, 403);
    running.as_(&other);
    assert_eq!(running.page("/agents/1").status, 404);
    for state in ["open", "late", "broken", "kept", "unkept"] {
        assert!(text(&running, &format!("/promises?state={state}")).contains("None."), "{state}");
    }
}

#[test]
fn promises_are_listed_by_what_became_of_them_and_page_by_page() {
    let running = running(0, 200);
    let open = text(&running, "/promises");
    assert!(open.contains("Due from"), "{open}");
    let broken = running.page("/promises?state=broken&agent=1").text();
    let shown = words(&broken);
    assert!(shown.contains("I will write to you by tomorrow"), "{shown}");
    let next = broken.split("href=\"").find(|part| part.starts_with("/promises") && part.contains("cursor")).unwrap();
    let next = next.split('"').next().unwrap().replace("&#38;", "&");
    assert!(text(&running, &next).contains("I will write to you"), "{next}");
    let csv = running.get("/promises?state=broken&format=csv").text();
    assert!(csv.lines().count() > 51, "{csv}");
    assert_eq!(running.page("/promises?state=lost").status, 400);
}

#[test]
fn a_draft_is_read_with_what_it_answers_and_shown_as_text() {
    let running = Running::new();
    let fields = [
        ("customer", "My parcel never came!"),
        ("draft", "<script>alert(1)</script> The courier lost your parcel, not us. שלום 😀"),
    ];
    let answer = running.form("/try", &fields);
    assert_eq!(answer.status, 200);
    let page = answer.text();
    assert!(!page.contains("<script>alert"), "{page}");
    let page = words(&page);
    for said in ["An apology is due.", "finger-pointing", "Better:", "of 100", "שלום 😀"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let long = "My parcel never came. ".repeat(5000);
    assert_eq!(running.form("/try", &[("customer", &long), ("draft", &long)]).status, 200);
    assert!(text(&running, "/try").contains("once there is a draft"));
}

#[test]
fn rules_tell_how_often_they_fired_and_how_often_reviewers_agreed() {
    let running = running(12, 30);
    let list = running.page("/rules?label=finger_pointing").text();
    let rule = list.split("href=\"/rules/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let list = words(&list);
    assert!(list.contains("people agree in about") || list.contains("never measured"), "{list}");
    assert!(list.contains("nobody said yet"), "{list}");
    let page = text(&running, &format!("/rules/{rule}"));
    for said in ["Why it matters", "When it is fair", "What to write instead", "It finds", "Found in"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(running.get("/rules?format=csv").text().contains(&rule));
    assert_eq!(running.page("/rules/none").status, 404);
    assert_eq!(running.page("/rules?label=none").status, 400);
}

#[test]
fn imports_are_listed_with_how_far_each_is() {
    let mut running = Running::new();
    assert!(text(&running, "/imports").contains("Nothing was imported yet."));
    let upload = actix_web::test::TestRequest::post().uri("/v1/imports?name=tickets.jsonl").set_payload("{}\n");
    let key = running.request(upload).expect(202)["key"].as_str().unwrap().to_owned();
    assert!(text(&running, "/imports").contains("tickets.jsonl Waits"));
    assert!(text(&running, &format!("/imports/{key}")).contains("End it"));
    let ended = running.form(&format!("/imports/{key}/end"), &[]);
    assert_eq!((ended.status, ended.header("location")), (303, Some("/imports")));
    assert!(text(&running, &format!("/imports/{key}")).contains("Ended"));
    let agent = running.agent_token("shop", "dana");
    assert_eq!(running.as_(&agent).page("/imports").status, 403);
}

#[test]
fn settings_make_tokens_and_users_and_tell_who_did_what() {
    let running = Running::new();
    assert!(text(&running, "/settings").contains("The text of messages is"));
    let made = running.form("/settings/tokens", &[("name", "help desk"), ("role", "integration"), ("scopes", "read")]);
    assert_eq!((made.status, made.header("cache-control")), (200, Some("no-store")));
    let made = words(&made.text());
    assert!(made.contains("it is not shown again. amends_"), "{made}");
    let list = text(&running, "/settings/tokens");
    assert!(list.contains("help desk") && !list.contains("not shown again"), "{list}");
    let wrong = running.form("/settings/tokens", &[("name", ""), ("role", "integration")]);
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    let key = running.get("/v1/tokens").json()["items"][0]["key"].as_str().unwrap().to_owned();
    assert_eq!(running.form(&format!("/settings/tokens/{key}/revoke"), &[]).status, 303);
    assert!(text(&running, "/settings/tokens").contains("revoked"));

    let new = [("name", "sam@shop.example"), ("role", "reviewer"), ("password", "violet harbour lantern")];
    assert_eq!(running.form("/settings/users", &new).status, 303);
    let again = running.form("/settings/users", &new);
    assert_eq!(again.status, 422, "{}", again.text());
    assert!(words(&again.text()).contains("already"), "{}", again.text());
    let key = running.get("/v1/users").json()["items"][0]["key"].as_str().unwrap().to_owned();
    let changed =
        running.form(&format!("/settings/users/{key}"), &[("role", "agent"), ("source", "shop"), ("agent", "sam")]);
    assert_eq!(changed.status, 303, "{}", changed.text());
    assert!(text(&running, "/settings/users").contains("shop sam"));
    assert_eq!(running.form(&format!("/settings/users/{key}/delete"), &[]).status, 303);

    let log = text(&running, "/settings/audit-log");
    for said in ["token created", "token revoked", "user added", "user changed", "user deleted"] {
        assert!(log.contains(said), "{said}: {log}");
    }
    assert!(running.get("/settings/audit-log?format=csv&action=user_added").text().lines().count() == 2);
    assert!(text(&running, "/settings/webhooks").contains("none set: nothing is let in"));
    let guide = text(&running, "/settings/webhooks/zendesk");
    assert!(guide.contains("/hooks/zendesk") && !guide.contains("YOUR-ADDRESS"), "{guide}");
    assert!(text(&running, "/settings/deliveries").contains("None."));
}
