//! Exports of ticketing tools, uploaded and taken in beside answering.

use crate::access::Principal;
use crate::ingest::import::Reading;
use crate::service::Service;
use crate::service::gate::{Ingest, May};
use crate::service::idempotency::{self, Kept};
use crate::service::jobs::Uploaded;
use crate::service::paging::{Page, PageQuery};
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::store::jobs::{self, Counts, Job, Kind, State};
use crate::store::uploads::Upload;
use crate::store::{StoreError, audit_log};
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use utoipa::ToSchema;

/// So many bytes are written to the file at once.
const PART: usize = 1 << 20;

/// So many rejected rows are read at once.
const ROWS: usize = 500;

/// Progress is told so often.
const TOLD: Duration = Duration::from_millis(500);

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/v1/imports", &[Method::GET, Method::POST]).route(web::get().to(list)).route(web::post().to(post)))
        .service(
            at("/v1/imports/{key}", &[Method::GET, Method::DELETE])
                .route(web::get().to(get))
                .route(web::delete().to(delete)),
        )
        .service(at("/v1/imports/{key}/rejected", &[Method::GET]).route(web::get().to(rejected)))
        .service(at("/v1/imports/{key}/events", &[Method::GET]).route(web::get().to(events)));
}

/// Long work, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobAnswer {
    /// Its key.
    #[schema(example = "3")]
    pub key: String,
    /// What is to be done.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// When it was asked for.
    pub created: Option<String>,
    /// When its state last changed.
    pub changed: Option<String>,
    /// Counts so far.
    pub counts: Counts,
    /// How the export is read; of other work null.
    pub reading: Option<Reading>,
}

impl JobAnswer {
    /// Of `job`, with counts of this moment where it is at work.
    #[must_use]
    pub fn of(service: &Service, job: Job) -> Self {
        let counts = service.jobs.progress(job.key).map_or(job.counts, |progress| progress.counts());
        let uploaded = serde_json::from_str::<Uploaded>(&job.request).ok();
        let size = uploaded.as_ref().map_or(counts.size, |uploaded| uploaded.size);
        Self {
            key: job.key.to_string(),
            kind: job.kind,
            state: job.state,
            created: job.created.map(|time| time.to_string()),
            changed: job.changed.map(|time| time.to_string()),
            counts: Counts { size, ..counts },
            reading: uploaded.map(|uploaded| uploaded.reading),
        }
    }
}

/// The job with that key, as its path gives it.
///
/// # Errors
/// 404 where there is none.
pub async fn job(service: &Arc<Service>, kind: Kind, key: &str) -> Result<Job, Problem> {
    let nothing = || Problem::not_found(format!("there is no {} {key}", kind.name()));
    let number: i64 = key.parse().map_err(|_| nothing())?;
    service.read(move |transaction| Ok(jobs::get(transaction, kind, number)?)).await?.ok_or_else(nothing)
}

