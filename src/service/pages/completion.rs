//! What may be written next in a query: fields, and the values of the field that is being written.

use super::Problem;
use super::visitor::Visitor;
use crate::access::Scope;
use crate::index::FacetBy;
use crate::query::{Fate, Filter, Finding, Query, Vocabulary, help};
use crate::service::Service;
use crate::service::api::search::scope;
use crate::service::routes::at;
use crate::store::agents;
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query as QueryString, ServiceConfig};
use serde::{Deserialize, Serialize};

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/search/completions", &[Method::GET]).route(web::get().to(complete)));
}

/// Names of each kind that a completion knows.
const NAMES: usize = 500;

/// A way to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// The query with it.
    pub query: String,
    /// What is put in.
    pub text: String,
    /// What it means.
    pub what: String,
    /// Where the query's part up to the cursor ends then, in UTF-16 code units.
    pub cursor: usize,
}

/// Names that people gave and that a query may ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Agents, by identifier and name.
    pub agents: Vec<(String, String)>,
    /// Teams.
    pub teams: Vec<String>,
    /// Channels.
    pub channels: Vec<String>,
    /// Ticketing tools.
    pub sources: Vec<String>,
}

/// So many ways to go on are told.
const MOST: usize = 12;

/// What may stand in `query` where the part of it up to the byte `at` ends.
#[must_use]
pub fn completions(query: &str, at: usize, vocabulary: &Vocabulary, named: &Named) -> Vec<Completion> {
    let at = query.floor_char_boundary(at);
    let before = &query[..at];
    // An open quote belongs to the word.
    let quoted = before.matches('"').count() % 2 == 1;
    let start = match quoted {
        true => before[..before.rfind('"').unwrap_or(0)].rfind([' ', '(']).map_or(0, |space| space + 1),
        false => before.rfind([' ', '(']).map_or(0, |space| space + 1),
    };
    let word = before[start..].trim_start_matches('-');
    let start = at - word.len();
    let known: Vec<(String, String)> = match word.split_once(':') {
        None => help().map(|field| (format!("{}:", field.name), field.what.to_owned())).collect(),
        Some((field, _)) => {
            let values = values(&field.to_lowercase(), vocabulary, named);
            values.into_iter().map(|(value, what)| (format!("{}:{value}", field.to_lowercase()), what)).collect()
        }
    };
    let plain = |text: &str| text.replace('"', "").to_lowercase();
    let begun = plain(word);
    let (first, rest): (Vec<_>, Vec<_>) = known.into_iter().partition(|(text, _)| plain(text).starts_with(&begun));
    // Then those in which it stands somewhere: of names one often knows only the last.
    let value = begun.split_once(':').map_or("", |(_, value)| value).to_owned();
    let within = |(text, what): &(String, String)| {
        !value.is_empty() && (plain(text).contains(&value) || plain(what).contains(&value))
    };
    let found = first.into_iter().chain(rest.into_iter().filter(within)).take(MOST);
    let completion = |(text, what): (String, String)| {
        let after = query[at..].trim_start();
        // A value is done, a field goes on.
        let end = if text.ends_with(':') { "" } else { " " };
        let head = format!("{}{text}{end}", &query[..start]);
        Completion { cursor: head.encode_utf16().count(), query: format!("{head}{after}"), text, what }
    };
    found.map(completion).collect()
}

/// Values of `field` as a query writes them, with what they mean.
fn values(field: &str, vocabulary: &Vocabulary, named: &Named) -> Vec<(String, String)> {
    let plain = |names: &[String]| names.iter().map(|name| (written(name), String::new())).collect();
    let told = |values: &[(&str, &str)]| {
        values.iter().map(|(value, what)| ((*value).to_owned(), (*what).to_owned())).collect()
    };
    match field {
        "agent" => named.agents.iter().map(|(id, name)| (written(id), name.clone())).collect(),
        "team" => plain(&named.teams),
        "channel" => plain(&named.channels),
        "source" => plain(&named.sources),
        "label" => plain(&vocabulary.labels),
        "rule" => plain(&vocabulary.rules),
        "criterion" | "met" | "unmet" => plain(&vocabulary.criteria),
        "finding" => Finding::ALL
            .iter()
            .map(|finding| (finding.name().to_owned(), super::item::in_words(finding.name()).to_owned()))
            .collect(),
        "missing" => told(&[("apology", "an apology was due"), ("follow_up", "a follow-up was due")]),
        "promise" => Fate::ALL.iter().map(|fate| (fate.name().to_owned(), String::new())).collect(),
        "reviewed" | "failure" | "scored" => told(&[("yes", ""), ("no", "")]),
        "score" => told(&[
            ("<50", "below 50"),
            (">=80", "80 and above"),
            ("40..60", "from 40 to 60"),
            ("none", "without a score"),
        ]),
        _ => Vec::new(),
    }
}

/// A value, quoted where it has to be.
fn written(value: &str) -> String {
    let filter = Query::Is(Filter::Team(value.to_owned())).to_string();
    filter.strip_prefix("team:").unwrap_or(value).to_owned()
}

/// What is to be completed.
#[derive(Debug, Deserialize)]
struct CompletionQuery {
    q: String,
    /// Where the cursor stands, in UTF-16 code units.
    at: usize,
}

async fn complete(
    visitor: Visitor,
    service: web::Data<Service>,
    query: QueryString<CompletionQuery>,
) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Read)?;
    let CompletionQuery { q, at } = query.into_inner();
    if q.len() > crate::query::LONGEST {
        return Err(Problem::bad_request("the query is too long"));
    }
    let service = service.into_inner();
    let (index, vocabulary) = (service.index.clone(), service.vocabulary());
    let found = service.read(move |transaction| {
        let names = |by| -> Result<Vec<String>, Problem> {
            let scope = scope(transaction, &visitor)?;
            let facets = index.facets(&Query::All, &scope, &[by], NAMES)?.facets;
            Ok(facets.into_iter().flat_map(|facet| facet.buckets).map(|bucket| bucket.value).collect())
        };
        let field = begun_field(&q, at);
        let mut named = Named::default();
        match field.as_deref() {
            Some("agent") if visitor.may_see_everybody() => {
                named.agents = agents::agents(transaction)?
                    .into_iter()
                    .map(|row| (row.id.clone(), row.shown().to_owned()))
                    .collect();
            }
            Some("team") if visitor.may_see_everybody() => {
                named.teams = agents::teams(transaction)?.into_iter().map(|team| team.name).collect();
            }
            Some("channel") => named.channels = names(FacetBy::Channel)?,
            Some("source") => named.sources = names(FacetBy::Source)?,
            _ => {}
        }
        Ok(completions(&q, byte_of(&q, at), &vocabulary, &named))
    });
    Ok(HttpResponse::Ok().json(found.await?))
}

/// The byte of `text` at that UTF-16 code unit.
fn byte_of(text: &str, unit: usize) -> usize {
    let mut units = 0;
    for (byte, character) in text.char_indices() {
        if units >= unit {
            return byte;
        }
        units += character.len_utf16();
    }
    text.len()
}

/// The field whose value is being written.
fn begun_field(query: &str, unit: usize) -> Option<String> {
    let before = &query[..byte_of(query, unit)];
    let (head, _) = before.rsplit_once(':')?;
    Some(head.rsplit([' ', '(', '-']).next().unwrap_or(head).to_lowercase())
}
