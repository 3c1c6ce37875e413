//! Figures over people and time: the same as an audit gives.

use super::Running;
use crate::support::{Chance, PROGRAM, without_settings};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ANSWERS: [&str; 6] = [
    "We are very busy at the moment, so please wait for your parcel a little.",
    "The courier lost your parcel, which is not our fault at all.",
    "I'm sorry that your parcel is late. I will call you tomorrow before noon.",
    "We apologise for the trouble. A new one leaves the warehouse today.",
    "Please check the tracking page for more about your parcel.",
    "Thanks for your patience, we are looking into it and will write to you by Friday.",
];

/// Conversations of `agents` over 26 weeks; one agent makes excuses more often than the others.
pub fn invented(conversations: usize, agents: usize) -> Vec<Value> {
    let mut chance = Chance::new(7);
    let start: jiff::Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
    let conversation = |number: usize| {
        let hours = i64::try_from(number * 26 * 7 * 24 / conversations).unwrap();
        let mut sent = start + jiff::SignedDuration::from_hours(hours);
        let mut messages = vec![
            json!({"id": "0", "author": {"role": "customer", "id": format!("c{number}")}, "sent": sent.to_string(),
            "body": (["My parcel never arrived!", "Where do I find the manual, please?", "The lamp came broken."][chance.below(3)])}),
        ];
        for turn in 1..=1 + chance.below(3) {
            sent += jiff::SignedDuration::from_hours(3);
            let agent = chance.below(agents);
            let answer = if agent == 0 && chance.below(2) == 0 { ANSWERS[0] } else { chance.pick(&ANSWERS) };
            messages.push(json!({"id": turn.to_string(), "author": {"role": "agent", "id": format!("a{agent}"), "name": format!("Agent {agent}")},
                "sent": sent.to_string(), "body": answer}));
        }
        json!({"source": "shop", "id": number.to_string(), "channel": "email", "messages": messages})
    };
    (0..conversations).map(conversation).collect()
}

