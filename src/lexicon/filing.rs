//! Under which pair of words a pattern is filed, so that few patterns are tried.
//!
//! Every match of a pattern holds a word of each of its items that are not optional. The rarest of
//! those items is its anchor, the next its second. Where the anchor is a choice of phrases, each
//! phrase is filed by itself, under its own rarest word.

use super::matcher::{Anchor, Anchors, Candidate, Choice, Node};
use super::words::WordId;
use std::collections::BTreeMap;

/// Phrases of choices within choices that are filed one by one; below that, choices count as one.
const DEEPEST_SPLIT: u8 = 3;

/// A way in to a pattern.
#[derive(Debug, Clone)]
pub(super) struct Filing {
    /// Index of the pattern.
    pub(super) pattern: u32,
    pub(super) anchors: Vec<WordId>,
    /// The fewest and most words before the anchor.
    pub(super) before: (u8, u8),
    /// Other words that a match must hold, the most telling first, with their distance from the anchor.
    pub(super) others: Vec<(Vec<WordId>, (i8, i8))>,
}

/// Words of which every match of an item holds at least one.
struct Necessary {
    ids: Vec<WordId>,
    /// Occurrences per million words.
    cost: f32,
    /// The fewest and most words before it in the item.
    before: (u8, u8),
}

/// Files one pattern.
pub(super) struct Cabinet<'c> {
    index: u32,
    /// By set: its words.
    members: &'c [Vec<WordId>],
    /// By word: occurrences per million.
    frequency: &'c [f32],
    choices: &'c [Choice],
}

/// Sequences within a sequence taken apart.
fn flat<'n>(items: &[&'n Node]) -> Vec<&'n Node> {
    items
        .iter()
        .flat_map(|item| match item {
            Node::Sequence(inner) => flat(&inner.iter().collect::<Vec<_>>()),
            other => vec![*other],
        })
        .collect()
}

impl<'c> Cabinet<'c> {
    pub(super) const fn new(index: u32, members: &'c [Vec<WordId>], frequency: &'c [f32], choices: &'c [Choice]) -> Self {
        Self { index, members, frequency, choices }
    }

    /// The ways in to a pattern.
    pub(super) fn file(&self, node: &Node) -> Vec<Filing> {
        let mut filings = Vec::new();
        self.file_items(&flat(&[node]), 0, &mut filings);
        filings
    }

    /// The rarest words of which every match of `node` holds one, and the fewest and most words before it.
    pub(super) fn anchor(&self, node: &Node) -> Option<(Vec<WordId>, (u8, u8))> {
        let found = self.necessary(node)?;
        Some((found.ids, found.before))
    }

    fn file_items(&self, items: &[&Node], depth: u8, filings: &mut Vec<Filing>) {
        let necessary: Vec<Option<Necessary>> = items.iter().map(|item| self.necessary(item)).collect();
        let cost = |at: usize| necessary[at].as_ref().map_or(f32::INFINITY, |found| found.cost);
        let anchor_at = (0..items.len()).min_by(|a, b| cost(*a).total_cmp(&cost(*b)));
        let Some(anchor_at) = anchor_at.filter(|&at| necessary[at].is_some()) else { return };
        if let Node::Choice(choice) = items[anchor_at]
            && depth < DEEPEST_SPLIT
        {
            let choice = &self.choices[*choice as usize];
            let single = choice.single.map(Node::Word);
            for branch in single.iter().chain(&choice.phrases).chain(&choice.wordless) {
                let mut split = items[..anchor_at].to_vec();
                split.extend(flat(&[branch]));
                split.extend_from_slice(&items[anchor_at + 1..]);
                self.file_items(&split, depth + 1, filings);
            }
            return;
        }
        let Some(anchor) = &necessary[anchor_at] else { return };
        let before = add(self.total(&items[..anchor_at]), anchor.before);
        // The others: rare, and near, so that few words need a look.
        let mut others: Vec<(f32, usize, (i8, i8))> = Vec::new();
        for (at, other) in necessary.iter().enumerate() {
            let Some(other) = other.as_ref().filter(|_| at != anchor_at) else { continue };
            let (least, most) = if at > anchor_at {
                let after = rest(self.width(items[anchor_at]), anchor.before);
                let (least, most) = add(add(after, self.total(&items[anchor_at + 1..at])), other.before);
                (small(least), small(most))
            } else {
                let after = rest(self.width(items[at]), other.before);
                let (least, most) = add(add(after, self.total(&items[at + 1..anchor_at])), anchor.before);
                (-small(most), -small(least))
            };
            let far = 1 + least.unsigned_abs().max(most.unsigned_abs());
            others.push((other.cost * f32::from(far), at, (least, most)));
        }
        others.sort_by(|a, b| a.0.total_cmp(&b.0));
        let words = |at: usize| necessary[at].as_ref().map(|found| found.ids.clone()).unwrap_or_default();
        filings.push(Filing {
            pattern: self.index,
            anchors: anchor.ids.clone(),
            before,
            others: others.iter().take(2).map(|&(_, at, distance)| (words(at), distance)).collect(),
        });
    }

