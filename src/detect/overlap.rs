//! Which of overlapping detections stands.

use super::{Detection, rule_of};
use crate::lexicon::{Kind, Lexicon};

/// Drops detections that overlap one of a label that their rule yields to.
pub(super) fn yield_to_others(lexicon: &Lexicon, detections: &mut Vec<Detection>) {
    if detections.iter().all(|one| rule_of(lexicon, one).yields_to.is_empty()) {
        return;
    }
    let all = detections.clone();
    detections.retain(|one| {
        let yields_to = &rule_of(lexicon, one).yields_to;
        !all.iter().any(|other| yields_to.contains(&other.label) && overlaps(one, other))
    });
}

/// Of overlapping detections of one label keeps the strongest; sorts by place.
pub(super) fn resolve(detections: &mut Vec<Detection>) {
    // The strongest first: the more telling kind, then the longer, then the earlier.
    detections.sort_unstable_by_key(|one| {
        (one.label, strength(one.kind), u32::MAX - (one.tokens.1 - one.tokens.0), one.tokens.0, one.rule)
    });
    let mut kept: Vec<Detection> = Vec::with_capacity(detections.len());
    for one in detections.iter() {
        if !kept.iter().rev().take_while(|other| other.label == one.label).any(|other| overlaps(one, other)) {
            kept.push(*one);
        }
    }
    kept.sort_unstable_by_key(|one| (one.tokens.0, one.tokens.1, one.label));
    *detections = kept;
}

fn overlaps(a: &Detection, b: &Detection) -> bool {
    a.tokens.0 < b.tokens.1 && b.tokens.0 < a.tokens.1
}

/// Orders kinds of one label, the more telling first.
const fn strength(kind: Option<Kind>) -> u8 {
    match kind {
        Some(Kind::Specific | Kind::Dated | Kind::Strong) => 0,
        Some(Kind::Formulaic | Kind::Vague | Kind::Weak) | None => 1,
        Some(_) => 0,
    }
}
