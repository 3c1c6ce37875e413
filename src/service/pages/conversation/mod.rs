//! A conversation: what was said, what the machine read in it, and what people say of that.
//!
//! A reviewer's own verdict stands beside the machine's, which never changes. Whoever reads blind, or has the
//! conversation in an open calibration session, is shown what was read in a message once they have judged it.

mod panel;
mod review;
mod turn;
mod words;

pub use review::agreeing;

use super::frame::{self, Frame, own_path, see_other};
use super::moment::Moment;
use super::trail::{TrailQuery, Ways};
use super::visitor::Visitor;
use crate::access::{AgentKey, Credential, Principal, Role, Scope};
use crate::conversation::ParticipantId;
use crate::ingest::Method as Reading;
use crate::service::Service;
use crate::service::api::reading::conversation::shown;
use crate::service::api::reading::values::{key_in_path, not_there};
use crate::service::api::reading::view::{AnalysisView, ConversationView, PromiseView};
use crate::service::api::reviews::ReviewAnswer;
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::store::calibration::{self, CalibrationRow};
use crate::store::conversations;
use crate::store::reviews::{self, ReviewFilter};
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use jiff::tz::TimeZone;
use panel::{Panel, Viewer};
use rusqlite::Transaction;
use std::convert::Infallible;
use std::future::{Ready, ready};
use turn::Turn;
use words::Turns;

/// Reviews of a conversation, at most: more than people write about one.
const MOST_REVIEWS: usize = 2_000;

/// Promises of a message that are listed, the first ones.
const MOST_PROMISES: usize = 20;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/conversations/{key}", &[Method::GET]).route(web::get().to(get)))
        .service(at("/messages/{key}/review", &[Method::POST]).route(web::post().to(review::put)))
        .service(at("/messages/{key}/agree", &[Method::POST]).route(web::post().to(review::agree)))
        .service(at("/messages/{key}/take-back", &[Method::POST]).route(web::post().to(review::take_back)))
        .service(at("/blind", &[Method::POST]).route(web::post().to(set_blind)));
}

/// Whether the visitor wants to judge before they see the machine's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blind(pub bool);

const BLIND_COOKIE: &str = "amends_blind";

impl FromRequest for Blind {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.cookie(BLIND_COOKIE).is_some_and(|cookie| cookie.value() == "on"))))
    }
}

#[derive(serde::Deserialize)]
struct BlindForm {
    /// `on` or `off`.
    blind: String,
    then: String,
}

async fn set_blind(visitor: Visitor, form: web::Form<BlindForm>) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Review)?;
    let kept = Duration::days(if form.blind == "on" { 365 } else { 0 });
    let cookie = Cookie::build(BLIND_COOKIE, "on").path("/").same_site(SameSite::Lax).http_only(true).max_age(kept);
    let mut answer = see_other(own_path(&form.then));
    answer.add_cookie(&cookie.finish()).map_err(|error| Problem::internal(format!("no cookie: {error}")))?;
    Ok(answer)
}

/// All that the page shows, as it is read.
struct Told {
    view: ConversationView,
    reviews: Vec<ReviewAnswer>,
    session: Option<Session>,
    ways: Option<Ways>,
}

/// An open calibration session in which the visitor has to judge the conversation.
struct Session {
    row: CalibrationRow,
    /// Its place in it, from 1.
    position: usize,
    previous: Option<i64>,
    next: Option<i64>,
}

/// The user that a principal is; a program that shows a token is none.
pub(super) fn user(principal: &Principal) -> Option<i64> {
    match principal.credential {
        Credential::User(user) => Some(user),
        Credential::Token(_) => None,
    }
}

fn session(transaction: &Transaction<'_>, principal: &Principal, key: i64) -> Result<Option<Session>, Problem> {
    let Some(user) = user(principal) else { return Ok(None) };
    let Some(row) = calibration::open_for(transaction, key, user)? else { return Ok(None) };
    let items = calibration::items(transaction, row.key, Some(user))?;
    let position = items.iter().position(|item| item.conversation == key).unwrap_or_default();
    let item = |position: Option<usize>| items.get(position?).map(|item| item.conversation);
    let (previous, next) = (item(position.checked_sub(1)), item(Some(position + 1)));
    Ok(Some(Session { row, position: position + 1, previous, next }))
}

