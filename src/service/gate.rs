//! Who asks, and whether they may: every handler that answers to somebody takes a [`May`].

use super::Service;
use super::problem::Problem;
use crate::access::{Principal, Scope, Secret, SecretKind, UnsafeRequest};
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use std::future::{Future, Ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

/// A scope as a type.
pub trait Needed: 'static {
    /// The scope.
    const SCOPE: Scope;
}

macro_rules! needed {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Needed for $name {
            const SCOPE: Scope = Scope::$name;
        })*
    };
}

needed! {
    /// See [`Scope::Score`].
    Score
    /// See [`Scope::Ingest`].
    Ingest
    /// See [`Scope::Read`].
    Read
    /// See [`Scope::Review`].
    Review
    /// See [`Scope::Export`].
    Export
    /// See [`Scope::Erase`].
    Erase
    /// See [`Scope::Manage`].
    Manage
}

/// Who asks, and may do what `S` names.
#[derive(Debug, Clone)]
pub struct May<S> {
    principal: Arc<Principal>,
    scope: PhantomData<S>,
}

impl<S> Deref for May<S> {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.principal
    }
}

impl<S: Needed> FromRequest for May<S> {
    type Error = Problem;
    type Future = Asked<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Asked<Self> {
        let request = request.clone();
        Box::pin(async move {
            let principal = principal(&request).await?;
            if !principal.may(S::SCOPE) {
                let detail = format!("this needs the scope `{}`; yours: {}", S::SCOPE, principal.scopes());
                return Err(Problem::forbidden(detail));
            }
            Ok(Self { principal, scope: PhantomData })
        })
    }
}

/// Who asks, whatever they may.
#[derive(Debug, Clone)]
pub struct Caller(pub Arc<Principal>);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Asked<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Asked<Self> {
        let request = request.clone();
        Box::pin(async move { principal(&request).await.map(Self) })
    }
}

/// A request that no other site made a browser send, by whomever it is: for signing in, where nobody is
/// recognised yet.
#[derive(Debug, Clone, Copy)]
pub struct Own;

impl FromRequest for Own {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(service(request).and_then(|service| refuse_forged(&service, request)).map(|()| Self))
    }
}

/// Who asks, once that is known.
pub type Asked<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

async fn principal(request: &HttpRequest) -> Result<Arc<Principal>, Problem> {
    let service = service(request)?;
    let known = match request.headers().get(header::AUTHORIZATION) {
        Some(authorization) => {
            let secret = bearer(authorization)?;
            let known = service.recognise(SecretKind::Token, &secret).await?;
            known.ok_or_else(|| Problem::unauthorized("there is no such token, or it has ended"))
        }
        None => {
            let Some(secret) = session_secret(&service, request) else {
                return Err(Problem::unauthorized("sign in, or send a token: `Authorization: Bearer amends_…`"));
            };
            refuse_forged(&service, request)?;
            let known = service.recognise(SecretKind::Session, &secret).await?;
            known.ok_or_else(|| Problem::unauthorized("the session has ended: sign in again"))
        }
    }?;
    // The log says by whom it was asked.
    request.extensions_mut().insert(Arc::clone(&known));
    Ok(known)
}

/// The service that answers a request.
///
/// # Errors
/// None is expected: there is one.
pub(super) fn service(request: &HttpRequest) -> Result<Arc<Service>, Problem> {
    let service = request.app_data::<web::Data<Service>>().ok_or_else(|| Problem::internal("no service"))?;
    Ok(Arc::clone(service))
}

/// The token of the header `Authorization`.
fn bearer(authorization: &HeaderValue) -> Result<Secret, Problem> {
    let form = || Problem::unauthorized("the header is to be `Authorization: Bearer amends_…`");
    let (scheme, token) = authorization.to_str().ok().and_then(|told| told.split_once(' ')).ok_or_else(form)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(form());
    }
    Secret::parse(SecretKind::Token, token.trim())
        .map_err(|error| Problem::unauthorized(format!("the token cannot be read: {error}")))
}

/// The secret of the browser's session.
pub(super) fn session_secret(service: &Service, request: &HttpRequest) -> Option<Secret> {
    let mut cookies = request.headers().get_all(header::COOKIE).filter_map(|header| header.to_str().ok());
    cookies.find_map(|header| service.access.cookie.find(header))
}

/// Refuses what another site made a browser send.
fn refuse_forged(service: &Service, request: &HttpRequest) -> Result<(), Problem> {
    let told = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let asked = UnsafeRequest {
        sec_fetch_site: told("sec-fetch-site"),
        origin: told("origin"),
        host: told("host").or_else(|| request.uri().authority().map(|authority| authority.as_str())),
    };
    let checked = service.access.forgery.check(request.method().as_str(), asked);
    checked.map_err(|forgery| Problem::forbidden(forgery.to_string()))
}
