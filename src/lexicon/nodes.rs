//! Compiled patterns: trees laid out in one list, equal parts kept once, so that what is run
//! together stays in the nearest cache and a copy costs nothing.

use super::word_table::SetId;
use rustc_hash::FxHashMap;

/// A compiled pattern, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Word(SetId),
    Sequence(Items),
    Choice(ChoiceId),
    /// Of one item.
    Optional(Items),
    Gap(u8),
    Start,
    End,
}

/// Names neighbours in the list of [`Nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Items {
    first: u32,
    count: u32,
}

impl Items {
    pub(super) const fn is_empty(self) -> bool {
        self.count == 0
    }
}

/// Names a [`Choice`].
pub(super) type ChoiceId = u32;

/// Alternatives; many patterns share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Choice {
    /// Those of one word.
    pub(super) single: Option<SetId>,
    /// Those of more words.
    pub(super) phrases: Items,
    /// Those that no first word tells: they need no word (`^`) or start with a gap.
    pub(super) wordless: Items,
}

/// What all patterns are made of.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    list: Vec<Node>,
    choices: Vec<Choice>,
    /// By choice: the fewest and most words that it takes.
    widths: Vec<(u8, u8)>,
    /// Kept while compiling.
    known: FxHashMap<Box<[Node]>, Items>,
    known_choices: FxHashMap<Choice, ChoiceId>,
}

impl Nodes {
    /// Lays `nodes` side by side.
    pub(super) fn add(&mut self, nodes: &[Node]) -> Items {
        if let Some(&items) = self.known.get(nodes) {
            return items;
        }
        let items = Items { first: self.list.len() as u32, count: nodes.len() as u32 };
        self.list.extend_from_slice(nodes);
        self.known.insert(nodes.into(), items);
        items
    }

    pub(super) fn add_choice(&mut self, choice: Choice) -> ChoiceId {
        if let Some(&known) = self.known_choices.get(&choice) {
            return known;
        }
        let width = self.branches(choice).fold((u8::MAX, 0), |all: (u8, u8), branch| {
            let one = self.width(branch);
            (all.0.min(one.0), all.1.max(one.1))
        });
        let id = self.choices.len() as ChoiceId;
        self.widths.push(width);
        self.choices.push(choice);
        self.known_choices.insert(choice, id);
        id
    }

    /// From now on nothing is added.
    pub(super) fn close(&mut self) {
        self.known = FxHashMap::default();
        self.known_choices = FxHashMap::default();
    }

    #[inline]
    pub(super) fn items(&self, items: Items) -> &[Node] {
        &self.list[items.first as usize..][..items.count as usize]
    }

    #[inline]
    pub(super) fn choice(&self, id: ChoiceId) -> Choice {
        self.choices[id as usize]
    }

    /// All choices, by number; a choice holds only choices that were made before it.
    pub(super) fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// All alternatives of a choice.
    pub(super) fn branches(&self, choice: Choice) -> impl Iterator<Item = Node> {
        let longer = self.items(choice.phrases).iter().chain(self.items(choice.wordless));
        choice.single.map(Node::Word).into_iter().chain(longer.copied())
    }

    /// The fewest and most words that a node takes.
    pub(super) fn width(&self, node: Node) -> (u8, u8) {
        match node {
            Node::Word(_) => (1, 1),
            Node::Sequence(items) => self.items(items).iter().fold((0, 0), |all, &item| add(all, self.width(item))),
            Node::Choice(choice) => self.widths[choice as usize],
            Node::Optional(item) => (0, self.items(item).iter().fold(0, |most, &item| self.width(item).1.max(most))),
            Node::Gap(most) => (0, most),
            Node::Start | Node::End => (0, 0),
        }
    }

    /// Whether a match of `node` can start with a gap.
    pub(super) fn starts_with_any_word(&self, node: Node) -> bool {
        match node {
            Node::Gap(_) => true,
            Node::Optional(item) => self.items(item).iter().any(|&item| self.starts_with_any_word(item)),
            Node::Sequence(items) => {
                let items = self.items(items);
                let needed = items.iter().position(|&item| self.width(item).0 > 0);
                let first = &items[..needed.map_or(items.len(), |at| at + 1)];
                first.iter().any(|&item| self.starts_with_any_word(item))
            }
            Node::Choice(choice) => self.branches(self.choice(choice)).any(|branch| self.starts_with_any_word(branch)),
            Node::Word(_) | Node::Start | Node::End => false,
        }
    }

    /// Adds the sets that hold the words that a match of `node` can start with; whether there is no other way to start.
    pub(super) fn first_sets(&self, node: Node, first: &mut Vec<SetId>) -> bool {
        match node {
            Node::Word(set) => {
                first.push(set);
                true
            }
            Node::Choice(choice) => {
                let choice = self.choice(choice);
                first.extend(choice.single);
                self.items(choice.phrases).iter().for_each(|&phrase| {
                    self.first_sets(phrase, first);
                });
                choice.wordless.is_empty()
            }
            Node::Sequence(items) => self.items(items).iter().any(|&item| self.first_sets(item, first)),
            Node::Optional(item) => {
                self.items(item).iter().for_each(|&item| {
                    self.first_sets(item, first);
                });
                false
            }
            Node::Gap(_) | Node::Start | Node::End => false,
        }
    }

    /// Adds `node` to `items`, sequences taken apart.
    pub(super) fn flatten(&self, node: Node, items: &mut Vec<Node>) {
        match node {
            Node::Sequence(inner) => self.items(inner).iter().for_each(|&item| self.flatten(item, items)),
            other => items.push(other),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.list.len() * size_of::<Node>() + self.choices.len() * size_of::<(Choice, (u8, u8))>()
    }
}

/// The sum of two widths.
pub(super) const fn add(a: (u8, u8), b: (u8, u8)) -> (u8, u8) {
    (a.0.saturating_add(b.0), a.1.saturating_add(b.1))
}
