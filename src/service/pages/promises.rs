//! What was promised, and what became of it.

use super::Problem;
use super::frame::{Frame, page};
use super::moment::Moment;
use super::problem::encoded;
use super::trail::Trail;
use super::visitor::Visitor;
use crate::access::Scope;
use crate::report::words;
use crate::service::Service;
use crate::service::api::reading::values::{key_in_query, named_window, wrong};
use crate::service::paging::{Page, PageQuery};
use crate::service::routes::at;
use crate::service::sight::Sight;
use crate::store::agents;
use crate::store::promises::{self, ListedPromise, PromiseFilter};
use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(at("/promises", &[Method::GET]).route(web::get().to(promises_page)));
}

/// What becomes of promises: name, title, and what that means.
const STATES: [(&str, &str, &str); 5] = [
    ("open", "Open", "Not yet kept. Those due soonest come first; those that say no time come last."),
    ("late", "Late", "Kept, but after they were due."),
    ("broken", "Broken", "They were due, and nothing came."),
    ("unkept", "Nothing came", "They said no time, and nothing came for as long as any answer should take."),
    ("kept", "Kept", "Kept in time."),
];

/// Rows of a file at most.
const MOST_ROWS: usize = 10_000;

/// Rows of a page.
const ROWS: usize = 50;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
struct PromisesQuery {
    state: Option<String>,
    agent: Option<String>,
    team: Option<String>,
    due_since: Option<String>,
    due_until: Option<String>,
    cursor: Option<String>,
    format: Option<String>,
}

