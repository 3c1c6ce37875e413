//! The landing page: the queue of what most needs a human look.

use super::Problem;
use super::conversation::Blind;
use super::frame::{Frame, page, see_other};
use super::item::{Item, lay_trail};
use super::judging_first::JudgingFirst;
use super::problem::encoded;
use super::visitor::Visitor;
use super::waiting::{Chooser, Place, Reason, Wanted};
use crate::access::{Role, Scope};
use crate::index::FacetBy;
use crate::query::Query;
use crate::report::words;
use crate::service::Service;
use crate::service::routes::at;
use crate::store::{agents, found, queue};
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query as QueryString, ServiceConfig};
use askama::Template;
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/", &[Method::GET]).route(web::get().to(queue_page)))
        .service(at("/agents/me", &[Method::GET]).route(web::get().to(own_page)));
}

/// Scores below this are low, unless the reviewer says otherwise.
const BELOW: f64 = 50.0;

/// So many messages are drawn by chance.
const SAMPLE: usize = 8;

/// So many channels may be chosen from.
const CHANNELS: usize = 50;

/// Choices of "Sent in": days, and their name.
const PERIODS: [(i64, &str); 4] =
    [(7, "the last 7 days"), (30, "the last 30 days"), (90, "the last 90 days"), (365, "the last year")];

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct QueueQuery {
    reason: Option<String>,
    team: Option<String>,
    agent: Option<String>,
    channel: Option<String>,
    label: Option<String>,
    days: Option<String>,
    below: Option<String>,
    cursor: Option<String>,
    /// The message about which the visitor has just agreed with the machine.
    agreed: Option<i64>,
    /// The message whose review was just taken back.
    undone: Option<i64>,
}

/// What the address says, as it is meant.
struct Asked {
    wanted: Wanted,
    days: Option<i64>,
    reason: Option<Reason>,
    after: Option<Place>,
    agreed: Option<i64>,
    undone: bool,
}

impl QueueQuery {
    fn read(self, service: &Service, now: Timestamp) -> Result<Asked, Problem> {
        // A field of a form that is left empty is sent all the same.
        let given =
            |value: Option<String>| value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let wrong = |name: &str, allowed: &str| {
            Problem::bad_request(format!("`{name}` is not understood")).at(name, format!("allowed: {allowed}"))
        };
        let number = |name: &str, value: Option<String>, allowed: &str| {
            value.map(|value| value.parse::<i64>().map_err(|_| wrong(name, allowed))).transpose()
        };
        let days = number("days", given(self.days), "a whole number of days")?.filter(|days| *days > 0);
        let below = given(self.below).map_or(Ok(BELOW), |below| {
            let below: Option<f64> = below.parse().ok();
            below.filter(|below| (0.0..=100.0).contains(below)).ok_or_else(|| wrong("below", "0 to 100"))
        })?;
        let reason = given(self.reason).map(|name| {
            let known = Reason::ALL.into_iter().find(|reason| reason.name() == name);
            known.ok_or_else(|| wrong("reason", &Reason::ALL.map(Reason::name).join(", ")))
        });
        let after =
            given(self.cursor).map(|cursor| cursor.parse().map_err(|_| wrong("cursor", "what the page before gave")));
        let zone = service.office.zone();
        Ok(Asked {
            wanted: Wanted {
                team: given(self.team),
                agent: number("agent", given(self.agent), "the key of an agent")?,
                channel: given(self.channel),
                label: given(self.label),
                since: days.and_then(|days| Wanted::since(days, now, zone)),
                below,
            },
            days,
            reason: reason.transpose()?,
            after: after.transpose()?,
            agreed: self.agreed,
            undone: self.undone.is_some(),
        })
    }
}

