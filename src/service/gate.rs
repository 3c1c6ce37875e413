//! Who asks, and whether they may: every handler that answers to somebody takes a [`May`].

use super::Service;
use super::problem::Problem;
use crate::access::{Principal, Scope, Secret, SecretKind};
use crate::store::access;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use jiff::Timestamp;
use std::future::Future;
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
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let principal = principal(&request).await?;
            // The log says by whom it was asked.
            request.extensions_mut().insert(Arc::clone(&principal));
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
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { principal(&request).await.map(Self) })
    }
}

async fn principal(request: &HttpRequest) -> Result<Arc<Principal>, Problem> {
    let service = request.app_data::<web::Data<Service>>().ok_or_else(|| Problem::internal("no service"))?.clone();
    let bearer = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| value.strip_prefix("Bearer "));
    let Some(bearer) = bearer else {
        return Err(Problem::unauthorized("send a token: `Authorization: Bearer amends_…`"));
    };
    let secret = Secret::parse(SecretKind::Token, bearer.trim())
        .map_err(|error| Problem::unauthorized(format!("the token cannot be read: {error}")))?;
    let digest = secret.digest();
    let found = service.into_inner().read(move |transaction| Ok(access::token(transaction, &digest)?)).await?;
    let principal = found.and_then(|(id, token)| token.principal(id, &secret, Timestamp::now()));
    principal.map(Arc::new).ok_or_else(|| Problem::unauthorized("there is no such token, or it has ended"))
}
