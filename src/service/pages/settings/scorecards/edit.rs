//! One scorecard: its weights, tried on stored messages, and saved as one's own.

use super::super::{PARTS, Parts, faults, given};
use super::form::{CardForm, CriterionForm, next_version};
use super::preview::Preview;
use super::{short, whence};
use crate::ingest::in_force::{Card, Origin, SCORECARDS};
use crate::report::words;
use crate::score::Scorecard;
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::in_force::{CHANGED_SINCE, Change};
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page, page_with, see_other};
use crate::service::pages::moment::Moment;
use crate::service::pages::table_csv;
use crate::service::pages::visitor::Visitor;
use crate::service::routes::at;
use crate::store::edits;
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{self, Form, Query, ServiceConfig};
use askama::Template;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            at("/settings/scorecards/{id}", &[Method::GET, Method::POST])
                .route(web::get().to(card_page))
                .route(web::post().to(filled_page)),
        )
        .service(at("/settings/scorecards/{id}/delete", &[Method::POST]).route(web::post().to(delete)));
}

/// On how many messages it is tried: choices, and the one where nobody says.
const CHOICES: [usize; 3] = [500, 2_000, 10_000];
const MESSAGES: usize = 2_000;

/// Earlier changes that are shown.
const CHANGES: usize = 20;

/// What a form with something wrong in it is answered with.
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

#[derive(Debug, Default, Deserialize)]
struct CardQuery {
    format: Option<String>,
    saved: Option<String>,
}

#[derive(Template)]
#[template(path = "settings/scorecards/card.html", config = "src/service/pages/askama.toml")]
struct CardPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    /// The scorecard that is shown.
    card: &'static Scorecard,
    digest: &'static str,
    whence: &'static str,
    own: bool,
    in_use: bool,
    saved: bool,
    form: CardForm,
    choices: Vec<(usize, bool)>,
    preview: Option<Preview>,
    /// Earlier changes: when, by whom.
    changes: Vec<(Option<Moment>, String)>,
}

/// What is asked of a message for the question to count, in words.
fn when_asked(criterion: &CriterionForm) -> String {
    use crate::score::Applies;
    let all = criterion.before.applies.iter().map(|applies| match applies {
        Applies::ServiceFailure => "there is a service failure",
        Applies::ApologyDue => "an apology is due",
        Applies::FollowUpDue => "a follow-up is due",
        Applies::Commitment => "something is promised",
        Applies::Fix => "a fix or compensation is told of",
    });
    let all: Vec<&str> = all.collect();
    if all.is_empty() { "always".to_owned() } else { format!("when {}", all.join(" and ")) }
}

fn subject(id: &str) -> String {
    format!("{SCORECARDS}{id}.toml")
}

fn card(service: &Service, id: &str) -> Result<Card, Problem> {
    service.in_force().card(id).ok_or_else(|| Problem::not_found(format!("there is no scorecard `{id}`")))
}

impl CardPage {
    /// A choice of how many messages, in words.
    fn shown(&self, messages: &usize) -> String {
        format!("the last {} messages", words::number(*messages as u64))
    }

    fn when(&self, criterion: &CriterionForm) -> String {
        when_asked(criterion)
    }

    async fn of(visitor: &Visitor, service: &Arc<Service>, one: Card) -> Result<Self, Problem> {
        let Card { card, origin } = one;
        let of_file = subject(&card.id);
        let changes = service.read(move |transaction| Ok(edits::of(transaction, &of_file, CHANGES)?)).await?;
        let zone = service.office.zone();
        let mut form = CardForm::of(card);
        form.seen = changes.first().map_or(0, |edit| edit.key);
        let own = origin == Origin::Own;
        if !own {
            // It is saved under a name of its own.
            form.id = format!("our-{}", card.id);
            form.name = format!("Our {}", card.name);
        }
        Ok(Self {
            frame: visitor.frame(format!("Scorecard {}", card.name)),
            parts: PARTS,
            here: "Scorecards",
            wrong: Vec::new(),
            digest: short(&card.digest),
            whence: whence(origin),
            own,
            in_use: service.method().card.digest == card.digest,
            saved: false,
            form,
            choices: CHOICES.map(|choice| (choice, choice == MESSAGES)).into(),
            preview: None,
            changes: changes.into_iter().map(|edit| (edit.at.map(|at| Moment::of(at, zone)), edit.name)).collect(),
            card,
        })
    }
}

async fn card_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    id: web::Path<String>,
    query: Query<CardQuery>,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let one = card(&service, &id)?;
    match query.format.as_deref() {
        Some("toml") => return file(one.card),
        Some("csv") => return questions_csv(one.card),
        _ => {}
    }
    let filled = CardPage::of(&visitor, &service, one).await?;
    page(&CardPage { saved: query.saved.is_some(), ..filled })
}

