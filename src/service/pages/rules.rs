//! Rules: what is found by which, why it matters, when it is fair, and how far each is to be trusted.

use super::Problem;
use super::frame::{Frame, page};
use super::visitor::Visitor;
use crate::access::Scope;
use crate::index::{FacetBy, Facets, Index, Scope as Whose};
use crate::lexicon::{Family, Label, Lexicon, Rule, Speaker, Written};
use crate::query::{Filter, Query as Search};
use crate::report::words::{self, Figure};
use crate::service::Service;
use crate::service::api::reading::values::wrong;
use crate::service::routes::at;
use crate::store::reviews;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/rules", &[Method::GET]).route(web::get().to(rules_page)))
        .service(at("/rules/{id}", &[Method::GET]).route(web::get().to(rule_page)));
}

#[derive(Debug, Default, Deserialize)]
struct RulesQuery {
    label: Option<String>,
    format: Option<String>,
}

#[derive(Template)]
#[template(path = "rules.html", config = "src/service/pages/askama.toml")]
struct RulesPage {
    frame: Frame,
    labels: Vec<(&'static str, String, bool)>,
    groups: Vec<Group>,
    everybody: bool,
    csv: String,
}

/// Rules of a label.
struct Group {
    label: String,
    class: &'static str,
    /// The label for people.
    shown: String,
    rules: Vec<Row>,
}

struct Row {
    id: String,
    what: String,
    confidence: Option<String>,
    /// Messages in which it was found; none where that is not known.
    fired: Option<u64>,
    /// How often reviewers found it right.
    agreed: Option<Figure>,
    /// What was right and what was wrong.
    reviewed: (i64, i64),
}

impl Group {
    /// How many rules there are, in words.
    fn told(&self) -> String {
        words::counted(self.rules.len() as u64, "rule", "rules")
    }
}

const fn class(family: Family) -> &'static str {
    match family {
        Family::BreaksTrust => "breaks",
        Family::RestoresTrust => "restores",
        Family::AgentCue | Family::CustomerCue => "",
    }
}

/// How far a rule is to be trusted, in words; none where that was never measured.
fn confidence(lexicon: &Lexicon, index: usize) -> Option<String> {
    let known = lexicon.confidence(u32::try_from(index).ok()?)?;
    let of_hundred = format!("people agree in about {:.0} of 100", known.value * 100.0);
    Some(match known.n {
        0 => format!("{of_hundred} (the figure of its label)"),
        n => format!("{of_hundred} (tried on {})", words::counted(u64::from(n), "message", "messages")),
    })
}

/// What reviewers said: `None` where nobody said anything.
fn agreed((right, wrong): (i64, i64)) -> Option<Figure> {
    let (right, wrong) = (u64::try_from(right).ok()?, u64::try_from(wrong).ok()?);
    Figure::plain(right, right + wrong)
}

async fn rules_page(
    visitor: Visitor,
    service: web::Data<Service>,
    query: Query<RulesQuery>,
) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Read)?;
    let query = query.into_inner();
    let asked = query.label.filter(|label| !label.is_empty());
    let label = asked
        .as_deref()
        .map(|name| Label::from_name(name).ok_or_else(|| wrong("label", format!("there is no label `{name}`"))));
    let label = label.transpose()?;
    let service = service.into_inner();
    let lexicon = service.method().lexicon;
    let everybody = visitor.may_see_everybody();
    let index = service.index.clone();
    let (fired, reviewed) = service
        .read(move |transaction| {
            let fired = if everybody && index.is_complete() { fired(&index)? } else { None };
            let reviewed = if everybody { reviews::of_rules(transaction)? } else { BTreeMap::new() };
            Ok((fired, reviewed))
        })
        .await?;
    let row = |(index, rule): (usize, &Rule)| {
        let reviewed = reviewed.get(&rule.id).copied().unwrap_or_default();
        Row {
            id: rule.id.clone(),
            what: rule.what.clone(),
            confidence: confidence(lexicon, index),
            // Messages of customers are not counted.
            fired: fired.as_ref().filter(|_| rule.speaker != Speaker::Customer).and_then(|(counts, all)| {
                // Beyond the most common ones it is not told which fired how often.
                counts.get(&rule.id).copied().or(all.then_some(0))
            }),
            agreed: agreed(reviewed),
            reviewed,
        }
    };
    let mut groups: Vec<Group> = Vec::new();
    for one in Label::ALL.iter().filter(|one| label.is_none_or(|label| label == **one)) {
        let rules = lexicon.rules().iter().enumerate().filter(|(_, rule)| rule.label == *one);
        let rules: Vec<Row> = rules.map(row).collect();
        if !rules.is_empty() {
            groups.push(Group {
                label: one.name().to_owned(),
                shown: words::plain(one.name()),
                class: class(one.family()),
                rules,
            });
        }
    }
    if query.format.as_deref() == Some("csv") {
        return csv(&groups);
    }
    let labels = Label::ALL.iter().map(|one| (one.name(), words::plain(one.name()), label == Some(*one)));
    page(&RulesPage {
        frame: visitor.frame("Rules"),
        labels: labels.collect(),
        groups,
        everybody,
        csv: format!("/rules?format=csv&label={}", asked.unwrap_or_default()),
    })
}

