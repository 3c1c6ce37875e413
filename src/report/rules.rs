//! The rules that fired most, and what they mean.

use super::words::{self, counted};
use crate::audit::plan::Plan;
use crate::audit::summary::{Fired, Summary};
use crate::lexicon::{Family, Rule};
use std::cmp::Reverse;

/// So many rules of each family are shown.
const MOST: usize = 10;

/// Rules of one family.
#[derive(Debug)]
pub(super) struct Rules<'p> {
    pub(super) title: &'static str,
    pub(super) class: &'static str,
    pub(super) rules: Vec<RuleView<'p>>,
    /// How many more fired.
    pub(super) more: usize,
}

/// A rule.
#[derive(Debug)]
pub(super) struct RuleView<'p> {
    pub(super) label: String,
    pub(super) id: &'p str,
    pub(super) what: &'p str,
    pub(super) why: &'p str,
    pub(super) fair_when: &'p str,
    pub(super) messages: String,
}

pub(super) fn most_fired<'p>(plan: &'p Plan<'_>, summary: &Summary) -> Vec<Rules<'p>> {
    let families = [
        (Family::BreaksTrust, "What breaks trust", "breaks"),
        (Family::RestoresTrust, "What restores trust", "restores"),
    ];
    let mut shown = Vec::new();
    for (family, title, class) in families {
        let mut fired: Vec<(&'p Rule, &Fired)> = plan
            .lexicon
            .rules()
            .iter()
            .zip(&summary.fired)
            .filter(|(rule, fired)| fired.messages > 0 && rule.label.family() == family)
            .collect();
        fired.sort_by_key(|(rule, fired)| (Reverse(fired.messages), &rule.id));
        let more = fired.len().saturating_sub(MOST);
        let rules: Vec<_> = fired.into_iter().take(MOST).map(|(rule, fired)| RuleView::new(rule, fired)).collect();
        if !rules.is_empty() {
            shown.push(Rules { title, class, rules, more });
        }
    }
    shown
}

impl<'p> RuleView<'p> {
    fn new(rule: &'p Rule, fired: &Fired) -> Self {
        Self {
            label: words::plain(rule.label.name()),
            id: &rule.id,
            what: &rule.what,
            why: &rule.why,
            fair_when: &rule.fair_when,
            messages: counted(fired.messages, "message", "messages"),
        }
    }
}
