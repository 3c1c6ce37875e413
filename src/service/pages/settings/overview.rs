//! How messages are read and how long their text is kept, at a glance.

use super::{PARTS, Parts, retention};
use crate::access::Scope;
use crate::report::words;
use crate::score::Scorecard;
use crate::service::Service;
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page};
use crate::service::pages::visitor::Visitor;
use crate::service::routes::at;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/settings", &[Method::GET]).route(web::get().to(overview)));
}

#[derive(Template)]
#[template(path = "settings/overview.html", config = "src/service/pages/askama.toml")]
struct Overview {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    version: &'static str,
    zone: String,
    language: String,
    rules: usize,
    lexicon: String,
    retention: String,
    session: String,
    card: &'static Scorecard,
    warnings: Vec<String>,
    not_in_force: Option<String>,
}

async fn overview(visitor: Visitor, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Manage)?;
    let service = service.into_inner();
    let own = Arc::clone(&service);
    let days = service.read(move |transaction| Ok(own.text_days(transaction)?)).await?;
    let (settings, method) = (&service.settings, service.method());
    page(&Overview {
        frame: visitor.frame("Settings"),
        parts: PARTS,
        here: "Overview",
        wrong: Vec::new(),
        version: env!("CARGO_PKG_VERSION"),
        zone: method.office.zone().iana_name().unwrap_or("UTC").to_owned(),
        language: method.lexicon.language().to_owned(),
        rules: method.lexicon.rules().len(),
        lexicon: method.lexicon.digest().chars().take(12).collect(),
        retention: retention::told(days),
        session: words::duration(settings.session.as_secs()),
        card: method.card,
        warnings: settings.warnings.clone(),
        not_in_force: service.not_in_force(),
    })
}
