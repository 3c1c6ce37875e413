//! Tokens for programs.

use super::users::AgentLink;
use crate::access::{Credential, Grant, GrantError, Role, Scopes, Token};
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::paging::{Page, PageQuery};
use crate::service::problem::{Problem, of_json};
use crate::service::routes::at;
use crate::store::access::KeptToken;
use crate::store::{access, audit_log};
use actix_web::http::{Method, header};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            at("/v1/tokens", &[Method::GET, Method::POST]).route(web::get().to(list)).route(web::post().to(create)),
        )
        .service(at("/v1/tokens/{key}", &[Method::DELETE]).route(web::delete().to(revoke)));
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenInfo {
    /// Its key.
    #[schema(example = "7")]
    pub key: String,
    /// What it is for.
    #[schema(example = "help desk sync")]
    pub name: String,
    /// Its first characters, by which one tells it from others.
    #[schema(example = "amends_q7Zx")]
    pub start: String,
    /// What it is there for.
    pub role: Role,
    /// What it may do.
    pub scopes: Scopes,
    /// Whose scores it may see, where its role is `agent`.
    pub agent: Option<AgentLink>,
    /// When it was made.
    #[schema(format = DateTime, example = "2026-10-19T08:15:30Z")]
    pub created: String,
    /// When it ends by itself.
    #[schema(format = DateTime, example = "2027-10-19T08:15:30Z")]
    pub expires: Option<String>,
    /// When it was last shown, to the minute.
    #[schema(format = DateTime, example = "2026-10-20T10:00:00Z")]
    pub used: Option<String>,
    /// When it was revoked.
    #[schema(format = DateTime)]
    pub revoked: Option<String>,
}

impl From<KeptToken> for TokenInfo {
    fn from(KeptToken { key, token, used, revoked }: KeptToken) -> Self {
        let Token { grant: Grant { name, role, scopes, agent, expires }, start, created, .. } = token;
        let told = |time: Option<Timestamp>| time.map(|time| time.to_string());
        Self {
            key: key.to_string(),
            name,
            start,
            role,
            scopes,
            agent: agent.map(AgentLink::from),
            created: created.to_string(),
            expires: told(expires),
            used: told(used),
            revoked: told(revoked),
        }
    }
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub struct NewToken {
    /// The token itself: it is shown now and never again.
    #[schema(example = "amends_…")]
    pub secret: String,
    /// What it is.
    pub token: TokenInfo,
}

/// All tokens
///
/// Revoked ones among them, the latest first; never the secret. Needs the scope `manage`, as all that is done with
/// tokens.
#[utoipa::path(
    get, path = "/v1/tokens", operation_id = "listTokens", tag = "access", params(PageQuery),
    responses(
        (status = 200, description = "a page of tokens", body = Page<TokenInfo>),
    )
)]
pub async fn list(
    _caller: May<Manage>,
    request: HttpRequest,
    service: web::Data<Service>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (limit, before) = (query.limit()?, query.after()?);
    let found =
        service.into_inner().read(move |transaction| Ok(access::tokens(transaction, before, limit + 1)?)).await?;
    Ok(Page::of(found, limit, |kept| kept.key, TokenInfo::from)?.answer(&request))
}

/// What a token is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What it is for: 1 to 100 characters.
    #[schema(example = "help desk sync")]
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// What it may do; all that its role may where they are left out.
    pub scopes: Option<Scopes>,
    /// Whose scores it may see; needed where the role is `agent`.
    pub agent: Option<AgentLink>,
    /// When it ends by itself; never where it is left out.
    #[schema(format = DateTime, example = "2027-10-19T08:15:30Z")]
    pub expires: Option<String>,
}

/// Makes a token
///
/// The answer shows it once. Nobody can grant more than they may do themselves.
#[utoipa::path(
    post, path = "/v1/tokens", operation_id = "createToken", tag = "access", request_body = TokenRequest,
    responses(
        (status = 201, description = "made", body = NewToken),
        (status = 403, description = "more than one may grant", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "a value cannot be", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    caller: May<Manage>,
    service: web::Data<Service>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let request: TokenRequest = serde_json::from_slice(&body).map_err(|error| of_json(&error))?;
    let expires = request.expires.as_deref().map(|text| {
        text.parse::<Timestamp>().map_err(|_| {
            let detail = "a time such as 2027-10-19T08:15:30Z is expected";
            Problem::invalid("the end cannot be read").at("/expires", detail)
        })
    });
    let grant = Grant {
        name: request.name.trim().to_owned(),
        role: request.role,
        scopes: request.scopes.unwrap_or(request.role.scopes()),
        agent: request.agent.map(AgentLink::key).transpose()?,
        expires: expires.transpose()?,
    };
    let (secret, token) = Token::issue(grant, &caller, Timestamp::now()).map_err(|error| of_grant(&error))?;
    let kept = token.clone();
    let service = service.into_inner();
    let added = service.change_access(move |transaction| {
        let key = access::add_token(transaction, &token)?;
        let subject = Credential::Token(key).to_string();
        let detail = format!("{}: {}", token.grant.role, token.grant.scopes);
        audit_log::add(transaction, Some(&caller), "token_created", Some(&subject), Some(&detail))?;
        Ok(key)
    });
    let token = KeptToken { key: added.await?, token: kept, used: None, revoked: None };
    let made = NewToken { secret: secret.reveal().to_owned(), token: token.into() };
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(made))
}

fn of_grant(error: &GrantError) -> Problem {
    let pointer = match error {
        GrantError::NotHeld(_) => return Problem::forbidden(error.to_string()),
        GrantError::NoRandomness(_) => return Problem::internal(error.to_string()),
        GrantError::Name => "/name",
        GrantError::NoScope { .. } | GrantError::NotOfRole { .. } => "/scopes",
        GrantError::NoAgent => "/agent",
        GrantError::Past(_) => "/expires",
    };
    Problem::invalid("the token is not granted").at(pointer, error.to_string())
}

/// Revokes a token
///
/// It opens nothing from then on.
#[utoipa::path(
    delete, path = "/v1/tokens/{key}", operation_id = "revokeToken", tag = "access",
    params(("key" = String, Path, description = "its key", example = "7")),
    responses(
        (status = 204, description = "revoked"),
        (status = 404, description = "there is no such token, or it is revoked already", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn revoke(
    caller: May<Manage>,
    service: web::Data<Service>,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::not_found("there is no such token, or it is revoked already");
    let key: i64 = key.parse().map_err(|_| unknown())?;
    let service = service.into_inner();
    let revoked = service.change_access(move |transaction| {
        let revoked = access::revoke_token(transaction, key, Timestamp::now())?;
        if revoked.is_some() {
            let subject = Credential::Token(key).to_string();
            audit_log::add(transaction, Some(&caller), "token_revoked", Some(&subject), revoked.as_deref())?;
        }
        Ok(revoked.is_some())
    });
    if revoked.await? { Ok(HttpResponse::NoContent().finish()) } else { Err(unknown()) }
}
