//! A funnel as a plot: points, lines of limits, a scale that holds both.

use super::plot::{FunnelPlot, Look, Point, Scale, round_steps};
use crate::trend::{Funnel, Limits, Standing};

/// Points of a line of limits.
const LINE_POINTS: i32 = 60;

impl From<Standing> for Look {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::TooFew => Self::Grey,
            Standing::Inside => Self::Ordinary,
            Standing::Below95 | Standing::Above95 => Self::Beyond95,
            Standing::Below998 | Standing::Above998 => Self::Beyond,
        }
    }
}

/// The plot of `points` within the limits of `funnel`, and round numbers along its axis.
pub(crate) fn funnel_plot(funnel: &Funnel, points: Vec<Point>) -> (FunnelPlot, Vec<f64>) {
    let least = points.iter().map(|point| point.x).fold(f64::INFINITY, f64::min);
    let most = points.iter().map(|point| point.x).fold(0.0, f64::max);
    let steps = round_steps(least, most);
    let (first, last) = (steps.first().copied().unwrap_or(1.0), steps.last().copied().unwrap_or(2.0));
    let at = |step: i32| first * (last / first).powf(f64::from(step) / f64::from(LINE_POINTS));
    let along: Vec<(f64, _)> = (0..=LINE_POINTS).map(|step| (at(step), funnel.limits(at(step)))).collect();
    let mut judged: Vec<&Point> = points.iter().filter(|point| point.look != Look::Grey).collect();
    judged.sort_by(|a, b| a.x.total_cmp(&b.x));
    // The scale holds all who are judged, and the limits of the middle one; wider limits leave the frame.
    let middle = funnel.limits(judged.get(judged.len() / 2).map_or(most, |point| point.x)).within_998;
    let highest = judged.iter().map(|point| point.y).fold(middle.high, f64::max);
    let lowest = judged.iter().map(|point| point.y).fold(middle.low, f64::min);
    let line = |within_95, rate: &dyn Fn(&Limits) -> f64| {
        (within_95, along.iter().map(|(n, limits)| (*n, rate(limits))).collect())
    };
    let plot = FunnelPlot {
        centre: funnel.centre,
        limits: vec![
            line(true, &|limits| limits.within_95.low),
            line(true, &|limits| limits.within_95.high),
            line(false, &|limits| limits.within_998.low),
            line(false, &|limits| limits.within_998.high),
        ],
        n: (first, last),
        scale: Scale::around(lowest, highest),
        points,
    };
    (plot, steps)
}
