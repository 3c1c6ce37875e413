//! Lists of messages and conversations with many rows, which are filtered otherwise than few.

use super::Running;
use super::reads::many;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Whether what a filter asks holds of an item.
type Holds = fn(&Value) -> bool;

/// Copies of the first conversation, so many that they are no longer few; whoever wrote it gets a team, others another.
const COPIES: &str = "
    INSERT INTO team (key, name) VALUES (1, 'Large'), (2, 'Small');
    UPDATE agent SET team = CASE source WHEN 'shop' THEN 1 ELSE 2 END;
    CREATE TEMP TABLE copy AS WITH RECURSIVE copy(number) AS (
        SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < 2200) SELECT number FROM copy;
    INSERT INTO conversation (key, source, id, channel, revision, analysed, last_sent, messages, service_failure, version)
        SELECT 1000 + number, source, id || '-' || number, channel, revision, analysed, 1000 * number, 1,
            service_failure, version FROM conversation, copy WHERE key = 1;
    INSERT INTO message (key, conversation, id, position, role, author, sent_at, internal, automatic, body)
        SELECT 10000 + number, 1000 + number, id, position, role, author, 1000 * number, internal, automatic, body
        FROM message, copy WHERE conversation = 1 AND role = 'agent';
    INSERT INTO analysis
        SELECT 10000 + number, 1000 + number, agent, version, 1000 * number, score, uncritical_score, not_scored, words,
            situation, findings, met, unmet, evidence FROM analysis, copy WHERE conversation = 1;";

#[test]
fn filters_give_the_same_where_few_and_where_many_are_found() {
    let running = Running::new();
    running.bring(&many(24));
    let copied = running.service.store.write(|transaction| Ok(transaction.execute_batch(COPIES)?));
    copied.wait().unwrap();
    let all = |path: &str| -> Vec<Value> {
        let (mut items, mut next) = (Vec::new(), format!("{path}limit=200"));
        loop {
            let page = running.get(&next);
            items.extend(page.expect(200)["items"].as_array().unwrap().clone());
            let Some(link) = page.header("link") else { return items };
            next = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
        }
    };
    let messages = all("/v1/messages?");
    let conversations = all("/v1/conversations?");
    assert_eq!((messages.len(), conversations.len()), (2224, 2224));
    let filters: [(&str, Holds); 10] = [
        ("source=shop", |one| one["source"] == "shop"),
        ("source=desk", |one| one["source"] == "desk"),
        ("source=none", |one| one["source"] == "none"),
        ("channel=email", |one| one["channel"] == "email"),
        ("channel=chat", |one| one["channel"] == "chat"),
        ("team=1", |one| one["agent"]["id"] == "dana"),
        ("team=2", |one| one["agent"]["id"] == "kim"),
        ("finding=excuse", |one| one["findings"].as_array().unwrap().contains(&json!("excuse"))),
        ("score_from=50", |one| one["score"].as_f64().unwrap() >= 50.0),
        ("source=desk&channel=chat", |one| one["source"] == "desk" && one["channel"] == "chat"),
    ];
    for (filter, holds) in filters {
        let of_messages: Vec<_> = messages.iter().filter(|one| holds(one)).cloned().collect();
        assert_eq!(all(&format!("/v1/messages?{filter}&")), of_messages, "messages with {filter}");
        let keys: BTreeSet<_> = of_messages.iter().map(|one| one["conversation"].as_str().unwrap()).collect();
        let expected: Vec<_> =
            conversations.iter().filter(|one| keys.contains(one["key"].as_str().unwrap())).cloned().collect();
        assert_eq!(all(&format!("/v1/conversations?{filter}&")), expected, "conversations with {filter}");
    }
}
