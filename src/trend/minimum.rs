//! How much must have been counted before anybody is judged by it.

use super::count::Count;

/// The least that a figure about a person rests on; below it the figure is grey: shown, never judged.
///
/// A decision of this project, not of a theory: with fewer than 20 messages the 95 % interval of a middling
/// rate is wider than 40 percentage points; with fewer than five conversations one difficult customer is a
/// quarter of the figure. Choose more where more is to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minimum {
    /// Applicable messages.
    pub applicable: u64,
    /// Conversations that they come from.
    pub conversations: u64,
}

impl Default for Minimum {
    fn default() -> Self {
        Self { applicable: 20, conversations: 5 }
    }
}

impl Minimum {
    /// Whether `count` is enough to judge by: both bounds are reached, and something was counted.
    #[must_use]
    pub const fn is_reached_by(&self, count: &Count) -> bool {
        !count.is_empty() && count.applicable() >= self.applicable && count.conversations() >= self.conversations
    }
}
