//! Every page looks well on a phone and on a wide screen, light and dark, and keeps nobody out.

use crate::chromium::{Browser, Driver};
use crate::demo::{Demo, NAME, PASSWORD};

/// Pages with their addresses; `inspect` says what is looked for.
const PAGES: [(&str, &str); 21] = [
    ("queue", "/"),
    ("queue-of-low-scores", "/?reason=low-score&below=60"),
    ("queue-empty", "/?team=nobody"),
    ("search-all", "/search"),
    ("search-words", "/search?q=sorry+finding%3Aexcuse"),
    ("search-wrong", "/search?q=sorry+chanel%3Aemail"),
    ("conversation", "/conversations/1"),
    ("agents", "/agents"),
    ("agent", "/agents/1"),
    ("teams", "/teams"),
    ("team", "/teams/1"),
    ("promises", "/promises"),
    ("calibration", "/calibration"),
    ("rules", "/rules"),
    ("rules-of-a-label", "/rules?label=excuse"),
    ("try", "/try"),
    ("imports", "/imports"),
    ("settings", "/settings"),
    ("settings-tokens", "/settings/tokens"),
    ("settings-webhooks", "/settings/webhooks"),
    ("nothing", "/nothing"),
];

impl Browser {
    /// Makes the first administrator and signs them in.
    pub async fn set_up(&self, demo: &Demo) {
        self.open(&format!("{}/setup#{}", demo.url, demo.secret)).await;
        self.fill("#name", NAME).await;
        self.fill("#shown_name", "Ines Okafor").await;
        self.fill("#password", PASSWORD).await;
        self.fill("#again", PASSWORD).await;
        self.click("main form button").await;
        self.wait("#queue").await;
    }

    /// Signs in.
    pub async fn sign_in(&self, demo: &Demo, name: &str, password: &str) {
        self.open(&format!("{}/signin", demo.url)).await;
        self.fill("#name", name).await;
        self.fill("#password", password).await;
        self.press("\u{E007}").await;
    }
}

#[tokio::test]
async fn every_page_can_be_read_by_everybody() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.open(&format!("{}/setup#{}", demo.url, demo.secret)).await;
    browser.inspect("setup").await;
    browser.set_up(&demo).await;
    for (name, path) in PAGES {
        browser.open(&format!("{}{path}", demo.url)).await;
        browser.inspect(name).await;
    }
    browser.open(&format!("{}/search", demo.url)).await;
    browser.fill("#q", "refund fin").await;
    browser.wait("#completions li").await;
    browser.inspect("search-completion").await;
    browser.click(".who button").await;
    browser.wait("#password").await;
    browser.inspect("signin").await;
    // What a page must not load or run, the browser would say.
    assert_eq!(browser.grave_complaints().await, Vec::<String>::new());
    browser.close().await;
}
