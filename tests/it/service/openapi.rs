//! The description of the API and what is answered are the same.

use super::Running;
use actix_web::test::TestRequest;
use amends::access::Role;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Method and path of each operation, with what is told of it.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter().filter(|(method, _)| METHODS.contains(&method.as_str()));
        methods.map(|(method, operation)| (method.to_uppercase(), path.clone(), operation))
    });
    operations.collect()
}

fn document() -> Value {
    serde_json::to_value(amends::service::openapi::document()).unwrap()
}

#[test]
fn the_document_is_as_it_was_looked_over() {
    let text = serde_json::to_string_pretty(&document()).unwrap();
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("openapi", text);
    });
    assert_eq!(Running::new().get("/openapi.json").json(), document());
}

#[test]
fn every_operation_is_described_and_named_once() {
    let document = document();
    let mut names = BTreeSet::new();
    let mut wrong = Vec::new();
    for (method, path, operation) in operations(&document) {
        let told = |field: &str| operation[field].as_str().is_some_and(|text| text.len() > 3);
        if !told("summary") || !told("description") || operation["summary"].as_str().unwrap().ends_with('.') {
            wrong.push(format!("{method} {path}: a summary without a full stop, an empty line, a description"));
        }
        let tagged = operation["tags"].as_array().is_some_and(|tags| tags.len() == 1);
        let name = operation["operationId"].as_str().unwrap_or_default().to_owned();
        if !tagged || !name.chars().all(|c| c.is_ascii_alphanumeric()) || !names.insert(name) {
            wrong.push(format!("{method} {path}: one tag, and an operation_id in camelCase of its own"));
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            if response["description"].as_str().is_none_or(str::is_empty) {
                wrong.push(format!("{method} {path}: {status} is not described"));
            }
            let problem = status.starts_with('4') || status.starts_with('5');
            if problem && response["content"]["application/problem+json"].is_null() {
                wrong.push(format!("{method} {path}: {status} is no problem"));
            }
        }
        if !operation["responses"].as_object().unwrap().keys().any(|status| status.starts_with(['2', '3'])) {
            wrong.push(format!("{method} {path}: no answer when all goes well"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_path_of_the_document_is_answered() {
    let mut running = Running::new();
    for (method, path, operation) in operations(&document()) {
        // One of them revokes the token of key 1.
        let token = running.token(Role::Admin);
        running.as_(&token);
        let path = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        let answer = running.request(TestRequest::default().method(method.parse().unwrap()).uri(&path));
        let problem: Option<Value> = serde_json::from_slice(&answer.body).ok();
        let detail = problem.as_ref().and_then(|problem| problem["detail"].as_str()).unwrap_or_default();
        assert_ne!(answer.status, 405, "{method} {path}");
        assert!(!detail.starts_with("there is nothing at"), "{method} {path}: {detail}");
        assert!(answer.status < 500, "{method} {path}: {}", answer.text());
        let status = answer.status.to_string();
        let known = operation["responses"].get(&status).is_some();
        assert!(known, "{method} {path}: {status} is not in the document\n{}", answer.text());
    }
}

/// All files below `folder`.
fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
    texts
}

/// Routes are told as `at("path", &[Method::GET, …])` in `src/service/api/`; pages are not of the API.
#[test]
fn every_route_of_the_code_is_in_the_document() {
    let document = document();
    let known: BTreeSet<(String, String)> =
        operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    let mut routes = BTreeSet::new();
    for text in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/service/api")) {
        for (start, _) in text.match_indices("at(").filter(|(start, _)| text[..*start].ends_with([' ', '('])) {
            let Some(rest) = text[start + 3..].trim_start().strip_prefix('"') else { continue };
            let path = &rest[..rest.find('"').unwrap()];
            let methods = &rest[rest.find('[').unwrap() + 1..rest.find(']').unwrap()];
            for method in methods.split(',').map(str::trim).filter(|method| !method.is_empty()) {
                routes.insert((method.trim_start_matches("Method::").to_owned(), path.to_owned()));
            }
        }
    }
    assert!(routes.len() >= 10, "this test finds routes: {routes:?}");
    let hidden: Vec<_> = routes.difference(&known).collect();
    assert!(hidden.is_empty(), "not in the document: {hidden:?}");
    let made_up: Vec<_> = known.difference(&routes).collect();
    assert!(made_up.is_empty(), "no such route: {made_up:?}");
}