impl Asked {
    /// The address of the queue by `reason`, with the same filters.
    fn path(&self, reason: Option<Reason>, after: Option<Place>) -> String {
        let wanted = &self.wanted;
        let values = [
            ("reason", reason.map(|reason| reason.name().to_owned())),
            ("team", wanted.team.clone()),
            ("agent", wanted.agent.map(|agent| agent.to_string())),
            ("channel", wanted.channel.clone()),
            ("label", wanted.label.clone()),
            ("days", self.days.map(|days| days.to_string())),
            ("below", (wanted.below != BELOW).then(|| wanted.below.to_string())),
            ("cursor", after.map(|after| after.to_string())),
        ];
        let values = values.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", encoded(&value?))));
        let query = values.collect::<Vec<_>>().join("&");
        if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
    }
}

/// A value of a field that is chosen from a list.
struct Choice {
    value: String,
    name: String,
    chosen: bool,
}

struct Tab {
    name: &'static str,
    path: String,
    count: Option<String>,
    current: bool,
}

struct QueueItem {
    item: Item,
    reasons: Vec<&'static str>,
    /// What became of a broken promise.
    told: Option<String>,
    /// Whether the visitor may review it, and has not yet.
    may_agree: bool,
}

#[derive(Template)]
#[template(path = "queue.html", config = "src/service/pages/askama.toml")]
struct QueuePage {
    frame: Frame,
    complete: bool,
    may_review: bool,
    /// Whether the machine's verdicts are hidden until the visitor's own.
    blind: bool,
    here: String,
    /// The same, to be followed by something more.
    then: String,
    below: f64,
    filtered: bool,
    tabs: Vec<Tab>,
    teams: Vec<Choice>,
    agents: Vec<Choice>,
    channels: Vec<Choice>,
    labels: Vec<Choice>,
    periods: Vec<Choice>,
    items: Vec<QueueItem>,
    next: Option<String>,
    sample: Vec<Item>,
    drawn_from: String,
    nothing_stored: bool,
    agreed: Option<i64>,
    undone: bool,
}

async fn queue_page(
    visitor: Visitor,
    service: web::Data<Service>,
    query: QueryString<QueueQuery>,
    blind: Blind,
) -> Result<HttpResponse, Problem> {
    if visitor.role == Role::Agent {
        return Ok(see_other("/agents/me"));
    }
    visitor.must_see_everybody()?;
    let (service, now) = (service.into_inner(), Timestamp::now());
    let asked = query.into_inner().read(&service, now)?;
    let (all, frame) = (Arc::clone(&service), visitor.frame("Queue"));
    let filled = service.read(move |transaction| fill(transaction, &all, &visitor, frame, &asked, (blind, now)));
    page(&QueuePage { blind: blind.0, ..filled.await? })
}

