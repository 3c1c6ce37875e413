//! People who sign in.

use crate::access::{AccountName, AgentKey, Credential, Principal, Role};
use crate::conversation::ParticipantId;
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::paging::{Page, PageQuery};
use crate::service::problem::{Problem, of_json};
use crate::service::routes::at;
use crate::store::users::{Changed, KeptUser, User};
use crate::store::{audit_log, users};
use actix_web::http::{Method, header};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/v1/users", &[Method::GET, Method::POST]).route(web::get().to(list)).route(web::post().to(add)))
        .service(
            at("/v1/users/{key}", &[Method::PATCH, Method::DELETE])
                .route(web::patch().to(change))
                .route(web::delete().to(delete)),
        );
}

/// An agent, as a ticketing tool knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentLink {
    /// The ticketing tool.
    #[schema(example = "zendesk")]
    pub source: String,
    /// Identifier there.
    #[schema(example = "4711")]
    pub id: String,
}

impl From<AgentKey> for AgentLink {
    fn from(AgentKey { source, id: ParticipantId(id) }: AgentKey) -> Self {
        Self { source, id }
    }
}

impl AgentLink {
    /// The agent.
    ///
    /// # Errors
    /// Where a name is empty.
    pub(super) fn key(self) -> Result<AgentKey, Problem> {
        for (name, value) in [("source", &self.source), ("id", &self.id)] {
            if value.trim().is_empty() {
                let detail = "an agent needs the ticketing tool and the identifier there";
                return Err(Problem::invalid(detail).at(format!("/agent/{name}"), "this is empty"));
            }
        }
        Ok(AgentKey { source: self.source, id: ParticipantId(self.id) })
    }
}

/// Somebody who signs in.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserInfo {
    /// Their key.
    #[schema(example = "3")]
    pub key: String,
    /// By which they sign in.
    #[schema(example = "dana@shop.example")]
    pub name: String,
    /// Name shown to people.
    #[schema(example = "Dana Reyes")]
    pub shown_name: String,
    /// What they are there for.
    pub role: Role,
    /// Who they are in the ticketing tool.
    pub agent: Option<AgentLink>,
    /// Whether they may not sign in.
    pub disabled: bool,
    /// When they were added.
    #[schema(format = DateTime, example = "2026-10-19T08:15:30Z")]
    pub created: String,
}

impl From<KeptUser> for UserInfo {
    fn from(KeptUser { key, user, created }: KeptUser) -> Self {
        Self {
            key: key.to_string(),
            name: user.name.to_string(),
            shown_name: user.shown_name,
            role: user.role,
            agent: user.agent.map(AgentLink::from),
            disabled: user.disabled.is_some(),
            created: created.to_string(),
        }
    }
}

/// All who sign in
///
/// Needs the scope `manage`, as all that is done with users.
#[utoipa::path(
    get, path = "/v1/users", operation_id = "listUsers", tag = "access", params(PageQuery),
    responses(
        (status = 200, description = "a page of users", body = Page<UserInfo>),
    )
)]
pub async fn list(
    _caller: May<Manage>,
    request: HttpRequest,
    service: web::Data<Service>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (limit, after) = (query.limit()?, query.after()?);
    let found = service.into_inner().read(move |transaction| Ok(users::users(transaction, after, limit + 1)?)).await?;
    Ok(Page::of(found, limit, |kept| kept.key, UserInfo::from)?.answer(&request))
}

/// Somebody who is to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// By which they sign in, often an e-mail address; kept in lower case.
    #[schema(example = "sam@shop.example")]
    pub name: String,
    /// Name shown to people; `name` where it is left out.
    #[schema(example = "Sam Okafor")]
    pub shown_name: Option<String>,
    /// `admin`, `reviewer` or `agent`; programs take a token.
    pub role: Role,
    /// 12 to 256 characters; several words with spaces are fine.
    #[schema(format = Password, example = "violet harbour lantern")]
    pub password: String,
    /// Who they are in the ticketing tool; without it somebody with the role `agent` sees nobody's scores.
    pub agent: Option<AgentLink>,
}

