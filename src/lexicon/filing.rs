//! Under which pair of words a pattern is filed, so that few patterns are tried.
//!
//! Every match of a pattern holds a word of each of its items that are not optional. The rarest of
//! those items is its anchor; the others are its needs, the most telling first. Where the anchor is a
//! choice of phrases, each phrase is filed by itself, under its own rarest word.

use super::matcher::{Anchor, Anchors, Candidate, Nearby, Pairs};
use super::nodes::{Choice, Node, Nodes, add};
use super::word_table::{IndexRoom, SetId, Sets, WordRow};
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
        let cost = |ids: &Vec<WordId>| ids.iter().map(|&id| frequency[usize::from(id)]).sum();
        let costs = sets.members.iter().map(cost).collect();
        let mut cabinet = Self { costs, nodes, necessary: Vec::new() };
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

/// A word met at least so often in a million has a table of second words.
const COMMON: f32 = 60.0;

/// The candidates that `reads` takes, by anchor word; `frequency` is by word.
pub(super) fn anchors(filings: &Filings, reads: impl Fn(u32) -> bool, sets: &Sets, frequency: &[f32]) -> Anchors {
    let words = frequency.len();
    let mut by_anchor: Vec<Vec<u32>> = vec![Vec::new(); words];
    for (number, (anchor, candidate)) in filings.candidates.iter().enumerate() {
        if reads(candidate.pattern) {
            sets.members[*anchor as usize].iter().for_each(|&id| by_anchor[usize::from(id)].push(number as u32));
        }
    }
    let mut anchors = Anchors { words: vec![Anchor::default(); words], ..Anchors::default() };
    let mut room = IndexRoom::new(words);
    // Words that are anchors of the same patterns share a place.
    let mut known: FxHashMap<(&[u32], bool), WordId> = FxHashMap::default();
    for (id, numbers) in by_anchor.iter().enumerate().filter(|(_, numbers)| !numbers.is_empty()) {
        let common = frequency[id] >= COMMON;
        let first = *known.entry((numbers, common)).or_insert(id as WordId);
        anchors.words[id] = if usize::from(first) == id {
            let candidates = numbers.iter().map(|&number| filings.candidates[number as usize].1);
            let (paired, alone): (Vec<_>, Vec<_>) = candidates.partition(|candidate| common && candidate.needed > 0);
            let pairs = if paired.is_empty() { 0 } else { anchors.add_pairs(&paired, filings, sets, &mut room) };
            let first = anchors.candidates.len() as u32;
            anchors.candidates.extend(alone);
            // Only those found by their second word have theirs looked at.
            anchors.distances.resize(anchors.candidates.len(), (0, 0));
            Anchor { alone: first, end: anchors.candidates.len() as u32, pairs }
        } else {
            anchors.words[usize::from(first)]
        };
    }
    anchors
}

impl Anchors {
    /// Adds the candidates of a common anchor; one more than the number of their table.
    fn add_pairs(&mut self, paired: &[Candidate], filings: &Filings, sets: &Sets, room: &mut IndexRoom) -> u32 {
        let first = self.candidates.len() as u32;
        let seconds = paired.iter().map(|one| filings.needs[one.needs as usize]);
        let mut reach = (0, 0);
        for Nearby { distance: (least, most), .. } in seconds.clone() {
            reach = (least.min(0).unsigned_abs().max(reach.0), most.max(0).unsigned_abs().max(reach.1));
        }
        let by_word = seconds.clone().enumerate().flat_map(|(number, second)| {
            sets.members[second.set as usize].iter().map(move |&word| (word, number as u32))
        });
        let index = self.indexes.add(room, by_word, paired.len());
        self.pairs.push(Pairs { seconds: WordRow::of(room.words()), index, first, reach });
        self.candidates.extend_from_slice(paired);
        self.distances.extend(seconds.map(|second| second.distance));
        self.pairs.len() as u32
    }
}
