//! What lists keep from somebody who judges before they see the machine's verdicts: by their own choice, or in a
//! calibration session.

use super::Problem;
use super::conversation::{Blind, user};
use super::item::Item;
use crate::access::{Principal, Role, Scope};
use crate::store::{calibration, milliseconds, queue};
use rusqlite::Transaction;

/// Whoever looks at a list.
#[derive(Debug, Clone)]
pub struct JudgingFirst {
    blind: bool,
    may_review: bool,
    actor: String,
    user: Option<i64>,
}

impl JudgingFirst {
    /// For `visitor`, who chose to judge first or not.
    #[must_use]
    pub fn of(visitor: &Principal, blind: Blind) -> Self {
        Self {
            blind: blind.0,
            may_review: visitor.role != Role::Agent && visitor.may(Scope::Review),
            actor: visitor.credential.to_string(),
            user: user(visitor),
        }
    }

    /// Whether they chose so: counts and means would tell what single messages do not.
    #[must_use]
    pub const fn chose_so(&self) -> bool {
        self.blind && self.may_review
    }

    /// Whether the machine's verdict on a message is kept from them until they have judged it.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn hides(&self, transaction: &Transaction<'_>, message: i64, conversation: i64) -> Result<bool, Problem> {
        if !self.may_review {
            return Ok(false);
        }
        let session =
            self.user.map(|user| calibration::open_for(transaction, conversation, user)).transpose()?.flatten();
        let judged = match session.and_then(|session| session.created) {
            Some(created) => {
                queue::reviewed_at(transaction, message, &self.actor)?.is_some_and(|at| at >= milliseconds(created))
            }
            None => !self.blind || queue::has_reviewed(transaction, message, &self.actor)?,
        };
        Ok(!judged)
    }

    /// Takes out of `item` what is kept from them; gives whether that was something.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn hide_in(&self, transaction: &Transaction<'_>, item: &mut Item) -> Result<bool, Problem> {
        item.hidden = item.score.is_some() && self.hides(transaction, item.message, item.conversation)?;
        if item.hidden {
            item.score = None;
            item.findings.clear();
        }
        Ok(item.hidden)
    }
}
