//! Why a delivery is not let in: what is wrong, never what would have been right.

use jiff::SignedDuration;
use thiserror::Error;

/// Why a delivery is refused. Says nothing that would help to forge one: no secret, no signature.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// Nothing is configured that it could be held against.
    #[error("no secret is configured for this source: nothing can be let in")]
    NoSecret,
    /// A header is missing, or is no text.
    #[error("the header `{header}` is missing")]
    Missing {
        /// Its name.
        header: &'static str,
    },
    /// A header cannot be read.
    #[error("the header `{header}` is not {expected}")]
    Malformed {
        /// Its name.
        header: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// None of the secrets made this.
    #[error(
        "the header `{header}` fits none of the {secrets} configured secrets, or the request was changed on its way"
    )]
    Forged {
        /// The header that was looked at.
        header: &'static str,
        /// How many secrets were tried.
        secrets: usize,
    },
    /// It was sent too long ago: it may be somebody's copy.
    #[error("sent {} s ago, {} s more than is allowed; if it is new, our clock or theirs is wrong", age.as_secs(), (*age - *window).as_secs())]
    TooOld {
        /// How long ago.
        age: SignedDuration,
        /// How long ago it may have been.
        window: SignedDuration,
    },
    /// Its time is yet to come.
    #[error("its time is {} s ahead of ours, {} s more than is allowed: our clock or theirs is wrong", ahead.as_secs(), (*ahead - *window).as_secs())]
    TooNew {
        /// How far ahead.
        ahead: SignedDuration,
        /// How far ahead it may be.
        window: SignedDuration,
    },
}
