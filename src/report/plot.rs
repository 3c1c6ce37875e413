//! Charts as SVG. Their colours are names: the style sheet (`look.css`) gives each the colour, and lines
//! their dashes, that fit light, dark or paper.

use super::ReportError;
use super::words::number;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::collections::BTreeSet;
use std::fmt::Display;

/// Drawn at twice the size shown, as places are whole numbers.
const SIZE: (u32, u32) = (720, 500);
const TEXT: u32 = 30;
/// Room for half of the last mark's name.
const RIGHT: u32 = 48;
const MARGINS: (u32, u32, u32) = (14, 46, 88);

/// About so many marks on an axis.
const RATE_LABELS: usize = 5;
const PERIOD_LABELS: usize = 5;

/// More points than this are drawn smaller.
const CROWD: usize = 60;

const INK: RGBColor = RGBColor(0x4A, 0x51, 0x59);
const GRID: RGBColor = RGBColor(0xE3, 0xE1, 0xDC);
const CENTRE: RGBColor = RGBColor(0x0B, 0x5C, 0x6C);
const LIMIT: RGBColor = RGBColor(0x5B, 0x61, 0x68);
const LIMIT_95: RGBColor = RGBColor(0x7A, 0x80, 0x87);
const LINE: RGBColor = RGBColor(0x0B, 0x5C, 0x6D);
const ORDINARY: RGBColor = RGBColor(0x0B, 0x5C, 0x6B);
const GREY: RGBColor = RGBColor(0x9A, 0x9F, 0xA5);
const BEYOND_95: RGBColor = RGBColor(0x0B, 0x5C, 0x6E);
const BEYOND: RGBColor = RGBColor(0xB3, 0x40, 0x0A);
const HALO: RGBColor = RGBColor(0xFF, 0xFF, 0xFE);

/// So many points have their name beside them.
const MOST_NAMES: usize = 6;

/// How a point looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Look {
    /// Too little to judge by.
    Grey,
    Ordinary,
    /// Beyond the 95 % limits.
    Beyond95,
    /// Beyond the outer limits.
    Beyond,
}

/// A point of a chart.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) look: Look,
    pub(crate) name: Option<String>,
}

/// A funnel plot.
#[derive(Debug)]
pub(crate) struct FunnelPlot {
    pub(crate) points: Vec<Point>,
    pub(crate) centre: f64,
    /// Lines of limits: whether of 95 %, and its points.
    pub(crate) limits: Vec<(bool, Vec<(f64, f64)>)>,
    /// From where to where n goes.
    pub(crate) n: (f64, f64),
    pub(crate) scale: Scale,
}

/// A control chart. Points are at 0, 1, 2 …
#[derive(Debug)]
pub(crate) struct ControlPlot {
    /// One for each period that has one.
    pub(crate) points: Vec<Point>,
    pub(crate) periods: Vec<String>,
    /// What is usual, a line for each ruler that was measured with.
    pub(crate) centres: Vec<Vec<(f64, f64)>>,
    pub(crate) limits: Vec<Vec<(f64, f64)>>,
    /// Where the ruler changed.
    pub(crate) breaks: Vec<f64>,
    pub(crate) scale: Scale,
}

/// The rates that a chart spans.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    pub(crate) bottom: f64,
    pub(crate) top: f64,
}

impl Scale {
    /// Round ends around `lowest` to `highest`. It begins at 0 but where that would press all to the upper edge.
    pub(crate) fn around(lowest: f64, highest: f64) -> Self {
        // A little room, so that no point lies on the frame.
        let top = round_top(highest * 1.02);
        let bottom = if lowest >= 0.6 { 1.0 - round_top((1.0 - lowest) * 1.05) } else { 0.0 };
        Self { bottom, top }
    }

    /// A rate, at the edge where it is beyond.
    fn cut(self, rate: f64) -> f64 {
        rate.clamp(self.bottom, self.top)
    }

    fn holds(self, rate: f64) -> bool {
        (self.bottom..=self.top).contains(&rate)
    }

    fn label(self, rate: f64) -> String {
        // Zero comes as -0 now and then.
        let percent = (rate * 100.0).max(0.0);
        if self.top - self.bottom < 0.04 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
    }
}

/// A round rate at or above `highest`.
fn round_top(highest: f64) -> f64 {
    let tops = [0.01, 0.02, 0.04, 0.08, 0.12, 0.2, 0.4, 0.6, 0.8];
    tops.into_iter().find(|top| *top >= highest).unwrap_or(1.0)
}

