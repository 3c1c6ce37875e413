//! Deliveries of webhooks: how tools are set up, what they sent, what waits for somebody.

use super::hooks::address;
use crate::ingest;
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::paging::{Page, PageQuery};
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::store::deliveries::{self, AwaitedRow, DeliveryRow, Filter, Named, Outcome};
use crate::store::timestamp;
use crate::webhook::{self, TOOLS};
use actix_web::http::Method;
use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/v1/hooks", &[Method::GET]).route(web::get().to(hooks)))
        .service(at("/v1/awaited", &[Method::GET]).route(web::get().to(awaited)))
        .service(at("/v1/deliveries", &[Method::GET]).route(web::get().to(list)))
        .service(at("/v1/deliveries/{source}/{id}", &[Method::GET]).route(web::get().to(one)))
        .service(at("/v1/deliveries/{source}/{id}/retry", &[Method::POST]).route(web::post().to(retry)));
}

/// A tool that can send webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct HookItem {
    /// Its name in addresses and settings.
    #[schema(example = "zendesk")]
    pub source: &'static str,
    /// Its name for people.
    #[schema(example = "Zendesk")]
    pub title: &'static str,
    /// The address that it is to send to.
    #[schema(example = "https://quality.example.com/hooks/zendesk")]
    pub address: String,
    /// How many secrets are set; with none nothing is let in.
    pub secrets: usize,
    /// The source under which its conversations are kept, where that is not the tool's name.
    pub as_source: Option<String>,
    /// How it is set up, in Markdown.
    pub guide: String,
    /// Its newest delivery.
    pub last: Option<LastDelivery>,
    /// How many of its deliveries are kept because not all of them could be read.
    pub unread: u32,
}

/// A tool's newest delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastDelivery {
    /// When it came in.
    #[schema(example = "2026-03-02T08:14:00Z")]
    pub received: String,
    /// What became of it.
    #[schema(example = "taken")]
    pub outcome: String,
}

/// All tools.
#[derive(Debug, Serialize, ToSchema)]
pub struct HookList {
    /// In the order of their names.
    pub items: Vec<HookItem>,
}

/// Lists the tools that can send webhooks
///
/// How each is set up, and whether it sends.
#[utoipa::path(
    get, path = "/v1/hooks", tag = "webhooks", operation_id = "listHooks",
    responses((status = 200, description = "all tools", body = HookList))
)]
pub async fn hooks(
    _caller: May<Manage>,
    request: HttpRequest,
    service: web::Data<Service>,
) -> Result<HttpResponse, Problem> {
    let base = address(&request, &service, "");
    let shared = service.into_inner();
    let hooks = Arc::clone(&shared);
    let items = shared.read(move |transaction| {
        let item = |tool: &&'static dyn webhook::Tool| {
            let (source, set) = (tool.name(), hooks.hook(tool.name()));
            let last = deliveries::last(transaction, source)?;
            let last = last.map(|row| LastDelivery { received: time(row.received), outcome: row.outcome });
            let host = base.split_once("://").map_or(base.as_str(), |(_, host)| host);
            Ok(HookItem {
                source,
                title: tool.title(),
                address: format!("{base}/hooks/{source}"),
                secrets: set.as_ref().map_or(0, |hook| hook.secrets.len()),
                as_source: set.and_then(|hook| hook.as_source),
                guide: tool.guide().replace("https://YOUR-ADDRESS", &base).replace("YOUR-ADDRESS", host),
                last,
                unread: deliveries::unread(transaction, source)?,
            })
        };
        TOOLS.iter().map(item).collect::<Result<Vec<_>, Problem>>()
    });
    Ok(HttpResponse::Ok().json(HookList { items: items.await? }))
}

/// A conversation by the tool's identifier.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationName {
    /// The source under which it is kept.
    #[schema(example = "hubspot")]
    pub source: String,
    /// Its identifier there.
    #[schema(example = "6001")]
    pub id: String,
}

