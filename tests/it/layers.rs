//! The house rules that a compiler does not know: levels of modules, what may do I/O, sizes, module docs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Files over [`MOST_LINES`], each with its reason.
const LONGER: [(&str, &str); 0] = [];

const MOST_LINES: usize = 400;

/// A source file: its path from the root, its text.
fn sources() -> Vec<(String, String)> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    collect(&Path::new(ROOT).join("src"), &mut files);
    files.sort();
    let named = |path: PathBuf| {
        let name = path.strip_prefix(ROOT).unwrap().to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(path).unwrap();
        (name, text)
    };
    files.into_iter().map(named).collect()
}

/// The top-level module that a file belongs to: `src/text/html/map.rs` to `text`.
fn module(file: &str) -> &str {
    file.trim_start_matches("src/").trim_end_matches(".rs").split('/').next().unwrap_or_default()
}

/// Level of each module: the paragraphs of `pub mod` lines in `src/lib.rs`, in their order.
fn levels() -> BTreeMap<String, usize> {
    let text = std::fs::read_to_string(Path::new(ROOT).join("src/lib.rs")).unwrap();
    let mut levels = BTreeMap::new();
    for (level, paragraph) in text.split("\n\n").filter(|paragraph| paragraph.contains("pub mod ")).enumerate() {
        for line in paragraph.lines() {
            if let Some(name) = line.strip_prefix("pub mod ") {
                levels.insert(name.trim_end_matches(';').to_owned(), level);
            }
        }
    }
    levels
}

/// Lines of code, each with its number; comments left out.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn identifier(text: &str) -> &str {
    &text[..text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())]
}

/// The top-level modules that `text` names by `crate::`, each with the line.
fn uses(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in code(text) {
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            let names: Vec<&str> = match rest.strip_prefix('{') {
                // `use crate::{a::B, c}` in one line; over several lines it would hide from this test.
                Some(list) => {
                    assert!(list.contains('}'), "write one `use crate::module::…` for each module: {line}");
                    list.split(", ").map(identifier).collect()
                }
                None => vec![identifier(rest)],
            };
            found.extend(names.into_iter().map(|name| (number, name.to_owned())));
        }
    }
    found
}

#[test]
fn a_module_uses_only_modules_of_lower_levels() {
    let levels = levels();
    let expected = "conversation language text source webhook store lexicon lexicon_format detect situation score library reading promise trend demo settings check evaluation marked recovery wire audit report cli";
    for name in expected.split(' ') {
        assert!(levels.contains_key(name), "src/lib.rs has no `pub mod {name}`, or no blank line between levels");
    }
    let mut wrong = Vec::new();
    for (file, text) in sources().iter().filter(|(file, _)| file != "src/lib.rs" && file != "src/main.rs") {
        let own = module(file);
        let Some(level) = levels.get(own) else {
            wrong.push(format!("{file}: `{own}` has no level in src/lib.rs"));
            continue;
        };
        for (line, used) in uses(text) {
            match levels.get(&used) {
                Some(other) if used == own || other < level => {}
                Some(_) => wrong.push(format!("{file}:{line}: `{own}` uses `{used}`, which is not below it")),
                None => wrong.push(format!("{file}:{line}: `{used}` has no level in src/lib.rs")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_edges_do_input_and_output() {
    // What is named, and the modules that may name it.
    let allowed: [(&str, &[&str]); 7] = [
        ("std::fs", &["source", "store", "index", "audit", "library", "ingest", "service", "cli"]),
        ("std::env", &["cli"]),
        ("std::time", &["store", "service", "cli"]),
        ("std::process", &["cli", "main"]),
        ("println!", &["cli"]),
        // Whatever is random is a secret.
        ("getrandom", &["access", "service"]),
        // JSON comes in as conversations, exports and labels, and goes out as answers.
        (
            "serde_json",
            &[
                "conversation",
                "source",
                "webhook",
                "store",
                "index",
                "evaluation",
                "wire",
                "audit",
                "ingest",
                "service",
                "cli",
            ],
        ),
    ];
    let mut wrong = Vec::new();
    for (file, text) in &sources() {
        for (line, code) in code(text) {
            for (name, modules) in allowed {
                if code.contains(name) && !modules.contains(&module(file)) {
                    wrong.push(format!("{file}:{line}: `{name}` belongs in {}", modules.join(", ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for_and_is_not_too_long() {
    let mut wrong = Vec::new();
    for (file, text) in &sources() {
        if !text.starts_with("//! ") {
            wrong.push(format!("{file}: does not start with `//!`"));
        }
        let (lines, longer) = (text.lines().count(), LONGER.iter().any(|(name, _)| name == file));
        if lines > MOST_LINES && !longer {
            wrong.push(format!(
                "{file}: {lines} lines; the soft limit is {MOST_LINES}: split it, or give the reason in LONGER"
            ));
        } else if lines <= MOST_LINES && longer {
            wrong.push(format!("{file}: short enough now; take it out of LONGER"));
        }
        if let Some((line, _)) =
            code(text).find(|(_, line)| line.split(|c: char| !c.is_alphanumeric()).any(|word| word == "unsafe"))
        {
            wrong.push(format!("{file}:{line}: no unsafe code"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn this_test_sees_what_it_looks_for() {
    let text = "//! Docs: [`crate::cli`].\nuse crate::lexicon::{A, B};\nuse crate::{text::Span, wire};\nlet x = crate::score::f();\n";
    let found: Vec<String> = uses(text).into_iter().map(|(line, name)| format!("{line} {name}")).collect();
    assert_eq!(found, ["2 lexicon", "3 text", "3 wire", "4 score"]);
    assert_eq!(module("src/text/html/map.rs"), "text");
    assert_eq!(module("src/language.rs"), "language");
}
