//! A reviewer's way: set up, the queue by keyboard, a search, a session that ends, hostile texts.

use crate::chromium::Driver;
use crate::demo::{Demo, NAME, PASSWORD};
use serde_json::{Value, json};

const OTHER: &str = "copper meadow telescope";

#[tokio::test]
async fn the_first_administrator_sets_up_and_comes_back() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.open(&format!("{}/setup#{}", demo.url, demo.secret)).await;
    let filled = browser.script("return [document.querySelector('#secret').value, location.hash]").await;
    assert_eq!(filled, json!([demo.secret, ""]));
    browser.set_up(&demo).await;
    assert_eq!(browser.text(".who-name").await, "Ines Okafor");
    browser.click(".who button").await;
    assert_eq!(browser.text(".done").await, "You are signed out.");

    browser.open(&format!("{}/search?q=refund", demo.url)).await;
    assert!(browser.text(".lead").await.starts_with("Sign in to go on where you were."));
    browser.fill("#name", NAME).await;
    browser.fill("#password", "not the password").await;
    browser.press("\u{E007}").await;
    assert_eq!(browser.text(".wrong").await, "Name or password is wrong.");
    browser.fill("#password", PASSWORD).await;
    browser.press("\u{E007}").await;
    browser.until("location.pathname === '/search' && document.querySelector('#q').value === 'refund'").await;
    browser.close().await;
}

#[tokio::test]
async fn the_queue_is_worked_through_by_keyboard_and_two_see_the_same() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let (browser, other) = (driver.browser().await, driver.browser().await);
    browser.set_up(&demo).await;
    browser.open(&format!("{}/?reason=low-score", demo.url)).await;
    let user = json!({"name": "omar", "shown_name": "Omar", "role": "reviewer", "password": OTHER});
    let post = "return fetch('/v1/users', {method: 'POST', body: JSON.stringify(arguments[0])}).then((answer) => answer.status)";
    assert_eq!(browser.client.execute(post, vec![user]).await.unwrap(), json!(201));
    other.sign_in(&demo, "omar", OTHER).await;
    other.wait("#queue").await;
    other.open(&format!("{}/?reason=low-score", demo.url)).await;

    let focused = "return document.activeElement.closest('.item')?.dataset.message ?? null";
    browser.press("j").await;
    let first = browser.script(focused).await;
    browser.press("j").await;
    let second = browser.script(focused).await;
    assert!(first != Value::Null && first != second, "{first} {second}");
    browser.press("k").await;
    assert_eq!(browser.script(focused).await, first);
    browser.press("a").await;
    browser.until("document.querySelector('.item').classList.contains('is-done')").await;
    assert_eq!(browser.script(focused).await, first, "the focus stays");

    // Whoever looks at the same message at the same time has a word of their own.
    other.press("j").await;
    assert_eq!(other.script(focused).await, first);
    other.press("a").await;
    other.until("document.querySelector('.item').classList.contains('is-done')").await;

    browser.press("u").await;
    browser.until("!document.querySelector('.item').classList.contains('is-done')").await;
    browser.press("j").await;
    browser.press("a").await;
    browser.until("document.querySelectorAll('.item.is-done').length === 1").await;
    // The index follows: what was reviewed is in the queue no more.
    let gone = second.as_str().unwrap();
    for _ in 0..100 {
        browser.open(&format!("{}/?reason=low-score", demo.url)).await;
        browser.wait("#queue").await;
        if browser.script(&format!("return document.querySelector('[data-message=\"{gone}\"]')")).await == Value::Null {
            break;
        }
    }
    let still = browser.script(&format!("return document.querySelector('[data-message=\"{gone}\"]')")).await;
    assert_eq!(still, Value::Null);
    browser.press("j").await;
    browser.press("\u{E007}").await;
    browser.until("location.pathname.startsWith('/conversations/')").await;

    // A session that ends leads to signing in, and back.
    browser.open(&format!("{}/?reason=low-score", demo.url)).await;
    browser.client.delete_all_cookies().await.unwrap();
    browser.press("j").await;
    browser.press("a").await;
    browser.until("location.pathname === '/signin' && location.search.includes('low-score')").await;
    browser.close().await;
    other.close().await;
}

