//! Who did what.

use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::paging::{Page, PageQuery};
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::store::audit_log::{self, Entry, Wanted};
use crate::store::milliseconds;
use actix_web::http::Method;
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/v1/audit-log", &[Method::GET]).route(web::get().to(list)));
}

/// Which lines of the log.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AuditLogQuery {
    /// Lines of the page, 1 to 200; 50 unless said.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Only what this one did: `user:3` or `token:7`.
    #[param(example = "user:3")]
    pub actor: Option<String>,
    /// Only this action.
    #[param(example = "sign_in_failed")]
    pub action: Option<String>,
    /// From that time on.
    #[param(format = DateTime, example = "2026-10-19T00:00:00Z")]
    pub since: Option<String>,
    /// Before that time.
    #[param(format = DateTime, example = "2026-10-20T00:00:00Z")]
    pub until: Option<String>,
}

/// One line of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLogEntry {
    /// Its key.
    #[schema(example = "512")]
    pub key: String,
    /// When.
    #[schema(format = DateTime, example = "2026-10-19T08:15:30.25Z")]
    pub at: String,
    /// Who, such as `user:3` or `token:7`; null where nobody was recognised.
    #[schema(example = "user:3")]
    pub actor: Option<String>,
    /// Their name as it was then.
    #[schema(example = "Dana Reyes")]
    pub name: Option<String>,
    /// What was done.
    #[schema(example = "token_created")]
    pub action: String,
    /// To whom or what.
    #[schema(example = "token:7")]
    pub subject: Option<String>,
    /// What more there is to say.
    #[schema(example = "integration: score ingest")]
    pub detail: Option<String>,
}

impl From<Entry> for AuditLogEntry {
    fn from(entry: Entry) -> Self {
        let Entry { key, at, actor, name, action, subject, detail } = entry;
        Self { key: key.to_string(), at: at.to_string(), actor, name, action, subject, detail }
    }
}

/// Who did what
///
/// Sign-ins, changes of people and tokens, imports, exports, erasures; the newest first. Needs the scope `manage`.
#[utoipa::path(
    get, path = "/v1/audit-log", operation_id = "listAuditLog", tag = "access", params(AuditLogQuery),
    responses(
        (status = 200, description = "a page of lines", body = Page<AuditLogEntry>),
    )
)]
pub async fn list(
    _caller: May<Manage>,
    request: HttpRequest,
    service: web::Data<Service>,
    query: web::Query<AuditLogQuery>,
) -> Result<HttpResponse, Problem> {
    let AuditLogQuery { limit, cursor, actor, action, since, until } = query.into_inner();
    let page = PageQuery { limit, cursor };
    let (limit, after) = (page.limit()?, page.after()?);
    let time = |name, text: Option<String>| text.map(|text| time(name, &text)).transpose();
    let wanted = Wanted { actor, action, since: time("since", since)?, until: time("until", until)?, after };
    let service = service.into_inner();
    let found = service.read(move |transaction| Ok(audit_log::entries(transaction, &wanted, limit + 1)?)).await?;
    let place = |entry: &Entry| (milliseconds(entry.at), entry.key);
    Ok(Page::of(found, limit, place, AuditLogEntry::from)?.answer(&request))
}

fn time(parameter: &str, text: &str) -> Result<i64, Problem> {
    text.parse::<Timestamp>().map(milliseconds).map_err(|_| {
        let detail = format!("{parameter} is to be a time such as 2026-10-19T08:15:30Z");
        Problem::bad_request(detail.clone()).at(parameter, detail)
    })
}
