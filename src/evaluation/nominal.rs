//! Agreement between any number of readers who put each case into one of a few categories.

/// What readers said of cases, summed up. `K` categories.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nominal<const K: usize> {
    /// Cases that two readers or more put into a category.
    cases: u64,
    /// Cases that any reader did.
    read: u64,
    /// Sum of the shares of pairs of readers that agree.
    agreeing: f64,
    /// Sum of the same shares, each as often as there were readers.
    agreeing_readers: f64,
    /// How often each category was given.
    given: [f64; K],
    /// Sum of each category's share in a case.
    shares: [f64; K],
}

impl<const K: usize> Default for Nominal<K> {
    fn default() -> Self {
        Self { cases: 0, read: 0, agreeing: 0.0, agreeing_readers: 0.0, given: [0.0; K], shares: [0.0; K] }
    }
}

impl<const K: usize> Nominal<K> {
    /// Counts a case: how many readers put it into each category. One that a single reader read tells only how
    /// common its category is.
    pub fn count(&mut self, readers: &[u32; K]) {
        let readers = readers.map(f64::from);
        let all: f64 = readers.iter().sum();
        if all < 1.0 {
            return;
        }
        self.read += 1;
        for (sum, readers) in self.shares.iter_mut().zip(readers) {
            *sum += readers / all;
        }
        if all < 2.0 {
            return;
        }
        let pairs: f64 = readers.iter().map(|readers| readers * (readers - 1.0)).sum();
        let agreeing = pairs / (all * (all - 1.0));
        self.cases += 1;
        self.agreeing += agreeing;
        self.agreeing_readers += all * agreeing;
        for (sum, readers) in self.given.iter_mut().zip(readers) {
            *sum += readers;
        }
    }

    /// How many cases two readers or more read.
    #[must_use]
    pub const fn cases(&self) -> u64 {
        self.cases
    }

    /// The share of pairs of readers that agree, 0 to 1; `None` where nothing was counted.
    #[must_use]
    pub fn agreement(&self) -> Option<f64> {
        (self.cases > 0).then(|| self.agreeing / self.cases as f64)
    }

    /// Krippendorff's alpha for nominal data (Krippendorff 2011, "Computing Krippendorff's alpha-reliability",
    /// form C): 1 for full agreement, 0 for what chance gives. `None` where all gave one category, so that
    /// nothing could differ.
    #[must_use]
    pub fn alpha(&self) -> Option<f64> {
        let all: f64 = self.given.iter().sum();
        let expected = all * all - self.given.iter().map(|given| given * given).sum::<f64>();
        (expected > 0.0).then(|| 1.0 - (all - self.agreeing_readers) * (all - 1.0) / expected)
    }

    /// Gwet's AC1 for any number of readers (Gwet 2008, "Computing inter-rater reliability and its
    /// variance in the presence of high agreement"), which stays sensible where a category is rare. `None`
    /// where nothing was counted.
    #[must_use]
    pub fn ac1(&self) -> Option<f64> {
        let (agreement, read) = (self.agreement()?, self.read as f64);
        let spread: f64 = self.shares.iter().map(|sum| sum / read).map(|share| share * (1.0 - share)).sum();
        let chance = spread / (K as f64 - 1.0);
        Some((agreement - chance) / (1.0 - chance))
    }
}
