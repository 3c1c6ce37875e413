//! Words that give a match its context, as flags by word.

use super::words::{NamedWords, WordId, Words};
use serde::Deserialize;

macro_rules! roles {
    ($($(#[$doc:meta])+ $role:ident = $name:ident, $bit:literal;)+) => {
        /// What a word does in a sentence, as far as context needs it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub(crate) struct Roles(u16);

        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        struct RolesForm { $(#[serde(default)] $name: Vec<String>,)+ }

        impl Roles {
            $($(#[$doc])+ pub(crate) const $role: Self = Self(1 << $bit);)+
        }

        impl RolesForm {
            fn lists(&self) -> Vec<(Roles, &[String])> {
                vec![$((Roles::$role, self.$name.as_slice()),)+]
            }
        }
    };
}

roles! {
    /// Takes back what follows in its clause.
    NEGATOR = negator, 0;
    /// Undoes a negator that it follows ("not only").
    NEGATOR_VOID = negator_void, 1;
    /// Opens a condition.
    CONDITIONAL = conditional, 2;
    /// Opens a condition at the start of a clause only ("should you …").
    INVERSION = inversion, 12;
    /// Closes a condition.
    CONCLUSION = conclusion, 13;
    /// The subject of a clause.
    SUBJECT = subject, 14;
    /// Turns against what was said.
    CONTRAST = contrast, 3;
    /// Tells somebody's words.
    REPORTING = reporting, 4;
    /// First person.
    FIRST = first, 5;
    /// Second person.
    SECOND = second, 6;
    /// Speaks for the company, or addresses the customer as a letter does.
    HOUSE = house, 15;
    /// Somebody else.
    THIRD = third, 7;
    /// Puts its clause into the future.
    FUTURE = future, 8;
    /// Puts its clause into the past.
    PAST = past, 9;
    /// Opens a clause.
    CLAUSE = clause, 10;
    /// Common in this language and in no other with its letters.
    FUNCTION = function, 11;
}

impl Roles {
    /// All roles as one number.
    pub(crate) const fn bits(self) -> u16 {
        self.0
    }

    /// The roles of both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the word has the role `role`.
    pub(crate) const fn is(self, role: Self) -> bool {
        self.0 & role.0 != 0
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContextForm {
    roles: RolesForm,
}

impl ContextForm {
    pub(super) fn collect_words<'f>(&'f self, words: &mut NamedWords<'f>) {
        words.forms.extend(self.roles.lists().iter().flat_map(|(_, forms)| *forms).map(String::as_str));
    }

    /// The roles by word id.
    pub(super) fn by_word(&self, words: &Words) -> Vec<Roles> {
        let mut roles = vec![Roles::default(); words.count()];
        for (role, forms) in self.roles.lists() {
            for id in forms.iter().flat_map(|form| words.exact_ids(form)) {
                roles[usize::from(*id as WordId)].0 |= role.0;
            }
        }
        roles
    }
}
