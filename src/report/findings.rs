//! The four headline findings, and the scorecard criterion by criterion.

use super::words::Figure;
use crate::audit::plan::Plan;
use crate::summary::{Group, HEADLINES};

/// A headline finding.
#[derive(Debug)]
pub(super) struct Headline {
    pub(super) title: &'static str,
    pub(super) asks: &'static str,
    pub(super) meaning: &'static str,
    pub(super) figure: Option<Figure>,
}

/// A criterion of the scorecard.
#[derive(Debug)]
pub(super) struct Criterion<'p> {
    pub(super) question: &'p str,
    pub(super) advice: &'p str,
    pub(super) weight: String,
    pub(super) critical: bool,
    pub(super) figure: Option<Figure>,
}

pub(super) fn headlines(plan: &Plan<'_>, all: &Group) -> Vec<Headline> {
    let view = |(index, headline): (usize, &crate::summary::Headline)| {
        let count = all.measure(index);
        Headline {
            title: headline.title,
            asks: headline.asks,
            meaning: meaning(headline.name),
            figure: Figure::new(&count, !plan.minimum.is_reached_by(&count)),
        }
    };
    HEADLINES.iter().enumerate().map(view).collect()
}

/// What a finding means for the customer.
fn meaning(headline: &str) -> &'static str {
    match headline {
        "excuse" => {
            "To the customer an excuse says that nobody is answerable, and it takes back the apology beside it."
        }
        "finger_pointing" => {
            "The customer deals with one company; whose fault it was inside or behind it does not help them."
        }
        "missing_apology" => "A failure was plain, and no word of regret had been said by the end of the message.",
        "missing_follow_up" => "The customer does not know what happens next, and will have to ask again.",
        _ => "",
    }
}

pub(super) fn criteria<'p>(plan: &'p Plan<'_>, all: &Group) -> Vec<Criterion<'p>> {
    let view = |(index, criterion): (usize, &'p crate::score::Criterion)| {
        let count = all.measure(HEADLINES.len() + index);
        Criterion {
            question: &criterion.question,
            advice: &criterion.advice,
            weight: criterion.weight.to_string(),
            critical: criterion.critical,
            figure: Figure::new(&count, !plan.minimum.is_reached_by(&count)),
        }
    };
    plan.card.criteria.iter().enumerate().map(view).collect()
}
