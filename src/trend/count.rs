//! How many messages met a criterion, with what is needed to know how much such a figure is worth.
//!
//! Messages of one conversation resemble each other: one angry customer, one broken parcel, one agent in
//! a hurry. Twenty messages of two conversations tell less than twenty messages of twenty. A [`Count`]
//! therefore remembers sums over conversations, from which the *design effect* of a cluster sample follows
//! (Kish, *Survey Sampling*, 1965), and with it how many independent messages the figure is worth.
//!
//! All sums are whole numbers: counts of days, agents, machines can be added in any order and by anybody,
//! and give the same figures to the last bit.

/// Messages that met a criterion, out of those to which it applied, summed over conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Count {
    sums: Sums,
}

/// The plain numbers of a [`Count`], to be stored and added up elsewhere.
///
/// For a conversation with `k` of `n` applicable messages met:
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Sums {
    /// Conversations with at least one applicable message.
    pub conversations: u64,
    /// Σ n: messages to which the criterion applies.
    pub applicable: u64,
    /// Σ k: of these, the messages that meet it.
    pub met: u64,
    /// Σ k².
    pub met_squared: u64,
    /// Σ k·n.
    pub met_times_applicable: u64,
    /// Σ n².
    pub applicable_squared: u64,
}

/// Why numbers are no [`Count`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// More met than applicable in a conversation.
    #[error("{met} messages of a conversation meet a criterion that applies to {applicable}; at most all of them can")]
    MoreMetThanApplicable {
        /// What was given as met.
        met: u32,
        /// What was given as applicable.
        applicable: u32,
    },
    /// Sums that no conversations have.
    #[error("no conversations have these sums: {0:?}; {1}")]
    Impossible(Sums, &'static str),
}

impl Count {
    /// Counts one conversation: `met` of the `applicable` messages meet the criterion.
    ///
    /// A conversation without an applicable message says nothing and is not counted.
    ///
    /// # Errors
    ///
    /// If `met` is above `applicable`; the count stays as it was.
    pub fn add_conversation(&mut self, met: u32, applicable: u32) -> Result<(), CountError> {
        if met > applicable {
            return Err(CountError::MoreMetThanApplicable { met, applicable });
        }
        if applicable > 0 {
            let (k, n) = (u64::from(met), u64::from(applicable));
            self.merge(&Self {
                sums: Sums {
                    conversations: 1,
                    applicable: n,
                    met: k,
                    met_squared: k * k,
                    met_times_applicable: k * n,
                    applicable_squared: n * n,
                },
            });
        }
        Ok(())
    }

    /// Adds the conversations of `other`, which must be different ones: half a conversation here and half
    /// there would count as two.
    ///
    /// Sums stop at `u64::MAX`, which takes billions of messages in one conversation.
    pub fn merge(&mut self, other: &Self) {
        let (own, more) = (&mut self.sums, &other.sums);
        for (sum, addend) in [
            (&mut own.conversations, more.conversations),
            (&mut own.applicable, more.applicable),
            (&mut own.met, more.met),
            (&mut own.met_squared, more.met_squared),
            (&mut own.met_times_applicable, more.met_times_applicable),
            (&mut own.applicable_squared, more.applicable_squared),
        ] {
            *sum = sum.saturating_add(addend);
        }
    }

    /// The plain numbers.
    #[must_use]
    pub const fn sums(&self) -> Sums {
        self.sums
    }

    /// Conversations with at least one applicable message.
    #[must_use]
    pub const fn conversations(&self) -> u64 {
        self.sums.conversations
    }

    /// n: messages to which the criterion applies.
    #[must_use]
    pub const fn applicable(&self) -> u64 {
        self.sums.applicable
    }

    /// k: of these, the messages that meet it. Show it as "k of n", never the rate alone.
    #[must_use]
    pub const fn met(&self) -> u64 {
        self.sums.met
    }

