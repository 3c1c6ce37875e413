//! The context in which a match stands: negation, questions, conditions, reported and quoted
//! speech, contrast, tense and grammatical subject.
//!
//! The words that make these are data (`context.toml`); how far each reaches is here.

use super::quotes::Quotes;
use crate::lexicon::{Actor, Hit, Lexicon, Occurrence, Roles, Rule, Tense, WordId};
use crate::text::Text;

/// How many words before a match a negator reaches within its clause.
const NEGATION_REACH: usize = 5;
/// How many words before a match a verb of saying reaches within its sentence.
const REPORT_REACH: usize = 12;
/// How many words from a match its clause is followed.
const CLAUSE_REACH: usize = 40;

/// A sentence of a message, with all that context is told from.
pub(super) struct SentenceView<'v> {
    lexicon: &'v Lexicon,
    text: &'v Text<'v>,
    /// Ids of all tokens of the message.
    all: &'v [WordId],
    quotes: &'v Quotes,
    sentence: usize,
    first: usize,
    last: usize,
}

impl<'v> SentenceView<'v> {
    pub(super) fn new(
        lexicon: &'v Lexicon,
        text: &'v Text<'v>,
        all: &'v [WordId],
        quotes: &'v Quotes,
        sentence: usize,
    ) -> Self {
        let bounds = text.sentences()[sentence];
        Self { lexicon, text, all, quotes, sentence, first: bounds.first as usize, last: bounds.last as usize }
    }

    /// Whether `rule`'s conditions let `hit` stand.
    pub(super) fn allows(&self, rule: &Rule, hit: &Hit) -> bool {
        let (first, last) = (hit.first as usize, hit.last as usize);
        let when = &rule.conditions;
        // Asks only what the rule cares about.
        let holds = |wanted: Occurrence, is: &dyn Fn() -> bool| wanted == Occurrence::Any || wanted.allows(is());
        holds(when.negated, &|| self.negated(first))
            && holds(when.question, &|| self.text.sentences()[self.sentence].question)
            && holds(when.conditional, &|| self.conditional(first))
            && holds(when.reported, &|| self.reported(first))
            && holds(when.quoted, &|| {
                self.quotes.hold(self.text.plain(), self.text.tokens().span(first).start as usize)
            })
            && holds(when.contrast, &|| self.contrasted(last))
            && when.tense.is_none_or(|tense| tense == self.tense(first, last))
            && when.actor.is_none_or(|actor| actor == self.actor(first))
    }

    fn roles(&self, token: usize) -> Roles {
        self.lexicon.roles(self.all[token])
    }

    /// The words before `first` in the sentence, nearest first.
    fn before(&self, first: usize) -> impl Iterator<Item = usize> + '_ {
        (self.first..first).rev()
    }

    /// Whether a mark that parts clauses stands between the words `token` and `token + 1`.
    fn parted(&self, token: usize) -> bool {
        let (from, to) = (self.text.tokens().span(token).end, self.text.tokens().span(token + 1).start);
        let between = self.text.plain().get(from as usize..to as usize).unwrap_or_default();
        between != " "
            && (between.contains([',', ';', ':', '(', ')', '\u{2013}', '\u{2014}']) || between.contains(" - "))
    }

    fn negated(&self, first: usize) -> bool {
        // A match that brings its own subject is a clause of its own: "if that does not help we'll call".
        if self.roles(first).is(Roles::SUBJECT) {
            return false;
        }
        for token in self.before(first).take(NEGATION_REACH) {
            let roles = self.roles(token);
            if self.parted(token) || roles.is(Roles::CONTRAST) {
                return false;
            }
            if roles.is(Roles::NEGATOR) {
                return !(token + 1 < self.last && self.roles(token + 1).is(Roles::NEGATOR_VOID));
            }
            if roles.is(Roles::CLAUSE) {
                return false;
            }
        }
        false
    }

    fn conditional(&self, first: usize) -> bool {
        let mut subjects = 0;
        // A match that brings its own subject is the main clause: "if you send it we will fix it".
        let own_subject = self.roles(first).is(Roles::FIRST);
        for token in self.before(first).take(CLAUSE_REACH) {
            let roles = self.roles(token);
            if self.parted(token) || roles.is(Roles::CONCLUSION) {
                return false;
            }
            let opens_clause = || token == self.first || self.parted(token - 1);
            if roles.is(Roles::CONDITIONAL) || (roles.is(Roles::INVERSION) && opens_clause()) {
                return !(own_subject && subjects > 0);
            }
            subjects += usize::from(roles.is(Roles::SECOND) || roles.is(Roles::FIRST) || roles.is(Roles::THIRD));
        }
        false
    }

    fn reported(&self, first: usize) -> bool {
        let mut next_is_subject = self.roles(first).is(Roles::SUBJECT);
        for token in self.before(first).take(REPORT_REACH) {
            let roles = self.roles(token);
            // "… tell us more and we'll look": what follows the "and" is the writer's own.
            if next_is_subject && roles.is(Roles::CLAUSE) && !roles.is(Roles::REPORTING) {
                return false;
            }
            next_is_subject = false;
            if roles.is(Roles::CONTRAST) {
                return false;
            }
            if roles.is(Roles::REPORTING) {
                let teller = self.before(token).take(2).find_map(|before| {
                    let roles = self.roles(before);
                    (roles.is(Roles::FIRST) || roles.is(Roles::SECOND) || roles.is(Roles::THIRD)).then_some(roles)
                });
                return teller.is_some_and(|roles| !roles.is(Roles::FIRST));
            }
        }
        false
    }

    fn contrasted(&self, last: usize) -> bool {
        let next = self.text.sentences().get(self.sentence + 1).map(|sentence| sentence.first as usize);
        (last..self.last.min(last + CLAUSE_REACH)).chain(next).any(|token| self.roles(token).is(Roles::CONTRAST))
    }

    fn tense(&self, first: usize, last: usize) -> Tense {
        let mut start = first;
        for token in self.before(first).take(CLAUSE_REACH) {
            if self.parted(token) || self.roles(token).is(Roles::CLAUSE) {
                break;
            }
            start = token;
        }
        let any = |role| (start..last).any(|token| self.roles(token).is(role));
        if any(Roles::FUTURE) {
            Tense::Future
        } else if any(Roles::PAST) {
            Tense::Past
        } else {
            Tense::Present
        }
    }

    fn actor(&self, first: usize) -> Actor {
        for token in self.before(first).take(CLAUSE_REACH) {
            if self.parted(token) {
                break;
            }
            let roles = self.roles(token);
            if roles.is(Roles::FIRST) {
                return Actor::We;
            }
            if roles.is(Roles::SECOND) {
                return Actor::You;
            }
            if roles.is(Roles::THIRD) {
                return Actor::They;
            }
        }
        Actor::Nobody
    }
}
