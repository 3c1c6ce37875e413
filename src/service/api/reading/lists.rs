//! Agents' messages and conversations, page by page.

use super::values::{AgentView, finding_bit, finding_names, key_in_query, points, time, window, wrong};
use crate::service::Service;
use crate::service::gate::{May, Read};
use crate::service::paging::{Page, PageQuery};
use crate::service::problem::Problem;
use crate::service::sight::Sight;
use crate::service::versions::Versions;
use crate::store::conversations::{self, ConversationFilter, ConversationRow, MessageFilter};
use crate::store::messages::{self, ListFilter, ListedMessage};
use actix_web::{HttpRequest, HttpResponse, web};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which messages, or conversations that hold such a message.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// Key of the agent who wrote it.
    #[param(example = "7")]
    pub agent: Option<String>,
    /// Key of the team of who wrote it.
    pub team: Option<String>,
    /// How it travelled.
    #[param(example = "email")]
    pub channel: Option<String>,
    /// The ticketing tool.
    #[param(example = "zendesk")]
    pub source: Option<String>,
    /// Sent at that time or later: a day in the office's time zone, or an RFC 3339 time. Of conversations, their
    /// last message.
    #[param(example = "2026-11-01")]
    pub since: Option<String>,
    /// Sent before that.
    pub until: Option<String>,
    /// With a score below, 0 to 100.
    #[param(minimum = 0, maximum = 101)]
    pub score_below: Option<f64>,
    /// With that score or a higher one, 0 to 100.
    #[param(minimum = 0, maximum = 100)]
    pub score_from: Option<f64>,
    /// With that finding: `excuse`, `finger_pointing`, `missing_apology` or `missing_follow_up`.
    #[param(example = "excuse")]
    pub finding: Option<String>,
    /// With that criterion of the scorecard unmet.
    pub unmet: Option<String>,
    /// Only those with a score, or those without.
    pub scored: Option<bool>,
    /// Of conversations: only those with a service failure, or those without.
    pub service_failure: Option<bool>,
    /// Of messages: `newest` first (unless said) or `oldest`.
    pub order: Option<String>,
    /// Items of the page, 1 to 200; 50 unless said.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl ListQuery {
    fn message(&self) -> Result<MessageFilter, Problem> {
        Ok(MessageFilter {
            only: None,
            agent: key_in_query("agent", self.agent.as_deref())?,
            team: key_in_query("team", self.team.as_deref())?,
            score_from: hundredths("score_from", self.score_from)?,
            score_below: hundredths("score_below", self.score_below)?,
            finding: self.finding.as_deref().map(finding_bit).transpose()?,
            unmet: None,
            scored: self.scored,
        })
    }

    fn paging(&self) -> PageQuery {
        PageQuery { limit: self.limit, cursor: self.cursor.clone() }
    }
}

/// What only the store knows of a filter: who asks, and which bits a criterion has.
fn complete(
    filter: &mut MessageFilter,
    caller: &May<Read>,
    criterion: Option<&str>,
    versions: &Versions,
    transaction: &Transaction<'_>,
) -> Result<(), Problem> {
    filter.only = Sight::of(caller, transaction)?.only();
    if let Some(criterion) = criterion {
        let bits = versions.bits_of(criterion);
        if bits.is_empty() && versions.iter().next().is_some() {
            return Err(wrong(
                "unmet",
                format!("no scorecard that messages were read with has a criterion `{criterion}`"),
            ));
        }
        filter.unmet = Some(bits);
    }
    Ok(())
}

/// In hundredths; a bound between two of them is the upper one.
#[expect(clippy::cast_possible_truncation, reason = "a score is 0 to 100")]
fn hundredths(name: &str, score: Option<f64>) -> Result<Option<i64>, Problem> {
    match score {
        Some(score) if !(0.0..=101.0).contains(&score) => Err(wrong(name, "scores are 0 to 100")),
        score => Ok(score.map(|score| (score * 100.0 - 1e-9).ceil() as i64)),
    }
}

/// A message in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageItem {
    /// Its key.
    #[schema(example = "230")]
    pub key: String,
    /// As the tool names it; null where it does not.
    pub id: Option<String>,
    /// The key of its conversation.
    pub conversation: String,
    /// The ticketing tool.
    pub source: String,
    /// Identifier of the conversation within it; null where it has none.
    pub conversation_id: Option<String>,
    /// How it travelled.
    pub channel: Option<String>,
    /// Who wrote it.
    pub agent: AgentView,
    /// When it was sent.
    pub sent: Option<String>,
    /// 0 to 100; null where there is none.
    pub score: Option<f64>,
    /// Why it has no score: the code.
    pub not_scored: Option<String>,
    /// The headline findings that are made.
    pub findings: Vec<&'static str>,
    /// The criteria that are not met.
    pub unmet: Vec<String>,
    /// How many words its author wrote.
    pub words: u32,
    /// Whether messages are read with another version now.
    pub outdated: bool,
}

