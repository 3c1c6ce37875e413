//! Secrets of webhooks, and where they come from.

use std::fmt;
use std::io;
use std::path::Path;

/// A secret that is shared with a ticketing tool. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for checking signatures and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

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

    /// Fetches it; the end of a file's line is no part of it. Errors do not show it.
    pub(super) fn fetch(
        &self,
        environment: &[(String, String)],
        read: &dyn Fn(&Path) -> io::Result<String>,
    ) -> Result<Secret, String> {
        let (secret, whence) = match self {
            Self::Variable(name) => {
                let found = environment.iter().find(|(variable, _)| variable == name);
                let (_, value) = found.ok_or_else(|| format!("the variable {name} is not set"))?;
                (value.as_str().to_owned(), format!("the variable {name}"))
            }
            Self::File(path) => {
                let text = read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
                (text.trim_end_matches(['\r', '\n']).to_owned(), format!("the file {}", path.display()))
            }
            Self::Literal(text) => ((*text).to_owned(), "the secret".to_owned()),
        };
        if secret.trim().is_empty() { Err(format!("{whence} is empty")) } else { Ok(Secret(secret)) }
    }
}
