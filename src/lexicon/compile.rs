//! Parsed patterns to automata, and words to as few numbers as tell them apart.

use super::automaton::Branches;
use super::filing::{Cabinet, Filings};
use super::matcher::{CompiledPattern, ExceptionPattern, Matcher, WIDEST};
use super::nodes::{Choice, Node, Nodes};
use super::parse::ClassTable;
use super::pattern::Pattern;
use super::rule::Speaker;
use super::side_by_side::beside;
use super::word_table::{IndexRoom, SetId, Sets, WordIndexes, WordRow, WordSets};
use super::words::{FIRST_NAMED, NO_WORD, WordId, Words};
use rustc_hash::FxHashMap;

/// Names the classes that a pattern can use: those of its file, then those of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// Classes of the language only.
    Language,
    /// Classes of a file, by its index, and of the language.
    File(usize),
}

/// Builds the matcher; [`Compiler::finish`] when every pattern is in.
pub(super) struct Compiler<'w> {
    words: &'w Words,
    shared: &'w ClassTable,
    own: &'w [ClassTable],
    /// Compiled classes; `None` while a class is being compiled.
    classes: FxHashMap<(Scope, &'w str), Option<Node>>,
    sets: Sets,
    /// The set of each stem and each form that stands by itself.
    single: FxHashMap<&'w Pattern, SetId>,
    nodes: Nodes,
    patterns: Vec<(CompiledPattern, Speaker)>,
    /// How many exceptions were compiled.
    exceptions: u32,
}

impl<'w> Compiler<'w> {
    pub(super) fn new(words: &'w Words, shared: &'w ClassTable, own: &'w [ClassTable]) -> Self {
        Self {
            words,
            shared,
            own,
            classes: FxHashMap::default(),
            sets: Sets::default(),
            single: FxHashMap::default(),
            nodes: Nodes::default(),
            patterns: Vec::new(),
            exceptions: 0,
        }
    }

    /// Adds a pattern of rule `rule`.
    ///
    /// # Errors
    /// What is wrong with the pattern as a whole.
    pub(super) fn add(
        &mut self,
        rule: u32,
        speaker: Speaker,
        pattern: &'w Pattern,
        scope: Scope,
    ) -> Result<(), String> {
        let node = self.checked(pattern, scope)?;
        self.check_edges(node)?;
        self.patterns.push((CompiledPattern { rule, node }, speaker));
        Ok(())
    }

    /// Compiles a pattern that is only looked for where a rule has matched; [`Compiler::finish`] anchors it.
    ///
    /// # Errors
    /// What is wrong with the pattern as a whole.
    pub(super) fn exception(&mut self, pattern: &'w Pattern, scope: Scope) -> Result<ExceptionPattern, String> {
        let node = self.checked(pattern, scope)?;
        let (_, width) = self.nodes.width(node);
        self.exceptions += 1;
        Ok(ExceptionPattern {
            row: WordRow::default(),
            number: self.exceptions,
            node,
            anchor: 0,
            before: (0, 0),
            width,
        })
    }

    fn checked(&mut self, pattern: &'w Pattern, scope: Scope) -> Result<Node, String> {
        let node = self.node(pattern, scope)?;
        let (least, most) = self.nodes.width(node);
        if most > WIDEST {
            return Err(format!("the pattern can be {most} words wide; the most is {WIDEST}"));
        }
        if least == 0 {
            return Err("a pattern needs at least one word or class that is not optional".into());
        }
        Ok(node)
    }

    /// Compiles a pattern.
    ///
    /// # Errors
    /// A class that is not there.
    pub(super) fn node(&mut self, pattern: &'w Pattern, scope: Scope) -> Result<Node, String> {
        Ok(match pattern {
            Pattern::Stem(_) | Pattern::Exact(_) => Node::Word(self.word(pattern)),
            Pattern::Shape(shape) => Node::Word(self.sets.add(self.words.shape_ids(*shape))),
            Pattern::Class(name) => self.class(name, scope)?,
            Pattern::Sequence(items) => {
                let mut nodes = Vec::with_capacity(items.len());
                for item in items {
                    match self.node(item, scope)? {
                        Node::Sequence(inner) => nodes.extend_from_slice(self.nodes.items(inner)),
                        node => nodes.push(node),
                    }
                }
                Node::Sequence(self.nodes.add(&nodes))
            }
            Pattern::Choice(branches) => self.choice(branches.iter(), scope)?,
            Pattern::Optional(item) => {
                let item = self.node(item, scope)?;
                Node::Optional(self.nodes.add(&[item]))
            }
            Pattern::Gap(width) => Node::Gap(*width),
            Pattern::Start => Node::Start,
            Pattern::End => Node::End,
        })
    }

