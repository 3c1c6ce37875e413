//! The service: HTTP API, webhooks and what goes on beside them, over one data folder.

pub mod answer;
pub mod api;
pub mod background;
pub mod cors;
pub mod etag;
pub mod gate;
pub mod log;
pub mod metrics;
pub mod openapi;
pub mod paging;
pub mod problem;
pub mod routes;
pub mod server;
pub mod time;

use crate::ingest::Method;
use crate::library::Library;
use crate::settings::Settings;
use crate::store::{Store, StoreError};
use actix_web::web;
use background::Signal;
use metrics::Metrics;
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
    /// All rules and scorecards.
    pub library: &'static Library,
    /// What is counted.
    pub metrics: Metrics,
    /// Wakes the thread that reads conversations.
    pub unread: Signal,
}

impl Service {
    /// A service that nothing has been asked of yet.
    #[must_use]
    pub fn new(store: Store, settings: Settings, method: Method, library: &'static Library) -> Self {
        let metrics = Metrics::new(vec![
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("language", method.lexicon.language().to_owned()),
            ("lexicon", method.lexicon.digest().to_owned()),
            ("scorecard", method.card.digest.clone()),
        ]);
        Self { store, settings, method, library, metrics, unread: Signal::default() }
    }

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
