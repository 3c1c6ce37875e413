//! All that a search finds, as a file.

use super::Problem;
use super::search::SearchPageQuery;
use super::visitor::Visitor;
use crate::access::Scope as AccessScope;
use crate::audit::cell;
use crate::index::{Cursor, Scope, SearchRequest, Sort};
use crate::marked;
use crate::query::Query;
use crate::reading::{Findings, markup_of};
use crate::service::Service;
use crate::service::api::export::Format;
use crate::service::api::search::{scope, sort};
use crate::service::routes::at;
use crate::store::found::{FoundRow, found};
use crate::store::{audit_log, timestamp};
use actix_web::HttpResponse;
use actix_web::http::{Method, header};
use actix_web::web::{self, Bytes, Query as QueryString, ServiceConfig};
use futures_util::stream::try_unfold;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/search/export", &[Method::GET]).route(web::get().to(export)));
}

/// How it is written.
#[derive(Debug, Deserialize)]
struct FormatQuery {
    format: Format,
}

/// A message, as a row.
#[derive(Serialize)]
struct Row {
    message: String,
    conversation: String,
    source: String,
    conversation_id: String,
    channel: Option<String>,
    agent: String,
    agent_name: Option<String>,
    team: Option<String>,
    sent: Option<String>,
    score: Option<f64>,
    not_scored: Option<String>,
    findings: Vec<&'static str>,
    reviewed: bool,
    text: Option<String>,
}

/// The columns of a CSV file, in the order of [`Row`].
const COLUMNS: [&str; 14] = [
    "message",
    "conversation",
    "source",
    "conversation_id",
    "channel",
    "agent",
    "agent_name",
    "team",
    "sent",
    "score",
    "not_scored",
    "findings",
    "reviewed",
    "text",
];

impl From<FoundRow> for Row {
    fn from(row: FoundRow) -> Self {
        let findings = Findings::default().named();
        let findings = findings.iter().enumerate().filter(|(bit, _)| row.findings >> bit & 1 == 1);
        Self {
            message: row.message.to_string(),
            conversation: row.conversation.to_string(),
            source: row.source,
            conversation_id: row.conversation_id,
            channel: row.channel,
            agent: row.agent_id,
            agent_name: row.agent_name,
            team: row.team,
            sent: row.sent.and_then(timestamp).map(|sent| sent.to_string()),
            score: row.score.map(|hundredths| hundredths as f64 / 100.0),
            not_scored: row.not_scored,
            findings: findings.map(|(_, (name, _))| *name).collect(),
            reviewed: row.reviewed,
            text: row.body.map(|body| marked::authored(&body, markup_of(row.format))),
        }
    }
}

impl Row {
    fn cells(&self) -> [String; 14] {
        let text = |text: &str| cell(text).into_owned();
        let or_nothing = |value: &Option<String>| value.as_deref().map(text).unwrap_or_default();
        [
            self.message.clone(),
            self.conversation.clone(),
            text(&self.source),
            text(&self.conversation_id),
            or_nothing(&self.channel),
            text(&self.agent),
            or_nothing(&self.agent_name),
            or_nothing(&self.team),
            self.sent.clone().unwrap_or_default(),
            self.score.map(|score| score.to_string()).unwrap_or_default(),
            self.not_scored.clone().unwrap_or_default(),
            self.findings.join(" "),
            self.reviewed.to_string(),
            or_nothing(&self.text),
        ]
    }
}

async fn export(
    visitor: Visitor,
    service: web::Data<Service>,
    query: QueryString<SearchPageQuery>,
    format: QueryString<FormatQuery>,
) -> Result<HttpResponse, Problem> {
    visitor.must(AccessScope::Export)?;
    let (service, format) = (service.into_inner(), format.format);
    let asked = service.query(query.q.as_deref())?;
    let order = query.sort.as_deref().map_or(Ok(Sort::default()), sort)?;
    let principal = visitor.principal();
    let noted =
        service.write(move |transaction| audit_log::add(transaction, Some(&principal), "export", Some("search"), None));
    noted.await?;
    let scope = service.read(move |transaction| scope(transaction, &visitor)).await?;
    let (content_type, ending) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Jsonl => ("application/x-ndjson", "jsonl"),
    };
    let begin = Part { service, asked: Arc::new(asked), scope, order, format, place: Place::Start };
    let parts = try_unfold(begin, Part::next);
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"search.{ending}\"")))
        .streaming(parts))
}

enum Place {
    Start,
    After(Cursor),
    End,
}

/// Where an export is: a page of the search after the other, so that nothing is held while a client reads slowly.
struct Part {
    service: Arc<Service>,
    asked: Arc<Query>,
    scope: Scope,
    order: Sort,
    format: Format,
    place: Place,
}

impl Part {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Problem> {
        let after = match self.place {
            Place::Start => None,
            Place::After(cursor) => Some(cursor),
            Place::End => return Ok(None),
        };
        let request = SearchRequest { scope: self.scope.clone(), sort: self.order, limit: SearchRequest::MOST, after };
        let (index, asked, format) = (self.service.index.clone(), Arc::clone(&self.asked), self.format);
        let read = self.service.read(move |transaction| {
            let hits = index.search(&asked, &request)?;
            let keys: Vec<i64> = hits.hits.iter().map(|hit| hit.message).collect();
            let rows = found(transaction, &keys)?.into_iter().map(Row::from);
            Ok((written(rows, format, after.is_none())?, hits.next))
        });
        let (bytes, next) = read.await?;
        self.place = next.map_or(Place::End, Place::After);
        Ok(Some((bytes, self)))
    }
}

fn written(rows: impl Iterator<Item = Row>, format: Format, first: bool) -> Result<Bytes, Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::internal(error.to_string());
    match format {
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            if first {
                writer.write_record(COLUMNS).map_err(|error| failed(&error))?;
            }
            for row in rows {
                writer.write_record(row.cells()).map_err(|error| failed(&error))?;
            }
            Ok(writer.into_inner().map_err(|error| failed(&error))?.into())
        }
        Format::Jsonl => {
            let mut lines = Vec::new();
            for row in rows {
                serde_json::to_writer(&mut lines, &row).map_err(|error| failed(&error))?;
                lines.push(b'\n');
            }
            Ok(lines.into())
        }
    }
}
