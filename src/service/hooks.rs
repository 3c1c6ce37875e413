//! What lets a tool's webhooks in: secrets of the settings, and those that were given in the pages.

use super::Service;
use crate::settings::Hook;
use crate::store::{Store, StoreError, hook_secrets};
use crate::webhook::Secret;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

/// The secrets that were given in the pages, by tool: at hand, as every delivery asks for them.
#[derive(Debug)]
pub struct GivenSecrets(RwLock<BTreeMap<String, Vec<Secret>>>);

impl GivenSecrets {
    pub(super) fn open(store: &Store) -> Result<Self, StoreError> {
        Ok(Self(RwLock::new(read(store)?)))
    }

    fn of(&self, tool: &str) -> Vec<Secret> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(tool).cloned().unwrap_or_default()
    }
}

fn read(store: &Store) -> Result<BTreeMap<String, Vec<Secret>>, StoreError> {
    let all = store.read(hook_secrets::all)?;
    // They were checked when they were given.
    let secrets = |given: Vec<hook_secrets::GivenSecret>| {
        given.iter().filter_map(|one| Secret::new(&one.secret).ok()).collect::<Vec<_>>()
    };
    Ok(all.into_iter().map(|(tool, given)| (tool, secrets(given))).collect())
}

impl Service {
    /// What the tool called `source` may send; none where no secret lets it in.
    #[must_use]
    pub fn hook(&self, source: &str) -> Option<Hook> {
        let set = self.settings.hooks.tools.get(source);
        let mut hook =
            set.cloned().unwrap_or_else(|| Hook { secrets: Vec::new(), whence: Vec::new(), as_source: None });
        hook.secrets.extend(self.given_secrets.of(source));
        (!hook.secrets.is_empty()).then_some(hook)
    }

    /// To be called once a secret was given or taken away.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn secrets_changed(&self) -> Result<(), StoreError> {
        let all = read(&self.store)?;
        *self.given_secrets.0.write().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(())
    }
}
