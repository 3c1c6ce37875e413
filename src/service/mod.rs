//! The service: HTTP API, webhooks and what goes on beside them, over one data folder.

pub mod access;
pub mod answer;
pub mod api;
pub mod background;
pub mod batch;
pub mod body;
pub mod client;
pub mod cors;
pub mod etag;
pub mod figures;
pub mod gate;
pub mod hooks;
pub mod idempotency;
pub mod in_force;
pub mod jobs;
mod known;
pub mod lag;
pub mod log;
pub mod metrics;
pub mod openapi;
pub mod pages;
pub mod paging;
pub mod problem;
pub mod request_id;
pub mod retention;
pub mod routes;
pub mod server;
pub mod sight;
pub mod spool;
pub mod time;
pub mod tls;
pub mod versions;

use crate::index::{Index, Rebuilt};
use crate::ingest::{FollowError, Follower, Handed, INDEX, Method};
use crate::library::Library;
use crate::promise::Office;
use crate::settings::Settings;
use crate::store::{Store, StoreError};
use access::Access;
use actix_web::web;
use background::Signal;
use figures::Numbers;
use hooks::GivenSecrets;
use in_force::Switch;
use jobs::Jobs;
use lag::Lag;
use metrics::Metrics;
use problem::Problem;
use rusqlite::Transaction;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What all requests share.
#[derive(Debug)]
pub struct Service {
    /// The truth.
    pub store: Store,
    /// How it is set.
    pub settings: Settings,
    /// What messages are read with.
    switch: Switch,
    /// Secrets of webhooks that were given in the pages.
    pub given_secrets: GivenSecrets,
    /// When the office that promises is at work; its time zone is that of the pages.
    pub office: Office,
    /// Where messages are searched.
    pub index: Index,
    /// What was read and waits for the index.
    pub handed: Arc<Handed>,
    /// How long what was taken in waits until it can be found.
    pub lag: Lag,
    /// What is counted.
    pub metrics: Metrics,
    /// The numbers of all messages, from which figures are added up.
    pub numbers: Numbers,
    /// What keeps the gate.
    pub access: Access,
    /// Wakes the thread that reads conversations.
    pub unread: Signal,
    /// Wakes the thread by which the index follows.
    pub changed: Signal,
    /// Long work, one after the other.
    pub jobs: Jobs,
    /// Wakes the thread that drops old text.
    pub forgetting: Signal,
    /// Whether the store's log still holds something that was erased.
    pub erasure_waits: AtomicBool,
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
        library: &'static Library,
    ) -> Result<(Self, Follower, Option<Rebuilt>), FollowError> {
        let folder = store.folder().join(INDEX);
        let (follower, rebuilt) = Follower::open(&folder, &store, method.office.zone().clone())?;
        let (index, handed) = (follower.index().clone(), follower.handed());
        let office = method.office.clone();
        let switch = Switch::open(&store, &settings, method, library)?;
        let given_secrets = GivenSecrets::open(&store)?;
        let access = Access::new(&settings);
        let numbers = Numbers::new(office.zone().clone());
        let (unread, changed) = (Signal::default(), Signal::default());
        let (jobs, forgetting) = (Jobs::default(), Signal::default());
        // An earlier run may have ended before it was done.
        let erasure_waits = AtomicBool::new(true);
        let metrics = Metrics::new(vec![
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("language", settings.reading.language.clone()),
        ]);
        let service = Self {
            store,
            settings,
            switch,
            given_secrets,
            office,
            access,
            index,
            handed,
            lag: Lag::default(),
            metrics,
            numbers,
            unread,
            changed,
            jobs,
            forgetting,
            erasure_waits,
        };
        let method = service.method();
        service.metrics.rules(method.lexicon.digest(), &method.card.digest);
        if let Err(error) = jobs::resume(&service) {
            tracing::error!(%error, "jobs cannot be taken up again");
        }
        Ok((service, follower, rebuilt))
    }

    /// Tells what goes on beside answering that all is over.
    pub fn stop(&self) {
        self.unread.stop();
        self.changed.stop();
        self.jobs.stop();
        self.forgetting.stop();
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
