//! Scorecards: which there are, which one is in use, what stored scores were made with.

mod edit;
mod form;
mod preview;

use super::rescoring::Rescoring;
use super::{PARTS, Parts, faults};
use crate::ingest::in_force::{Card, Origin, SCORECARD};
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::in_force::Change;
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page, page_with, see_other};
use crate::service::pages::moment::Moment;
use crate::service::pages::table_csv;
use crate::service::pages::visitor::Visitor;
use crate::service::routes::at;
use crate::service::versions::{VersionView, Versions};
use crate::store::{conversations, recent};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/settings/scorecards", &[Method::GET]).route(web::get().to(list_page)))
        .service(at("/settings/scorecards/{id}/use", &[Method::POST]).route(web::post().to(choose)))
        .configure(edit::routes);
}

/// Characters of a digest that tell it from others.
const DIGEST: usize = 12;

#[derive(Debug, Default, Deserialize)]
struct ListQuery {
    format: Option<String>,
    table: Option<String>,
}

#[derive(Template)]
#[template(path = "settings/scorecards/list.html", config = "src/service/pages/askama.toml")]
struct ListPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    cards: Vec<CardRow>,
    versions: Vec<VersionRow>,
    /// Where the settings name the scorecard themselves.
    fixed: Option<String>,
    rescoring: Option<Rescoring>,
}

struct CardRow {
    id: String,
    name: String,
    what: String,
    whence: &'static str,
    questions: usize,
    version: String,
    digest: String,
    in_use: bool,
}

/// What some stored scores were made with.
struct VersionRow {
    view: VersionView,
    messages: u64,
    first: Option<Moment>,
    last: Option<Moment>,
}

impl VersionRow {
    /// The same digest, short.
    fn short<'d>(&self, digest: &'d str) -> &'d str {
        short(digest)
    }
}

fn short(digest: &str) -> &str {
    digest.get(..DIGEST).unwrap_or(digest)
}

/// Where a scorecard comes from, in words.
const fn whence(origin: Origin) -> &'static str {
    match origin {
        Origin::BuiltIn => "built in",
        Origin::Folder => "the settings' folder",
        Origin::Own => "your own",
    }
}

impl CardRow {
    fn of(Card { card, origin }: Card, in_use: &str) -> Self {
        Self {
            id: card.id.clone(),
            name: card.name.clone(),
            what: card.what.clone(),
            whence: whence(origin),
            questions: card.criteria.len(),
            version: card.version.clone(),
            digest: card.digest.clone(),
            in_use: card.digest == in_use,
        }
    }

    fn short(&self) -> &str {
        short(&self.digest)
    }
}

impl ListPage {
    async fn of(visitor: &Visitor, service: &Arc<Service>) -> Result<Self, Problem> {
        let in_force = service.in_force();
        let method = in_force.method.clone();
        let zone = service.office.zone().clone();
        let versions = service.read(move |transaction| {
            let versions = Versions::new(conversations::versions(transaction)?, &method)?;
            let row = |made: recent::MadeBy| {
                let [first, last] = [made.first, made.last].map(|at| Moment::of_stored(at, &zone));
                Some(VersionRow { view: versions.view(made.version)?, messages: made.messages, first, last })
            };
            Ok(recent::by_version(transaction)?.into_iter().filter_map(row).collect())
        });
        Ok(Self {
            frame: visitor.frame("Scorecards"),
            parts: PARTS,
            here: "Scorecards",
            wrong: Vec::new(),
            cards: in_force.cards.iter().map(|card| CardRow::of(*card, &in_force.method.card.digest)).collect(),
            versions: versions.await?,
            fixed: service.settings.fixed.get(SCORECARD).cloned(),
            rescoring: Rescoring::last(service).await?,
        })
    }

    fn cards_csv(&self) -> Result<HttpResponse, Problem> {
        let row = |card: &CardRow| {
            let CardRow { id, name, whence, questions, version, digest, in_use, .. } = card;
            let [id, name, version, digest] = [id, name, version, digest].map(Clone::clone);
            vec![id, name, (*whence).to_owned(), questions.to_string(), version, digest, in_use.to_string()]
        };
        let columns = ["scorecard", "name", "from", "questions", "version", "digest", "in_use"];
        table_csv::answer("scorecards", &columns, &self.cards.iter().map(row).collect::<Vec<_>>())
    }

    fn versions_csv(&self) -> Result<HttpResponse, Problem> {
        let at = |moment: &Option<Moment>| moment.as_ref().map(|moment| moment.at.clone()).unwrap_or_default();
        let row = |row: &VersionRow| {
            let view = &row.view;
            vec![
                view.scorecard.clone(),
                view.scorecard_version.clone(),
                view.scorecard_digest.clone(),
                view.lexicon.clone(),
                view.amends.clone(),
                row.messages.to_string(),
                at(&row.first),
                at(&row.last),
                (!view.outdated).to_string(),
            ]
        };
        let columns =
            ["scorecard", "version", "digest", "rules_digest", "amends", "messages", "first", "last", "in_force"];
        table_csv::answer("versions", &columns, &self.versions.iter().map(row).collect::<Vec<_>>())
    }
}

async fn list_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let filled = ListPage::of(&visitor, &service.into_inner()).await?;
    match (query.format.as_deref(), query.table.as_deref()) {
        (Some("csv"), Some("versions")) => filled.versions_csv(),
        (Some("csv"), _) => filled.cards_csv(),
        _ => page(&filled),
    }
}

/// Scores messages by the scorecard from now on, and those that are stored anew.
async fn choose(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (service, id) = (service.into_inner(), id.into_inner());
    if let Some(place) = service.settings.fixed.get(SCORECARD) {
        return Err(Problem::conflict(format!("the scorecard is set by {place}; change it there")));
    }
    let change = Change {
        edits: vec![(SCORECARD.to_owned(), Some(id.clone()))],
        seen: None,
        action: "scorecard_chosen",
        subject: format!("scorecard:{id}"),
    };
    match service.edit(change, visitor.principal()).await {
        Ok(_) => Ok(see_other("/settings/scorecards")),
        Err(problem) => {
            let wrong = faults(problem)?;
            let filled = ListPage::of(&visitor, &service).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &ListPage { wrong, ..filled })
        }
    }
}
