//! What every request for figures begins with: who asks, of which time, and what is measured.

use super::figures::{MeasureView, measures};
use super::values::window;
use crate::service::Service;
use crate::service::figures::Figures;
use crate::service::gate::{Asked, May, Read, service};
use crate::service::problem::Problem;
use crate::service::sight::Sight;
use crate::store::figures::Window;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The parameters of a request that say of which time the messages are.
pub trait OfTime: DeserializeOwned + 'static {
    /// What stands as `since`, and as `until`.
    fn bounds(&self) -> (Option<&str>, Option<&str>);
}

/// A request for figures by somebody who may read; `Q` are its parameters.
#[derive(Debug)]
pub struct FigureRequest<Q> {
    caller: May<Read>,
    /// The service.
    pub service: Arc<Service>,
    /// The parameters.
    pub query: Q,
    /// Of which time the messages are.
    pub window: Window,
    /// What is measured.
    pub measures: Vec<MeasureView>,
}

impl<Q: OfTime> FromRequest for FigureRequest<Q> {
    type Error = Problem;
    type Future = Asked<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Asked<Self> {
        let caller = May::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let (caller, service) = (caller.await?, service(&request)?);
            let query = web::Query::<Q>::from_query(request.query_string())?.into_inner();
            let (since, until) = query.bounds();
            let window = window(since, until, service.office.zone())?;
            let measures = measures(service.method().card);
            Ok(Self { caller, service, query, window, measures })
        })
    }
}

impl<Q> FigureRequest<Q> {
    /// Lets `work` read figures, and tells it what who asks may see.
    ///
    /// # Errors
    /// What `work` fails with, and where the store fails.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Figures<'_>, Sight) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (caller, service) = (self.caller.clone(), Arc::clone(&self.service));
        let read = self.service.read(move |transaction| {
            let sight = Sight::of(&caller, transaction)?;
            work(&service.figures(transaction)?, sight)
        });
        read.await
    }
}