/// How often each rule fired, and whether that is all of them.
type Fired = (BTreeMap<String, u64>, bool);

/// Messages in which each rule was found, and whether rules that are left out fired in none.
fn fired(index: &Index) -> Result<Option<Fired>, Problem> {
    let facets = index.facets(&Search::All, &Whose::All, &[FacetBy::Rule], Facets::MOST)?;
    Ok(facets.facets.into_iter().next().map(|facet| {
        let counts = facet.buckets.into_iter().map(|bucket| (bucket.value, bucket.messages));
        (counts.collect(), facet.rest == 0)
    }))
}

fn csv(groups: &[Group]) -> Result<HttpResponse, Problem> {
    let columns = ["rule", "label", "what", "confidence", "messages", "right", "wrong"];
    let mut rows = Vec::new();
    for group in groups {
        rows.extend(group.rules.iter().map(|row| {
            vec![
                row.id.clone(),
                group.label.clone(),
                row.what.clone(),
                row.confidence.clone().unwrap_or_default(),
                row.fired.map(|fired| fired.to_string()).unwrap_or_default(),
                row.reviewed.0.to_string(),
                row.reviewed.1.to_string(),
            ]
        }));
    }
    super::table_csv::answer("rules", &columns, &rows)
}

#[derive(Template)]
#[template(path = "rule.html", config = "src/service/pages/askama.toml")]
struct RulePage {
    frame: Frame,
    id: String,
    label: String,
    label_name: &'static str,
    class: &'static str,
    rule: &'static Rule,
    confidence: Option<String>,
    everybody: bool,
    may_manage: bool,
    /// The file of one's own that it stands in.
    own: Option<String>,
    fired: Option<String>,
    agreed: Option<Figure>,
    hits: Vec<Vec<(String, bool)>>,
    silent: Vec<String>,
    others: Vec<String>,
    wrong: Vec<String>,
    missed: Vec<String>,
}

async fn rule_page(
    visitor: Visitor,
    service: web::Data<Service>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Read)?;
    let (service, id) = (service.into_inner(), id.into_inner());
    let lexicon: &'static Lexicon = service.method().lexicon;
    let index = lexicon.rules().iter().position(|rule| rule.id == id);
    let index = index.ok_or_else(|| Problem::not_found(format!("there is no rule `{id}`")))?;
    let rule = &lexicon.rules()[index];
    let everybody = visitor.may_see_everybody();
    let (searched, own) = (service.index.clone(), id.clone());
    let counted = rule.speaker != Speaker::Customer;
    let found = service.read(move |transaction| {
        if !everybody {
            return Ok(None);
        }
        let query = Search::Is(Filter::Rule(own.clone()));
        // Messages of customers are not counted.
        let messages = match counted && searched.is_complete() {
            true => Some(searched.facets(&query, &Whose::All, &[], 1)?.messages),
            false => None,
        };
        Ok(Some((messages, reviews::of_rule(transaction, &own)?)))
    });
    let found = found.await?;
    let path = &lexicon.files()[rule.place.file as usize].path;
    let own = service.in_force().own_rules.iter().any(|file| file.path == *path);
    let own = own.then(|| path.rsplit('/').next().unwrap_or_default().trim_end_matches(".toml").to_owned());
    let texts = |written: &[Written<String>]| -> Vec<String> { written.iter().map(|one| one.value.clone()).collect() };
    page(&RulePage {
        frame: visitor.frame(format!("Rule {id}")),
        label: words::plain(rule.label.name()),
        label_name: rule.label.name(),
        class: class(rule.label.family()),
        confidence: confidence(lexicon, index),
        fired: (found.as_ref().and_then(|(messages, _)| *messages))
            .map(|messages| words::counted(messages, "stored message", "stored messages")),
        agreed: found.and_then(|(_, reviewed)| agreed(reviewed)),
        hits: rule.examples.hits.iter().map(|one| marked(&one.value)).collect(),
        silent: texts(&rule.examples.silent),
        others: texts(&rule.examples.left_to_others),
        wrong: texts(&rule.examples.wrong),
        missed: texts(&rule.examples.missed),
        everybody,
        may_manage: visitor.may(Scope::Manage),
        own,
        rule,
        id,
    })
}

/// An example in parts: what stands between « and » is found.
fn marked(example: &str) -> Vec<(String, bool)> {
    let mut parts = Vec::new();
    for (at, part) in example.split('«').enumerate() {
        match part.split_once('»') {
            Some((found, rest)) if at > 0 => {
                parts.push((found.to_owned(), true));
                parts.push((rest.to_owned(), false));
            }
            _ => parts.push((part.to_owned(), false)),
        }
    }
    parts.retain(|(text, _)| !text.is_empty());
    parts
}
