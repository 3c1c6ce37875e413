//! The words of cells: sides, directions, visibilities, yes and no.

use super::kind::folded;
use crate::conversation::{Format, Role, Visibility};

/// What a word says of a message's author, and of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The side.
    Is(Role),
    /// An agent, who writes to other agents.
    Note,
    /// `user`: a customer beside agents, an agent beside customers.
    User,
}

/// Words for a role, folded.
const ROLES: [(Side, &[&str]); 6] = [
    (
        Side::Is(Role::Agent),
        &[
            "agent",
            "agents",
            "staff",
            "admin",
            "administrator",
            "support",
            "supportagent",
            "lightagent",
            "teammate",
            "operator",
            "employee",
            "representative",
            "rep",
            "csr",
            "supervisor",
            "moderator",
            "company",
            "r",
        ],
    ),
    (
        Side::Is(Role::Customer),
        &[
            "customer",
            "enduser",
            "client",
            "requester",
            "requestor",
            "contact",
            "lead",
            "visitor",
            "guest",
            "consumer",
            "buyer",
            "subscriber",
            "member",
            "m",
        ],
    ),
    (Side::Is(Role::Bot), &["bot", "chatbot", "assistant", "virtualagent", "virtualassistant", "aiagent", "ai"]),
    (
        Side::Is(Role::System),
        &["system", "automation", "automatic", "automated", "trigger", "workflow", "rule", "macro"],
    ),
    (Side::Note, &["note", "internal", "internalnote", "privatenote", "n"]),
    (Side::User, &["user"]),
];

/// The side that `word` names in a column of roles.
pub(super) fn role(word: &str) -> Option<Side> {
    let word = folded(word);
    ROLES.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(side, _)| *side)
}

/// The side that `word` names in a column of directions.
pub(super) fn direction(word: &str) -> Option<Side> {
    match folded(word).as_str() {
        "in" | "incoming" | "inbound" | "received" | "fromcustomer" => Some(Side::Is(Role::Customer)),
        "out" | "outgoing" | "outbound" | "sent" | "fromagent" => Some(Side::Is(Role::Agent)),
        "note" | "internal" | "internalnote" | "privatenote" => Some(Side::Note),
        _ => None,
    }
}

/// The visibility that `word` names.
pub(super) fn visibility(word: &str) -> Option<Visibility> {
    match folded(word).as_str() {
        "public" | "external" | "visible" | "reply" | "publicreply" | "publiccomment" | "customer" | "everyone" => {
            Some(Visibility::Public)
        }
        "private" | "internal" | "note" | "internalnote" | "privatenote" | "internalcomment" | "hidden"
        | "agentsonly" | "staff" => Some(Visibility::Internal),
        _ => None,
    }
}

/// Yes or no.
pub(super) fn yes(word: &str) -> Option<bool> {
    match folded(word).as_str() {
        "true" | "t" | "yes" | "y" | "1" | "x" => Some(true),
        "false" | "f" | "no" | "n" | "0" => Some(false),
        // `1.0`, as a column of numbers is written where some are missing.
        "10" if word.contains('.') => Some(true),
        "00" if word.contains('.') => Some(false),
        _ => None,
    }
}

/// Whether a message of this state is a draft; 5 is its number at Salesforce.
pub(super) fn is_draft(status: &str) -> bool {
    matches!(folded(status).as_str(), "draft" | "5")
}

/// The format that `word` names.
pub(super) fn format(word: &str) -> Option<Format> {
    match folded(word.split(';').next().unwrap_or_default()).as_str() {
        "html" | "texthtml" | "richtext" => Some(Format::Html),
        "text" | "plain" | "plaintext" | "textplain" | "markdown" | "textmarkdown" => Some(Format::Plain),
        _ => None,
    }
}
