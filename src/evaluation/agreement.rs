//! Agreement between two readers on a yes-or-no label.

/// Counts of machine against people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agreement {
    /// Both say yes.
    pub tp: u64,
    /// Only the machine says yes.
    pub fp: u64,
    /// Only people say yes.
    pub false_negative: u64,
    /// Both say no.
    pub tn: u64,
}

impl Agreement {
    /// Counts one message.
    pub const fn count(&mut self, machine: bool, people: bool) {
        match (machine, people) {
            (true, true) => self.tp += 1,
            (true, false) => self.fp += 1,
            (false, true) => self.false_negative += 1,
            (false, false) => self.tn += 1,
        }
    }

    /// How many messages were counted.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.tp + self.fp + self.false_negative + self.tn
    }

    /// Of what the machine finds, the share that people find too; `None` where it finds nothing.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        ratio(self.tp, self.tp + self.fp)
    }

    /// Of what people find, the share that the machine finds; `None` where they find nothing.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        ratio(self.tp, self.tp + self.false_negative)
    }

    /// Harmonic mean of precision and recall (van Rijsbergen 1979); `None` where neither finds anything.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        ratio(2 * self.tp, 2 * self.tp + self.fp + self.false_negative)
    }

    /// Cohen's kappa (Cohen 1960): agreement beyond that of two readers who guess at their own rates.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        let n = self.n() as f64;
        let (machine, people) = ((self.tp + self.fp) as f64 / n, (self.tp + self.false_negative) as f64 / n);
        self.beyond_chance(machine * people + (1.0 - machine) * (1.0 - people))
    }

    /// Gwet's AC1 (Gwet 2008), which stays sensible where a label is rare.
    #[must_use]
    pub fn ac1(&self) -> Option<f64> {
        let n = self.n() as f64;
        let yes = ((self.tp + self.fp) + (self.tp + self.false_negative)) as f64 / (2.0 * n);
        self.beyond_chance(2.0 * yes * (1.0 - yes))
    }

    fn beyond_chance(&self, chance: f64) -> Option<f64> {
        let observed = ratio(self.tp + self.tn, self.n())?;
        if chance >= 1.0 { None } else { Some((observed - chance) / (1.0 - chance)) }
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