impl NewUser {
    /// The name to show.
    pub(super) fn shown(given: Option<&str>, name: &AccountName) -> Result<String, Problem> {
        let shown = given.map_or(name.as_str(), str::trim);
        if (1..=100).contains(&shown.chars().count()) && !shown.contains(char::is_control) {
            return Ok(shown.to_owned());
        }
        let detail = "a name to show has 1 to 100 characters";
        Err(Problem::invalid(detail).at("/shown_name", detail))
    }
}

/// The name by which somebody signs in.
pub(super) fn account_name(text: &str) -> Result<AccountName, Problem> {
    text.parse().map_err(|error: crate::access::NoAccountName| {
        Problem::invalid(error.to_string()).at("/name", error.to_string())
    })
}

pub(super) fn name_taken(name: &AccountName) -> Problem {
    Problem::conflict(format!("there is somebody called `{name}` already"))
}

/// Whether `caller` may make or change somebody of that role: nobody gives more than they have.
fn check_role(caller: &Principal, role: Role) -> Result<(), Problem> {
    if role.scopes().are_within(caller.scopes()) {
        return Ok(());
    }
    let detail = format!("nobody can grant more than they have: `{role}` may do {}", role.scopes());
    Err(Problem::forbidden(detail))
}

fn check_personal(role: Role) -> Result<(), Problem> {
    if role == Role::Integration {
        let why = "`integration` is for programs, which take a token; allowed: admin, reviewer, agent";
        return Err(Problem::invalid("nobody signs in with that role").at("/role", why));
    }
    Ok(())
}

/// Adds somebody
///
/// They sign in by name and password. Nobody can grant more than they may do themselves.
#[utoipa::path(
    post, path = "/v1/users", operation_id = "addUser", tag = "access", request_body = NewUser,
    responses(
        (status = 201, description = "added", body = UserInfo, headers(("Location" = String, description = "the user"))),
        (status = 403, description = "more than one may grant", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "the name is taken", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "a value cannot be", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "too many passwords are being hashed", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn add(caller: May<Manage>, service: web::Data<Service>, body: web::Bytes) -> Result<HttpResponse, Problem> {
    let request: NewUser = serde_json::from_slice(&body).map_err(|error| of_json(&error))?;
    let service = service.into_inner();
    let name = account_name(&request.name)?;
    let shown_name = NewUser::shown(request.shown_name.as_deref(), &name)?;
    check_personal(request.role)?;
    check_role(&caller, request.role)?;
    let agent = request.agent.map(AgentLink::key).transpose()?;
    let names = [name.as_str().to_owned(), shown_name.clone()];
    let password = service.hash_password(request.password, names, "/password").await?;
    let user = User { name, shown_name, role: request.role, password: Some(password), agent, disabled: None };
    let added = service.change_access(move |transaction| {
        let Some(added) = users::add_user(transaction, &user, Timestamp::now())? else {
            return Ok(Err(name_taken(&user.name)));
        };
        let subject = Credential::User(added.key).to_string();
        audit_log::add(transaction, Some(&caller), "user_added", Some(&subject), Some(user.role.name()))?;
        Ok(Ok(added))
    });
    let added = added.await??;
    let location = format!("/v1/users/{}", added.key);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(UserInfo::from(added)))
}

/// What is to change of somebody; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// Name shown to people.
    #[schema(example = "Sam Okafor")]
    pub shown_name: Option<String>,
    /// `admin`, `reviewer` or `agent`.
    pub role: Option<Role>,
    /// A new password.
    #[schema(format = Password, example = "copper meadow telescope")]
    pub password: Option<String>,
    /// Whether they may not sign in.
    pub disabled: Option<bool>,
    /// Who they are in the ticketing tool; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<AgentLink>)]
    pub agent: Option<Option<AgentLink>>,
}

/// Tells null from what is left out.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<AgentLink>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl UserChange {
    /// What changes, for the audit log; no values.
    fn told(&self) -> String {
        let parts = [
            (self.shown_name.is_some(), "shown_name"),
            (self.role.is_some(), "role"),
            (self.password.is_some(), "password"),
            (self.disabled.is_some(), "disabled"),
            (self.agent.is_some(), "agent"),
        ];
        parts.iter().filter(|(given, _)| *given).map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
    }
}