/// Uploads an export
///
/// The body is the file as it is, packed or not: `curl --data-binary @tickets.json.gz`. It is taken in beside
/// answering; one import runs at a time. Taking in the same export twice changes nothing.
#[utoipa::path(
    post, path = "/v1/imports", tag = "imports", operation_id = "startImport",
    params(Reading, ("Idempotency-Key" = Option<String>, Header, description = "the same key with the same body gives the first answer again")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "the export"),
    responses(
        (status = 202, description = "it will be taken in; `Location` tells how far it is", body = JobAnswer),
        (status = 400, description = "a parameter is not allowed", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "it is too large", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(
    caller: May<Ingest>,
    service: web::Data<Service>,
    request: HttpRequest,
    reading: web::Query<Reading>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (service, reading) = (service.into_inner(), reading.into_inner());
    check(&reading)?;
    let limit = service.settings.server.import_limit;
    let told = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|told| told > limit) {
        return Err(too_large(limit));
    }
    let received = receive(&service, payload).await?;
    if received.size == 0 {
        return Err(Problem::bad_request("the body is empty: send the export as it is"));
    }
    let mut location = None;
    let (shared, principal, digest) = (Arc::clone(&service), (*caller).clone(), received.digest);
    let work = async {
        let added = begin(&shared, principal, received, reading).await?;
        location = Some(format!("/v1/imports/{}", added.key));
        Kept::of(StatusCode::ACCEPTED, &JobAnswer::of(&shared, added))
    };
    let mut answer = idempotency::once(&service, &caller, &request, &digest, work).await?;
    if let Some(location) = location.and_then(|location| location.parse().ok()) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(answer)
}

/// Refuses what an export cannot be read by.
///
/// # Errors
/// 400 that names each.
pub fn check(reading: &Reading) -> Result<(), Problem> {
    let problem = Problem::bad_request("a parameter is not allowed");
    let named = |wrong: Vec<(_, _)>| wrong.into_iter().fold(problem, |problem, (name, why)| problem.at(name, why));
    reading.settings().map(drop).map_err(named)
}

/// Has what was received taken in.
///
/// # Errors
/// Where the store fails; the file is removed then.
pub async fn begin(
    service: &Arc<Service>,
    principal: Principal,
    received: Received,
    reading: Reading,
) -> Result<Job, Problem> {
    let Received { upload, size, .. } = received;
    let file = web::block(move || upload.keep()).await.map_err(|_| StoreError::Closed)??;
    let name = reading.name.clone();
    let asked = serde_json::to_string(&Uploaded { file: file.clone(), size, reading }).map_err(StoreError::from)?;
    let added = service.write(move |transaction| {
        let actor = principal.credential.to_string();
        let key = jobs::add(transaction, Kind::Import, &asked, Some(&actor), Timestamp::now())?;
        audit_log::add(transaction, Some(&principal), "import", Some(&format!("import:{key}")), name.as_deref())?;
        jobs::get(transaction, Kind::Import, key)
    });
    match added.await {
        Ok(Some(added)) => {
            service.jobs.signal.wake();
            Ok(added)
        }
        failed => {
            service.store.remove_upload(&file)?;
            Err(failed.err().unwrap_or_else(|| Problem::internal("a job is not there")))
        }
    }
}

fn too_large(limit: u64) -> Problem {
    Problem::too_large(format!("an export may have {limit} bytes at most (server.import_limit)"))
}

/// An export that was sent.
#[derive(Debug)]
pub struct Received {
    upload: Upload,
    /// Its bytes.
    pub size: u64,
    digest: [u8; 32],
}

/// Writes what is sent to a file.
///
/// # Errors
/// 413 where it is too large; where it cannot be received or written.
pub async fn receive<E>(
    service: &Service,
    mut payload: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Received, Problem>
where
    Problem: From<E>,
{
    let limit = service.settings.server.import_limit;
    let mut upload = service.store.upload(format!("{}.export", uuid::Uuid::now_v7()))?;
    let mut hash = Sha256::new();
    let (mut size, mut part, mut over) = (0, Vec::with_capacity(PART), false);
    while !over {
        match payload.next().await {
            Some(bytes) => {
                let bytes = bytes?;
                size += bytes.len() as u64;
                part.extend_from_slice(&bytes);
            }
            None => over = true,
        }
        if size > limit {
            return Err(too_large(limit));
        }
        if part.len() >= PART || over {
            let full = std::mem::replace(&mut part, Vec::with_capacity(PART));
            let written = web::block(move || {
                hash.update(&full);
                upload.write(&full).map(|()| (upload, hash))
            });
            (upload, hash) = written.await.map_err(|_| StoreError::Closed)??;
        }
    }
    Ok(Received { upload, size, digest: hash.finalize().into() })
}

/// Imports
///
/// All imports, the newest first, with how far each is.
#[utoipa::path(
    get, path = "/v1/imports", tag = "imports", operation_id = "listImports", params(PageQuery),
    responses((status = 200, description = "a page of imports", body = Page<JobAnswer>))
)]
pub async fn list(
    _caller: May<Ingest>,
    service: web::Data<Service>,
    request: HttpRequest,
    page: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (service, limit, before) = (service.into_inner(), page.limit()?, page.after::<i64>()?);
    let found = service.read(move |transaction| Ok(jobs::list(transaction, Kind::Import, before, limit + 1)?)).await?;
    Ok(Page::of(found, limit, |job| job.key, |job| JobAnswer::of(&service, job))?.answer(&request))
}

