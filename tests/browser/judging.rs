//! A conversation: evidence by keyboard, a verdict, judging first, a dispute, a calibration session of two.

use crate::chromium::{Browser, Driver};
use crate::demo::Demo;
use serde_json::{Value, json};

const OTHER: &str = "copper meadow telescope";

impl Browser {
    /// Adds somebody who signs in with [`OTHER`].
    async fn add_user(&self, name: &str, role: &str, agent: Option<&str>) {
        let agent = agent.map(|id| json!({"source": "demo", "id": id}));
        let user = json!({"name": name, "shown_name": name, "role": role, "password": OTHER, "agent": agent});
        let post = "return fetch('/v1/users', {method: 'POST', body: JSON.stringify(arguments[0])}).then((answer) => answer.status)";
        assert_eq!(self.client.execute(post, vec![user]).await.unwrap(), json!(201));
    }

    /// Opens the conversation with the newest message that has a finding; gives its agent.
    async fn open_finding(&self, demo: &Demo, finding: &str) -> String {
        let get = format!(
            "return fetch('/v1/messages?scored=true&limit=1&finding={finding}').then((answer) => answer.json())"
        );
        let message = self.script(&get).await["items"][0].clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let place = format!("{}#m{}", text(&message["conversation"]), text(&message["key"]));
        self.open(&format!("{}/conversations/{place}", demo.url)).await;
        self.wait(".panel").await;
        text(&message["agent"]["id"])
    }
}

#[tokio::test]
async fn a_conversation_is_judged_by_keyboard() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    let agent = browser.open_finding(&demo, "finger_pointing").await;
    browser.press("e").await;
    browser.until("document.querySelector('#note-box').innerText.includes('Rule ')").await;
    browser.press("\u{E00C}").await;
    browser.until("document.querySelector('#note-box').hidden").await;
    browser.inspect("conversation").await;

    browser.press("j").await;
    browser.press("a").await;
    browser.until("document.querySelector('.review .done')?.innerText.startsWith('Your verdict is given')").await;
    browser.press("j").await;
    browser.press("c").await;
    browser.press("The driver is named, not blamed.\u{E009}\u{E007}").await;
    browser.until("document.querySelector('.review textarea').defaultValue.startsWith('The driver')").await;
    browser.inspect("conversation-judged").await;
    browser.press("j").await;
    browser.press("u").await;
    browser.until("!document.querySelector('.review .done')").await;

    browser.press("b").await;
    browser.until("!document.querySelector('.panel .score, mark')").await;
    browser.inspect("conversation-judge-first").await;
    browser.click(".review button").await;
    browser.until("document.querySelector('main h1').innerText === 'That was not understood'").await;
    browser.client.back().await.unwrap();
    browser.script("document.querySelector('.review [value=no]').click()").await;
    browser.click(".review button").await;
    browser.until("document.querySelector('.panel .score') && document.querySelector('mark')").await;
    assert!(browser.text(".review .done").await.contains("before you saw the machine's"));

    // Who wrote it has a word in it.
    browser.add_user("dana", "agent", Some(&agent)).await;
    let path = browser.script("return location.pathname").await;
    let other = driver.browser().await;
    other.sign_in(&demo, "dana", OTHER).await;
    other.until("!location.pathname.startsWith('/signin')").await;
    other.open(&format!("{}{}", demo.url, path.as_str().unwrap())).await;
    other.fill(".review textarea", "The customer had asked who came.").await;
    other.inspect("conversation-dispute").await;
    other.click(".review button").await;
    other.until("document.querySelector('.review .done')?.innerText.startsWith('You disputed this')").await;
    browser.open(&format!("{}{}", demo.url, path.as_str().unwrap())).await;
    assert!(browser.text(".dispute").await.contains("The customer had asked who came."));
    assert_eq!(browser.grave_complaints().await, Vec::<String>::new());
    other.close().await;
    browser.close().await;
}

#[tokio::test]
async fn from_a_list_one_goes_on_to_the_next() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.open(&format!("{}/search?q=finding%3Aexcuse", demo.url)).await;
    browser.click(".items h3 a").await;
    browser.wait(".trail").await;
    let first = browser.script("return location.href").await;
    browser.press("n").await;
    browser.until(&format!("location.pathname.startsWith('/conversations/') && location.href !== {first}")).await;
    browser.wait(".trail").await;
    browser.press("p").await;
    browser.until(&format!("location.href === {first}")).await;
    browser.click(".trail a:not([rel])").await;
    browser.until("location.pathname === '/search'").await;
    browser.close().await;
}

