//! What all pages share: assets, errors, who is let in.

use super::super::Running;
use super::words;
use actix_web::test::TestRequest;

#[test]
fn assets_are_kept_for_good_under_the_digest_of_their_content() {
    let running = Running::new();
    let page = running.page("/nothing").text();
    let mut seen = 0;
    for part in page.split('"').filter(|part| part.starts_with("/assets/")) {
        let answer = running.get(part);
        assert_eq!(answer.status, 200, "{part}");
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"), "{part}");
        let old = running.get(part.split_once('?').unwrap().0);
        assert_eq!(old.header("cache-control"), Some("no-cache"));
        seen += 1;
    }
    assert!(seen >= 3, "style sheet, script and icon: {page}");
    assert_eq!(running.get("/assets/none.css").status, 404);
}

#[test]
fn a_browser_is_told_of_problems_by_a_page_and_a_program_by_json() {
    let running = Running::new();
    let page = running.page("/nothing");
    assert_eq!((page.status, page.header("content-type")), (404, Some("text/html; charset=utf-8")));
    assert!(words(&page.text()).contains("There is nothing here there is nothing at /nothing"), "{}", page.text());
    assert!(page.header("content-security-policy").unwrap().contains("script-src 'self'"));
    assert_eq!(page.header("referrer-policy"), Some("same-origin"));
    for (path, accept) in [("/nothing", "*/*"), ("/v1/nothing", "text/html")] {
        let answer = running.request(TestRequest::get().uri(path).insert_header(("accept", accept)));
        assert_eq!((answer.status, answer.header("content-type")), (404, Some("application/problem+json")), "{path}");
    }
}
