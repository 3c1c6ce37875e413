//! The control chart: whether something changed over time, or weeks merely differ as weeks do.
//!
//! Around the mean of a series lie limits at three standard deviations (Shewhart 1931). The p-chart takes
//! the standard deviation from the binomial distribution; with many messages a week it cries wolf, because
//! weeks differ for reasons of their own. Laney's p′-chart ("Improved control charts for attributes",
//! Quality Engineering 14, 2002) measures from week to week how much, and widens the limits by it.
//!
//! Limits are the textbook's, three normal deviations. Where rates are near 0 or 1 and messages few, a point
//! falls out on the long side several times as often as the once in 741 of theory: a lone one is worth a look,
//! no more.
//!
//! A new version of the lexicon or the scorecard measures something else. There the series is cut, and each
//! part has its own centre: no line runs across a change of the ruler.

use super::count::Count;
use super::minimum::Minimum;
use super::run_rules::{self, Signal};
use std::ops::Range;

/// d₂ for ranges of two: the mean distance of two values of a normal distribution with deviation 1.
const RANGE_OF_TWO: f64 = 1.128;

/// Standard deviations from the centre to the limits.
const LIMITS_AT: f64 = 3.0;

/// One period of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// What was counted in it; may be nothing.
    pub count: Count,
    /// The version of lexicon and scorecard that it was counted with. A period in which it changed is two points.
    pub version: String,
}

/// Where the standard deviation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Chart {
    /// The binomial distribution alone.
    P,
    /// The binomial distribution, widened by what weeks differ beyond it.
    #[default]
    Laney,
}

/// How to draw a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Which chart.
    pub chart: Chart,
    /// Points with less are grey: shown, without limits, and no part of centre and rules.
    pub minimum: Minimum,
    /// Fewer points than this, grey ones not counted, have no limits; two at least. 12 unless said
    /// otherwise: limits from fewer move about with every new point.
    pub fewest_points: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { chart: Chart::default(), minimum: Minimum::default(), fewest_points: 12 }
    }
}

/// A part of the series that was counted with one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its points in the series.
    pub points: Range<usize>,
    /// The version; empty where the series holds nothing but empty periods.
    pub version: String,
    /// Centre, limits and signals, or why there are none.
    pub lines: Result<Lines, NoLimits>,
}

/// Why a part has no limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoLimits {
    /// Too few points to tell what is usual.
    #[error("no limits: {points} points with enough messages; it takes {fewest} to tell what is usual")]
    TooFewPoints {
        /// Points that are not grey.
        points: usize,
        /// How many it takes.
        fewest: usize,
    },
    /// All messages met the criterion, or none.
    #[error("no limits: all points are the same, 0 % or 100 %")]
    NoVariation,
}

/// What is usual in a part.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// The rate of all messages of the part, grey points left out.
    pub centre: f64,
    /// How much messages of one conversation resemble each other, over the part.
    pub intraclass_correlation: f64,
    /// Laney's σ_Z as measured: 1 where weeks differ as the binomial distribution says. Limits are widened
    /// by it where it is above 1. He narrows them too where it is below; here they stay, as in a short
    /// series it is below 1 half of the time by chance, and what a false alarm points at is a person.
    pub sigma_z: f64,
    /// The points that are not grey, in their order.
    pub limits: Vec<PointLimits>,
    /// What is unusual, in the order of the rules.
    pub signals: Vec<Signal>,
}

/// The limits of one point; the fewer its messages, the wider.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointLimits {
    /// Which point of the series.
    pub point: usize,
    /// Its rate.
    pub rate: f64,
    /// One standard deviation at its effective n, widened as the chart does.
    pub sigma: f64,
    /// Three standard deviations below the centre, 0 at least.
    pub low: f64,
    /// Three standard deviations above the centre, 1 at most.
    pub high: f64,
}

/// Cuts a series, oldest point first, where the version changes, and draws the chart of each part.
///
/// An empty period belongs to the part that it stands in, whatever its version; it breaks no run and adds to none.
#[must_use]
pub fn parts(series: &[Point], settings: &Settings) -> Vec<Part> {
    let mut parts: Vec<(Range<usize>, String)> = Vec::new();
    for (at, point) in series.iter().enumerate() {
        let counted = !point.count.is_empty();
        match parts.last_mut() {
            // A part that began with empty periods takes the version of the first that is not.
            Some((range, version)) if !counted || version.is_empty() || *version == point.version => {
                range.end = at + 1;
                if counted {
                    version.clone_from(&point.version);
                }
            }
            _ => parts.push((at..at + 1, if counted { point.version.clone() } else { String::new() })),
        }
    }
    let drawn = |(points, version): (Range<usize>, String)| {
        let lines = draw(series, points.clone(), settings);
        Part { points, version, lines }
    };
    parts.into_iter().map(drawn).collect()
}

fn draw(series: &[Point], points: Range<usize>, settings: &Settings) -> Result<Lines, NoLimits> {
    let judged: Vec<(usize, &Count)> =
        points.map(|at| (at, &series[at].count)).filter(|(_, count)| settings.minimum.is_reached_by(count)).collect();
    let fewest = settings.fewest_points.max(2);
    if judged.len() < fewest {
        return Err(NoLimits::TooFewPoints { points: judged.len(), fewest });
    }
    let all: Count = judged.iter().map(|(_, count)| *count).sum();
    let centre = all.rate().unwrap_or_default();
    if centre <= 0.0 || centre >= 1.0 {
        return Err(NoLimits::NoVariation);
    }
    let intraclass_correlation = all.intraclass_correlation();
    let binomial = |count: &Count| (centre * (1.0 - centre) / count.effective_n_at(intraclass_correlation)).sqrt();
    let rate = |count: &Count| count.rate().unwrap_or_default();
    let distances: Vec<f64> = judged.iter().map(|(_, count)| (rate(count) - centre) / binomial(count)).collect();
    let ranges = distances.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    let sigma_z = ranges.sum::<f64>() / (distances.len() - 1) as f64 / RANGE_OF_TWO;
    let widened = match settings.chart {
        Chart::P => 1.0,
        Chart::Laney => sigma_z.max(1.0),
    };
    let limits: Vec<PointLimits> = judged
        .iter()
        .map(|&(point, count)| {
            let sigma = binomial(count) * widened;
            let (low, high) = ((centre - LIMITS_AT * sigma).max(0.0), (centre + LIMITS_AT * sigma).min(1.0));
            PointLimits { point, rate: rate(count), sigma, low, high }
        })
        .collect();
    let signals = run_rules::signals(&limits, centre);
    Ok(Lines { centre, intraclass_correlation, sigma_z, limits, signals })
}
