//! Who signs in, who may, and how often.

use super::{Answer, Running};
use actix_web::test::TestRequest;
use amends::access::{Role, Setup};
use amends::store::access;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

const PASSWORD: &str = "violet harbour lantern";
const OTHER: &str = "copper meadow telescope";

/// A request as this service's own pages make a browser send it.
fn own(method: &str, path: &str) -> TestRequest {
    let request = TestRequest::default().method(method.parse().unwrap()).uri(path);
    request.insert_header(("sec-fetch-site", "same-origin"))
}

/// A service that waits for its administrator, asked by a browser, with the secret that it printed.
fn waiting() -> (Running, String) {
    let mut running = Running::new();
    let (secret, setup) = Setup::start(Timestamp::now()).unwrap();
    running.service.store.write(move |transaction| access::replace_setup(transaction, &setup)).wait().unwrap();
    running.as_("");
    (running, secret.reveal().to_owned())
}

fn set_up(running: &Running, secret: &str) -> Answer {
    let body = json!({"secret": secret, "name": "Dana@Shop.example", "shown_name": "Dana Reyes", "password": PASSWORD});
    running.request(own("POST", "/v1/setup").set_json(body))
}

/// A service that is set up, and its administrator's cookie.
fn with_admin() -> (Running, String) {
    let (running, secret) = waiting();
    let answer = set_up(&running, &secret);
    answer.expect(201);
    let cookie = cookie(&answer);
    (running, cookie)
}

/// The cookie that a browser keeps of an answer.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

fn sign_in(running: &Running, name: &str, password: &str) -> Answer {
    running.request(own("POST", "/v1/sessions").set_json(json!({"name": name, "password": password})))
}

/// A request of a signed-in browser.
fn with(cookie: &str, method: &str, path: &str) -> TestRequest {
    own(method, path).insert_header(("cookie", cookie))
}

fn add_user(running: &Running, admin: &str, user: &Value) -> Value {
    running.request(with(admin, "POST", "/v1/users").set_json(user)).expect(201)
}

/// Actor, action and subject of the log's lines, the earliest first.
fn audit_log(running: &Running, admin: &str) -> Vec<String> {
    let page = running.request(with(admin, "GET", "/v1/audit-log?limit=200")).expect(200);
    let told = |line: &Value, field: &str| line[field].as_str().unwrap_or("-").to_owned();
    let line = |line: &Value| [told(line, "actor"), told(line, "action"), told(line, "subject")].join(" ");
    page["items"].as_array().unwrap().iter().rev().map(line).collect()
}

