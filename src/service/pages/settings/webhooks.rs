//! Tools that can send webhooks: how each is set up, and whether it sends.

use super::{PARTS, moment};
use crate::service::Service;
use crate::service::api::hooks::address;
use crate::service::gate::{Manage, May};
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page};
use crate::service::pages::moment::Moment;
use crate::service::pages::visitor::Visitor;
use crate::service::routes::at;
use crate::store::{deliveries, timestamp};
use crate::webhook::{self, TOOLS};
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/settings/webhooks", &[Method::GET]).route(web::get().to(webhooks_page)))
        .service(at("/settings/webhooks/{source}", &[Method::GET]).route(web::get().to(guide_page)));
}

#[derive(Template)]
#[template(path = "settings/webhooks.html", config = "src/service/pages/askama.toml")]
struct WebhooksPage {
    frame: Frame,
    parts: [(&'static str, &'static str); 6],
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
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let zone = service.method.office.zone().clone();
    let settings = service.settings.hooks.tools.clone();
    let items = service.read(move |transaction| {
        let item = |tool: &&'static dyn webhook::Tool| {
            let last = deliveries::last(transaction, tool.name())?;
            let time = |at: i64| timestamp(at).and_then(|at| moment(&at.to_string(), &zone));
            Ok(Hook {
                source: tool.name(),
                title: tool.title(),
                secrets: settings.get(tool.name()).map_or(0, |hook| hook.secrets.len()),
                last: last.map(|row| (time(row.received), row.outcome)),
                unread: deliveries::unread(transaction, tool.name())?,
            })
        };
        TOOLS.iter().map(item).collect::<Result<Vec<_>, Problem>>()
    });
    let items = items.await?;
    page(&WebhooksPage { frame: visitor.frame("Webhooks"), parts: PARTS, here: "Webhooks", wrong: Vec::new(), items })
}

#[derive(Template)]
#[template(path = "settings/guide.html", config = "src/service/pages/askama.toml")]
struct GuidePage {
    frame: Frame,
    parts: [(&'static str, &'static str); 6],
    here: &'static str,
    wrong: Vec<String>,
    title: &'static str,
    address: String,
    secrets: usize,
    guide: String,
}

async fn guide_page(
    visitor: Visitor,
    _may: May<Manage>,
    request: HttpRequest,
    service: web::Data<Service>,
    source: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tool = webhook::tool(&source).ok_or_else(|| Problem::not_found(format!("there is no tool `{source}`")))?;
    let base = address(&request, &service, "");
    let host = base.split_once("://").map_or(base.as_str(), |(_, host)| host);
    page(&GuidePage {
        frame: visitor.frame(format!("Webhooks of {}", tool.title())),
        parts: PARTS,
        here: "Webhooks",
        wrong: Vec::new(),
        title: tool.title(),
        address: format!("{base}/hooks/{}", tool.name()),
        secrets: service.settings.hooks.tools.get(tool.name()).map_or(0, |hook| hook.secrets.len()),
        guide: tool.guide().replace("https://YOUR-ADDRESS", &base).replace("YOUR-ADDRESS", host),
    })
}
