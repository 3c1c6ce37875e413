//! Who looks at a page.

use super::Problem;
use super::frame::Frame;
use crate::access::{Principal, Scope};
use crate::service::gate::Caller;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

/// Whoever asks for a page. Who has not signed in is sent to `/signin` ([`super::problem`]).
#[derive(Debug, Clone)]
pub struct Visitor {
    principal: Arc<Principal>,
    path: String,
}

impl Deref for Visitor {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.principal
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let path = request.path().to_owned();
        Box::pin(async move { Ok(Self { principal: caller.await?.0, path }) })
    }
}

impl Visitor {
    /// What surrounds a page called `title` for them.
    #[must_use]
    pub fn frame(&self, title: impl Into<String>) -> Frame {
        Frame::of(&self.principal, &self.path, title.into())
    }

    /// The same principal, to be handed to what outlives the request.
    #[must_use]
    pub fn principal(&self) -> Arc<Principal> {
        Arc::clone(&self.principal)
    }

    /// Refuses those who may not do what `scope` names.
    ///
    /// # Errors
    /// 403.
    pub fn must(&self, scope: Scope) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        Err(Problem::forbidden(format!("this page is for those who may `{scope}`; you are here as {}", self.role)))
    }

    /// Refuses those who may see only their own messages.
    ///
    /// # Errors
    /// 404: what others do is not told.
    pub fn must_see_everybody(&self) -> Result<(), Problem> {
        if self.may_see_everybody() {
            Ok(())
        } else {
            Err(Problem::not_found(format!("there is nothing at {}", self.path)))
        }
    }
}