#[test]
fn the_first_administrator_is_set_up_once() {
    let (running, secret) = waiting();
    let wrong = format!("{}A", &secret[..secret.len() - 1]);
    assert_eq!(set_up(&running, &wrong).status, 401);
    let (another, _) = Setup::start(Timestamp::now()).unwrap();
    assert_eq!(set_up(&running, another.reveal()).status, 401, "a right shape, and not the one");

    let weak = json!({"secret": secret, "name": "dana", "password": "password1234"});
    let refused = running.request(own("POST", "/v1/setup").set_json(weak)).expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/password");

    let answer = set_up(&running, &secret);
    assert_eq!(
        answer.expect(201),
        json!({
            "credential": "user:1", "name": "Dana Reyes", "role": "admin", "agent": null,
            "scopes": ["score", "ingest", "read", "review", "export", "erase", "manage"]
        })
    );
    let header = answer.header("set-cookie").unwrap();
    assert!(header.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"), "{header}");
    let cookie = cookie(&answer);
    assert_eq!(running.request(with(&cookie, "GET", "/v1/me")).expect(200), answer.json());

    assert_eq!(set_up(&running, &secret).status, 409);
    assert!(!running.service.store.read(access::needs_setup).unwrap());
    assert_eq!(audit_log(&running, &cookie), ["user:1 setup user:1"]);
}

#[test]
fn a_setup_that_waited_for_a_day_opens_nothing() {
    let mut running = Running::new();
    let (secret, setup) = Setup::start(Timestamp::now() - jiff::SignedDuration::from_hours(24)).unwrap();
    running.service.store.write(move |transaction| access::replace_setup(transaction, &setup)).wait().unwrap();
    running.as_("");
    assert_eq!(set_up(&running, secret.reveal()).status, 401);
}

#[test]
fn people_sign_in_and_out() {
    let (running, first) = with_admin();
    assert_eq!(running.request(own("GET", "/v1/me")).status, 401);
    for (name, password) in [("dana@shop.example", OTHER), ("sam", PASSWORD), ("", PASSWORD), ("a b", PASSWORD)] {
        let refused = sign_in(&running, name, password).expect(401);
        assert_eq!(refused["detail"], "name or password is wrong", "it does not say which");
    }
    let second = cookie(&{
        let answer = sign_in(&running, "DANA@shop.example ", PASSWORD);
        answer.expect(201);
        answer
    });
    assert_ne!(first, second);
    for cookie in [&first, &second] {
        assert_eq!(running.request(with(cookie, "GET", "/v1/me")).status, 200, "two browsers");
    }

    let out = running.request(with(&second, "DELETE", "/v1/sessions/current"));
    assert_eq!((out.status, out.header("set-cookie").unwrap().starts_with("amends=; ")), (204, true));
    assert_eq!(running.request(with(&second, "GET", "/v1/me")).status, 401);
    assert_eq!(running.request(with(&first, "GET", "/v1/me")).status, 200);

    let again = running.request(with(&first, "POST", "/v1/sessions").set_json(json!({
        "name": "dana@shop.example", "password": PASSWORD
    })));
    again.expect(201);
    assert_eq!(running.request(with(&first, "GET", "/v1/me")).status, 401, "a session ends where another begins");
    let lines = audit_log(&running, &cookie(&again));
    let failed = lines.iter().filter(|line| line.contains("sign_in_failed")).collect::<Vec<_>>();
    assert_eq!(failed, ["- sign_in_failed user:1", "- sign_in_failed -", "- sign_in_failed -", "- sign_in_failed -"]);
    assert_eq!(lines.last().unwrap(), "user:1 sign_in user:1");
    assert!(lines.contains(&"user:1 sign_out user:1".to_owned()), "{lines:?}");
}

#[test]
fn a_session_ends_by_itself() {
    let (running, cookie) = with_admin();
    let secret =
        amends::access::Secret::parse(amends::access::SecretKind::Session, &cookie["amends=".len()..]).unwrap();
    let hours_ago = |hours: i64| Timestamp::now() - jiff::SignedDuration::from_hours(hours);
    let (running, digest) = (running, secret.digest());
    let seen = |time| {
        let see = move |transaction: &rusqlite::Transaction<'_>| {
            amends::store::users::see_session(transaction, &digest, time)
        };
        running.service.store.write(see).wait().unwrap();
    };
    // Known in memory: what the store says counts at the next start.
    assert_eq!(running.request(with(&cookie, "GET", "/v1/me")).status, 200);
    seen(hours_ago(1));
    assert_eq!(running.service.tidy_access().unwrap(), 0);
    seen(hours_ago(2));
    assert_eq!(running.service.tidy_access().unwrap(), 1, "two hours idle");
}

#[test]
fn another_site_cannot_make_a_browser_ask() {
    let (running, cookie) = with_admin();
    let attempts: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example"), ("host", "localhost:8460")],
        &[("origin", "null"), ("host", "localhost:8460")],
        &[],
    ];
    for headers in attempts {
        let paths = [("POST", "/v1/users"), ("DELETE", "/v1/sessions/current"), ("POST", "/v1/sessions")];
        for (method, path) in paths.into_iter().chain([("POST", "/v1/setup"), ("PUT", "/v1/me/password")]) {
            let mut request = TestRequest::default().method(method.parse().unwrap()).uri(path);
            request = request.insert_header(("cookie", cookie.as_str())).set_json(json!({}));
            for header in headers {
                request = request.insert_header(*header);
            }
            assert_eq!(running.request(request).status, 403, "{method} {path} {headers:?}");
        }
    }
    let request = with(&cookie, "GET", "/v1/me").insert_header(("sec-fetch-site", "cross-site"));
    assert_eq!(running.request(request).status, 200, "reading changes nothing");
    let request = TestRequest::delete().uri("/v1/sessions/current").insert_header(("cookie", cookie.as_str()));
    let request = request.insert_header(("origin", "http://localhost:8460")).insert_header(("host", "localhost:8460"));
    assert_eq!(running.request(request).status, 204, "an older browser, over plain HTTP");
}