    fn width(&self, node: &Node) -> (u8, u8) {
        width(node, self.choices)
    }

    fn total(&self, items: &[&Node]) -> (u8, u8) {
        items.iter().map(|item| self.width(item)).fold((0, 0), add)
    }

    /// The rarest words of which a match must hold one.
    fn necessary(&self, node: &Node) -> Option<Necessary> {
        match node {
            Node::Word(set) => {
                let ids = self.members[*set as usize].clone();
                let cost = ids.iter().map(|&id| self.frequency[usize::from(id)]).sum();
                Some(Necessary { ids, cost, before: (0, 0) })
            }
            Node::Sequence(items) => {
                let mut best: Option<Necessary> = None;
                let mut before = (0, 0);
                for item in items {
                    if let Some(found) = self.necessary(item)
                        && best.as_ref().is_none_or(|best| found.cost < best.cost)
                    {
                        best = Some(Necessary { before: add(before, found.before), ..found });
                    }
                    before = add(before, self.width(item));
                }
                best
            }
            Node::Choice(choice) => {
                let choice = &self.choices[*choice as usize];
                let mut all = Necessary { ids: Vec::new(), cost: 0.0, before: (u8::MAX, 0) };
                let single = choice.single.map(Node::Word);
                for branch in single.iter().chain(&choice.phrases).chain(&choice.wordless) {
                    let found = self.necessary(branch)?;
                    all.ids.extend(found.ids);
                    all.cost += found.cost;
                    all.before = (all.before.0.min(found.before.0), all.before.1.max(found.before.1));
                }
                all.ids.sort_unstable();
                all.ids.dedup();
                Some(all)
            }
            Node::Optional(_) | Node::Gap(_) | Node::Start | Node::End => None,
        }
    }
}

/// The fewest and most words that a node takes.
pub(super) fn width(node: &Node, choices: &[Choice]) -> (u8, u8) {
    match node {
        Node::Word(_) => (1, 1),
        Node::Sequence(items) => items.iter().map(|item| width(item, choices)).fold((0, 0), add),
        Node::Choice(choice) => {
            let choice = &choices[*choice as usize];
            let single = choice.single.map(|_| (1, 1));
            let phrases = choice.phrases.iter().chain(&choice.wordless).map(|node| width(node, choices));
            phrases.chain(single).fold((u8::MAX, 0), |all, one| (all.0.min(one.0), all.1.max(one.1)))
        }
        Node::Optional(item) => (0, width(item, choices).1),
        Node::Gap(most) => (0, *most),
        Node::Start | Node::End => (0, 0),
    }
}

/// Whether every match of a node holds a word.
pub(super) fn has_necessary(node: &Node, choices: &[Choice]) -> bool {
    width(node, choices).0 > 0
}

const fn add(a: (u8, u8), b: (u8, u8)) -> (u8, u8) {
    (a.0.saturating_add(b.0), a.1.saturating_add(b.1))
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

/// All candidates by anchor word; `members` are the words of each set, `frequency` is by word.
pub(super) fn anchors<'f>(
    filings: impl Iterator<Item = &'f (Vec<WordId>, Candidate)>,
    members: &[Vec<WordId>],
    frequency: &[f32],
) -> Anchors {
    let words = frequency.len();
    let mut by_anchor: Vec<Vec<Candidate>> = vec![Vec::new(); words];
    for (ids, candidate) in filings {
        ids.iter().for_each(|&id| by_anchor[usize::from(id)].push(*candidate));
    }
    let mut anchors = Anchors::default();
    for (id, candidates) in by_anchor.into_iter().enumerate() {
        let common = frequency[id] >= COMMON;
        let (paired, alone): (Vec<Candidate>, Vec<Candidate>) =
            candidates.into_iter().partition(|candidate| common && candidate.second.is_some());
        let mut anchor = Anchor { paired: anchors.candidates.len() as u32, ..Anchor::default() };
        let mut seconds: BTreeMap<WordId, Vec<u32>> = BTreeMap::new();
        for (number, second) in paired.iter().enumerate().filter_map(|(number, one)| Some((number, one.second?))) {
            for &word in &members[second.set as usize] {
                seconds.entry(word).or_default().push(number as u32);
            }
            let (least, most) = second.distance;
            anchor.reach.0 = anchor.reach.0.max((-least).max(0).unsigned_abs());
            anchor.reach.1 = anchor.reach.1.max(most.max(0).unsigned_abs());
        }
        if !seconds.is_empty() {
            anchor.seconds = anchors.pairs.add(seconds, paired.len());
        }
        anchors.candidates.extend(paired);
        anchor.alone = anchors.candidates.len() as u32;
        anchors.candidates.extend(alone);
        anchors.words.push(anchor);
    }
    let end = anchors.candidates.len() as u32;
    anchors.words.push(Anchor { paired: end, alone: end, ..Anchor::default() });
    anchors
}
