//! Shrunk rates.

use super::{assert_near, conversations, count, independent};
use amends::trend::{Beta, Count, Prior};
use proptest::prelude::*;

/// Rats with a tumour in 71 experiments (Tarone 1982, as in Gelman et al., *Bayesian Data Analysis*, table 5.1).
fn rats() -> Vec<Count> {
    let tumours = [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 5, 2, 5, 3, 2,
        7, 7, 3, 3, 2, 9, 10, 4, 4, 4, 4, 4, 4, 4, 10, 4, 4, 4, 5, 11, 12, 5, 5, 6, 5, 6, 6, 6, 6, 16, 15, 15, 9, 4,
    ];
    let rats = [
        20, 20, 20, 20, 20, 20, 20, 19, 19, 19, 19, 18, 18, 17, 20, 20, 20, 20, 19, 19, 18, 18, 25, 24, 23, 20, 20, 20,
        20, 20, 20, 10, 49, 19, 46, 27, 17, 49, 47, 20, 20, 13, 48, 50, 20, 20, 20, 20, 20, 20, 20, 48, 19, 19, 19, 22,
        46, 49, 20, 20, 23, 19, 22, 20, 20, 20, 52, 46, 47, 24, 14,
    ];
    tumours.into_iter().zip(rats).map(|(k, n)| independent(k, n)).collect()
}

