//! Parsed patterns to the matcher's tables.

use super::matcher::{Anchors, Bloom, CompiledPattern, Matcher, Node, SetId, WIDEST, WordSets};
use super::pattern::Pattern;
use super::rule::Speaker;
use super::words::{WordId, Words};
use std::collections::HashMap;

/// A class with its own classes looked up: what its name stands for.
pub(super) type Classes<'c> = HashMap<&'c str, Pattern>;

/// Puts the meaning of classes in their place.
///
/// # Errors
/// The name of a class that is not defined.
pub(super) fn resolve(pattern: &Pattern, classes: &dyn Fn(&str) -> Option<Pattern>) -> Result<Pattern, String> {
    let all = |items: &[Pattern]| items.iter().map(|item| resolve(item, classes)).collect::<Result<Vec<_>, _>>();
    Ok(match pattern {
        Pattern::Class(name) => classes(name).ok_or_else(|| name.clone())?,
        Pattern::Sequence(items) => Pattern::Sequence(all(items)?),
        Pattern::Choice(items) => Pattern::Choice(all(items)?),
        Pattern::Optional(item) => Pattern::Optional(Box::new(resolve(item, classes)?)),
        other => other.clone(),
    })
}

/// Every word that `pattern` names is given a number.
pub(super) fn collect_words(pattern: &Pattern, words: &mut Words) {
    match pattern {
        Pattern::Stem(word) => words.add_stem(word),
        Pattern::Exact(form) => words.add_exact(form),
        Pattern::Sequence(items) | Pattern::Choice(items) => items.iter().for_each(|item| collect_words(item, words)),
        Pattern::Optional(item) => collect_words(item, words),
        Pattern::Class(_) | Pattern::Gap(_) | Pattern::Start | Pattern::End => {}
    }
}

/// Builds the matcher; [`Compiler::finish`] when every pattern is in.
pub(super) struct Compiler<'w> {
    words: &'w Words,
    frequency: Vec<f32>,
    sets: WordSets,
    known: HashMap<Vec<WordId>, SetId>,
    members: Vec<Vec<WordId>>,
    patterns: Vec<CompiledPattern>,
    /// By pattern: its anchor words and the sets a sentence must hold.
    filed: Vec<(Vec<WordId>, Vec<SetId>, Speaker)>,
}

/// Words of which every match of a node holds at least one, and how many words can stand before it.
struct Necessary {
    ids: Vec<WordId>,
    cost: f32,
    before: (u8, u8),
}

impl<'w> Compiler<'w> {
    /// `frequency` by word id, in occurrences per million.
    pub(super) fn new(words: &'w Words, frequency: Vec<f32>) -> Self {
        let sets = WordSets::new(words.count());
        Self { words, frequency, sets, known: HashMap::new(), members: Vec::new(), patterns: Vec::new(), filed: Vec::new() }
    }

    fn set(&mut self, mut ids: Vec<WordId>) -> SetId {
        ids.sort_unstable();
        ids.dedup();
        if let Some(&set) = self.known.get(&ids) {
            return set;
        }
        let set = self.sets.push(&ids);
        self.members.push(ids.clone());
        self.known.insert(ids, set);
        set
    }

    /// The words of a pattern that is one word wide throughout.
    fn single_word(&self, pattern: &Pattern) -> Option<Vec<WordId>> {
        match pattern {
            Pattern::Stem(word) => Some(self.words.stem_ids(word).to_vec()),
            Pattern::Exact(form) => Some(self.words.exact_ids(form).to_vec()),
            _ => None,
        }
    }

    /// Compiles a pattern without classes.
    pub(super) fn node(&mut self, pattern: &Pattern) -> Node {
        if let Some(ids) = self.single_word(pattern) {
            return Node::Word(self.set(ids));
        }
        match pattern {
            Pattern::Sequence(items) => Node::Sequence(items.iter().map(|item| self.node(item)).collect()),
            Pattern::Choice(_) => self.choice(pattern),
            Pattern::Optional(item) => Node::Optional(Box::new(self.node(item))),
            Pattern::Gap(width) => Node::Gap(*width),
            Pattern::Start => Node::Start,
            // Words were taken above, classes are resolved.
            _ => Node::End,
        }
    }

    /// Single words of a choice, its inner choices included, become one set.
    fn choice(&mut self, pattern: &Pattern) -> Node {
        let mut single = Vec::new();
        let mut branches = Vec::new();
        let mut open = vec![pattern];
        while let Some(branch) = open.pop() {
            match branch {
                Pattern::Choice(inner) => open.extend(inner.iter().rev()),
                other => match self.single_word(other) {
                    Some(ids) => single.extend(ids),
                    None => branches.push(self.node(other)),
                },
            }
        }
        if !single.is_empty() {
            branches.insert(0, Node::Word(self.set(single)));
        }
        match branches.len() {
            1 => branches.swap_remove(0),
            _ => Node::Choice(branches.into_boxed_slice()),
        }
    }

