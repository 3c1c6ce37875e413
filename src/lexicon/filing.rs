//! Under which pair of words a pattern is filed, so that few patterns are tried.
//!
//! Every match of a pattern holds a word of each of its items that are not optional. The rarest of
//! those items is its anchor, the next its second. Where the anchor is a choice of phrases, each
//! phrase is filed by itself, under its own rarest word.

use super::automaton::{Choice, Node};
use super::matcher::{Anchor, Anchors, Candidate};
use super::word_table::{IndexRoom, Sets};
use super::words::WordId;
use rustc_hash::FxHashMap;
use std::borrow::Cow;

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
#[derive(Clone)]
struct Necessary<'c> {
    ids: Cow<'c, [WordId]>,
    /// Occurrences per million words.
    cost: f32,
    /// The fewest and most words before it in the item.
    before: (u8, u8),
}

/// Files patterns.
pub(super) struct Cabinet<'c> {
    /// By set: its words.
    members: &'c [Vec<WordId>],
    /// By set: occurrences per million of its words.
    costs: Vec<f32>,
    choices: &'c [Choice],
    /// By choice, for many patterns share one.
    necessary: Vec<Option<Necessary<'c>>>,
    /// By choice: the fewest and most words that it takes.
    widths: &'c [(u8, u8)],
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
    /// `members` by set, `frequency` by word, in occurrences per million, `widths` by choice.
    pub(super) fn new(
        members: &'c [Vec<WordId>],
        frequency: &[f32],
        choices: &'c [Choice],
        widths: &'c [(u8, u8)],
    ) -> Self {
        let cost = |ids: &Vec<WordId>| ids.iter().map(|&id| frequency[usize::from(id)]).sum();
        let costs = members.iter().map(cost).collect();
        let mut cabinet = Self { members, costs, choices, necessary: Vec::new(), widths };
        // A choice holds only choices that were made before it.
        for choice in choices {
            let necessary = cabinet.necessary_of(choice);
            cabinet.necessary.push(necessary);
        }
        cabinet
    }

    /// All alternatives of a choice.
    fn branches(&self, choice: &'c Choice) -> impl Iterator<Item = Cow<'c, Node>> {
        let single = choice.single.map(|set| Cow::Owned(Node::Word(set)));
        single.into_iter().chain(choice.phrases.iter().chain(&choice.wordless).map(Cow::Borrowed))
    }

    /// The ways in to pattern `index`.
    pub(super) fn file(&self, index: u32, node: &Node) -> Vec<Filing> {
        let mut filings = Vec::new();
        self.file_items(index, &flat(&[node]), 0, &mut filings);
        filings
    }

    /// The rarest words of which every match of `node` holds one, and the fewest and most words before it.
    pub(super) fn anchor(&self, node: &Node) -> Option<(Vec<WordId>, (u8, u8))> {
        let found = self.necessary(node)?;
        Some((found.ids.into_owned(), found.before))
    }

    fn file_items(&self, index: u32, items: &[&Node], depth: u8, filings: &mut Vec<Filing>) {
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
                self.file_items(index, &split, depth + 1, filings);
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
        let words = |at: usize| necessary[at].as_ref().map(|found| found.ids.to_vec()).unwrap_or_default();
        filings.push(Filing {
            pattern: index,
            anchors: anchor.ids.to_vec(),
            before,
            others: others.iter().take(2).map(|&(_, at, distance)| (words(at), distance)).collect(),
        });
    }

    fn width(&self, node: &Node) -> (u8, u8) {
        width(node, self.widths)
    }

    fn total(&self, items: &[&Node]) -> (u8, u8) {
        items.iter().map(|item| self.width(item)).fold((0, 0), add)
    }

    /// The rarest words of which a match must hold one.
    fn necessary(&self, node: &Node) -> Option<Necessary<'c>> {
        match node {
            Node::Word(set) => {
                let set = *set as usize;
                Some(Necessary { ids: Cow::Borrowed(&self.members[set]), cost: self.costs[set], before: (0, 0) })
            }
            Node::Sequence(items) => {
                let mut best: Option<Necessary<'c>> = None;
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
            Node::Choice(choice) => self.necessary[*choice as usize].clone(),
            Node::Optional(_) | Node::Gap(_) | Node::Start | Node::End => None,
        }
    }

    /// The words of which a match of any branch must hold one.
    fn necessary_of(&self, choice: &'c Choice) -> Option<Necessary<'c>> {
        let mut ids: Vec<WordId> = Vec::new();
        let mut all = Necessary { ids: Cow::Borrowed(&[]), cost: 0.0, before: (u8::MAX, 0) };
        for branch in self.branches(choice) {
            let found = self.necessary(&branch)?;
            ids.extend_from_slice(&found.ids);
            all.cost += found.cost;
            all.before = (all.before.0.min(found.before.0), all.before.1.max(found.before.1));
        }
        ids.sort_unstable();
        ids.dedup();
        Some(Necessary { ids: Cow::Owned(ids), ..all })
    }
}

/// The fewest and most words that a node takes; `choices` are those of choices.
pub(super) fn width(node: &Node, choices: &[(u8, u8)]) -> (u8, u8) {
    match node {
        Node::Word(_) => (1, 1),
        Node::Sequence(items) => items.iter().map(|item| width(item, choices)).fold((0, 0), add),
        Node::Choice(choice) => choices[*choice as usize],
        Node::Optional(item) => (0, width(item, choices).1),
        Node::Gap(most) => (0, *most),
        Node::Start | Node::End => (0, 0),
    }
}

/// The fewest and most words that a choice takes, from those of the choices before it.
pub(super) fn choice_width(choice: &Choice, choices: &[(u8, u8)]) -> (u8, u8) {
    let single = choice.single.map(|_| (1, 1));
    let phrases = choice.phrases.iter().chain(&choice.wordless).map(|node| width(node, choices));
    phrases.chain(single).fold((u8::MAX, 0), |all, one| (all.0.min(one.0), all.1.max(one.1)))
}

/// Whether every match of a node holds a word.
pub(super) fn has_necessary(node: &Node, choices: &[(u8, u8)]) -> bool {
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

/// All candidates by anchor word; `frequency` is by word.
pub(super) fn anchors<'f>(
    filings: impl Iterator<Item = (&'f [WordId], Candidate)>,
    sets: &mut Sets,
    frequency: &[f32],
) -> Anchors {
    let words = frequency.len();
    let mut all: Vec<Candidate> = Vec::new();
    let mut by_anchor: Vec<Vec<u32>> = vec![Vec::new(); words];
    for (number, (ids, candidate)) in filings.enumerate() {
        ids.iter().for_each(|&id| by_anchor[usize::from(id)].push(number as u32));
        all.push(candidate);
    }
    let mut anchors = Anchors { words: vec![Anchor::default(); words], ..Anchors::default() };
    let mut room = IndexRoom::new(words);
    // Words that are anchors of the same patterns share a place.
    let mut known: FxHashMap<(&[u32], bool), WordId> = FxHashMap::default();
    for (id, numbers) in by_anchor.iter().enumerate().filter(|(_, numbers)| !numbers.is_empty()) {
        let common = frequency[id] >= COMMON;
        let first = *known.entry((numbers, common)).or_insert(id as WordId);
        anchors.words[id] = if usize::from(first) == id {
            let candidates = numbers.iter().map(|&number| all[number as usize]);
            let (paired, alone): (Vec<_>, Vec<_>) =
                candidates.partition(|candidate| common && candidate.second.is_some());
            anchors.add(&paired, &alone, sets, &mut room)
        } else {
            anchors.words[usize::from(first)]
        };
    }
    anchors
}

impl Anchors {
    /// Adds the candidates of an anchor.
    fn add(&mut self, paired: &[Candidate], alone: &[Candidate], sets: &mut Sets, room: &mut IndexRoom) -> Anchor {
        let mut anchor = Anchor { paired: self.candidates.len() as u32, ..Anchor::default() };
        for (least, most) in paired.iter().filter_map(|one| Some(one.second?.distance)) {
            anchor.reach.0 = anchor.reach.0.max((-least).max(0).unsigned_abs());
            anchor.reach.1 = anchor.reach.1.max(most.max(0).unsigned_abs());
        }
        if !paired.is_empty() {
            let seconds = paired.iter().enumerate().filter_map(|(number, one)| Some((number, one.second?)));
            let pairs = seconds.flat_map(|(number, second)| {
                sets.members[second.set as usize].iter().map(move |&word| (word, number as u32))
            });
            anchor.pairs = self.pairs.add(room, pairs, paired.len());
            anchor.seconds = sets.add_another(room.words().to_vec());
        }
        self.candidates.extend_from_slice(paired);
        anchor.alone = self.candidates.len() as u32;
        self.candidates.extend_from_slice(alone);
        anchor.end = self.candidates.len() as u32;
        anchor
    }
}
