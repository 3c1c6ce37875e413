//! Listens and answers until it is told to stop.

use super::Service;
use super::background::Background;
use super::routes;
use crate::ingest::Follower;
use crate::reading::Reader;
use actix_web::{App, HttpServer, web};
use rustls::ServerConfig;
use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;

/// Answers on `listener`, by TLS where `tls` is given, until `stop` is ready; requests that are being answered are finished, and what goes on
/// beside them is brought to a good end.
///
/// # Errors
/// Where the system does not let it listen.
pub async fn run(
    service: Arc<Service>,
    follower: Follower,
    listener: TcpListener,
    tls: Option<ServerConfig>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let background = Background::start(&service, follower);
    let shared = web::Data::from(Arc::clone(&service));
    let settings = &service.settings.server;
    let (body_limit, workers) = (settings.body_limit, settings.workers);
    let body_limit = usize::try_from(body_limit).unwrap_or(usize::MAX);
    let method = service.method();
    let server = HttpServer::new(move || {
        let reader = Reader::new(method.lexicon, method.card).with_least_confidence(method.least_confidence);
        App::new()
            .app_data(shared.clone())
            // One for each thread: it remembers words.
            .app_data(web::Data::new(RefCell::new(reader)))
            .configure(routes::configure(body_limit))
    })
    // An answer of several packets does not wait for the client's word on the first ones.
    .tcp_nodelay(true)
    .shutdown_timeout(settings.shutdown.unsigned_abs().as_secs())
    .shutdown_signal(stop);
    let server = match workers {
        Some(workers) => server.workers(workers as usize),
        None => server,
    };
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    let answered = server.run().await;
    service.stop();
    // Threads that may be at work for a moment; this one has nothing else to do.
    background.join();
    answered
}
