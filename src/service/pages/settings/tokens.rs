//! Tokens of programs: made, shown once, revoked.

use super::{PARTS, Parts, answered, faults, given, moment};
use crate::access::Role;
use crate::service::Service;
use crate::service::api::tokens::{self, TokenInfo};
use crate::service::gate::{Manage, May};
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page, page_with, see_other};
use crate::service::pages::moment::Moment;
use crate::service::pages::table_csv;
use crate::service::pages::visitor::Visitor;
use crate::service::routes::at;
use crate::store::access;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Bytes, Form, Query, ServiceConfig};
use askama::Template;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            at("/settings/tokens", &[Method::GET, Method::POST])
                .route(web::get().to(tokens_page))
                .route(web::post().to(create)),
        )
        .service(at("/settings/tokens/{key}/revoke", &[Method::POST]).route(web::post().to(revoke)));
}

/// Tokens shown at most, the latest.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "settings/tokens.html", config = "src/service/pages/askama.toml")]
struct TokensPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    items: Vec<TokenView>,
    roles: Vec<(&'static str, bool)>,
    name: String,
    /// A token that was just made.
    secret: Option<String>,
}

struct TokenView {
    key: String,
    name: String,
    start: String,
    role: Role,
    scopes: String,
    agent: Option<String>,
    created: Option<Moment>,
    expires: Option<Moment>,
    used: Option<Moment>,
    revoked: Option<Moment>,
}

/// What a form says.
#[derive(Deserialize)]
struct TokenForm {
    name: String,
    role: String,
    #[serde(default)]
    scopes: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    agent: String,
    #[serde(default)]
    days: String,
}

impl TokensPage {
    async fn of(visitor: &Visitor, service: &Arc<Service>) -> Result<Self, Problem> {
        let found = service.read(|transaction| Ok(access::tokens(transaction, None, MOST)?)).await?;
        let zone = service.office.zone();
        let time = |text: Option<String>| text.and_then(|text| moment(&text, zone));
        let view = |kept: access::KeptToken| {
            let info = TokenInfo::from(kept);
            TokenView {
                key: info.key,
                name: info.name,
                start: info.start,
                role: info.role,
                scopes: info.scopes.to_string(),
                agent: info.agent.map(|agent| format!("{} {}", agent.source, agent.id)),
                created: moment(&info.created, zone),
                expires: time(info.expires),
                used: time(info.used),
                revoked: time(info.revoked),
            }
        };
        Ok(Self {
            frame: visitor.frame("Tokens"),
            parts: PARTS,
            here: "Tokens",
            wrong: Vec::new(),
            items: found.into_iter().map(view).collect(),
            roles: Role::ALL.map(|role| (role.name(), role == Role::Integration)).into(),
            name: String::new(),
            secret: None,
        })
    }

    fn csv(&self) -> Result<HttpResponse, Problem> {
        let row = |one: &TokenView| {
            let at = |at: &Option<Moment>| at.as_ref().map(|at| at.at.clone()).unwrap_or_default();
            let [name, start, scopes] = [&one.name, &one.start, &one.scopes].map(Clone::clone);
            let times = [&one.created, &one.used, &one.expires, &one.revoked].map(at);
            let told = [name, start, one.role.name().to_owned(), scopes, one.agent.clone().unwrap_or_default()];
            told.into_iter().chain(times).collect::<Vec<_>>()
        };
        let columns = ["name", "start", "role", "scopes", "agent", "created", "used", "expires", "revoked"];
        table_csv::answer("tokens", &columns, &self.items.iter().map(row).collect::<Vec<_>>())
    }
}

#[derive(Debug, Default, Deserialize)]
struct TokensQuery {
    format: Option<String>,
}

async fn tokens_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    query: Query<TokensQuery>,
) -> Result<HttpResponse, Problem> {
    let filled = TokensPage::of(&visitor, &service.into_inner()).await?;
    if query.format.as_deref() == Some("csv") { filled.csv() } else { page(&filled) }
}

async fn create(
    visitor: Visitor,
    caller: May<Manage>,
    service: web::Data<Service>,
    form: Form<TokenForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let mut asked = json!({"name": form.name, "role": form.role});
    if let Some(scopes) = given(&form.scopes) {
        let scopes: Vec<&str> = scopes.split_whitespace().collect();
        asked["scopes"] = json!(scopes);
    }
    if let Some(id) = given(&form.agent) {
        asked["agent"] = json!({"source": form.source.trim(), "id": id});
    }
    let days = given(&form.days).map(|days| days.parse::<i64>().ok().filter(|days| (1..=3650).contains(days)));
    let made = match days {
        Some(None) => Err(Problem::invalid("it may end after 1 to 3650 days")),
        days => {
            if let Some(days) = days.flatten() {
                let end = Timestamp::now().saturating_add((days * 24).hours());
                asked["expires"] = end.map_or(Value::Null, |end| json!(end.to_string()));
            }
            tokens::create(caller, service.clone(), Bytes::from(asked.to_string())).await
        }
    };
    let (made, wrong) = match made {
        Ok(answer) => (Some(answered(answer).await?), Vec::new()),
        Err(problem) => (None, faults(problem)?),
    };
    let secret = made.and_then(|made| Some(made.get("secret")?.as_str()?.to_owned()));
    let status = if secret.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let filled = TokensPage::of(&visitor, &service.into_inner()).await?;
    let name = if secret.is_some() { String::new() } else { form.name };
    // It is shown once, in this answer, and kept by no browser.
    page_with(status, &TokensPage { wrong, secret, name, ..filled })
}

async fn revoke(
    _visitor: Visitor,
    caller: May<Manage>,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    tokens::revoke(caller, service, key).await?;
    Ok(see_other("/settings/tokens"))
}
