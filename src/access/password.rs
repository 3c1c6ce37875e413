//! Passwords of people: argon2id, and which ones are refused.

use super::NoRandomness;
use argon2::password_hash::{self, PasswordHashString, SaltString};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// Fewest characters. NIST SP 800-63B-4 asks for 8, and for 15 where nothing but the password guards; between
/// them, with the list below and [`super::SignInThrottle`].
pub const MIN_PASSWORD: usize = 12;
/// Most characters: room for any phrase, no room for a flood.
pub const MAX_PASSWORD: usize = 256;

/// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes and one lane at least.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT: usize = 16;

/// How many different characters a password needs beside what everybody guesses first.
const OF_ITS_OWN: usize = 5;

/// What lists of leaked passwords are full of, and what the service's own surroundings suggest.
const GUESSED_FIRST: &str = "
    0123456789 0987654321 1234 12345 123456 1234567 12345678 123456789 1234567890 1q2w3e4r 1q2w3e4r5t
    1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 654321 987654321 abcdef abcdefgh abcdefghijklmnopqrstuvwxyz access
    admin administrator amends asdf asdfghjkl autumn azerty azertyuiop baseball changeme charlie company
    computer contrasena contraseña customer default dragon football guest hello helpdesk iloveyou internet
    letmein login master monkey motdepasse pass password passwort princess qwerty qwertyuiop qwertz qwertzuiop
    secret service shadow spring summer sunshine superman support trustno1 wachtwoord welcome whatever winter
    zxcvbnm
";

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordProblem {
    /// Too few characters.
    #[error("a password needs at least {MIN_PASSWORD} characters; several words with spaces are fine")]
    Short,
    /// Too many characters.
    #[error("a password has at most {MAX_PASSWORD} characters")]
    Long,
    /// Little is left without common words, sequences and the user's own name.
    #[error("too little is left of the password without common words, sequences of keys and your own name")]
    Common,
}

/// Why a password cannot be hashed or compared.
#[derive(Debug, Error)]
pub enum PasswordError {
    /// The password is refused.
    #[error(transparent)]
    Refused(#[from] PasswordProblem),
    /// No random numbers for the salt.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// What is stored is no hash, or one of an algorithm that is not known.
    #[error("the stored password hash cannot be used: {0}")]
    Hash(password_hash::Error),
}

/// A password's hash in the PHC string format, as it is stored: algorithm, parameters, salt and hash.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(PasswordHashString);

impl PasswordHash {
    /// The hash that was stored.
    ///
    /// # Errors
    /// Where it is none.
    pub fn from_stored(text: &str) -> Result<Self, PasswordError> {
        PasswordHashString::new(text).map(Self).map_err(PasswordError::Hash)
    }

    /// What is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Hashes passwords and compares them. Each call takes 19 MiB and some tens of milliseconds on purpose: the
/// caller runs it away from threads that serve others, and bounds how many run at once.
pub struct Passwords {
    argon2: Argon2<'static>,
    /// The hash of a password that nobody has, for accounts that do not exist.
    nobody: PasswordHash,
}

impl Passwords {
    /// With the parameters of today.
    ///
    /// # Errors
    /// Where the operating system gives no random numbers.
    pub fn new() -> Result<Self, PasswordError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| PasswordError::Hash(error.into()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &random()?)?;
        Ok(Self { argon2, nobody })
    }

    /// The hash to store for a new `password` of somebody with these `names` (account, name shown).
    ///
    /// # Errors
    /// Where [`check_password`] refuses it, or there are no random numbers.
    pub fn hash(&self, password: &str, names: &[&str]) -> Result<PasswordHash, PasswordError> {
        check_password(password, names)?;
        hash(&self.argon2, prepared(password).as_bytes())
    }

