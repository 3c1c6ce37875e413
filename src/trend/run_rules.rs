//! Run rules: patterns in a control chart that chance hardly makes.
//!
//! After the Western Electric *Statistical Quality Control Handbook* (1956) and Nelson, "The Shewhart
//! control chart: tests for special causes", Journal of Quality Technology 16, 1984. Points are compared in
//! their own standard deviations, since each has its own n.

use super::control::PointLimits;

/// A pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A point beyond three standard deviations (Western Electric 1, Nelson 1).
    BeyondLimits,
    /// Two of three points in a row beyond two standard deviations, on the same side (Western Electric 2, Nelson 5).
    TwoOfThree,
    /// Eight points or more in a row on one side of the centre (Western Electric 4; Nelson asks for nine).
    /// A point on the centre ends a run.
    EightOnOneSide,
    /// Six points or more in a row, each above, or each below, the one before (Nelson 3).
    SixInOneDirection,
}

/// Where a pattern points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Above the centre, or rising.
    Up,
    /// Below the centre, or falling.
    Down,
}

/// A pattern that was found. Patterns of one rule that overlap are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Which pattern.
    pub rule: Rule,
    /// Where to.
    pub direction: Direction,
    /// The points of the series that make it, in their order.
    pub points: Vec<usize>,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::BeyondLimits, Self::TwoOfThree, Self::EightOnOneSide, Self::SixInOneDirection];

    /// The name used in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BeyondLimits => "beyond_limits",
            Self::TwoOfThree => "two_of_three",
            Self::EightOnOneSide => "eight_on_one_side",
            Self::SixInOneDirection => "six_in_one_direction",
        }
    }

    /// The fewest points that make it.
    const fn fewest(self) -> usize {
        match self {
            Self::BeyondLimits => 1,
            Self::TwoOfThree => 2,
            Self::EightOnOneSide => 8,
            Self::SixInOneDirection => 6,
        }
    }
}

impl Signal {
    /// What was found, in a sentence for people. It says that something changed, not what, nor who did it.
    #[must_use]
    pub fn sentence(&self) -> String {
        let points = self.points.len();
        match (self.rule, self.direction) {
            (Rule::BeyondLimits, Direction::Up) => "Higher than usual periods explain.".to_owned(),
            (Rule::BeyondLimits, Direction::Down) => "Lower than usual periods explain.".to_owned(),
            (Rule::TwoOfThree, Direction::Up) => {
                "At least two of three periods in a row are far above the usual.".to_owned()
            }
            (Rule::TwoOfThree, Direction::Down) => {
                "At least two of three periods in a row are far below the usual.".to_owned()
            }
            (Rule::EightOnOneSide, Direction::Up) => format!("{points} periods in a row are above the centre."),
            (Rule::EightOnOneSide, Direction::Down) => format!("{points} periods in a row are below the centre."),
            (Rule::SixInOneDirection, Direction::Up) => {
                format!("{points} periods in a row rise, each above the one before.")
            }
            (Rule::SixInOneDirection, Direction::Down) => {
                format!("{points} periods in a row fall, each below the one before.")
            }
        }
    }
}

/// All patterns in the points of a chart.
pub(super) fn signals(points: &[PointLimits], centre: f64) -> Vec<Signal> {
    let mut found = Vec::new();
    for rule in Rule::ALL {
        for direction in [Direction::Up, Direction::Down] {
            // Turned over for `Down`, so that each rule is written once.
            let sign = if direction == Direction::Up { 1.0 } else { -1.0 };
            let rates: Vec<f64> = points.iter().map(|point| sign * point.rate).collect();
            let distances: Vec<f64> = points.iter().map(|point| sign * (point.rate - centre) / point.sigma).collect();
            let beyond = |least: f64| -> Vec<usize> { (0..points.len()).filter(|&at| distances[at] > least).collect() };
            let runs: Vec<Vec<usize>> = match rule {
                Rule::BeyondLimits => beyond(3.0).into_iter().map(|at| vec![at]).collect(),
                Rule::TwoOfThree => stretches(&beyond(2.0), rule.fewest(), |before, at| at - before <= 2),
                Rule::EightOnOneSide => stretches(&beyond(0.0), rule.fewest(), |before, at| at - before == 1),
                Rule::SixInOneDirection => {
                    let all: Vec<usize> = (0..points.len()).collect();
                    stretches(&all, rule.fewest(), |before, at| rates[at] > rates[before])
                }
            };
            found.extend(runs.into_iter().map(|run| {
                let points = run.into_iter().map(|at| points[at].point).collect();
                Signal { rule, direction, points }
            }));
        }
    }
    found
}

/// The longest stretches of `items` in which each is linked to the one before, of `fewest` items at least.
fn stretches(items: &[usize], fewest: usize, linked: impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    items
        .chunk_by(|before, at| linked(*before, *at))
        .filter(|stretch| stretch.len() >= fewest)
        .map(<[usize]>::to_vec)
        .collect()
}