/// 1, 2 and 5 times powers of ten that span `low` to `high`.
pub(crate) fn round_steps(low: f64, high: f64) -> Vec<f64> {
    let mut steps: Vec<f64> = Vec::new();
    for exponent in 0..12 {
        for factor in [1.0, 2.0, 5.0] {
            let step = factor * 10_f64.powi(exponent);
            if step <= low {
                steps.clear();
            }
            steps.push(step);
            if step >= high && steps.len() > 1 {
                return steps;
            }
        }
    }
    steps
}

fn failed(error: impl Display) -> ReportError {
    ReportError::Chart(error.to_string())
}

/// What is drawn, without the element around it, which the template writes.
fn inner(svg: &str) -> String {
    let body = svg.split_once('>').map_or("", |(_, body)| body);
    body.trim_end().trim_end_matches("</svg>").trim().replace('\n', "")
}

fn text_style(color: RGBColor) -> TextStyle<'static> {
    ("sans-serif", TEXT).into_font().color(&color)
}

impl FunnelPlot {
    /// The points that can be told apart: of those that would lie on one another, the first.
    fn apart(&self) -> Vec<&Point> {
        const CELLS: (f64, f64) = (200.0, 130.0);
        let mut taken = BTreeSet::new();
        let span = (self.n.1 / self.n.0).ln();
        #[expect(clippy::cast_possible_truncation, reason = "a cell")]
        let place = |value: f64, cells: f64| (value * cells).round() as i32;
        let mut points: Vec<&Point> = self.points.iter().collect();
        // The telling ones last, so that they lie on top.
        points.sort_by_key(|point| point.look);
        let cell = |point: &Point| {
            let x = place((point.x / self.n.0).ln() / span, CELLS.0);
            (x, place(point.y, CELLS.1 / (self.scale.top - self.scale.bottom)), point.look)
        };
        points.retain(|point| point.name.is_some() || point.look == Look::Beyond || taken.insert(cell(point)));
        points
    }

    /// The chart as the inside of an SVG element.
    pub(crate) fn svg(&self) -> Result<String, ReportError> {
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
            let steps = round_steps(self.n.0, self.n.1);
            // Every other one where there is no room for all.
            let labelled: Vec<f64> = if steps.len() > 8 {
                steps.iter().copied().filter(|step| step.log10().fract() == 0.0).collect()
            } else {
                steps
            };
            let mut chart = ChartBuilder::on(&root)
                .margin(MARGINS.0)
                .margin_right(RIGHT)
                .x_label_area_size(MARGINS.1)
                .y_label_area_size(MARGINS.2)
                .build_cartesian_2d(
                    (self.n.0..self.n.1).log_scale().with_key_points(labelled),
                    self.scale.bottom..self.scale.top,
                )
                .map_err(failed)?;
            chart
                .configure_mesh()
                .disable_x_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(GRID.stroke_width(2))
                .axis_style(GRID.stroke_width(2))
                .label_style(text_style(INK))
                .x_label_formatter(&|n| number(n.round() as u64))
                .y_labels(RATE_LABELS)
                .y_label_formatter(&|rate| self.scale.label(*rate))
                .draw()
                .map_err(failed)?;
            for (within_95, line) in &self.limits {
                let color = if *within_95 { LIMIT_95 } else { LIMIT };
                // Lines leave the frame; what is outside is not drawn.
                for inside in line.split(|(_, rate)| !self.scale.holds(*rate)).filter(|run| run.len() > 1) {
                    chart.draw_series([PathElement::new(inside, color.stroke_width(2))]).map_err(failed)?;
                }
            }
            let centre = vec![(self.n.0, self.centre), (self.n.1, self.centre)];
            chart.draw_series([PathElement::new(centre, CENTRE.stroke_width(3))]).map_err(failed)?;
            let points = self.apart();
            let small = points.len() > CROWD;
            for point in points {
                chart.draw_series([circle(point, self.scale, small)]).map_err(failed)?;
            }
            let mut named: Vec<(i32, i32)> = Vec::new();
            for point in &self.points {
                let Some(name) = &point.name else { continue };
                let at = chart.backend_coord(&(point.x, self.scale.cut(point.y)));
                // No name upon another.
                let free =
                    named.iter().all(|other| (other.1 - at.1).abs() > TEXT as i32 || (other.0 - at.0).abs() > 260);
                if !free || named.len() == MOST_NAMES {
                    continue;
                }
                named.push(at);
                let right = at.0 < SIZE.0 as i32 * 6 / 10;
                let (shift, side) = if right { (18, HPos::Left) } else { (-18, HPos::Right) };
                // Lines and points behind a name would make it hard to read.
                let color = if point.look == Look::Beyond { BEYOND } else { INK };
                for color in [HALO, color] {
                    let style = text_style(color).pos(Pos::new(side, VPos::Center));
                    let text = Text::new(shortened(name), (at.0 + shift, at.1.max(20)), style);
                    root.draw(&text).map_err(failed)?;
                }
            }
            root.present().map_err(failed)?;
        }
        Ok(inner(&svg))
    }
}

