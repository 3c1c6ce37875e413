//! Wilson intervals.

use super::{assert_near, conversations, count, independent};
use amends::trend::{Count, Interval, Z_95, Z_998};
use proptest::prelude::*;

#[test]
fn published_intervals() {
    // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998,
    // table I, method 3.
    for (k, n, low, high) in
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let interval = Interval::of(&independent(k, n), Z_95).unwrap();
        assert_near(interval.low, low, 5e-5);
        assert_near(interval.high, high, 5e-5);
    }
}

/// statsmodels 0.15.0: `proportion_confint(k, n, alpha, "wilson")`.
#[test]
fn intervals_as_statsmodels_has_them() {
    for (k, n, alpha, low, high) in [
        (81.0, 263.0, 0.05, 0.255_288_519_878, 0.366_209_576_983),
        (81.0, 263.0, 0.002, 0.228_035_740_242, 0.401_389_421_909),
        (0.0, 20.0, 0.002, 0.000_000_000_000, 0.323_170_414_624),
        (1.0, 29.0, 0.05, 0.006_113_214_293, 0.171_755_218_793),
        (29.0, 29.0, 0.05, 0.883_030_201_500, 1.000_000_000_000),
        (3.0, 6.0, 0.002, 0.108_165_727_379, 0.891_834_272_621),
        (7.5, 12.25, 0.05, 0.345_882_858_494, 0.825_015_257_745),
        (0.5, 3.3, 0.002, 0.007_245_063_881, 0.813_760_141_863),
        (199.0, 200.0, 0.05, 0.972_226_295_602, 0.999_116_831_284),
    ] {
        let z = if alpha == 0.05 { Z_95 } else { Z_998 };
        let interval = Interval::wilson(k, n, z).unwrap();
        assert_near(interval.low, low, 1e-11);
        assert_near(interval.high, high, 1e-11);
    }
}

#[test]
fn where_nothing_is_known_there_is_no_interval() {
    let nan = f64::NAN;
    for (k, n, z) in [
        (0.0, 0.0, Z_95),
        (1.0, -3.0, Z_95),
        (4.0, 3.0, Z_95),
        (-0.1, 3.0, Z_95),
        (nan, 3.0, Z_95),
        (1.0, nan, Z_95),
        (1.0, f64::INFINITY, Z_95),
        (1.0, 3.0, nan),
        (1.0, 3.0, -1.0),
    ] {
        assert_eq!(Interval::wilson(k, n, z), None, "{k} {n} {z}");
    }
    assert_eq!(Interval::of(&Count::default(), Z_95), None);
}

#[test]
fn twenty_messages_of_two_conversations_tell_less_than_of_twenty() {
    let few = Interval::of(&count(&[(10, 10), (0, 10)]), Z_95).unwrap();
    let many = Interval::of(&independent(10, 20), Z_95).unwrap();
    assert!(few.width() > 1.5 * many.width(), "{few:?} {many:?}");
}

proptest! {
    #[test]
    fn laws_of_an_interval(n in 0.01..5000.0_f64, share in 0.0..=1.0_f64, more in 1.01..50.0_f64, z in 0.1..4.0_f64) {
        let p = share;
        let interval = Interval::wilson(p * n, n, z).unwrap();
        prop_assert!(interval.contains(p * n / n));
        prop_assert!(0.0 <= interval.low && interval.high <= 1.0);
        // Narrower with more messages, wider the surer one wants to be.
        prop_assert!(Interval::wilson(p * n * more, n * more, z).unwrap().width() < interval.width());
        prop_assert!(Interval::wilson(p * n, n, z * more).unwrap().width() > interval.width());
        // Of the unmet messages, the same turned round.
        let unmet = Interval::wilson((n - p * n).clamp(0.0, n), n, z).unwrap();
        prop_assert!((unmet.low - (1.0 - interval.high)).abs() < 1e-9);
        prop_assert!((unmet.high - (1.0 - interval.low)).abs() < 1e-9);
    }

    #[test]
    fn the_interval_of_a_count_holds_its_rate(all in conversations(30)) {
        let count = count(&all);
        match count.rate() {
            None => prop_assert_eq!(Interval::of(&count, Z_95), None),
            Some(rate) => {
                let (inner, outer) = (Interval::of(&count, Z_95).unwrap(), Interval::of(&count, Z_998).unwrap());
                prop_assert!(inner.low - 1e-12 <= rate && rate <= inner.high + 1e-12, "{rate} {inner:?}");
                prop_assert!(outer.low <= inner.low && inner.high <= outer.high);
            }
        }
    }
}
