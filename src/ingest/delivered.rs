//! What a webhook's delivery says, as the store keeps it.

use crate::source::{Problem, Record};
use crate::store::deliveries::{Hint, Named, Outcome, Said};
use crate::webhook::{self, Event, Thin, Tool};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// So many problems of one delivery are told, each with so many characters.
const TOLD: usize = 5;
const LONGEST: usize = 400;

/// What `body`, which came in at `received`, says. Its conversations are kept under `as_source` where that is given,
/// whatever source the body tells.
#[must_use]
pub fn said(tool: &dyn Tool, body: &[u8], received: Timestamp, as_source: Option<&str>) -> Said {
    let empty = Said { outcome: Outcome::Nothing, records: Vec::new(), hints: Vec::new(), about: None, detail: None };
    match webhook::read(tool, body, received) {
        Ok(Event::Nothing) => empty,
        Ok(Event::Thin(thin)) => {
            let source = as_source.unwrap_or(tool.name());
            let hints: Vec<Hint> = thin.into_iter().map(|thin| hint(source, thin)).collect();
            let about = only(hints.iter().map(|hint| hint.about.clone()));
            Said { outcome: Outcome::Thin, hints, about, ..empty }
        }
        Ok(Event::Records { mut records, wrong }) => {
            if let Some(source) = as_source {
                records.iter_mut().for_each(|record| rename(record, source));
            }
            if wrong.is_empty() {
                return Said { outcome: Outcome::Taken, records, ..empty };
            }
            // What could not be read may be about other conversations than what could.
            Said { outcome: Outcome::Partly, records, detail: Some(told(&wrong)), ..empty }
        }
        Err(problem) => Said { outcome: Outcome::Unread, detail: Some(told(&[problem])), ..empty },
    }
}

fn hint(source: &str, Thin { conversation, what }: Thin) -> Hint {
    Hint { about: Named { source: source.to_owned(), conversation: conversation.0 }, what }
}

/// The one conversation that all is about, where it is one.
fn only(all: impl Iterator<Item = Named>) -> Option<Named> {
    let mut all: BTreeSet<Named> = all.collect();
    all.pop_first().filter(|_| all.is_empty())
}

fn rename(record: &mut Record, source: &str) {
    match record {
        Record::Piece(piece) => piece.source = source.to_owned().into(),
        Record::Person(person) => person.source = source.to_owned().into(),
    }
}

/// What is wrong, in short.
fn told(wrong: &[Problem]) -> String {
    let short = |problem: &Problem| problem.to_string().chars().take(LONGEST).collect::<String>();
    let mut lines: Vec<String> = wrong.iter().take(TOLD).map(short).collect();
    if wrong.len() > TOLD {
        lines.push(format!("and {} more", wrong.len() - TOLD));
    }
    lines.join("\n")
}
