//! A draft that is read while it is typed, and an agent's page on paper.

use crate::chromium::Driver;
use crate::demo::Demo;
use serde_json::json;

#[tokio::test]
async fn a_draft_is_read_while_it_is_typed() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.open(&format!("{}/try", demo.url)).await;
    browser.fill("#customer", "My parcel never came, and nobody answers!").await;
    browser.fill("#draft", "Hi Bo, we were very busy at the moment. Kind regards").await;
    browser.wait("#read mark.breaks").await;
    assert_eq!(browser.text("#read mark.breaks").await, "we were very busy");
    assert!(browser.text("#read .notes").await.contains("Better: "), "advice stands beside it");
    assert!(browser.text("#read").await.contains("of 100"));
    assert_eq!(browser.script("return document.activeElement.id").await, json!("draft"), "the writer is not disturbed");
    browser.inspect("try-read").await;

    // What is mended is marked no more.
    browser.fill("#draft", "Hi Bo, I'm sorry that your parcel never came. I have sent a new one today.").await;
    browser
        .until("!document.querySelector('#read mark.breaks') && document.querySelector('#read mark.restores')")
        .await;
    browser.inspect("try-mended").await;

    // Words of others are shown and not obeyed.
    browser.fill("#draft", "<img src=x onerror=\"document.title='taken over'\"> we were very busy at the moment").await;
    browser.until("document.querySelector('#read').innerText.includes('onerror')").await;
    assert_eq!(browser.script("return document.querySelectorAll('#read img').length").await, json!(0));
    assert_eq!(browser.client.title().await.unwrap(), "Try it · Amends");
    assert_eq!(browser.grave_complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn an_agents_page_is_printed_as_a_sheet_for_a_talk_and_one_of_figures() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.open(&format!("{}/agents", demo.url)).await;
    // Not the one of few words.
    browser.click("tbody tr:nth-child(3) th a").await;
    browser.wait("button.print-page:not([hidden])").await;
    let name = browser.text("h1").await;
    let (sheets, shown) = browser.printed("agent").await;
    // The talk, all figures, and the trend where there is one to be drawn.
    let no_trend = browser.script("return document.querySelector('.trend').classList.contains('not-printed')").await;
    assert_eq!(sheets, if no_trend == json!(true) { 2 } else { 3 });
    for told in [
        &name,
        "Strongest",
        "To work on",
        "Promises",
        "Time to apology",
        "What we take from it",
        "Every question",
        "as of",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    for screen in ["Sign out", "Queue", "Print", "Show", "CSV", "Among the team"] {
        assert!(!shown.lines().any(|line| line.trim() == screen), "{screen}: {shown}");
    }
    browser.open(&format!("{}/conversations/1", demo.url)).await;
    browser.wait(".panel").await;
    let (_, shown) = browser.printed("conversation").await;
    assert!(!shown.contains("Save") && !shown.contains("Sign out"), "{shown}");
    browser.close().await;
}
