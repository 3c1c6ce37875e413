//! Figures as answers give them: k of n, how sure that is, and where somebody stands among others.

use crate::score::Scorecard;
use crate::service::problem::Problem;
use crate::summary::recovered::Promises;
use crate::summary::{Group, HEADLINES};
use crate::trend::{Count, Funnel, Interval, Minimum, Prior, Z_95};
use crate::wire::two_decimals;
use serde::Serialize;
use utoipa::ToSchema;

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeasureView {
    /// Name of the finding, or `criterion:` and that of the criterion.
    #[schema(example = "missing_apology")]
    pub name: String,
    /// `finding`, of which fewer is better, or `criterion`, of which more is.
    pub kind: &'static str,
    /// Name for people.
    pub title: String,
    /// What is counted, in words.
    pub asks: String,
}

/// The measures of a scorecard: the headline findings, then the criteria.
#[must_use]
pub fn measures(card: &Scorecard) -> Vec<MeasureView> {
    let headlines = HEADLINES.iter().map(|one| MeasureView {
        name: one.name.to_owned(),
        kind: "finding",
        title: one.title.to_owned(),
        asks: one.asks.to_owned(),
    });
    let criteria = card.criteria.iter().map(|one| MeasureView {
        name: format!("criterion:{}", one.id),
        kind: "criterion",
        title: one.id.clone(),
        asks: one.question.clone(),
    });
    headlines.chain(criteria).collect()
}

/// The place of a measure.
///
/// # Errors
/// 400 where there is none of that name.
pub fn measure_named(measures: &[MeasureView], parameter: &str, name: &str) -> Result<usize, Problem> {
    measures.iter().position(|one| one.name == name).ok_or_else(|| {
        let names = measures.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
        super::values::wrong(parameter, format!("there is no measure `{name}`; allowed are {names}"))
    })
}

/// The least that a figure rests on to be judged by; below it is shown and grey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MinimumView {
    /// Messages.
    #[schema(example = 20)]
    pub messages: u64,
    /// Conversations that they come from.
    #[schema(example = 5)]
    pub conversations: u64,
}

impl From<Minimum> for MinimumView {
    fn from(minimum: Minimum) -> Self {
        Self { messages: minimum.applicable, conversations: minimum.conversations }
    }
}

/// How often something was found or met.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FigureView {
    /// What is counted: name of the measure.
    #[schema(example = "missing_apology")]
    pub measure: String,
    /// k: messages in which it was found or met.
    pub met: u64,
    /// n: messages of which it is asked.
    pub applicable: u64,
    /// k / n; null where n is 0.
    pub rate: Option<f64>,
    /// Conversations that they come from.
    pub conversations: u64,
    /// How many independent messages they are worth: those of one conversation resemble each other.
    pub effective_n: f64,
    /// Lower end of the 95 % Wilson interval with the effective n.
    pub low95: Option<f64>,
    /// Its upper end.
    pub high95: Option<f64>,
    /// Whether it is enough to be judged by.
    pub enough: bool,
    /// Where it lies in the funnel of all that are compared: `too_few`, `below_998`, `below_95`, `inside`,
    /// `above_95` or `above_998`; null where nothing is compared.
    pub standing: Option<&'static str>,
    /// The rate drawn towards that of all, the more the fewer messages there are: to put people in an order in which
    /// to read their messages, never to judge; null where nothing is compared.
    pub shrunk: Option<f64>,
}

impl FigureView {
    /// The figure of a count.
    pub(super) fn of(measure: &MeasureView, count: &Count, minimum: Minimum) -> Self {
        let interval = Interval::of(count, Z_95);
        Self {
            measure: measure.name.clone(),
            met: count.met(),
            applicable: count.applicable(),
            rate: count.rate().map(four_decimals),
            conversations: count.conversations(),
            effective_n: two_decimals(count.effective_n()),
            low95: interval.map(|one| four_decimals(one.low)),
            high95: interval.map(|one| four_decimals(one.high)),
            enough: minimum.is_reached_by(count),
            standing: None,
            shrunk: None,
        }
    }
}

/// A rate as it is shown.
pub(super) fn four_decimals(rate: f64) -> f64 {
    (rate * 10_000.0).round() / 10_000.0
}

