//! Figures as pages show them, and where each lies among others.

use crate::report::words::{self, Figure};
use crate::service::api::reading::figures::MeasureView;
use crate::summary::Group;
use crate::trend::{Count, Funnel, Interval, Minimum, Z_95};

/// Whether too little was counted to judge by.
#[must_use]
pub fn is_grey(count: &Count) -> bool {
    !Minimum::default().is_reached_by(count)
}

/// A measure with its figure.
pub struct Measured {
    /// Name in addresses.
    pub name: String,
    /// Name for people: the title of a finding, the question of a criterion.
    pub title: String,
    /// What is counted.
    pub asks: String,
    /// Whether more is better.
    pub is_criterion: bool,
    /// The figure; none where nothing was counted.
    pub figure: Option<Figure>,
    /// n, where that is too few.
    pub n: u64,
    /// Where it lies among others.
    pub standing: Option<&'static str>,
}

impl Measured {
    /// The figure of `count`.
    #[must_use]
    pub fn new(measure: &MeasureView, count: &Count, funnel: Option<&Funnel>) -> Self {
        let is_criterion = measure.kind == "criterion";
        Self {
            name: measure.name.clone(),
            title: if is_criterion { measure.asks.clone() } else { measure.title.clone() },
            asks: measure.asks.clone(),
            is_criterion,
            figure: Figure::new(count, is_grey(count)),
            n: count.applicable(),
            standing: funnel.map(|funnel| funnel.standing(count)).map(words::standing_words),
        }
    }

    /// How a table shows it.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.standing {
            _ if self.figure.as_ref().is_none_or(|figure| figure.grey) => "grey",
            Some("below 99.8 %" | "above 99.8 %") => "beyond",
            Some("below 95 %" | "above 95 %") => "beyond-95",
            _ => "",
        }
    }

    /// All measures of a group; `funnels` are of those whom it is one of.
    #[must_use]
    pub fn all(measures: &[MeasureView], group: &Group, funnels: &[Option<Funnel>]) -> Vec<Self> {
        let one =
            |(index, measure)| Self::new(measure, &group.measure(index), funnels.get(index).and_then(Option::as_ref));
        measures.iter().enumerate().map(one).collect()
    }

    /// The row of a table.
    #[must_use]
    pub fn row(&self, count: &Count) -> Vec<String> {
        let interval = Interval::of(count, Z_95);
        let end =
            |end: fn(&Interval) -> f64| interval.as_ref().map_or_else(String::new, |one| format!("{:.4}", end(one)));
        vec![
            self.name.clone(),
            count.met().to_string(),
            count.applicable().to_string(),
            count.conversations().to_string(),
            end(|one| one.low),
            end(|one| one.high),
            (!is_grey(count)).to_string(),
            self.standing.unwrap_or_default().to_owned(),
        ]
    }
}

/// Columns of [`Measured::row`].
pub const COLUMNS: [&str; 8] = ["measure", "k", "n", "conversations", "low95", "high95", "enough", "standing"];

/// A funnel of each measure, of groups that are compared; none where it cannot be told how far they differ.
#[must_use]
pub fn funnels<'g>(groups: impl Iterator<Item = &'g Group> + Clone, measures: usize) -> Vec<Option<Funnel>> {
    let of = |index: usize| {
        let counts: Vec<Count> = groups.clone().map(|group| group.measure(index)).collect();
        Funnel::new(&counts, Minimum::default()).filter(|funnel| funnel.dispersion.measured.is_some())
    };
    (0..measures).map(of).collect()
}