#[test]
fn who_guesses_waits() {
    let mut running = Running::with(&[("--logins", "limits.logins_per_minute", "4")]);
    running.as_("");
    let peer = |address: &str| {
        let body = json!({"name": "dana", "password": PASSWORD});
        own("POST", "/v1/sessions").set_json(body).peer_addr(format!("{address}:4000").parse().unwrap())
    };
    for _ in 0..4 {
        assert_eq!(running.request(peer("192.0.2.1")).status, 401);
    }
    let refused = running.request(peer("192.0.2.1"));
    refused.expect(429);
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(running.request(peer("192.0.2.2")).status, 401, "elsewhere");
}

#[test]
fn a_token_is_shown_once_and_opens_nothing_once_it_is_revoked() {
    let (mut running, admin) = with_admin();
    let wanted = json!({"name": "help desk sync", "role": "integration", "scopes": ["ingest", "read"]});
    let made = running.request(with(&admin, "POST", "/v1/tokens").set_json(wanted)).expect(201);
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with(made["token"]["start"].as_str().unwrap()));
    let key = made["token"]["key"].as_str().unwrap();

    running.as_(&secret);
    let me = running.get("/v1/me").expect(200);
    assert_eq!(
        me,
        json!({
            "credential": format!("token:{key}"), "name": "help desk sync", "role": "integration",
            "scopes": ["ingest", "read"], "agent": null
        })
    );
    assert_eq!(running.get("/v1/users").status, 403, "the scope `manage` is missing");
    assert_eq!(running.send("POST", "/v1/score", &json!({"draft": "Hello."})).status, 403, "not among its scopes");
    let lower = TestRequest::get().uri("/v1/me").insert_header(("authorization", format!("bearer {secret}")));
    assert_eq!(running.request(lower).status, 200, "the scheme's case does not matter");

    running.as_("");
    let list = running.request(with(&admin, "GET", "/v1/tokens"));
    assert!(!list.text().contains(&secret) && !list.text().contains(&secret[12..]), "{}", list.text());
    // When it was used is written after the answer.
    let mut tries = 0..200;
    while !running.request(with(&admin, "GET", "/v1/tokens")).json()["items"][0]["used"].is_string() {
        assert!(tries.next().is_some(), "never noted");
        std::thread::sleep(Duration::from_millis(50));
    }
    let revoke = format!("/v1/tokens/{key}");
    assert_eq!(running.request(with(&admin, "DELETE", &revoke)).status, 204);
    assert_eq!(running.request(with(&admin, "DELETE", &revoke)).status, 404);
    running.as_(&secret);
    assert_eq!(running.get("/v1/me").status, 401, "at once, though it was remembered");
    running.as_("");
    assert!(running.request(with(&admin, "GET", "/v1/tokens")).json()["items"][0]["revoked"].is_string());
    let log = running.request(with(&admin, "GET", "/v1/audit-log?action=token_created")).expect(200);
    assert_eq!(log["items"][0]["detail"], "integration: ingest read");
    assert_eq!(log["items"].as_array().unwrap().len(), 1);
}

