//! A file of one's own rules: written, checked, tried on what is stored, saved.

use super::super::{PARTS, Parts, faults, given};
use super::file::{Wrong, check, current, skeleton, told, tried, wrong_name};
use super::path;
use crate::ingest::preview::Tried;
use crate::lexicon::Label;
use crate::report::words;
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::in_force::{CHANGED_SINCE, Change};
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page, page_with, see_other};
use crate::service::pages::moment::Moment;
use crate::service::pages::table_csv;
use crate::service::pages::visitor::Visitor;
use crate::service::routes::at;
use crate::store::StoreError;
use crate::store::edits::{self, Edit};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{self, Form, FormConfig, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use std::sync::Arc;

/// Bytes of a form at most: a large file of rules.
const LONGEST: usize = 1 << 20;

/// On how many messages it is tried: choices, and the one where nobody says.
pub(super) const CHOICES: [usize; 3] = [500, 2_000, 10_000];
pub(super) const MESSAGES: usize = 2_000;

/// Earlier changes that are shown.
const CHANGES: usize = 20;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/settings/rules/new", &[Method::GET]).route(web::get().to(new_page)))
        .service(
            at("/settings/rules/files", &[Method::POST])
                .app_data(FormConfig::default().limit(LONGEST))
                .route(web::post().to(filled_page)),
        )
        .service(at("/settings/rules/files/{name}", &[Method::GET]).route(web::get().to(file_page)))
        .service(at("/settings/rules/files/{name}/delete", &[Method::POST]).route(web::post().to(delete)));
}

#[derive(Debug, Default, Deserialize)]
struct NewQuery {
    label: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct FileQuery {
    format: Option<String>,
    saved: Option<String>,
    /// The key of an earlier change, whose text is shown.
    change: Option<i64>,
}

/// What the form says.
#[derive(Debug, Clone, Deserialize)]
struct FileForm {
    name: String,
    #[serde(default)]
    text: String,
    /// Whether there is such a file already.
    known: Option<String>,
    /// The newest change that its writer has seen.
    #[serde(default)]
    seen: i64,
    messages: Option<usize>,
    #[serde(default, rename = "do")]
    asked: String,
}

#[derive(Template)]
#[template(path = "settings/own_rules/editor.html", config = "src/service/pages/askama.toml")]
struct EditorPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    name: String,
    text: String,
    known: bool,
    /// The key of the newest change that its writer has seen, 0 where there was none.
    seen: i64,
    /// What somebody else saved meanwhile.
    theirs: Option<Theirs>,
    /// When the text that is shown was written, where it is an earlier one.
    earlier: Option<Moment>,
    saved: bool,
    choices: Vec<(usize, bool)>,
    /// What came of a check, where one was asked for.
    checked: Option<Vec<Wrong>>,
    others: Vec<Wrong>,
    tried: Option<TriedView>,
    changes: Vec<ChangeRow>,
}

/// A change of the file.
struct ChangeRow {
    key: i64,
    at: Option<Moment>,
    by: String,
    deleted: bool,
}

/// What somebody else made of the file while its writer was writing.
struct Theirs {
    at: Option<Moment>,
    by: String,
    /// None where it was deleted.
    text: Option<String>,
}

/// What rules find in what is stored, on a page (`settings/own_rules/tried.html`).
pub(super) struct TriedView {
    /// In sentences.
    pub(super) told: Vec<String>,
    /// The words: rule, where they are read, parts.
    pub(super) firings: Vec<FiringView>,
}

/// Words that a rule finds.
pub(super) struct FiringView {
    pub(super) rule: String,
    pub(super) path: String,
    pub(super) words: Vec<(String, bool)>,
}

