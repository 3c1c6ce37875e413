//! The service: HTTP API, webhooks and what goes on beside them, over one data folder.

pub mod api;
pub mod background;
pub mod gate;
pub mod paging;
pub mod problem;
pub mod routes;
pub mod server;

use crate::index::{Index, Rebuilt};
use crate::ingest::{FollowError, Follower, Method};
use crate::query::Vocabulary;
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
    /// Where messages are searched.
    pub index: Index,
    /// The names that queries may use.
    pub vocabulary: Vocabulary,
    /// Wakes the thread that reads conversations.
    pub unread: Signal,
    /// Wakes the thread by which the index follows.
    pub changed: Signal,
}

impl Service {
    /// The service over `store`, and what its index follows by; says why where the index is begun anew.
    ///
    /// # Errors
    /// Where the index's folder cannot be used.
    pub fn open(
        store: Store,
        settings: Settings,
        method: Method,
    ) -> Result<(Self, Follower, Option<Rebuilt>), FollowError> {
        let folder = store.folder().join("index");
        let (follower, rebuilt) = Follower::open(&folder, &store, method.office.zone().clone())?;
        let index = follower.index().clone();
        let vocabulary = api::search::vocabulary(&method);
        let (unread, changed) = (Signal::default(), Signal::default());
        Ok((Self { store, settings, method, index, vocabulary, unread, changed }, follower, rebuilt))
    }

    /// Tells what goes on beside answering that all is over.
    pub fn stop(&self) {
        self.unread.stop();
        self.changed.stop();
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