/// Agents' public messages with their scores, newest first
///
/// An agent sees their own.
#[utoipa::path(
    get, path = "/v1/messages", tag = "messages", operation_id = "listMessages", params(ListQuery),
    responses(
        (status = 200, description = "a page of messages; `Link` leads to the next", body = Page<MessageItem>),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn messages(
    caller: May<Read>,
    service: web::Data<Service>,
    query: web::Query<ListQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let oldest_first = match query.order.as_deref() {
        None | Some("newest") => false,
        Some("oldest") => true,
        Some(other) => return Err(wrong("order", format!("`{other}` is no order; allowed are newest, oldest"))),
    };
    if query.service_failure.is_some() {
        return Err(wrong("service_failure", "this is asked of conversations"));
    }
    let paging = query.paging();
    let (limit, after) = (paging.limit()?, paging.after()?);
    let mut filter = ListFilter {
        message: query.message()?,
        source: query.source.clone(),
        channel: query.channel.clone(),
        window: window(query.since.as_deref(), query.until.as_deref(), service.office.zone())?,
    };
    let service = service.into_inner();
    let method = service.method();
    let found = service.read(move |transaction| {
        let versions = Versions::new(conversations::versions(transaction)?, &method)?;
        complete(&mut filter.message, &caller, query.unmet.as_deref(), &versions, transaction)?;
        Ok((messages::list(transaction, &filter, oldest_first, after, limit + 1)?, versions))
    });
    let (found, versions) = found.await?;
    let item = |row: ListedMessage| MessageItem {
        key: row.key.to_string(),
        id: named(row.id),
        conversation: row.conversation.to_string(),
        source: row.source,
        conversation_id: named(row.conversation_id),
        channel: row.channel,
        agent: row.agent.into(),
        sent: time(row.sent_at),
        score: points(row.score),
        not_scored: row.not_scored,
        findings: finding_names(row.findings),
        unmet: (versions.criteria(row.version).iter().enumerate())
            .filter(|(index, _)| row.unmet >> index & 1 == 1)
            .map(|(_, criterion)| criterion.id.clone())
            .collect(),
        words: row.words,
        outdated: versions.is_outdated(row.version),
    };
    Ok(Page::of(found, limit, |row| (row.sent_at, row.key), item)?.answer(&request))
}

/// An identifier of the tool's own.
fn named(id: String) -> Option<String> {
    Some(id).filter(|id| !id.starts_with('~'))
}

/// A conversation in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationItem {
    /// Its key.
    #[schema(example = "17")]
    pub key: String,
    /// The ticketing tool.
    pub source: String,
    /// Identifier within it; null where it has none.
    pub id: Option<String>,
    /// How its messages travelled.
    pub channel: Option<String>,
    /// When its first message was sent.
    pub first_sent: Option<String>,
    /// When its last one was.
    pub last_sent: Option<String>,
    /// How many it has.
    pub messages: i64,
    /// Whether there is a service failure.
    pub service_failure: bool,
    /// Whether all that came of it has been read.
    pub is_read: bool,
}

impl From<ConversationRow> for ConversationItem {
    fn from(row: ConversationRow) -> Self {
        Self {
            key: row.key.to_string(),
            source: row.source,
            id: named(row.id),
            channel: row.channel,
            first_sent: time(row.first_sent),
            last_sent: time(row.last_sent),
            messages: row.messages,
            service_failure: row.service_failure,
            is_read: row.is_read,
        }
    }
}

/// Conversations, those with the newest message first
///
/// What is asked of messages is asked of one of a conversation's: with `agent=7&finding=excuse` that agent 7 wrote a
/// message with an excuse in it. An agent sees conversations in which they wrote.
#[utoipa::path(
    get, path = "/v1/conversations", tag = "conversations", operation_id = "listConversations", params(ListQuery),
    responses(
        (status = 200, description = "a page of conversations; `Link` leads to the next", body = Page<ConversationItem>),
        (status = 400, description = "a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "nobody knows who asks", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "the scope `read` is missing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn conversations(
    caller: May<Read>,
    service: web::Data<Service>,
    query: web::Query<ListQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    if query.order.is_some() {
        return Err(wrong("order", "conversations come with the newest first"));
    }
    let paging = query.paging();
    let (limit, after) = (paging.limit()?, paging.after()?);
    let mut filter = ConversationFilter {
        source: query.source.clone(),
        channel: query.channel.clone(),
        window: window(query.since.as_deref(), query.until.as_deref(), service.office.zone())?,
        service_failure: query.service_failure,
        message: query.message()?,
    };
    let service = service.into_inner();
    let method = service.method();
    let found = service.read(move |transaction| {
        let versions = Versions::new(conversations::versions(transaction)?, &method)?;
        complete(&mut filter.message, &caller, query.unmet.as_deref(), &versions, transaction)?;
        Ok(conversations::list(transaction, &filter, after, limit + 1)?)
    });
    let place = |row: &ConversationRow| (row.last_sent, row.key);
    Ok(Page::of(found.await?, limit, place, ConversationItem::from)?.answer(&request))
}
