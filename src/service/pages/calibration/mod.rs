//! Calibration: how far the machine and people agree, people among themselves, and sessions in which several
//! reviewers judge the same conversations.

mod figures;
mod form;
mod session;

use super::frame::{self, Frame};
use super::moment::Moment;
use super::table_csv;
use super::trail::Trail;
use super::visitor::Visitor;
use crate::access::Scope;
use crate::report::words::plain;
use crate::service::Service;
use crate::service::api::agreement;
use crate::service::api::reading::values::{window, wrong};
use crate::service::problem::Problem;
use crate::service::routes::at;
use crate::store::agreement::{SaidFilter, SaidRow};
use crate::store::calibration::{self, CalibrationRow, ProgressRow};
use crate::store::timestamp;
use actix_web::http::Method;
use actix_web::web::{self, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use figures::{FigureTable, tables};
use jiff::tz::TimeZone;
use rusqlite::Transaction;
use serde::Deserialize;

/// Sessions, at most, in the list.
const MOST_SESSIONS: usize = 50;

/// Cases of a page.
const MOST_CASES: usize = 100;

/// Cases of a file at most.
const MOST_CASE_ROWS: usize = 10_000;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/calibration", &[Method::GET]).route(web::get().to(get)))
        .service(at("/calibration/cases", &[Method::GET]).route(web::get().to(cases)))
        .service(at("/calibration/sessions", &[Method::POST]).route(web::post().to(form::make)))
        .service(at("/calibration/sessions/new", &[Method::GET]).route(web::get().to(form::show)))
        .service(at("/calibration/sessions/{key}", &[Method::GET]).route(web::get().to(session::show)))
        .service(at("/calibration/sessions/{key}/close", &[Method::POST]).route(web::post().to(session::close)));
}

/// Which reviews are compared; fields that a form leaves empty ask for nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Asked {
    /// Of messages sent on that day or later.
    since: String,
    /// Of messages sent before that day.
    until: String,
    /// `true`: only of reviewers who judged before they saw the machine's verdict; `false`: only others.
    blind: String,
    /// `csv` for a file.
    format: String,
}

impl Asked {
    fn filter(&self, zone: &TimeZone) -> Result<SaidFilter, Problem> {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let window = window(given(&self.since).as_deref(), given(&self.until).as_deref(), zone)?;
        let blind = match self.blind.as_str() {
            "" => None,
            "true" => Some(true),
            "false" => Some(false),
            other => {
                return Err(wrong("blind", format!("`{other}`; allowed are true, false")));
            }
        };
        let time = |milliseconds: Option<i64>| milliseconds.and_then(timestamp);
        Ok(SaidFilter { since: time(window.since), until: time(window.until), blind, calibration: None })
    }

    /// The same as a query string, before which `?` or `&` stands.
    fn query(&self) -> String {
        let all = [("since", &self.since), ("until", &self.until), ("blind", &self.blind)];
        let given = all.into_iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| format!("&{name}={}", super::problem::encoded(value))).collect()
    }
}

/// A session in the list.
struct SessionLine {
    row: CalibrationRow,
    created: Option<Moment>,
    reviewers: Vec<ProgressRow>,
}

impl SessionLine {
    /// How many verdicts there are, of how many.
    fn progress(&self) -> String {
        let done: i64 = self.reviewers.iter().map(|one| one.done).sum();
        format!("{done} of {}", self.row.messages * self.reviewers.len() as i64)
    }

    fn names(&self) -> String {
        self.reviewers.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

#[derive(Template)]
#[template(path = "calibration/calibration.html", config = "src/service/pages/askama.toml")]
struct CalibrationPage {
    frame: Frame,
    asked: Asked,
    query: String,
    messages: u64,
    minimum: u64,
    sessions: Vec<SessionLine>,
    /// Rules that reviewers found wrong most often.
    disputed: Vec<figures::Disputed>,
    tables: Vec<FigureTable>,
}

/// Only those who review may see what is compared.
fn allowed(visitor: &Visitor) -> Result<(), Problem> {
    visitor.must(Scope::Review)?;
    visitor.must_see_everybody()
}

async fn get(visitor: Visitor, service: web::Data<Service>, asked: Query<Asked>) -> Result<HttpResponse, Problem> {
    allowed(&visitor)?;
    let (service, asked) = (service.into_inner(), asked.into_inner());
    let zone = service.office.zone();
    let (filter, lexicon) = (asked.filter(zone)?, service.method().lexicon);
    let read = move |transaction: &Transaction<'_>| {
        let sessions = calibration::list(transaction, MOST_SESSIONS)?;
        let sessions = sessions.into_iter().map(|row| Ok((calibration::progress(transaction, row.key)?, row)));
        let sessions: Vec<_> = sessions.collect::<Result<_, Problem>>()?;
        Ok((agreement::figures(transaction, lexicon, filter)?, sessions))
    };
    let (figures, sessions) = service.read(read).await?;
    if asked.format == "csv" {
        return figures::csv(&figures, "agreement.csv");
    }
    let query = asked.query();
    let sessions = sessions.into_iter().map(|(reviewers, row)| SessionLine {
        created: row.created.map(|at| Moment::of(at, zone)),
        reviewers,
        row,
    });
    frame::page(&CalibrationPage {
        frame: visitor.frame("Calibration"),
        messages: figures.messages,
        minimum: figures.minimum,
        sessions: sessions.collect(),
        disputed: figures::disputed(&figures, lexicon, &query),
        tables: tables(&figures, &service.method(), Some(&query)),
        asked,
        query,
    })
}

/// Which cases.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CasesAsked {
    about: String,
    subject: String,
    since: String,
    until: String,
    blind: String,
    /// The place of the last case before: review, kind and subject, separated by spaces.
    after: String,
    /// `csv` for a file.
    format: String,
}

