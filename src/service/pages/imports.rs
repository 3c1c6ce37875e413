//! Exports of ticketing tools: uploaded, taken in with progress told as it goes on.

use super::Problem;
use super::frame::{Frame, page, page_with, see_other};
use super::moment::Moment;
use super::visitor::Visitor;
use crate::access::Scope;
use crate::ingest::import::Reading;
use crate::report::words;
use crate::service::Service;
use crate::service::api::imports::{self, JobAnswer, Received, job};
use crate::service::gate::{Ingest, May};
use crate::service::paging::{Page, PageQuery};
use crate::service::routes::at;
use crate::store::jobs::{self, Job, Kind, State};
use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::Value;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            at("/imports", &[Method::GET, Method::POST])
                .route(web::get().to(imports_page))
                .route(web::post().to(upload)),
        )
        .service(at("/imports/{key}", &[Method::GET]).route(web::get().to(import_page)))
        .service(at("/imports/{key}/end", &[Method::POST]).route(web::post().to(end)));
}

/// Imports of a page.
const ROWS: usize = 30;

/// Bytes of a field beside the file, at most.
const LONGEST_FIELD: usize = 64 << 10;

/// Rejected rows shown on a page; all are in the file.
const MOST_REJECTED: usize = 20;

#[derive(Template)]
#[template(path = "imports.html", config = "src/service/pages/askama.toml")]
struct ImportsPage {
    frame: Frame,
    /// What is wrong with what was sent.
    wrong: Option<String>,
    items: Vec<ImportView>,
    limit: String,
    next: Option<String>,
}

struct ImportView {
    key: i64,
    name: String,
    created: Option<Moment>,
    state: &'static str,
    state_name: &'static str,
    over: bool,
    percent: u64,
    conversations: String,
    messages: String,
    added: String,
    changed: String,
    rejected: u64,
    told: Vec<String>,
    problem: Option<String>,
}

impl ImportView {
    fn of(service: &Service, job: Job) -> Self {
        let zone = service.office.zone();
        let (key, state, created) = (job.key, job.state, job.created);
        let JobAnswer { counts, reading, .. } = JobAnswer::of(service, job);
        Self {
            key,
            name: reading.and_then(|reading| reading.name).unwrap_or_else(|| format!("Import {key}")),
            created: created.map(|at| Moment::of(at, zone)),
            state: match state {
                State::Waiting => "Waits",
                State::Running => "Is being read",
                State::Done => "Done",
                State::Failed => "Failed",
                State::Cancelled => "Ended",
            },
            state_name: state.name(),
            over: state.is_over(),
            percent: if state == State::Done { 100 } else { counts.bytes * 100 / counts.size.max(1) },
            conversations: words::number(counts.conversations),
            messages: words::number(counts.messages),
            added: words::number(counts.added),
            changed: words::number(counts.changed),
            rejected: counts.rejected,
            told: counts.told,
            problem: counts.problem,
        }
    }
}

async fn imports_page(
    visitor: Visitor,
    service: web::Data<Service>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Ingest)?;
    page(&list(&visitor, &service.into_inner(), query.after()?).await?)
}

async fn list(visitor: &Visitor, service: &Arc<Service>, before: Option<i64>) -> Result<ImportsPage, Problem> {
    let found = service.read(move |transaction| Ok(jobs::list(transaction, Kind::Import, before, ROWS + 1)?)).await?;
    let cursor = Page::of(found.iter().collect(), ROWS, |job: &&Job| job.key, |_| ())?.next_cursor;
    Ok(ImportsPage {
        frame: visitor.frame("Imports"),
        wrong: None,
        items: found.into_iter().take(ROWS).map(|job| ImportView::of(service, job)).collect(),
        limit: format!("{:.1} GB", service.settings.server.import_limit as f64 / 1e9),
        next: cursor.map(|cursor| format!("/imports?cursor={cursor}")),
    })
}

/// Takes the form as a browser without scripts sends it.
async fn upload(
    caller: May<Ingest>,
    visitor: Visitor,
    service: web::Data<Service>,
    form: Multipart,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    match receive(&service, form).await {
        Ok((received, reading)) => {
            let job = imports::begin(&service, (*caller).clone(), received, reading).await?;
            Ok(see_other(&format!("/imports/{}", job.key)))
        }
        Err(problem) if problem.status < 500 => {
            let faults = problem.errors.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail));
            let faults = faults.collect::<Vec<_>>().join("; ");
            let wrong = if faults.is_empty() { problem.detail } else { faults };
            let shown = ImportsPage { wrong: Some(wrong), ..list(&visitor, &service, None).await? };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(problem) => Err(problem),
    }
}

/// The export in `form`, and how it is to be read.
async fn receive(service: &Service, mut form: Multipart) -> Result<(Received, Reading), Problem> {
    let (mut export, mut reading) = (None, Reading::default());
    while let Some(field) = form.next().await {
        let mut field = field.map_err(not_understood)?;
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let told = field.content_disposition().and_then(|told| told.get_filename());
            reading.name = told.filter(|name| !name.is_empty()).map(str::to_owned);
            export = Some(imports::receive(service, field.map_err(not_understood)).await?);
            continue;
        }
        let value =
            field.bytes(LONGEST_FIELD).await.map_err(|_| Problem::too_large(format!("`{name}` is too long")))?;
        let value = String::from_utf8_lossy(&value.map_err(not_understood)?).trim().to_owned();
        let value = Some(value).filter(|value| !value.is_empty());
        match name.as_str() {
            "format" => reading.format = value,
            "encoding" => reading.encoding = value,
            "map" => reading.map = value,
            "dates" => reading.dates = value,
            "our_addresses" => reading.our_addresses = value,
            _ => {}
        }
    }
    imports::check(&reading)?;
    let export = export.filter(|export| export.size > 0);
    Ok((export.ok_or_else(|| Problem::bad_request("choose a file that is not empty"))?, reading))
}

fn not_understood(error: actix_multipart::MultipartError) -> Problem {
    Problem::bad_request(format!("the form could not be read: {error}"))
}

#[derive(Template)]
#[template(path = "import.html", config = "src/service/pages/askama.toml")]
struct ImportPage {
    frame: Frame,
    item: ImportView,
    rejected: Vec<Rejected>,
}

struct Rejected {
    place: String,
    why: String,
}

impl Rejected {
    fn of(line: &str) -> Self {
        let row: Value = serde_json::from_str(line).unwrap_or_default();
        let text = |name: &str| match row.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let place = ["row", "line", "pointer"].iter().filter_map(|name| Some(format!("{name} {}", text(name)?)));
        Self {
            place: place.collect::<Vec<_>>().join(", "),
            why: text("reason").unwrap_or_else(|| line.chars().take(300).collect()),
        }
    }
}

async fn import_page(
    visitor: Visitor,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Ingest)?;
    let service: Arc<Service> = service.into_inner();
    let job = job(&service, Kind::Import, &key).await?;
    let own = job.key;
    let rejected = service.read(move |transaction| Ok(jobs::rejected(transaction, own, 0, MOST_REJECTED)?)).await?;
    let item = ImportView::of(&service, job);
    page(&ImportPage {
        frame: visitor.frame(item.name.clone()),
        rejected: rejected.iter().map(|(_, line)| Rejected::of(line)).collect(),
        item,
    })
}

async fn end(
    _visitor: Visitor,
    caller: May<Ingest>,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    imports::delete(caller, service, key).await?;
    Ok(see_other("/imports"))
}
