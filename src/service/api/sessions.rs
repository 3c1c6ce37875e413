//! Signing in and out, and who one is.

use super::users::AgentLink;
use crate::access::{AccountName, Credential, PasswordHash, Principal, Role, Scopes, Secret, Session};
use crate::service::Service;
use crate::service::access::Verified;
use crate::service::client::address;
use crate::service::gate::{Caller, Own, session_secret};
use crate::service::problem::{Problem, of_json};
use crate::service::routes::at;
use crate::store::users::{Changed, KeptUser, User};
use crate::store::{audit_log, users};
use actix_web::http::{Method, header};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;
use utoipa::ToSchema;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/v1/sessions", &[Method::POST]).route(web::post().to(sign_in)))
        .service(at("/v1/sessions/current", &[Method::DELETE]).route(web::delete().to(sign_out)))
        .service(at("/v1/me", &[Method::GET]).route(web::get().to(me)))
        .service(at("/v1/me/password", &[Method::PUT]).route(web::put().to(change_password)));
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// What one was recognised by: `user` or `token`, and its key.
    #[schema(example = "user:3")]
    pub credential: String,
    /// Name shown to people.
    #[schema(example = "Dana Reyes")]
    pub name: String,
    /// What one is there for.
    pub role: Role,
    /// What one may do.
    pub scopes: Scopes,
    /// Who one is in the ticketing tool.
    pub agent: Option<AgentLink>,
}

impl From<&Principal> for Me {
    fn from(principal: &Principal) -> Self {
        Self {
            credential: principal.credential.to_string(),
            name: principal.name.clone(),
            role: principal.role,
            scopes: principal.scopes(),
            agent: principal.agent.clone().map(AgentLink::from),
        }
    }
}

/// The answer to somebody who is signed in from now on.
pub(super) fn started(service: &Service, secret: &Secret, who: &Principal) -> HttpResponse {
    let cookie = service.access.cookie.set(secret, service.access.limits);
    HttpResponse::Created().insert_header((header::SET_COOKIE, cookie)).json(Me::from(who))
}

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// The account's name.
    #[schema(example = "dana@shop.example")]
    pub name: String,
    /// Its password.
    #[schema(format = Password, example = "violet harbour lantern")]
    pub password: String,
}