impl TriedView {
    /// What `tried` comes to, where `found` begins the first sentence: "It finds something in".
    pub(super) fn of(found: &str, tried: Tried) -> Self {
        let number = |number: usize| words::number(number as u64);
        let all = format!("the last {} messages.", number(tried.messages));
        let mut sentences = vec![match tried.firing {
            0 => format!("{} {all}", found.replace("something", "nothing")),
            firing => format!("{found} {} of {all}", number(firing)),
        }];
        sentences.extend(told(&tried));
        if tried.firing > 0 && tried.firings.len() >= 30 {
            sentences.push("The newest of them are shown.".to_owned());
        }
        let firings = tried.firings.into_iter().map(|one| FiringView {
            rule: one.rule,
            path: format!("/conversations/{}#m{}", one.conversation, one.message),
            words: one.words,
        });
        Self { told: sentences, firings: firings.collect() }
    }

    fn csv(&self) -> Result<HttpResponse, Problem> {
        let rows = self.firings.iter().map(|one| {
            let found = one.words.iter().filter(|(_, found)| *found).map(|(text, _)| text.as_str());
            let all = one.words.iter().map(|(text, _)| text.as_str());
            vec![one.rule.clone(), found.collect(), all.collect(), one.path.clone()]
        });
        table_csv::answer("rules-preview", &["rule", "words", "around", "page"], &rows.collect::<Vec<_>>())
    }
}

impl EditorPage {
    /// A choice of how many messages, in words.
    fn shown(&self, messages: &usize) -> String {
        format!("the last {} messages", words::number(*messages as u64))
    }

    fn new(visitor: &Visitor, title: String, name: String, text: String) -> Self {
        Self {
            frame: visitor.frame(title),
            parts: PARTS,
            here: "Own rules",
            wrong: Vec::new(),
            name,
            text,
            known: false,
            seen: 0,
            theirs: None,
            earlier: None,
            saved: false,
            choices: CHOICES.map(|choice| (choice, choice == MESSAGES)).into(),
            checked: None,
            others: Vec::new(),
            tried: None,
            changes: Vec::new(),
        }
    }
}

async fn new_page(visitor: Visitor, _may: May<Manage>, query: Query<NewQuery>) -> Result<HttpResponse, Problem> {
    let label = query.label.as_deref().and_then(Label::from_name).unwrap_or(Label::Excuse);
    let name = format!("our-{}", label.name().replace('_', "-"));
    page(&EditorPage::new(&visitor, "New rules".to_owned(), name, skeleton(label)))
}

async fn file_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    name: web::Path<String>,
    query: Query<FileQuery>,
) -> Result<HttpResponse, Problem> {
    let (service, name) = (service.into_inner(), name.into_inner());
    let subject = path(service.method().lexicon.language(), &name);
    let changes = service.read(move |transaction| Ok(edits::of(transaction, &subject, CHANGES)?)).await?;
    let shown = match query.change {
        Some(key) => changes.iter().position(|edit| edit.key == key),
        None => Some(0),
    };
    let text = shown.and_then(|index| changes.get(index)?.text.clone());
    let (Some(shown), Some(text)) = (shown, text) else {
        return Err(Problem::not_found(format!("there is no such file of own rules `{name}`")));
    };
    if query.format.as_deref() == Some("toml") {
        let disposition = format!("attachment; filename=\"{name}.toml\"");
        let mut answer = HttpResponse::Ok();
        answer.content_type("application/toml; charset=utf-8");
        return Ok(answer.insert_header((header::CONTENT_DISPOSITION, disposition)).body(text));
    }
    let zone = service.office.zone();
    let at = |edit: &Edit| edit.at.map(|at| Moment::of(at, zone));
    let row =
        |edit: &Edit| ChangeRow { key: edit.key, at: at(edit), by: edit.name.clone(), deleted: edit.text.is_none() };
    page(&EditorPage {
        known: true,
        seen: changes.first().map_or(0, |edit| edit.key),
        earlier: changes.get(shown).filter(|_| shown > 0).and_then(at),
        saved: query.saved.is_some(),
        changes: changes.iter().map(row).collect(),
        ..EditorPage::new(&visitor, format!("Own rules {name}"), name, text)
    })
}

