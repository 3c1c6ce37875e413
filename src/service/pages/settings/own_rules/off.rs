//! Rules that are switched off, and on again.

use super::super::{PARTS, Parts, faults};
use super::editor::{MESSAGES, TriedView};
use super::file::{current, tried};
use super::{off_path, switched_off};
use crate::ingest::in_force::{compile, own_rules};
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::in_force::{CHANGED_SINCE, Change};
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page_with, see_other};
use crate::service::pages::visitor::Visitor;
use crate::service::routes::at;
use crate::store::{StoreError, edits};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/settings/rules/off", &[Method::GET]).route(web::get().to(choose)))
        .service(
            at("/settings/rules/off/{id}", &[Method::GET, Method::POST])
                .route(web::get().to(off_page))
                .route(web::post().to(switch_off)),
        )
        .service(at("/settings/rules/on/{id}", &[Method::POST]).route(web::post().to(switch_on)));
}

#[derive(Template)]
#[template(path = "settings/own_rules/off.html", config = "src/service/pages/askama.toml")]
struct OffPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    id: String,
    what: String,
    tried: Option<TriedView>,
}

#[derive(Debug, Default, Deserialize)]
struct Chosen {
    #[serde(default)]
    rule: String,
}

/// The page of the rule that a form names.
async fn choose(
    _visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    chosen: Query<Chosen>,
) -> Result<HttpResponse, Problem> {
    let id = chosen.rule.trim();
    match service.method().lexicon.rule(id) {
        Some(rule) => Ok(see_other(&format!("/settings/rules/off/{}", rule.id))),
        None => Err(Problem::not_found(format!("there is no rule `{id}`; the page of rules tells their names"))),
    }
}

/// The file of rules that are switched off; none where all are on.
fn text_of(off: &[String]) -> Option<String> {
    let ids: String = off.iter().map(|id| format!("  {id:?},\n")).collect();
    (!off.is_empty()).then(|| format!("# Rules that are switched off.\noff = [\n{ids}]\n"))
}

/// What would change without the rule.
async fn off_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (service, id) = (service.into_inner(), id.into_inner());
    let lexicon = service.method().lexicon;
    let rule = lexicon.rule(&id).ok_or_else(|| Problem::not_found(format!("there is no rule `{id}`")))?;
    let (shared, own) = (Arc::clone(&service), id.clone());
    let work = move || {
        let mut edits = current(&shared)?;
        let mut off = switched_off(&edits, lexicon.language());
        off.push(own.clone());
        edits.extend(text_of(&off).map(|text| (off_path(lexicon.language()), text)));
        let without = compile(&shared.settings, own_rules(&edits, lexicon.language()));
        let without = without.map_err(|error| Problem::invalid(error.to_string()))?;
        let Some(without) = without.lexicon(lexicon.language()) else {
            return Err(Problem::internal("the language is gone"));
        };
        // What it finds is told with the rules of now; how scores change is the other way round.
        let found = tried(&shared, lexicon, &|one| one == own, MESSAGES)?;
        let changed = tried(&shared, without, &|_| false, MESSAGES)?;
        Ok(crate::ingest::preview::Tried {
            scored_otherwise: changed.scored_otherwise,
            scores: changed.scores,
            ..found
        })
    };
    let (tried, wrong, status) = match web::block(work).await.map_err(|_| Problem::from(StoreError::Closed))? {
        Ok(tried) => (Some(TriedView::of("It finds something in", tried)), Vec::new(), StatusCode::OK),
        Err(problem) => (None, faults(problem)?, StatusCode::UNPROCESSABLE_ENTITY),
    };
    page_with(
        status,
        &OffPage {
            frame: visitor.frame(format!("Switch off {id}")),
            parts: PARTS,
            here: "Own rules",
            wrong,
            what: rule.what.clone(),
            id,
            tried,
        },
    )
}

async fn switch_off(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (service, id) = (service.into_inner(), id.into_inner());
    switch(&visitor, &service, &id, "rule_switched_off", |off| {
        if !off.contains(&id) {
            off.push(id.clone());
        }
    })
    .await
}

async fn switch_on(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (service, id) = (service.into_inner(), id.into_inner());
    switch(&visitor, &service, &id, "rule_switched_on", |off| off.retain(|other| *other != id)).await
}

async fn switch(
    visitor: &Visitor,
    service: &Arc<Service>,
    id: &str,
    action: &'static str,
    change: impl Fn(&mut Vec<String>),
) -> Result<HttpResponse, Problem> {
    let language = service.method().lexicon.language();
    loop {
        let path = off_path(language);
        let found = service.read(move |transaction| {
            Ok((edits::current(transaction)?, edits::newest(transaction, &path)?.map_or(0, |edit| edit.key)))
        });
        let (edits, seen) = found.await?;
        let mut off = switched_off(&edits, language);
        change(&mut off);
        off.sort_unstable();
        let change = Change {
            edits: vec![(off_path(language), text_of(&off))],
            seen: Some(seen),
            action,
            subject: format!("rule:{id}"),
        };
        match service.edit(change, visitor.principal()).await {
            // Somebody switched another rule in that very moment: both shall stand.
            Err(problem) if problem.code == CHANGED_SINCE => {}
            done => return done.map(|_| see_other("/settings/rules")),
        }
    }
}
