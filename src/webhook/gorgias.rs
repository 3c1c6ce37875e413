//! Gorgias: an HTTP integration, which sends the headers and the JSON that its administrator typed.
//!
//! The guide gives the JSON: a message as Gorgias' API writes it, every value a placeholder between quotes. What
//! comes of that is text throughout, `None` where there is nothing.

use super::{Delivery, Event, Refused, Secret, Tool, Verified, parse, problem, read_records, shared_secret};
use crate::source::Problem;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Gorgias.
#[derive(Debug)]
pub struct Gorgias;

/// Turns what templates write for nothing and for yes and no into what the API writes; bodies stay as they are.
fn untemplate(object: &mut Map<String, Value>) {
    for (key, value) in object.iter_mut() {
        match value {
            Value::Object(inner) => untemplate(inner),
            Value::String(text) if !key.starts_with("body_") && !key.starts_with("stripped_") => {
                match text.trim().to_ascii_lowercase().as_str() {
                    "" | "none" | "null" => *value = Value::Null,
                    "true" => *value = Value::Bool(true),
                    "false" => *value = Value::Bool(false),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

impl Tool for Gorgias {
    fn name(&self) -> &'static str {
        "gorgias"
    }

    fn title(&self) -> &'static str {
        "Gorgias"
    }

    fn guide(&self) -> &'static str {
        include_str!("guides/gorgias.md")
    }

    fn verify(&self, delivery: &Delivery<'_>, secrets: &[Secret]) -> Result<Verified, Refused> {
        shared_secret::verify(delivery, secrets)
    }

    fn read(&self, body: &str, _: Timestamp) -> Result<Event, Problem> {
        let mut message: Map<String, Value> = parse(body)?;
        untemplate(&mut message);
        if message.get("ticket_id").and_then(Value::as_str).is_some_and(|id| id.contains("{{")) {
            let wrong = ("/ticket_id".to_owned(), "the placeholder was not filled in".to_owned());
            return Err(problem(wrong, body));
        }
        read_records(self.name(), &Value::Object(message).to_string())
    }
}
