//! Where the secrets of webhooks come from.

use crate::webhook::{Secret, Tool};
use std::io;
use std::path::Path;

/// A secret as it is told in the settings.
pub(super) enum Told<'t> {
    /// In the variable of that name.
    Variable(&'t str),
    /// In a file.
    File(&'t Path),
    /// There and then.
    Literal(&'t str),
}

impl<'t> Told<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        match (text.strip_prefix("env:"), text.strip_prefix("file:")) {
            (Some(name), _) => Self::Variable(name),
            (_, Some(path)) => Self::File(Path::new(path)),
            _ => Self::Literal(text),
        }
    }

    /// Where it comes from, for people, where the settings tell it at `place`.
    pub(super) fn whence(&self, place: Option<String>) -> String {
        match self {
            Self::Variable(name) => format!("the variable {name}"),
            Self::File(path) => format!("the file {}", path.display()),
            Self::Literal(_) => place.unwrap_or_else(|| "the settings".to_owned()),
        }
    }

    /// Fetches it for `tool`; space around it is no part of it. Errors do not show it.
    pub(super) fn fetch(
        &self,
        tool: &dyn Tool,
        environment: &[(String, String)],
        read: &dyn Fn(&Path) -> io::Result<String>,
    ) -> Result<Secret, String> {
        let (text, whence) = match self {
            Self::Variable(name) => {
                let found = environment.iter().find(|(variable, _)| variable == name);
                let (_, value) = found.ok_or_else(|| format!("the variable {name} is not set"))?;
                (value.clone(), format!("the variable {name}"))
            }
            Self::File(path) => {
                let text = read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
                (text, format!("the file {}", path.display()))
            }
            Self::Literal(text) => ((*text).to_owned(), "what is written here".to_owned()),
        };
        let secret = Secret::new(&text).and_then(|secret| tool.check_secret(&secret).map(|()| secret));
        secret.map_err(|error| format!("{whence} is no secret of {}: {error}", tool.title()))
    }
}
