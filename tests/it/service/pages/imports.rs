//! An export that a browser without scripts sends.

use super::super::{Answer, Running};
use super::words;
use actix_web::test::TestRequest;

const EXPORT: &str = r#"{"id": "I-1", "source": "shop", "messages": [{"author": {"role": "agent", "id": "nadia"}, "body": "We were very busy, sorry."}]}"#;

/// Sends the form with these fields, each with the name of its file where it is one.
fn send(running: &Running, fields: &[(&str, Option<&str>, &str)]) -> Answer {
    let part = |(name, file, value): &(&str, Option<&str>, &str)| {
        let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
        format!("--lamp\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n")
    };
    let body = fields.iter().map(part).collect::<String>() + "--lamp--\r\n";
    let request = TestRequest::post().uri("/imports").insert_header(("accept", "text/html")).set_payload(body);
    let request = request.insert_header(("content-type", "multipart/form-data; boundary=lamp"));
    running.request(request.insert_header(("sec-fetch-site", "same-origin")))
}

#[test]
fn the_form_brings_an_export_with_what_is_said_of_it() {
    let running = Running::new();
    let sent =
        send(&running, &[("format", None, "neutral"), ("file", Some("autumn.jsonl"), EXPORT), ("map", None, "")]);
    assert_eq!((sent.status, sent.header("location")), (303, Some("/imports/1")), "{}", sent.text());
    let job = running.get("/v1/imports/1").expect(200);
    assert_eq!((&job["reading"]["name"], &job["reading"]["format"]), (&"autumn.jsonl".into(), &"neutral".into()));
    let page = running.page("/imports/1").text();
    assert!(words(&page).contains("autumn.jsonl Waits"), "{page}");
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\""), "it loads itself again until it is over");
}

#[test]
fn what_is_wrong_is_told_beside_the_form_and_nothing_is_kept() {
    let running = Running::new();
    for (fields, told) in [
        (vec![("file", Some("autumn.jsonl"), EXPORT), ("format", None, "papyrus")], "there is no format `papyrus`"),
        (vec![("file", Some(""), "")], "choose a file that is not empty"),
        (vec![("dates", None, "day-first")], "choose a file that is not empty"),
    ] {
        let sent = send(&running, &fields);
        assert_eq!(sent.status, 422);
        assert!(words(&sent.text()).contains(told), "{told}: {}", sent.text());
    }
    let long = "x".repeat(70_000);
    assert!(words(&send(&running, &[("map", None, &long)]).text()).contains("`map` is too long"));
    let cut = TestRequest::post().uri("/imports").insert_header(("accept", "text/html")).set_payload("--lamp\r\nCont");
    let cut = running.request(cut.insert_header(("content-type", "multipart/form-data; boundary=lamp")));
    assert_eq!(cut.status, 422, "{}", cut.text());
    assert_eq!(running.get("/v1/imports").expect(200)["items"], serde_json::json!([]));
}
