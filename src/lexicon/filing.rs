//! Under which words a pattern is filed, so that few patterns are tried.
//!
//! Every match of a pattern holds a word of each of its items that are not optional. The rarest of
//! those items is its anchor; the others are its needs, the most telling first. Where the anchor is a
//! choice of phrases, each phrase is filed by itself, under its own rarest word.

use super::matcher::{Anchors, Candidate, Entry, Nearby};
use super::nodes::{Choice, Node, Nodes, add};
use super::signature::{ANY, Range, Signatures};
use super::word_table::{SetId, Sets};
use super::words::WordId;
use rustc_hash::FxHashMap;

/// Phrases of choices within choices that are filed one by one; below that, choices count as one.
const DEEPEST_SPLIT: u8 = 3;

/// More needs are not looked for before a pattern is run.
const MOST_NEEDS: usize = 4;

/// The ways in to patterns.
#[derive(Debug, Default)]
pub(super) struct Filings {
    /// Each with its anchor.
    pub(super) candidates: Vec<(SetId, Candidate)>,
    /// Of the candidates.
    pub(super) needs: Vec<Nearby>,
}

/// Words of which every match of an item holds at least one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Necessary {
    pub(super) set: SetId,
    /// The fewest and most words before it in the item.
    pub(super) before: (u8, u8),
    /// Occurrences per million words.
    cost: f32,
}

/// Files patterns.
pub(super) struct Cabinet<'c> {
    /// By set: occurrences per million of its words.
    costs: Vec<f32>,
    nodes: &'c Nodes,
    /// By choice, for many patterns share one.
    necessary: Vec<Option<Necessary>>,
}

impl<'c> Cabinet<'c> {
    /// `frequency` by word, in occurrences per million.
    pub(super) fn new(sets: &mut Sets, frequency: &[f32], nodes: &'c Nodes) -> Self {
        let mut cabinet = Self { costs: costs(sets, frequency), nodes, necessary: Vec::new() };
        for &choice in nodes.choices() {
            let necessary = cabinet.necessary_of(choice, sets);
            cabinet.necessary.push(necessary);
        }
        cabinet
    }

    /// Files pattern `index`.
    pub(super) fn file(&self, index: u32, node: Node, filings: &mut Filings) {
        let mut items = Vec::new();
        self.nodes.flatten(node, &mut items);
        self.file_items(index, &items, 0, filings);
    }

    fn file_items(&self, index: u32, items: &[Node], depth: u8, filings: &mut Filings) {
        let necessary: Vec<Option<Necessary>> = items.iter().map(|&item| self.necessary(item)).collect();
        let cost = |at: usize| necessary[at].map_or(f32::INFINITY, |found| found.cost);
        let Some(anchor_at) = (0..items.len()).min_by(|a, b| cost(*a).total_cmp(&cost(*b))) else { return };
        let Some(anchor) = necessary[anchor_at] else { return };
        if let Node::Choice(choice) = items[anchor_at]
            && depth < DEEPEST_SPLIT
        {
            for branch in self.nodes.branches(self.nodes.choice(choice)) {
                let mut split = items[..anchor_at].to_vec();
                self.nodes.flatten(branch, &mut split);
                split.extend_from_slice(&items[anchor_at + 1..]);
                self.file_items(index, &split, depth + 1, filings);
            }
            return;
        }
        // The others: rare, and near, so that few words need a look.
        let mut others: Vec<(f32, Nearby)> = Vec::new();
        for (at, other) in necessary.iter().enumerate() {
            let Some(other) = other.filter(|_| at != anchor_at) else { continue };
            let distance = if at > anchor_at {
                let after = rest(self.nodes.width(items[anchor_at]), anchor.before);
                let (least, most) = add(add(after, self.total(&items[anchor_at + 1..at])), other.before);
                (small(least), small(most))
            } else {
                let after = rest(self.nodes.width(items[at]), other.before);
                let (least, most) = add(add(after, self.total(&items[at + 1..anchor_at])), anchor.before);
                (-small(most), -small(least))
            };
            let far = 1 + distance.0.unsigned_abs().max(distance.1.unsigned_abs());
            others.push((other.cost * f32::from(far), Nearby { set: other.set, distance }));
        }
        others.sort_by(|a, b| a.0.total_cmp(&b.0));
        others.truncate(MOST_NEEDS);
        let candidate = Candidate {
            pattern: index,
            needs: filings.needs.len() as u32,
            needed: others.len() as u8,
            before: add(self.total(&items[..anchor_at]), anchor.before),
            opens: matches!(items[0], Node::Start),
        };
        filings.needs.extend(others.into_iter().map(|(_, other)| other));
        filings.candidates.push((anchor.set, candidate));
    }

    fn total(&self, items: &[Node]) -> (u8, u8) {
        items.iter().map(|&item| self.nodes.width(item)).fold((0, 0), add)
    }