/// Signs in
///
/// The answer sets the cookie of a session; the browser's earlier session ends. Attempts are counted by account
/// and by network address: who fails often waits.
#[utoipa::path(
    post, path = "/v1/sessions", operation_id = "signIn", tag = "access", request_body = SignInRequest, security(()),
    responses(
        (status = 201, description = "signed in", body = Me, headers(("Set-Cookie" = String, description = "the session"))),
        (status = 401, description = "name or password is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "another site made the browser ask", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "a value cannot be", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "too many attempts", body = Problem, content_type = "application/problem+json",
         headers(("Retry-After" = u64, description = "seconds to wait"))),
        (status = 503, description = "too many people are signing in", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_in(
    _own: Own,
    request: HttpRequest,
    service: web::Data<Service>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let asked: SignInRequest = serde_json::from_slice(&body).map_err(|error| of_json(&error))?;
    let service = service.into_inner();
    let (cookie, who) = begin(&service, &request, asked).await?;
    Ok(started(&service, &cookie, &who))
}

/// Signs in whoever sends `request`; gives the secret of the new session.
///
/// # Errors
/// Where name or password is wrong, or they failed too often.
pub(in crate::service) async fn begin(
    service: &Arc<Service>,
    request: &HttpRequest,
    asked: SignInRequest,
) -> Result<(Secret, Principal), Problem> {
    let SignInRequest { name, password } = asked;
    let throttle = &service.access.throttle;
    let from = address(request);
    throttle.attempt(&name, from, Timestamp::now()).map_err(|wait| Problem::too_many(wait.seconds))?;
    let found = match name.parse::<AccountName>() {
        Ok(name) => service.read(move |transaction| Ok(users::user_named(transaction, &name)?)).await?,
        Err(_) => None,
    };
    let stored = found.as_ref().filter(|found| found.user.disabled.is_none()).and_then(password_of);
    let verified = service.verify_password(password, stored).await?;
    let (Some(found), Verified::Yes { rehashed }) = (found.clone(), verified) else {
        let subject = found.map(|found| Credential::User(found.key).to_string());
        // Not what was typed: it may be a password in the wrong field.
        let told = told_from(from);
        let noted = service.write(move |transaction| {
            audit_log::add(transaction, None, "sign_in_failed", subject.as_deref(), Some(&told))
        });
        noted.await?;
        return Err(wrong());
    };
    throttle.succeeded(&name, from);
    let before = session_secret(service, request);
    start(service, found, rehashed, before, ("sign_in", from)).await
}

/// Where somebody signed in from, as the audit log has it.
fn told_from(address: IpAddr) -> String {
    format!("from {address}")
}

fn password_of(found: &KeptUser) -> Option<PasswordHash> {
    found.user.password.clone()
}

fn wrong() -> Problem {
    Problem::unauthorized("name or password is wrong")
}

/// Begins a session of `found`, who is as they were when the password was compared; ends the one `before` it.
async fn start(
    service: &Arc<Service>,
    found: KeptUser,
    password: Option<PasswordHash>,
    before: Option<Secret>,
    (action, from): (&'static str, IpAddr),
) -> Result<(Secret, Principal), Problem> {
    let now = Timestamp::now();
    let (cookie, session) = Session::start(found.key, now).map_err(|error| Problem::internal(error.to_string()))?;
    let started = service.change_access(move |transaction| {
        let same = |user: &User| user.disabled.is_none() && user.password == found.user.password;
        let changed = users::change_user(transaction, found.key, |user| {
            if !same(user) {
                return Err(wrong());
            }
            if let Some(password) = password {
                user.password = Some(password);
            }
            Ok(())
        })?;
        let user = match changed {
            Changed::Done(user) => user,
            Changed::Refused(problem) => return Ok(Err(problem)),
            // Deleted meanwhile.
            Changed::Unknown | Changed::LastAdmin => return Ok(Err(wrong())),
        };
        if let Some(before) = before {
            users::end_session(transaction, &before.digest())?;
        }
        users::add_session(transaction, &session)?;
        let who = user.principal();
        let subject = who.credential.to_string();
        audit_log::add(transaction, Some(&who), action, Some(&subject), Some(&told_from(from)))?;
        Ok(Ok(who))
    });
    Ok((cookie, started.await??))
}

/// Signs out
///
/// The browser's session ends and its cookie is taken away.
#[utoipa::path(
    delete, path = "/v1/sessions/current", operation_id = "signOut", tag = "access",
    responses(
        (status = 204, description = "signed out"),
        (status = 401, description = "not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "another site made the browser ask", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "a token is no session", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_out(
    caller: Caller,
    request: HttpRequest,
    service: web::Data<Service>,
) -> Result<HttpResponse, Problem> {
    let cleared = end(&service.into_inner(), &request, caller).await?;
    Ok(HttpResponse::NoContent().insert_header((header::SET_COOKIE, cleared)).finish())
}

/// Ends the session of `request`; gives the header that takes its cookie away.
///
/// # Errors
/// Where it came by a token.
pub(in crate::service) async fn end(
    service: &Arc<Service>,
    request: &HttpRequest,
    caller: Caller,
) -> Result<String, Problem> {
    let (Credential::User(_), Some(secret)) = (caller.0.credential, session_secret(service, request)) else {
        return Err(Problem::conflict("a token is no session; `DELETE /v1/tokens/{key}` revokes one"));
    };
    let ended = service.change_access(move |transaction| {
        users::end_session(transaction, &secret.digest())?;
        let subject = caller.0.credential.to_string();
        audit_log::add(transaction, Some(&caller.0), "sign_out", Some(&subject), None)
    });
    ended.await?;
    Ok(service.access.cookie.clear())
}

/// Who asks, and what they may
///
/// For every token and every session, whatever its scopes.
#[utoipa::path(
    get, path = "/v1/me", operation_id = "me", tag = "access",
    responses(
        (status = 200, description = "who asks", body = Me),
    )
)]
pub async fn me(caller: Caller) -> HttpResponse {
    HttpResponse::Ok().json(Me::from(&*caller.0))
}

/// A new password of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordRequest {
    /// The password until now.
    #[schema(format = Password, example = "violet harbour lantern")]
    pub current: String,
    /// 12 to 256 characters; several words with spaces are fine.
    #[schema(format = Password, example = "copper meadow telescope")]
    pub new: String,
}

/// Changes one's own password
///
/// All of one's sessions end; the answer sets the cookie of a new one.
#[utoipa::path(
    put, path = "/v1/me/password", operation_id = "changeOwnPassword", tag = "access", request_body = PasswordRequest,
    responses(
        (status = 201, description = "changed, and signed in anew", body = Me, headers(("Set-Cookie" = String, description = "the session"))),
        (status = 401, description = "not signed in, or the password until now is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "another site made the browser ask", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "a token has no password", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "the new password is refused", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "too many attempts", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "too many people are signing in", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change_password(
    caller: Caller,
    request: HttpRequest,
    service: web::Data<Service>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let PasswordRequest { current, new } = serde_json::from_slice(&body).map_err(|error| of_json(&error))?;
    let Credential::User(key) = caller.0.credential else {
        return Err(Problem::conflict("a token has no password"));
    };
    let service = service.into_inner();
    let found = service.read(move |transaction| Ok(users::user(transaction, key)?)).await?;
    let found = found.ok_or_else(wrong)?;
    let (name, shown_name) = (found.user.name.as_str().to_owned(), found.user.shown_name.clone());
    // Whoever sits at somebody's open browser is no more to guess than whoever signs in.
    let throttle = &service.access.throttle;
    let from = address(&request);
    throttle.attempt(&name, from, Timestamp::now()).map_err(|wait| Problem::too_many(wait.seconds))?;
    if service.verify_password(current, password_of(&found)).await? == Verified::No {
        return Err(Problem::unauthorized("the password until now is wrong"));
    }
    throttle.succeeded(&name, from);
    let password = service.hash_password(new, [name, shown_name], "/new").await?;
    let (cookie, who) = start(&service, found, Some(password), None, ("password_changed", from)).await?;
    Ok(started(&service, &cookie, &who))
}