fn told(
    transaction: &Transaction<'_>,
    principal: &Principal,
    method: &Reading,
    key: i64,
) -> Result<Option<Told>, Problem> {
    let Some(view) = shown(transaction, principal, method, key)? else { return Ok(None) };
    let filter = ReviewFilter {
        conversation: Some(key),
        written_by: if principal.may_see_everybody() { None } else { principal.agent.clone() },
        not_told: Some(principal.credential.to_string()),
        ..Default::default()
    };
    let reviews = reviews::list(transaction, &filter, MOST_REVIEWS)?;
    let reviews = reviews.into_iter().rev().map(|row| ReviewAnswer::of(row, principal)).collect();
    Ok(Some(Told { view, reviews, session: session(transaction, principal, key)?, ways: None }))
}

impl Told {
    /// What `principal` may write about the message that `analysis` was made of.
    fn kind(principal: &Principal, analysis: &AnalysisView) -> Option<&'static str> {
        let agent = AgentKey { source: analysis.agent.source.clone(), id: ParticipantId(analysis.agent.id.clone()) };
        if principal.role != Role::Agent && principal.may(Scope::Review) {
            Some("review")
        } else {
            (principal.agent == Some(agent)).then_some("dispute")
        }
    }

    /// Whether what was read in a message is kept from the visitor until they have judged it.
    fn hides(&self, principal: &Principal, message: &str, analysis: &AnalysisView, blind: Blind) -> bool {
        let own = self.reviews.iter().find(|one| one.own && one.kind == "review" && one.message == message);
        let judged = match &self.session {
            Some(session) => own.is_some_and(|own| own.changed.as_ref().map(|time| time.0) >= session.row.created),
            None => !blind.0 || own.is_some(),
        };
        analysis.score.is_some() && Self::kind(principal, analysis) == Some("review") && !judged
    }

    fn analysis(&self, message: &str) -> Option<&AnalysisView> {
        self.view.messages.iter().find(|one| one.key == message)?.analysis.as_ref()
    }
}

fn of_message(
    transaction: &Transaction<'_>,
    principal: &Principal,
    method: &Reading,
    message: i64,
) -> Result<Told, Problem> {
    let told = conversations::of_message(transaction, message)?
        .map(|key| told(transaction, principal, method, key))
        .transpose()?;
    told.flatten().ok_or_else(|| not_there("message", &message.to_string()))
}

/// Whether what was read in a message is still kept from the visitor.
fn is_hidden(
    transaction: &Transaction<'_>,
    principal: &Principal,
    method: &Reading,
    message: i64,
    blind: Blind,
) -> Result<bool, Problem> {
    let told = of_message(transaction, principal, method, message)?;
    let message = message.to_string();
    Ok(told.analysis(&message).is_some_and(|analysis| told.hides(principal, &message, analysis, blind)))
}

/// What was read in a message, where it is not kept from the visitor.
fn analysis_in_sight(
    transaction: &Transaction<'_>,
    principal: &Principal,
    method: &Reading,
    message: i64,
    blind: Blind,
) -> Result<AnalysisView, Problem> {
    let told = of_message(transaction, principal, method, message)?;
    let key = message.to_string();
    if told.analysis(&key).is_some_and(|analysis| told.hides(principal, &key, analysis, blind)) {
        return Err(Problem::conflict("you judge first here: what the machine found is not shown to you yet"));
    }
    let found = told.view.messages.into_iter().find(|one| one.key == key).and_then(|one| one.analysis);
    found.ok_or_else(|| Problem::not_found("there is no such agent's message that was read"))
}

/// A promise as it is shown below its message.
struct Promise {
    words: String,
    class: &'static str,
    fate: &'static str,
    due: Option<Moment>,
    conditional: bool,
    sentence: String,
}

impl Promise {
    fn of(view: &PromiseView, zone: &TimeZone) -> Self {
        let (class, fate) = words::fate(&view.fate);
        Self {
            words: view.text.as_deref().map(|text| words::shortened(text, 160)).unwrap_or_default(),
            class,
            fate,
            due: view.due.as_deref().and_then(|due| Some(Moment::of(due.parse().ok()?, zone))),
            conditional: view.conditional,
            sentence: view.sentence.clone(),
        }
    }
}

/// A message with all that belongs to it.
struct Row {
    turn: Turn,
    promises: Vec<Promise>,
    /// So many more were made in it.
    more_promises: usize,
    panel: Option<Panel>,
}