    /// The rarest words of which a match must hold one.
    pub(super) fn necessary(&self, node: Node) -> Option<Necessary> {
        match node {
            Node::Word(set) => Some(Necessary { set, cost: self.costs[set as usize], before: (0, 0) }),
            Node::Sequence(items) => {
                let mut best: Option<Necessary> = None;
                let mut before = (0, 0);
                for &item in self.nodes.items(items) {
                    if let Some(found) = self.necessary(item)
                        && best.is_none_or(|best| found.cost < best.cost)
                    {
                        best = Some(Necessary { before: add(before, found.before), ..found });
                    }
                    before = add(before, self.nodes.width(item));
                }
                best
            }
            Node::Choice(choice) => self.necessary[choice as usize],
            Node::Optional(_) | Node::Gap(_) | Node::Start | Node::End => None,
        }
    }

    /// The words of which a match of any branch must hold one.
    fn necessary_of(&self, choice: Choice, sets: &mut Sets) -> Option<Necessary> {
        let mut ids: Vec<WordId> = Vec::new();
        let mut all = Necessary { set: 0, cost: 0.0, before: (u8::MAX, 0) };
        for branch in self.nodes.branches(choice) {
            let found = self.necessary(branch)?;
            ids.extend_from_slice(&sets.members[found.set as usize]);
            all.cost += found.cost;
            all.before = (all.before.0.min(found.before.0), all.before.1.max(found.before.1));
        }
        Some(Necessary { set: sets.add_another(ids), ..all })
    }
}

/// How many words from a word `before` words into an item of so many words to the item's end, itself included.
fn rest(width: (u8, u8), before: (u8, u8)) -> (u8, u8) {
    (width.0.saturating_sub(before.1).max(1), width.1.saturating_sub(before.0).max(1))
}

/// Patterns are at most 60 words wide.
fn small(words: u8) -> i8 {
    i8::try_from(words).unwrap_or(i8::MAX)
}

/// So many of a candidate's needs are told from signatures before any other is looked at.
pub(super) const TOLD: usize = 2;

/// By set: occurrences per million words.
fn costs(sets: &Sets, frequency: &[f32]) -> Vec<f32> {
    let cost = |ids: &Vec<WordId>| ids.iter().map(|&id| frequency[usize::from(id)]).sum();
    sets.members.iter().map(cost).collect()
}

impl Filings {
    /// Signatures that tell the needs of candidates well; `frequency` is by word.
    pub(super) fn signatures(&self, sets: &Sets, frequency: &[f32]) -> Signatures {
        let costs = costs(sets, frequency);
        let mut weights = vec![0.0; costs.len()];
        for (anchor, candidate) in &self.candidates {
            let mut asked = costs[*anchor as usize];
            for need in self.needs_of(candidate).iter().take(TOLD) {
                weights[need.set as usize] += asked * need.places();
                asked *= (costs[need.set as usize] / 1e6 * need.places()).clamp(0.05, 1.0);
            }
        }
        Signatures::new(&sets.members, &weights, frequency)
    }

    fn needs_of(&self, candidate: &Candidate) -> &[Nearby] {
        &self.needs[candidate.needs as usize..][..usize::from(candidate.needed)]
    }

    /// What is looked at of each candidate wherever its anchor is.
    pub(super) fn entries(&self, sets: &Sets, signatures: &Signatures) -> Vec<Entry> {
        let entry = |(number, (_, candidate)): (usize, &(SetId, Candidate))| {
            let mut entry = Entry { told: [ANY; TOLD], ranges: [Range::SENTENCE; TOLD], candidate: number as u32 };
            for (at, need) in self.needs_of(candidate).iter().take(TOLD).enumerate() {
                entry.told[at] = signatures.of(&sets.members[need.set as usize]);
                entry.ranges[at] = Range::holding(need.distance);
            }
            entry
        };
        self.candidates.iter().enumerate().map(entry).collect()
    }

    /// The candidates that `reads` takes, by anchor word, of which there are so many `words`.
    pub(super) fn anchors(&self, reads: impl Fn(u32) -> bool, sets: &Sets, entries: &[Entry], words: usize) -> Anchors {
        let mut by_anchor: Vec<Vec<u32>> = vec![Vec::new(); words];
        for (number, (anchor, candidate)) in self.candidates.iter().enumerate() {
            if reads(candidate.pattern) {
                sets.members[*anchor as usize].iter().for_each(|&id| by_anchor[usize::from(id)].push(number as u32));
            }
        }
        let mut anchors = Anchors::default();
        // Words that are anchors of the same patterns share a place.
        let mut known: FxHashMap<&[u32], (u32, u32)> = FxHashMap::default();
        for numbers in &by_anchor {
            let place = *known.entry(numbers).or_insert_with(|| {
                let first = anchors.entries.len() as u32;
                anchors.entries.extend(numbers.iter().map(|&number| entries[number as usize]));
                (first, anchors.entries.len() as u32)
            });
            anchors.words.push(place);
        }
        anchors
    }
}
