//! People who sign in, and what each is there for.

use super::{PARTS, Parts, faults, given, moment};
use crate::access::Role;
use crate::service::Service;
use crate::service::api::users::{self, UserInfo};
use crate::service::gate::{Manage, May};
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page, page_with, see_other};
use crate::service::pages::moment::Moment;
use crate::service::pages::table_csv;
use crate::service::pages::visitor::Visitor;
use crate::service::paging::{Page, PageQuery};
use crate::service::routes::at;
use crate::store::users::{self as kept, KeptUser};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Bytes, Form, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            at("/settings/users", &[Method::GET, Method::POST])
                .route(web::get().to(users_page))
                .route(web::post().to(add)),
        )
        .service(at("/settings/users/{key}", &[Method::POST]).route(web::post().to(change)))
        .service(at("/settings/users/{key}/delete", &[Method::POST]).route(web::post().to(delete)));
}

/// People of a page.
const ROWS: usize = 100;

/// Rows of a file at most.
const MOST_ROWS: usize = 10_000;

#[derive(Template)]
#[template(path = "settings/users.html", config = "src/service/pages/askama.toml")]
struct UsersPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    items: Vec<UserView>,
    next: Option<String>,
    name: String,
    shown_name: String,
}

struct UserView {
    info: UserInfo,
    /// Each role that somebody may have, and whether it is theirs.
    roles: Vec<(&'static str, bool)>,
    source: String,
    id: String,
    created: Option<Moment>,
}

impl UsersPage {
    async fn of(visitor: &Visitor, service: &Arc<Service>, after: Option<i64>) -> Result<Self, Problem> {
        let found = service.read(move |transaction| Ok(kept::users(transaction, after, ROWS + 1)?)).await?;
        let cursor = Page::of(found.iter().collect(), ROWS, |one: &&KeptUser| one.key, |_| ())?.next_cursor;
        let zone = service.office.zone();
        let view = |one: KeptUser| {
            let info = UserInfo::from(one);
            let personal = Role::ALL.into_iter().filter(|role| *role != Role::Integration);
            let (source, id) = info.agent.clone().map(|agent| (agent.source, agent.id)).unwrap_or_default();
            UserView {
                roles: personal.map(|role| (role.name(), role == info.role)).collect(),
                source,
                id,
                created: moment(&info.created, zone),
                info,
            }
        };
        Ok(Self {
            frame: visitor.frame("Users"),
            parts: PARTS,
            here: "Users",
            wrong: Vec::new(),
            items: found.into_iter().take(ROWS).map(view).collect(),
            next: cursor.map(|cursor| format!("/settings/users?cursor={cursor}")),
            name: String::new(),
            shown_name: String::new(),
        })
    }

    /// The page once something was done, or with what was wrong.
    async fn after(
        visitor: &Visitor,
        service: &Arc<Service>,
        done: Result<HttpResponse, Problem>,
    ) -> Result<HttpResponse, Problem> {
        match done {
            Ok(_) => Ok(see_other("/settings/users")),
            Err(problem) => {
                let wrong = faults(problem)?;
                let filled = Self::of(visitor, service, None).await?;
                page_with(StatusCode::UNPROCESSABLE_ENTITY, &Self { wrong, ..filled })
            }
        }
    }
}

async fn users_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    query: Query<UsersQuery>,
) -> Result<HttpResponse, Problem> {
    let (service, UsersQuery { cursor, format }) = (service.into_inner(), query.into_inner());
    if format.as_deref() == Some("csv") {
        return csv(service.read(|transaction| Ok(kept::users(transaction, None, MOST_ROWS)?)).await?);
    }
    let after = PageQuery { limit: None, cursor }.after()?;
    page(&UsersPage::of(&visitor, &service, after).await?)
}

#[derive(Debug, Default, Deserialize)]
struct UsersQuery {
    cursor: Option<String>,
    format: Option<String>,
}

fn csv(found: Vec<KeptUser>) -> Result<HttpResponse, Problem> {
    let row = |one: KeptUser| {
        let info = UserInfo::from(one);
        let (source, id) = info.agent.map(|agent| (agent.source, agent.id)).unwrap_or_default();
        let disabled = info.disabled.to_string();
        vec![info.name, info.shown_name, info.role.name().to_owned(), source, id, info.created, disabled]
    };
    let columns = ["name", "shown_name", "role", "source", "agent", "created", "disabled"];
    table_csv::answer("users", &columns, &found.into_iter().map(row).collect::<Vec<_>>())
}

/// What the form of a new user says.
#[derive(Deserialize)]
struct NewForm {
    name: String,
    #[serde(default)]
    shown_name: String,
    role: String,
    password: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    agent: String,
}

/// Who somebody is in the ticketing tool; null where nothing is said.
fn agent(source: &str, id: &str) -> Value {
    given(id).map_or(Value::Null, |id| json!({"source": source.trim(), "id": id}))
}

async fn add(
    visitor: Visitor,
    caller: May<Manage>,
    service: web::Data<Service>,
    form: Form<NewForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let asked = json!({
        "name": form.name.trim(), "shown_name": given(&form.shown_name), "role": form.role,
        "password": form.password, "agent": agent(&form.source, &form.agent),
    });
    let added = users::add(caller, service.clone(), Bytes::from(asked.to_string())).await;
    let service = service.into_inner();
    match added {
        Ok(_) => Ok(see_other("/settings/users")),
        Err(problem) => {
            let wrong = faults(problem)?;
            let filled = UsersPage::of(&visitor, &service, None).await?;
            let NewForm { name, shown_name, .. } = form;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &UsersPage { wrong, name, shown_name, ..filled })
        }
    }
}

/// What the form of a user says.
#[derive(Deserialize)]
struct ChangeForm {
    role: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    agent: String,
    disabled: Option<String>,
}

async fn change(
    visitor: Visitor,
    caller: May<Manage>,
    service: web::Data<Service>,
    key: web::Path<String>,
    form: Form<ChangeForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let mut asked = json!({
        "role": form.role, "disabled": form.disabled.is_some(), "agent": agent(&form.source, &form.agent),
    });
    if !form.password.is_empty() {
        asked["password"] = json!(form.password);
    }
    let changed = users::change(caller, service.clone(), key, Bytes::from(asked.to_string())).await;
    UsersPage::after(&visitor, &service.into_inner(), changed).await
}

async fn delete(
    visitor: Visitor,
    caller: May<Manage>,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let deleted = users::delete(caller, service.clone(), key).await;
    UsersPage::after(&visitor, &service.into_inner(), deleted).await
}