fn fill(
    transaction: &rusqlite::Transaction<'_>,
    service: &Service,
    visitor: &Visitor,
    frame: Frame,
    asked: &Asked,
    (blind, now): (Blind, Timestamp),
) -> Result<QueuePage, Problem> {
    let judging = JudgingFirst::of(visitor, blind);
    let (wanted, zone) = (&asked.wanted, service.office.zone());
    let chooser = Chooser { index: &service.index, card: service.method().card, zone };
    let waiting = chooser.waiting(transaction, visitor, wanted, asked.reason, asked.after)?;
    let (drawn_from, drawn) = chooser.sample(wanted, now.to_zoned(zone.clone()).date(), SAMPLE)?;
    let sample: Vec<i64> = drawn.iter().map(|hit| hit.message).collect();
    let sample = found::found(transaction, &sample)?;

    let (may_review, actor) = (visitor.may(Scope::Review), visitor.credential.to_string());
    let keys: Vec<i64> = waiting.messages.iter().map(|(hit, _)| hit.message).collect();
    let mut items = Vec::with_capacity(keys.len());
    for row in found::found(transaction, &keys)? {
        let Some((hit, reasons)) = waiting.messages.iter().find(|(hit, _)| hit.message == row.message) else {
            continue;
        };
        // The index follows a moment later.
        let reviewed = row.reviewed;
        let reasons = reasons.iter().copied().filter(|reason| !(reviewed && reason.is_unreviewed()));
        let reasons: Vec<Reason> = reasons.collect();
        if reasons.is_empty() {
            continue;
        }
        let mut item = Item::of(row, &Query::All, zone);
        // Why it waits would tell as much as its score.
        let hidden = judging.hide_in(transaction, &mut item)?;
        let told = match reasons.contains(&Reason::BrokenPromise) {
            true if !hidden => queue::broken_promise(transaction, (hit.message, hit.conversation))?,
            _ => None,
        };
        let reasons = if hidden { Vec::new() } else { reasons.into_iter().map(Reason::title).collect() };
        let may_agree = may_review && !hidden && !queue::has_reviewed(transaction, item.message, &actor)?;
        items.push(QueueItem { item, reasons, told, may_agree });
    }

    let here = asked.path(asked.reason, asked.after);
    lay_trail(&here, items.iter_mut().map(|one: &mut QueueItem| &mut one.item));
    let mut sample: Vec<Item> = sample.into_iter().map(|row| Item::of(row, &Query::All, zone)).collect();
    lay_trail(&here, &mut sample);
    let all = waiting.counts.iter().map(|(_, count)| count).sum::<u64>();
    let tab = |reason: Option<Reason>, count: Option<u64>| Tab {
        name: reason.map_or("All", Reason::title),
        path: asked.path(reason, None),
        count: count.map(words::number),
        current: asked.reason == reason,
    };
    let tabs = std::iter::once(tab(None, None));
    let tabs = tabs.chain(waiting.counts.iter().map(|&(reason, count)| tab(Some(reason), Some(count)))).collect();
    let channels = service.index.facets(&Query::All, &crate::index::Scope::All, &[FacetBy::Channel], CHANNELS)?;
    let choice =
        |value: String, name: String, chosen: Option<&String>| Choice { chosen: chosen == Some(&value), value, name };
    let plain = |value: &String, chosen: Option<&String>| choice(value.clone(), value.clone(), chosen);
    let (agent, days) = (wanted.agent.map(|key| key.to_string()), asked.days.map(|days| days.to_string()));
    let agents = agents::agents(transaction)?.into_iter();
    let mut agents: Vec<Choice> =
        agents.map(|row| choice(row.key.to_string(), row.shown().to_owned(), agent.as_ref())).collect();
    agents.sort_by_cached_key(|choice| choice.name.to_lowercase());
    let teams = agents::teams(transaction)?.into_iter();
    Ok(QueuePage {
        frame,
        complete: service.index.is_complete(),
        may_review,
        blind: false,
        then: format!("{here}{}", if here.contains('?') { '&' } else { '?' }),
        here,
        below: wanted.below,
        filtered: asked.path(None, None) != "/",
        tabs,
        teams: teams.map(|team| plain(&team.name, wanted.team.as_ref())).collect(),
        agents,
        channels: channels.facets[0]
            .buckets
            .iter()
            .map(|bucket| plain(&bucket.value, wanted.channel.as_ref()))
            .collect(),
        labels: service.vocabulary().labels.iter().map(|label| plain(label, wanted.label.as_ref())).collect(),
        periods: PERIODS.map(|(days_of, name)| choice(days_of.to_string(), name.to_owned(), days.as_ref())).into(),
        items,
        next: waiting.next.map(|next| asked.path(asked.reason, Some(next))),
        sample,
        drawn_from: words::number(drawn_from),
        nothing_stored: all == 0 && service.index.is_empty(),
        agreed: asked.agreed,
        undone: asked.undone,
    })
}

/// Leads agents to their own page.
async fn own_page(visitor: Visitor, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    let Some(agent) = visitor.agent.clone() else {
        return Err(Problem::not_found(
            "nobody has said yet which agent you are; an administrator can, in the settings",
        ));
    };
    let key = service.into_inner().read(move |transaction| Ok(agents::key_of(transaction, &agent)?)).await?;
    let key = key.ok_or_else(|| Problem::not_found("no message of yours has come yet"))?;
    Ok(see_other(&format!("/agents/{key}")))
}
