//! What a visitor writes about a message, as the page's form sends it.

use super::Blind;
use crate::service::Service;
use crate::service::api::reading::view::AnalysisView;
use crate::service::api::reviews::{
    self, CriterionVerdict, DetectionVerdict, ReviewKind, ReviewRequest, detection_verdict,
};
use crate::service::pages::frame::{own_path, see_other};
use crate::service::pages::visitor::Visitor;
use crate::service::problem::Problem;
use actix_web::{HttpResponse, web};
use rusqlite::Transaction;

/// The fields of a form, in their order.
type Fields = Vec<(String, String)>;

fn field<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Fields that are left empty say nothing. Their names are `criterion:`, `finding:` and `detection:` with what they
/// are about.
fn request(fields: &Fields) -> Result<ReviewRequest, Problem> {
    let mut request = ReviewRequest {
        kind: match field(fields, "kind") {
            Some("dispute") => Some(ReviewKind::Dispute),
            Some("review") => Some(ReviewKind::Review),
            _ => None,
        },
        blind: field(fields, "blind") == Some("1"),
        // Browsers send line ends as the old typewriters had them.
        comment: field(fields, "comment").map(|comment| comment.replace("\r\n", "\n")),
        ..ReviewRequest::default()
    };
    let wrong = |name: &str, value: &str| {
        let why = format!("`{value}` is no verdict");
        Problem::invalid("a verdict cannot be read").at(format!("/{name}"), why)
    };
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        let yes = || match value.as_str() {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(wrong(name, value)),
        };
        match name.split_once(':') {
            Some(("criterion", id)) => {
                let verdict = match value.as_str() {
                    "met" => CriterionVerdict::Met,
                    "unmet" => CriterionVerdict::Unmet,
                    "not_applicable" => CriterionVerdict::NotApplicable,
                    _ => return Err(wrong(name, value)),
                };
                request.criteria.insert(id.to_owned(), verdict);
            }
            Some(("finding", id)) => drop(request.findings.insert(id.to_owned(), yes()?)),
            Some(("detection", subject)) => {
                let one = detection_verdict(subject, yes()?).ok_or_else(|| wrong(name, value))?;
                request.detections.push(one);
            }
            _ => {}
        }
    }
    Ok(request)
}

/// A review that says what the machine says, of all that counts.
#[must_use]
pub fn agreeing(analysis: &AnalysisView) -> ReviewRequest {
    let criterion = |verdict: &str| match verdict {
        "met" => CriterionVerdict::Met,
        "unmet" => CriterionVerdict::Unmet,
        _ => CriterionVerdict::NotApplicable,
    };
    let found = analysis.detections.iter().filter(|one| !one.in_doubt);
    let found = found.map(|one| DetectionVerdict {
        rule: one.rule.clone(),
        start: one.span.start,
        end: one.span.end,
        right: true,
    });
    ReviewRequest {
        criteria: analysis.criteria.iter().map(|one| (one.id.clone(), criterion(one.verdict))).collect(),
        findings: analysis.findings.iter().map(|one| (one.name.to_owned(), one.made)).collect(),
        detections: found.collect(),
        ..ReviewRequest::default()
    }
}

/// Where the browser goes on: where the form says.
fn onward(fields: &Fields) -> HttpResponse {
    see_other(own_path(field(fields, "then").unwrap_or("/")))
}

/// Keeps what the visitor says of a message.
pub(super) async fn put(
    visitor: Visitor,
    service: web::Data<Service>,
    message: web::Path<i64>,
    fields: web::Form<Fields>,
    blind: Blind,
) -> Result<HttpResponse, Problem> {
    let (service, message, fields) = (service.into_inner(), message.into_inner(), fields.into_inner());
    let mut request = request(&fields)?;
    // Whoever is shown the page with everything on it cannot say that they have not seen it.
    if request.blind && request.kind != Some(ReviewKind::Dispute) {
        let (principal, method) = (visitor.principal(), service.method());
        let hidden =
            move |transaction: &Transaction<'_>| super::is_hidden(transaction, &principal, &method, message, blind);
        request.blind = service.read(hidden).await?;
    }
    reviews::keep(service, &visitor, message, request).await?;
    Ok(onward(&fields))
}

/// Keeps that the visitor agrees with all that the machine says of a message.
pub(super) async fn agree(
    visitor: Visitor,
    service: web::Data<Service>,
    message: web::Path<i64>,
    fields: web::Form<Fields>,
    blind: Blind,
) -> Result<HttpResponse, Problem> {
    let (service, message, fields) = (service.into_inner(), message.into_inner(), fields.into_inner());
    let (principal, method) = (visitor.principal(), service.method());
    let read =
        move |transaction: &Transaction<'_>| super::analysis_in_sight(transaction, &principal, &method, message, blind);
    let analysis = service.read(read).await?;
    // Who wrote it cannot dispute it by agreeing.
    let request = ReviewRequest { kind: Some(ReviewKind::Review), ..agreeing(&analysis) };
    reviews::keep(service, &visitor, message, request).await?;
    Ok(onward(&fields))
}

/// Takes back what the visitor said of a message.
pub(super) async fn take_back(
    visitor: Visitor,
    service: web::Data<Service>,
    message: web::Path<i64>,
    fields: web::Form<Fields>,
) -> Result<HttpResponse, Problem> {
    let (service, message, fields) = (service.into_inner(), message.into_inner(), fields.into_inner());
    let kind = request(&fields)?.kind;
    reviews::take_back(service, &visitor, message, kind).await?;
    Ok(onward(&fields))
}
