//! The funnel plot: who differs from the team by more than chance, and who merely wrote little.
//!
//! Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24, 2005:
//! each agent is a point, n to the right and the rate upwards; around the team's rate lie limits that
//! narrow as n grows, 95 % and 99.8 % of agents being inside if all work alike. Inside the limits there is
//! no first and no last.

use super::count::Count;
use super::interval::Interval;
use super::minimum::Minimum;
use super::special::{incomplete_beta, root};

/// Agents that it takes to tell how far agents differ in general.
const FEWEST_AGENTS: usize = 5;

/// The share of agents at each end whose distance is cut to that of the next (Spiegelhalter 2005).
const WINSORISED: f64 = 0.1;

/// Where an agent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Too little was counted ([`Minimum`]): grey, never judged.
    TooFew,
    /// Below the 99.8 % limit: chance alone does this to one in a thousand.
    Below998,
    /// Below the 95 % limit: chance alone does this to one in forty, so in a larger team to somebody always.
    Below95,
    /// As the team, as far as can be told.
    Inside,
    /// Above the 95 % limit.
    Above95,
    /// Above the 99.8 % limit.
    Above998,
}

impl Standing {
    /// The name used in files and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooFew => "too_few",
            Self::Below998 => "below_998",
            Self::Below95 => "below_95",
            Self::Inside => "inside",
            Self::Above95 => "above_95",
            Self::Above998 => "above_998",
        }
    }
}

/// How far agents differ beyond chance, by which the limits are widened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dispersion {
    /// φ, the factor on the variance; 1 at least.
    pub phi: f64,
    /// What was measured before it was taken up to 1; `None` with fewer than five, and where
    /// all or no messages are met.
    pub measured: Option<f64>,
    /// Agents from whom it was measured: those who reach the minimum.
    pub agents: usize,
}

/// Both limits at some n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// 95 % of agents are within, if all work alike.
    pub within_95: Interval,
    /// 99.8 % of agents are within.
    pub within_998: Interval,
}

/// A team's funnel for one criterion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Funnel {
    /// All agents together.
    pub team: Count,
    /// The team's rate, around which the limits lie.
    pub centre: f64,
    /// How much messages of one conversation resemble each other, over the whole team. Differences between
    /// agents are part of it, which errs on the side of caution.
    pub intraclass_correlation: f64,
    /// How far agents differ beyond chance.
    pub dispersion: Dispersion,
    /// Below it nobody is judged.
    pub minimum: Minimum,
}

impl Funnel {
    /// The funnel of these agents, in any order; `None` where nothing was counted.
    #[must_use]
    pub fn new(agents: &[Count], minimum: Minimum) -> Option<Self> {
        let team: Count = agents.iter().sum();
        let centre = team.rate()?;
        let intraclass_correlation = team.intraclass_correlation();
        let judged: Vec<(f64, f64)> = agents
            .iter()
            .filter(|agent| minimum.is_reached_by(agent))
            .filter_map(|agent| Some((agent.rate()?, agent.effective_n_at(intraclass_correlation))))
            .collect();
        let dispersion = Dispersion::of(&judged, centre);
        Some(Self { team, centre, intraclass_correlation, dispersion, minimum })
    }

    /// The place of an agent on the axis of n: independent messages that the agent's messages are worth.
    #[must_use]
    pub fn effective_n(&self, agent: &Count) -> f64 {
        agent.effective_n_at(self.intraclass_correlation)
    }

    /// The limits at `effective_n` (above 0), to draw them and to judge by.
    ///
    /// Exact binomial tails, since the normal approximation puts two to three times too many agents outside
    /// where rates are near 0 or 1, as they mostly are here (30 messages at 95 %). The distribution is made
    /// continuous by the incomplete beta function, where Spiegelhalter draws straight lines between whole
    /// numbers; both agree at these. And the upper limit is the lower one of the unmet messages, so that to
    /// be above takes as much as to be below. Over-dispersion divides n by φ, which for the normal
    /// approximation is his `± z·√(φ·V)`.
    #[must_use]
    pub fn limits(&self, effective_n: f64) -> Limits {
        let n = effective_n / self.dispersion.phi;
        let within = |tail: f64| Interval {
            low: lower_limit(n, self.centre, tail),
            high: 1.0 - lower_limit(n, 1.0 - self.centre, tail),
        };
        Limits { within_95: within(0.025), within_998: within(0.001) }
    }

    /// Where an agent stands. Which side is the good one depends on the criterion.
    #[must_use]
    pub fn standing(&self, agent: &Count) -> Standing {
        let Some(rate) = agent.rate().filter(|_| self.minimum.is_reached_by(agent)) else {
            return Standing::TooFew;
        };
        let limits = self.limits(self.effective_n(agent));
        if rate < limits.within_998.low {
            Standing::Below998
        } else if rate < limits.within_95.low {
            Standing::Below95
        } else if rate > limits.within_998.high {
            Standing::Above998
        } else if rate > limits.within_95.high {
            Standing::Above95
        } else {
            Standing::Inside
        }
    }
}

impl Dispersion {
    /// φ = Σz²/I over the agents' winsorised distances from the centre in standard errors (Spiegelhalter
    /// 2005; "Handling over-dispersion of performance indicators", Quality and Safety in Health Care 14, 2005).
    ///
    /// He widens the limits only where φ is significantly above 1; here they are widened wherever it is
    /// above 1, because what is weighed is a person.
    fn of(rates: &[(f64, f64)], centre: f64) -> Self {
        let agents = rates.len();
        let spread = centre * (1.0 - centre);
        if agents < FEWEST_AGENTS || spread <= 0.0 {
            return Self { phi: 1.0, measured: None, agents };
        }
        let mut distances: Vec<f64> = rates.iter().map(|(rate, n)| (rate - centre) / (spread / n).sqrt()).collect();
        // In order, which makes the sum the same for agents in any order.
        distances.sort_by(f64::total_cmp);
        let (low, high) = (quantile(&distances, WINSORISED), quantile(&distances, 1.0 - WINSORISED));
        let phi = distances.iter().map(|z| z.max(low).min(high).powi(2)).sum::<f64>() / agents as f64;
        Self { phi: phi.max(1.0), measured: Some(phi), agents }
    }
}

/// The quantile of values in rising order, between neighbours in proportion (Hyndman & Fan 1996, type 7).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * (place - place.floor())
}

/// Beyond so many messages the limits are narrower than anybody can see.
const MOST_MESSAGES: f64 = 1e7;

/// The rate below which lies `tail` of the binomial distribution of n messages met at `rate`; 0 where even
/// no message met is likelier than that, or where n is no number above 0.
fn lower_limit(n: f64, rate: f64, tail: f64) -> f64 {
    if rate <= 0.0 || rate >= 1.0 {
        return rate.clamp(0.0, 1.0);
    }
    if n.is_nan() || n <= 0.0 {
        return 0.0;
    }
    let n = n.min(MOST_MESSAGES);
    // P(X ≤ k), continuous in k and n.
    let at_most = |k: f64| if k >= n { 1.0 } else { incomplete_beta(n - k, k + 1.0, 1.0 - rate) };
    if at_most(0.0) >= tail { 0.0 } else { root(0.0, n, |k| at_most(k) - tail) / n }
}
