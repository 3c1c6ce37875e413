//! From what tools send to what is stored, searched and shown: the one place where the steps meet.
//!
//! 1. [`take`]: pieces of conversations are kept as they come; acknowledged once they are safely on disk.
//! 2. [`Analyst`]: conversations with something new are read anew as a whole, and what was read is kept.
//! 3. [`Follower`]: the search index follows the store. What the analyst has just read it need not look up, as that is
//!    [`Handed`] over; what changed, and in which order, the store says all the same.
//!
//! What was taken in and not yet read when the program ended is read when it starts again. Because the whole
//! conversation is read from the same messages in the same order, it does not matter in which order, how late
//! and how often they came.

mod analyst;
mod delivered;
mod follower;
mod handed;
pub mod import;
pub mod in_force;
mod kept;
pub mod preview;
mod whole;

pub use analyst::Analyst;
pub use delivered::said;
pub use follower::{FollowError, Follower};
pub use handed::Handed;
pub use in_force::InForce;
pub use kept::{CueRow, DetectionRow, Evidence, RecoveryRow};
pub use whole::Whole;

use crate::lexicon::Lexicon;
use crate::promise::{Office, Terms};
use crate::reading::LeastConfidence;
use crate::score::Scorecard;
use crate::source::Record;
use crate::store::analysis::VersionRow;
use crate::store::pieces::{self, Taken};
use crate::store::{Pending, Store, StoreError};
use serde::{Deserialize, Serialize};

/// The folder of the search index within the data folder.
pub const INDEX: &str = "index";

/// What conversations are read with.
#[derive(Debug, Clone)]
pub struct Method {
    /// The rules.
    pub lexicon: &'static Lexicon,
    /// The scorecard.
    pub card: &'static Scorecard,
    /// Below it what is found is in doubt.
    pub least_confidence: LeastConfidence,
    /// When the office that promises is at work.
    pub office: Office,
    /// How promises are judged.
    pub terms: Terms,
}

/// A criterion as it was when a score was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriterionRow {
    /// Stable name.
    pub id: String,
    /// The question it asks.
    pub question: String,
    /// Its share in the score.
    pub weight: f64,
    /// Whether failing it makes the score 0.
    pub critical: bool,
    /// What the agent can do where it is unmet.
    pub advice: String,
}

impl Method {
    /// The version that analyses made with it carry.
    ///
    /// # Errors
    /// None is expected: criteria are plain texts and numbers.
    pub fn version(&self) -> Result<VersionRow, StoreError> {
        let criterion = |criterion: &crate::score::Criterion| CriterionRow {
            id: criterion.id.clone(),
            question: criterion.question.clone(),
            weight: criterion.weight,
            critical: criterion.critical,
            advice: criterion.advice.clone(),
        };
        let criteria: Vec<CriterionRow> = self.card.criteria.iter().map(criterion).collect();
        Ok(VersionRow {
            amends: env!("CARGO_PKG_VERSION").to_owned(),
            language: self.lexicon.language().to_owned(),
            lexicon: self.lexicon.digest().to_owned(),
            scorecard: self.card.id.clone(),
            scorecard_version: self.card.version.clone(),
            scorecard_digest: self.card.digest.clone(),
            least_confidence: self.least_confidence.value(),
            criteria: serde_json::to_string(&criteria)?,
        })
    }
}

/// Keeps records; what each piece among them brought is ready once all are safely on disk. Either all are kept
/// or none.
pub fn take(store: &Store, records: Vec<Record>) -> Pending<Vec<Option<Taken>>> {
    store.write_lot(move |transaction| pieces::take_all(transaction, &records))
}

/// A score, 0 to 100, in whole hundredths, which add up to the same in any order.
#[expect(clippy::cast_possible_truncation, reason = "a score is 0 to 100")]
fn hundredths(score: f64) -> i64 {
    (score * 100.0).round() as i64
}
