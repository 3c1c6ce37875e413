//! The search page.

use super::super::Running;
use super::words;
use serde_json::json;

const HOSTILE: &str = "<script>alert(1)</script> Sorry, we were very busy. \u{202E}שלום 🙇🏽‍♀️";

fn running() -> Running {
    let running = Running::new();
    let conversation = |id: &str, agent: &str, channel: &str, body: &str| {
        json!({"id": id, "source": "shop", "channel": channel, "messages": [
            {"author": {"role": "customer"}, "sent": "2026-11-03T08:00:00Z", "body": "My parcel never arrived."},
            {"author": {"role": "agent", "id": agent, "name": format!("{agent} <b>")}, "sent": "2026-11-03T09:00:00Z", "body": body}]})
    };
    let long = format!("{} refund", "very long indeed ".repeat(6_000));
    running.bring(&json!([
        conversation("a", "dana", "email", HOSTILE),
        conversation("b", "omar", "chat", "=1+1 We refund you today. Sorry that it took so long."),
        conversation("c", "omar", "email", &long),
    ]));
    running
}

#[test]
fn messages_are_found_with_their_words_marked_and_counts_that_narrow() {
    let running = running();
    let page = running.page("/search?q=refunds");
    let (html, text) = (page.text(), words(&page.text()));
    assert_eq!(page.status, 200);
    assert!(text.contains("2 messages") && html.contains("<mark>refund</mark>"), "{text}");
    assert!(html.len() < 60_000, "a long message is shown by its beginning: {}", html.len());
    assert!(html.contains("/search?q=refunds%20channel%3Achat"), "{html}");
    assert!(html.contains("/search?q=refunds%20sent%3A2026-11"), "{html}");
    let narrowed = words(&running.page("/search?q=refunds%20channel%3Achat").text());
    assert!(narrowed.contains("1 message ") && narrowed.contains("omar <b>, 3 Nov 2026, 09:00"), "{narrowed}");
    let hostile = running.page("/search?q=busy").text();
    assert!(
        hostile.contains("&#60;script&#62;alert(1)&#60;/script&#62;") && !hostile.contains("<script>alert"),
        "{hostile}"
    );
    assert!(hostile.contains("dir=\"auto\""));
    let nothing = words(&running.page("/search?q=unheard").text());
    assert!(nothing.contains("0 messages") && nothing.contains("Nothing is found."), "{nothing}");
}

#[test]
fn a_query_that_is_not_understood_is_pointed_at_and_mended() {
    let running = running();
    let page = running.page("/search?q=sorry%20chanel%3Aemail");
    let html = page.text();
    assert_eq!(page.status, 422);
    assert!(html.contains("sorry <mark class=\"breaks\">chanel</mark>:email"), "{html}");
    assert!(html.contains("/search?q=sorry%20channel%3Aemail"), "{html}");
    let value = running.page("/search?q=finding%3Aexuse").text();
    assert!(value.contains("/search?q=finding%3Aexcuse"), "{value}");
    assert!(running.page("/search?q=%22%3Cscript%3E").text().contains("&#60;script&#62;"));
}

#[test]
fn what_may_be_written_next_is_told() {
    let running = running();
    let next = |query: &str, at: usize| {
        let query = query.replace(' ', "%20").replace('"', "%22");
        let told = running.get(&format!("/search/completions?q={query}&at={at}")).expect(200);
        let told = told.as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap().to_owned());
        told.collect::<Vec<_>>()
    };
    assert_eq!(next("refund fin", 10), ["finding:"]);
    assert_eq!(next("finding:ex", 10)[0], "finding:excuse");
    assert_eq!(next("(channel:", 9), ["channel:email", "channel:chat"]);
    assert_eq!(next("-agent:om", 9), ["agent:omar"]);
    assert_eq!(next("agent:\"Dana", 11), ["agent:dana"]);
    assert_eq!(next("fin refund", 3), ["finding:"], "in the middle");
    assert!(next("nonsense:", 9).is_empty());
    let told = running.get("/search/completions?q=fin%20refund&at=3").expect(200);
    assert_eq!(told[0]["query"], "finding:refund");
    assert_eq!(told[0]["cursor"], 8);
}

#[test]
fn the_result_is_taken_along() {
    let mut running = running();
    let csv = running.get("/search/export?q=refunds&sort=newest_first&format=csv");
    let mut reader = csv::Reader::from_reader(csv.body.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(reader.headers().unwrap().get(13), Some("text"));
    assert!(rows.iter().any(|row| row[13].starts_with("'=1+1 We refund")), "no formula: {rows:?}");
    let lines = running.get("/search/export?q=&format=jsonl").text();
    assert_eq!(lines.lines().count(), 3);
    let agent = running.agent_token("shop", "omar");
    running.as_(&agent);
    assert_eq!(running.get("/search/export?q=&format=jsonl").status, 403);
    assert!(!running.page("/search").text().contains("/search/export"));
}

#[test]
fn agents_find_their_own_messages_only() {
    let mut running = running();
    let agent = running.agent_token("shop", "omar");
    running.as_(&agent);
    let text = words(&running.page("/search").text());
    assert!(text.contains("2 messages") && !text.contains("dana <b>"), "{text}");
    let names = running.get("/search/completions?q=agent%3A&at=6").expect(200);
    assert_eq!(names, json!([]));
}
