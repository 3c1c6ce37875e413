//! The settings of the service, in layers: what is built in ([`DEFAULT`]), a file, the environment, flags.
//!
//! Unknown keys, wrong types and impossible values are refused, all at once, each with its place. Nothing
//! here reads a file or the environment: both are parameters.
//!
//! ```
//! use amends::settings::{Layers, Settings};
//! use std::io;
//! use std::path::Path;
//!
//! let file = "[server]\naddress = '127.0.0.1:80'\nadress = '127.0.0.1:81'\n";
//! let read = |path: &Path| match path.ends_with("amends.toml") {
//!     true => Ok(file.to_owned()),
//!     false => Err(io::ErrorKind::NotFound.into()),
//! };
//! let layers = Layers { config: None, environment: &[], flags: &[], read: &read };
//! let refused = Settings::read(&layers).err().ok_or("a misspelt key")?;
//! assert!(refused.to_string().contains(
//!     "amends.toml:3:1: server.adress: there is no such setting; did you mean server.address?"
//! ));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod hooks;
mod layer;
mod network;
mod secret;
mod value;

pub use error::{SettingError, SettingsErrors};
pub use hooks::{Hook, Hooks};
pub use network::Network;

use crate::promise::{Office, opening_hours, weekday};
use crate::source::table::DateOrder;
use error::Place;
use jiff::SignedDuration;
use jiff::civil::Date;
use layer::PREFIX;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use value::{boolean, one_of, parsed, path, share, size, text, whole};

/// The built-in settings, each key with its meaning: the file that a user's file starts from.
pub const DEFAULT: &str = include_str!("default.toml");

/// The file in the data folder that is read where no other is named.
pub const FILE_IN_DATA: &str = "amends.toml";

/// A flag of the command line that is a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// As the user writes it, `--address`.
    pub name: &'static str,
    /// The setting, `server.address`.
    pub key: &'static str,
    /// Its value, lists with commas.
    pub value: String,
}

/// Where settings come from, besides [`DEFAULT`].
#[derive(Clone, Copy)]
pub struct Layers<'a> {
    /// The user's file; where it is not named the variable `AMENDS_CONFIG` may name it, and else the file
    /// called [`FILE_IN_DATA`] in the data folder counts, where there is one.
    pub config: Option<&'a Path>,
    /// Name and value of all variables: those that begin with `AMENDS_` are settings, but for `AMENDS_CONFIG` and
    /// `AMENDS_TOKEN`, with which a program asks a service; secrets may name others.
    pub environment: &'a [(String, String)],
    /// The flags that were given.
    pub flags: &'a [Flag],
    /// Reads a file: the user's settings, secrets.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
}

/// All settings of the service.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The data folder.
    pub data: PathBuf,
    /// How the service is reached.
    pub server: Server,
    /// What it tells of its work.
    pub log: Log,
    /// When the office is at work.
    pub office: Office,
    /// Which figure of "03/02" is the day, where that is told; the office reads promises by it.
    pub date_order: Option<DateOrder>,
    /// How messages are read and scored.
    pub reading: Reading,
    /// How often it may be asked.
    pub limits: Limits,
    /// Days after which the text of a message is dropped; `None` for never.
    pub text_days: Option<u32>,
    /// How long a browser stays signed in.
    pub session: SignedDuration,
    /// What tools may send.
    pub hooks: Hooks,
    /// Settings that the pages leave alone, as a file, the environment or a flag gives them, each with where.
    pub fixed: BTreeMap<&'static str, String>,
    /// What is allowed and better changed, in words.
    pub warnings: Vec<String>,
}

/// How the service is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// How others reach it, without a slash at the end; `None` where that is the address.
    pub public_url: Option<String>,
    /// Threads that answer; `None` for one a processor core.
    pub workers: Option<u32>,
    /// Its certificate and key, where it speaks TLS itself.
    pub tls: Option<Tls>,
    /// Proxies before it, which are believed who asked them.
    pub trusted_proxies: Vec<Network>,
    /// How these say it.
    pub forwarded_by: ForwardedBy,
    /// Sites whose scripts may call.
    pub cors_origins: Vec<String>,
    /// Bytes of a request's body, at most.
    pub body_limit: u64,
    /// Bytes of an uploaded export, at most.
    pub import_limit: u64,
    /// How long requests may go on once the service is told to stop.
    pub shutdown: SignedDuration,
}

/// The header in which proxies say who asked them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForwardedBy {
    /// `X-Forwarded-For`, as most have it.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// Files in PEM form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The certificate with its chain.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// What the service tells of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// The least that is told.
    pub level: tracing::Level,
}

