//! Statistics that are fair to people: how often a criterion is met, and how sure that is.
//!
//! # Which figure for what
//!
//! | question | figure | where |
//! |---|---|---|
//! | How often did Dana apologise where it was due? | "k of n", never a percentage alone | [`Count`] |
//! | How sure is that? | Wilson interval with the effective n | [`Interval::of`] |
//! | Does Dana differ from the team? | funnel plot: inside, or beyond 95 % or 99.8 % | [`Funnel`] |
//! | Whose messages should I read first? | shrunk rates | [`Prior`] |
//! | Did something change this month? | control chart with run rules | [`control::parts`] |
//! | Which week does this message belong to? | the office's | [`Period`] |
//!
//! The data's way: a conversation gives k of n for each criterion; conversations add up to the [`Count`] of
//! an agent, a team or a channel in a [`Period`]; all the rest is made of counts. Counts are sums and can be
//! added in any order, on any machine. Nothing here reads a file, a clock or the environment, and nothing
//! is drawn by lot: same counts, same figures.
//!
//! # Why no league table
//!
//! Put ten agents who work exactly alike in a row by their rates, and somebody is last. It will be one who
//! wrote little, for few messages scatter widely, and next month it will be another. The funnel plot asks
//! instead whether anybody differs by more than chance, and mostly the answer is no; the control chart asks
//! the same of weeks. Where it is yes, that is a reason to read messages, not a verdict: the agent may have
//! the hardest tickets.
//!
//! Five more rules follow:
//!
//! - Messages of one conversation resemble each other, so twenty of them may be worth eight
//!   ([`Count::effective_n`]).
//! - Below a [`Minimum`] nobody is judged: the figure is grey.
//! - Where agents or weeks differ in general, limits widen; they never narrow below what chance alone makes.
//! - Where a change of lexicon or scorecard changed the ruler, the line is cut.
//! - Where there is too little to say something, it is said that nothing can be said, and why.
//!
//! With many criteria and many agents some points lie outside 95 % limits by chance. Speak to people about
//! 99.8 %, after reading.
//!
//! ```
//! use amends::trend::{Count, Funnel, Interval, Minimum, Standing, Z_95};
//!
//! let agent = |conversations: &[(u32, u32)]| {
//!     let mut count = Count::default();
//!     conversations.iter().try_for_each(|&(met, of)| count.add_conversation(met, of)).map(|()| count)
//! };
//! let (dana, kim) = (agent(&[(2, 2), (0, 3), (1, 1)])?, agent(&[(3, 4); 20])?);
//! assert_eq!((dana.met(), dana.applicable()), (3, 6));
//! assert!(dana.effective_n() < 4.0); // three conversations, of which two say one thing only
//! let sure = Interval::of(&dana, Z_95).ok_or("nothing counted")?;
//! assert!(sure.low < 0.2 && sure.high > 0.8);
//!
//! let team = Funnel::new(&[dana, kim], Minimum::default()).ok_or("nothing counted")?;
//! assert_eq!(team.standing(&dana), Standing::TooFew);
//! assert_eq!(team.standing(&kim), Standing::Inside);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod control;
mod count;
mod funnel;
mod interval;
mod minimum;
pub mod period;
mod run_rules;
mod shrinkage;
mod special;

pub use count::{Count, CountError, Sums};
pub use funnel::{Dispersion, Funnel, Limits, Standing};
pub use interval::{Interval, Z_95, Z_998};
pub use minimum::Minimum;
pub use period::{Grain, Period, PeriodError};
pub use run_rules::{Direction, Rule, Signal};
pub use shrinkage::{Beta, Estimate, Prior};
