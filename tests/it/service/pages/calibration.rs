//! Agreement of machine and people, and sessions in which several judge the same.

use super::super::{Answer, Running};
use super::words;
use actix_web::test::TestRequest;
use amends::access::{Role, Session};
use amends::store::users::{self, User};
use jiff::Timestamp;
use serde_json::json;

/// A service with two conversations (messages 2 and 4 are answers) that nobody is signed in to.
fn with_answers() -> Running {
    let mut running = Running::new();
    let conversation = |id: &str, body: &str| {
        json!({"source": "shop", "id": id, "messages": [
            {"author": {"role": "customer", "id": "c"}, "sent": "2026-03-02T08:00:00Z", "body": "My parcel never came!"},
            {"author": {"role": "agent", "id": "dana"}, "sent": "2026-03-02T09:00:00Z", "body": body}]})
    };
    running.bring(&json!([
        conversation("1", "We are very busy at the moment, so please be patient with us."),
        conversation("2", "I am sorry that your parcel never came. I will send a new one today."),
    ]));
    running.as_("");
    running
}

/// Signs somebody in: their user's key and cookie.
fn person(running: &Running, name: &str, role: Role) -> (i64, String) {
    let user = User {
        name: name.to_lowercase().parse().unwrap(),
        shown_name: name.to_owned(),
        role,
        password: None,
        agent: None,
        disabled: None,
    };
    let now = Timestamp::now();
    let store = &running.service.store;
    let added = store.write(move |transaction| users::add_user(transaction, &user, now)).wait().unwrap().unwrap();
    let (secret, session) = Session::start(added.key, now).unwrap();
    store.write(move |transaction| users::add_session(transaction, &session)).wait().unwrap();
    let access = &running.service.access;
    let cookie = access.cookie.set(&secret, access.limits);
    (added.key, cookie.split(';').next().unwrap().to_owned())
}

fn visit(running: &Running, cookie: &str, path: &str) -> Answer {
    let request = TestRequest::get().uri(path).insert_header(("accept", "text/html"));
    running.request(request.insert_header(("cookie", cookie)))
}

fn send(running: &Running, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request = TestRequest::post().uri(path).insert_header(("accept", "text/html")).set_form(fields);
    running.request(request.insert_header(("cookie", cookie)).insert_header(("sec-fetch-site", "same-origin")))
}

