//! The service: HTTP API, webhooks and what goes on beside them, over one data folder.

pub mod api;
pub mod background;
pub mod figures;
pub mod gate;
pub mod paging;
pub mod problem;
pub mod routes;
pub mod server;
pub mod sight;
pub mod versions;

use crate::ingest::Method;
use crate::settings::Settings;
use crate::store::{Store, StoreError};
use actix_web::web;
use background::Signal;
use problem::Problem;
use rusqlite::Transaction;
use std::sync::Arc;

/// What all requests share.
#[derive(Debug)]
pub struct Service {
    /// The truth.
    pub store: Store,
    /// How it is set.
    pub settings: Settings,
    /// What conversations are read with.
    pub method: Method,
    /// Wakes the thread that reads conversations.
    pub unread: Signal,
}

impl Service {
    /// Lets `work` read the store, away from the threads that answer.
    ///
    /// # Errors
    /// What `work` fails with.
    pub async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let service = Arc::clone(self);
        web::block(move || service.store.read(work)).await.map_err(|_| Problem::from(StoreError::Closed))?
    }

    /// Lets `work` write to the store; ready once it is safely on disk.
    ///
    /// # Errors
    /// What `work` fails with, and where too much is waiting.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        Ok(self.store.offer(work)?.done().await?)
    }
}
