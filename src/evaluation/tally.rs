//! Machine and people about one thing: a criterion, a finding, what a rule found.

use super::{Agreement, Nominal};

/// What machine and people said of cases, each put into one of `K` categories.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally<const K: usize> {
    /// The machine and most people, as two readers.
    pub machine: Nominal<K>,
    /// Cases in which these two say the same.
    pub same: u64,
    /// The people among themselves.
    pub people: Nominal<K>,
    /// The category that is held against a message (or that a finding is made): by machine and by people.
    pub counts: Agreement,
    /// Cases in which as many people say one thing as another: left out, but for `people`.
    pub split: u64,
}

impl<const K: usize> Tally<K> {
    /// Counts a case; `positive` is the category that [`Tally::counts`] asks about.
    pub fn count(&mut self, machine: usize, people: &[u32; K], positive: usize) {
        self.people.count(people);
        let Some(people) = most(people) else {
            self.split += 1;
            return;
        };
        let mut readers = [0; K];
        readers[machine] += 1;
        readers[people] += 1;
        self.machine.count(&readers);
        self.same += u64::from(machine == people);
        self.counts.count(machine == positive, people == positive);
    }
}

/// The category that most readers chose; `None` where two share the first place.
fn most<const K: usize>(readers: &[u32; K]) -> Option<usize> {
    let first = readers.iter().max()?;
    let mut chosen = readers.iter().enumerate().filter(|(_, readers)| *readers == first);
    let (category, _) = chosen.next()?;
    chosen.next().is_none().then_some(category)
}
