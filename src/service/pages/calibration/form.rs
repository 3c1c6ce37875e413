//! A session is made: conversations that are drawn or named, and who judges them.

use super::super::frame::{self, Frame, see_other};
use super::super::visitor::Visitor;
use super::allowed;
use crate::service::Service;
use crate::service::api::reading::values::window;
use crate::service::problem::Problem;
use crate::store::calibration::{self, NewCalibration};
use crate::store::conversations;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use jiff::Timestamp;
use rusqlite::Transaction;

/// Conversations of a session, at most.
const MOST: usize = 100;

/// Characters of its name, at most.
const MOST_NAME: usize = 100;

/// What was filled in.
#[derive(Debug, Clone, Default)]
struct Filled {
    name: String,
    draw: String,
    since: String,
    until: String,
    keys: String,
    reviewers: Vec<i64>,
}

impl Filled {
    fn of(fields: Vec<(String, String)>) -> Self {
        let mut filled = Self { draw: String::new(), ..Self::default() };
        for (name, value) in fields {
            match name.as_str() {
                "name" => filled.name = value.trim().to_owned(),
                "draw" => filled.draw = value.trim().to_owned(),
                "since" => filled.since = value,
                "until" => filled.until = value,
                "keys" => filled.keys = value,
                "reviewer" => filled.reviewers.extend(value.parse::<i64>()),
                _ => {}
            }
        }
        filled
    }
}

#[derive(Template)]
#[template(path = "calibration/new.html", config = "src/service/pages/askama.toml")]
struct NewPage {
    frame: Frame,
    filled: Filled,
    reviewers: Vec<(i64, String)>,
    most: usize,
    wrong: Option<String>,
}

impl NewPage {
    fn chosen(&self, user: &i64) -> bool {
        self.filled.reviewers.contains(user)
    }
}

/// The empty form.
pub(super) async fn show(visitor: Visitor, service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    allowed(&visitor)?;
    let reviewers = service.into_inner().read(|transaction| Ok(calibration::reviewers(transaction)?)).await?;
    let filled = Filled { draw: "10".to_owned(), ..Filled::default() };
    frame::page(&NewPage {
        frame: visitor.frame("New calibration session"),
        filled,
        reviewers,
        most: MOST,
        wrong: None,
    })
}

/// Makes the session, or shows the form again with what is wrong.
pub(super) async fn make(
    visitor: Visitor,
    service: web::Data<Service>,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    allowed(&visitor)?;
    let (service, filled) = (service.into_inner(), Filled::of(fields.into_inner()));
    let zone = service.office.zone().clone();
    let asked = filled.clone();
    let read = move |transaction: &Transaction<'_>| {
        let reviewers = calibration::reviewers(transaction)?;
        let conversations = conversations_of(transaction, &asked, &reviewers, &zone);
        Ok((reviewers, conversations))
    };
    let (reviewers, conversations) = service.read(read).await?;
    let conversations = match conversations {
        Ok(conversations) => conversations,
        Err(problem) if problem.status < 500 => {
            let frame = visitor.frame("New calibration session");
            let page = NewPage { frame, filled, reviewers, most: MOST, wrong: Some(problem.detail) };
            return frame::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(problem) => return Err(problem),
    };
    let new = NewCalibration {
        name: filled.name,
        maker: visitor.name.clone(),
        created: Timestamp::now(),
        conversations,
        reviewers: filled.reviewers,
    };
    let key = service.write(move |transaction| calibration::add(transaction, &new)).await?;
    Ok(see_other(&format!("/calibration/sessions/{key}")))
}

/// The conversations that are asked for, named ones first.
fn conversations_of(
    transaction: &Transaction<'_>,
    filled: &Filled,
    reviewers: &[(i64, String)],
    zone: &jiff::tz::TimeZone,
) -> Result<Vec<i64>, Problem> {
    let invalid = |why: String| Err(Problem::invalid(why));
    if filled.name.is_empty() || filled.name.chars().count() > MOST_NAME {
        return invalid(format!("Give the session a name of at most {MOST_NAME} characters."));
    }
    let known = |user: &i64| reviewers.iter().any(|(key, _)| key == user);
    if filled.reviewers.len() < 2 || !filled.reviewers.iter().all(known) {
        return invalid("Choose two reviewers or more: with one there is nothing to compare.".to_owned());
    }
    let mut found: Vec<i64> = Vec::new();
    for word in filled.keys.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()) {
        // An address of a conversation will do, too.
        let key = word.split('#').next().unwrap_or(word).rsplit('/').next().unwrap_or(word);
        let there = match key.parse() {
            Ok(key) => conversations::conversation(transaction, key)?.map(|row| row.key),
            Err(_) => None,
        };
        let Some(key) = there else { return invalid(format!("There is no conversation «{word}».")) };
        if !found.contains(&key) {
            found.push(key);
        }
    }
    let draw = match filled.draw.as_str() {
        "" => 0,
        text => match text.parse::<usize>() {
            Ok(draw) if draw <= MOST => draw,
            _ => return invalid(format!("How many are drawn is a number of 0 to {MOST}.")),
        },
    };
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let window = window(given(&filled.since).as_deref(), given(&filled.until).as_deref(), zone)?;
    let mut all = if draw == 0 { Vec::new() } else { calibration::within(transaction, window)? };
    let named = found.len();
    while found.len() < named + draw && !all.is_empty() {
        let key = all.swap_remove(below(all.len())?);
        if !found.contains(&key) && calibration::is_fresh(transaction, key)? {
            found.push(key);
        }
    }
    if found.is_empty() {
        return invalid(
            "Name conversations, or draw some: there is none with a score that nobody has judged.".to_owned(),
        );
    }
    if found.len() > MOST {
        return invalid(format!("A session has at most {MOST} conversations."));
    }
    Ok(found)
}

/// A number below `end` that nobody foresees, all as probable as each other.
fn below(end: usize) -> Result<usize, Problem> {
    let random = getrandom::u64().map_err(|error| Problem::internal(format!("no chance: {error}")))?;
    // Of 2^64 numbers so many more are one than another that nobody could ever see it.
    Ok(((u128::from(random) * end as u128) >> 64) as usize)
}
