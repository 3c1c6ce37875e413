//! What goes wrong around a browser: a slow network, a session that ends in the middle, no scripts.

use crate::chromium::Driver;
use crate::demo::{Demo, NAME, PASSWORD};
use serde_json::json;

#[tokio::test]
async fn on_a_slow_network_pages_can_be_used_and_nothing_is_sent_twice() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.slow_network().await;
    browser.open(&format!("{}/?reason=low-score", demo.url)).await;
    browser.wait("#queue .item").await;
    // Three presses before the first is answered: one verdict, and the list can be walked meanwhile.
    browser.press("jaaa").await;
    browser.press("j").await;
    browser.until("document.querySelectorAll('.item.is-done').length === 1").await;
    assert!(browser.text("#said").await.starts_with("You agreed with the machine."));
    let focused =
        "return [...document.querySelectorAll('#queue > .item')].indexOf(document.activeElement.closest('.item'))";
    assert_eq!(browser.script(focused).await, json!(1));
    let reviews = "return fetch('/v1/reviews').then((answer) => answer.json()).then((page) => page.items.length)";
    assert_eq!(browser.script(reviews).await, json!(1));

    // Whoever sees nothing happen presses again.
    browser.open(&format!("{}/settings/tokens", demo.url)).await;
    browser.script("document.querySelector('main details').open = true").await;
    browser.fill("#name", "the dashboard").await;
    let twice = "const button = document.querySelector('form[action=\"/settings/tokens\"] button'); button.click(); button.click()";
    browser.script(twice).await;
    browser.wait(".secret").await;
    let tokens = "return fetch('/v1/tokens').then((answer) => answer.json()).then((page) => page.items.length)";
    assert_eq!(browser.script(tokens).await, json!(1));
    assert_eq!(browser.grave_complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn a_session_that_ends_in_the_middle_of_a_verdict_loses_nothing() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.open(&format!("{}/search?q=finding%3Aexcuse", demo.url)).await;
    browser.click(".items h3 a").await;
    browser.wait(".review").await;
    let place = browser.script("return location.pathname + location.search").await;
    let say = "const form = document.querySelector(location.hash).querySelector('.review');
         form.querySelector('[name=\"finding:excuse\"][value=no]').closest('label').click(); form.querySelector('textarea').focus()";
    browser.script(say).await;
    browser.press("Not an excuse:\u{E007}the reason is given with \"sorry\". 🙇").await;
    browser.client.delete_all_cookies().await.unwrap();
    browser.press("\u{E009}\u{E007}").await;
    browser.until("location.pathname === '/signin'").await;
    browser.press("\u{E000}").await;
    browser.fill("#name", NAME).await;
    browser.fill("#password", PASSWORD).await;
    browser.press("\u{E007}").await;
    browser.until(&format!("location.pathname + location.search === {place}")).await;
    browser.wait(".unsaved").await;
    let written = "const form = document.querySelector('.unsaved').closest('.review');
         return [form.querySelector('textarea').value, form.querySelector('[name=\"finding:excuse\"]:checked').value]";
    let expected = json!(["Not an excuse:\nthe reason is given with \"sorry\". 🙇", "no"]);
    assert_eq!(browser.script(written).await, expected);
    browser.inspect("conversation-unsaved").await;
    browser.click(".unsaved ~ .row button").await;
    browser.until("document.querySelector('.review .done')").await;
    assert_eq!(browser.script("return document.querySelectorAll('.unsaved').length").await, json!(0), "it is saved");
    let stored = "return fetch('/v1/reviews').then((answer) => answer.json()).then((page) => page.items[0].comment)";
    assert_eq!(browser.script(stored).await, expected[0]);
    // Nobody else finds it in this tab.
    browser.script("document.querySelector('.review textarea').focus()").await;
    browser.press(" And more.").await;
    browser.click(".who button").await;
    browser.wait(".done").await;
    assert_eq!(browser.script("return sessionStorage.length").await, json!(0));
    browser.close().await;
}

#[tokio::test]
async fn without_scripts_a_list_is_gone_through_and_judged() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.without_scripts().await;
    browser.open(&format!("{}/search?q=finding%3Aexcuse", demo.url)).await;
    browser.click(".items h3 a").await;
    let first = browser.client.current_url().await.unwrap();
    assert!(browser.text(".trail").await.contains("(1 of "));
    assert_eq!(browser.script("return document.querySelectorAll('.trail [rel=prev]').length").await, json!(0));
    browser.click(".trail [rel=next]").await;
    assert!(browser.text(".trail").await.contains("(2 of "));
    browser.click(".trail [rel=prev]").await;
    assert_eq!(browser.client.current_url().await.unwrap(), first);

    // A mark leads to what is said of it.
    browser.click("mark.breaks a").await;
    assert!(browser.text(":target").await.contains("Better:"));
    browser.open(first.as_str()).await;
    let message = first.fragment().unwrap();
    browser.fill(&format!("#{message} textarea"), "Judged without scripts.").await;
    browser.click(&format!("#{message} .review button")).await;
    assert!(browser.text(".review .done").await.starts_with("Your verdict is given"));
    assert!(browser.text(".trail").await.contains("(1 of "), "the way goes on");
    browser.click(".trail [rel=next]").await;
    assert!(browser.text(".trail").await.contains("(2 of "));
    browser.click(".trail a:not([rel])").await;
    assert_eq!(browser.client.current_url().await.unwrap().query(), Some("q=finding%3Aexcuse"));

    browser.open(&format!("{}/?reason=low-score", demo.url)).await;
    browser.click("#queue .agree button").await;
    assert!(browser.text(".done").await.contains("You agreed with the machine"));
    browser.click(".done button").await;
    assert!(browser.text(".done").await.contains("taken back"));
    for page in ["/agents/1", "/teams/1", "/promises", "/rules", "/try", "/calibration", "/settings"] {
        browser.open(&format!("{}{page}", demo.url)).await;
        assert!(!browser.text("main").await.is_empty(), "{page}");
    }
    browser.close().await;
}
