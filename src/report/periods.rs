//! The findings over time: control charts with what is unusual in words.

use super::ReportError;
use super::plot::{ControlPlot, Look, Point, Scale};
use super::words;
use crate::audit::plan::Plan;
use crate::audit::summary::Summary;
use crate::summary::{Dimension, Group, HEADLINES};
use crate::trend::control::{self, Lines, NoLimits, Settings};
use crate::trend::{Grain, Interval, Period, Z_95};
use std::collections::BTreeSet;

/// The latest of so many periods are shown; limits rest on all.
const MOST_PERIODS: usize = 260;

/// So many signals are put into words for each finding, the latest.
const MOST_SIGNALS: usize = 6;

/// The findings over time.
#[derive(Debug)]
pub(super) struct Periods {
    /// `week`.
    pub(super) grain: &'static str,
    /// From when to when, and how many.
    pub(super) span: Option<String>,
    pub(super) left_out: usize,
    pub(super) charts: Vec<ChartView>,
}

/// A control chart with all that stands behind it.
#[derive(Debug)]
pub(super) struct ChartView {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) asks: &'static str,
    pub(super) svg: Option<String>,
    /// What is usual, or why nothing can be said.
    pub(super) usual: String,
    pub(super) signals: Vec<String>,
    pub(super) earlier_signals: usize,
    pub(super) rows: Vec<PeriodRow>,
}

/// A period of a chart.
#[derive(Debug)]
pub(super) struct PeriodRow {
    pub(super) period: String,
    pub(super) of: String,
    pub(super) range: String,
    pub(super) limits: String,
    pub(super) remark: String,
}

impl Periods {
    pub(super) fn new(plan: &Plan<'_>, summary: &Summary) -> Result<Self, ReportError> {
        let series = summary.periods(Dimension::All, "");
        let from = series.len().saturating_sub(MOST_PERIODS);
        let span = match &series[..] {
            [] => None,
            [(only, _)] => Some(format!("{only} only")),
            [(first, _), .., (last, _)] => Some(format!("{} {}s, {first} to {last}", series.len(), plan.grain.name())),
        };
        let charts = (0..HEADLINES.len()).map(|index| ChartView::new(plan, &series, from, index));
        let charts: Result<_, _> = charts.collect();
        Ok(Self { grain: plan.grain.name(), span, left_out: from, charts: charts? })
    }
}

impl ChartView {
    fn new(plan: &Plan<'_>, series: &[(Period, Group)], from: usize, index: usize) -> Result<Self, ReportError> {
        let headline = &HEADLINES[index];
        // One audit reads all messages with one lexicon and one scorecard: the ruler is the same throughout.
        let points: Vec<control::Point> = series
            .iter()
            .map(|(_, group)| control::Point { count: group.measure(index), version: String::new() })
            .collect();
        let settings = Settings { minimum: plan.minimum, ..Settings::default() };
        let drawn = control::parts(&points, &settings).into_iter().next().map(|part| part.lines);
        let (lines, usual) = match drawn {
            None => (None, "No message to ask this of.".to_owned()),
            Some(Err(reason)) => (None, format!("{}.{}", sentence(&reason.to_string()), hint(reason, plan.grain))),
            Some(Ok(lines)) => {
                let usual = format!(
                    "Usual is {}. {}",
                    words::percent(lines.centre),
                    if lines.signals.is_empty() { "Nothing unusual." } else { "Unusual:" }
                );
                (Some(lines), usual)
            }
        };
        let in_signals: BTreeSet<usize> =
            lines.iter().flat_map(|lines| &lines.signals).flat_map(|signal| signal.points.iter().copied()).collect();
        let mut signals: Vec<(usize, String)> = lines
            .iter()
            .flat_map(|lines| &lines.signals)
            .filter_map(|signal| {
                let (first, last) = (*signal.points.first()?, *signal.points.last()?);
                let when = if first == last {
                    series[first].0.to_string()
                } else {
                    format!("{} to {}", series[first].0, series[last].0)
                };
                Some((last, format!("{when}: {}", signal.sentence())))
            })
            .collect();
        signals.sort();
        let earlier_signals = signals.len().saturating_sub(MOST_SIGNALS);
        let signals = signals.into_iter().skip(earlier_signals).map(|(_, said)| said).collect();
        let rows = (from..series.len()).filter(|at| !points[*at].count.is_empty()).map(|at| {
            let count = &points[at].count;
            let limits = lines.iter().flat_map(|lines| &lines.limits).find(|limits| limits.point == at);
            let limits = limits.map(|one| Interval { low: one.low, high: one.high });
            PeriodRow {
                period: series[at].0.to_string(),
                of: words::of(count.met(), count.applicable()),
                range: Interval::of(count, Z_95).map_or_else(String::new, |interval| words::range(&interval)),
                limits: limits.map_or_else(|| "none".to_owned(), |limits| words::range(&limits)),
                remark: if !plan.minimum.is_reached_by(count) {
                    "too few to judge".to_owned()
                } else if in_signals.contains(&at) {
                    "unusual".to_owned()
                } else {
                    String::new()
                },
            }
        });
        Ok(Self {
            id: headline.name,
            title: headline.title,
            asks: headline.asks,
            usual,
            signals,
            earlier_signals,
            rows: rows.collect(),
            svg: draw(plan, series, &points, from, lines.as_ref(), &in_signals)?,
        })
    }
}