/// The scorecard as the file that a folder of one's own may hold.
fn file(card: &Scorecard) -> Result<HttpResponse, Problem> {
    let text = card.text().map_err(|error| Problem::internal(error.to_string()))?;
    let name = format!("attachment; filename=\"{}.toml\"", card.id);
    Ok(HttpResponse::Ok()
        .content_type("application/toml; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(text))
}

fn questions_csv(card: &Scorecard) -> Result<HttpResponse, Problem> {
    let rows = card.criteria.iter().map(|one| {
        let [id, question, reason] = [&one.id, &one.question, &one.reason].map(Clone::clone);
        vec![id, question, one.weight.to_string(), one.critical.to_string(), reason]
    });
    let columns = ["criterion", "question", "weight", "critical", "reason"];
    table_csv::answer(&format!("scorecard-{}", card.id), &columns, &rows.collect::<Vec<_>>())
}

/// Tries what the form says on stored messages, or saves it.
async fn filled_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    id: web::Path<String>,
    fields: Form<BTreeMap<String, String>>,
) -> Result<HttpResponse, Problem> {
    let (service, fields) = (service.into_inner(), fields.into_inner());
    let one = card(&service, &id)?;
    let own = one.origin == Origin::Own;
    let mut form = CardForm::filled(one.card, &fields);
    if own {
        form.id.clone_from(&one.card.id);
    }
    let asked = fields.get("do").and_then(|asked| given(asked)).unwrap_or_else(|| "preview".to_owned());
    let messages = fields.get("messages").and_then(|number| number.parse().ok());
    let messages = messages.filter(|number| CHOICES.contains(number)).unwrap_or(MESSAGES);
    let version = if own { next_version(&one.card.version) } else { "1".to_owned() };
    let mut made = form.scorecard(&version);
    if let (Ok(made), false) = (&made, own)
        && service.in_force().card(&made.id).is_some()
    {
        let taken = format!("There is a scorecard `{}` already; choose another short name.", form.id);
        if asked == "save" {
            return again(&visitor, &service, one, form, WRONG, vec![taken]).await;
        }
    }
    match &mut made {
        Err(wrong) => {
            let wrong = std::mem::take(wrong);
            again(&visitor, &service, one, form, WRONG, wrong).await
        }
        Ok(made) if asked == "save" => save(&visitor, &service, one, form, made).await,
        Ok(made) => {
            let (made, zone) = (made.clone(), service.office.zone().clone());
            let preview = service.read(move |transaction| Preview::of(transaction, &made, messages, &zone)).await?;
            if asked == "csv" {
                return preview.csv();
            }
            let filled = CardPage::of(&visitor, &service, one).await?;
            let choices = CHOICES.map(|choice| (choice, choice == messages)).into();
            page(&CardPage { form, choices, preview: Some(preview), ..filled })
        }
    }
}

/// The form again, as something in it is wrong.
async fn again(
    visitor: &Visitor,
    service: &Arc<Service>,
    one: Card,
    form: CardForm,
    status: StatusCode,
    wrong: Vec<String>,
) -> Result<HttpResponse, Problem> {
    let filled = CardPage::of(visitor, service, one).await?;
    page_with(status, &CardPage { form, wrong, ..filled })
}

/// The form again, as somebody else changed the scorecard meanwhile: saved once more it takes the place of theirs.
async fn changed_since(
    visitor: &Visitor,
    service: &Arc<Service>,
    one: Card,
    form: CardForm,
    told: &str,
) -> Result<HttpResponse, Problem> {
    let of_file = subject(&form.id);
    let newest = service.read(move |transaction| Ok(edits::newest(transaction, &of_file)?)).await?;
    let seen = newest.map_or(0, |edit| edit.key);
    let wrong = vec![format!(
        "{told}. Yours stands below and is not saved yet; open the scorecard in another window to see theirs, or save \
         again to put yours in its place."
    )];
    again(visitor, service, one, CardForm { seen, ..form }, StatusCode::CONFLICT, wrong).await
}

async fn save(
    visitor: &Visitor,
    service: &Arc<Service>,
    one: Card,
    form: CardForm,
    made: &Scorecard,
) -> Result<HttpResponse, Problem> {
    let text = made.text().map_err(|error| Problem::internal(error.to_string()))?;
    let change = Change {
        edits: vec![(subject(&made.id), Some(text))],
        seen: Some(form.seen),
        action: "scorecard_saved",
        subject: format!("scorecard:{}", made.id),
    };
    match service.edit(change, visitor.principal()).await {
        // It is in use: what is stored is read anew, which that page tells of.
        Ok(Some(_)) => Ok(see_other("/settings/scorecards")),
        Ok(None) => Ok(see_other(&format!("/settings/scorecards/{}?saved=1", made.id))),
        Err(problem) if problem.code == CHANGED_SINCE => {
            changed_since(visitor, service, one, form, &problem.detail).await
        }
        Err(problem) => again(visitor, service, one, form, WRONG, faults(problem)?).await,
    }
}

async fn delete(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let service = service.into_inner();
    let one = card(&service, &id)?;
    if one.origin != Origin::Own {
        return Err(Problem::conflict("only scorecards of your own can be deleted"));
    }
    if service.method().card.id == one.card.id {
        return Err(Problem::conflict("this scorecard is in use: choose another one first"));
    }
    let change = Change {
        edits: vec![(subject(&one.card.id), None)],
        seen: None,
        action: "scorecard_deleted",
        subject: format!("scorecard:{}", one.card.id),
    };
    service.edit(change, visitor.principal()).await?;
    Ok(see_other("/settings/scorecards"))
}
