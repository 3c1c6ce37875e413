//! Counts of clustered messages.

use super::{assert_near, conversations, count, independent};
use amends::trend::{Count, CountError, Sums};
use proptest::prelude::*;

/// Conversations, and what they are worth: rate, design effect, effective n.
///
/// statsmodels 0.15.0: `v = OLS(y, ones).fit(cov_type="cluster", cov_kwds=dict(groups=g)).cov_params()[0, 0]`
/// with a row for each message; design effect `v / (p * (1 - p) / (n - 1))`.
#[test]
fn the_design_effect_is_that_of_a_cluster_robust_variance() {
    let mixed = [(2, 2), (0, 3), (1, 1), (4, 5), (0, 1), (3, 3), (1, 4), (2, 2)];
    let alike = [(5, 5), (0, 4), (6, 6), (0, 3), (2, 2), (0, 7)];
    let unequal = [(20, 20), (1, 1), (0, 1), (0, 2), (1, 2), (0, 1), (3, 9), (0, 1), (1, 1), (0, 3)];
    for (count, rate, effect, effective) in [
        (count(&mixed), 0.619_047_619_048, 2.075_203_707_857, 10.119_488_472_622),
        (count(&alike), 0.481_481_481_481, 5.936_743_092_299, 4.547_948_189_812),
        (count(&unequal), 0.634_146_341_463, 7.708_611_920_391, 5.318_726_694_692),
    ] {
        assert_near(count.rate().unwrap(), rate, 1e-11);
        assert_near(count.design_effect().unwrap(), effect, 1e-10);
        assert_near(count.effective_n(), effective, 1e-10);
    }
    // Conversations more alike than chance makes them (0.0587 by the same call) are worth their messages, no more.
    let even = count(&[(1, 2), (1, 2), (1, 2), (1, 2), (2, 4), (1, 3)]);
    assert_eq!((even.design_effect(), even.effective_n()), (Some(1.0), 15.0));
}

#[test]
fn where_nothing_can_be_measured_the_effective_n_is_cautious() {
    assert_eq!(Count::default().effective_n(), 0.0);
    assert_eq!(Count::default().rate(), None);
    // One conversation tells as much as one message.
    assert_eq!(count(&[(3, 8)]).effective_n(), 1.0);
    // All met, or none: messages of a conversation said the same.
    for met in [0, 4] {
        let same = count(&[(met, 4); 6]);
        assert_eq!((same.design_effect(), same.effective_n()), (None, 6.0));
    }
    // One large conversation and four small ones: (10 + 4)² / (100 + 4) conversations.
    assert_near(count(&[(10, 10), (1, 1), (1, 1), (1, 1), (1, 1)]).effective_n(), 196.0 / 104.0, 1e-12);
    // Single messages are independent, all met or not.
    assert_eq!(independent(30, 30).effective_n(), 30.0);
    assert_eq!(independent(0, 1).effective_n(), 1.0);
}

#[test]
fn the_intraclass_correlation_runs_from_nothing_in_common_to_all_the_same() {
    assert_eq!(independent(7, 20).intraclass_correlation(), 0.0);
    assert_eq!(count(&[(3, 3), (0, 3), (3, 3), (0, 3), (0, 3), (3, 3)]).intraclass_correlation(), 1.0);
    let some = count(&[(3, 4), (1, 4), (4, 4), (0, 4), (2, 4), (1, 4), (4, 4), (2, 4)]);
    let alike = some.intraclass_correlation();
    assert!(0.1 < alike && alike < 0.6, "{alike}");
    // Its own correlation gives a count its own effective n; none gives n; more gives less.
    assert_near(some.effective_n_at(alike), some.effective_n(), 1e-9);
    assert_eq!(some.effective_n_at(0.0), 32.0);
    assert_eq!(some.effective_n_at(1.0), 8.0);
    assert_eq!((some.effective_n_at(7.0), some.effective_n_at(f64::NAN)), (8.0, 8.0));
}

