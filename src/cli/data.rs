//! Which data folder a command works on.

use super::Failure;
use crate::settings::{Flag, Layers, Settings};
use crate::store::{DATABASE, Store, StoreError};
use clap::Args;
use std::path::{Path, PathBuf};

/// Which data folder, and how its service is set.
#[derive(Debug, Args)]
pub(super) struct DataArgs {
    /// File of settings, as of `amends serve`
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The service's data folder
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
}

impl DataArgs {
    /// The settings of the service.
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        let data = self.data.clone().map(|value| Flag { name: "--data", key: "data", value });
        settings(self.config.as_deref(), &Vec::from_iter(data))
    }

    /// The settings of a service that has data already.
    pub(super) fn existing(&self) -> Result<Settings, Failure> {
        let settings = self.settings()?;
        if !settings.data.join(DATABASE).exists() {
            return Err(format!("{} holds no data of Amends; --data says where it is", settings.data.display()).into());
        }
        Ok(settings)
    }
}

/// All variables, with their values.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The value of a variable.
pub(super) fn variable(wanted: &str) -> Option<String> {
    environment().find(|(name, _)| name == wanted).map(|(_, value)| value)
}

/// The settings that a file, the environment and flags come to.
pub(super) fn settings(config: Option<&Path>, flags: &[Flag]) -> Result<Settings, Failure> {
    let environment: Vec<(String, String)> = environment().collect();
    let layers = Layers { config, environment: &environment, flags, read: &|path| std::fs::read_to_string(path) };
    Ok(Settings::read(&layers)?)
}

/// The store of a folder in which no service works; `instead` says what to do where one does.
pub(super) fn open_stopped(settings: &Settings, instead: &str) -> Result<Store, Failure> {
    Store::open(&settings.data).map_err(|error| match error {
        StoreError::InUse(folder) => {
            let url = settings.server.url(settings.server.address);
            let instead = instead.replace("URL", &url).replace("TOKEN", "…");
            format!("{} is in use by a running service. Stop it first, or ask it:\n  {instead}", folder.display())
                .into()
        }
        error => error.into(),
    })
}