/// How lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How messages are read and scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The language whose rules are used.
    pub language: String,
    /// The user's own rules and scorecards.
    pub lexicons: Option<PathBuf>,
    /// Whether these stand alone.
    pub alone: bool,
    /// The scorecard's name.
    pub scorecard: String,
    /// What is found with less confidence does not count, 0 to 1.
    pub least_confidence: f64,
}

/// How often the service may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// By one token in a minute.
    pub requests_per_minute: u32,
    /// Attempts to sign in, from one network address in a minute.
    pub logins_per_minute: u32,
}

impl Settings {
    /// The settings that `layers` come to.
    ///
    /// # Errors
    /// All that is wrong in them.
    pub fn read(layers: &Layers<'_>) -> Result<Self, SettingsErrors> {
        let mut keys = layer::Layers::default();
        keys.add_file("built-in settings".into(), DEFAULT.into());
        for (name, value) in layers.environment {
            let is_setting = |key: &&str| !["CONFIG", "TOKEN"].contains(key) && !value.is_empty();
            let key = name.strip_prefix(PREFIX).filter(is_setting);
            if let Some(key) = key {
                keys.add_words(name.clone(), key.to_lowercase().replace("__", "."), value.clone());
            }
        }
        for flag in layers.flags {
            keys.add_words(flag.name.to_owned(), flag.key.to_owned(), flag.value.clone());
        }
        add_file(&mut keys, layers);
        let read = (|keys: &mut layer::Layers| {
            // All of them are asked before one that is refused ends it, so that all errors are told at once.
            let data = keys.required("data", path);
            let (server, log, office, reading) = (server(keys), log(keys), office(keys), reading(keys));
            let limits = limits(keys);
            let text_days = keys.optional("retention.text_days", whole(1..=36_500));
            let hours = keys.required("sessions.hours", whole(1..=8_760));
            let mut warnings = Vec::new();
            let hooks = hooks::read(keys, layers, &mut warnings);
            let (office, date_order) = office?;
            let server = server?;
            if !server.address.ip().is_loopback() && server.tls.is_none() && !server.is_public_by_tls() {
                warnings.push(format!(
                    "server.address: {} can be reached from other machines, and nothing is encrypted; put a proxy \
                     that speaks TLS before it and set server.public_url, or set server.tls",
                    server.address
                ));
            }
            Some(Self {
                data: data?,
                server,
                log: log?,
                office,
                date_order,
                reading: reading?,
                limits: limits?,
                text_days: text_days?,
                session: SignedDuration::from_hours(i64::from(hours?)),
                hooks: hooks?,
                fixed: keys.fixed(),
                warnings,
            })
        })(&mut keys);
        let errors = keys.finish();
        match read {
            Some(settings) if errors.is_empty() => Ok(settings),
            _ => Err(SettingsErrors(errors)),
        }
    }
}

impl Server {
    /// Whether people reach it by TLS: its own, or a proxy's.
    #[must_use]
    pub fn is_public_by_tls(&self) -> bool {
        match &self.public_url {
            Some(url) => url.starts_with("https://"),
            None => self.tls.is_some(),
        }
    }

    /// How others reach it where it listens at `bound`: without a slash at the end.
    #[must_use]
    pub fn url(&self, bound: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{bound}"))
    }
}

