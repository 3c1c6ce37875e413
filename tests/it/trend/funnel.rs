//! Funnel plots.

use super::{assert_near, conversations, count, independent};
use amends::trend::{Count, Funnel, Minimum, Standing};
use proptest::prelude::*;

const NO_MINIMUM: Minimum = Minimum { applicable: 1, conversations: 1 };

/// A funnel around `k` of `n` independent messages, without over-dispersion: one agent only.
fn around(k: u64, n: u64) -> Funnel {
    Funnel::new(&[independent(k, n)], NO_MINIMUM).unwrap()
}

/// SciPy 1.17.1: the lower limit is `brentq(lambda k: betainc(n - k, k + 1, 1 - p) - tail, 0, n) / n` where
/// `betainc(n, 1, 1 - p) < tail`, else 0; the upper is 1 − the lower of 1 − p. Tails 0.025 and 0.001.
#[test]
fn limits_as_scipy_has_them() {
    for (rate, n, low_95, high_95, low_998, high_998) in [
        (0.30, 12.5, 0.028_107_977_233, 0.603_892_830_144, 0.000_000_000_000, 0.762_111_020_168),
        (0.30, 20.0, 0.087_022_244_698, 0.532_618_969_182, 0.004_051_087_598, 0.658_179_374_519),
        (0.30, 60.0, 0.179_490_851_802, 0.426_902_951_116, 0.121_217_825_198, 0.498_283_240_971),
        (0.30, 400.0, 0.254_349_610_202, 0.346_599_334_344, 0.229_522_521_312, 0.373_337_968_456),
        (0.85, 12.5, 0.592_259_639_739, 1.000_000_000_000, 0.442_769_921_157, 1.000_000_000_000),
        (0.85, 20.0, 0.655_422_631_481, 1.000_000_000_000, 0.541_124_697_127, 1.000_000_000_000),
        (0.85, 60.0, 0.746_520_582_644, 0.942_209_571_798, 0.685_261_821_378, 0.979_989_791_580),
        (0.85, 400.0, 0.812_974_512_619, 0.885_362_995_507, 0.791_255_115_243, 0.903_727_824_039),
        (0.85, 1e6, 0.849_299_321_754, 0.850_700_015_238, 0.848_895_070_376, 0.851_102_934_728),
    ] {
        let limits = around((rate * 1000.0) as u64, 1000).limits(n);
        assert_near(limits.within_95.low, low_95, 1e-10);
        assert_near(limits.within_95.high, high_95, 1e-10);
        assert_near(limits.within_998.low, low_998, 1e-10);
        assert_near(limits.within_998.high, high_998, 1e-10);
    }
}

/// NumPy 2.4.6: `z = (k/n - c) / sqrt(c*(1-c)/n)`, `mean(clip(z, *quantile(z, [.1, .9]))**2)`; limits as above
/// at n / φ.
#[test]
fn overdispersion_is_winsorised_and_widens_the_limits() {
    let agents = [(30, 40), (25, 40), (41, 50), (12, 30), (60, 75), (33, 40), (20, 35), (55, 60), (9, 25), (38, 52)]
        .map(|(k, n)| independent(k, n));
    let funnel = Funnel::new(&agents, Minimum::default()).unwrap();
    assert_near(funnel.centre, 0.722_595_078_299_776_3, 1e-12);
    assert_near(funnel.dispersion.phi, 4.694_950_119_041_95, 1e-9);
    assert_eq!(funnel.dispersion.measured, Some(funnel.dispersion.phi));
    assert_eq!(funnel.dispersion.agents, 10);
    let limits = funnel.limits(30.0);
    assert_near(limits.within_95.low, 0.278_221_668_142_341_95, 1e-9);
    assert_near(limits.within_998.low, 0.062_680_943_324_931_96, 1e-9);
    assert_near(funnel.limits(60.0).within_95.high, 0.983_587_715_829_422, 1e-9);
    // Agents differ in general, so nobody stands out, not even the one with 12 of 30.
    assert!(agents.iter().all(|agent| funnel.standing(agent) == Standing::Inside));
    // Alone against the same rate without over-dispersion, that one would.
    assert_eq!(around(7226, 10_000).standing(&independent(12, 30)), Standing::Below998);
}

#[test]
fn limits_never_narrow_below_chance() {
    let funnel = Funnel::new(&[independent(20, 40); 8], Minimum::default()).unwrap();
    assert_eq!((funnel.dispersion.measured, funnel.dispersion.phi), (Some(0.0), 1.0));
    let few = Funnel::new(&[independent(5, 40), independent(35, 40)], Minimum::default()).unwrap();
    assert_eq!((few.dispersion.measured, few.dispersion.phi), (None, 1.0));
}

