//! The context in which a match stands: negation, questions, conditions, reported and quoted
//! speech, contrast, tense and grammatical subject.
//!
//! The words that make these are data (`context.toml`); how far each reaches is here.

use crate::lexicon::{
    Actor, ExceptionPattern, Hit, Lexicon, Occurrence, Roles, Rule, Tense, WordId,
};
use crate::text::Text;

/// How many words before a match a negator reaches within its clause.
const NEGATION_REACH: usize = 5;
/// How many words before a match a verb of saying reaches within its sentence.
const REPORT_REACH: usize = 12;
/// How far back an opening quotation mark is looked for, in bytes.
const QUOTE_REACH: usize = 400;

/// Whether the word is common in the lexicon's language and in no other.
pub(super) fn is_function(lexicon: &Lexicon, id: WordId) -> bool {
    lexicon.roles(id).is(Roles::FUNCTION)
}

/// A sentence of a message, with all that context is told from.
pub(super) struct SentenceView<'v> {
    lexicon: &'v Lexicon,
    text: &'v Text<'v>,
    /// Ids of all tokens of the message.
    all: &'v [WordId],
    sentence: usize,
    first: usize,
    last: usize,
}

impl<'v> SentenceView<'v> {
    pub(super) fn new(lexicon: &'v Lexicon, text: &'v Text<'v>, all: &'v [WordId], sentence: usize) -> Self {
        let bounds = text.sentences()[sentence];
        Self { lexicon, text, all, sentence, first: bounds.first as usize, last: bounds.last as usize }
    }

    /// Whether `rule`'s conditions and exceptions let `hit` stand.
    pub(super) fn allows(&self, rule: &Rule, hit: &Hit) -> bool {
        let (first, last) = (hit.first as usize, hit.last as usize);
        let when = &rule.conditions;
        // Asks only what the rule cares about.
        let holds = |wanted: Occurrence, is: &dyn Fn() -> bool| wanted == Occurrence::Any || wanted.allows(is());
        holds(when.negated, &|| self.negated(first))
            && holds(when.question, &|| self.text.sentences()[self.sentence].question)
            && holds(when.conditional, &|| self.conditional(first))
            && holds(when.reported, &|| self.reported(first))
            && holds(when.quoted, &|| self.quoted(first))
            && holds(when.contrast, &|| self.contrasted(last))
            && when.tense.is_none_or(|tense| tense == self.tense(first, last))
            && when.actor.is_none_or(|actor| actor == self.actor(first))
            && self.without_exception(hit)
    }

    fn roles(&self, token: usize) -> Roles {
        self.lexicon.roles(self.all[token])
    }

    /// The words before `first`, nearest first, as far as `stops` lets: `stops(word, next)`.
    fn before(&self, first: usize) -> impl Iterator<Item = usize> + '_ {
        (self.first..first).rev()
    }

    /// Whether a mark that parts clauses stands between the words `token` and `token + 1`.
    fn parted(&self, token: usize) -> bool {
        let (from, to) = (self.text.tokens().span(token).end, self.text.tokens().span(token + 1).start);
        let between = self.text.plain().get(from as usize..to as usize).unwrap_or_default();
        between != " " && (between.contains([',', ';', ':', '(', ')', '\u{2013}', '\u{2014}']) || between.contains(" - "))
    }

    fn negated(&self, first: usize) -> bool {
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
        for token in self.before(first) {
            if self.parted(token) {
                return false;
            }
            let roles = self.roles(token);
            if roles.is(Roles::CONDITIONAL) {
                let opens = token == self.first || self.parted(token - 1) || !roles.is(Roles::FUTURE);
                return opens && !(own_subject && subjects > 0);
            }
            subjects += usize::from(roles.is(Roles::SECOND) || roles.is(Roles::FIRST) || roles.is(Roles::THIRD));
        }
        false
    }

    fn reported(&self, first: usize) -> bool {
        for token in self.before(first).take(REPORT_REACH) {
            let roles = self.roles(token);
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

    fn quoted(&self, first: usize) -> bool {
        let plain = self.text.plain();
        let at = self.text.tokens().span(first).start as usize;
        let mut from = at.saturating_sub(QUOTE_REACH);
        while !plain.is_char_boundary(from) {
            from += 1;
        }
        let before = &plain[from..at];
        if !before.contains(['"', '\u{201c}', '\u{201d}', '\u{201e}']) {
            return false;
        }
        let paragraph = before.rfind("\n\n").map_or(before, |gap| &before[gap..]);
        let mut open = false;
        for c in paragraph.chars() {
            match c {
                '"' => open = !open,
                '\u{201c}' | '\u{201e}' => open = !(open && c == '\u{201c}'),
                '\u{201d}' => open = false,
                _ => {}
            }
        }
        open && plain[at..].contains(['"', '\u{201d}', '\u{201c}'])
    }

    fn contrasted(&self, last: usize) -> bool {
        let next = self.text.sentences().get(self.sentence + 1).map(|sentence| sentence.first as usize);
        (last..self.last).chain(next).any(|token| self.roles(token).is(Roles::CONTRAST))
    }

    fn tense(&self, first: usize, last: usize) -> Tense {
        let mut start = first;
        for token in self.before(first) {
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
        for token in self.before(first) {
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

    fn without_exception(&self, hit: &Hit) -> bool {
        let exceptions = self.lexicon.exceptions(hit.rule);
        let own = &self.all[self.first..self.last];
        let in_sentence = |pattern: &ExceptionPattern| self.lexicon.first_in(pattern, own, 0).is_some();
        let in_message = |pattern: &ExceptionPattern| {
            self.text.sentences().iter().any(|sentence| {
                let ids = &self.all[sentence.first as usize..sentence.last as usize];
                self.lexicon.first_in(pattern, ids, 0).is_some()
            })
        };
        !exceptions.unless.iter().any(|pattern| self.overlapped(pattern, hit))
            && !exceptions.unless_sentence.iter().any(in_sentence)
            && !exceptions.unless_message.iter().any(in_message)
            && (exceptions.needs_sentence.is_empty() || exceptions.needs_sentence.iter().any(in_sentence))
            && (exceptions.needs_message.is_empty() || exceptions.needs_message.iter().any(in_message))
    }

    /// Whether a match of `pattern` shares a word with `hit`.
    fn overlapped(&self, pattern: &ExceptionPattern, hit: &Hit) -> bool {
        let own = &self.all[self.first..self.last];
        let (first, last) = (hit.first as usize - self.first, hit.last as usize - self.first);
        let mut from = 0;
        while let Some((start, end)) = self.lexicon.first_in(pattern, own, from) {
            if start >= last {
                return false;
            }
            if end > first {
                return true;
            }
            from = start + 1;
        }
        false
    }
}