impl From<Named> for ConversationName {
    fn from(Named { source, conversation }: Named) -> Self {
        Self { source, id: conversation }
    }
}

/// A conversation of which a tool told that there is something new, and which has not come.
#[derive(Debug, Serialize, ToSchema)]
pub struct AwaitedItem {
    /// Which.
    pub conversation: ConversationName,
    /// What happened in it, in the tool's words.
    #[schema(example = "conversation.newMessage")]
    pub what: String,
    /// When that was last told.
    #[schema(example = "2026-03-02T08:14:00Z")]
    pub told: String,
}

/// Which conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AwaitedQuery {
    /// Those kept under that source.
    pub source: Option<String>,
}

/// Lists conversations whose new messages are still to come
///
/// A tool told that there is something new in them without sending it. An import, or a later delivery, brings what is
/// missing and takes them off this list.
#[utoipa::path(
    get, path = "/v1/awaited", tag = "webhooks", operation_id = "listAwaited", params(AwaitedQuery, PageQuery),
    responses(
        (status = 200, description = "by source and identifier", body = Page<AwaitedItem>),
    )
)]
pub async fn awaited(
    _caller: May<Manage>,
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<AwaitedQuery>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (limit, after) = (page.limit()?, page.after()?.unwrap_or_default());
    let source = query.into_inner().source;
    let read =
        move |transaction: &Transaction<'_>| Ok(deliveries::awaited(transaction, source.as_deref(), &after, limit)?);
    let found = service.into_inner().read(read).await?;
    let place = |row: &AwaitedRow| (row.about.source.clone(), row.about.conversation.clone(), row.what.clone());
    let item = |row: AwaitedRow| AwaitedItem { conversation: row.about.into(), what: row.what, told: time(row.told) };
    Ok(Page::of(found, limit, place, item)?.answer(&request))
}

/// A delivery that was genuine.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryItem {
    /// The tool that sent it.
    #[schema(example = "zendesk")]
    pub source: String,
    /// Its identifier: the tool's own, or SHA-256 of its content.
    pub id: String,
    /// When it came in.
    #[schema(example = "2026-03-02T08:14:00Z")]
    pub received: String,
    /// `taken`, `partly` (some of it could not be read), `nothing` (it tells of no message), `thin` (it does not hold
    /// the message it tells of) or `unread` (it could not be read).
    #[schema(example = "taken")]
    pub outcome: String,
    /// Of a thin one, the conversation that it tells of; null where those are several.
    pub conversation: Option<ConversationName>,
    /// What could not be read, a line each.
    pub detail: Option<String>,
    /// Whether its body is kept, so that it can be read again.
    pub kept: bool,
}

impl From<DeliveryRow> for DeliveryItem {
    fn from(row: DeliveryRow) -> Self {
        let DeliveryRow { source, id, received, outcome, about, detail, kept } = row;
        Self { source, id, received: time(received), outcome, conversation: about.map(Into::into), detail, kept }
    }
}

/// A delivery with its body.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeDelivery {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: DeliveryItem,
    /// What the tool sent, where it is kept; bytes that are no UTF-8 as U+FFFD.
    pub body: Option<String>,
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Those of one tool.
    #[param(example = "zendesk")]
    pub source: Option<String>,
    /// `taken`, `partly`, `nothing`, `thin` or `unread`.
    pub outcome: Option<String>,
}