/// What some messages come to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroupView {
    /// Conversations with such a message.
    pub conversations: u64,
    /// Messages of agents.
    pub messages: u64,
    /// Those with a score.
    pub scored: u64,
    /// Mean of the scores, 0 to 100.
    pub mean_score: Option<f64>,
    /// How often each headline finding was made, and each criterion met.
    pub figures: Vec<FigureView>,
    /// What was promised in them.
    pub promises: PromiseCounts,
}

/// Promises by what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PromiseCounts {
    /// Those that say when.
    pub dated: u64,
    /// The others.
    pub undated: u64,
    /// Dated, and kept in time.
    pub kept: u64,
    /// Dated, and kept after they were due.
    pub late: u64,
    /// Dated, due, and nothing came.
    pub broken: u64,
    /// Dated, and nothing is decided.
    pub open: u64,
    /// Undated, and something came of them.
    pub undated_kept: u64,
    /// Undated, and nothing came for as long as any answer should take.
    pub undated_unkept: u64,
}

impl From<Promises> for PromiseCounts {
    fn from(promises: Promises) -> Self {
        let Promises { dated, undated, kept, late, broken, open, undated_kept, undated_unkept } = promises;
        Self { dated, undated, kept, late, broken, open, undated_kept, undated_unkept }
    }
}

impl GroupView {
    /// What a group comes to, compared with nothing.
    pub(super) fn of(group: &Group, measures: &[MeasureView], minimum: Minimum) -> Self {
        let figure = |(index, measure)| FigureView::of(measure, &group.measure(index), minimum);
        Self {
            conversations: group.conversations,
            messages: group.messages,
            scored: group.scored,
            mean_score: group.mean_score().map(two_decimals),
            figures: measures.iter().enumerate().map(figure).collect(),
            promises: group.promises.into(),
        }
    }
}

/// What is learnt from a comparison about a measure.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ComparisonView {
    /// What is counted: name of the measure.
    pub measure: String,
    /// The rate of all together; null where nothing was counted.
    pub centre: Option<f64>,
    /// By how much limits are widened, as those who are compared differ beyond chance; 1 where they do not.
    pub overdispersion: Option<f64>,
    /// Whether they differ, in a sentence.
    pub sentence: String,
}

/// Groups compared with each other.
pub(super) struct Compared {
    funnels: Vec<Option<Funnel>>,
    priors: Vec<Prior>,
    minimum: Minimum,
}

impl Compared {
    pub(super) fn new<'g>(groups: impl Iterator<Item = &'g Group> + Clone, measures: usize, minimum: Minimum) -> Self {
        let counts = |index: usize| -> Vec<Count> { groups.clone().map(|group| group.measure(index)).collect() };
        Self {
            funnels: (0..measures).map(|index| Funnel::new(&counts(index), minimum)).collect(),
            priors: (0..measures).map(|index| Prior::fit(&counts(index))).collect(),
            minimum,
        }
    }

    /// What a group comes to, with its place among the others.
    pub(super) fn view(&self, group: &Group, measures: &[MeasureView]) -> GroupView {
        let mut view = GroupView::of(group, measures, self.minimum);
        for (index, figure) in view.figures.iter_mut().enumerate() {
            let count = group.measure(index);
            let funnel = self.funnels.get(index).and_then(Option::as_ref);
            figure.standing = Some(funnel.map_or("too_few", |funnel| funnel.standing(&count).name()));
            figure.shrunk = self.shrunk(index, &count).map(four_decimals);
        }
        view
    }

    /// The rate of a count drawn towards that of all.
    pub(super) fn shrunk(&self, measure: usize, count: &Count) -> Option<f64> {
        self.priors.get(measure)?.rate(count)
    }

    pub(super) fn views(&self, measures: &[MeasureView]) -> Vec<ComparisonView> {
        let view = |(index, measure): (usize, &MeasureView)| {
            let funnel = self.funnels.get(index).and_then(Option::as_ref);
            ComparisonView {
                measure: measure.name.clone(),
                centre: funnel.map(|one| four_decimals(one.centre)),
                overdispersion: funnel.map(|one| two_decimals(one.dispersion.phi)),
                sentence: self.priors.get(index).map(Prior::sentence).unwrap_or_default(),
            }
        };
        measures.iter().enumerate().map(view).collect()
    }

    pub(super) fn funnel(&self, measure: usize) -> Option<&Funnel> {
        self.funnels.get(measure)?.as_ref()
    }
}
