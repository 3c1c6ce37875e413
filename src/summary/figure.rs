//! What is shown of a group beside k of n: how sure it is, and whether the group differs from the others.

use super::Group;
use crate::trend::{Count, Funnel, Interval, Minimum, Standing, Z_95};

/// A measure of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// k of n.
    pub count: Count,
    /// The 95 % Wilson interval with the effective n; `None` where nothing was counted.
    pub interval: Option<Interval>,
    /// Where the group lies in the funnel of all.
    pub standing: Standing,
}

/// So many `measures` of each of the `groups`, compared with one another.
#[must_use]
pub fn figures(groups: &[&Group], measures: usize, minimum: Minimum) -> Vec<Vec<Figure>> {
    let funnels: Vec<Option<Funnel>> = (0..measures)
        .map(|index| {
            let counts: Vec<Count> = groups.iter().map(|group| group.measure(index)).collect();
            Funnel::new(&counts, minimum)
        })
        .collect();
    let figure = |count: Count, funnel: &Option<Funnel>| Figure {
        count,
        interval: Interval::of(&count, Z_95),
        standing: funnel.as_ref().map_or(Standing::TooFew, |funnel| funnel.standing(&count)),
    };
    let mut all = Vec::with_capacity(groups.len());
    for group in groups {
        let measured = funnels.iter().enumerate();
        all.push(measured.map(|(index, funnel)| figure(group.measure(index), funnel)).collect());
    }
    all
}