/// Lists genuine deliveries of webhooks
///
/// The newest first. They are forgotten after 30 days, save those that wait with their body: it is kept as long as
/// text is kept.
#[utoipa::path(
    get, path = "/v1/deliveries", tag = "webhooks", operation_id = "listDeliveries", params(DeliveryQuery, PageQuery),
    responses(
        (status = 200, description = "the newest first", body = Page<DeliveryItem>),
    )
)]
pub async fn list(
    _caller: May<Manage>,
    request: HttpRequest,
    service: web::Data<Service>,
    query: Query<DeliveryQuery>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let DeliveryQuery { source, outcome } = query.into_inner();
    let outcome = outcome.map(|name| Outcome::named(&name).ok_or_else(|| no_outcome(&name))).transpose()?;
    let (limit, after, filter) = (page.limit()?, page.after()?, Filter { source, outcome });
    let read = move |transaction: &Transaction<'_>| Ok(deliveries::list(transaction, &filter, after, limit)?);
    let found = service.into_inner().read(read).await?;
    let place = |row: &DeliveryRow| (row.received, row.source.clone(), row.id.clone());
    Ok(Page::of(found, limit, place, DeliveryItem::from)?.answer(&request))
}

/// Reads a delivery
///
/// With its body, where that is kept: of those that could not be read, or do not hold what they tell of.
#[utoipa::path(
    get, path = "/v1/deliveries/{source}/{id}", tag = "webhooks", operation_id = "readDelivery",
    params(("source" = String, Path, description = "the tool"), ("id" = String, Path, description = "its identifier")),
    responses(
        (status = 200, description = "the delivery", body = WholeDelivery),
    )
)]
pub async fn one(
    _caller: May<Manage>,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (row, body) = find(&service, path.into_inner()).await?;
    let body = body.map(|body| String::from_utf8_lossy(&body).into_owned());
    Ok(HttpResponse::Ok().json(WholeDelivery { delivery: row.into(), body }))
}

/// Takes a kept delivery again
///
/// After an upgrade that can read it, for example. It does no harm to do so twice.
#[utoipa::path(
    post, path = "/v1/deliveries/{source}/{id}/retry", tag = "webhooks", operation_id = "retryDelivery",
    params(("source" = String, Path, description = "the tool"), ("id" = String, Path, description = "its identifier")),
    responses(
        (status = 200, description = "what became of it now", body = DeliveryItem),
        (status = 409, description = "its body is not kept", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn retry(
    _caller: May<Manage>,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (row, body) = find(&service, path.into_inner()).await?;
    let gone = || Problem::conflict("its body is not kept: there is nothing to read again");
    let body = body.ok_or_else(gone)?;
    let tool = webhook::tool(&row.source)
        .ok_or_else(|| Problem::conflict(format!("no tool called {} is read any more", row.source)))?;
    let received = row.received_at().ok_or_else(|| Problem::internal("the store holds a time that is none"))?;
    let as_source = service.settings.hooks.tools.get(tool.name()).and_then(|hook| hook.as_source.clone());
    let said = ingest::said(tool, &body, received, as_source.as_deref());
    let (source, id) = (row.source, row.id);
    let key = (source.clone(), id.clone());
    let taken = service.write(move |transaction| deliveries::take_again(transaction, (&source, &id), received, &said));
    if !taken.await? {
        return Err(gone());
    }
    service.unread.wake();
    let (row, _) = find(&service, key).await?;
    Ok(HttpResponse::Ok().json(DeliveryItem::from(row)))
}

async fn find(
    service: &web::Data<Service>,
    (source, id): (String, String),
) -> Result<(DeliveryRow, Option<Vec<u8>>), Problem> {
    let shared = service.clone().into_inner();
    let missing = Problem::not_found(format!("there is no delivery {source}/{id}"));
    shared.read(move |transaction| Ok(deliveries::one(transaction, &source, &id)?)).await?.ok_or(missing)
}

fn no_outcome(name: &str) -> Problem {
    let names = Outcome::ALL.map(Outcome::name).join(", ");
    let detail = format!("outcome is `{name}`; allowed are {names}");
    Problem::bad_request(detail.clone()).at("outcome", detail)
}

/// A time as it is shown.
fn time(milliseconds: i64) -> String {
    timestamp(milliseconds).map(|time| time.to_string()).unwrap_or_default()
}
