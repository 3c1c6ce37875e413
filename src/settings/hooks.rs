//! Settings of webhooks: which tools may send, and what proves that it is they.

use super::layer::{Layers, PREFIX};
use super::secret::Told;
use super::value::{text, whole};
use crate::webhook::{self, Secret, Tool};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// What tools may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hooks {
    /// How old a signed webhook may be, where the tool signs a time.
    pub window: SignedDuration,
    /// The tools that may send, by their names in [`webhook::TOOLS`].
    pub tools: BTreeMap<String, Hook>,
}

/// What one tool may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// One or more; each of them proves that the tool sent it.
    pub secrets: Vec<Secret>,
    /// Where each of them comes from, for people: `the variable ZENDESK_SECRET`.
    pub whence: Vec<String>,
    /// The source under which its conversations are kept, where that is not the tool's name.
    pub as_source: Option<String>,
}

pub(super) fn read(keys: &mut Layers, layers: &super::Layers<'_>, warnings: &mut Vec<String>) -> Option<Hooks> {
    let window = keys.required("hooks.window_seconds", whole(1..=86_400));
    let below = keys.beginning("hooks.");
    let tools = below.iter().filter_map(|key| key.strip_prefix("hooks."));
    let mut tools: Vec<String> = tools.filter_map(|key| Some(key.split_once('.')?.0.to_owned())).collect();
    tools.dedup();
    let mut read = Some(BTreeMap::new());
    for tool in tools {
        let hook = one(keys, layers, &tool, warnings);
        match (&mut read, hook) {
            (Some(hooks), Some(hook)) => drop(hooks.insert(tool, hook)),
            _ => read = None,
        }
    }
    Some(Hooks { window: SignedDuration::from_secs(i64::from(window?)), tools: read? })
}

fn one(keys: &mut Layers, layers: &super::Layers<'_>, tool: &str, warnings: &mut Vec<String>) -> Option<Hook> {
    let key = |name: &str| format!("hooks.{tool}.{name}");
    let secrets_key = key("secrets");
    let told = keys.list(&secrets_key, text)?;
    // Variables that hold secrets may be named as settings are.
    for text in &told {
        if let Told::Variable(name) = Told::of(text)
            && let Some(name) = name.strip_prefix(PREFIX)
        {
            keys.forget(&name.to_lowercase().replace("__", "."));
        }
    }
    let as_source = keys.optional(&key("as_source"), text);
    let first = || keys.beginning(&key("")).into_iter().next().unwrap_or_else(|| secrets_key.clone());
    let Some(tool) = webhook::tool(tool) else {
        let known: Vec<&str> = webhook::TOOLS.into_iter().map(Tool::name).collect();
        let problem = format!("no tool called `{tool}` sends webhooks; allowed are {}", known.join(", "));
        keys.refuse(&first(), &problem);
        return None;
    };
    if told.is_empty() {
        keys.refuse(&first(), "at least one secret is needed, or anybody could send");
        return None;
    }
    let (mut secrets, mut whence) = (Vec::new(), Vec::new());
    for (index, text) in told.iter().enumerate() {
        let (told, item) = (Told::of(text), index + 1);
        if matches!(told, Told::Literal(_)) {
            warnings.push(format!(
                "{secrets_key}: item {item} is a secret in plain sight; \"env:NAME\" and \"file:PATH\" keep it elsewhere"
            ));
        }
        match told.fetch(tool, layers.environment, layers.read) {
            Ok(secret) => {
                secrets.push(secret);
                whence.push(told.whence(keys.given_at(&secrets_key)));
            }
            Err(problem) => keys.refuse(&secrets_key, &format!("item {item}: {problem}")),
        }
    }
    Some(Hook { secrets, whence, as_source: as_source? })
}