#[tokio::test]
async fn two_judge_the_same_message_at_once() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let (browser, other) = (driver.browser().await, driver.browser().await);
    browser.set_up(&demo).await;
    browser.add_user("omar", "reviewer", None).await;
    browser.open_finding(&demo, "excuse").await;
    let place = browser.script("return location.href").await;
    other.sign_in(&demo, "omar", OTHER).await;
    other.wait("#queue").await;
    other.open(place.as_str().unwrap()).await;
    // Both have the page open before either says anything.
    for (judge, verdict, comment) in [(&browser, "yes", "It is one."), (&other, "no", "It is none.")] {
        let say = format!(
            "const form = document.querySelector(location.hash).querySelector('.review');
             form.querySelector('[name=\"finding:excuse\"][value={verdict}]').closest('label').click(); form.querySelector('textarea').focus()"
        );
        judge.script(&say).await;
        judge.press(comment).await;
    }
    for judge in [&browser, &other] {
        judge.press("\u{E009}\u{E007}").await;
    }
    for (judge, verdict, comment, others) in
        [(&browser, "yes", "It is one.", "It is none."), (&other, "no", "It is none.", "It is one.")]
    {
        judge.until("document.querySelector(location.hash + ' .review .done')").await;
        judge.open(&format!("{}/", demo.url)).await;
        judge.open(place.as_str().unwrap()).await;
        let own = "const turn = document.querySelector(location.hash);
             return [turn.querySelector('[name=\"finding:excuse\"]:checked').value, turn.querySelector('textarea').value, turn.querySelector('.other-review').innerText]";
        let own = judge.script(own).await;
        assert_eq!((&own[0], &own[1]), (&json!(verdict), &json!(comment)));
        assert!(own[2].as_str().unwrap().contains(others), "{own}");
    }
    browser.inspect("conversation-two").await;
    other.close().await;
    browser.close().await;
}

#[tokio::test]
async fn two_judge_the_same_and_see_each_other_afterwards() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.add_user("omar", "reviewer", None).await;
    browser.open(&format!("{}/calibration", demo.url)).await;
    browser.inspect("calibration-empty").await;
    browser.open(&format!("{}/calibration/sessions/new", demo.url)).await;
    browser.fill("#name", "First of the month").await;
    browser.fill("#draw", "1").await;
    browser.script("document.querySelectorAll('[name=reviewer]').forEach((one) => one.click())").await;
    browser.inspect("calibration-new").await;
    browser.click("main form button").await;
    browser.until("location.pathname === '/calibration/sessions/1'").await;
    browser.inspect("calibration-open").await;
    let other = driver.browser().await;
    other.sign_in(&demo, "omar", OTHER).await;
    other.until("!location.pathname.startsWith('/signin')").await;
    for (judge, verdict) in [(&browser, "yes"), (&other, "no")] {
        judge.open(&format!("{}/calibration/sessions/1", demo.url)).await;
        judge.click("a.button").await;
        judge.wait(".session").await;
        while judge.script("return Boolean(document.querySelector('.review [name=blind]'))").await == json!(true) {
            let left = "document.querySelectorAll('.review [name=blind]').length";
            let before = judge.script(&format!("return {left}")).await;
            let say = format!(
                "const form = document.querySelector('.review [name=blind]').form;
                 form.querySelector('[value={verdict}]').click(); form.querySelector('button').click()"
            );
            judge.script(&say).await;
            judge.until(&format!("document.readyState === 'complete' && {left} < {before}")).await;
        }
    }
    browser.open(&format!("{}/calibration/sessions/1", demo.url)).await;
    assert!(browser.text("#differences + p").await.contains("all say the same"));
    browser.inspect("calibration-closed").await;
    browser.open(&format!("{}/calibration", demo.url)).await;
    browser.inspect("calibration").await;
    browser.open(&format!("{}/calibration/cases", demo.url)).await;
    browser.inspect("calibration-cases").await;
    other.close().await;
    browser.close().await;
}