/// Adds the user's file.
fn add_file(keys: &mut layer::Layers, layers: &Layers<'_>) {
    let variable = layers.environment.iter().find(|(name, value)| name == "AMENDS_CONFIG" && !value.is_empty());
    let told = match (layers.config, variable) {
        (Some(path), _) => Some((path.to_owned(), "--config")),
        (None, Some((name, value))) => Some((PathBuf::from(value), name.as_str())),
        (None, None) => None,
    };
    let file = match &told {
        Some((path, _)) => path.clone(),
        // A data folder that is refused is refused later.
        None => match keys.get("data").map(|given| path(&given.value)) {
            Some(Ok(data)) => data.join(FILE_IN_DATA),
            _ => return,
        },
    };
    match (layers.read)(&file) {
        Ok(text) => {
            keys.add_file(file.display().to_string(), text);
            if told.is_none() && keys.is_of_last_file("data") {
                keys.refuse("data", "a file in the data folder cannot say where that is; use a flag or AMENDS_DATA");
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && told.is_none() => {}
        Err(error) => {
            let whence = told.map_or("settings", |(_, whence)| whence).to_owned();
            keys.refuse_place(Place::Named(whence), format!("cannot read {}: {error}", file.display()));
        }
    }
}

fn server(keys: &mut layer::Layers) -> Option<Server> {
    let address = keys.required("server.address", parsed(value::address));
    let public_url = keys.optional("server.public_url", parsed(value::public_url));
    let workers = keys.optional("server.workers", whole(1..=1024));
    let certificate = keys.optional("server.tls.certificate", path);
    let key = keys.optional("server.tls.key", path);
    let cors_origins = keys.list("server.cors_origins", parsed(value::origin));
    let trusted_proxies = keys.list("server.trusted_proxies", parsed(str::parse));
    let headers = [("x-forwarded-for", ForwardedBy::XForwardedFor), ("forwarded", ForwardedBy::Forwarded)];
    let forwarded_by = keys.required("server.forwarded_by", one_of(&headers));
    let body_limit = keys.required("server.body_limit", size);
    let import_limit = keys.required("server.import_limit", size);
    let shutdown = keys.required("server.shutdown_seconds", whole(0..=3600));
    let tls = match (certificate?, key?) {
        (Some(certificate), Some(key)) => Some(Tls { certificate, key }),
        (None, None) => None,
        (Some(_), None) => {
            keys.refuse("server.tls.certificate", "server.tls.key is needed with it");
            return None;
        }
        (None, Some(_)) => {
            keys.refuse("server.tls.key", "server.tls.certificate is needed with it");
            return None;
        }
    };
    Some(Server {
        address: address?,
        public_url: public_url?,
        workers: workers?,
        tls,
        trusted_proxies: trusted_proxies?,
        forwarded_by: forwarded_by?,
        cors_origins: cors_origins?,
        body_limit: body_limit?,
        import_limit: import_limit?,
        shutdown: SignedDuration::from_secs(i64::from(shutdown?)),
    })
}

fn log(keys: &mut layer::Layers) -> Option<Log> {
    use tracing::Level;
    let levels = [
        ("error", Level::ERROR),
        ("warn", Level::WARN),
        ("info", Level::INFO),
        ("debug", Level::DEBUG),
        ("trace", Level::TRACE),
    ];
    let format = keys.required("log.format", one_of(&[("text", LogFormat::Text), ("json", LogFormat::Json)]));
    let level = keys.required("log.level", one_of(&levels));
    Some(Log { format: format?, level: level? })
}

fn office(keys: &mut layer::Layers) -> Option<(Office, Option<DateOrder>)> {
    let in_zone = |name: &str| Office::in_zone(name).map_err(|error| error.to_string());
    let office = keys.required("office.timezone", parsed(in_zone));
    let days = keys.list("office.working_days", parsed(weekday));
    let hours = keys.required("office.hours", parsed(opening_hours));
    let date =
        |text: &str| text.parse::<Date>().map_err(|_| format!("expected a day such as 2026-12-25, found `{text}`"));
    let holidays = keys.list("office.holidays", parsed(date));
    let orders = DateOrder::ALL.map(|order| (order.name(), order));
    let date_order = keys.optional("office.date_order", one_of(&orders));
    let (opens, closes) = hours?;
    let office = office?.with_working_days(&days?).map_err(|error| ("office.working_days", error));
    let office = office.and_then(|office| office.with_hours(opens, closes).map_err(|error| ("office.hours", error)));
    match office {
        Err((key, error)) => {
            keys.refuse(key, &error.to_string());
            None
        }
        Ok(office) => {
            let (office, date_order) = (office.with_holidays(holidays?), date_order?);
            Some((date_order.map_or(office.clone(), |order| office.with_date_order(order)), date_order))
        }
    }
}

fn reading(keys: &mut layer::Layers) -> Option<Reading> {
    let language = keys.required("reading.language", text);
    let lexicons = keys.optional("reading.lexicons", path);
    let alone = keys.required("reading.alone", boolean);
    let scorecard = keys.required("reading.scorecard", text);
    let least_confidence = keys.required("reading.least_confidence", share);
    let (lexicons, alone) = (lexicons?, alone?);
    if alone && lexicons.is_none() {
        keys.refuse("reading.alone", "there are no rules to stand alone without reading.lexicons");
    }
    Some(Reading { language: language?, lexicons, alone, scorecard: scorecard?, least_confidence: least_confidence? })
}

fn limits(keys: &mut layer::Layers) -> Option<Limits> {
    let requests_per_minute = keys.required("limits.requests_per_minute", whole(1..=10_000_000));
    let logins_per_minute = keys.required("limits.logins_per_minute", whole(1..=10_000));
    Some(Limits { requests_per_minute: requests_per_minute?, logins_per_minute: logins_per_minute? })
}
