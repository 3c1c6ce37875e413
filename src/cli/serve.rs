//! `amends serve`.

use super::{Failure, OK, data, demo, lexicon_of, output};
use crate::access::Setup;
use crate::ingest::{InForce, Method};
use crate::library::{Additions, Library};
use crate::promise::Terms;
use crate::reading::LeastConfidence;
use crate::service::{Service, log, server, tls};
use crate::settings::{Flag, Settings};
use crate::store::{Store, access, edits};
use clap::Args;
use jiff::Timestamp;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

const AFTER_HELP: &str = "\
Settings come from the built-in ones, a file (--config, or amends.toml in the data folder), the environment
(AMENDS_SERVER__ADDRESS …) and these flags, the later over the earlier.

Ctrl-C or SIGTERM stops it: requests that are being answered are finished.";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ServeArgs {
    /// File of settings
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder in which everything is kept; it is made where it is missing
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// Show invented conversations of a small shop, in a data folder of their own (amends-demo unless --data says)
    #[arg(long)]
    demo: bool,
    /// Where to listen, such as 127.0.0.1:8460; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// How others reach it, such as https://quality.example.com
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// text or json
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl ServeArgs {
    fn flags(&self) -> Vec<Flag> {
        let demo = self.demo.then(|| demo::FOLDER.to_owned());
        let given = [
            ("--data", "data", &self.data.clone().or(demo)),
            ("--address", "server.address", &self.address),
            ("--public-url", "server.public_url", &self.public_url),
            ("--log-format", "log.format", &self.log_format),
            ("--log-level", "log.level", &self.log_level),
        ];
        let given = given.into_iter().filter_map(|(name, key, value)| Some((name, key, value.clone()?)));
        given.map(|(name, key, value)| Flag { name, key, value }).collect()
    }

    fn settings(&self) -> Result<Settings, Failure> {
        data::settings(self.config.as_deref(), &self.flags())
    }
}

pub(super) fn run(args: &ServeArgs) -> Result<u8, Failure> {
    let settings = args.settings()?;
    for warning in &settings.warnings {
        output::complain(warning);
    }
    log::start(settings.log)?;
    let library = library(&settings)?;
    let method = method(&settings, library)?;
    let tls = settings.server.tls.as_ref().map(tls::read).transpose()?;
    let store = Store::open(&settings.data)?;
    let listener = TcpListener::bind(settings.server.address)
        .map_err(|error| format!("cannot listen at {}: {error}", settings.server.address))?;
    let url = settings.server.url(listener.local_addr()?);
    let guest = if args.demo { demo::load(&store, &method)? } else { None };
    let setup = setup(&store)?;
    output::tell(&format!("Amends answers at {url}\nData: {}\n", settings.data.display()))?;
    if let Some(secret) = setup {
        output::tell(&format!(
            "Nobody can sign in yet. Set up the first administrator, within a day, at\n{url}/setup#{secret}\n"
        ))?;
    }
    if let Some(demo::Guest { name, password }) = guest {
        output::tell(&format!("Invented conversations are loaded. Sign in as {name} with the password\n{password}\n"))?;
    }
    let (service, follower, rebuilt) = Service::open(store, settings, method, library)?;
    if let Some(reason) = rebuilt {
        output::tell(&format!("{reason}; it is made anew from the store, searching is complete when that is done\n"))?;
    }
    actix_web::rt::System::new().block_on(server::run(Arc::new(service), follower, listener, tls, stopped()))?;
    Ok(OK)
}

/// All rules and scorecards.
pub(super) fn library(settings: &Settings) -> Result<&'static Library, Failure> {
    let reading = &settings.reading;
    let library = Library::open(&Additions { folder: reading.lexicons.clone(), alone: reading.alone })?;
    // It is used by all threads until the program ends.
    Ok(Box::leak(Box::new(library)))
}

/// What conversations are read with.
pub(super) fn method(settings: &Settings, library: &'static Library) -> Result<Method, Failure> {
    let reading = &settings.reading;
    let lexicon = lexicon_of(library, Some(&reading.language))?;
    Ok(Method {
        lexicon,
        card: library.scorecard(&reading.scorecard)?,
        least_confidence: LeastConfidence::new(reading.least_confidence, lexicon)?,
        office: settings.office.clone(),
        terms: Terms::default(),
    })
}

/// The same with what people wrote in the pages over it.
pub(super) fn in_force(settings: &Settings, store: &Store) -> Result<Method, Failure> {
    let library = library(settings)?;
    let in_force = InForce::of_settings(method(settings, library)?, library);
    Ok(in_force.with(&store.read(edits::current)?, settings)?.method)
}

/// The secret by which the first administrator is made, where there is none yet.
fn setup(store: &Store) -> Result<Option<String>, Failure> {
    if !store.read(access::needs_setup)? {
        return Ok(None);
    }
    let (secret, setup) = Setup::start(Timestamp::now())?;
    store.write(move |transaction| access::replace_setup(transaction, &setup)).wait()?;
    Ok(Some(secret.reveal().to_owned()))
}

/// Ready at the first Ctrl-C or SIGTERM.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => {
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}
