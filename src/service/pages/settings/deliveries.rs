//! What tools sent: what became of it, and what can be read again.

use super::{PARTS, Parts, given, moment};
use crate::service::Service;
use crate::service::api::deliveries::{self as api, DeliveryItem};
use crate::service::api::reading::values::wrong;
use crate::service::gate::{Manage, May};
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page, see_other};
use crate::service::pages::moment::Moment;
use crate::service::pages::problem::encoded;
use crate::service::pages::table_csv;
use crate::service::pages::visitor::Visitor;
use crate::service::paging::{Page, PageQuery};
use crate::service::routes::at;
use crate::store::deliveries::{self, DeliveryRow, Filter, Outcome};
use crate::webhook::TOOLS;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/settings/deliveries", &[Method::GET]).route(web::get().to(deliveries_page)))
        .service(at("/settings/deliveries/{source}/{id}/retry", &[Method::POST]).route(web::post().to(retry)));
}

/// Deliveries of a page.
const ROWS: usize = 50;

/// Rows of a file at most.
const MOST_ROWS: usize = 10_000;

#[derive(Debug, Default, Deserialize)]
struct DeliveriesQuery {
    source: Option<String>,
    outcome: Option<String>,
    cursor: Option<String>,
    format: Option<String>,
}

#[derive(Template)]
#[template(path = "settings/deliveries.html", config = "src/service/pages/askama.toml")]
struct DeliveriesPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    sources: Vec<(&'static str, &'static str, bool)>,
    outcomes: Vec<(&'static str, bool)>,
    items: Vec<DeliveryView>,
    next: Option<String>,
    csv: String,
}

struct DeliveryView {
    source: String,
    received: Option<Moment>,
    outcome: String,
    about: Option<String>,
    detail: Option<String>,
    /// Where it is taken again, if its body is kept.
    retry: Option<String>,
}

async fn deliveries_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    query: Query<DeliveriesQuery>,
) -> Result<HttpResponse, Problem> {
    let DeliveriesQuery { source, outcome, cursor, format } = query.into_inner();
    let is_csv = format.as_deref() == Some("csv");
    let (source, outcome) = (source.as_deref().and_then(given), outcome.as_deref().and_then(given));
    let known = outcome.as_deref().map(|name| {
        let names = Outcome::ALL.map(Outcome::name).join(", ");
        Outcome::named(name).ok_or_else(|| wrong("outcome", format!("`{name}` is none; allowed are {names}")))
    });
    let known = known.transpose()?;
    let after = PageQuery { limit: None, cursor }.after()?;
    let filter = Filter { source: source.clone(), outcome: known };
    let service = service.into_inner();
    let most = if is_csv { MOST_ROWS } else { ROWS };
    let found = service.read(move |transaction| Ok(deliveries::list(transaction, &filter, after, most)?)).await?;
    if is_csv {
        return csv(found);
    }
    let place = |row: &&DeliveryRow| (row.received, row.source.clone(), row.id.clone());
    let cursor = Page::of(found.iter().collect(), ROWS, place, |_| ())?.next_cursor;
    let zone = service.office.zone();
    let view = |row: DeliveryRow| {
        let item = DeliveryItem::from(row);
        DeliveryView {
            retry: item
                .kept
                .then(|| format!("/settings/deliveries/{}/{}/retry", encoded(&item.source), encoded(&item.id))),
            received: moment(&item.received, zone),
            about: item.conversation.map(|about| format!("{} {}", about.source, about.id)),
            source: item.source,
            outcome: item.outcome,
            detail: item.detail,
        }
    };
    let tools = TOOLS.iter().map(|tool| (tool.name(), tool.title(), source.as_deref() == Some(tool.name())));
    let outcomes = Outcome::ALL.map(|one| (one.name(), outcome.as_deref() == Some(one.name())));
    let kept = [("source", &source), ("outcome", &outcome)];
    let kept = kept.into_iter().filter_map(|(name, value)| Some(format!("&{name}={}", encoded(value.as_deref()?))));
    let kept: String = kept.collect();
    page(&DeliveriesPage {
        frame: visitor.frame("Deliveries"),
        parts: PARTS,
        here: "Deliveries",
        wrong: Vec::new(),
        sources: tools.collect(),
        outcomes: outcomes.into(),
        items: found.into_iter().take(ROWS).map(view).collect(),
        next: cursor.map(|cursor| format!("/settings/deliveries?cursor={cursor}{kept}")),
        csv: format!("/settings/deliveries?format=csv{kept}"),
    })
}

fn csv(found: Vec<DeliveryRow>) -> Result<HttpResponse, Problem> {
    let row = |row: DeliveryRow| {
        let item = DeliveryItem::from(row);
        let about = item.conversation.map(|about| format!("{} {}", about.source, about.id)).unwrap_or_default();
        vec![item.received, item.source, item.outcome, about, item.detail.unwrap_or_default()]
    };
    let columns = ["received", "tool", "outcome", "about", "detail"];
    table_csv::answer("deliveries", &columns, &found.into_iter().map(row).collect::<Vec<_>>())
}

async fn retry(
    _visitor: Visitor,
    caller: May<Manage>,
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    api::retry(caller, service, path).await?;
    Ok(see_other("/settings/deliveries"))
}