#[test]
fn impossible_numbers_are_refused() {
    let mut count = count(&[(1, 2)]);
    let before = count;
    let error = count.add_conversation(3, 2).unwrap_err();
    assert_eq!(error, CountError::MoreMetThanApplicable { met: 3, applicable: 2 });
    assert_eq!(
        error.to_string(),
        "3 messages of a conversation meet a criterion that applies to 2; at most all of them can"
    );
    assert_eq!(count, before);
    // A conversation to which the criterion never applied says nothing.
    count.add_conversation(0, 0).unwrap();
    assert_eq!(count, before);

    let good = before.sums();
    for bad in [
        Sums { conversations: 3, ..good },
        Sums { conversations: 0, ..good },
        Sums { met: 3, ..good },
        Sums { met_squared: 0, ..good },
        Sums { met_times_applicable: 5, ..good },
        Sums { applicable_squared: 1, ..good },
        Sums { applicable_squared: 2, ..good },
        Sums { met_squared: u64::MAX, met_times_applicable: u64::MAX, ..good },
    ] {
        assert!(matches!(Count::try_from(bad), Err(CountError::Impossible(..))), "{bad:?}");
    }
}

#[test]
fn the_largest_numbers_do_no_harm() {
    let mut large = count(&[(u32::MAX, u32::MAX), (0, u32::MAX), (u32::MAX, u32::MAX)]);
    for _ in 0..70 {
        let copy = large;
        large.merge(&copy);
    }
    assert_eq!(large.sums().applicable_squared, u64::MAX);
    assert!(large.effective_n().is_finite() && large.intraclass_correlation().is_finite());
}

proptest! {
    #[test]
    fn counts_add_up_in_any_order(a in conversations(20), b in conversations(20), c in conversations(20)) {
        let merged = |parts: [&Count; 2]| { let mut sum = *parts[0]; sum.merge(parts[1]); sum };
        let (x, y, z) = (count(&a), count(&b), count(&c));
        prop_assert_eq!(merged([&merged([&x, &y]), &z]), merged([&x, &merged([&y, &z])]));
        prop_assert_eq!(merged([&x, &y]), merged([&y, &x]));
        prop_assert_eq!(merged([&x, &Count::default()]), x);
        let all: Vec<_> = c.iter().chain(&a).chain(b.iter().rev()).copied().collect();
        prop_assert_eq!(merged([&merged([&x, &y]), &z]), count(&all));
        prop_assert_eq!(Count::try_from(x.sums()), Ok(x));
    }

    #[test]
    fn single_messages_are_worth_themselves(met in prop::collection::vec(0_u32..=1, 1..400)) {
        let singles: Vec<_> = met.iter().map(|&k| (k, 1)).collect();
        let n = singles.len() as f64;
        prop_assert!((count(&singles).effective_n() - n).abs() <= 1e-9 * n);
        prop_assert_eq!(count(&singles).effective_n_at(1.0), n);
    }

    #[test]
    fn messages_are_never_worth_more_than_themselves(all in conversations(30), alike in 0.0..=1.0) {
        let count = count(&all);
        let n = count.applicable() as f64;
        for worth in [count.effective_n(), count.effective_n_at(alike)] {
            prop_assert!(worth <= n && (worth > 0.0 || n == 0.0), "{worth} of {n}");
        }
        prop_assert!((0.0..=1.0).contains(&count.intraclass_correlation()));
    }

    #[test]
    fn what_is_met_and_what_is_not_are_equally_sure(all in conversations(30)) {
        let turned: Vec<_> = all.iter().map(|&(k, n)| (n - k, n)).collect();
        let (straight, turned) = (count(&all), count(&turned));
        prop_assert!((straight.effective_n() - turned.effective_n()).abs() <= 1e-9 * straight.effective_n());
    }
}
