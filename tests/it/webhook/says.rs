//! What deliveries say: `tests/webhooks/TOOL.jsonl`, a body a line, beside what is read in it, `TOOL.jsonl.snap`.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test --test it webhook`, then read the difference.

use crate::sources::{is_beside, told};
use amends::source::merge::merge;
use amends::source::{Piece, Place, Record};
use amends::webhook::{self, Event, TOOLS, Tool};
use jiff::Timestamp;
use std::fmt::Write;
use std::path::{Path, PathBuf};

pub fn bodies(tool: &dyn Tool) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/webhooks")).join(tool.name()).with_extension("jsonl")
}

fn received() -> Timestamp {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

#[test]
fn bodies_of_every_tool_are_read_as_beside_them() {
    for tool in TOOLS {
        let file = bodies(tool);
        let text = std::fs::read_to_string(&file).unwrap();
        let mut all = String::new();
        for (number, body) in (1..).zip(text.lines()) {
            let place = Place { line: Some(number), ..Place::default() };
            match webhook::read(tool, body.as_bytes(), received()) {
                Ok(Event::Nothing) => writeln!(all, "[{number}] nothing").unwrap(),
                Ok(Event::Thin(thin)) => {
                    for one in thin {
                        writeln!(all, "[{number}] {} has something new: {}", one.conversation, one.what).unwrap();
                    }
                }
                Ok(Event::Records { records, wrong }) => {
                    records.into_iter().for_each(|record| all += &told(&place, Ok(record)));
                    wrong.into_iter().for_each(|problem| all += &told(&place, Err(problem)));
                }
                Err(problem) => write!(all, "[{number}] {}", told(&place, Err(problem))).unwrap(),
            }
        }
        is_beside(&file, &all);
    }
}

/// The pieces of all deliveries of `tool`, a list a delivery.
fn pieces(tool: &dyn Tool) -> Vec<Vec<Piece>> {
    let text = std::fs::read_to_string(bodies(tool)).unwrap();
    let read = text.lines().filter_map(|body| match webhook::read(tool, body.as_bytes(), received()) {
        Ok(Event::Records { records, .. }) => Some(records),
        _ => None,
    });
    let piece = |record| match record {
        Record::Piece(piece) => Some(piece),
        Record::Person(_) => None,
    };
    read.map(|records| records.into_iter().filter_map(piece).collect()).collect()
}

#[test]
fn a_message_has_an_id_and_a_time_so_that_deliveries_may_come_in_any_order() {
    for tool in TOOLS {
        for message in pieces(tool).into_iter().flatten().flat_map(|piece| piece.messages) {
            assert!(message.sent.is_some(), "{}: {message:?}", tool.name());
            // Zendesk's opening message is the ticket's description, which has no id of its own.
            let opening = tool.name() == "zendesk" && message.body == "My lamp came broken.";
            assert!(message.id.is_some() || opening, "{}: {message:?}", tool.name());
        }
    }
}

#[test]
fn deliveries_in_reverse_and_twice_make_the_same_conversation() {
    for tool in TOOLS.into_iter().filter(|tool| !["hubspot", "freshdesk"].contains(&tool.name())) {
        let first = pieces(tool).into_iter().flatten().next().unwrap().conversation;
        let of_first = || pieces(tool).into_iter().flatten().filter(|piece| piece.conversation == first);
        let messages = |pieces| merge(pieces, &()).conversation.messages;
        let in_order = messages(of_first().collect());
        assert!(!in_order.is_empty(), "{}", tool.name());
        let mut twice: Vec<Piece> = of_first().chain(of_first()).collect();
        twice.reverse();
        assert_eq!(messages(twice), in_order, "{}", tool.name());
    }
}

#[test]
fn a_body_that_is_no_text_or_no_json_is_told() {
    for tool in TOOLS {
        for body in [&b"\xff\xfe{}"[..], b"", b"{", b"null", b"\"x\"", b"{\"id\": 1,"] {
            match webhook::read(tool, body, received()) {
                Err(problem) => assert!(!problem.reason.is_empty()),
                Ok(event) => panic!("{} of {:?}: {event:?}", tool.name(), String::from_utf8_lossy(body)),
            }
        }
    }
}

#[test]
fn the_json_of_the_guides_is_what_is_read() {
    for (name, filled) in [("freshdesk", 3), ("gorgias", 1), ("standard", 1), ("neutral", 1)] {
        let tool = webhook::tool(name).unwrap();
        let templates: Vec<&str> =
            tool.guide().split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert_eq!(templates.len(), filled, "{name}");
        for template in templates {
            let mut body = template.to_owned();
            for (placeholder, value) in [
                ("{{message.from_agent}}", "true"),
                ("{{message.public}}", "True"),
                ("{{message.created_datetime}}", "2026-03-02T08:14:00+00:00"),
                ("{{message.rule_id}}", ""),
            ] {
                body = body.replace(placeholder, value);
            }
            if template.contains("{{") {
                body = body.replace("{{", "a ").replace("}}", " b");
            }
            match webhook::read(tool, body.as_bytes(), received()) {
                Ok(Event::Records { records, wrong }) => assert!(records.len() == 1 && wrong.is_empty(), "{body}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
    for tool in TOOLS {
        let address = format!("YOUR-ADDRESS/hooks/{}", tool.name());
        assert!(tool.guide().starts_with("# ") && tool.guide().contains(&address), "{}", tool.name());
    }
}
