//! Exports of every tool: `tests/exports/TOOL/FILE` beside what is read in it, `FILE.snap`.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test --test it sources`, then read the difference.

use amends::source::{JSON_TOOLS, JsonTool, Place, Problem, Record, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const EXPORTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exports");

/// The invented exports of `tool`, in order of their names.
pub fn exports(tool: &str) -> Vec<PathBuf> {
    let folder = Path::new(EXPORTS).join(tool);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|extension| extension != "snap"))
        .collect();
    files.sort();
    files
}

/// One line for each thing that was read, with its place.
pub fn told(place: &Place, record: Result<Record, Problem>) -> String {
    let mut told = String::new();
    match record {
        Err(problem) => {
            let _ =
                writeln!(told, "WRONG {problem}{}", if problem.fatal { " (nothing after it can be read)" } else { "" });
        }
        Ok(Record::Person(person)) => {
            let _ = writeln!(told, "[{place}] person {} {:?} {:?}", person.id, person.role, person.name);
        }
        Ok(Record::Piece(piece)) => {
            let channel = piece.channel.as_deref().unwrap_or("-");
            let conversation = piece.conversation.as_ref().map_or("(its own)", |id| id.as_str());
            let requester = piece.requester.as_ref().map_or("-", |id| id.as_str());
            let _ = writeln!(told, "[{place}] {} {conversation} channel {channel} requester {requester}", piece.source);
            for message in piece.messages {
                let id = message.id.as_ref().map_or("-", |id| id.as_str());
                let role = message.author.role.map_or_else(|| "?".to_owned(), |role| format!("{role:?}"));
                let author = message.author.id.as_ref().map_or("-", |id| id.as_str());
                let name = message.author.name.as_deref().unwrap_or("-");
                let sent = message.sent.as_deref().unwrap_or("-");
                let automatic = if message.automatic { " automatic" } else { "" };
                let format = message.format.map_or_else(String::new, |format| format!(" {format:?}"));
                let _ = writeln!(
                    told,
                    "  {id} {role} {author} ({name}) {sent} {:?}{format}{automatic}: {:?}",
                    message.visibility, message.body
                );
            }
        }
    }
    told
}

/// Holds what was read in `file` against what lies beside it.
pub fn is_beside(file: &Path, read: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(file.parent().unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(file.file_name().unwrap().to_str().unwrap(), read));
}

#[test]
fn exports_of_json_tools_are_read_as_beside_them() {
    for tool in JSON_TOOLS {
        let files = exports(tool.name());
        assert!(files.len() >= 2, "{}: a good export and a broken one at least", tool.name());
        for file in files {
            let mut all = String::new();
            let bytes = std::fs::read(&file).unwrap();
            let mut sink = |place: Place, record| all += &told(&place, record);
            if file.extension().is_some_and(|extension| extension == "jsonl") {
                let text = String::from_utf8(bytes).unwrap();
                for (index, line) in text.lines().enumerate() {
                    let place = Place { line: Some(index as u64 + 1), ..Place::default() };
                    json::records(tool, line, &place, &mut sink);
                }
            } else {
                json::document(tool, bytes.as_slice(), &mut sink);
            }
            is_beside(&file, &all);
        }
    }
}

#[test]
fn every_tool_knows_its_own_records_and_no_others() {
    for tool in JSON_TOOLS {
        for file in exports(tool.name()) {
            let text = std::fs::read_to_string(&file).unwrap();
            let Some(first) = first_record(tool, &text) else { continue };
            let knows: Vec<&str> = JSON_TOOLS
                .iter()
                .filter(|other| other.recognises(&first.0, &first.1))
                .map(|other| other.name())
                .collect();
            assert_eq!(knows, [tool.name()], "{}", file.display());
        }
    }
}

type Object = serde_json::Map<String, serde_json::Value>;

/// The first record of an export and the list that it stands in; `None` where the export is broken.
fn first_record(tool: &dyn JsonTool, text: &str) -> Option<(String, Object)> {
    let value = serde_json::from_str(text).or_else(|_| serde_json::from_str(text.lines().next().unwrap_or_default()));
    let value: serde_json::Value = value.ok()?;
    let alone = value.as_array().and_then(|array| array.first().cloned()).unwrap_or(value);
    if tool.record_keys().iter().all(|key| alone.get(key).is_none())
        && let Some(list) =
            tool.lists().iter().find(|list| alone.pointer(list).is_some_and(serde_json::Value::is_array))
    {
        return Some((list.to_string(), alone.pointer(list)?.as_array()?.first()?.as_object()?.clone()));
    }
    Some((String::new(), alone.as_object()?.clone()))
}
