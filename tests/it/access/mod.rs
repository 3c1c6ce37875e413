//! Who may do what, and what keeps guessers and floods away.

mod forgery;
mod limits;
mod passwords;
mod scopes;
mod secrets;
mod sessions;

use amends::access::{AgentKey, Credential, Principal, Role, Scope, Scopes};
use amends::conversation::ParticipantId;
use jiff::{SignedDuration, Timestamp};

fn now() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn agent(id: &str) -> AgentKey {
    AgentKey { source: "zendesk".to_owned(), id: ParticipantId(id.to_owned()) }
}

fn somebody(role: Role, scopes: &[Scope], agent: Option<AgentKey>) -> Principal {
    Principal::new(Credential::User(1), "Somebody".to_owned(), role, Scopes::of(scopes), agent)
}
