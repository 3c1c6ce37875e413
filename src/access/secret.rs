//! Random secrets that are shown once and stored hashed.
//!
//! Written as a prefix and 48 characters of base64url: 32 random bytes and a checksum of four. The prefix lets
//! secret scanners recognise a leaked one (`amends_[a-z_]*[A-Za-z0-9_-]{48}`), the checksum tells a mistyped
//! one from a revoked one without asking the store.

use super::NoRandomness;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use thiserror::Error;

/// What a secret opens. One kind is not taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// The API, for a program.
    Token,
    /// The pages, for a signed-in browser.
    Session,
    /// The first administrator's account.
    Setup,
}

impl SecretKind {
    /// What the secret starts with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Token => "amends_",
            Self::Session => "amends_session_",
            Self::Setup => "amends_setup_",
        }
    }
}

/// Why something is no secret. None of them shows what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SecretError {
    /// Another beginning, length or alphabet.
    #[error("`{0}` and {ENCODED} letters, digits, `-` and `_` are expected")]
    Shape(&'static str),
    /// It looks right but was never made: a character is wrong.
    #[error("it has a wrong character: copy it again")]
    Checksum,
}

const RANDOM: usize = 32;
const CHECKSUM: usize = 4;
/// Characters of base64 for 36 bytes: no padding, and no bits left over that could be written in two ways.
const ENCODED: usize = 48;
/// How many of them are shown to tell secrets apart; 232 bits stay unknown.
const SHOWN: usize = 4;

/// A secret in the open. It is shown once and never stored; `Debug` does not print it.
#[derive(Clone)]
pub struct Secret {
    kind: SecretKind,
    text: String,
}

impl Secret {
    /// A new one of 256 random bits.
    ///
    /// # Errors
    /// Where the operating system gives no random numbers.
    pub fn random(kind: SecretKind) -> Result<Self, NoRandomness> {
        let mut random = [0; RANDOM];
        getrandom::fill(&mut random)?;
        Ok(Self::from_random(kind, &random))
    }

    /// The secret of given random bytes: for tests, and for nothing else.
    #[must_use]
    pub fn from_random(kind: SecretKind, random: &[u8; RANDOM]) -> Self {
        let mut bytes = [0; RANDOM + CHECKSUM];
        bytes[..RANDOM].copy_from_slice(random);
        bytes[RANDOM..].copy_from_slice(&checksum(kind, random));
        Self { kind, text: kind.prefix().to_owned() + &URL_SAFE_NO_PAD.encode(bytes) }
    }

    /// The secret that somebody sent.
    ///
    /// # Errors
    /// Where it cannot be one of this kind. That it is one does not say that it is known: see [`Digest`].
    pub fn parse(kind: SecretKind, text: &str) -> Result<Self, SecretError> {
        let shape = SecretError::Shape(kind.prefix());
        let encoded = text.strip_prefix(kind.prefix()).filter(|encoded| encoded.len() == ENCODED).ok_or(shape)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| shape)?;
        let (random, given) = bytes.split_first_chunk::<RANDOM>().ok_or(shape)?;
        if bool::from(checksum(kind, random).ct_eq(given)) {
            Ok(Self { kind, text: text.to_owned() })
        } else {
            Err(SecretError::Checksum)
        }
    }

    /// The secret itself, to be shown once or sent as a cookie.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Its first characters, by which people tell secrets apart: `amends_q7Zx`.
    #[must_use]
    pub fn start(&self) -> &str {
        &self.text[..self.kind.prefix().len() + SHOWN]
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(&self.text).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({}…)", self.kind.prefix())
    }
}

fn checksum(kind: SecretKind, random: &[u8; RANDOM]) -> [u8; CHECKSUM] {
    let hash: [u8; 32] = Sha256::new().chain_update(kind.prefix()).chain_update(random).finalize().into();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// SHA-256 of a [`Secret`]. A slow hash is for what people think up; nobody guesses 256 random bits.
///
/// Comparing takes the same time wherever two differ. A store may look one up by an index: what the time of that
/// tells is about the hash, from which no secret follows.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest with these bytes, as they were stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}
