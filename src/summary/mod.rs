//! Figures of groups of messages: sums of whole numbers, which add up to the same in any order, on any machine.
//!
//! The messages of one conversation that belong to one group make a [`Part`]; parts add up to a [`Group`], and
//! groups of different conversations to larger ones ([`Group::merge`]). Whatever is shown of a group, an
//! interval, a place in the funnel, a control chart, is made of its sums alone ([`figures`],
//! [`crate::trend::control`]): it does not matter who added them up, or in how many steps.

mod agent;
mod figure;
mod group;
pub mod part;
pub mod recovered;

pub use agent::Agent;
pub use figure::{Figure, figures};
pub use group::{Dimension, Group, GroupKey};
pub use part::{Asked, MessageFigures, Part};
pub use recovered::{Promises, Recoveries};

/// The four headline findings, in the order of [`crate::reading::Findings::named`].
pub const HEADLINES: [Headline; 4] = [
    Headline {
        name: "excuse",
        title: "Excuses",
        asks: "messages after a failure that offer a reason so that it counts less",
    },
    Headline {
        name: "finger_pointing",
        title: "Finger-pointing",
        asks: "messages after a failure that put the fault on someone",
    },
    Headline {
        name: "missing_apology",
        title: "Missing apologies",
        asks: "messages that owed an apology and made none",
    },
    Headline {
        name: "missing_follow_up",
        title: "Missing follow-ups",
        asks: "messages that left something open on the company's side and promised nothing",
    },
];

/// A headline finding, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headline {
    /// Name in files.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What is counted.
    pub asks: &'static str,
}