#[derive(Template)]
#[template(path = "conversation/conversation.html", config = "src/service/pages/askama.toml")]
struct ConversationPage {
    frame: Frame,
    source: String,
    channel: Option<String>,
    with: Vec<String>,
    last_sent: Option<Moment>,
    is_read: bool,
    sideless: i64,
    /// Whether something is kept from the visitor until they have judged.
    hidden: bool,
    blind: bool,
    may_review: bool,
    session: Option<Session>,
    /// The ways on in the list that it was opened from.
    ways: Option<Ways>,
    /// Its own address, with those.
    here: String,
    recovery: Vec<String>,
    rows: Vec<Row>,
}

async fn get(
    visitor: Visitor,
    service: web::Data<Service>,
    path: web::Path<String>,
    trail: web::Query<TrailQuery>,
    request: HttpRequest,
    blind: Blind,
) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Read)?;
    let text = path.into_inner();
    let key = key_in_path("conversation", &text)?;
    let (service, principal) = (service.into_inner(), visitor.principal());
    let method = service.method();
    let read = move |transaction: &Transaction<'_>| {
        let Some(mut told) = told(transaction, &principal, &method, key)? else { return Ok(None) };
        // A calibration session has its own way.
        told.ways = if told.session.is_none() { trail.ways(transaction)? } else { None };
        Ok(Some(told))
    };
    let told = service.read(read).await?.ok_or_else(|| not_there("conversation", &text))?;
    let here = request.uri().to_string();
    frame::page(&page(&visitor, &service, told, here, blind))
}

fn page(visitor: &Visitor, service: &Service, mut told: Told, here: String, blind: Blind) -> ConversationPage {
    let (zone, lexicon) = (service.office.zone(), service.method().lexicon);
    let turns = Turns::of(&told.view);
    let hides = |one: &crate::service::api::reading::view::MessageView| {
        one.analysis.as_ref().is_some_and(|analysis| told.hides(visitor, &one.key, analysis, blind))
    };
    let hiding: Vec<bool> = told.view.messages.iter().map(hides).collect();
    let hidden = hiding.contains(&true);
    let mut reviews = std::mem::take(&mut told.reviews);
    let rows = told.view.messages.iter().zip(hiding).map(|(message, own_first)| {
        // Of a customer's words, too, a mark would tell how what follows was read.
        let keep_marks = if message.analysis.is_some() { !own_first } else { !hidden };
        let mut turn = Turn::of(message, !keep_marks, lexicon, zone);
        let panel = message.analysis.as_ref().map(|analysis| {
            let kind = Told::kind(visitor, analysis);
            let (of_it, rest): (Vec<_>, Vec<_>) =
                std::mem::take(&mut reviews).into_iter().partition(|one| one.message == message.key);
            reviews = rest;
            if let Some(own) = of_it.iter().find(|one| one.own && Some(one.kind.as_str()) == kind) {
                turn.mark_own(&own.detections);
            }
            Panel::of(message, analysis, of_it, &Viewer { kind, hidden: own_first, zone, turns: &turns })
        });
        let made_here = told.view.promises.iter().filter(|promise| promise.message == message.key && !hidden);
        let promises: Vec<Promise> = made_here.clone().take(MOST_PROMISES).map(|one| Promise::of(one, zone)).collect();
        Row { turn, more_promises: made_here.count() - promises.len(), promises, panel }
    });
    let rows = rows.collect();
    let view = told.view;
    let name = view.id.clone().unwrap_or_else(|| view.key.clone());
    let moment = |time: &String| Some(Moment::of(time.parse().ok()?, zone));
    let with = view.participants.iter().filter(|one| matches!(one.role, "customer" | "agent"));
    let recovery = view.recovery.as_ref().filter(|_| view.service_failure && !hidden);
    ConversationPage {
        frame: visitor.frame(format!("Conversation {name}")),
        source: view.source,
        channel: view.channel,
        with: with.filter_map(|one| one.name.clone().or_else(|| one.id.clone())).collect(),
        last_sent: view.last_sent.as_ref().and_then(moment),
        is_read: view.is_read,
        sideless: view.sideless,
        hidden,
        blind: blind.0,
        may_review: visitor.role != Role::Agent && visitor.may(Scope::Review),
        session: told.session,
        ways: told.ways,
        here,
        recovery: recovery.map(|recovery| words::recovery(recovery, &turns)).unwrap_or_default(),
        rows,
    }
}