#[test]
fn nobody_grants_more_than_they_have() {
    let mut running = Running::new();
    let few = json!({"name": "tokens only", "role": "admin", "scopes": ["manage", "read"]});
    let few = running.send("POST", "/v1/tokens", &few).expect(201);
    running.as_(few["secret"].as_str().unwrap());
    let refused = [
        ("/v1/tokens", json!({"name": "x", "role": "admin"}), 403),
        ("/v1/users", json!({"name": "sam", "role": "admin", "password": PASSWORD}), 403),
        ("/v1/tokens", json!({"name": "x", "role": "agent", "scopes": ["read"]}), 422),
        ("/v1/tokens", json!({"name": "", "role": "admin", "scopes": ["read"]}), 422),
        ("/v1/tokens", json!({"name": "x", "role": "admin", "scopes": []}), 422),
        ("/v1/tokens", json!({"name": "x", "role": "agent", "scopes": ["erase"]}), 422),
        (
            "/v1/tokens",
            json!({"name": "x", "role": "admin", "scopes": ["read"], "expires": "2020-01-01T00:00:00Z"}),
            422,
        ),
        ("/v1/tokens", json!({"name": "x", "role": "boss"}), 422),
        ("/v1/users", json!({"name": "sam", "role": "integration", "password": PASSWORD}), 422),
    ];
    for (path, body, status) in refused {
        let answer = running.send("POST", path, &body);
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text());
    }
    let reader = json!({"name": "reader", "role": "integration", "scopes": ["read"]});
    running.send("POST", "/v1/tokens", &reader).expect(201);
}

#[test]
fn a_change_of_a_user_holds_from_the_next_request_on() {
    let (running, admin) = with_admin();
    let sam = json!({"name": "Sam", "role": "reviewer", "password": OTHER});
    let sam = add_user(&running, &admin, &sam);
    assert_eq!((&sam["name"], &sam["shown_name"], &sam["disabled"]), (&json!("sam"), &json!("sam"), &json!(false)));
    assert!(!sam.to_string().contains("argon2") && !sam.to_string().contains(OTHER));
    let path = format!("/v1/users/{}", sam["key"].as_str().unwrap());
    let change = |body: Value| running.request(with(&admin, "PATCH", &path).set_json(body));
    let signed_in = || cookie(&sign_in(&running, "sam", OTHER));

    let browser = signed_in();
    assert_eq!(running.request(with(&browser, "GET", "/v1/rules")).status, 200);
    change(json!({"shown_name": "Sam Okafor"})).expect(200);
    assert_eq!(running.request(with(&browser, "GET", "/v1/me")).expect(200)["name"], "Sam Okafor");
    let agent = json!({"source": "shop", "id": "sam"});
    change(json!({"role": "agent", "agent": agent})).expect(200);
    assert_eq!(running.request(with(&browser, "GET", "/v1/me")).status, 401, "another role, another session");
    let browser = signed_in();
    assert_eq!(running.request(with(&browser, "GET", "/v1/me")).expect(200)["agent"], agent);
    assert_eq!(change(json!({"agent": null})).expect(200)["agent"], Value::Null);
    change(json!({"disabled": true})).expect(200);
    assert_eq!(running.request(with(&browser, "GET", "/v1/me")).status, 401);
    assert_eq!(sign_in(&running, "sam", OTHER).status, 401);
    change(json!({"disabled": false, "password": PASSWORD})).expect(200);
    assert_eq!(sign_in(&running, "sam", PASSWORD).status, 201);

    let taken = json!({"name": "SAM", "role": "reviewer", "password": OTHER});
    assert_eq!(running.request(with(&admin, "POST", "/v1/users").set_json(taken)).status, 409);
    for body in [json!({"disabled": true}), json!({"role": "reviewer"})] {
        let last = running.request(with(&admin, "PATCH", "/v1/users/1").set_json(body));
        assert_eq!(last.status, 409, "somebody must be left who can manage the service");
    }
    assert_eq!(running.request(with(&admin, "DELETE", "/v1/users/1")).status, 409);
    assert_eq!(running.request(with(&admin, "DELETE", &path)).status, 204);
    assert_eq!(running.request(with(&admin, "DELETE", &path)).status, 404);
    assert_eq!(running.request(with(&admin, "GET", "/v1/users")).json()["items"].as_array().unwrap().len(), 1);
    let next = add_user(&running, &admin, &json!({"name": "kim", "role": "reviewer", "password": OTHER}));
    assert_ne!(next["key"], sam["key"], "the log must not take one for the other");
}

