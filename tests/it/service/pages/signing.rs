//! Setting up, signing in and out, as forms.

use super::super::Running;
use super::words;
use actix_web::test::TestRequest;
use amends::access::Setup;
use amends::store::access;
use jiff::Timestamp;

const PASSWORD: &str = "violet harbour lantern";

/// A service that waits for its administrator, asked by a browser, with the secret that it printed.
fn waiting() -> (Running, String) {
    let mut running = Running::new();
    let (secret, setup) = Setup::start(Timestamp::now()).unwrap();
    running.service.store.write(move |transaction| access::replace_setup(transaction, &setup)).wait().unwrap();
    running.as_("");
    (running, secret.reveal().to_owned())
}

fn set_up(running: &Running, secret: &str, again: &str) -> super::Answer {
    let fields = [
        ("secret", secret),
        ("name", "Ines@Shop.example"),
        ("shown_name", "Ines <b>"),
        ("password", PASSWORD),
        ("again", again),
    ];
    running.form("/setup", &fields)
}

#[test]
fn a_form_that_comes_too_late_is_gone_on_with_at_its_page() {
    let (running, secret) = waiting();
    set_up(&running, &secret, PASSWORD);
    let late = |referer: &str| {
        let request = TestRequest::post().uri("/messages/2/review").insert_header(("accept", "text/html"));
        let request = request.insert_header(("sec-fetch-site", "same-origin")).insert_header(("referer", referer));
        running.request(request).header("location").unwrap().to_owned()
    };
    assert_eq!(
        late("http://localhost:8080/conversations/1?list=/&of=2&at=0"),
        "/signin?next=%2Fconversations%2F1%3Flist%3D%2F%26of%3D2%26at%3D0"
    );
    for elsewhere in ["http://elsewhere.example/settings", "http://localhost:8080//elsewhere.example", "nonsense", ""] {
        assert_eq!(late(elsewhere), "/signin", "{elsewhere}");
    }
}

#[test]
fn who_has_not_signed_in_is_led_there_and_back() {
    let (running, secret) = waiting();
    let first = running.page("/?reason=low-score");
    assert_eq!((first.status, first.header("location")), (303, Some("/signin?next=%2F%3Freason%3Dlow-score")));
    assert_eq!(running.page("/signin").header("location"), Some("/setup"));

    let wrong = set_up(&running, &secret, "another password");
    assert_eq!(wrong.status, 422);
    assert!(words(&wrong.text()).contains("The two passwords are not the same."), "{}", wrong.text());
    assert!(!wrong.text().contains(PASSWORD), "a password is not said again");
    assert_eq!(set_up(&running, "amends_setup_nonsense", PASSWORD).status, 422);
    // People paste the whole address.
    let done = set_up(&running, &format!("http://localhost/setup#{secret}"), PASSWORD);
    assert_eq!((done.status, done.header("location")), (303, Some("/")), "{}", done.text());
    let cookie = done.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();

    let queue = running.request(TestRequest::get().uri("/").insert_header(("cookie", cookie.clone())));
    assert_eq!(queue.status, 200, "{}", queue.text());
    assert!(queue.text().contains("Ines &#60;b&#62;"), "{}", queue.text());
    assert_eq!(running.page("/setup").header("location"), Some("/signin"));

    let out = TestRequest::post().uri("/signout").insert_header(("cookie", cookie.clone()));
    let out =
        running.request(out.insert_header(("sec-fetch-site", "same-origin")).insert_header(("accept", "text/html")));
    assert_eq!((out.status, out.header("location")), (303, Some("/signin?out=1")));
    let gone = running
        .request(TestRequest::get().uri("/").insert_header(("cookie", cookie)).insert_header(("accept", "text/html")));
    assert_eq!(gone.header("location"), Some("/signin"));

    let next =
        |next: &str| running.form("/signin", &[("name", "ines@shop.example"), ("password", PASSWORD), ("next", next)]);
    assert_eq!(next("/search?q=refund").header("location"), Some("/search?q=refund"));
    for elsewhere in
        ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/\t/elsewhere.example"]
    {
        assert_eq!(next(elsewhere).header("location"), Some("/"), "{elsewhere}");
    }
    let wrong = running.form("/signin", &[("name", "ines@shop.example"), ("password", "guess"), ("next", "/search")]);
    assert_eq!(wrong.status, 422);
    assert!(words(&wrong.text()).contains("Name or password is wrong."), "{}", wrong.text());
    assert!(wrong.header("www-authenticate").is_none() && wrong.text().contains("value=\"/search\""));
}

#[test]
fn forms_of_other_sites_are_refused() {
    let (running, secret) = waiting();
    let fields =
        [("secret", secret.as_str()), ("name", "x"), ("shown_name", ""), ("password", PASSWORD), ("again", PASSWORD)];
    for site in ["cross-site", "same-site"] {
        let form = TestRequest::post().uri("/setup").insert_header(("sec-fetch-site", site)).set_form(fields);
        let answer = running.request(form.insert_header(("accept", "text/html")));
        assert_eq!(answer.status, 403, "{site}");
        assert!(words(&answer.text()).contains("You may not do this"));
    }
}