    /// Whether `password` is the one whose hash is stored. For an account that does not exist, or that has no
    /// password, give `None`: it takes the same time, so that nobody finds out which accounts there are.
    ///
    /// # Errors
    /// Where the stored hash is of an algorithm that is not known.
    pub fn verify(&self, password: &str, stored: Option<&PasswordHash>) -> Result<bool, PasswordError> {
        // What is too long was never stored; the answer tells nothing about the account.
        if password.chars().count() > MAX_PASSWORD {
            return Ok(false);
        }
        let hash = stored.unwrap_or(&self.nobody).0.password_hash();
        match self.argon2.verify_password(prepared(password).as_bytes(), &hash) {
            Ok(()) => Ok(stored.is_some()),
            Err(password_hash::Error::Password) => Ok(false),
            Err(error) => Err(PasswordError::Hash(error)),
        }
    }

    /// Whether `stored` was made with other parameters than today's: then hash the password anew at the
    /// next sign-in that succeeds, the one moment in which it is known.
    #[must_use]
    pub fn needs_rehash(&self, stored: &PasswordHash) -> bool {
        let hash = stored.0.password_hash();
        let today = self.argon2.params();
        let same = Params::try_from(&hash).is_ok_and(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost()) == (today.m_cost(), today.t_cost(), today.p_cost())
        });
        hash.algorithm != Algorithm::Argon2id.ident() || hash.version != Some(Version::V0x13.into()) || !same
    }

    /// The hash for a `password` that was just verified, whatever is asked of new ones today.
    ///
    /// # Errors
    /// Where the operating system gives no random numbers.
    pub fn rehash(&self, password: &str) -> Result<PasswordHash, PasswordError> {
        hash(&self.argon2, prepared(password).as_bytes())
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Passwords(argon2id, m={MEMORY_KIB}, t={PASSES}, p={LANES})")
    }
}

/// Whether somebody with these `names` (account, name shown) may take `password`. No rules about digits and
/// signs: they make passwords worse (NIST SP 800-63B-4 §3.1.1.2).
///
/// # Errors
/// Why not.
pub fn check_password(password: &str, names: &[&str]) -> Result<(), PasswordProblem> {
    let length = password.chars().count();
    if length < MIN_PASSWORD {
        return Err(PasswordProblem::Short);
    }
    if length > MAX_PASSWORD {
        return Err(PasswordProblem::Long);
    }
    let names: Vec<String> = names.iter().map(|name| prepared(name).to_lowercase()).collect();
    let parts = names.iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
    let mut guessed: Vec<&str> = parts.filter(|part| part.chars().count() >= 3).collect();
    guessed.extend(GUESSED_FIRST.split_whitespace());
    // `password` goes before `pass`.
    guessed.sort_by_key(|word| Reverse(word.len()));
    let without = |text: String| guessed.iter().fold(text, |text, word| text.replace(word, ""));

    // `p@ssw0rd12345`: the digits first, as long as they are digits.
    let plain = without(prepared(password).to_lowercase()).chars().map(without_disguise).collect();
    let left: BTreeSet<char> = without(plain).chars().filter(|c| !c.is_whitespace()).collect();
    if left.len() < OF_ITS_OWN { Err(PasswordProblem::Common) } else { Ok(()) }
}

/// The letter that a digit or sign stands for in `p@ssw0rd`.
const fn without_disguise(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '5' | '$' => 's',
        other => other,
    }
}

/// The same password typed on another keyboard is the same bytes: composed characters, plain spaces
/// (RFC 8265 §4.2.2, `OpaqueString`).
fn prepared(password: &str) -> String {
    password.chars().map(|c| if c.is_whitespace() && !c.is_ascii() { ' ' } else { c }).nfc().collect()
}

fn random() -> Result<[u8; SALT], NoRandomness> {
    let mut bytes = [0; SALT];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<PasswordHash, PasswordError> {
    let salt = SaltString::encode_b64(&random()?).map_err(PasswordError::Hash)?;
    let hash = argon2.hash_password(password, &salt).map_err(PasswordError::Hash)?;
    Ok(PasswordHash(hash.serialize()))
}