#[test]
fn one_changes_ones_own_password() {
    let (running, admin) = with_admin();
    let change = |current: &str, new: &str| {
        let body = json!({"current": current, "new": new});
        running.request(with(&admin, "PUT", "/v1/me/password").set_json(body))
    };
    assert_eq!(change(OTHER, OTHER).status, 401);
    assert_eq!(change(PASSWORD, "dana reyes dana").expect(422)["errors"][0]["pointer"], "/new");
    let changed = change(PASSWORD, OTHER);
    changed.expect(201);
    assert_eq!(running.request(with(&admin, "GET", "/v1/me")).status, 401, "all sessions ended");
    assert_eq!(running.request(with(&cookie(&changed), "GET", "/v1/me")).status, 200);
    assert_eq!(sign_in(&running, "dana@shop.example", PASSWORD).status, 401);
    assert_eq!(sign_in(&running, "dana@shop.example", OTHER).status, 201);
}

#[test]
fn an_agent_who_signs_in_sees_their_own_alone() {
    let (running, admin) = with_admin();
    let by = |agent: &str, id: &str| {
        json!({"source": "shop", "id": id, "messages": [
            {"id": "1", "sent": "2026-10-01T09:00:00Z", "author": {"role": "customer"}, "body": "My parcel never came!"},
            {"id": "2", "sent": "2026-10-01T10:00:00Z", "author": {"role": "agent", "id": agent}, "body": "We are sorry."}
        ]})
    };
    running.bring(&json!([by("dana", "1"), by("sam", "2")]));
    let user = json!({"name": "sam", "role": "agent", "password": OTHER, "agent": {"source": "shop", "id": "sam"}});
    add_user(&running, &admin, &user);
    let sam = cookie(&sign_in(&running, "sam", OTHER));
    assert_eq!(running.request(with(&admin, "GET", "/v1/messages")).json()["items"].as_array().unwrap().len(), 2);
    assert_eq!(running.request(with(&sam, "GET", "/v1/messages")).json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(running.request(with(&sam, "GET", "/v1/conversations/1")).status, 404);
    assert_eq!(running.request(with(&sam, "GET", "/v1/conversations/2")).status, 200);
    assert_eq!(running.request(with(&sam, "GET", "/v1/audit-log")).status, 403);
}

#[test]
fn who_asks_too_often_is_told_when_to_come_again() {
    let mut running = Running::with(&[("--requests", "limits.requests_per_minute", "3")]);
    let other = running.token(Role::Reviewer);
    for _ in 0..3 {
        assert_eq!(running.get("/v1/me").status, 200);
    }
    let refused = running.get("/v1/me");
    refused.expect(429);
    assert_eq!(refused.header("retry-after"), Some("20"));
    running.as_(&other);
    assert_eq!(running.get("/v1/me").status, 200, "each has a bucket of their own");
}

#[test]
fn the_audit_log_is_read_in_pages_by_who_and_when() {
    let (running, admin) = with_admin();
    for number in 0..3 {
        add_user(&running, &admin, &json!({"name": format!("kim{number}"), "role": "reviewer", "password": OTHER}));
    }
    let page = |query: &str| running.request(with(&admin, "GET", &format!("/v1/audit-log?{query}")));
    let first = page("actor=user:1&action=user_added&limit=2").expect(200);
    let subjects = |page: &Value| {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["subject"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(subjects(&first), ["user:4", "user:3"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = page(&format!("actor=user:1&action=user_added&limit=2&cursor={cursor}")).expect(200);
    assert_eq!((subjects(&rest), &rest["next_cursor"]), (vec!["user:2".to_owned()], &Value::Null));
    assert_eq!(page("until=2026-01-01T00:00:00Z").expect(200)["items"], json!([]));
    assert_eq!(page("since=2020-01-01T00:00:00Z").expect(200)["items"].as_array().unwrap().len(), 4);
    assert_eq!(page("since=yesterday").expect(400)["errors"][0]["pointer"], "since");
    assert_eq!(page("actors=user:1").status, 400);
}