#[derive(Template)]
#[template(path = "promises.html", config = "src/service/pages/askama.toml")]
struct PromisesPage {
    frame: Frame,
    tabs: Vec<(&'static str, String, bool)>,
    state: &'static str,
    means: &'static str,
    everybody: bool,
    /// Key, name, and whether it is chosen.
    teams: Vec<(i64, String, bool)>,
    agents: Vec<(i64, String, bool)>,
    due_since: String,
    due_until: String,
    items: Vec<Item>,
    next: Option<String>,
    csv: String,
    filtered: bool,
}

struct Item {
    path: String,
    words: Option<String>,
    act: String,
    agent: String,
    agent_key: i64,
    ticket: String,
    made: Option<Moment>,
    due: Option<Moment>,
    /// Whether an open one is due by now.
    over: bool,
    conditional: bool,
    told: String,
}

impl Item {
    fn of(row: ListedPromise, trail: &Trail, now: i64, zone: &TimeZone) -> Self {
        let ListedPromise { promise, words, source, conversation_id } = row;
        let ticket = if conversation_id.starts_with('~') { source } else { format!("{source} {conversation_id}") };
        Self {
            path: trail.path(promise.conversation, promise.message),
            words,
            act: words::plain(&promise.act),
            agent: promise.agent.shown().to_owned(),
            agent_key: promise.agent.key,
            ticket,
            made: Moment::of_stored(promise.made, zone),
            due: Moment::of_stored(promise.due, zone),
            over: promise.fate == "open" && promise.due.is_some_and(|due| due < now),
            conditional: promise.conditional,
            told: promise.told,
        }
    }
}

async fn promises_page(
    visitor: Visitor,
    service: web::Data<Service>,
    query: Query<PromisesQuery>,
) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Read)?;
    let query = query.into_inner();
    let given = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
    let name = given(&query.state).unwrap_or_else(|| "open".to_owned());
    let &(state, _, means) = STATES.iter().find(|(state, _, _)| *state == name).ok_or_else(|| {
        wrong("state", format!("`{name}` is no state; allowed are {}", STATES.map(|(state, _, _)| state).join(", ")))
    })?;
    let (since, until) = (given(&query.due_since), given(&query.due_until));
    let service = service.into_inner();
    let zone = service.office.zone().clone();
    let mut filter = PromiseFilter {
        fate: state.to_owned(),
        only: None,
        agent: key_in_query("agent", given(&query.agent).as_deref())?,
        team: key_in_query("team", given(&query.team).as_deref())?,
        due: named_window(("due_since", since.as_deref()), ("due_until", until.as_deref()), &zone)?,
    };
    let (agent, team) = (filter.agent, filter.team);
    let is_csv = query.format.as_deref() == Some("csv");
    let from = query.cursor.filter(|_| !is_csv);
    let after = PageQuery { limit: None, cursor: from.clone() }.after()?;
    let principal = visitor.principal();
    let most = if is_csv { MOST_ROWS } else { ROWS + 1 };
    let found = service.read(move |transaction| {
        let sight = Sight::of(&principal, transaction)?;
        filter.only = sight.only();
        let rows = promises::list(transaction, &filter, after, most)?;
        let mut all = if sight == Sight::Everybody { agents::agents(transaction)? } else { Vec::new() };
        all.sort_by_cached_key(|agent| (agent.shown().to_lowercase(), agent.key));
        Ok((rows, all, agents::teams(transaction)?))
    });
    let (rows, agents, teams) = found.await?;
    if is_csv {
        return csv(state, rows);
    }
    let now = Timestamp::now().as_millisecond();
    // Parts of the address that stay from page to page.
    let number = |key: Option<i64>| key.map(|key| key.to_string());
    let kept =
        [("agent", number(agent)), ("team", number(team)), ("due_since", since.clone()), ("due_until", until.clone())];
    let path = |state: &str, more: Option<(&str, &str)>| {
        let kept = kept.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let pairs = [("state", state)].into_iter().chain(kept).chain(more);
        let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("/promises?{}", pairs.join("&"))
    };
    let place = |row: &ListedPromise| (row.promise.due, row.promise.key);
    let cursor = Page::of(rows.iter().collect(), ROWS, |row| place(row), |_| ())?.next_cursor;
    let here = path(state, from.as_deref().map(|from| ("cursor", from)));
    let trail = Trail::new(&here, rows.iter().take(ROWS).map(|row| row.promise.message));
    let tabs = STATES.iter().map(|&(one, title, _)| (title, path(one, None), one == state)).collect();
    page(&PromisesPage {
        frame: visitor.frame("Promises"),
        tabs,
        state,
        means,
        everybody: visitor.may_see_everybody(),
        teams: teams.into_iter().map(|one| (one.key, one.name, team == Some(one.key))).collect(),
        agents: agents.iter().map(|one| (one.key, one.shown().to_owned(), agent == Some(one.key))).collect(),
        filtered: kept.iter().any(|(_, value)| value.is_some()),
        next: cursor.as_deref().map(|cursor| path(state, Some(("cursor", cursor)))),
        csv: path(state, Some(("format", "csv"))),
        items: rows.into_iter().take(ROWS).map(|row| Item::of(row, &trail, now, &zone)).collect(),
        due_since: since.unwrap_or_default(),
        due_until: until.unwrap_or_default(),
    })
}

fn csv(state: &str, rows: Vec<ListedPromise>) -> Result<HttpResponse, Problem> {
    let time = |at: Option<i64>| at.and_then(crate::store::timestamp).map(|at| at.to_string()).unwrap_or_default();
    let columns =
        ["source", "conversation", "agent", "agent_name", "words", "act", "made", "due", "fate", "kept_at", "told"];
    let row = |row: ListedPromise| {
        let promise = row.promise;
        vec![
            row.source,
            row.conversation_id,
            promise.agent.id.clone(),
            promise.agent.shown().to_owned(),
            row.words.unwrap_or_default(),
            promise.act,
            time(promise.made),
            time(promise.due),
            promise.fate,
            time(promise.kept_at),
            promise.told,
        ]
    };
    let rows: Vec<Vec<String>> = rows.into_iter().map(row).collect();
    super::table_csv::answer(&format!("promises-{state}"), &columns, &rows)
}
