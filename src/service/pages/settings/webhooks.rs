//! Tools that can send webhooks: how each is set up, and whether it sends.

use super::{PARTS, Parts, moment};
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page};
use crate::service::pages::moment::Moment;
use crate::service::pages::table_csv;
use crate::service::pages::visitor::Visitor;
use crate::service::routes::at;
use crate::store::{deliveries, timestamp};
use crate::webhook::{self, TOOLS};
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/settings/webhooks", &[Method::GET]).route(web::get().to(webhooks_page)));
}

#[derive(Debug, Default, Deserialize)]
struct WebhooksQuery {
    format: Option<String>,
}

#[derive(Template)]
#[template(path = "settings/webhooks.html", config = "src/service/pages/askama.toml")]
struct WebhooksPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    items: Vec<Hook>,
}

struct Hook {
    source: &'static str,
    title: &'static str,
    secrets: usize,
    last: Option<(Option<Moment>, String)>,
    unread: u32,
}

async fn webhooks_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    query: Query<WebhooksQuery>,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let zone = service.office.zone().clone();
    let hooks = Arc::clone(&service);
    let items = service.read(move |transaction| {
        let item = |tool: &&'static dyn webhook::Tool| {
            let last = deliveries::last(transaction, tool.name())?;
            let time = |at: i64| timestamp(at).and_then(|at| moment(&at.to_string(), &zone));
            Ok(Hook {
                source: tool.name(),
                title: tool.title(),
                secrets: hooks.hook(tool.name()).map_or(0, |hook| hook.secrets.len()),
                last: last.map(|row| (time(row.received), row.outcome)),
                unread: deliveries::unread(transaction, tool.name())?,
            })
        };
        TOOLS.iter().map(item).collect::<Result<Vec<_>, Problem>>()
    });
    let items: Vec<Hook> = items.await?;
    if query.format.as_deref() == Some("csv") {
        return csv(&items);
    }
    page(&WebhooksPage { frame: visitor.frame("Webhooks"), parts: PARTS, here: "Webhooks", wrong: Vec::new(), items })
}

fn csv(items: &[Hook]) -> Result<HttpResponse, Problem> {
    let rows = items.iter().map(|item| {
        let (at, outcome) = item.last.as_ref().map_or((None, ""), |(at, outcome)| (at.as_ref(), outcome.as_str()));
        let at = at.map(|at| at.at.clone()).unwrap_or_default();
        vec![item.source.to_owned(), item.secrets.to_string(), at, outcome.to_owned(), item.unread.to_string()]
    });
    let columns = ["tool", "secrets", "last_delivery", "outcome", "unread"];
    table_csv::answer("webhooks", &columns, &rows.collect::<Vec<_>>())
}
