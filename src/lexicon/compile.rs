//! Parsed patterns to automata, and words to as few numbers as tell them apart.

use super::automaton::{Branches, Choice, ChoiceId, Node};
use super::filing::{self, Cabinet};
use super::matcher::{Candidate, CompiledPattern, ExceptionPattern, Matcher, Nearby, WIDEST};
use super::parse::ClassTable;
use super::pattern::Pattern;
use super::rule::Speaker;
use super::word_table::{IndexRoom, SetId, Sets, WordIndexes, WordSets, filter_of};
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
    choices: Vec<Choice>,
    /// By choice: the fewest and most words that it takes.
    widths: Vec<(u8, u8)>,
    known_choices: FxHashMap<Choice, ChoiceId>,
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
            choices: Vec::new(),
            widths: Vec::new(),
            known_choices: FxHashMap::default(),
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
        check_edges(&node)?;
        self.patterns.push((CompiledPattern { rule, node }, speaker));
        Ok(())
    }

    /// Compiles a pattern that is only looked for where a rule has matched; [`Compiler::finish`] anchors it.
    ///
    /// # Errors
    /// What is wrong with the pattern as a whole.
    pub(super) fn exception(&mut self, pattern: &'w Pattern, scope: Scope) -> Result<ExceptionPattern, String> {
        let node = self.checked(pattern, scope)?;
        let (_, width) = filing::width(&node, &self.widths);
        self.exceptions += 1;
        Ok(ExceptionPattern { number: self.exceptions, node, anchor: 0, before: (0, 0), filter: 0, width })
    }

    fn checked(&mut self, pattern: &'w Pattern, scope: Scope) -> Result<Node, String> {
        let node = self.node(pattern, scope)?;
        let (_, most) = filing::width(&node, &self.widths);
        if most > WIDEST {
            return Err(format!("the pattern can be {most} words wide; the most is {WIDEST}"));
        }
        if !filing::has_necessary(&node, &self.widths) {
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
            Pattern::Stem(word) => Node::Word(self.sets.add(self.words.stem_ids(word).to_vec())),
            Pattern::Exact(form) => Node::Word(self.sets.add(self.words.exact_ids(form).to_vec())),
            Pattern::Shape(shape) => Node::Word(self.sets.add(self.words.shape_ids(*shape))),
            Pattern::Class(name) => self.class(name, scope)?,
            Pattern::Sequence(items) => {
                let mut nodes = Vec::with_capacity(items.len());
                for item in items {
                    match self.node(item, scope)? {
                        Node::Sequence(inner) => nodes.extend(inner),
                        node => nodes.push(node),
                    }
                }
                Node::Sequence(nodes.into_boxed_slice())
            }
            Pattern::Choice(branches) => self.choice(branches.iter(), scope)?,
            Pattern::Optional(item) => Node::Optional(Box::new(self.node(item, scope)?)),
            Pattern::Gap(width) => Node::Gap(*width),
            Pattern::Start => Node::Start,
            Pattern::End => Node::End,
        })
    }

    fn class(&mut self, name: &'w str, scope: Scope) -> Result<Node, String> {
        let own = match scope {
            Scope::File(file) => self.own[file].members(name).map(|members| (scope, members)),
            Scope::Language => None,
        };
        let shared = || self.shared.members(name).map(|members| (Scope::Language, members));
        let Some((scope, members)) = own.or_else(shared) else { return Err(self.unknown_class(name, scope)) };
        match self.classes.get(&(scope, name)) {
            Some(Some(node)) => return Ok(node.clone()),
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
        self.classes.insert((scope, name), Some(node.clone()));
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
            let node = match branch {
                Pattern::Stem(word) => {
                    single.extend_from_slice(self.words.stem_ids(word));
                    continue;
                }
                Pattern::Exact(form) => {
                    single.extend_from_slice(self.words.exact_ids(form));
                    continue;
                }
                other => self.node(other, scope)?,
            };
            match node {
                Node::Word(set) => single.extend_from_slice(&self.sets.members[set as usize]),
                Node::Choice(inner) => {
                    let inner = &self.choices[inner as usize];
                    single.extend(inner.single.iter().flat_map(|set| &self.sets.members[*set as usize]));
                    phrases.extend_from_slice(&inner.phrases);
                    wordless.extend_from_slice(&inner.wordless);
                }
                other if filing::width(&other, &self.widths).0 == 0 || self.starts_with_any_word(&other) => {
                    wordless.push(other);
                }
                other => phrases.push(other),
            }
        }
        if phrases.is_empty() && wordless.is_empty() {
            return Ok(Node::Word(self.sets.add(single)));
        }
        let choice = Choice {
            single: (!single.is_empty()).then(|| self.sets.add(single)),
            phrases: phrases.into_boxed_slice(),
            wordless: wordless.into_boxed_slice(),
        };
        let next = self.choices.len() as ChoiceId;
        Ok(Node::Choice(*self.known_choices.entry(choice).or_insert_with_key(|choice| {
            self.widths.push(filing::choice_width(choice, &self.widths));
            self.choices.push(choice.clone());
            next
        })))
    }

    /// Whether a match of `node` can start with a gap.
    fn starts_with_any_word(&self, node: &Node) -> bool {
        match node {
            Node::Gap(_) => true,
            Node::Optional(item) => self.starts_with_any_word(item),
            Node::Sequence(items) => {
                let needed = items.iter().position(|item| filing::width(item, &self.widths).0 > 0);
                let first = &items[..needed.map_or(items.len(), |at| at + 1)];
                first.iter().any(|item| self.starts_with_any_word(item))
            }
            Node::Choice(choice) => {
                let choice = &self.choices[*choice as usize];
                choice.phrases.iter().chain(&choice.wordless).any(|branch| self.starts_with_any_word(branch))
            }
            Node::Word(_) | Node::Start | Node::End => false,
        }
    }

    /// Adds the words that a match of `node` can start with; whether there is no other way to start.
    fn first_words(&self, node: &Node, first: &mut Vec<WordId>) -> bool {
        match node {
            Node::Word(set) => {
                first.extend_from_slice(&self.sets.members[*set as usize]);
                true
            }
            Node::Choice(choice) => {
                let choice = &self.choices[*choice as usize];
                first.extend(choice.single.iter().flat_map(|set| &self.sets.members[*set as usize]));
                choice.phrases.iter().for_each(|phrase| {
                    self.first_words(phrase, first);
                });
                choice.wordless.is_empty()
            }
            Node::Sequence(items) => items.iter().any(|item| self.first_words(item, first)),
            Node::Optional(item) => {
                self.first_words(item, first);
                false
            }
            Node::Gap(_) | Node::Start | Node::End => false,
        }
    }

    /// How each choice is entered.
    fn branches(&mut self, words: usize) -> (Vec<Branches>, WordIndexes) {
        let mut indexes = WordIndexes::default();
        let mut room = IndexRoom::new(words);
        let (mut all, mut pairs, mut first) = (Vec::new(), Vec::new(), Vec::new());
        for choice in &self.choices {
            for (number, phrase) in choice.phrases.iter().enumerate() {
                self.first_words(phrase, &mut first);
                pairs.extend(first.drain(..).map(|word| (word, number as u32)));
            }
            let phrases = indexes.add(&mut room, pairs.drain(..), choice.phrases.len());
            let single = choice.single.map_or(&[][..], |set| &self.sets.members[set as usize]);
            all.push((phrases, [room.words(), single].concat()));
        }
        let all = all.into_iter().map(|(phrases, first)| Branches { first: self.sets.add_another(first), phrases });
        (all.collect(), indexes)
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
        // Renumbered members make other keys, but the sets keep their ids.
        let mut sets = Sets::default();
        for members in &self.sets.members {
            let mut ids: Vec<WordId> = members.iter().map(|&id| renumbered[usize::from(id)]).collect();
            ids.sort_unstable();
            ids.dedup();
            sets.known.entry(ids.clone()).or_insert(sets.members.len() as SetId);
            sets.members.push(ids);
        }
        self.sets = sets;
        let cabinet = Cabinet::new(&self.sets.members, &together, &self.choices, &self.widths);
        let mut filings = Vec::new();
        for (index, (pattern, speaker)) in self.patterns.iter().enumerate() {
            filings.extend(cabinet.file(index as u32, &pattern.node).into_iter().map(|filing| (filing, *speaker)));
        }
        let anchors: Vec<_> = exceptions.iter().map(|exception| cabinet.anchor(&exception.node)).collect();
        let candidates: Vec<(Vec<WordId>, Candidate, Speaker)> = filings
            .into_iter()
            .map(|(filing, speaker)| {
                let mut nearby =
                    filing.others.into_iter().map(|(ids, distance)| Nearby { set: self.sets.add(ids), distance });
                let (second, third) = (nearby.next(), nearby.next());
                let opens = opens_sentence(&self.patterns[filing.pattern as usize].0.node);
                let candidate = Candidate { pattern: filing.pattern, before: filing.before, opens, second, third };
                (filing.anchors, candidate, speaker)
            })
            .collect();
        for (exception, anchor) in exceptions.iter_mut().zip(anchors) {
            if let Some((ids, before)) = anchor {
                exception.filter = filter_of(&ids);
                exception.anchor = self.sets.add(ids);
                exception.before = before;
            }
        }
        let mut of = |reads: &dyn Fn(Speaker) -> bool| {
            let mine = candidates.iter().filter(|(_, _, speaker)| reads(*speaker));
            filing::anchors(mine.map(|(anchors, one, _)| (anchors.as_slice(), *one)), &mut self.sets, &together)
        };
        let agent = of(&|speaker| speaker != Speaker::Customer);
        let customer = of(&|speaker| speaker != Speaker::Agent);
        let (branches, phrases) = self.branches(words);
        let matcher = Matcher {
            branches,
            phrases,
            sets: WordSets::new(&self.sets.members),
            patterns: self.patterns.into_iter().map(|(pattern, _)| pattern).collect(),
            choices: self.choices,
            agent,
            customer,
        };
        (matcher, renumbered)
    }

    /// By word: a number that it shares with the words that are in the same sets and roles; the most
    /// common words have the lowest numbers.
    fn equivalent_words(&self, roles: &[u16], frequency: &[f32]) -> Vec<WordId> {
        let mut signatures: Vec<Vec<SetId>> = vec![Vec::new(); self.words.count()];
        for (set, members) in self.sets.members.iter().enumerate() {
            members.iter().for_each(|&id| signatures[usize::from(id)].push(set as SetId));
        }
        // Shapes keep their ids.
        let mut renumbered: Vec<WordId> = (0..FIRST_NAMED).collect();
        renumbered.resize(signatures.len(), NO_WORD);
        let mut by_frequency: Vec<usize> = (usize::from(FIRST_NAMED)..signatures.len()).collect();
        by_frequency.sort_by(|a, b| frequency[*b].total_cmp(&frequency[*a]));
        let mut numbers: FxHashMap<(&[SetId], u16), WordId> = FxHashMap::default();
        for id in by_frequency {
            let next = FIRST_NAMED + numbers.len() as WordId;
            renumbered[id] = *numbers.entry((&signatures[id], roles[id])).or_insert(next);
        }
        renumbered
    }
}

/// A gap at the edge of a rule's pattern would blur its evidence; in an exception it widens the reach.
fn check_edges(node: &Node) -> Result<(), String> {
    let edge_gap = match node {
        Node::Gap(_) => true,
        Node::Sequence(items) => {
            matches!(items.first(), Some(Node::Gap(_))) || matches!(items.last(), Some(Node::Gap(_)))
        }
        _ => false,
    };
    if edge_gap { Err("a gap at the edge of a pattern says nothing: leave it out".into()) } else { Ok(()) }
}

/// Whether every match of `node` starts where its sentence does.
fn opens_sentence(node: &Node) -> bool {
    match node {
        Node::Start => true,
        Node::Sequence(items) => items.first().is_some_and(opens_sentence),
        _ => false,
    }
}
