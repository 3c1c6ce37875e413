//! Chance that comes out the same for the same seed, on every machine.

/// SplitMix64 (Steele, Lea and Flood 2014): small, and good enough to make up conversations.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound` - 1; 0 where `bound` is 0.
    pub(super) const fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.next() % bound as u64) as usize }
    }

    /// A number from `first` to `last`.
    pub(super) const fn between(&mut self, first: i64, last: i64) -> i64 {
        first + self.below((last - first + 1) as usize) as i64
    }

    /// True so many times in a hundred.
    pub(super) const fn percent(&mut self, share: u32) -> bool {
        self.below(100) < share as usize
    }

    pub(super) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    /// One of `from`, the more often the greater its weight.
    pub(super) fn weighed<'t, T>(&mut self, from: &'t [T], weight: impl Fn(&T) -> u32) -> &'t T {
        let sum: u32 = from.iter().map(&weight).sum();
        let mut left = self.below(sum as usize) as u32;
        let chosen = from.iter().find(|one| {
            let weight = weight(one);
            let chosen = left < weight;
            left = left.saturating_sub(weight);
            chosen
        });
        chosen.unwrap_or(&from[0])
    }
}
