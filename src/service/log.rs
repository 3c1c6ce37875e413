//! What the service tells of its work: lines on standard error, as text or JSON. No line holds the text of a
//! message, whatever the level.

use crate::settings::{Log, LogFormat};
use std::panic;
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// Lets all that is told go to standard error from now on.
///
/// # Errors
/// Where the program has a log already.
pub fn start(log: Log) -> Result<(), TryInitError> {
    // Libraries may tell of what they are given: of them only what is wrong.
    let others = LevelFilter::from_level(log.level).min(LevelFilter::from_level(Level::WARN));
    let told = Targets::new().with_target(env!("CARGO_PKG_NAME"), log.level).with_default(others);
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(told)).try_init()?;
    // What a panic says may quote the text that it met; where it happened does not.
    panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => tracing::error!(%place, "panicked"),
        None => tracing::error!("panicked"),
    }));
    Ok(())
}