#[test]
fn agreement_is_told_with_how_much_it_rests_on() {
    let running = with_answers();
    let (_, ines) = person(&running, "Ines", Role::Reviewer);
    let page = words(&visit(&running, &ines, "/calibration").text());
    assert!(page.contains("No message was reviewed yet") && page.contains("No verdicts to compare"), "{page}");
    send(&running, &ines, "/messages/2/review", &[("finding:excuse", "no"), ("criterion:no-excuse", "met")]);
    let page = words(&visit(&running, &ines, "/calibration").text());
    assert!(page.contains("1 message was reviewed") && page.contains("too few to judge (n = 1)"), "{page}");
    let csv = visit(&running, &ines, "/calibration?format=csv").text();
    assert!(csv.starts_with("about,subject,cases,both,") && csv.contains("\nfinding,excuse,1,0,1,0,0,"), "{csv}");
    let cases = visit(&running, &ines, "/calibration/cases?about=finding&subject=excuse").text();
    assert!(cases.contains(r#"href="/conversations/1?list="#) && cases.contains(r#"at=0#m2""#), "{cases}");
    assert!(words(&cases).contains("excuse finding there Ines not there"), "{}", words(&cases));
    assert_eq!(visit(&running, &ines, "/calibration?blind=perhaps").status, 400);
    assert_eq!(visit(&running, "", "/calibration").header("location"), Some("/signin?next=%2Fcalibration"));
}

#[test]
fn a_session_is_hidden_from_one_another_until_all_are_done() {
    let running = with_answers();
    let (first, ines) = person(&running, "Ines", Role::Reviewer);
    let (second, sam) = person(&running, "Sam", Role::Reviewer);
    let (_, lead) = person(&running, "Lee", Role::Admin);
    // Reviews of before are no part of it.
    send(&running, &sam, "/messages/2/review", &[("finding:excuse", "yes")]);
    let (first, second) = (first.to_string(), second.to_string());
    let fields = [
        ("name", "Week 12"),
        ("draw", "0"),
        ("keys", "1, http://127.0.0.1/conversations/2#m4"),
        ("reviewer", &first),
        ("reviewer", &second),
    ];
    let made = send(&running, &lead, "/calibration/sessions", &fields);
    assert_eq!((made.status, made.header("location")), (303, Some("/calibration/sessions/1")));

    let page = visit(&running, &ines, "/conversations/1").text();
    assert!(words(&page).contains("Calibration: Week 12, conversation 1 of 2"), "{}", words(&page));
    assert!(!page.contains("data-notes") && !page.contains("of 100"), "the machine's verdict is hidden");
    assert!(page.contains(r#"href="/conversations/2" rel="next""#));
    assert_eq!(send(&running, &ines, "/messages/2/agree", &[]).status, 409);
    assert!(visit(&running, &lead, "/conversations/1").text().contains("data-notes"), "who does not judge sees all");

    let busy = [("blind", "1"), ("finding:excuse", "yes"), ("comment", "Busy is no reason.")];
    send(&running, &ines, "/messages/2/review", &busy);
    assert!(visit(&running, &ines, "/conversations/1").text().contains("data-notes"), "Ines has judged it");
    let reviews = visit(&running, &sam, "/v1/reviews?message=2").json();
    assert_eq!(reviews["items"].as_array().unwrap().len(), 1, "Sam is told only what Sam said: {reviews}");
    assert!(!visit(&running, &sam, "/conversations/1").text().contains("Busy is no reason."));
    send(&running, &ines, "/messages/4/review", &[("blind", "1"), ("finding:excuse", "no")]);
    let open = words(&visit(&running, &sam, "/calibration/sessions/1").text());
    assert!(open.contains("2 of 2 Ines done") && open.contains("0 of 2 Sam"), "{open}");
    assert!(!open.contains("Where not all say the same"), "{open}");
    assert_eq!(visit(&running, &sam, "/calibration/sessions/1?format=csv").status, 409);
    assert!(!visit(&running, &sam, "/calibration?format=csv").text().contains("finding,excuse"), "nor in the figures");

    send(&running, &sam, "/messages/2/review", &[("blind", "1"), ("finding:excuse", "no")]);
    send(&running, &sam, "/messages/4/review", &[("blind", "1"), ("finding:excuse", "no")]);
    let closed = words(&visit(&running, &sam, "/calibration/sessions/1").text());
    assert!(
        closed.contains("closed") && closed.contains("On 1 thing all say the same, the machine too; on 1 not."),
        "{closed}"
    );
    assert!(closed.contains("excuse finding, people differ there not there there message 2"), "{closed}");
    let csv = visit(&running, &sam, "/calibration/sessions/1?format=csv").text();
    assert!(csv.contains("\n1,2,finding,excuse,yes,Ines,yes\n1,2,finding,excuse,yes,Sam,no\n"), "{csv}");
    assert!(visit(&running, &sam, "/conversations/1").text().contains("Busy is no reason."));
    assert!(visit(&running, &sam, "/calibration?format=csv").text().contains("\nfinding,excuse,1,0,0,0,1,1,"));
}

#[test]
fn a_session_is_drawn_by_chance_and_closed_by_hand() {
    let running = with_answers();
    let (first, ines) = person(&running, "Ines", Role::Reviewer);
    let (second, _) = person(&running, "Sam", Role::Reviewer);
    let (first, second) = (first.to_string(), second.to_string());
    let session = |draw: &str, reviewers: &[&str]| {
        let mut fields = vec![("name", "Drawn"), ("draw", draw), ("keys", "")];
        fields.extend(reviewers.iter().map(|reviewer| ("reviewer", *reviewer)));
        send(&running, &ines, "/calibration/sessions", &fields)
    };
    let alone = session("5", &[&first]);
    assert_eq!(alone.status, 422);
    assert!(words(&alone.text()).contains("Choose two reviewers or more"), "{}", words(&alone.text()));
    assert!(alone.text().contains(r#"value="Drawn""#), "what was filled in stays");
    assert_eq!(session("0", &[&first, &second]).status, 422);
    assert_eq!(session("1000", &[&first, &second]).status, 422);
    assert_eq!(session("5", &[&first, &second]).status, 303);
    let page = words(&visit(&running, &ines, "/calibration/sessions/1").text());
    assert!(page.contains("2 conversations with 2 answers to judge"), "no more than there are: {page}");
    assert_eq!(send(&running, &ines, "/calibration/sessions/1/close", &[]).status, 303);
    assert!(words(&visit(&running, &ines, "/calibration/sessions/1").text()).contains("Nobody gave a verdict."));
    assert_eq!(visit(&running, &ines, "/calibration/sessions/9").status, 404);
    assert!(words(&visit(&running, &ines, "/calibration").text()).contains("Drawn closed"));
}
