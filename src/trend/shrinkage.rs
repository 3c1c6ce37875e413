//! Shrunk rates: the only figure by which agents may be put in an order.
//!
//! By raw rates, first and last are whoever wrote least. Empirical Bayes (Robbins 1956; Efron & Morris,
//! "Data analysis using Stein's estimator", JASA 70, 1975) learns from all agents how far agents really
//! differ, as a beta distribution, and moves each rate towards the team's by as much as its messages are
//! few. The beta-binomial model is that of Skellam (1948) and of Gelman et al., *Bayesian Data Analysis*, §5.1.
//!
//! It is for ordering, for example to choose whose messages to read first. It is not a mark: where volume
//! goes with experience, pulling all towards one mean is unfair to those who write little.

use super::count::Count;
use super::interval::Interval;
use super::special::{digamma, incomplete_beta, root};

/// Agents with at least one applicable message that it takes to learn how agents differ.
const FEWEST_AGENTS: usize = 5;

/// The bounds of α + β, the number of messages that the team's rate is worth. At the upper one agents
/// differ by a standard deviation of 0.16 percentage points at most: that is no difference.
const STRENGTH: (f64, f64) = (0.1, 100_000.0);

/// A beta distribution of rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beta {
    /// As if so many met messages had been seen before; above 0.
    pub alpha: f64,
    /// As if so many unmet messages had been seen before; above 0.
    pub beta: f64,
}

/// What was learnt about how agents differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Prior {
    /// Fewer than five: nothing can be learnt, and nobody be put in an order.
    TooFewAgents {
        /// Agents with at least one applicable message.
        agents: usize,
    },
    /// Agents differ by no more than chance makes them: all have the team's rate, and there is no order.
    NoOverdispersion {
        /// The team's rate.
        rate: f64,
    },
    /// The rates of agents have this distribution.
    Spread(Beta),
}

/// A shrunk rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Between the agent's own rate and the mean of the prior.
    pub rate: f64,
    /// 95 % credible interval; `None` where agents do not differ. The prior is taken as known, so it is a
    /// little too narrow with few agents.
    pub interval: Option<Interval>,
}

impl Beta {
    /// The distribution with this mean and variance: the method of moments. `None` where none has them:
    /// the mean must lie between 0 and 1, the variance between 0 and mean·(1 − mean).
    #[must_use]
    pub fn from_moments(mean: f64, variance: f64) -> Option<Self> {
        let strength = mean * (1.0 - mean) / variance - 1.0;
        let sound = mean > 0.0 && mean < 1.0 && variance > 0.0 && strength > 0.0 && strength.is_finite();
        sound.then_some(Self { alpha: mean * strength, beta: (1.0 - mean) * strength })
    }

    /// Its mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.alpha / (self.alpha + self.beta)
    }

    /// Where the share `probability` (0 to 1) of it lies below.
    #[must_use]
    pub fn quantile(&self, probability: f64) -> f64 {
        root(0.0, 1.0, |rate| incomplete_beta(self.alpha, self.beta, rate) - probability)
    }

    /// What is believed after `k` of `n` were met.
    fn after(&self, k: f64, n: f64) -> Self {
        Self { alpha: self.alpha + k, beta: self.beta + (n - k) }
    }
}

impl Prior {
    /// Learns from agents, in any order, by maximum likelihood; each counts with the effective n.
    ///
    /// For each strength α + β the best mean is found, which is unique as the likelihood is concave in it;
    /// then the strength at which the likelihood of these is flat, searched from the moment estimate
    /// outwards, within 0.1 to 100,000. No chance in it: same agents, same prior.
    #[must_use]
    pub fn fit(agents: &[Count]) -> Self {
        let mut effective: Vec<(f64, f64)> = agents.iter().filter_map(effective).collect();
        if effective.len() < FEWEST_AGENTS {
            return Self::TooFewAgents { agents: effective.len() };
        }
        // In order, which makes sums the same for agents in any order.
        effective.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let rate = agents.iter().sum::<Count>().rate().unwrap_or_default();
        let strength = if rate > 0.0 && rate < 1.0 { likeliest_strength(&effective) } else { None };
        strength.map_or(Self::NoOverdispersion { rate }, |strength| {
            let mean = likeliest_mean(&effective, strength);
            Self::Spread(Beta { alpha: mean * strength, beta: (1.0 - mean) * strength })
        })
    }

