//! How long the text of messages is kept: as the settings say, else as somebody chose in the pages.

use super::Service;
use crate::store::{StoreError, edits};
use rusqlite::Transaction;

/// The setting.
pub const TEXT_DAYS: &str = "retention.text_days";

/// The most that can be set, a hundred years.
pub const MOST_DAYS: u32 = 36_500;

impl Service {
    /// Days after which the text of a message is dropped; `None` for never.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn text_days(&self, transaction: &Transaction<'_>) -> Result<Option<u32>, StoreError> {
        if self.settings.text_days.is_some() {
            return Ok(self.settings.text_days);
        }
        Ok(edits::setting(transaction, TEXT_DAYS)?.and_then(|days| days.parse().ok()))
    }
}
