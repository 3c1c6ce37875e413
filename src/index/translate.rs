//! A [`Query`] as the search library asks it.

use super::analyser::{Analyser, folded};
use super::schema::{Fields, SCORE, day_number};
use super::search::Scope;
use crate::query::{Fate, Filter, Query, ScoreRange};
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, ExistsQuery, Occur, PhraseQuery, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

type Asked = Box<dyn tantivy::query::Query>;

/// Everything that `query` finds within `scope`. Only words make a message more relevant.
pub(super) fn translate(query: &Query, scope: &Scope, fields: &Fields) -> Asked {
    let mut translator = Translator { fields, analyser: Analyser::default() };
    let found = translator.query(query);
    match scope {
        Scope::All => found,
        Scope::Agent(agent) => {
            let own = unscored(term(Term::from_field_text(fields.agent, agent)));
            Box::new(BooleanQuery::new(vec![(Occur::Must, found), (Occur::Must, own)]))
        }
    }
}

/// Whether some words make one message more relevant than another.
pub(super) fn has_words(query: &Query) -> bool {
    match query {
        Query::Text(_) => true,
        Query::All | Query::Is(_) | Query::Not(_) => false,
        Query::And(parts) | Query::Or(parts) => parts.iter().any(has_words),
    }
}

struct Translator<'f> {
    fields: &'f Fields,
    analyser: Analyser,
}

impl Translator<'_> {
    fn query(&mut self, query: &Query) -> Asked {
        match query {
            Query::All => unscored(Box::new(AllQuery)),
            Query::Text(text) => self.text(text),
            Query::Is(filter) => unscored(self.filter(filter)),
            Query::Not(inner) => {
                let inner = self.query(inner);
                // What is not there has to be taken from something.
                unscored(Box::new(BooleanQuery::new(vec![(Occur::Must, Box::new(AllQuery)), (Occur::MustNot, inner)])))
            }
            Query::And(parts) => {
                let mut asked = Vec::with_capacity(parts.len() + 1);
                for part in parts {
                    asked.push(match part {
                        Query::Not(inner) => (Occur::MustNot, self.query(inner)),
                        part => (Occur::Must, self.query(part)),
                    });
                }
                if asked.iter().all(|(occur, _)| *occur == Occur::MustNot) {
                    asked.push((Occur::Must, unscored(Box::new(AllQuery))));
                }
                Box::new(BooleanQuery::new(asked))
            }
            Query::Or(parts) => {
                Box::new(BooleanQuery::new(parts.iter().map(|part| (Occur::Should, self.query(part))).collect()))
            }
        }
    }

    fn text(&mut self, text: &str) -> Asked {
        let body = self.fields.body;
        let mut terms: Vec<Term> =
            self.analyser.words(text).iter().map(|(_, stem)| Term::from_field_text(body, stem)).collect();
        match terms.len() {
            0 => Box::new(EmptyQuery),
            1 => Box::new(TermQuery::new(terms.swap_remove(0), IndexRecordOption::WithFreqs)),
            _ => Box::new(PhraseQuery::new(terms)),
        }
    }

    fn filter(&self, filter: &Filter) -> Asked {
        let fields = self.fields;
        match filter {
            Filter::Agent(name) => value(fields.author, name),
            Filter::Team(name) => value(fields.team, name),
            Filter::Channel(name) => value(fields.channel, name),
            Filter::Source(name) => value(fields.source, name),
            Filter::Label(name) => value(fields.label, name),
            Filter::Rule(id) => value(fields.rule, id),
            Filter::Finding(finding) => value(fields.finding, finding.name()),
            Filter::Criterion(id) => either(vec![value(fields.met, id), value(fields.unmet, id)]),
            Filter::Met(id) => value(fields.met, id),
            Filter::Unmet(id) => value(fields.unmet, id),
            Filter::Promise(Fate::Any) => {
                let fates = Fate::ALL.iter().filter(|fate| **fate != Fate::Any);
                either(fates.map(|fate| value(fields.promise, fate.name())).collect())
            }
            Filter::Promise(fate) => value(fields.promise, fate.name()),
            Filter::Score(range) => self.score(*range),
            Filter::Sent(days) => {
                let bound = |day| Bound::Included(Term::from_field_i64(fields.day, day_number(day)));
                let first = days.first().map_or(Bound::Unbounded, bound);
                Box::new(RangeQuery::new(first, days.last().map_or(Bound::Unbounded, bound)))
            }
            Filter::Reviewed(yes) => term(Term::from_field_bool(fields.reviewed, *yes)),
            Filter::Failure(yes) => term(Term::from_field_bool(fields.failure, *yes)),
            Filter::Scored(yes) => term(Term::from_field_bool(fields.scored, *yes)),
        }
    }

    fn score(&self, range: ScoreRange) -> Asked {
        let score = |score| Term::from_field_f64(self.fields.score, score);
        let (low, high) = match range {
            ScoreRange::None => {
                let exists: Asked = Box::new(ExistsQuery::new(SCORE.to_owned(), false));
                let none = vec![(Occur::Must, Box::new(AllQuery) as Asked), (Occur::MustNot, exists)];
                return Box::new(BooleanQuery::new(none));
            }
            ScoreRange::Below(high) => (Bound::Unbounded, Bound::Excluded(score(high))),
            ScoreRange::AtMost(high) => (Bound::Unbounded, Bound::Included(score(high))),
            ScoreRange::Above(low) => (Bound::Excluded(score(low)), Bound::Unbounded),
            ScoreRange::AtLeast(low) => (Bound::Included(score(low)), Bound::Unbounded),
            ScoreRange::Between(low, high) => (Bound::Included(score(low)), Bound::Included(score(high))),
        };
        Box::new(RangeQuery::new(low, high))
    }
}

fn term(term: Term) -> Asked {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn value(field: Field, value: &str) -> Asked {
    term(Term::from_field_text(field, &folded(value)))
}

fn either(asked: Vec<Asked>) -> Asked {
    Box::new(BooleanQuery::new(asked.into_iter().map(|one| (Occur::Should, one)).collect()))
}

/// Found, and no more relevant for it.
fn unscored(asked: Asked) -> Asked {
    Box::new(ConstScoreQuery::new(asked, 0.0))
}