    /// The shrunk rate of an agent; `None` with too few agents. An agent of whom nothing was counted gets
    /// the mean.
    #[must_use]
    pub fn estimate(&self, agent: &Count) -> Option<Estimate> {
        match self {
            Self::TooFewAgents { .. } => None,
            Self::NoOverdispersion { rate } => Some(Estimate { rate: *rate, interval: None }),
            Self::Spread(prior) => {
                let (k, n) = effective(agent).unwrap_or_default();
                let posterior = prior.after(k, n);
                let interval = Interval { low: posterior.quantile(0.025), high: posterior.quantile(0.975) };
                Some(Estimate { rate: posterior.mean(), interval: Some(interval) })
            }
        }
    }

    /// The shrunk rate alone, at the cost of a division: what lists are ordered by. `None` with too few agents.
    #[must_use]
    pub fn rate(&self, agent: &Count) -> Option<f64> {
        match self {
            Self::TooFewAgents { .. } => None,
            Self::NoOverdispersion { rate } => Some(*rate),
            Self::Spread(prior) => {
                let (k, n) = effective(agent).unwrap_or_default();
                Some(prior.after(k, n).mean())
            }
        }
    }

    /// What it means, in a sentence for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::TooFewAgents { agents } => {
                format!("{agents} agents are too few to learn how agents differ; it takes {FEWEST_AGENTS}.")
            }
            Self::NoOverdispersion { .. } => "Agents differ by no more than chance makes them.".to_owned(),
            Self::Spread(prior) => format!(
                "Agents differ beyond chance; the team's rate weighs as much as {:.0} of an agent's own messages.",
                prior.alpha + prior.beta
            ),
        }
    }
}

/// Effective k and n of an agent; `None` where nothing was counted.
fn effective(agent: &Count) -> Option<(f64, f64)> {
    let (rate, n) = (agent.rate()?, agent.effective_n());
    Some(((rate * n).min(n), n))
}

/// α + β of the greatest likelihood near the moment estimate; `None` where it is beyond the upper bound.
fn likeliest_strength(agents: &[(f64, f64)]) -> Option<f64> {
    let number = agents.len() as f64;
    let mean = agents.iter().map(|(k, n)| k / n).sum::<f64>() / number;
    let variance = agents.iter().map(|(k, n)| (k / n - mean).powi(2)).sum::<f64>() / (number - 1.0);
    let start = Beta::from_moments(mean, variance).map_or(STRENGTH.1, |beta| beta.alpha + beta.beta);
    let start = start.clamp(STRENGTH.0, STRENGTH.1).ln();
    let (lowest, highest) = (STRENGTH.0.ln(), STRENGTH.1.ln());
    let slope = |ln_strength: f64| slope_by_strength(agents, ln_strength.exp());
    // Steps of a factor 4 uphill, until the slope turns.
    let step = 4.0_f64.ln();
    let rising = slope(start) > 0.0;
    let (mut near, mut far) = (start, start);
    while (slope(far) > 0.0) == rising {
        if rising && far >= highest {
            return None;
        }
        if !rising && far <= lowest {
            return Some(STRENGTH.0);
        }
        near = far;
        far = (if rising { far + step } else { far - step }).clamp(lowest, highest);
    }
    Some(root(near.min(far), near.max(far), slope).exp())
}

/// The slope of the log-likelihood by α + β, at the best mean for it.
fn slope_by_strength(agents: &[(f64, f64)], strength: f64) -> f64 {
    let mean = likeliest_mean(agents, strength);
    let (alpha, beta) = (mean * strength, (1.0 - mean) * strength);
    let (at_alpha, at_beta, at_strength) = (digamma(alpha), digamma(beta), digamma(strength));
    let slope = |(k, n): &(f64, f64)| {
        mean * (digamma(k + alpha) - at_alpha) + (1.0 - mean) * (digamma(n - k + beta) - at_beta)
            - (digamma(n + strength) - at_strength)
    };
    agents.iter().map(slope).sum()
}

/// The mean of the greatest likelihood for a given α + β.
fn likeliest_mean(agents: &[(f64, f64)], strength: f64) -> f64 {
    const EDGE: f64 = 1e-9;
    root(EDGE, 1.0 - EDGE, |mean| {
        let (alpha, beta) = (mean * strength, (1.0 - mean) * strength);
        let (at_alpha, at_beta) = (digamma(alpha), digamma(beta));
        agents.iter().map(|(k, n)| digamma(k + alpha) - at_alpha - digamma(n - k + beta) + at_beta).sum()
    })
}
