//! A session: how far everybody is while it is open, and what came of it once it is closed.

use super::super::conversation::user;
use super::super::frame::{self, Frame, see_other};
use super::super::moment::Moment;
use super::super::visitor::Visitor;
use super::figures::{self, FigureTable, tables};
use super::{allowed, subject, verdict};
use crate::access::Credential;
use crate::service::Service;
use crate::service::api::agreement;
use crate::service::api::reading::values::{key_in_path, not_there};
use crate::service::problem::Problem;
use crate::store::agreement::{SaidFilter, SaidRow};
use crate::store::calibration::{self, CalibrationRow, ItemRow, ProgressRow};
use actix_web::{HttpResponse, web};
use askama::Template;
use jiff::Timestamp;
use rusqlite::Transaction;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Differences that are shown, at most.
const MOST_DIFFERENCES: usize = 200;

/// Something on which not all say the same.
struct Difference {
    conversation: i64,
    message: i64,
    about: &'static str,
    subject: String,
    machine: String,
    /// What each reviewer of the page says; nothing where they are silent.
    said: Vec<String>,
    /// Whether people differ among themselves.
    people: bool,
}

#[derive(Template)]
#[template(path = "calibration/session.html", config = "src/service/pages/askama.toml")]
struct SessionPage {
    frame: Frame,
    row: CalibrationRow,
    created: Option<Moment>,
    closed: Option<Moment>,
    reviewers: Vec<ProgressRow>,
    items: Vec<ItemRow>,
    /// Whether the visitor judges in it, and where they go on.
    takes_part: bool,
    go_on: Option<i64>,
    messages: u64,
    minimum: u64,
    tables: Vec<FigureTable>,
    differences: Vec<Difference>,
    alike: usize,
    left_out: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SessionAsked {
    /// `csv` for all verdicts as a file.
    format: String,
}

/// Shows the session.
pub(super) async fn show(
    visitor: Visitor,
    service: web::Data<Service>,
    path: web::Path<String>,
    asked: web::Query<SessionAsked>,
) -> Result<HttpResponse, Problem> {
    allowed(&visitor)?;
    let (service, text) = (service.into_inner(), path.into_inner());
    let key = key_in_path("calibration session", &text)?;
    let (lexicon, user) = (service.method().lexicon, user(&visitor));
    let read = move |transaction: &Transaction<'_>| {
        let Some(row) = calibration::calibration(transaction, key)? else { return Ok(None) };
        let reviewers = calibration::progress(transaction, key)?;
        let items = calibration::items(transaction, key, user)?;
        // Before that nobody is told what the others say.
        let filter = SaidFilter { calibration: Some(key), ..Default::default() };
        let result = match row.closed {
            Some(_) => Some((agreement::figures(transaction, lexicon, filter)?, agreement::said(transaction, filter)?)),
            None => None,
        };
        Ok(Some((row, reviewers, items, result)))
    };
    let (row, reviewers, items, result) =
        service.read(read).await?.ok_or_else(|| not_there("calibration session", &text))?;
    if asked.format == "csv" {
        let said = result.map(|(_, said)| said);
        let said = said.ok_or_else(|| Problem::conflict("the session is open: nobody is told what others say yet"))?;
        return file(said, key);
    }
    let zone = service.office.zone();
    let takes_part = user.is_some_and(|user| reviewers.iter().any(|one| one.user == user));
    let next = items.iter().find(|item| item.done < item.messages).filter(|_| takes_part);
    let actors: Vec<String> = reviewers.iter().map(|one| Credential::User(one.user).to_string()).collect();
    let (figures, (mut differences, alike)) = match result {
        Some((figures, said)) => (Some(figures), differences(said, &actors)),
        None => (None, (Vec::new(), 0)),
    };
    let left_out = differences.len().saturating_sub(MOST_DIFFERENCES);
    differences.truncate(MOST_DIFFERENCES);
    frame::page(&SessionPage {
        frame: visitor.frame(format!("Calibration: {}", row.name)),
        created: row.created.map(|at| Moment::of(at, zone)),
        closed: row.closed.map(|at| Moment::of(at, zone)),
        takes_part,
        go_on: next.filter(|_| row.closed.is_none()).map(|item| item.conversation),
        messages: figures.as_ref().map_or(0, |figures| figures.messages),
        minimum: figures.as_ref().map_or(0, |figures| figures.minimum),
        tables: figures.map(|figures| tables(&figures, &service.method(), None)).unwrap_or_default(),
        row,
        reviewers,
        items,
        differences,
        alike,
        left_out,
    })
}

/// Where not all say the same, first where people differ among themselves; and of how many things all say the same.
fn differences(said: Vec<(SaidRow, Option<&'static str>)>, actors: &[String]) -> (Vec<Difference>, usize) {
    let mut cases: BTreeMap<(i64, String, String), Difference> = BTreeMap::new();
    for (row, machine) in said {
        let Some(machine) = machine else { continue };
        let about = match row.about.as_str() {
            "criterion" => "criterion",
            "finding" => "finding",
            _ => "rule",
        };
        let case = cases.entry((row.message, row.about.clone(), row.subject.clone())).or_insert_with(|| Difference {
            conversation: row.conversation,
            message: row.message,
            about,
            subject: subject(&row.about, &row.subject),
            machine: verdict(&row.about, machine),
            said: vec![String::new(); actors.len()],
            people: false,
        });
        if let Some(reviewer) = actors.iter().position(|actor| *actor == row.actor) {
            case.said[reviewer] = verdict(&row.about, &row.verdict);
        }
    }
    let all = cases.len();
    let mut found: Vec<Difference> = cases.into_values().collect();
    for case in &mut found {
        let mut given = case.said.iter().filter(|said| !said.is_empty());
        let first = given.next();
        case.people = given.any(|said| Some(said) != first);
    }
    found.retain(|case| case.people || case.said.iter().any(|said| !said.is_empty() && *said != case.machine));
    found.sort_by_key(|case| !case.people);
    let alike = all - found.len();
    (found, alike)
}

fn file(said: Vec<(SaidRow, Option<&'static str>)>, key: i64) -> Result<HttpResponse, Problem> {
    let head = ["conversation", "message", "about", "subject", "machine", "reviewer", "verdict"].map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    rows.extend(said.into_iter().map(|(row, machine)| {
        let numbers = [row.conversation.to_string(), row.message.to_string()];
        let machine = machine.unwrap_or_default().to_owned();
        numbers.into_iter().chain([row.about, row.subject, machine, row.reviewer, row.verdict]).collect()
    }));
    figures::file(rows, &format!("calibration-{key}.csv"))
}

/// Closes the session before everybody is done.
pub(super) async fn close(
    visitor: Visitor,
    service: web::Data<Service>,
    path: web::Path<i64>,
) -> Result<HttpResponse, Problem> {
    allowed(&visitor)?;
    let key = path.into_inner();
    let known = service
        .write(move |transaction| {
            calibration::close(transaction, key, Timestamp::now())?;
            Ok(calibration::calibration(transaction, key)?.is_some())
        })
        .await?;
    if !known {
        return Err(not_there("calibration session", &key.to_string()));
    }
    Ok(see_other(&format!("/calibration/sessions/{key}")))
}
