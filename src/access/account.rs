//! The name by which somebody signs in.

use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// An account's name in its one way of writing: lower case, composed (RFC 8265 §3.3, `UsernameCaseMapped`). Often an
/// e-mail address, but none is needed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountName(String);

/// Most characters: those of an e-mail address (RFC 5321 §4.5.3.1.3).
const MOST: usize = 254;

/// No account has such a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an account's name has 1 to {MOST} characters and neither spaces nor control characters")]
pub struct NoAccountName;

impl AccountName {
    /// The name, as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = NoAccountName;

    fn from_str(text: &str) -> Result<Self, NoAccountName> {
        let name = one_way(text);
        let plain = !name.chars().any(|c| c.is_whitespace() || c.is_control());
        if plain && (1..=MOST).contains(&name.chars().count()) { Ok(Self(name)) } else { Err(NoAccountName) }
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What somebody typed as an account's name, in the one way of writing.
pub(super) fn one_way(text: &str) -> String {
    text.trim().to_lowercase().nfc().collect()
}
