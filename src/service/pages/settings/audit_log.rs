//! Who did what.

use super::{PARTS, Parts, given};
use crate::report::words;
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page};
use crate::service::pages::moment::Moment;
use crate::service::pages::problem::encoded;
use crate::service::pages::table_csv;
use crate::service::pages::visitor::Visitor;
use crate::service::paging::{Page, PageQuery};
use crate::service::routes::at;
use crate::store::audit_log::{self, Entry, Wanted};
use crate::store::milliseconds;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/settings/audit-log", &[Method::GET]).route(web::get().to(audit_log_page)));
}

/// Lines of a page.
const ROWS: usize = 100;

/// Lines of a file at most.
const MOST_ROWS: usize = 10_000;

#[derive(Debug, Default, Deserialize)]
struct LogQuery {
    actor: Option<String>,
    action: Option<String>,
    cursor: Option<String>,
    format: Option<String>,
}

#[derive(Template)]
#[template(path = "settings/audit_log.html", config = "src/service/pages/askama.toml")]
struct AuditLogPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    actor: String,
    action: String,
    items: Vec<Line>,
    next: Option<String>,
    csv: String,
}

struct Line {
    at: Moment,
    name: String,
    actor: String,
    action: String,
    subject: String,
    detail: String,
}

async fn audit_log_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    query: Query<LogQuery>,
) -> Result<HttpResponse, Problem> {
    let LogQuery { actor, action, cursor, format } = query.into_inner();
    let (actor, action) = (actor.as_deref().and_then(given), action.as_deref().and_then(given));
    let is_csv = format.as_deref() == Some("csv");
    let after = PageQuery { limit: None, cursor }.after()?;
    let wanted = Wanted { actor: actor.clone(), action: action.clone(), since: None, until: None, after };
    let service = service.into_inner();
    let most = if is_csv { MOST_ROWS } else { ROWS + 1 };
    let found = service.read(move |transaction| Ok(audit_log::entries(transaction, &wanted, most)?)).await?;
    if is_csv {
        let row = |entry: Entry| {
            let text = |text: Option<String>| text.unwrap_or_default();
            let Entry { at, actor, name, action, subject, detail, .. } = entry;
            vec![at.to_string(), text(actor), text(name), action, text(subject), text(detail)]
        };
        let rows: Vec<Vec<String>> = found.into_iter().map(row).collect();
        return table_csv::answer("audit-log", &["at", "actor", "name", "action", "subject", "detail"], &rows);
    }
    let place = |entry: &&Entry| (milliseconds(entry.at), entry.key);
    let cursor = Page::of(found.iter().collect(), ROWS, place, |_| ())?.next_cursor;
    let zone = service.office.zone();
    let line = |entry: Entry| Line {
        at: Moment::of(entry.at, zone),
        name: entry.name.unwrap_or_else(|| "nobody who is known".to_owned()),
        actor: entry.actor.unwrap_or_default(),
        action: words::plain(&entry.action),
        subject: entry.subject.unwrap_or_default(),
        detail: entry.detail.unwrap_or_default(),
    };
    let kept = [("actor", &actor), ("action", &action)];
    let kept = kept.into_iter().filter_map(|(name, value)| Some(format!("&{name}={}", encoded(value.as_deref()?))));
    let kept: String = kept.collect();
    page(&AuditLogPage {
        frame: visitor.frame("Audit log"),
        parts: PARTS,
        here: "Audit log",
        wrong: Vec::new(),
        items: found.into_iter().take(ROWS).map(line).collect(),
        next: cursor.map(|cursor| format!("/settings/audit-log?cursor={cursor}{kept}")),
        csv: format!("/settings/audit-log?format=csv{kept}"),
        actor: actor.unwrap_or_default(),
        action: action.unwrap_or_default(),
    })
}