/// A verdict that is not the machine's.
struct Case {
    said: SaidRow,
    path: String,
    shown: String,
    machine: String,
    people: String,
}

#[derive(Template)]
#[template(path = "calibration/cases.html", config = "src/service/pages/askama.toml")]
struct CasesPage {
    frame: Frame,
    heading: String,
    cases: Vec<Case>,
    more: Option<String>,
    csv: String,
}

/// A verdict in words.
fn verdict(about: &str, verdict: &str) -> String {
    match (about, verdict) {
        ("criterion", "met") => "met",
        ("criterion", "unmet") => "not met",
        ("criterion", _) => "does not apply",
        ("finding", "yes") => "there",
        ("finding", _) => "not there",
        (_, "yes") => "right",
        (_, _) => "wrong",
    }
    .to_owned()
}

/// What a verdict is about, in words.
fn subject(about: &str, subject: &str) -> String {
    match about {
        "criterion" => subject.to_owned(),
        "detection" => subject.rsplit_once('@').map_or(subject, |(rule, _)| rule).to_owned(),
        _ => plain(subject),
    }
}

async fn cases(
    visitor: Visitor,
    service: web::Data<Service>,
    asked: Query<CasesAsked>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    allowed(&visitor)?;
    let here = request.uri().to_string();
    let (service, asked) = (service.into_inner(), asked.into_inner());
    let CasesAsked { about, subject: of, since, until, blind, after, format } = asked;
    let reviews = Asked { since, until, blind, format: String::new() };
    let filter = reviews.filter(service.office.zone())?;
    let after = match after.splitn(3, ' ').collect::<Vec<_>>()[..] {
        [review, about, subject] => {
            let review = review.parse().map_err(|_| Problem::bad_request("there is no such place in the list"))?;
            Some((review, about.to_owned(), subject.to_owned()))
        }
        _ => None,
    };
    let lexicon = service.method().lexicon;
    let which = (about.clone(), of.clone());
    let most = if format == "csv" { MOST_CASE_ROWS } else { MOST_CASES };
    let read = move |transaction: &Transaction<'_>| {
        let given = |text: &'_ str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let (about, subject) = (given(&which.0), given(&which.1));
        let which = (about.as_deref(), subject.as_deref());
        agreement::differing(transaction, lexicon, filter, which, after, most + 1)
    };
    let mut found = service.read(read).await?;
    if format == "csv" {
        let row = |(said, machine): &(SaidRow, &'static str)| {
            let place = [said.conversation, said.message].map(|key| key.to_string());
            let what = [&said.about, &said.subject].map(Clone::clone);
            let says = [(*machine).to_owned(), said.reviewer.clone(), said.verdict.clone()];
            place.into_iter().chain(what).chain(says).collect::<Vec<_>>()
        };
        let columns = ["conversation", "message", "about", "subject", "machine", "reviewer", "says"];
        return table_csv::answer("cases", &columns, &found.iter().take(most).map(row).collect::<Vec<_>>());
    }
    let more = found.len() > MOST_CASES;
    found.truncate(MOST_CASES);
    let encoded = super::problem::encoded;
    let csv = format!("?format=csv&about={}&subject={}{}", encoded(&about), encoded(&of), reviews.query());
    let more = found.last().filter(|_| more).map(|(last, _)| {
        let after = format!("{} {} {}", last.review, last.about, last.subject);
        let query = reviews.query();
        format!("?about={}&subject={}{query}&after={}", encoded(&about), encoded(&of), encoded(&after))
    });
    let trail = Trail::new(&here, found.iter().map(|(said, _)| said.message));
    let cases = found.into_iter().map(|(said, machine)| Case {
        path: trail.path(said.conversation, said.message),
        shown: subject(&said.about, &said.subject),
        machine: verdict(&said.about, machine),
        people: verdict(&said.about, &said.verdict),
        said,
    });
    let heading = match (about.as_str(), of.as_str()) {
        ("", "") => "Where people and the machine differ".to_owned(),
        (about, of) => format!("Where people and the machine differ: {about} {}", subject(about, of)),
    };
    frame::page(&CasesPage { frame: visitor.frame("Cases"), heading, cases: cases.collect(), more, csv })
}
