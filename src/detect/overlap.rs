//! Which of overlapping detections stands.

use super::{Detection, rule_of};
use crate::lexicon::{Kind, Label, Lexicon};
use std::collections::BTreeMap;

/// Drops detections that overlap one of a label that their rule yields to.
pub(super) fn yield_to_others(lexicon: &Lexicon, detections: &mut Vec<Detection>) {
    let mut winners: Vec<Label> = detections.iter().flat_map(|one| &rule_of(lexicon, one).yields_to).copied().collect();
    winners.sort_unstable();
    winners.dedup();
    let places: Vec<Places> = winners.iter().map(|label| Places::of(*label, detections)).collect();
    detections.retain(|one| {
        let yields_to = &rule_of(lexicon, one).yields_to;
        !places.iter().any(|places| yields_to.contains(&places.label) && places.overlap(one))
    });
}

/// Where the detections of one label are, in order of their first tokens.
struct Places {
    label: Label,
    /// First token, and the furthest end of any up to here.
    reach: Vec<(u32, u32)>,
}

impl Places {
    fn of(label: Label, detections: &[Detection]) -> Self {
        let mut reach: Vec<(u32, u32)> =
            detections.iter().filter(|one| one.label == label).map(|one| one.tokens).collect();
        reach.sort_unstable();
        let mut furthest = 0;
        for (_, end) in &mut reach {
            furthest = furthest.max(*end);
            *end = furthest;
        }
        Self { label, reach }
    }

    fn overlap(&self, one: &Detection) -> bool {
        let before = self.reach.partition_point(|(start, _)| *start < one.tokens.1);
        before.checked_sub(1).is_some_and(|last| self.reach[last].1 > one.tokens.0)
    }
}

/// Of overlapping detections of one label keeps the strongest; sorts by place.
pub(super) fn resolve(detections: &mut Vec<Detection>) {
    // The strongest first: the more telling kind, then the longer, then the earlier.
    detections.sort_unstable_by_key(|one| {
        (one.label, strength(one.kind), u32::MAX - (one.tokens.1 - one.tokens.0), one.tokens.0, one.rule)
    });
    // Those kept of the label at hand, by first token; none overlaps another.
    let mut kept: BTreeMap<u32, u32> = BTreeMap::new();
    let mut label = None;
    detections.retain(|one| {
        if label != Some(one.label) {
            label = Some(one.label);
            kept.clear();
        }
        let (start, end) = one.tokens;
        let free = kept.range(..end).next_back().is_none_or(|(_, &before)| before <= start);
        if free {
            kept.insert(start, end);
        }
        free
    });
    detections.sort_unstable_by_key(|one| (one.tokens.0, one.tokens.1, one.label));
}

/// Orders kinds of one label, the more telling first.
const fn strength(kind: Option<Kind>) -> u8 {
    match kind {
        Some(Kind::Formulaic | Kind::Vague | Kind::Weak | Kind::Advice | Kind::Farewell) | None => 1,
        Some(_) => 0,
    }
}
