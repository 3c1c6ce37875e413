//! Agreeing with the machine about a message in one step, and taking that back.

use super::Problem;
use super::frame::{own_path, see_other};
use super::visitor::Visitor;
use crate::access::Scope;
use crate::audit::summary::HEADLINES;
use crate::ingest::{CriterionRow, Evidence};
use crate::service::Service;
use crate::service::routes::at;
use crate::store::reviews::{self, MachineRow, NewReview, VerdictRow};
use crate::store::{StoreError, queue};
use actix_web::http::{Method, header};
use actix_web::web::{self, Form, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use serde::Deserialize;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/messages/{key}/agree", &[Method::POST]).route(web::post().to(agree)))
        .service(at("/messages/{key}/undo", &[Method::POST]).route(web::post().to(undo)));
}

/// Where to go on.
#[derive(Debug, Deserialize)]
struct Next {
    next: Option<String>,
}

impl Next {
    /// To the page that sent the form, which tells what was done by `name`; a script is told that it is done.
    fn answer(&self, request: &HttpRequest, name: &str, message: i64) -> HttpResponse {
        let accepts = request.headers().get(header::ACCEPT).is_some_and(|accepted| accepted == "application/json");
        if accepts {
            return HttpResponse::NoContent().finish();
        }
        let next = own_path(self.next.as_deref().unwrap_or("/"));
        see_other(&format!("{next}{}{name}={message}", if next.contains('?') { '&' } else { '?' }))
    }
}

/// What the machine says of a message, as a person's verdicts.
///
/// # Errors
/// Where what is kept cannot be read.
pub fn verdicts_of(
    machine: &MachineRow,
    (findings, met, unmet): (i64, i64, i64),
) -> Result<Vec<VerdictRow>, StoreError> {
    let criteria: Vec<CriterionRow> = serde_json::from_str(&machine.criteria)?;
    let evidence: Evidence = serde_json::from_str(&machine.evidence)?;
    let verdict = |about: &str, subject: String, verdict: &str| VerdictRow {
        about: about.to_owned(),
        subject,
        verdict: verdict.to_owned(),
    };
    let yes_or_no = |yes: bool| if yes { "yes" } else { "no" };
    let mut verdicts: Vec<VerdictRow> = Vec::new();
    for (bit, criterion) in criteria.into_iter().enumerate() {
        let stands = match (met >> bit & 1, unmet >> bit & 1) {
            (1, _) => "met",
            (_, 1) => "unmet",
            _ => "not_applicable",
        };
        verdicts.push(verdict("criterion", criterion.id, stands));
    }
    for (bit, headline) in HEADLINES.iter().enumerate() {
        verdicts.push(verdict("finding", headline.name.to_owned(), yes_or_no(findings >> bit & 1 == 1)));
    }
    // A rule may find the same words twice by different ways; they are one thing to a person.
    let mut found: Vec<String> =
        evidence.detections.iter().map(|one| format!("{}@{}-{}", one.rule, one.start, one.end)).collect();
    found.sort_unstable();
    found.dedup();
    verdicts.extend(found.into_iter().map(|subject| verdict("detection", subject, "yes")));
    Ok(verdicts)
}

#[expect(clippy::disallowed_methods, reason = "a review is of now")]
async fn agree(
    visitor: Visitor,
    request: HttpRequest,
    service: web::Data<Service>,
    key: web::Path<i64>,
    form: Form<Next>,
) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Review)?;
    let (message, actor) = (*key, visitor.credential.to_string());
    let reviewer = visitor.name.clone();
    let done = service.write(move |transaction| {
        let machine = reviews::machine(transaction, message)?.zip(queue::bits(transaction, message)?);
        let Some((machine, bits)) = machine else {
            return Ok(Err(Problem::not_found("there is no such agent's message that was read")));
        };
        if queue::has_reviewed(transaction, message, &actor)? {
            let why = "you have reviewed this message before: open it to change what you said";
            return Ok(Err(Problem::conflict(why)));
        }
        let review = NewReview {
            message,
            actor,
            reviewer,
            kind: "review",
            blind: false,
            comment: None,
            verdicts: verdicts_of(&machine, bits)?,
            at: Timestamp::now(),
        };
        reviews::put(transaction, &review)?;
        Ok(Ok(()))
    });
    done.await??;
    service.changed.wake();
    Ok(form.answer(&request, "agreed", message))
}

async fn undo(
    visitor: Visitor,
    request: HttpRequest,
    service: web::Data<Service>,
    key: web::Path<i64>,
    form: Form<Next>,
) -> Result<HttpResponse, Problem> {
    visitor.must(Scope::Review)?;
    let (message, actor) = (*key, visitor.credential.to_string());
    let gone = service.write(move |transaction| reviews::remove(transaction, message, &actor, "review")).await?;
    if !gone {
        return Err(Problem::not_found("you have written no review of such a message"));
    }
    service.changed.wake();
    Ok(form.answer(&request, "undone", message))
}
