//! Signing in and out, and the first set-up.

use super::Problem;
use super::frame::{Frame, own_path, page, page_with, see_other};
use super::problem::encoded;
use crate::service::Service;
use crate::service::api::sessions::{self, SignInRequest};
use crate::service::api::setup::{self, SetupRequest};
use crate::service::gate::{Caller, Own};
use crate::service::routes::at;
use crate::store::access;
use actix_web::http::{Method, StatusCode, header};
use actix_web::web::{self, Form, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use serde::Deserialize;
use std::sync::Arc;

/// Its routes.
pub fn routes(config: &mut ServiceConfig) {
    let pages = &[Method::GET, Method::POST];
    config
        .service(at("/signin", pages).route(web::get().to(sign_in_page)).route(web::post().to(sign_in)))
        .service(at("/signout", &[Method::POST]).route(web::post().to(sign_out)))
        .service(at("/setup", pages).route(web::get().to(setup_page)).route(web::post().to(set_up)));
}

/// What the address says.
#[derive(Debug, Default, Deserialize)]
struct SignInQuery {
    /// Where to go then.
    next: Option<String>,
    /// Whether they have just signed out.
    out: Option<String>,
}

#[derive(Template)]
#[template(path = "signin.html", config = "src/service/pages/askama.toml")]
struct SignInPage {
    frame: Frame,
    name: String,
    next: String,
    goes_on: bool,
    signed_out: bool,
    wrong: Option<String>,
}

impl SignInPage {
    fn of(next: Option<&str>) -> Self {
        let next = own_path(next.unwrap_or("/")).to_owned();
        let frame = Frame::open("Sign in");
        Self { frame, name: String::new(), goes_on: next != "/", next, signed_out: false, wrong: None }
    }
}

async fn needs_setup(service: &Arc<Service>) -> Result<bool, Problem> {
    service.read(|transaction| Ok(access::needs_setup(transaction)?)).await
}

async fn sign_in_page(service: web::Data<Service>, query: Query<SignInQuery>) -> Result<HttpResponse, Problem> {
    if needs_setup(&service.into_inner()).await? {
        return Ok(see_other("/setup"));
    }
    page(&SignInPage { signed_out: query.out.is_some(), ..SignInPage::of(query.next.as_deref()) })
}

#[derive(Deserialize)]
struct SignInForm {
    name: String,
    password: String,
    next: Option<String>,
}

async fn sign_in(
    _own: Own,
    request: HttpRequest,
    service: web::Data<Service>,
    form: Form<SignInForm>,
) -> Result<HttpResponse, Problem> {
    let SignInForm { name, password, next } = form.into_inner();
    let service = service.into_inner();
    let asked = SignInRequest { name: name.clone(), password };
    match sessions::begin(&service, &request, asked).await {
        Ok((secret, _)) => {
            let cookie = service.access.cookie.set(&secret, service.access.limits);
            let mut answer = see_other(own_path(next.as_deref().unwrap_or("/")));
            set_cookie(&mut answer, &cookie);
            Ok(answer)
        }
        Err(problem) if problem.status < 500 => {
            let wrong = Some(match problem.status {
                429 => format!("That was wrong too often: {}.", problem.detail),
                _ => "Name or password is wrong.".to_owned(),
            });
            again(&problem, &SignInPage { name, wrong, ..SignInPage::of(next.as_deref()) })
        }
        Err(problem) => Err(problem),
    }
}

/// The form again, as something in it is wrong.
fn again(problem: &Problem, filled: &impl Template) -> Result<HttpResponse, Problem> {
    // 401 would have browsers ask for a password by themselves.
    let status = match problem.status_code() {
        StatusCode::UNAUTHORIZED => StatusCode::UNPROCESSABLE_ENTITY,
        status => status,
    };
    page_with(status, filled)
}

fn set_cookie(answer: &mut HttpResponse, cookie: &str) {
    if let Ok(cookie) = header::HeaderValue::from_str(cookie) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

async fn sign_out(
    caller: Result<Caller, Problem>,
    request: HttpRequest,
    service: web::Data<Service>,
) -> Result<HttpResponse, Problem> {
    let mut answer = see_other("/signin?out=1");
    match caller {
        Ok(caller) => {
            let cleared = sessions::end(&service.into_inner(), &request, caller).await?;
            set_cookie(&mut answer, &cleared);
        }
        // It has ended by itself.
        Err(problem) if problem.status == 401 => {}
        Err(problem) => return Err(problem),
    }
    Ok(answer)
}

#[derive(Template, Default)]
#[template(path = "setup.html", config = "src/service/pages/askama.toml")]
struct SetupPage {
    frame: Frame,
    secret: String,
    name: String,
    shown_name: String,
    wrong: Vec<String>,
}

async fn setup_page(service: web::Data<Service>) -> Result<HttpResponse, Problem> {
    if !needs_setup(&service.into_inner()).await? {
        return Ok(see_other("/signin"));
    }
    page(&SetupPage { frame: Frame::open("Set up"), ..SetupPage::default() })
}

#[derive(Deserialize)]
struct SetupForm {
    secret: String,
    name: String,
    shown_name: String,
    password: String,
    again: String,
}

async fn set_up(_own: Own, service: web::Data<Service>, form: Form<SetupForm>) -> Result<HttpResponse, Problem> {
    let SetupForm { secret, name, shown_name, password, again: repeated } = form.into_inner();
    let service = service.into_inner();
    // People paste the whole address that they were shown.
    let secret = secret.rsplit('#').next().unwrap_or_default().trim().to_owned();
    let filled = |wrong| SetupPage {
        frame: Frame::open("Set up"),
        secret: secret.clone(),
        name: name.clone(),
        shown_name: shown_name.clone(),
        wrong,
    };
    if password != repeated {
        let wrong = vec!["The two passwords are not the same.".to_owned()];
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &filled(wrong));
    }
    let shown = Some(shown_name.trim().to_owned()).filter(|shown| !shown.is_empty());
    let asked = SetupRequest { secret: secret.clone(), name: name.clone(), shown_name: shown, password };
    match setup::begin(&service, asked).await {
        Ok((secret, _)) => {
            let mut answer = see_other("/");
            set_cookie(&mut answer, &service.access.cookie.set(&secret, service.access.limits));
            Ok(answer)
        }
        Err(problem) if problem.status == 409 => Ok(see_other(&format!("/signin?next={}", encoded("/")))),
        Err(problem) if problem.status < 500 => {
            let mut wrong: Vec<String> = problem.errors.iter().map(|fault| fault.detail.clone()).collect();
            if wrong.is_empty() {
                wrong.push(problem.detail.clone());
            }
            again(&problem, &filled(wrong))
        }
        Err(problem) => Err(problem),
    }
}
