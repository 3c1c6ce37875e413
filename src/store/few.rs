//! Whether what is asked of a list holds of few: then these are looked into. Otherwise the newest are, until enough are
//! found, which for few would be nearly all.

use super::StoreError;
use rusqlite::types::Value;
use rusqlite::{Transaction, params_from_iter};

/// Fewer rows are few that an index tells: conversations of a channel or a source, messages of a team.
pub(super) const MANY: i64 = 2000;

/// Fewer messages are few that are told by what was read in them: all are walked along until there are so many.
pub(super) const MANY_READ: i64 = 500;

/// Whether fewer than `many` rows are found by `from`: tables with conditions on `values`.
pub(super) fn are_found<'v>(
    transaction: &Transaction<'_>,
    many: i64,
    from: &str,
    values: impl IntoIterator<Item = &'v Value>,
) -> Result<bool, StoreError> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {from} LIMIT {many})");
    let found: i64 = transaction.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(found < many)
}