/// The chart; `None` where it would show no more than a sentence does.
fn draw(
    plan: &Plan<'_>,
    series: &[(Period, Group)],
    counted: &[control::Point],
    from: usize,
    lines: Option<&Lines>,
    in_signals: &BTreeSet<usize>,
) -> Result<Option<String>, ReportError> {
    let shown = from..series.len();
    let points: Vec<Point> = shown
        .clone()
        .filter_map(|at| {
            let count = &counted[at].count;
            let look = if !plan.minimum.is_reached_by(count) {
                Look::Grey
            } else if in_signals.contains(&at) {
                Look::Beyond
            } else {
                Look::Ordinary
            };
            Some(Point { x: (at - from) as f64, y: count.rate()?, look, name: None })
        })
        .collect();
    if points.len() < 2 || points.iter().all(|point| point.look == Look::Grey) {
        return Ok(None);
    }
    // Steps, as each period has its own.
    let step = |rate: fn(&control::PointLimits) -> f64| -> Vec<(f64, f64)> {
        let limits = lines.iter().flat_map(|lines| &lines.limits).filter(|limits| limits.point >= from);
        limits
            .flat_map(|limits| {
                let at = (limits.point - from) as f64;
                [(at - 0.5, rate(limits)), (at + 0.5, rate(limits))]
            })
            .collect()
    };
    let (low, high) = (step(|limits| limits.low), step(|limits| limits.high));
    let judged = points.iter().filter(|point| point.look != Look::Grey).map(|point| point.y);
    let all: Vec<f64> = judged.chain(low.iter().chain(&high).map(|point| point.1)).collect();
    let (lowest, highest) = (all.iter().copied().fold(1.0, f64::min), all.iter().copied().fold(0.0, f64::max));
    let plot = ControlPlot {
        points,
        periods: shown.map(|at| series[at].0.to_string()).collect(),
        centres: lines
            .map(|lines| {
                let last = (series.len() - from) as f64 - 0.5;
                vec![(-0.5, lines.centre), (last, lines.centre)]
            })
            .into_iter()
            .collect(),
        breaks: Vec::new(),
        limits: [low, high].into_iter().filter(|line| !line.is_empty()).collect(),
        scale: Scale::around(lowest, highest),
    };
    plot.svg().map(Some)
}

/// What may help where there is too little to say something.
const fn hint(reason: NoLimits, grain: Grain) -> &'static str {
    match (reason, grain) {
        (NoLimits::TooFewPoints { .. }, Grain::Day) => " Longer periods may do (--period week).",
        (NoLimits::TooFewPoints { .. }, Grain::Week) => " Longer periods may do (--period month).",
        _ => "",
    }
}

/// With a capital.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