    /// Adds a pattern of rule `rule`.
    ///
    /// # Errors
    /// What is wrong with the pattern as a whole.
    pub(super) fn add(&mut self, rule: u32, speaker: Speaker, pattern: &Pattern) -> Result<(), String> {
        let node = self.node(pattern);
        check_shape(&node)?;
        let Some(anchor) = self.necessary(&node) else {
            return Err("a pattern needs at least one word or class that is not optional".into());
        };
        let mut needs = Vec::new();
        self.needs(&node, &mut needs);
        self.patterns.push(CompiledPattern { rule, node, before: anchor.before });
        self.filed.push((anchor.ids, needs, speaker));
        Ok(())
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
                let mut before = (0_u8, 0_u8);
                for item in items {
                    if let Some(found) = self.necessary(item)
                        && best.as_ref().is_none_or(|best| found.cost < best.cost)
                    {
                        let before = (before.0 + found.before.0, before.1 + found.before.1);
                        best = Some(Necessary { before, ..found });
                    }
                    let (fewest, most) = width(item);
                    before = (before.0.saturating_add(fewest), before.1.saturating_add(most));
                }
                best
            }
            Node::Choice(branches) => {
                let mut all = Necessary { ids: Vec::new(), cost: 0.0, before: (u8::MAX, 0) };
                for branch in branches {
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

    /// The sets of which a sentence must hold a word each, as far as they are rare enough to tell.
    fn needs(&mut self, node: &Node, needs: &mut Vec<SetId>) {
        /// Per million words: a set that common is in most sentences anyway.
        const COMMON: f32 = 30_000.0;
        match node {
            Node::Sequence(items) => items.iter().for_each(|item| self.needs(item, needs)),
            other => {
                if let Some(found) = self.necessary(other)
                    && found.cost < COMMON
                {
                    needs.push(self.set(found.ids));
                }
            }
        }
    }

    /// The matcher with all patterns filed.
    pub(super) fn finish(self) -> Matcher {
        let words = self.words.count();
        let mut bits: HashMap<SetId, Bloom> = HashMap::new();
        let mut signatures = vec![0; words];
        let mut next = 0_u32;
        for set in self.filed.iter().flat_map(|(_, needs, _)| needs) {
            bits.entry(*set).or_insert_with(|| {
                let bit = 1 << (next % Bloom::BITS);
                next += 1;
                for &id in &self.members[*set as usize] {
                    signatures[usize::from(id)] |= bit;
                }
                bit
            });
        }
        let file = |mine: &dyn Fn(Speaker) -> bool| {
            let mut by_word: Vec<Vec<(Bloom, u32)>> = vec![Vec::new(); words];
            for (index, (anchors, needs, speaker)) in self.filed.iter().enumerate() {
                if mine(*speaker) {
                    let need = needs.iter().fold(0, |need, set| need | bits[set]);
                    anchors.iter().for_each(|&id| by_word[usize::from(id)].push((need, index as u32)));
                }
            }
            let mut anchors = Anchors::default();
            for candidates in by_word {
                anchors.starts.push(anchors.needs.len() as u32);
                for (need, pattern) in candidates {
                    anchors.needs.push(need);
                    anchors.patterns.push(pattern);
                }
            }
            anchors.starts.push(anchors.needs.len() as u32);
            anchors
        };
        let agent = file(&|speaker| speaker != Speaker::Customer);
        let customer = file(&|speaker| speaker != Speaker::Agent);
        Matcher { sets: self.sets, signatures, patterns: self.patterns, agent, customer }
    }
}

/// The fewest and most words that a node takes.
fn width(node: &Node) -> (u8, u8) {
    match node {
        Node::Word(_) => (1, 1),
        Node::Sequence(items) => items.iter().map(width).fold((0, 0), |sum, (fewest, most)| {
            (sum.0.saturating_add(fewest), sum.1.saturating_add(most))
        }),
        Node::Choice(branches) => branches.iter().map(width).fold((u8::MAX, 0), |all, (fewest, most)| {
            (all.0.min(fewest), all.1.max(most))
        }),
        Node::Optional(item) => (0, width(item).1),
        Node::Gap(most) => (0, *most),
        Node::Start | Node::End => (0, 0),
    }
}

fn check_shape(node: &Node) -> Result<(), String> {
    let (_, most) = width(node);
    if most > WIDEST {
        return Err(format!("the pattern can be {most} words wide; the most is {WIDEST}"));
    }
    if let Node::Gap(_) = node {
        return Err("a pattern of a gap alone".into());
    }
    if let Node::Sequence(items) = node
        && (matches!(items.first(), Some(Node::Gap(_))) || matches!(items.last(), Some(Node::Gap(_))))
    {
        return Err("a gap at the edge of a pattern says nothing: leave it out".into());
    }
    Ok(())
}
