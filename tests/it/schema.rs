//! The committed JSON Schema is the generated one, and says what the reader says.

use amends::conversation::{self, neutral};
use serde_json::{Value, json};
use std::path::Path;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/conversation/schema.json");

#[test]
fn the_committed_schema_is_the_generated_one() {
    let generated = serde_json::to_string_pretty(&conversation::schema()).unwrap() + "\n";
    if std::env::var_os("TEST_BLESS").is_some() {
        std::fs::write(COMMITTED, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(committed == generated, "src/conversation/schema.json is old: run the tests with TEST_BLESS=1");
}

#[test]
fn every_property_and_type_is_documented() {
    fn check(schema: &Value, path: &str) {
        let Value::Object(map) = schema else { return };
        if let Some(properties) = map.get("properties").and_then(Value::as_object) {
            for (name, property) in properties {
                let documented = property.get("description").is_some();
                assert!(documented, "{path}/properties/{name} has no description");
            }
        }
        for (name, inner) in map {
            check(inner, &format!("{path}/{name}"));
            for inner in inner.as_array().into_iter().flatten() {
                check(inner, &format!("{path}/{name}"));
            }
        }
    }
    let schema = conversation::schema();
    assert!(schema.get("description").is_some());
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        assert!(definition.get("description").is_some(), "{name} has no description");
    }
    check(&schema, "");
}

/// The examples' conversations as JSON values.
fn examples() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut values = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = || std::fs::read_to_string(&path).unwrap();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => values.push(serde_json::from_str(&text()).unwrap()),
            Some("jsonl") => values.extend(text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap())),
            _ => {}
        }
    }
    assert!(values.len() > 5);
    values
}

#[test]
fn the_examples_are_valid_and_can_be_read() {
    let validator = jsonschema::validator_for(&conversation::schema()).unwrap();
    for example in examples() {
        validator.validate(&example).unwrap();
        let read = neutral::json(example.to_string().as_bytes()).unwrap();
        assert!(read.iter().all(Result::is_ok));
    }
}

#[test]
fn broken_conversations_are_neither_valid_nor_read() {
    let validator = jsonschema::validator_for(&conversation::schema()).unwrap();
    let agent = json!({"role": "agent"});
    for broken in [
        json!({}),
        json!({"messages": {}}),
        json!({"messages": [{"author": agent}]}),
        json!({"messages": [{"body": "Hello"}]}),
        json!({"messages": [{"author": agent, "body": 5}]}),
        json!({"messages": [{"author": {"role": "boss"}, "body": "Hello"}]}),
        json!({"messages": [{"author": agent, "body": "Hello", "visiblity": "internal"}]}),
        json!({"messages": [{"author": agent, "body": "Hello", "format": "markdown"}]}),
        json!({"messages": [], "chanel": "email"}),
    ] {
        assert!(!validator.is_valid(&broken), "{broken}");
        assert!(neutral::json(broken.to_string().as_bytes()).is_err(), "{broken}");
    }
}