/// Checks what the form says, tries it, or saves it.
async fn filled_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    form: Form<FileForm>,
) -> Result<HttpResponse, Problem> {
    let (service, form) = (service.into_inner(), form.into_inner());
    // Forms send line ends as CR LF.
    let text = form.text.replace("\r\n", "\n");
    let (known, seen, name) = (form.known.is_some(), form.seen, form.name.trim().to_owned());
    let subject = path(service.method().lexicon.language(), &name);
    let messages = form.messages.filter(|number| CHOICES.contains(number)).unwrap_or(MESSAGES);
    let filled = EditorPage {
        known,
        seen,
        choices: CHOICES.map(|choice| (choice, choice == messages)).into(),
        ..EditorPage::new(&visitor, format!("Own rules {name}"), name.clone(), text.clone())
    };
    if let Some(wrong) = wrong_name(&name) {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &EditorPage { wrong: vec![wrong], ..filled });
    }
    let (shared, own, read) = (Arc::clone(&service), subject.clone(), text.clone());
    let trying = ["preview", "csv"].contains(&form.asked.as_str());
    let work = move || {
        let mut edits = current(&shared)?;
        let taken = !known && edits.contains_key(&own);
        edits.insert(own.clone(), read);
        let checked = check(&shared, &edits, &own)?;
        let compiled = checked.library.as_ref().and_then(|library| library.lexicon(own.split('/').next()?));
        let tried = match compiled {
            Some(after) if trying => {
                let of_file = |id: &str| {
                    let rule = after.rule(id);
                    rule.is_some_and(|rule| after.files()[rule.place.file as usize].path == own)
                };
                Some(tried(&shared, after, &of_file, messages)?)
            }
            _ => None,
        };
        Ok::<_, Problem>((taken, checked.wrong, checked.others, tried))
    };
    let (taken, wrong, others, tried) = web::block(work).await.map_err(|_| Problem::from(StoreError::Closed))??;
    let tried = tried.map(|tried| TriedView::of("They find something in", tried));
    if let Some(tried) = tried.as_ref().filter(|_| form.asked == "csv") {
        return tried.csv();
    }
    let right = wrong.is_empty();
    let filled = EditorPage { checked: Some(wrong), others, tried, ..filled };
    if form.asked != "save" {
        return page(&filled);
    }
    if taken {
        let wrong = vec![format!("There is a file `{name}` already; choose another name, or change that one.")];
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &EditorPage { wrong, ..filled });
    }
    if !right {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &filled);
    }
    let change = Change {
        edits: vec![(subject.clone(), given(&text).map(|_| text))],
        seen: Some(seen),
        action: "rules_saved",
        subject: format!("rules:{name}"),
    };
    match service.edit(change, visitor.principal()).await {
        Ok(Some(_)) => Ok(see_other("/settings/rules")),
        Ok(None) => Ok(see_other(&format!("/settings/rules/files/{name}?saved=1"))),
        Err(problem) if problem.code == CHANGED_SINCE => {
            let newest = service.read(move |transaction| Ok(edits::newest(transaction, &subject)?)).await?;
            let seen = newest.as_ref().map_or(seen, |edit| edit.key);
            let zone = service.office.zone();
            let theirs = newest.map(|edit| Theirs {
                at: edit.at.map(|at| Moment::of(at, zone)),
                by: edit.name,
                text: edit.text,
            });
            page_with(StatusCode::CONFLICT, &EditorPage { seen, theirs, ..filled })
        }
        Err(problem) => {
            let wrong = faults(problem)?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &EditorPage { wrong, ..filled })
        }
    }
}

async fn delete(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    if let Some(wrong) = wrong_name(&name) {
        return Err(Problem::not_found(wrong));
    }
    let change = Change {
        edits: vec![(path(service.method().lexicon.language(), &name), None)],
        // Its text stays among the changes.
        seen: None,
        action: "rules_deleted",
        subject: format!("rules:{name}"),
    };
    service.edit(change, visitor.principal()).await?;
    Ok(see_other("/settings/rules"))
}