/// Changes somebody
///
/// Their sessions end where the role, the password or whether they may sign in changes. The last administrator
/// stays one.
#[utoipa::path(
    patch, path = "/v1/users/{key}", operation_id = "changeUser", tag = "access", request_body = UserChange,
    params(("key" = String, Path, description = "their key", example = "3")),
    responses(
        (status = 200, description = "changed", body = UserInfo),
        (status = 403, description = "more than one may grant", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "nobody could manage the service", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "a value cannot be", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "too many passwords are being hashed", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    caller: May<Manage>,
    service: web::Data<Service>,
    key: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let request: UserChange = serde_json::from_slice(&body).map_err(|error| of_json(&error))?;
    let service = service.into_inner();
    let key: i64 = key.parse().map_err(|_| unknown())?;
    let found = service.read(move |transaction| Ok(users::user(transaction, key)?)).await?.ok_or_else(unknown)?;
    check_role(&caller, found.user.role)?;
    if let Some(role) = request.role {
        check_personal(role)?;
        check_role(&caller, role)?;
    }
    let told = request.told();
    let name = &found.user.name;
    let shown_name = request.shown_name.map(|given| NewUser::shown(Some(&given), name)).transpose()?;
    let agent = request.agent.map(|agent| agent.map(AgentLink::key).transpose()).transpose()?;
    let password = match request.password {
        Some(password) => {
            let names = [name.as_str().to_owned(), shown_name.clone().unwrap_or(found.user.shown_name)];
            Some(service.hash_password(password, names, "/password").await?)
        }
        None => None,
    };
    let (role, disabled) = (request.role, request.disabled);
    let changed = service.change_access(move |transaction| {
        let changed = users::change_user(transaction, key, |user| {
            // Their role may have changed meanwhile.
            check_role(&caller, user.role)?;
            user.role = role.unwrap_or(user.role);
            user.shown_name = shown_name.unwrap_or_else(|| user.shown_name.clone());
            user.agent = agent.unwrap_or_else(|| user.agent.clone());
            user.password = password.or_else(|| user.password.clone());
            user.disabled = match disabled {
                Some(true) => user.disabled.or_else(|| Some(Timestamp::now())),
                Some(false) => None,
                None => user.disabled,
            };
            Ok(())
        })?;
        if matches!(changed, Changed::Done(_)) {
            let subject = Credential::User(key).to_string();
            audit_log::add(transaction, Some(&caller), "user_changed", Some(&subject), Some(&told))?;
        }
        Ok(changed)
    });
    Ok(HttpResponse::Ok().json(UserInfo::from(done(changed.await?)?)))
}

/// Deletes somebody
///
/// Their sessions end; their reviews stay, under the name they had. The last administrator stays.
#[utoipa::path(
    delete, path = "/v1/users/{key}", operation_id = "deleteUser", tag = "access",
    params(("key" = String, Path, description = "their key", example = "3")),
    responses(
        (status = 204, description = "deleted"),
        (status = 403, description = "they may more than one may grant", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "there is no such user", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "nobody could manage the service", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn delete(
    caller: May<Manage>,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let key: i64 = key.parse().map_err(|_| unknown())?;
    let service = service.into_inner();
    let deleted = service.change_access(move |transaction| {
        let deleted = users::delete_user(transaction, key, |user| check_role(&caller, user.role))?;
        if let Changed::Done(kept) = &deleted {
            let subject = Credential::User(key).to_string();
            audit_log::add(transaction, Some(&caller), "user_deleted", Some(&subject), Some(kept.user.role.name()))?;
        }
        Ok(deleted)
    });
    done(deleted.await?)?;
    Ok(HttpResponse::NoContent().finish())
}

fn unknown() -> Problem {
    Problem::not_found("there is no such user")
}

fn done(changed: Changed<Problem>) -> Result<KeptUser, Problem> {
    match changed {
        Changed::Done(kept) => Ok(kept),
        Changed::Unknown => Err(unknown()),
        Changed::LastAdmin => {
            Err(Problem::conflict("this is the last administrator who can sign in: make another one first"))
        }
        Changed::Refused(problem) => Err(problem),
    }
}
