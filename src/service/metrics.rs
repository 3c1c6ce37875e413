//! Figures about the running service, in the text form of OpenMetrics. None tells of people.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// Upper ends of the buckets of durations, in seconds.
const BUCKETS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeliveryLabels {
    source: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RulesLabels {
    lexicon: String,
    scorecard: String,
}

/// What is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    rules: Family<RulesLabels, Gauge>,
    requests: Family<RequestLabels, Histogram, fn() -> Histogram>,
    deliveries: Family<DeliveryLabels, Counter>,
    held_back: Counter,
    waiting: Gauge,
    unread: Gauge,
    index_lag: Gauge,
}

/// How far the service is behind with its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Pieces of work that wait to be written to the store.
    pub waiting: usize,
    /// Conversations that are to be read.
    pub unread: i64,
    /// Changes of the store that the search index does not hold yet.
    pub index_lag: i64,
}

impl Metrics {
    /// None counted yet; `build` is shown as it is, names and values.
    #[must_use]
    pub fn new(build: Vec<(&'static str, String)>) -> Self {
        let mut registry = Registry::with_prefix("amends");
        let requests: Family<_, _, fn() -> Histogram> = Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let deliveries = Family::<DeliveryLabels, Counter>::default();
        let held_back = Counter::default();
        let (waiting, unread, index_lag) = (Gauge::default(), Gauge::default(), Gauge::default());
        let told = "Requests by route, method and status, and how long their answers took";
        registry.register_with_unit("request_duration", told, Unit::Seconds, requests.clone());
        let told = "Deliveries of webhooks by source and what became of them";
        registry.register("webhook_deliveries", told, deliveries.clone());
        let told = "Lots of messages kept waiting until what came before could be found";
        registry.register("held_back", told, held_back.clone());
        registry.register("store_waiting", "Pieces of work that wait to be written to the store", waiting.clone());
        registry.register("unread_conversations", "Conversations that are to be read", unread.clone());
        let told = "Changes of the store that the search index does not hold yet";
        registry.register("index_lag_changes", told, index_lag.clone());
        registry.register("build", "What runs", Info::new(build));
        let rules = Family::<RulesLabels, Gauge>::default();
        registry.register("rules", "Digests of what messages are read with: 1 for those in force", rules.clone());
        Self { registry, rules, requests, deliveries, held_back, waiting, unread, index_lag }
    }

    /// Tells with what messages are read from now on.
    pub fn rules(&self, lexicon: &str, scorecard: &str) {
        self.rules.clear();
        let labels = RulesLabels { lexicon: lexicon.to_owned(), scorecard: scorecard.to_owned() };
        self.rules.get_or_create(&labels).set(1);
    }

    /// Counts an answered request.
    pub fn request(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let labels = RequestLabels { route: route.to_owned(), method, status };
        self.requests.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// Counts a delivery of a webhook. `source` must be one that is set up: anybody can make up others.
    pub fn delivery(&self, source: &str, outcome: &'static str) {
        self.deliveries.get_or_create(&DeliveryLabels { source: source.to_owned(), outcome }).inc();
    }

    /// Counts a lot of messages whose sender is kept waiting.
    pub fn held_back(&self) {
        self.held_back.inc();
    }

    /// All figures as text.
    ///
    /// # Errors
    /// None is expected: it is written to memory.
    pub fn text(&self, backlog: Backlog) -> Result<String, std::fmt::Error> {
        self.waiting.set(i64::try_from(backlog.waiting).unwrap_or(i64::MAX));
        self.unread.set(backlog.unread);
        self.index_lag.set(backlog.index_lag);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