    /// The ids of a stem or a form.
    fn ids(&self, pattern: &Pattern) -> &'w [WordId] {
        match pattern {
            Pattern::Stem(word) => self.words.stem_ids(word),
            Pattern::Exact(form) => self.words.exact_ids(form),
            _ => &[],
        }
    }

    /// The set of a stem or a form.
    fn word(&mut self, pattern: &'w Pattern) -> SetId {
        if let Some(&set) = self.single.get(pattern) {
            return set;
        }
        let set = self.sets.add(self.ids(pattern).to_vec());
        self.single.insert(pattern, set);
        set
    }

    fn class(&mut self, name: &'w str, scope: Scope) -> Result<Node, String> {
        let own = match scope {
            Scope::File(file) => self.own[file].members(name).map(|members| (scope, members)),
            Scope::Language => None,
        };
        let shared = || self.shared.members(name).map(|members| (Scope::Language, members));
        let Some((scope, members)) = own.or_else(shared) else { return Err(self.unknown_class(name, scope)) };
        match self.classes.get(&(scope, name)) {
            Some(Some(node)) => return Ok(*node),
            Some(None) => return Err(format!("the class {{{name}}} uses itself")),
            None => {}
        }
        self.classes.insert((scope, name), None);
        let node = self.choice(members.iter().map(|member| &member.value), scope);
        if node.is_err() {
            // Forgotten again, so that each use of a broken class says what is wrong with it.
            self.classes.remove(&(scope, name));
        }
        let node = node?;
        self.classes.insert((scope, name), Some(node));
        Ok(node)
    }

    /// Says that a class is unknown and which one may have been meant.
    fn unknown_class(&self, name: &str, scope: Scope) -> String {
        let own = match scope {
            Scope::File(file) => Some(self.own[file].names()),
            Scope::Language => None,
        };
        let known = self.shared.names().chain(own.into_iter().flatten());
        let near: Vec<&str> = known.filter(|known| known.contains(name) || name.contains(known)).collect();
        let hint = if near.is_empty() { String::new() } else { format!("; did you mean {{{}}}?", near.join("}, {")) };
        format!("no class is called {{{name}}}{hint}; classes stand in classes.toml or in [classes] of this file")
    }

    /// Alternatives; single words, those of inner choices included, become one set.
    fn choice(&mut self, branches: impl Iterator<Item = &'w Pattern>, scope: Scope) -> Result<Node, String> {
        let mut single = Vec::new();
        let (mut phrases, mut wordless) = (Vec::new(), Vec::new());
        for branch in branches {
            // Words are most of all branches: no set for each of them.
            if matches!(branch, Pattern::Stem(_) | Pattern::Exact(_)) {
                single.extend_from_slice(self.ids(branch));
                continue;
            }
            match self.node(branch, scope)? {
                Node::Word(set) => single.extend_from_slice(&self.sets.members[set as usize]),
                Node::Choice(inner) => {
                    let inner = self.nodes.choice(inner);
                    single.extend(inner.single.iter().flat_map(|set| &self.sets.members[*set as usize]));
                    phrases.extend_from_slice(self.nodes.items(inner.phrases));
                    wordless.extend_from_slice(self.nodes.items(inner.wordless));
                }
                other if self.nodes.width(other).0 == 0 || self.nodes.starts_with_any_word(other) => {
                    wordless.push(other);
                }
                other => phrases.push(other),
            }
        }
        if phrases.is_empty() && wordless.is_empty() {
            return Ok(Node::Word(self.sets.add(single)));
        }
        let single = (!single.is_empty()).then(|| self.sets.add(single));
        let (phrases, wordless) = (self.nodes.add(&phrases), self.nodes.add(&wordless));
        Ok(Node::Choice(self.nodes.add_choice(Choice { single, phrases, wordless })))
    }

    /// A gap at the edge of a rule's pattern would blur its evidence; in an exception it widens the reach.
    fn check_edges(&self, node: Node) -> Result<(), String> {
        let items = match &node {
            Node::Sequence(items) => self.nodes.items(*items),
            one => std::slice::from_ref(one),
        };
        let is_gap = |item: Option<&Node>| matches!(item, Some(Node::Gap(_)));
        if is_gap(items.first()) || is_gap(items.last()) {
            return Err("a gap at the edge of a pattern says nothing: leave it out".into());
        }
        Ok(())
    }

    /// How each choice is entered.
    fn branches(&self, words: usize) -> (Vec<Branches>, WordIndexes) {
        let mut indexes = WordIndexes::default();
        let mut room = IndexRoom::new(words);
        let (mut all, mut pairs, mut first) = (Vec::new(), Vec::new(), Vec::<SetId>::new());
        for choice in self.nodes.choices() {
            let phrases = self.nodes.items(choice.phrases);
            for (number, &phrase) in phrases.iter().enumerate() {
                self.nodes.first_sets(phrase, &mut first);
                let words = first.drain(..).flat_map(|set| &self.sets.members[set as usize]);
                pairs.extend(words.map(|&word| (word, number as u32)));
            }
            let phrases = indexes.add(&mut room, pairs.drain(..), phrases.len());
            let mut first = WordRow::of(room.words());
            choice.single.iter().for_each(|set| first.add(&self.sets.members[*set as usize]));
            all.push(Branches { first, phrases });
        }
        (all, indexes)
    }

    /// The matcher with all patterns filed, and the number that each word now has: words that no
    /// pattern tells apart share one.
    ///
    /// `frequency` by word, in occurrences per million; `roles` are sets of words to be kept apart too.
    pub(super) fn finish(
        mut self,
        frequency: &[f32],
        roles: &[u16],
        exceptions: &mut [ExceptionPattern],
    ) -> (Matcher, Vec<WordId>) {
        let renumbered = self.equivalent_words(roles, frequency);
        let words = 1 + renumbered.iter().copied().max().unwrap_or(NO_WORD) as usize;
        let mut together = vec![0.0; words];
        for (old, &new) in renumbered.iter().enumerate() {
            together[usize::from(new)] += frequency[old];
        }
        self.sets.renumber(&renumbered);
        self.nodes.close();
        let cabinet = Cabinet::new(&mut self.sets, &together, &self.nodes);
        let mut filings = Filings::default();
        for (index, (pattern, _)) in self.patterns.iter().enumerate() {
            cabinet.file(index as u32, pattern.node, &mut filings);
        }
        for exception in exceptions.iter_mut() {
            if let Some(anchor) = cabinet.necessary(exception.node) {
                exception.row = WordRow::of(&self.sets.members[anchor.set as usize]);
                (exception.anchor, exception.before) = (anchor.set, anchor.before);
            }
        }
        let signatures = filings.signatures(&self.sets, &together);
        let entries = filings.entries(&self.sets, &signatures);
        let of = |other: Speaker| {
            let reads = |pattern: u32| self.patterns[pattern as usize].1 != other;
            filings.anchors(reads, &self.sets, &entries, words)
        };
        let (agent, (customer, (branches, phrases), sets)) = beside(
            || of(Speaker::Customer),
            || (of(Speaker::Agent), self.branches(words), WordSets::new(&self.sets.members)),
        );
        let matcher = Matcher {
            branches,
            phrases,
            sets,
            patterns: self.patterns.into_iter().map(|(pattern, _)| pattern).collect(),
            nodes: self.nodes,
            signatures,
            candidates: filings.candidates.into_iter().map(|(_, candidate)| candidate).collect(),
            needs: filings.needs,
            agent,
            customer,
        };
        (matcher, renumbered)
    }

    /// By word: a number that it shares with the words that are in the same sets and roles; the most
    /// common words have the lowest numbers.
    fn equivalent_words(&self, roles: &[u16], frequency: &[f32]) -> Vec<WordId> {
        // Each set parts the words that are in it from those of their group that are not
        // (partition refinement, Paige & Tarjan 1987).
        let mut groups: Vec<u32> = vec![0; self.words.count()];
        let mut sizes = vec![groups.len()];
        // By group: the set that parted it last, and what was parted from it.
        let mut parted: Vec<(SetId, u32)> = vec![(SetId::MAX, 0)];
        for (set, members) in self.sets.members.iter().enumerate() {
            for &id in members {
                let group = groups[usize::from(id)];
                if sizes[group as usize] == 1 && parted[group as usize].0 != set as SetId {
                    continue;
                }
                if parted[group as usize].0 != set as SetId {
                    parted[group as usize] = (set as SetId, parted.len() as u32);
                    parted.push((SetId::MAX, 0));
                    sizes.push(0);
                }
                let to = parted[group as usize].1;
                groups[usize::from(id)] = to;
                sizes[group as usize] -= 1;
                sizes[to as usize] += 1;
            }
        }
        // Shapes keep their ids.
        let mut renumbered: Vec<WordId> = (0..FIRST_NAMED).collect();
        renumbered.resize(groups.len(), NO_WORD);
        let mut by_frequency: Vec<usize> = (usize::from(FIRST_NAMED)..groups.len()).collect();
        by_frequency.sort_by(|a, b| frequency[*b].total_cmp(&frequency[*a]));
        let mut numbers: FxHashMap<(u32, u16), WordId> = FxHashMap::default();
        for id in by_frequency {
            let next = FIRST_NAMED + numbers.len() as WordId;
            renumbered[id] = *numbers.entry((groups[id], roles[id])).or_insert(next);
        }
        renumbered
    }
}
