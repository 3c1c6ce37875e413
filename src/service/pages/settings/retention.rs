//! How long the text of messages is kept.

use super::{PARTS, Parts, faults, given};
use crate::report::words;
use crate::service::Service;
use crate::service::gate::{Manage, May};
use crate::service::in_force::Change;
use crate::service::pages::Problem;
use crate::service::pages::frame::{Frame, page, page_with, see_other};
use crate::service::pages::moment::Moment;
use crate::service::pages::table_csv;
use crate::service::pages::visitor::Visitor;
use crate::service::retention::{MOST_DAYS, TEXT_DAYS};
use crate::service::routes::at;
use crate::store::{edits, milliseconds, recent};
use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Form, Query, ServiceConfig};
use askama::Template;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        at("/settings/retention", &[Method::GET, Method::POST])
            .route(web::get().to(retention_page))
            .route(web::post().to(change)),
    );
}

/// Earlier changes that are shown.
const CHANGES: usize = 50;

#[derive(Debug, Default, Deserialize)]
struct RetentionQuery {
    format: Option<String>,
    saved: Option<String>,
}

/// What the form says.
#[derive(Debug, Default, Deserialize)]
struct RetentionForm {
    #[serde(default)]
    days: String,
    sure: Option<String>,
}

#[derive(Template)]
#[template(path = "settings/retention.html", config = "src/service/pages/askama.toml")]
struct RetentionPage {
    frame: Frame,
    parts: Parts,
    here: &'static str,
    wrong: Vec<String>,
    /// How it is now.
    told: String,
    /// Where the settings say it themselves.
    fixed: Option<String>,
    /// The days in the form.
    days: String,
    /// What would be dropped at once, to be confirmed.
    dropped: Option<String>,
    saved: bool,
    changes: Vec<ChangeRow>,
}

/// A change that was made in the pages.
struct ChangeRow {
    at: Option<Moment>,
    name: String,
    what: String,
}

/// `1 day`, `30 days`.
fn days_in_words(days: u32) -> String {
    words::counted(u64::from(days), "day", "days")
}

/// How long text is kept, in a sentence.
pub(super) fn told(days: Option<u32>) -> String {
    days.map_or_else(
        || "The text of messages is kept for good.".to_owned(),
        |days| {
            let days = days_in_words(days);
            format!(
                "The text of messages is dropped {days} after the last message of their conversation; figures stay."
            )
        },
    )
}

impl RetentionPage {
    /// The days in the form, in words.
    fn counted(&self) -> String {
        self.days.parse().map_or_else(|_| self.days.clone(), days_in_words)
    }

    async fn of(visitor: &Visitor, service: &Arc<Service>) -> Result<Self, Problem> {
        let own = Arc::clone(service);
        let (days, changes) = service
            .read(move |transaction| Ok((own.text_days(transaction)?, edits::of(transaction, TEXT_DAYS, CHANGES)?)))
            .await?;
        let zone = service.office.zone();
        let change = |edit: edits::Edit| ChangeRow {
            at: edit.at.map(|at| Moment::of(at, zone)),
            name: edit.name,
            what: edit.text.map_or_else(
                || "for good".to_owned(),
                |text| text.parse().map_or_else(|_| text.clone(), days_in_words),
            ),
        };
        Ok(Self {
            frame: visitor.frame("Retention"),
            parts: PARTS,
            here: "Retention",
            wrong: Vec::new(),
            told: told(days),
            fixed: service.settings.fixed.get(TEXT_DAYS).cloned(),
            days: days.map(|days| days.to_string()).unwrap_or_default(),
            dropped: None,
            saved: false,
            changes: changes.into_iter().map(change).collect(),
        })
    }
}

async fn retention_page(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    query: Query<RetentionQuery>,
) -> Result<HttpResponse, Problem> {
    let filled = RetentionPage::of(&visitor, &service.into_inner()).await?;
    if query.format.as_deref() == Some("csv") {
        let at = |row: &ChangeRow| row.at.as_ref().map(|at| at.at.clone()).unwrap_or_default();
        let rows = filled.changes.iter().map(|row| vec![at(row), row.name.clone(), row.what.clone()]);
        return table_csv::answer("retention", &["at", "name", "kept"], &rows.collect::<Vec<_>>());
    }
    page(&RetentionPage { saved: query.saved.is_some(), ..filled })
}

async fn change(
    visitor: Visitor,
    _may: May<Manage>,
    service: web::Data<Service>,
    form: Form<RetentionForm>,
) -> Result<HttpResponse, Problem> {
    let (service, RetentionForm { days, sure }) = (service.into_inner(), form.into_inner());
    if let Some(place) = service.settings.fixed.get(TEXT_DAYS) {
        return Err(Problem::conflict(format!("how long text is kept is set by {place}; change it there")));
    }
    let filled = RetentionPage::of(&visitor, &service).await?;
    let asked = given(&days).map(|text| text.parse::<u32>().ok().filter(|days| (1..=MOST_DAYS).contains(days)));
    let asked = match asked {
        Some(None) => {
            let wrong =
                vec![format!("Give a whole number of days from 1 to {MOST_DAYS}, or none to keep text for good.")];
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &RetentionPage { wrong, days, ..filled });
        }
        asked => asked.flatten(),
    };
    if sure.is_none()
        && let Some(asked) = asked
    {
        let before = Timestamp::now().checked_sub(SignedDuration::from_hours(24 * i64::from(asked)));
        let before = before.unwrap_or(Timestamp::MIN);
        let now = service.read(move |transaction| Ok(recent::texts_before(transaction, milliseconds(before))?)).await?;
        if now > 0 {
            let dropped = Some(words::counted(now, "conversation", "conversations"));
            return page(&RetentionPage { dropped, days: asked.to_string(), ..filled });
        }
    }
    let change = Change {
        edits: vec![(TEXT_DAYS.to_owned(), asked.map(|days| days.to_string()))],
        // The page shows what is now, and asks again before text goes.
        seen: None,
        action: "retention_changed",
        subject: asked.map_or_else(|| "for good".to_owned(), days_in_words),
    };
    match service.edit(change, visitor.principal()).await {
        Ok(_) => {
            service.forgetting.wake();
            Ok(see_other("/settings/retention?saved=1"))
        }
        Err(problem) => {
            let wrong = faults(problem)?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &RetentionPage { wrong, days, ..filled })
        }
    }
}
