//! What names a request in its answer and in the log.

use actix_web::http::header::{HeaderMap, HeaderName};
use jiff::Timestamp;
use std::cell::RefCell;
use uuid::Builder;

/// The header of request ids.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names a request in its answer and in the log. Handlers find it among the request's extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    const LONGEST: usize = 128;

    /// The client's, where that is fit for a log; else a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let fit = |id: &&str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
            (1..=Self::LONGEST).contains(&id.len()) && id.bytes().all(plain)
        };
        let sent = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(fit);
        sent.map_or_else(Self::new, |id| Self(id.to_owned()))
    }

    /// A UUID of the time and of chance (RFC 9562, version 7).
    fn new() -> Self {
        let now = Timestamp::now().as_millisecond().unsigned_abs();
        let chance = CHANCE.with_borrow_mut(Chance::next);
        Self(Builder::from_unix_timestamp_millis(now, &chance).into_uuid().to_string())
    }
}

thread_local! {
    static CHANCE: RefCell<Chance> = const { RefCell::new(Chance { bytes: [[0; 10]; MANY], used: MANY }) };
}

/// So many ids' chance is asked of the system at once: asking takes as long as all else that an id needs.
const MANY: usize = 64;

/// Random bytes, each given once.
struct Chance {
    bytes: [[u8; 10]; MANY],
    used: usize,
}

impl Chance {
    fn next(&mut self) -> [u8; 10] {
        if self.used == MANY {
            if let Err(error) = getrandom::fill(self.bytes.as_flattened_mut()) {
                // An id names a request and keeps no secret: the last ones go on.
                tracing::warn!(%error, "no random numbers: request ids may be given twice");
            }
            self.used = 0;
        }
        self.used += 1;
        self.bytes[self.used - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::RequestId;
    use actix_web::http::header::HeaderMap;
    use std::collections::HashSet;
    use uuid::Uuid;

    #[test]
    fn ids_are_uuids_of_version_7_and_none_is_given_twice() {
        let ids: HashSet<String> = (0..1000).map(|_| RequestId::of(&HeaderMap::new()).0).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id.parse::<Uuid>().is_ok_and(|id| id.get_version_num() == 7)));
    }
}