#[tokio::test]
async fn a_search_is_completed_narrowed_kept_and_taken_along() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.open(&format!("{}/search", demo.url)).await;
    browser.fill("#q", "sorry chan").await;
    browser.wait("#completions li").await;
    browser.press("\u{E015}\u{E007}").await;
    browser.until("document.querySelector('#q').value === 'sorry channel:'").await;
    browser
        .until("[...document.querySelectorAll('#completions code')].some((one) => one.textContent === 'channel:email')")
        .await;
    browser.press("em").await;
    browser.until("document.querySelectorAll('#completions li').length === 1").await;
    browser.press("\u{E015}\u{E007}").await;
    browser.until("document.querySelector('#q').value === 'sorry channel:email '").await;
    browser.press("\u{E007}").await;
    browser.wait(".items mark").await;
    assert!(browser.text("#found").await.ends_with(" messages"));

    browser.click(".count a").await;
    browser.until("document.querySelector('#q').value.startsWith('sorry channel:email finding:')").await;
    browser.fill("#keep-name", "by mail").await;
    browser.press("\u{E007}").await;
    assert_eq!(browser.text(".saved a").await, "by mail");
    let taken = browser.script("return fetch([...document.querySelectorAll('a')].find((one) => one.textContent === 'CSV').href).then((answer) => answer.text())").await;
    assert!(taken.as_str().unwrap().starts_with("message,conversation,source,"), "{taken}");

    browser.open(&format!("{}/search?q=findng%3Aexcuse", demo.url)).await;
    assert_eq!(browser.text(".pointed mark").await, "findng");
    browser.click(".wrong a").await;
    browser.wait(".items").await;
    browser.close().await;
}

#[tokio::test]
async fn texts_of_messages_are_shown_and_not_obeyed() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.open(&format!("{}/search?q=agent%3Amallory", demo.url)).await;
    browser.wait(".items").await;
    let shown = browser.text(".items").await;
    assert!(shown.contains("<script>document.title") && shown.contains("<i>Mallory</i>"), "{shown}");
    assert!(shown.contains("أعتذر"), "{shown}");
    assert_eq!(browser.client.title().await.unwrap(), "Search · Amends");
    assert_eq!(browser.script("return document.querySelectorAll('main script, main img').length").await, json!(0));
    browser.inspect("search-hostile").await;

    let places = "return [...document.querySelectorAll('.items h3 a')].map((link) => link.href)";
    let places = browser.script(places).await;
    let (mut all, mut most_marks) = (String::new(), 0);
    for (number, place) in places.as_array().unwrap().iter().enumerate() {
        browser.open(place.as_str().unwrap()).await;
        let words = browser.wait(".turn.agent .words").await.text().await.unwrap();
        let side =
            browser.script("return getComputedStyle(document.querySelector('.turn.agent .text')).direction").await;
        assert_eq!(side == json!("rtl"), words.starts_with('أ'), "each text has its own direction: {words:.40}");
        all.push_str(&words);
        let marks = browser.script("return document.querySelectorAll('mark').length").await;
        most_marks = most_marks.max(marks.as_u64().unwrap());
        assert_eq!(browser.client.title().await.unwrap(), format!("{} · Amends", browser.text("h1").await));
        assert_eq!(
            browser
                .script("return document.querySelectorAll('main script, main img, .said-here b, .said-here i').length")
                .await,
            json!(0)
        );
        assert!(browser.text(".turn.agent h3").await.contains("<i>Mallory</i> \"&'"));
        browser.inspect(&format!("conversation-hostile-{number}")).await;
    }
    for whole in ["onerror=\"document.title='taken over'\">", "أعتذر عن التأخير.", "🙇🏽‍♀️👩‍👩‍👧", "🎉🎉🎉"]
    {
        assert!(all.contains(whole), "{whole}");
    }
    assert!(all.len() > 100_000, "100 kB are shown whole");
    assert!(most_marks <= 150 * 3, "so many marks no browser shows in good time: {most_marks}");
    assert_eq!(browser.grave_complaints().await, Vec::<String>::new());
    browser.close().await;
}
