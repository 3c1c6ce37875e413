//! Exports of ticketing tools: uploaded, taken in with progress told as it goes on.

use super::Problem;
use super::frame::{Frame, page, see_other};
use super::moment::Moment;
use super::visitor::Visitor;
use crate::access::Scope;
use crate::report::words;
use crate::service::Service;
use crate::service::api::imports::{self, JobAnswer, job};
use crate::service::gate::{Ingest, May};
use crate::service::paging::{Page, PageQuery};
use crate::service::routes::at;
use crate::store::jobs::{self, Job, Kind, State};
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use serde_json::Value;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/imports", &[Method::GET]).route(web::get().to(imports_page)))
        .service(at("/imports/{key}", &[Method::GET]).route(web::get().to(import_page)))
        .service(at("/imports/{key}/end", &[Method::POST]).route(web::post().to(end)));
}

/// Imports of a page.
const ROWS: usize = 30;

/// Rejected rows shown on a page; all are in the file.
const MOST_REJECTED: usize = 20;

#[derive(Template)]
#[template(path = "imports.html", config = "src/service/pages/askama.toml")]
struct ImportsPage {
    frame: Frame,
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
    let before = query.after::<i64>()?;
    let service = service.into_inner();
    let found = service.read(move |transaction| Ok(jobs::list(transaction, Kind::Import, before, ROWS + 1)?)).await?;
    let cursor = Page::of(found.iter().collect(), ROWS, |job: &&Job| job.key, |_| ())?.next_cursor;
    page(&ImportsPage {
        frame: visitor.frame("Imports"),
        items: found.into_iter().take(ROWS).map(|job| ImportView::of(&service, job)).collect(),
        limit: format!("{:.1} GB", service.settings.server.import_limit as f64 / 1e9),
        next: cursor.map(|cursor| format!("/imports?cursor={cursor}")),
    })
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
