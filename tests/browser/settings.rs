//! Settings: weights of a scorecard tried, saved and chosen, rules written and mended, secrets of webhooks.

use crate::chromium::{Browser, Driver};
use crate::demo::Demo;

const RULE: &str = r#"label = "excuse"
speaker = "agent"

[[rule]]
id = "our-delays"
since = "1"
what = "Calls delays normal."
why = "To the customer it is not normal."
fair-when = "The customer asked what is usual."
advice = "Say what you do now."
patterns = ["delays are normal"]
hits = ["Such «delays are normal» at this time.", "Sadly «delays is normal» here."]
silent = ["Your parcel leaves on Monday.", "We are sorry for the delay."]
"#;

impl Browser {
    /// Clicks the button of the form that asks for `what`.
    async fn ask(&self, what: &str) {
        self.click(&format!("button[name=do][value={what}]")).await;
    }
}

#[tokio::test]
async fn weights_are_tried_on_what_is_stored_and_chosen() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.open(&format!("{}/settings/scorecards/amends", demo.url)).await;
    browser.fill("#weight-no-excuse", "40").await;
    browser.ask("preview").await;
    assert!(browser.text("#preview").await.contains("would score otherwise"), "{}", browser.text("#preview").await);
    assert_eq!(browser.script("return document.querySelector('#weight-no-excuse').value").await, "40");
    browser.inspect("settings-scorecard-preview").await;
    browser.fill("#weight-no-excuse", "none").await;
    browser.ask("save").await;
    assert!(browser.text(".wrong").await.contains("the weight is a number above 0"));
    browser.inspect("settings-scorecard-wrong").await;
    browser.fill("#weight-no-excuse", "40").await;
    browser.ask("save").await;
    browser.wait(".done").await;
    browser.inspect("settings-scorecard-own").await;
    browser.click(".done button").await;
    browser.wait("#rescoring").await;
    browser.until("document.querySelector('#rescoring')?.dataset.state === 'done'").await;
    browser.inspect("settings-scorecards").await;
    assert!(browser.text("#rescoring").await.contains("read anew"));
    browser.close().await;
}

#[tokio::test]
async fn rules_are_written_and_a_fault_leads_to_its_place() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.open(&format!("{}/settings/rules", demo.url)).await;
    browser.inspect("settings-rules").await;
    browser.click("form[action='/settings/rules/new'] button").await;
    browser.wait("#text").await;
    // A key is typed for each character else, which takes long.
    let put = "document.querySelector('#text').value = arguments[0]";
    browser.client.execute(put, vec![RULE.into()]).await.unwrap();
    browser.ask("check").await;
    browser.wait("#checked").await;
    browser.inspect("settings-rules-wrong").await;
    browser.click("a[data-line]").await;
    let there = "const text = document.querySelector('#text');
        return text.value.slice(text.selectionStart, text.selectionStart + 6)";
    assert_eq!(browser.script(there).await, "\"Sadly", "the fault's place is marked");
    let mended = RULE.replace("delays is", "delays are");
    browser.client.execute(put, vec![mended.into()]).await.unwrap();
    browser.ask("preview").await;
    browser.wait("#checked h3").await;
    assert!(browser.text("#checked").await.contains("All examples hold"));
    browser.inspect("settings-rules-preview").await;
    browser.ask("save").await;
    browser.wait("#rescoring").await;
    browser.until("document.querySelector('#rescoring')?.dataset.state === 'done'").await;
    browser.open(&format!("{}/rules/our-delays", demo.url)).await;
    browser.inspect("rule").await;
    browser.click("a[href='/settings/rules/off/our-delays']").await;
    browser.wait("form .danger").await;
    browser.inspect("settings-rules-off").await;
    browser.close().await;
}

#[tokio::test]
async fn retention_and_secrets_say_what_they_do() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.open(&format!("{}/settings/retention", demo.url)).await;
    browser.inspect("settings-retention").await;
    browser.fill("#days", "1").await;
    browser.click("main form button").await;
    browser.wait("form .danger").await;
    browser.inspect("settings-retention-sure").await;
    browser.open(&format!("{}/settings/webhooks/zendesk", demo.url)).await;
    browser.click("button[name=make]").await;
    assert!(browser.text(".done").await.contains("it is not shown again"));
    browser.inspect("settings-webhook").await;
    browser.close().await;
}
