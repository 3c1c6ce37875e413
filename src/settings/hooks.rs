//! Settings of webhooks: which tools may send, and what proves that it is they.

use super::layer::{Layers, PREFIX};
use super::secret::{Secret, Told};
use super::value::{parsed, text, whole};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// The tools that send webhooks, as their addresses name them: `/hooks/zendesk`.
const TOOLS: [&str; 10] =
    ["chatwoot", "freshdesk", "front", "gorgias", "helpscout", "hubspot", "intercom", "standard", "zammad", "zendesk"];

/// What tools may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hooks {
    /// How old a signed webhook may be, where the tool signs a time.
    pub window: SignedDuration,
    /// The tools that may send.
    pub tools: BTreeMap<String, Hook>,
}

/// What one tool may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// One or more; each of them proves that the tool sent it.
    pub secrets: Vec<Secret>,
    /// The header in which the secret itself is sent, where the tool signs nothing.
    pub header: Option<String>,
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
    let mut secrets = Vec::new();
    let mut wrong = Vec::new();
    for (index, text) in told.iter().enumerate() {
        let told = Told::of(text);
        if matches!(told, Told::Literal(_)) {
            warnings.push(format!(
                "{secrets_key}: item {} is a secret in plain sight; \"env:NAME\" and \"file:PATH\" keep it elsewhere",
                index + 1
            ));
        }
        match told.fetch(layers.environment, layers.read) {
            Ok(secret) => secrets.push(secret),
            Err(problem) => wrong.push(format!("item {}: {problem}", index + 1)),
        }
    }
    for problem in &wrong {
        keys.refuse(&secrets_key, problem);
    }
    let header = keys.optional(&key("header"), parsed(header));
    let as_source = keys.optional(&key("as_source"), text);
    let problem = if !TOOLS.contains(&tool) {
        format!("no tool called `{tool}` sends webhooks; allowed are {}", TOOLS.join(", "))
    } else if told.is_empty() {
        "at least one secret is needed, or anybody could send".to_owned()
    } else {
        return Some(Hook { secrets, header: header?, as_source: as_source? });
    };
    let first = keys.beginning(&key("")).into_iter().next().unwrap_or(secrets_key);
    keys.refuse(&first, &problem);
    None
}

/// The name of a header (RFC 9110, token).
fn header(name: &str) -> Result<String, String> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let problem = || format!("expected the name of a header, such as X-Amends-Secret, found `{name}`");
    if name.chars().all(is_token) { Ok(name.to_owned()) } else { Err(problem()) }
}