/// An import
///
/// How far it is: bytes, conversations, messages, and rows that could not be read.
#[utoipa::path(
    get, path = "/v1/imports/{key}", tag = "imports", operation_id = "getImport",
    params(("key" = String, Path, description = "the import")),
    responses(
        (status = 200, description = "how far it is", body = JobAnswer),
        (status = 404, description = "there is no such import", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    _caller: May<Ingest>,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let job = job(&service, Kind::Import, &key).await?;
    Ok(HttpResponse::Ok().json(JobAnswer::of(&service, job)))
}

/// Gives the rows that could not be read
///
/// JSON Lines: each row with its place, the reason, and the row itself as far as it is known.
#[utoipa::path(
    get, path = "/v1/imports/{key}/rejected", tag = "imports", operation_id = "getRejectedRows",
    params(("key" = String, Path, description = "the import")),
    responses(
        (status = 200, description = "the rows", body = String, content_type = "application/x-ndjson"),
        (status = 404, description = "there is no such import", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn rejected(
    _caller: May<Ingest>,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let key = job(&service, Kind::Import, &key).await?.key;
    let rows = unfold((service, 0), move |(service, after)| async move {
        let lot = service.read(move |transaction| Ok(jobs::rejected(transaction, key, after, ROWS)?)).await;
        match lot {
            Err(problem) => Some((Err(problem), (service, after))),
            Ok(lot) => {
                let last = lot.last()?.0;
                let text: String = lot.into_iter().flat_map(|(_, line)| [line, "\n".to_owned()]).collect();
                Some((Ok(Bytes::from(text)), (service, last)))
            }
        }
    });
    Ok(HttpResponse::Ok().content_type("application/x-ndjson").streaming(rows))
}

/// Tells how far an import is, as it goes on
///
/// Server-sent events: `progress`, each with the import as JSON; the last one is called `over`.
#[utoipa::path(
    get, path = "/v1/imports/{key}/events", tag = "imports", operation_id = "followImport",
    params(("key" = String, Path, description = "the import")),
    responses(
        (status = 200, description = "events until it is over", body = String, content_type = "text/event-stream"),
        (status = 404, description = "there is no such import", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn events(
    _caller: May<Ingest>,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let key = job(&service, Kind::Import, &key).await?.key.to_string();
    let events = unfold((service, key, true), |(service, key, first)| async move {
        if key.is_empty() {
            return None;
        }
        if !first {
            tokio::time::sleep(TOLD).await;
        }
        match job(&service, Kind::Import, &key).await {
            Err(problem) => Some((Err(problem), (service, String::new(), false))),
            Ok(job) => {
                let over = job.state.is_over() || service.jobs.signal.is_stopped();
                let name = if job.state.is_over() { "over" } else { "progress" };
                let told = serde_json::to_string(&JobAnswer::of(&service, job)).unwrap_or_default();
                let key = if over { String::new() } else { key };
                Some((Ok(Bytes::from(format!("event: {name}\ndata: {told}\n\n"))), (service, key, false)))
            }
        }
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Packing would hold events back.
        .insert_header(header::ContentEncoding::Identity)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(events))
}

/// Ends an import, or forgets one that is over
///
/// What was taken in stays.
#[utoipa::path(
    delete, path = "/v1/imports/{key}", tag = "imports", operation_id = "endImport",
    params(("key" = String, Path, description = "the import")),
    responses(
        (status = 204, description = "it is ended or forgotten"),
        (status = 404, description = "there is no such import", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn delete(
    caller: May<Ingest>,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let job = job(&service, Kind::Import, &key).await?;
    let (key, principal) = (job.key, (*caller).clone());
    let was = service
        .write(move |transaction| {
            let Some(job) = jobs::get(transaction, Kind::Import, key)? else { return Ok(State::Cancelled) };
            if job.state.is_over() {
                jobs::remove(transaction, key)?;
            } else {
                jobs::set_state(transaction, key, State::Cancelled, Timestamp::now())?;
            }
            let action = if job.state.is_over() { "forget_import" } else { "cancel_import" };
            audit_log::add(transaction, Some(&principal), action, Some(&format!("import:{key}")), None)?;
            Ok(job.state)
        })
        .await?;
    if let Some(progress) = service.jobs.progress(key) {
        progress.stop.store(true, Ordering::Relaxed);
    }
    // The one at work removes its own.
    if was == State::Waiting
        && let Ok(uploaded) = serde_json::from_str::<Uploaded>(&job.request)
    {
        service.store.remove_upload(&uploaded.file)?;
    }
    Ok(HttpResponse::NoContent().finish())
}
