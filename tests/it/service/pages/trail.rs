//! The way through a list of messages.

use super::super::Running;
use super::words;
use serde_json::json;

fn running() -> Running {
    let running = Running::new();
    let conversation = |id: &str| {
        json!({"id": id, "source": "shop", "messages": [
            {"author": {"role": "customer"}, "sent": "2026-11-03T08:00:00Z", "body": "My parcel never arrived."},
            {"author": {"role": "agent", "id": "dana"}, "sent": "2026-11-03T09:00:00Z", "body": "Sorry, we were very busy."}]})
    };
    running.bring(&json!([conversation("a"), conversation("b"), conversation("c")]));
    running
}

/// The links of a page that lead to conversations, as the browser reads them.
fn links(html: &str) -> Vec<String> {
    let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.starts_with("/conversations/")).map(|link| link.replace("&#38;", "&")).collect()
}

#[test]
fn from_a_message_of_a_list_one_goes_on_to_the_next() {
    let running = running();
    let found = links(&running.page("/search?q=busy&sort=oldest_first").text());
    assert_eq!(found.len(), 3, "{found:?}");
    let first = running.page(&found[0]).text();
    assert!(words(&first).contains("Back to the list (1 of 3)") && !first.contains("rel=\"prev\""), "{first}");
    assert!(first.contains("href=\"/search?q=busy&#38;sort=oldest_first\""), "{first}");
    assert!(links(&first).contains(&found[1]), "{:?}", links(&first));
    let second = links(&running.page(&found[1]).text());
    assert!(second.contains(&found[0]) && second.contains(&found[2]), "{second:?}");
    assert!(!running.page(&found[2]).text().contains("rel=\"next\""));

    // After a verdict one is still on the way.
    let here = found[1].split('#').next().unwrap();
    assert!(running.page(here).text().replace("&#38;", "&").contains(&format!("name=\"then\" value=\"{here}#m")));
    for list in ["/?reason=low-score", "/promises?state=open"] {
        let page = running.page(list).text();
        assert!(links(&page).iter().all(|link| link.contains("?list=")), "{list}: {:?}", links(&page));
    }
}

#[test]
fn a_way_that_was_not_laid_here_leads_nowhere() {
    let running = running();
    for (trail, shown) in [
        ("list=/search&of=2.4.6&at=1", true),
        ("list=//elsewhere.example&of=2.4.6&at=1", true),
        ("list=/search&of=2.4.6&at=3", false),
        ("list=/search&of=2.x.6&at=1", false),
        ("list=/search&of=&at=0", false),
        ("of=2.4&at=0", false),
    ] {
        let page = running.page(&format!("/conversations/2?{trail}"));
        let html = page.text();
        assert_eq!((page.status, html.contains("class=\"trail\"")), (200, shown), "{trail}");
        assert!(!html.contains("href=\"//elsewhere"), "{trail}");
    }
    // What was erased meanwhile is passed over.
    running.send("DELETE", "/v1/conversations/2", &json!({})).expect(200);
    let html = running.page("/conversations/1?list=/search&of=2.4.6&at=0").text();
    assert!(
        links(&html).iter().any(|link| link.starts_with("/conversations/3?") && link.ends_with("at=2#m6")),
        "{html}"
    );
}
