//! What an audit adds up of whole conversations: how soon they were made good, and what became of promises.

use crate::recovery::Recovery;
use std::collections::BTreeMap;

/// What became of promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Promises {
    /// Those that say when, so that it can be reckoned.
    pub dated: u64,
    /// The others.
    pub undated: u64,
    /// Dated, and kept in time.
    pub kept: u64,
    /// Dated, and kept after they were due.
    pub late: u64,
    /// Dated, due, and nothing came.
    pub broken: u64,
    /// Dated, and nothing is decided: not yet due, or words cannot tell.
    pub open: u64,
    /// Undated, and something came of them.
    pub undated_kept: u64,
    /// Undated, and nothing came for as long as any answer should take.
    pub undated_unkept: u64,
}

impl Promises {
    /// Counts a promise by whether it says when it is due, and by the name of its [`crate::promise::Fate`].
    pub fn add(&mut self, dated: bool, fate: &str) {
        *(if dated { &mut self.dated } else { &mut self.undated }) += 1;
        match (dated, fate) {
            (true, "kept") => self.kept += 1,
            (_, "late") => self.late += 1,
            (_, "broken") => self.broken += 1,
            (false, "kept") => self.undated_kept += 1,
            (_, "unkept") => self.undated_unkept += 1,
            (true, "open") => self.open += 1,
            _ => {}
        }
    }

    /// Adds the other's.
    pub const fn merge(&mut self, other: &Self) {
        self.dated += other.dated;
        self.undated += other.undated;
        self.kept += other.kept;
        self.late += other.late;
        self.broken += other.broken;
        self.open += other.open;
        self.undated_kept += other.undated_kept;
        self.undated_unkept += other.undated_unkept;
    }

    /// Dated promises whose fate is known.
    #[must_use]
    pub const fn decided(&self) -> u64 {
        self.kept + self.late + self.broken
    }
}

/// Conversations in which something went wrong, and how they went on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recoveries {
    /// Conversations with a complaint.
    pub complaints: u64,
    /// Of these, those with an apology after it.
    pub apologised: u64,
    /// Of these, those in which the first answer apologised.
    pub in_first_answer: u64,
    /// Conversations with an apology before any complaint.
    pub proactive: u64,
    /// Conversations with drawn-out apologies.
    pub over_apologising: u64,
    /// Conversations in which the same thing went wrong again.
    pub again: u64,
    /// Conversations in which the agent's side asked whether the fix worked.
    pub checked_back: u64,
    /// Conversations by how they ended.
    pub endings: BTreeMap<&'static str, u64>,
    /// Seconds from the first complaint to the first apology after it; in no order until [`Self::sort`].
    pub apology_seconds: Vec<i64>,
    /// Seconds from the customer's first message to the first answer; in no order until [`Self::sort`].
    pub response_seconds: Vec<i64>,
}

impl Recoveries {
    /// Counts a conversation with a service failure.
    pub fn add(&mut self, recovery: &Recovery) {
        let yes = u64::from;
        self.complaints += yes(recovery.first_complaint.is_some());
        self.proactive += yes(recovery.proactive_apology.is_some());
        self.over_apologising += yes(recovery.over_apologising.is_some());
        self.again += yes(recovery.failure_again.is_some());
        self.checked_back += yes(recovery.checked_back.is_some());
        *self.endings.entry(recovery.ending.name()).or_default() += 1;
        if let Some(apology) = &recovery.apology {
            self.apologised += 1;
            self.in_first_answer += yes(apology.answers == 1);
            self.apology_seconds.extend(apology.after.map(|after| after.as_secs()));
        }
        self.response_seconds.extend(recovery.time_to_first_response.map(|after| after.as_secs()));
    }

    /// Adds the other's.
    pub fn merge(&mut self, other: Self) {
        self.complaints += other.complaints;
        self.apologised += other.apologised;
        self.in_first_answer += other.in_first_answer;
        self.proactive += other.proactive;
        self.over_apologising += other.over_apologising;
        self.again += other.again;
        self.checked_back += other.checked_back;
        for (ending, more) in other.endings {
            *self.endings.entry(ending).or_default() += more;
        }
        self.apology_seconds.extend(other.apology_seconds);
        self.response_seconds.extend(other.response_seconds);
    }

    /// Orders the times, for [`quantile`].
    pub fn sort(&mut self) {
        self.apology_seconds.sort_unstable();
        self.response_seconds.sort_unstable();
    }
}

/// The smallest of the ordered `values` that at least the share `q` (0 to 1) of them do not exceed: the
/// inverse of the empirical distribution (Hyndman & Fan 1996, definition 1). `None` where there are none.
#[must_use]
pub fn quantile(values: &[i64], q: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a position in the list, cut to it below"
    )]
    let rank = (q * values.len() as f64).ceil() as usize;
    values.get(rank.clamp(1, values.len().max(1)) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_are_values_that_occur() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[7], 0.5), Some(7));
        assert_eq!(quantile(&[1, 2, 3, 4], 0.5), Some(2));
        assert_eq!(quantile(&[1, 2, 3, 4], 0.9), Some(4));
        assert_eq!(quantile(&[1, 2, 3, 4], 0.0), Some(1));
    }
}