fn spread(prior: Prior) -> Beta {
    match prior {
        Prior::Spread(beta) => beta,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_published_example_of_rats() {
    // Bayesian Data Analysis §5.1: the 70 earlier experiments have mean 0.136 and deviation 0.103, hence
    // Beta(1.4, 8.6); with 4 of 14 this becomes Beta(5.4, 18.6), whose mean is 0.223.
    let rates: Vec<f64> = rats()[..70].iter().filter_map(Count::rate).collect();
    let mean = rates.iter().sum::<f64>() / 70.0;
    let variance = rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>() / 69.0;
    assert_near(mean, 0.136, 5e-4);
    assert_near(variance.sqrt(), 0.103, 5e-4);
    let beta = Beta::from_moments(mean, variance).unwrap();
    assert_near(beta.alpha, 1.4, 0.05);
    assert_near(beta.beta, 8.6, 0.1);
    assert_near(Prior::Spread(beta).estimate(&independent(4, 14)).unwrap().rate, 0.223, 1e-3);
}

/// SciPy 1.17.1: the prior by `minimize(-betabinom.logpmf(k, n, a, b).sum(), method="Nelder-Mead")` to 1e-11,
/// intervals by `beta.ppf([.025, .975], a + k, b + n - k)`.
#[test]
fn the_prior_of_greatest_likelihood_as_scipy_finds_it() {
    let prior = Prior::fit(&rats());
    let beta = spread(prior);
    assert_near(beta.alpha, 2.341_614_2, 1e-5);
    assert_near(beta.beta, 14.114_802_83, 1e-4);
    for (k, n, rate, low, high) in [
        (0, 20, 0.064_230_508, 0.010_214_677, 0.162_192_697),
        (4, 14, 0.208_219_312, 0.086_216_353, 0.366_352_011),
        (16, 52, 0.267_931_262, 0.170_667_054, 0.378_031_957),
        (9, 24, 0.280_341_539, 0.154_906_328, 0.426_327_724),
    ] {
        let estimate = prior.estimate(&independent(k, n)).unwrap();
        assert_near(estimate.rate, rate, 1e-7);
        assert_near(estimate.interval.unwrap().low, low, 1e-6);
        assert_near(estimate.interval.unwrap().high, high, 1e-6);
    }

    // A small team with a wide spread.
    let team = [(18, 20), (25, 40), (7, 20), (40, 44), (11, 30), (3, 4)].map(|(k, n)| independent(k, n));
    let prior = Prior::fit(&team);
    let beta = spread(prior);
    assert_near(beta.alpha, 2.808_857_68, 1e-5);
    assert_near(beta.beta, 1.527_148_42, 1e-5);
    for (agent, rate, low, high) in [
        (&team[0], 0.855_064_615, 0.693_765_799, 0.961_839_423),
        (&team[2], 0.403_059_468, 0.221_507_577, 0.599_709_100),
        (&team[5], 0.696_839_423, 0.368_714_263, 0.936_891_083),
    ] {
        let estimate = prior.estimate(agent).unwrap();
        assert_near(estimate.rate, rate, 1e-7);
        assert_near(estimate.interval.unwrap().low, low, 1e-6);
        assert_near(estimate.interval.unwrap().high, high, 1e-6);
    }
    assert_eq!(
        prior.sentence(),
        "Agents differ beyond chance; the team's rate weighs as much as 4 of an agent's own messages."
    );
}

#[test]
fn four_of_ten_is_no_worse_than_three_hundred_of_a_thousand() {
    // By raw rates the first would stand before the second, on the strength of ten messages.
    let mut team: Vec<Count> = [(300, 1000), (150, 800), (500, 1100), (90, 600), (280, 900), (130, 400)]
        .map(|(k, n)| independent(k, n))
        .to_vec();
    team.push(independent(4, 10));
    let prior = Prior::fit(&team);
    let shrunk = |agent: &Count| prior.estimate(agent).unwrap().rate;
    assert!((shrunk(&team[0]) - 0.3).abs() < 0.002);
    assert!(0.28 < shrunk(&team[6]) && shrunk(&team[6]) < 0.36, "{}", shrunk(&team[6]));
    // Of whom nothing is known, the mean is believed.
    assert_near(shrunk(&Count::default()), spread(prior).mean(), 1e-12);
}

#[test]
fn too_few_agents_and_agents_alike_are_said_so() {
    let few = Prior::fit(&[independent(3, 10), independent(9, 10), Count::default(), Count::default()]);
    assert_eq!(few, Prior::TooFewAgents { agents: 2 });
    assert_eq!(few.estimate(&independent(3, 10)), None);
    assert_eq!(few.sentence(), "2 agents are too few to learn how agents differ; it takes 5.");

    let alike = Prior::fit(&[(8, 20), (9, 20), (7, 20), (16, 40), (12, 30)].map(|(k, n)| independent(k, n)));
    assert_eq!(alike, Prior::NoOverdispersion { rate: 52.0 / 130.0 });
    let estimate = alike.estimate(&independent(20, 20)).unwrap();
    assert_eq!((estimate.rate, estimate.interval), (0.4, None));
    assert_eq!(alike.sentence(), "Agents differ by no more than chance makes them.");

    // All met everywhere, one message each, and agents of whom each is all or nothing.
    assert_eq!(Prior::fit(&[independent(9, 9); 6]), Prior::NoOverdispersion { rate: 1.0 });
    assert!(matches!(Prior::fit(&[independent(0, 1); 9]), Prior::NoOverdispersion { .. }));
    let extremes = [independent(0, 50), independent(50, 50)].repeat(5);
    assert!(spread(Prior::fit(&extremes)).alpha <= 0.05 + 1e-9);
}

#[test]
fn moments_that_no_distribution_has() {
    for (mean, variance) in [(0.0, 0.1), (1.0, 0.1), (0.5, 0.0), (0.5, 0.25), (0.5, -0.1), (f64::NAN, 0.1)] {
        assert_eq!(Beta::from_moments(mean, variance), None, "{mean} {variance}");
    }
}

proptest! {
    #[test]
    fn shrunk_rates_lie_between_the_agents_own_and_the_teams(
        agents in prop::collection::vec(conversations(25), 5..15)
    ) {
        let mut agents: Vec<Count> = agents.iter().map(|conversations| count(conversations)).collect();
        let prior = Prior::fit(&agents);
        for agent in agents.iter().filter(|agent| !agent.is_empty()) {
            let (Some(raw), Some(estimate)) = (agent.rate(), prior.estimate(agent)) else { continue };
            let mean = match prior {
                Prior::Spread(beta) => beta.mean(),
                Prior::NoOverdispersion { rate } => rate,
                Prior::TooFewAgents { .. } => unreachable!(),
            };
            prop_assert!(raw.min(mean) - 1e-9 <= estimate.rate && estimate.rate <= raw.max(mean) + 1e-9);
            if let Some(interval) = estimate.interval {
                prop_assert!(0.0 <= interval.low && interval.low < interval.high && interval.high <= 1.0);
            }
        }
        agents.reverse();
        prop_assert_eq!(prior, Prior::fit(&agents));
    }

    #[test]
    fn quantiles_rise(alpha in 0.05..300.0_f64, beta in 0.05..300.0_f64, low in 0.001..0.998_f64) {
        let beta = Beta { alpha, beta };
        prop_assert!(beta.quantile(low) <= beta.quantile(low + 0.001));
    }
}
