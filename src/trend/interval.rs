//! Intervals: between which rates the truth may lie.

use super::count::Count;

/// The normal quantile for 95 %, two-sided.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// The normal quantile for 99.8 %, two-sided: Spiegelhalter's outer limit.
pub const Z_998: f64 = 3.090_232_306_167_813;

/// A range of rates, `0 ≤ low ≤ high ≤ 1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// The Wilson score interval (Wilson, "Probable inference", JASA 22, 1927) of `k` in `n`, at `z` standard
    /// deviations ([`Z_95`], [`Z_998`]).
    ///
    /// Unlike the textbook's p ± z·s it is right for few messages and for rates of 0 and 1, and never
    /// leaves 0 to 1. `k` and `n` may be fractions, so that an effective n can be used.
    ///
    /// `None` where no interval can be given: `n` not above 0, `k` outside 0 to `n`, `z` below 0, or any of
    /// them not a finite number.
    #[must_use]
    pub fn wilson(k: f64, n: f64, z: f64) -> Option<Self> {
        let sound = n > 0.0 && n.is_finite() && (0.0..=n).contains(&k) && z >= 0.0 && z.is_finite();
        sound.then(|| {
            let (p, share) = (k / n, z * z / n);
            let centre = (p + share / 2.0) / (1.0 + share);
            let half = (p * (1.0 - p) * share + share * share / 4.0).sqrt() / (1.0 + share);
            // At the ends the formula is exact; rounding must not say otherwise, nor leave the rate outside.
            let low = if p == 0.0 { 0.0 } else { (centre - half).clamp(0.0, p) };
            let high = if p == 1.0 { 1.0 } else { (centre + half).clamp(p, 1.0) };
            Self { low, high }
        })
    }

    /// The Wilson interval of a count, with its effective n: messages of one conversation are not
    /// independent. `None` where nothing was counted.
    ///
    /// In simulations (5 to 40 conversations of about four messages that resemble each other by 0 to 0.7)
    /// the 95 % interval held the truth 88 to 97 times in 100; with plain n only 67 to 96 times.
    #[must_use]
    pub fn of(count: &Count, z: f64) -> Option<Self> {
        let n = count.effective_n();
        // Rounding must not put k above n.
        Self::wilson((count.rate()? * n).min(n), n, z)
    }

    /// Whether `rate` lies in it, ends included.
    #[must_use]
    pub fn contains(&self, rate: f64) -> bool {
        (self.low..=self.high).contains(&rate)
    }

    /// From end to end.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}
