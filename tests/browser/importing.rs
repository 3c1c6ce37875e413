//! Bringing an export: the way there while it is read, what could not be read, and all of it without scripts.

use crate::chromium::Driver;
use crate::demo::Demo;
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

/// An export of so many conversations, with a row that nobody can read; it goes with its folder.
fn export(conversations: usize) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for number in 0..conversations {
        let line = json!({"id": format!("I-{number}"), "source": "shop", "channel": "email", "messages": [
            {"author": {"role": "customer", "name": "Bo"}, "sent": "2026-11-02T08:14:00Z", "body": "My parcel never came."},
            {"author": {"role": "agent", "id": "nadia"}, "sent": "2026-11-02T09:14:00Z", "body": "We were very busy, sorry. I will send a new one today."}]});
        writeln!(lines, "{line}").unwrap();
        if number == 1 {
            lines.push_str("{\"id\": \"I-broken\", \"messages\": 7}\n");
        }
    }
    let file = folder.path().join("autumn.jsonl");
    std::fs::write(&file, lines).unwrap();
    (folder, file)
}

#[tokio::test]
async fn an_export_is_brought_and_followed_while_it_is_read() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let (_folder, file) = export(20_000);
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.open(&format!("{}/imports", demo.url)).await;
    browser.wait("#file").await.send_keys(file.to_str().unwrap()).await.unwrap();
    browser.click("#upload button").await;
    browser.until("location.pathname.startsWith('/imports/')").await;
    // The page is the same one all the while: figures come to it.
    browser.script("window.stays = true").await;
    let mut seen = BTreeSet::new();
    for _ in 0..600 {
        let shown = "const count = document.querySelector('[data-count=messages]')?.textContent;
             return window.stays ? [document.querySelector('#read')?.value ?? 100, count] : null";
        let shown = browser.script(shown).await;
        if shown.is_null() {
            break;
        }
        seen.insert(shown.to_string());
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(seen.len() >= 2, "it was told how far it was: {seen:?}");
    assert_eq!(browser.text("#state").await, "Done");
    assert_eq!(browser.text("[data-count=conversations]").await, "20,000");
    assert_eq!(browser.text("[data-count=added]").await, "40,000");
    assert_eq!(browser.text("[data-count=rejected]").await, "1");
    assert!(browser.text("#rejected + .scroll th[scope=row]").await.contains('3'), "the row is named");
    browser.inspect("import-done").await;
    browser.open(&format!("{}/imports", demo.url)).await;
    assert!(browser.text(".item").await.contains("autumn.jsonl"));
    browser.inspect("imports-one").await;
    assert_eq!(browser.grave_complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn without_scripts_an_export_is_brought_all_the_same() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    let (_folder, file) = export(50);
    let browser = driver.browser().await;
    browser.set_up(&demo).await;
    browser.without_scripts().await;
    browser.open(&format!("{}/imports", demo.url)).await;
    // A wrong answer is told where it was given.
    browser.wait("#file").await.send_keys(file.to_str().unwrap()).await.unwrap();
    browser.click("#upload summary").await;
    browser.fill("#format", "papyrus").await;
    browser.click("#upload button").await;
    assert!(browser.text("#refused").await.contains("there is no format `papyrus`"));
    browser.wait("#file").await.send_keys(file.to_str().unwrap()).await.unwrap();
    browser.click("#upload button").await;
    // The page loads itself again until it is over.
    for _ in 0..200 {
        if browser.text("h2").await == "Done" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(browser.text("h1").await, "autumn.jsonl");
    assert_eq!(browser.text("[data-count=added]").await, "100");
    browser.close().await;
}
