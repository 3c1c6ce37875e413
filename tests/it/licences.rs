//! The licences of all dependencies, held to the list in `deny.toml`.
//!
//! `cargo deny` does this better, but building it takes minutes; this needs nothing that is not here.

use serde_json::Value;
use std::process::Command;

fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn allowed() -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    table["licenses"]["allow"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Whether the SPDX expression allows a use under the licences in `allowed`.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let inner = expression.trim();
    // A bracket around a part: AND and OR outside of it part the expression first.
    for (operator, any) in [(" AND ", false), (" OR ", true), ("/", true)] {
        let parts = split_outside(inner, operator);
        if parts.len() > 1 {
            let mut verdicts = parts.iter().map(|part| permits(part, allowed));
            return if any { verdicts.any(|good| good) } else { verdicts.all(|good| good) };
        }
    }
    match inner.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(bracketed) => permits(bracketed, allowed),
        None => allowed.iter().any(|name| name == inner),
    }
}

/// `text` parted at each `operator` that stands outside brackets.
fn split_outside<'t>(text: &'t str, operator: &str) -> Vec<&'t str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 && at >= start && text[at..].starts_with(operator) {
            parts.push(&text[start..at]);
            start = at + operator.len();
        }
    }
    parts.push(&text[start..]);
    parts
}

#[test]
fn every_dependency_has_a_licence_that_we_allow() {
    let host = run("rustc", &["-vV"]);
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Only what is built here, and from what is here already: the test asks no network.
    let metadata =
        run(env!("CARGO"), &["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let (allowed, mut wrong) = (allowed(), Vec::new());
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 20, "only {} packages", packages.len());
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("none given");
        if !permits(licence, &allowed) {
            wrong.push(format!("{} {}: {licence}", package["name"], package["version"]));
        }
    }
    assert!(wrong.is_empty(), "not in deny.toml's list:\n{}", wrong.join("\n"));
}

#[test]
fn expressions_are_read_as_spdx_writes_them() {
    let allowed = ["MIT".to_owned(), "Unicode-3.0".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
    for good in [
        "MIT",
        "MIT OR GPL-3.0",
        "GPL-3.0/MIT",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR BSD-2-Clause",
    ] {
        assert!(permits(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "(MIT AND GPL-3.0) OR BSD-2-Clause", ""] {
        assert!(!permits(bad, &allowed), "{bad}");
    }
}
