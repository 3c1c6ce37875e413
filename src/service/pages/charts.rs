//! Control charts and funnels as pages show them.

use super::measured::is_grey;
use super::{Problem, chart_csv, people};
use crate::report::funnel_plot::funnel_plot;
use crate::report::plot::{ControlPlot, Look, Point, Scale};
use crate::report::words;
use crate::service::api::reading::figures::MeasureView;
use crate::service::figures::{Series, Step};
use crate::summary::Group;
use crate::trend::control::{self, Part, Settings};
use crate::trend::{Count, Funnel, Grain, Interval, Minimum, Z_95};
use std::collections::BTreeSet;

/// The latest of so many periods are shown; limits rest on all.
const MOST_PERIODS: usize = 130;

/// So many signals are put into words, the latest.
const MOST_SIGNALS: usize = 4;

fn failed(error: impl std::fmt::Display) -> Problem {
    Problem::internal(format!("a chart cannot be drawn: {error}"))
}

/// A chart (`chart.html`).
pub struct ChartView {
    /// Unique on the page.
    pub id: String,
    /// What is counted, for people.
    pub title: String,
    /// The same, in words.
    pub asks: String,
    /// What the axis on the left counts.
    pub axis: &'static str,
    /// What the axis below counts.
    pub below: &'static str,
    /// What it shows, in sentences.
    pub sentences: Vec<String>,
    /// What stands out.
    pub signals: Vec<String>,
    /// The inside of the SVG; none where a sentence tells as much.
    pub svg: Option<String>,
    /// Heads of the table of figures.
    pub heads: Vec<&'static str>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// The same for programs: columns, rows, and where they are had as a file.
    pub columns: Vec<&'static str>,
    /// Rows of numbers.
    pub figures: Vec<Vec<String>>,
    /// Where they are had as a file.
    pub csv: String,
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The control chart of measure `index`, by periods of that length.
///
/// # Errors
/// Where it cannot be drawn.
pub fn control_chart(measure: &MeasureView, index: usize, series: &Series, grain: Grain) -> Result<ChartView, Problem> {
    let steps = &series.steps;
    let points: Vec<control::Point> = steps
        .iter()
        .map(|((version, _), group)| control::Point { count: group.measure(index), version: version.to_string() })
        .collect();
    let parts = control::parts(&points, &Settings { minimum: Minimum::default(), ..Settings::default() });
    let from = steps.len().saturating_sub(MOST_PERIODS);
    let mut sentences = Vec::new();
    let judged = points[from..].iter().any(|point| !is_grey(&point.count));
    if !judged && !parts.is_empty() {
        sentences.push(format!("No {} has enough messages to be judged: it takes {}.", grain.name(), people::least()));
    }
    for part in parts.iter().filter(|_| judged) {
        let said = match &part.lines {
            Ok(lines) if lines.signals.is_empty() => {
                format!("Usual is {}. Nothing unusual.", words::percent(lines.centre))
            }
            Ok(lines) => format!("Usual is {}.", words::percent(lines.centre)),
            Err(reason) => format!("{}.", capital(&reason.to_string())),
        };
        sentences.push(if parts.len() == 1 { said } else { format!("{}: {said}", between(steps, part)) });
    }
    if parts.len() > 1 && judged {
        sentences.push("Where a dashed line stands, rules or scorecard changed: what is left of it was measured otherwise, and is not compared with what is right of it.".to_owned());
    }
    if parts.is_empty() {
        sentences.push("No message to ask this of.".to_owned());
    }
    let lines = || parts.iter().filter_map(|part| part.lines.as_ref().ok());
    let unusual: BTreeSet<usize> =
        lines().flat_map(|lines| &lines.signals).flat_map(|signal| signal.points.iter().copied()).collect();
    let mut signals: Vec<(usize, String)> = lines()
        .flat_map(|lines| &lines.signals)
        .filter_map(|signal| {
            let (first, last) = (*signal.points.first()?, *signal.points.last()?);
            let (begin, end) = (steps[first].0.1, steps[last].0.1);
            let when = if first == last { begin.to_string() } else { format!("{begin} to {end}") };
            Some((last, format!("{when}: {}", signal.sentence())))
        })
        .collect();
    signals.sort();
    let signals = signals.split_off(signals.len().saturating_sub(MOST_SIGNALS));
    let (mut rows, mut figures) = (Vec::new(), Vec::new());
    for at in (from..steps.len()).filter(|at| !points[*at].count.is_empty()) {
        let count = &points[at].count;
        let limits = lines().flat_map(|lines| &lines.limits).find(|limits| limits.point == at);
        let remark = match (is_grey(count), unusual.contains(&at)) {
            (true, _) => "too few to judge",
            (false, true) => "unusual",
            (false, false) => "",
        };
        let ends = limits.map_or_else(Default::default, |limits| [limits.low, limits.high].map(chart_csv::share));
        figures.push(chart_csv::row(steps[at].0.1.to_string(), count, ends.into_iter().chain([remark.to_owned()])));
        rows.push(vec![
            steps[at].0.1.to_string(),
            words::of(count.met(), count.applicable()),
            Interval::of(count, Z_95).map_or_else(String::new, |interval| words::range(&interval)),
            limits.map_or_else(
                || "none".to_owned(),
                |limits| words::range(&Interval { low: limits.low, high: limits.high }),
            ),
            remark.to_owned(),
        ]);
    }
    Ok(ChartView {
        id: format!("trend-{index}"),
        title: if measure.kind == "criterion" { measure.asks.clone() } else { measure.title.clone() },
        asks: if measure.kind == "criterion" { String::new() } else { measure.asks.clone() },
        axis: if measure.kind == "criterion" { "Met in % of messages" } else { "Found in % of messages" },
        below: "",
        sentences,
        signals: signals.into_iter().map(|(_, said)| said).collect(),
        // Grey points alone are a sky of stars: they tell nothing.
        svg: if judged { draw(steps, &points, &parts, from, &unusual)? } else { None },
        heads: vec!["When", "Count", "Range", "Limits", "Remark"],
        rows,
        columns: chart_csv::TREND.into(),
        figures,
        csv: String::new(),
    })
}

fn between(steps: &[(Step, Group)], part: &Part) -> String {
    let last = part.points.end.saturating_sub(1);
    match (steps.get(part.points.start), steps.get(last)) {
        (Some(first), Some(last)) if first.0.1 != last.0.1 => format!("{} to {}", first.0.1, last.0.1),
        (Some(first), _) => first.0.1.to_string(),
        _ => String::new(),
    }
}

fn draw(
    steps: &[(Step, Group)],
    counted: &[control::Point],
    parts: &[Part],
    from: usize,
    unusual: &BTreeSet<usize>,
) -> Result<Option<String>, Problem> {
    let points: Vec<Point> = (from..steps.len())
        .filter_map(|at| {
            let count = &counted[at].count;
            let look = match (is_grey(count), unusual.contains(&at)) {
                (true, _) => Look::Grey,
                (false, true) => Look::Beyond,
                (false, false) => Look::Ordinary,
            };
            Some(Point { x: (at - from) as f64, y: count.rate()?, look, name: None })
        })
        .collect();
    if points.len() < 2 {
        return Ok(None);
    }
    let place = |at: usize| at as f64 - from as f64;
    let (mut centres, mut limits) = (Vec::new(), Vec::new());
    for part in parts {
        let Ok(lines) = &part.lines else { continue };
        let (first, last) = (part.points.start.max(from), part.points.end);
        if last > first {
            centres.push(vec![(place(first) - 0.5, lines.centre), (place(last) - 0.5, lines.centre)]);
        }
        for rate in [|limits: &control::PointLimits| limits.low, |limits: &control::PointLimits| limits.high] {
            let shown = lines.limits.iter().filter(|limits| limits.point >= from);
            let line = shown.flat_map(|limits| {
                let at = place(limits.point);
                [(at - 0.5, rate(limits)), (at + 0.5, rate(limits))]
            });
            limits.push(line.collect::<Vec<(f64, f64)>>());
        }
    }
    limits.retain(|line| !line.is_empty());
    let breaks = parts.iter().skip(1).map(|part| part.points.start).filter(|start| *start > from);
    let judged = points.iter().filter(|point| point.look != Look::Grey || limits.is_empty()).map(|point| point.y);
    let all: Vec<f64> = judged.chain(limits.iter().flatten().map(|point| point.1)).collect();
    let (lowest, highest) = (all.iter().copied().fold(1.0, f64::min), all.iter().copied().fold(0.0, f64::max));
    let plot = ControlPlot {
        breaks: breaks.map(|start| place(start) - 0.5).collect(),
        points,
        periods: (from..steps.len()).map(|at| steps[at].0.1.to_string()).collect(),
        centres,
        limits,
        scale: Scale::around(lowest, highest),
    };
    plot.svg().map(Some).map_err(failed)
}

/// The funnel plot of measure `index`: `groups` with the name of each; where `own` stands is said in words.
///
/// # Errors
/// Where it cannot be drawn.
pub fn funnel_chart(
    measure: &MeasureView,
    index: usize,
    groups: &[(String, &Group)],
    own: Option<&str>,
) -> Result<ChartView, Problem> {
    let counts: Vec<Count> = groups.iter().map(|(_, group)| group.measure(index)).collect();
    let mut view = ChartView {
        id: format!("funnel-{index}"),
        title: if measure.kind == "criterion" { measure.asks.clone() } else { measure.title.clone() },
        asks: if measure.kind == "criterion" { String::new() } else { measure.asks.clone() },
        axis: if measure.kind == "criterion" { "Met in % of messages" } else { "Found in % of messages" },
        below: "Messages, each step a multiple",
        sentences: Vec::new(),
        signals: Vec::new(),
        svg: None,
        heads: vec!["Agent", "Count", "Range", "Where"],
        rows: Vec::new(),
        columns: chart_csv::FUNNEL.into(),
        figures: Vec::new(),
        csv: String::new(),
    };
    let Some(funnel) = Funnel::new(&counts, Minimum::default()) else {
        view.sentences.push("No message to ask this of.".to_owned());
        return Ok(view);
    };
    view.sentences.push(format!(
        "All together: {}, {}.",
        words::of(funnel.team.met(), funnel.team.applicable()),
        words::percent(funnel.centre)
    ));
    let mut points = Vec::new();
    for ((name, _), count) in groups.iter().zip(&counts) {
        let (Some(rate), Some(interval)) = (count.rate(), Interval::of(count, Z_95)) else { continue };
        let standing = funnel.standing(count);
        view.figures.push(chart_csv::row(name.clone(), count, [words::standing_words(standing).to_owned()]));
        view.rows.push(vec![
            name.clone(),
            words::of(count.met(), count.applicable()),
            words::range(&interval),
            words::standing_words(standing).to_owned(),
        ]);
        if own == Some(name) {
            view.signals.push(format!(
                "{name}: {}, {}.",
                words::of(count.met(), count.applicable()),
                words::standing_words(standing)
            ));
        }
        let look = Look::from(standing);
        let shown = (look == Look::Beyond || own == Some(name)).then(|| name.clone());
        points.push(Point { x: funnel.effective_n(count), y: rate, look, name: shown });
    }
    let judged = points.iter().filter(|point| point.look != Look::Grey).count();
    if funnel.centre <= 0.0 || funnel.centre >= 1.0 {
        view.sentences.push("All are the same, so there is nothing to compare.".to_owned());
        return Ok(view);
    }
    if judged < 2 {
        view.sentences
            .push("Too few wrote enough to be compared: it takes 20 messages in 5 conversations each.".to_owned());
        return Ok(view);
    }
    let beyond = points.iter().filter(|point| point.look == Look::Beyond).count() as u64;
    view.sentences.push(if beyond == 0 {
        format!(
            "{} can be compared; nobody is beyond the outer limits.",
            words::counted(judged as u64, "agent", "agents")
        )
    } else {
        format!(
            "{} can be compared; {} beyond the outer limits. That is a reason to read their messages, not a verdict.",
            words::counted(judged as u64, "agent", "agents"),
            words::counted(beyond, "agent is", "agents are")
        )
    });
    view.svg = Some(funnel_plot(&funnel, points).0.svg().map_err(failed)?);
    Ok(view)
}
