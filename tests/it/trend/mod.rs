//! Statistics that are fair to people.
//!
//! Figures are held to published examples, and to tables made with other programs: Python 3, NumPy 2.4.6,
//! SciPy 1.17.1, statsmodels 0.15.0. Each table says which call made it.

mod control;
mod count;
mod funnel;
mod interval;
mod period;
mod shrinkage;

use amends::trend::{Count, Sums};
use proptest::prelude::*;

/// `k` of `n` messages met, each in a conversation of its own: nothing is clustered.
fn independent(k: u64, n: u64) -> Count {
    let sums = Sums {
        conversations: n,
        applicable: n,
        met: k,
        met_squared: k,
        met_times_applicable: k,
        applicable_squared: n,
    };
    Count::try_from(sums).unwrap()
}

/// The count of conversations, each given as met of applicable messages.
fn count(conversations: &[(u32, u32)]) -> Count {
    let mut count = Count::default();
    for &(met, applicable) in conversations {
        count.add_conversation(met, applicable).unwrap();
    }
    count
}

/// Conversations of up to nine messages.
fn conversations(most: usize) -> impl Strategy<Value = Vec<(u32, u32)>> {
    let conversation = (0_u32..10).prop_flat_map(|n| (0..=n, Just(n)));
    prop::collection::vec(conversation, 0..most)
}

#[track_caller]
fn assert_near(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected}, by {:e}", value - expected);
}
