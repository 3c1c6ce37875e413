//! What we share with a tool and nobody else.

use std::fmt;
use thiserror::Error;

/// Shorter ones can be guessed.
const SHORTEST: usize = 8;

/// A secret shared with a tool; it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Why something can be no secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadSecret {
    /// It can be guessed.
    #[error("it has fewer than {SHORTEST} characters")]
    TooShort,
    /// Standard Webhooks write theirs in a form of their own.
    #[error("it is neither `whsec_` with 24 to 64 bytes in base64 nor `whpk_` with an ed25519 key in base64")]
    NotStandard,
}

impl Secret {
    /// `text` as a secret; spaces around it are none of it.
    ///
    /// # Errors
    /// Where it is too short: an empty one would let everybody in.
    pub fn new(text: &str) -> Result<Self, BadSecret> {
        let text = text.trim();
        if text.chars().count() < SHORTEST {
            return Err(BadSecret::TooShort);
        }
        Ok(Self(text.to_owned()))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