#[test]
fn below_the_minimum_nobody_is_judged() {
    let team = [independent(900, 1000), independent(0, 19), count(&[(0, 30), (0, 30), (0, 30), (0, 30)])];
    let funnel = Funnel::new(&team, Minimum::default()).unwrap();
    assert_eq!(funnel.standing(&team[0]), Standing::Above998);
    assert_eq!(funnel.standing(&team[1]), Standing::TooFew, "19 messages");
    assert_eq!(funnel.standing(&team[2]), Standing::TooFew, "120 messages of four conversations");
    assert_eq!(funnel.standing(&Count::default()), Standing::TooFew);
    assert_eq!(funnel.standing(&independent(0, 20)), Standing::Below998);
    // What is required is a parameter; nothing at all is never judged.
    let strict = Funnel::new(&team, Minimum { applicable: 2000, conversations: 1 }).unwrap();
    assert_eq!(strict.standing(&team[0]), Standing::TooFew);
    let lax = Funnel::new(&team, Minimum { applicable: 0, conversations: 0 }).unwrap();
    assert_eq!(lax.standing(&Count::default()), Standing::TooFew);
}

#[test]
fn clustered_messages_stand_out_less() {
    // 40 messages of which 24 met: enough to stand out from 85 % if each is of its own conversation …
    let funnel = around(8500, 10_000);
    assert_eq!(funnel.standing(&independent(24, 40)), Standing::Below998);
    // … but not for the same 40 in five conversations of a team whose conversations go well or badly as a whole.
    let mut team = vec![count(&[(8, 8), (8, 8), (0, 8), (8, 8), (0, 8)])];
    team.extend([count(&[(8, 8), (8, 8), (8, 8), (8, 8), (8, 8), (8, 8), (0, 8)]); 6]);
    let alike = Funnel::new(&team, Minimum::default()).unwrap();
    assert!(alike.intraclass_correlation > 0.9, "{}", alike.intraclass_correlation);
    assert!(alike.effective_n(&team[0]) < 6.0);
    assert_eq!(alike.standing(&team[0]), Standing::Inside);
}

#[test]
fn at_the_ends_all_are_inside() {
    for met in [0, 40] {
        let team = [independent(met, 40); 6];
        let funnel = Funnel::new(&team, Minimum::default()).unwrap();
        assert_eq!(funnel.standing(&team[0]), Standing::Inside);
        assert_eq!(funnel.dispersion.measured, None);
    }
    assert_eq!(Funnel::new(&[], Minimum::default()), None);
    assert_eq!(Funnel::new(&[Count::default()], Minimum::default()), None);
}

/// The chance of exactly `k` of `n`, for k from 0.
fn binomial(n: u32, rate: f64) -> Vec<f64> {
    let mut chances = vec![(1.0 - rate).powi(n as i32)];
    for k in 0..n {
        chances.push(chances[k as usize] * f64::from(n - k) / f64::from(k + 1) * rate / (1.0 - rate));
    }
    chances
}

#[test]
fn limits_of_no_and_of_endless_messages() {
    let funnel = around(3, 10);
    for n in [0.0, -1.0, f64::NAN] {
        let limits = funnel.limits(n);
        assert_eq!((limits.within_95.low, limits.within_95.high), (0.0, 1.0));
    }
    assert!(funnel.limits(f64::INFINITY).within_998.width() < 0.001);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The promise of the plot, reckoned without it: of agents who work as the team does, chance puts no
    /// more outside than the limits say, on either side, even with few messages.
    #[test]
    fn no_more_stand_out_by_chance_than_promised(n in 20_u32..150, percent in 3_u64..98) {
        let funnel = around(percent * 100, 10_000);
        let chances = binomial(n, percent as f64 / 100.0);
        let mut outside = [0.0; 4];
        for (k, chance) in chances.iter().enumerate() {
            let standing = funnel.standing(&independent(k as u64, u64::from(n)));
            outside[0] += if standing <= Standing::Below998 { *chance } else { 0.0 };
            outside[1] += if standing <= Standing::Below95 { *chance } else { 0.0 };
            outside[2] += if standing >= Standing::Above95 { *chance } else { 0.0 };
            outside[3] += if standing >= Standing::Above998 { *chance } else { 0.0 };
        }
        for (outside, promised) in outside.into_iter().zip([0.001, 0.025, 0.025, 0.001]) {
            prop_assert!(outside <= promised + 1e-9, "{outside} beyond {promised}");
        }
    }

    #[test]
    fn limits_narrow_with_n_and_hold_the_centre(k in 1_u64..100, n in 0.5..2000.0_f64, more in 1.0..20.0_f64) {
        let funnel = around(k, 100);
        let (few, many) = (funnel.limits(n), funnel.limits(n * more));
        for (wide, narrow) in [(few.within_95, many.within_95), (few.within_998, many.within_998)] {
            prop_assert!(wide.low <= narrow.low + 1e-12 && narrow.high <= wide.high + 1e-12);
            prop_assert!(narrow.contains(funnel.centre));
        }
        prop_assert!(few.within_998.low <= few.within_95.low && few.within_95.high <= few.within_998.high);
        let turned = around(100 - k, 100).limits(n);
        prop_assert!((turned.within_95.low - (1.0 - few.within_95.high)).abs() < 1e-9);
        prop_assert!((turned.within_998.high - (1.0 - few.within_998.low)).abs() < 1e-9);
    }

    #[test]
    fn the_order_of_agents_does_not_matter(agents in prop::collection::vec(conversations(20), 1..12)) {
        let mut agents: Vec<Count> = agents.iter().map(|conversations| count(conversations)).collect();
        let forward = Funnel::new(&agents, NO_MINIMUM);
        agents.reverse();
        prop_assert_eq!(forward, Funnel::new(&agents, NO_MINIMUM));
    }
}