    /// Whether nothing was counted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sums.applicable == 0
    }

    /// k / n, from 0 to 1; `None` where nothing was counted.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (!self.is_empty()).then(|| self.sums.met as f64 / self.sums.applicable as f64)
    }

    /// How many times larger the variance of the rate is than if all messages were independent; 1 at least.
    ///
    /// The variance is that of a ratio of cluster totals, linearised (Cochran, *Sampling Techniques*, 3rd
    /// edition 1977): `m/(m−1) · Σ(k − p·n)² / (Σn)²` over `m` conversations. It is divided by that
    /// of as many independent messages, estimated as `p(1−p)/(n−1)`, so that one message a conversation
    /// gives exactly 1. Below 1 (conversations more alike than chance makes them) counts as 1: a chance
    /// find must not make a figure look surer than its messages.
    ///
    /// `None` where it cannot be measured: nothing counted, one conversation, or all or no messages met.
    #[must_use]
    pub fn design_effect(&self) -> Option<f64> {
        let Sums { conversations, applicable, met, .. } = self.sums;
        if conversations < 2 || met == 0 || met == applicable {
            return None;
        }
        let (m, n) = (conversations as f64, applicable as f64);
        // The rarer of met and unmet: the same variance, less lost to rounding.
        let (k, k_squared, k_times_n) = self.rarer();
        let p = k / n;
        let squares = k_squared - 2.0 * p * k_times_n + p * p * self.sums.applicable_squared as f64;
        let variance = m / (m - 1.0) * squares / (n * n);
        Some((variance * (n - 1.0) / (p * (1.0 - p))).max(1.0))
    }

    /// How many independent messages the rate is worth: above 0, never above n, 0 where nothing was counted.
    ///
    /// n divided by the [`design_effect`](Self::design_effect). Where that cannot be measured, messages of
    /// one conversation count as if they all said the same ([`effective_n_at`](Self::effective_n_at) 1):
    /// where everything was met, or nothing, that is what they did.
    #[must_use]
    pub fn effective_n(&self) -> f64 {
        match self.design_effect() {
            Some(effect) => self.sums.applicable as f64 / effect,
            None => self.effective_n_at(1.0),
        }
    }

    /// The intra-class correlation: how much messages of one conversation resemble each other, from 0 (not
    /// at all) to 1 (they all say the same); Kish's *roh*.
    ///
    /// From the design effect `1 + (b − 1)·roh` with `b = Σn²/Σn` messages a conversation, weighted by
    /// messages (Kish 1965). 0 where no conversation has two messages, 1 where it cannot be measured.
    #[must_use]
    pub fn intraclass_correlation(&self) -> f64 {
        let more = self.messages_a_conversation() - 1.0;
        if more <= 0.0 {
            return 0.0;
        }
        self.design_effect().map_or(1.0, |effect| ((effect - 1.0) / more).clamp(0.0, 1.0))
    }

    /// How many independent messages this count is worth if messages of one conversation resemble each
    /// other by `intraclass_correlation`, which is learnt from others: the team, the other weeks.
    ///
    /// It depends on the sizes of the conversations and not on what was found in them, as limits must that
    /// are drawn before looking. With 1 it is `(Σn)² / Σn²`, the effective number of conversations (Kish 1965).
    /// The correlation is taken into 0 to 1.
    #[must_use]
    pub fn effective_n_at(&self, intraclass_correlation: f64) -> f64 {
        let more = self.messages_a_conversation() - 1.0;
        // What is not a number is nothing that was learnt: the cautious end.
        let alike = if intraclass_correlation.is_nan() { 1.0 } else { intraclass_correlation.clamp(0.0, 1.0) };
        self.sums.applicable as f64 / (1.0 + more * alike)
    }

    /// Messages in the conversation of an average message; 1 where nothing was counted.
    fn messages_a_conversation(&self) -> f64 {
        if self.is_empty() { 1.0 } else { self.sums.applicable_squared as f64 / self.sums.applicable as f64 }
    }

    /// Σk, Σk², Σkn of the met messages, or of the unmet ones where these are fewer.
    fn rarer(&self) -> (f64, f64, f64) {
        let Sums { applicable: n, met: k, met_squared: kk, met_times_applicable: kn, applicable_squared: nn, .. } =
            self.sums;
        if k <= n - k {
            (k as f64, kk as f64, kn as f64)
        } else {
            // Σ(n−k)² = Σn² − 2Σkn + Σk², in whole numbers wide enough.
            let unmet_squared = i128::from(nn) - 2 * i128::from(kn) + i128::from(kk);
            ((n - k) as f64, unmet_squared as f64, (nn - kn) as f64)
        }
    }
}

impl<'c> std::iter::Sum<&'c Self> for Count {
    /// Adds up counts of different conversations, as [`merge`](Self::merge) does.
    fn sum<I: Iterator<Item = &'c Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |mut sum, count| {
            sum.merge(count);
            sum
        })
    }
}

impl TryFrom<Sums> for Count {
    type Error = CountError;

    /// Takes sums from a store or another machine.
    fn try_from(sums: Sums) -> Result<Self, CountError> {
        let Sums { conversations: m, applicable: n, met: k, met_squared: kk, met_times_applicable: kn, .. } = sums;
        let nn = sums.applicable_squared;
        let laws = [
            (m <= n && (m == 0) == (n == 0), "every counted conversation has an applicable message"),
            (k <= n, "at most all messages are met"),
            (k <= kk && n <= nn, "the square of a whole number is not below it"),
            (kk <= kn && kn <= nn, "k² ≤ k·n ≤ n² in every conversation"),
            (
                i128::from(nn) - 2 * i128::from(kn) + i128::from(kk) >= i128::from(n) - i128::from(k),
                "the unmet messages n − k have squares too",
            ),
        ];
        match laws.into_iter().find(|(holds, _)| !holds) {
            Some((_, law)) => Err(CountError::Impossible(sums, law)),
            None => Ok(Self { sums }),
        }
    }
}
