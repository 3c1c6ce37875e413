//! People's own rules, beside the built-in ones: files of rules, and rules that are switched off.

mod editor;
mod file;
mod off;

use super::rescoring::Rescoring;
use super::{PARTS, Parts};
use crate::ingest::in_force::own_rules;
use crate::lexicon::{Label, LexiconFile, Rule};
use crate::report::words;
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page};
use crate::service::pages::moment::Moment;
use crate::service::pages::table_csv;
use crate::service::pages::visitor::Visitor;
use crate::service::routes::at;
use crate::store::edits::{self, Edits};
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/settings/rules", &[Method::GET]).route(web::get().to(list_page)))
        .configure(editor::routes)
        .configure(off::routes);
}

#[derive(Debug, Default, Deserialize)]
struct ListQuery {
    format: Option<String>,
    table: Option<String>,
}

#[derive(Template)]
#[template(path = "settings/own_rules/list.html", config = "src/service/pages/askama.toml")]
struct ListPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    /// Why they are not in force.
    not_in_force: Option<String>,
    files: Vec<FileRow>,
    off: Vec<OffRow>,
    labels: Vec<(&'static str, String)>,
    rescoring: Option<Rescoring>,
}

struct FileRow {
    name: String,
    /// Its rules: identifier and what each finds.
    rules: Vec<(String, String)>,
    changed: Option<Moment>,
    by: String,
}

/// A rule that is switched off.
struct OffRow {
    id: String,
    /// What it finds; none where there is no such rule any more.
    what: Option<String>,
}

/// Labels of which somebody may write rules, with the name for people.
fn labels() -> Vec<(&'static str, String)> {
    Label::ALL.iter().map(|label| (label.name(), words::plain(label.name()))).collect()
}

/// The path of people's own file called `name`.
fn path(language: &str, name: &str) -> String {
    format!("{language}/{name}.toml")
}

/// The file of rules that are switched off.
fn off_path(language: &str) -> String {
    path(language, "off")
}

/// The rules that are switched off.
fn switched_off(edits: &Edits, language: &str) -> Vec<String> {
    let table = edits.get(&off_path(language)).and_then(|text| text.parse::<toml::Table>().ok());
    let off = table.and_then(|mut table| table.remove("off"));
    let ids = off.and_then(|off| off.as_array().cloned()).unwrap_or_default();
    ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

async fn list_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let lexicon = service.method().lexicon;
    let language = lexicon.language();
    let (edits, changes) = service
        .read(move |transaction| {
            let edits = edits::current(transaction)?;
            let last = |file: LexiconFile| Ok((edits::newest(transaction, &file.path)?, file));
            let changes = own_rules(&edits, language).into_iter().map(last).collect::<Result<Vec<_>, Problem>>()?;
            Ok((edits, changes))
        })
        .await?;
    let zone = service.office.zone();
    let mut by_file: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in lexicon.rules() {
        by_file.entry(&lexicon.files()[rule.place.file as usize].path).or_default().push(rule);
    }
    let row = |(edit, file): (Option<edits::Edit>, LexiconFile)| {
        let name = file.path.strip_prefix(language)?.strip_prefix('/')?.strip_suffix(".toml")?.to_owned();
        let rules = by_file.get(file.path.as_str()).into_iter().flatten();
        (name != "off").then(|| FileRow {
            name,
            rules: rules.map(|rule| (rule.id.clone(), rule.what.clone())).collect(),
            changed: edit.as_ref().and_then(|edit| edit.at).map(|at| Moment::of(at, zone)),
            by: edit.map(|edit| edit.name).unwrap_or_default(),
        })
    };
    let files: Vec<FileRow> = changes.into_iter().filter_map(row).collect();
    let of_settings = service.lexicon_of_settings();
    let off = switched_off(&edits, language).into_iter().map(|id| {
        let what = of_settings.rule(&id).map(|rule| rule.what.clone());
        OffRow { id, what }
    });
    let off: Vec<OffRow> = off.collect();
    match (query.format.as_deref(), query.table.as_deref()) {
        (Some("csv"), Some("off")) => {
            let rows = off.iter().map(|row| vec![row.id.clone(), row.what.clone().unwrap_or_default()]);
            table_csv::answer("rules-off", &["rule", "what"], &rows.collect::<Vec<_>>())
        }
        (Some("csv"), _) => {
            let at = |row: &FileRow| row.changed.as_ref().map(|at| at.at.clone()).unwrap_or_default();
            let ids = |row: &FileRow| row.rules.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(" ");
            let rows = files.iter().map(|row| vec![row.name.clone(), ids(row), at(row), row.by.clone()]);
            table_csv::answer("own-rules", &["file", "rules", "changed", "by"], &rows.collect::<Vec<_>>())
        }
        _ => page(&ListPage {
            frame: visitor.frame("Own rules"),
            parts: PARTS,
            here: "Own rules",
            wrong: Vec::new(),
            not_in_force: service.not_in_force(),
            files,
            off,
            labels: labels(),
            rescoring: Rescoring::last(&service).await?,
        }),
    }
}
