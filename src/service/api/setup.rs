//! The first administrator.

use super::sessions::{Me, started};
use super::users::{NewUser, account_name};
use crate::access::{Principal, Role, Secret, SecretKind, Session, Setup};
use crate::service::Service;
use crate::service::gate::Own;
use crate::service::problem::{Problem, of_json};
use crate::service::routes::at;
use crate::store::users::User;
use crate::store::{access, audit_log, users};
use actix_web::http::Method;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, web};
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/v1/setup", &[Method::POST]).route(web::post().to(set_up)));
}

/// Who is to be the first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// The secret that the service printed when it was started.
    #[schema(example = "amends_setup_…")]
    pub secret: String,
    /// By which they will sign in.
    #[schema(example = "dana@shop.example")]
    pub name: String,
    /// Name shown to people; `name` where it is left out.
    #[schema(example = "Dana Reyes")]
    pub shown_name: Option<String>,
    /// 12 to 256 characters; several words with spaces are fine.
    #[schema(format = Password, example = "violet harbour lantern")]
    pub password: String,
}

/// Sets up the first administrator
///
/// By the secret that the service prints at its start while there is no administrator. It opens once, for a day.
/// The answer signs the browser in.
#[utoipa::path(
    post, path = "/v1/setup", operation_id = "setUp", tag = "access", request_body = SetupRequest, security(()),
    responses(
        (status = 201, description = "set up and signed in", body = Me,
         headers(("Set-Cookie" = String, description = "the session"))),
        (status = 401, description = "the secret is wrong or too old", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "another site made the browser ask", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "there is an administrator", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "a value cannot be", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "too many passwords are being hashed", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn set_up(_own: Own, service: web::Data<Service>, body: web::Bytes) -> Result<HttpResponse, Problem> {
    let request: SetupRequest = serde_json::from_slice(&body).map_err(|error| of_json(&error))?;
    let service = service.into_inner();
    let (cookie, by) = begin(&service, request).await?;
    Ok(started(&service, &cookie, &by))
}

/// Makes the first administrator and signs them in; gives the secret of their session.
///
/// # Errors
/// Where there is one already, the secret is wrong, or name or password is refused.
pub(in crate::service) async fn begin(
    service: &Arc<Service>,
    request: SetupRequest,
) -> Result<(Secret, Principal), Problem> {
    let secret = Secret::parse(SecretKind::Setup, request.secret.trim())
        .map_err(|error| Problem::unauthorized(format!("the secret cannot be read: {error}")))?;
    let waiting = service.read(|transaction| Ok(access::setup(transaction)?)).await?;
    check(waiting.as_ref(), &secret)?;
    let name = account_name(&request.name)?;
    let shown_name = NewUser::shown(request.shown_name.as_deref(), &name)?;
    let names = [name.as_str().to_owned(), shown_name.clone()];
    let password = service.hash_password(request.password, names, "/password").await?;
    let user = User { name, shown_name, role: Role::Admin, password: Some(password), agent: None, disabled: None };
    let made = service.change_access(move |transaction| {
        // Somebody may have been quicker.
        if let Err(problem) = check(access::setup(transaction)?.as_ref(), &secret) {
            return Ok(Err(problem));
        }
        let now = Timestamp::now();
        let Some(added) = users::add_user(transaction, &user, now)? else {
            return Ok(Err(super::users::name_taken(&user.name)));
        };
        let by = added.principal();
        let subject = by.credential.to_string();
        audit_log::add(transaction, Some(&by), "setup", Some(&subject), None)?;
        let Ok((cookie, session)) = Session::start(added.key, now) else {
            return Ok(Err(Problem::internal("the operating system gives no random numbers")));
        };
        users::add_session(transaction, &session)?;
        Ok(Ok((cookie, by)))
    });
    made.await?
}

fn check(waiting: Option<&Setup>, secret: &Secret) -> Result<(), Problem> {
    match waiting {
        None => Err(Problem::conflict("there is an administrator already: sign in")),
        Some(setup) if setup.opens(secret, Timestamp::now()) => Ok(()),
        Some(_) => Err(Problem::unauthorized(
            "the secret is wrong or older than a day; start the service again and it prints a new one",
        )),
    }
}
