//! Requests that another site makes a signed-in browser send.

use amends::access::{Forgery, ForgeryCheck, UnsafeRequest};
use proptest::prelude::*;

const HOST: Option<&str> = Some("amends.example:8080");

/// How a POST with these headers is judged by a service without a public address, over plain HTTP.
fn post(site: Option<&str>, origin: Option<&str>) -> Result<(), Forgery> {
    ForgeryCheck::default().check("POST", UnsafeRequest { sec_fetch_site: site, origin, host: HOST })
}

#[test]
fn what_the_browser_says_about_the_site_decides() {
    assert_eq!(post(Some("same-origin"), None), Ok(()));
    assert_eq!(post(Some("none"), None), Ok(()));
    for site in ["same-site", "cross-site", "", "Same-Origin", "anything"] {
        assert_eq!(post(Some(site), None), Err(Forgery::Site), "{site}");
        assert_eq!(post(Some(site), Some("http://amends.example:8080")), Err(Forgery::Site), "{site}");
    }
}

#[test]
fn else_the_origin_decides() {
    assert_eq!(post(None, Some("http://amends.example:8080")), Ok(()));
    assert_eq!(post(None, Some("http://AMENDS.example:8080")), Ok(()));
    assert_eq!(post(None, Some("https://amends.example:8080")), Ok(()), "a proxy may speak TLS");
    for origin in [
        "http://amends.example",
        "http://amends.example:8081",
        "http://evil.example",
        "http://amends.example:8080.evil.example",
        "http://evil.amends.example:8080",
        "ftp://amends.example:8080",
        "amends.example:8080",
        "null",
        "",
    ] {
        assert_eq!(post(None, Some(origin)), Err(Forgery::Origin), "{origin}");
    }
    let no_host = UnsafeRequest { origin: Some("http://"), ..UnsafeRequest::default() };
    assert_eq!(ForgeryCheck::default().check("POST", no_host), Err(Forgery::Origin));
}

#[test]
fn a_request_that_says_neither_is_no_browsers() {
    assert_eq!(post(None, None), Err(Forgery::Unknown));
}

#[test]
fn methods_that_change_nothing_pass_and_all_others_are_checked() {
    let forged = UnsafeRequest { sec_fetch_site: Some("cross-site"), ..UnsafeRequest::default() };
    for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
        assert_eq!(ForgeryCheck::default().check(method, forged), Ok(()), "{method}");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "get", "PURGE", ""] {
        assert_eq!(ForgeryCheck::default().check(method, forged), Err(Forgery::Site), "{method}");
    }
}

#[test]
fn behind_a_proxy_the_public_address_counts() {
    let check = |url: &str, origin: &str| {
        let request = UnsafeRequest { sec_fetch_site: None, origin: Some(origin), host: Some("127.0.0.1:8080") };
        ForgeryCheck::new(Some(url), url.starts_with("https")).check("POST", request)
    };
    assert_eq!(check("https://quality.example", "https://quality.example"), Ok(()));
    assert_eq!(check("https://Quality.example:443/amends/", "https://quality.example"), Ok(()));
    assert_eq!(check("https://quality.example:8443/", "https://quality.example:8443"), Ok(()));
    assert_eq!(check("http://quality.example:80", "http://quality.example"), Ok(()));
    assert_eq!(check("https://quality.example", "http://quality.example"), Err(Forgery::Origin));
    assert_eq!(check("https://quality.example", "https://evil.example"), Err(Forgery::Origin));
    assert_eq!(check("https://quality.example", "https://127.0.0.1:8080"), Ok(()), "asked directly");
    assert_eq!(
        check("https://quality.example", "http://127.0.0.1:8080"),
        Err(Forgery::Origin),
        "HTTP page, HTTPS service"
    );
}

proptest! {
    #[test]
    fn another_sites_page_never_gets_through(
        site in prop::option::of("same-site|cross-site|[ -~]{0,12}"),
        origin in prop::option::of("(https?://)?[a-z.:0-9]{0,20}|null"),
    ) {
        prop_assume!(!matches!(site.as_deref(), Some("same-origin" | "none")));
        prop_assume!(!origin.as_deref().is_some_and(|origin| origin.ends_with("//amends.example:8080")));
        prop_assert!(post(site.as_deref(), origin.as_deref()).is_err());
    }
}
