//! The versions of rules and scorecards that stored analyses were made with.

use crate::ingest::{CriterionRow, Method};
use crate::store::StoreError;
use crate::store::analysis::VersionRow;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What analyses were made with: figures of different versions are not compared.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct VersionView {
    /// Key, by which analyses name it.
    #[schema(example = "1")]
    pub key: String,
    /// Version of Amends.
    pub amends: String,
    /// Language of the rules (ISO 639-1).
    pub language: String,
    /// Digest of the rules.
    pub lexicon: String,
    /// Name of the scorecard.
    pub scorecard: String,
    /// Its version.
    pub scorecard_version: String,
    /// Digest of its file.
    pub scorecard_digest: String,
    /// Below it what was found was in doubt.
    pub least_confidence: f64,
    /// Whether messages are read with another version now.
    pub outdated: bool,
}

/// All versions with their criteria.
#[derive(Debug)]
pub struct Versions {
    rows: BTreeMap<i64, (VersionRow, Vec<CriterionRow>)>,
    current: VersionRow,
}

impl Versions {
    /// Those of `rows`, where messages are read with `method` now.
    ///
    /// # Errors
    /// Where the store holds criteria that cannot be read.
    pub fn new(rows: BTreeMap<i64, VersionRow>, method: &Method) -> Result<Self, StoreError> {
        let with_criteria = |(key, row): (i64, VersionRow)| {
            let criteria = serde_json::from_str(&row.criteria)?;
            Ok::<_, StoreError>((key, (row, criteria)))
        };
        let rows = rows.into_iter().map(with_criteria).collect::<Result<_, _>>()?;
        Ok(Self { rows, current: method.version()? })
    }

    /// The criteria of a version, in the order of its bits.
    #[must_use]
    pub fn criteria(&self, key: i64) -> &[CriterionRow] {
        self.rows.get(&key).map_or(&[], |(_, criteria)| criteria)
    }

    /// Whether messages are read with another version now.
    #[must_use]
    pub fn is_outdated(&self, key: i64) -> bool {
        self.rows.get(&key).is_none_or(|(row, _)| *row != self.current)
    }

    /// A version for people.
    #[must_use]
    pub fn view(&self, key: i64) -> Option<VersionView> {
        let (row, _) = self.rows.get(&key)?;
        let row = row.clone();
        Some(VersionView {
            key: key.to_string(),
            amends: row.amends,
            language: row.language,
            lexicon: row.lexicon,
            scorecard: row.scorecard,
            scorecard_version: row.scorecard_version,
            scorecard_digest: row.scorecard_digest,
            least_confidence: row.least_confidence,
            outdated: self.is_outdated(key),
        })
    }

    /// The bit of a criterion in each version that has it.
    #[must_use]
    pub fn bits_of(&self, criterion: &str) -> Vec<(i64, i64)> {
        let bit = |(key, (_, criteria)): (&i64, &(VersionRow, Vec<CriterionRow>))| {
            let index = criteria.iter().position(|one| one.id == criterion)?;
            Some((*key, 1_i64.checked_shl(u32::try_from(index).ok()?)?))
        };
        self.rows.iter().filter_map(bit).collect()
    }

    /// Each version's key with its criteria.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &[CriterionRow])> {
        self.rows.iter().map(|(key, (_, criteria))| (*key, criteria.as_slice()))
    }
}