/// The rows of `agents.csv` of an audit of the same conversations, by agent.
fn audited(conversations: &[Value]) -> BTreeMap<String, BTreeMap<String, String>> {
    let folder = tempfile::tempdir().unwrap();
    let lines: String = conversations.iter().map(|one| format!("{one}\n")).collect();
    std::fs::write(folder.path().join("export.jsonl"), lines).unwrap();
    let output = without_settings(PROGRAM)
        .current_dir(folder.path())
        .args(["audit", "export.jsonl", "--out", "out", "--timezone", "UTC"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut csv = csv::Reader::from_path(folder.path().join("out/agents.csv")).unwrap();
    let columns = csv.headers().unwrap().clone();
    let row = |row: csv::StringRecord| {
        let cells = columns.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
        (row[0].to_owned(), cells)
    };
    csv.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn the_figures_are_those_of_an_audit() {
    let conversations = invented(400, 8);
    let running = Running::new();
    running.bring(&Value::Array(conversations.clone()));
    let audited = audited(&conversations);
    let answer = running.get("/v1/agents").expect(200);
    let agents = answer["items"].as_array().unwrap();
    assert_eq!(agents.len(), audited.len());
    for agent in agents {
        let row = &audited[agent["id"].as_str().unwrap()];
        let same = |column: &str, value: &Value| {
            let told = match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                value => value.to_string(),
            };
            let cell = &row[column];
            let equal = told == *cell
                || matches!((told.parse::<f64>(), cell.parse::<f64>()), (Ok(a), Ok(b)) if (a - b).abs() < 1e-9);
            assert!(equal, "{column}: {told} in the answer, {cell} in the audit");
        };
        for column in ["conversations", "messages", "scored", "mean_score"] {
            same(column, &agent[column]);
        }
        for figure in agent["figures"].as_array().unwrap() {
            for part in ["met", "applicable", "effective_n", "low95", "high95", "standing"] {
                same(&format!("{}:{part}", figure["measure"].as_str().unwrap()), &figure[part]);
            }
        }
        for (name, value) in agent["promises"].as_object().unwrap() {
            same(&format!("promises_{name}"), value);
        }
        // One agent's own page, and what a trend sums up, say the same.
        let key = agent["key"].as_str().unwrap();
        let own = running.get(&format!("/v1/agents/{key}")).expect(200);
        let trend = running.get(&format!("/v1/agents/{key}/trend")).expect(200);
        for name in ["conversations", "messages", "scored", "mean_score", "promises"] {
            assert_eq!(own[name], agent[name]);
            assert_eq!(trend["total"][name], agent[name]);
        }
    }
}

#[test]
fn a_trend_counts_each_week_and_says_what_is_usual() {
    let running = Running::new();
    running.bring(&Value::Array(invented(600, 2)));
    let trend = running.get("/v1/agents/1/trend?measures=excuse,missing_apology").expect(200);
    let periods = trend["periods"].as_array().unwrap();
    assert_eq!(periods[0]["period"], "2026-W02");
    // The last conversation goes on in the week after.
    assert_eq!(periods.len(), 27);
    let messages: u64 = periods.iter().map(|period| period["messages"].as_u64().unwrap()).sum();
    assert_eq!(messages, trend["total"]["messages"].as_u64().unwrap());
    let chart = &trend["charts"][0];
    assert_eq!(chart["measure"]["name"], "excuse");
    assert_eq!(chart["points"].as_array().unwrap().len(), 27);
    let met: u64 = chart["points"].as_array().unwrap().iter().map(|point| point["met"].as_u64().unwrap()).sum();
    let total = trend["total"]["figures"].as_array().unwrap().iter().find(|one| one["measure"] == "excuse").unwrap();
    assert_eq!(met, total["met"].as_u64().unwrap());
    let months = running.get("/v1/agents/1/trend?grain=month&since=2026-02-01&until=2026-04-01").expect(200);
    let names: Vec<&Value> = months["periods"].as_array().unwrap().iter().map(|one| &one["period"]).collect();
    assert_eq!(names, ["2026-02", "2026-03"]);
    assert!(months["charts"][0]["parts"][0]["no_limits"].as_str().unwrap().contains("it takes 12"));
    let all = running.get("/v1/trend?measures=excuse").expect(200);
    assert!(all["charts"][0]["parts"][0]["centre"].as_f64().unwrap() > 0.0);
    assert_eq!(all["charts"].as_array().unwrap().len(), 1);
}

#[test]
fn a_team_is_its_members() {
    let mut running = Running::new();
    running.bring(&Value::Array(invented(200, 6)));
    let team = running.send("PUT", "/v1/teams/Second%20level", &json!({"members": ["1", "2", "3"]})).expect(201);
    assert_eq!(team["name"], "Second level");
    let key = team["key"].as_str().unwrap().to_owned();
    let trend = running.get(&format!("/v1/teams/{key}/trend")).expect(200);
    let agents = running.get(&format!("/v1/agents?team={key}")).expect(200);
    let sum: u64 = agents["items"].as_array().unwrap().iter().map(|one| one["messages"].as_u64().unwrap()).sum();
    assert_eq!(trend["total"]["messages"].as_u64().unwrap(), sum);
    let view = running.get(&format!("/v1/teams/{key}")).expect(200);
    assert_eq!(view["agents"].as_array().unwrap().len(), 3);
    assert_eq!(view["messages"].as_u64().unwrap(), sum);
    let funnel = running.get(&format!("/v1/teams/{key}/funnel?criterion=excuse")).expect(200);
    assert_eq!(funnel["points"].as_array().unwrap().len(), 3);
    let limits = funnel["limits"].as_array().unwrap();
    assert!(limits.windows(2).all(|pair| pair[0]["n"].as_f64() <= pair[1]["n"].as_f64()));
    assert!(limits.iter().all(|one| one["low95"].as_f64() >= one["low998"].as_f64()));
    // A second time, with others: who is not named is in it no more.
    running.send("PUT", "/v1/teams/Second%20level", &json!({"members": ["4"]})).expect(200);
    assert_eq!(running.get(&format!("/v1/messages?team={key}&limit=1")).expect(200)["items"][0]["agent"]["key"], "4");
    assert_eq!(
        running.get("/v1/teams").expect(200)["items"],
        json!([{"key": key, "name": "Second level", "agents": 1}])
    );
    let wrong = running.send("PUT", "/v1/teams/x", &json!({"members": ["4", "77"]})).expect(422);
    assert_eq!(wrong["errors"][0]["pointer"], "/members/1");
    assert_eq!(running.send("PUT", "/v1/teams/x", &json!({"member": []})).status, 422);
    let own = running.agent_token("shop", "a1");
    running.as_(&own);
    assert_eq!(running.get(&format!("/v1/teams/{key}")).status, 404);
    assert_eq!(running.send("PUT", "/v1/teams/x", &json!({"members": []})).status, 403);
}