impl ControlPlot {
    /// The chart as the inside of an SVG element.
    pub(crate) fn svg(&self) -> Result<String, ReportError> {
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
            let last = self.periods.len().saturating_sub(1);
            let mut chart = ChartBuilder::on(&root)
                .margin(MARGINS.0)
                .margin_right(RIGHT)
                .x_label_area_size(MARGINS.1)
                .y_label_area_size(MARGINS.2)
                .build_cartesian_2d(-0.5..last as f64 + 0.5, self.scale.bottom..self.scale.top)
                .map_err(failed)?;
            chart
                .configure_mesh()
                .disable_x_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(GRID.stroke_width(2))
                .axis_style(GRID.stroke_width(2))
                .label_style(text_style(INK))
                .x_labels(PERIOD_LABELS)
                .x_label_formatter(&|at| self.period(*at).to_owned())
                .y_labels(RATE_LABELS)
                .y_label_formatter(&|rate| self.scale.label(*rate))
                .draw()
                .map_err(failed)?;
            for line in &self.limits {
                let line: Vec<(f64, f64)> = line.iter().map(|&(at, rate)| (at, self.scale.cut(rate))).collect();
                chart.draw_series([PathElement::new(line, LIMIT.stroke_width(2))]).map_err(failed)?;
            }
            for line in &self.centres {
                chart.draw_series([PathElement::new(line.clone(), CENTRE.stroke_width(3))]).map_err(failed)?;
            }
            for at in &self.breaks {
                let line = vec![(*at, self.scale.bottom), (*at, self.scale.top)];
                chart.draw_series([PathElement::new(line, LIMIT_95.stroke_width(3))]).map_err(failed)?;
            }
            let judged: Vec<&Point> = self.points.iter().filter(|point| point.look != Look::Grey).collect();
            for run in judged.chunk_by(|before, after| after.x - before.x < 1.5) {
                let line: Vec<(f64, f64)> = run.iter().map(|point| (point.x, self.scale.cut(point.y))).collect();
                chart.draw_series([PathElement::new(line, LINE.stroke_width(3))]).map_err(failed)?;
            }
            let small = self.points.len() > CROWD;
            for point in &self.points {
                chart.draw_series([circle(point, self.scale, small)]).map_err(failed)?;
            }
            root.present().map_err(failed)?;
        }
        Ok(inner(&svg))
    }

    /// The period at a mark; marks between two are nameless.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place among the periods")]
    fn period(&self, at: f64) -> &str {
        let whole = at.round();
        let named = (at - whole).abs() < 1e-6 && whole >= 0.0;
        if named { self.periods.get(whole as usize).map_or("", String::as_str) } else { "" }
    }
}

/// A point beyond the frame is drawn at its edge.
fn circle(point: &Point, scale: Scale, small: bool) -> Circle<(f64, f64), i32> {
    let (radius, style) = match point.look {
        Look::Grey => (4, GREY.filled()),
        Look::Ordinary => (6, ORDINARY.filled()),
        Look::Beyond95 => (7, BEYOND_95.stroke_width(3)),
        Look::Beyond => (9, BEYOND.filled()),
    };
    Circle::new((point.x, scale.cut(point.y)), if small { radius - 2 } else { radius }, style)
}

fn shortened(name: &str) -> String {
    const MOST: usize = 18;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        assert_eq!(round_steps(1.0, 1.0), [1.0, 2.0]);
        assert_eq!(round_steps(3.0, 17.0), [2.0, 5.0, 10.0, 20.0]);
        assert_eq!([0.0, 0.05, 0.81].map(round_top), [0.01, 0.08, 1.0]);
        assert_eq!(Scale::around(0.0, 0.3), Scale { bottom: 0.0, top: 0.4 });
        assert_eq!(Scale::around(0.7, 0.99), Scale { bottom: 0.6, top: 1.0 });
    }

    #[test]
    fn names_cannot_break_out_of_a_chart() {
        let point = Point { x: 30.0, y: 0.5, look: Look::Beyond, name: Some("</text><script>&\"".into()) };
        let plot = FunnelPlot {
            points: vec![point],
            centre: 0.2,
            limits: vec![],
            n: (10.0, 50.0),
            scale: Scale::around(0.0, 1.0),
        };
        let svg = plot.svg().unwrap();
        assert!(svg.contains("&lt;/text&gt;&lt;script") && !svg.contains("<script"), "{svg}");
    }
}
